"""Supervision: what counts as a visit, which cells had one when, how long cases waited, how a day stands."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import polars as pl
import pytest

from data import clock, coverage
from data.actors import OPERATOR, Actor
from data.coverage import Ground
from data.cube import Cube
from data.store import Store
from data.visits import VISITS
from geo.cells import ANALYSIS_RESOLUTION, centres, from_points
from tests.data.samples import reports
from tests.data.town_cells import disk, middle

TEAM = Actor("队员", "team_member", team=1)
DAY = date(2026, 6, 15)
NEXT = DAY + timedelta(days=1)
#: Noon of the day in the city.
NOON = datetime(2026, 6, 15, 4, tzinfo=UTC)
CELLS = disk({1: 1, 2: 1})
ONE, TWO = (from_points(*([degrees] for degrees in middle(team)), ANALYSIS_RESOLUTION)[0] for team in (1, 2))


#: A cell of the first team beside that one.
EDGE = next(cell for cell in CELLS.filter(team_id=1)["cell"] if cell != ONE)


def settle(store: Store) -> Store:
    """Give a store two teams with seven cells each."""
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    for name in ("东村", "西村"):
        store.add_team(name, actor=OPERATOR)
    made = store.draft_territories("一版", CELLS, actor=OPERATOR)
    store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=None)
    return store


@pytest.fixture
def both(store: Store) -> Store:
    """Settle a town on each database."""
    return settle(store)


@pytest.fixture
def quiet(sqlite_store_url: str) -> Iterator[Store]:
    with Store.open(sqlite_store_url) as opened:
        opened.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
        yield opened


@pytest.fixture
def town(quiet: Store) -> Store:
    return settle(quiet)


def case(store: Store, cell: Any, at: datetime, *events: str) -> int:
    """Report a case in a cell and let it go through some events at the same moment."""
    lon, lat = centres([cell])
    told = {"category": "manhole", "lon": float(lon[0]), "lat": float(lat[0]), "reported_at": at}
    made = store.report(told, actor=OPERATOR).id
    for event in events:
        needs = {"unit": "环卫中心"} if event == "dispatch" else {}
        store.transition(made, event, actor=OPERATOR, at=at, **needs)
    return made


def visit(cell: Any, day: date, n: int = 1) -> dict[str, Any]:
    lon, lat = centres([cell])
    known = {"source": "log", "external_id": f"{cell} {day}", "day": day, "n": n}
    return known | {"lon": float(lon[0]), "lat": float(lat[0]), "at": None, "area_id": None}


def log(store: Store, *rows: dict[str, Any]) -> None:
    store.write_visits(pl.DataFrame(rows, schema=VISITS), actor=OPERATOR)


def ground(store: Store) -> Ground:
    return Ground.of(store.territories(actor=OPERATOR))


def test_on_site_is_what_teams_do_and_what_was_fixed_and_nothing_from_a_desk(both: Store) -> None:
    one = case(both, ONE, NOON, "accept", "dispatch", "start")
    both.transition(one, "note", actor=OPERATOR, note="电话联系", at=NOON)
    both.transition(one, "note", actor=TEAM, note="看过", at=NOON + timedelta(hours=1))
    both.transition(one, "fix", actor=OPERATOR, at=NOON + timedelta(hours=2))
    other = case(both, TWO, NOON, "accept", "dispatch", "fix")
    found = both.on_site(NOON, actor=OPERATOR)
    assert found.select("issue_id", "kind").rows() == [(one, "note"), (one, "fix"), (other, "fix")]
    assert found["cell"].to_list() == [ONE, ONE, TWO]
    assert found["at"].to_list()[:2] == [NOON + timedelta(hours=1), NOON + timedelta(hours=2)]
    theirs = both.on_site(NOON, actor=TEAM)
    assert set(theirs["issue_id"]) == {one}, "a team sees what is in its cells"


def test_an_answer_of_a_phone_counts_for_its_team_where_and_when_it_was_given(both: Store) -> None:
    one = case(both, ONE, datetime.now(UTC) - timedelta(hours=3), "accept", "dispatch")
    lon, lat = (float(values[0]) for values in centres([EDGE]))
    at = clock.moment() - timedelta(hours=1)
    told = {"uid": str(uuid4()), "act": "start", "case": one, "version": 3, "lon": lon, "lat": lat}
    assert both.answer(told | {"at": at.isoformat()}, actor=TEAM).state == "applied"
    report = {"uid": str(uuid4()), "act": "report", "category": "manhole", "at": at.isoformat()}
    own = dict(zip(("lon", "lat"), middle(1), strict=True))
    assert both.answer(report | own, actor=TEAM).state == "applied"
    found = both.on_site(at - timedelta(minutes=1), actor=OPERATOR)
    assert found.select("kind", "team_id", "cell").rows() == [
        ("start", 1, EDGE),
        ("report", None, ONE),
    ]
    assert all(abs(moment - at) < timedelta(seconds=1) for moment in found["at"])
    assert both.on_site(at + timedelta(minutes=5), actor=OPERATOR).is_empty()
    assert both.on_site(at - timedelta(hours=1), until=at, actor=OPERATOR).is_empty()


def test_the_first_event_since_a_moment_is_found_wherever_it_is(town: Store) -> None:
    for _ in range(5):
        case(town, ONE, datetime.now(UTC) - timedelta(days=1), "accept", "dispatch", "fix")
    assert town.on_site(datetime(2020, 1, 1, tzinfo=UTC), actor=OPERATOR).height == 5
    assert town.on_site(datetime.now(UTC) + timedelta(minutes=1), actor=OPERATOR).is_empty()


def test_a_cell_was_visited_when_the_log_or_something_done_there_says_so(town: Store) -> None:
    log(town, visit(EDGE, DAY), visit(EDGE, NEXT), visit(TWO, DAY, n=0))
    case(town, ONE, NOON, "accept", "dispatch", "fix")
    case(town, TWO, NOON, "accept")
    found = coverage.cell_coverage(
        Cube.open(town), ground(town), DAY - timedelta(days=2), NEXT, actor=OPERATOR
    )
    seen = {row["cell"]: (row["team_id"], row["days"], row["last"]) for row in found.to_dicts()}
    assert seen[EDGE] == (1, 2, NEXT)
    assert seen[ONE] == (1, 1, DAY)
    assert seen[TWO] == (2, 0, None), "a report is no visit, nor is a line that says that nobody came"
    assert sum(days for _team, days, _last in seen.values()) == 3
    later = coverage.cell_coverage(Cube.open(town), ground(town), NEXT, NEXT, actor=OPERATOR)
    assert later["days"].sum() == 1


def test_the_days_are_those_of_the_city(town: Store) -> None:
    before_midnight = datetime(2026, 6, 15, 15, 59, tzinfo=UTC)
    case(town, ONE, before_midnight, "accept", "dispatch", "fix")
    case(town, TWO, before_midnight + timedelta(minutes=1), "accept", "dispatch", "fix")
    found = coverage.cell_coverage(Cube.open(town), ground(town), DAY, NEXT, actor=OPERATOR)
    last = dict(found.select("cell", "last").iter_rows())
    assert (last[ONE], last[TWO]) == (DAY, NEXT)


def test_a_case_waits_for_the_first_visit_or_its_closing_or_still(town: Store) -> None:
    visited = case(town, ONE, NOON, "accept", "dispatch")
    town.transition(visited, "note", actor=TEAM, note="看过", at=NOON + timedelta(hours=3))
    town.transition(visited, "fix", actor=TEAM, at=NOON + timedelta(hours=9))
    closed = case(town, ONE, NOON)
    town.transition(closed, "close", actor=OPERATOR, reason="已好", at=NOON + timedelta(hours=5))
    waiting = case(town, TWO, NOON, "accept")
    rejected = case(town, ONE, NOON)
    town.transition(rejected, "reject", actor=OPERATOR, reason="不属实", at=NOON)
    case(town, ONE, NOON - timedelta(days=1))
    now = NOON + timedelta(hours=10)
    found = coverage.first_visits(Cube.open(town), ground(town), DAY, DAY, now=now, actor=OPERATOR)
    assert found.rows() == [
        (visited, 1, 3.0, True, False),
        (closed, 1, 5.0, True, True),
        (waiting, 2, 10.0, False, False),
    ]
    covered = coverage.cell_coverage(Cube.open(town), ground(town), DAY, DAY, actor=OPERATOR)
    teams = coverage.team_coverage(covered, found, DAY, DAY).rows()
    assert teams == [(1, 7, 1, 1, 2, 0, 1, 3.0), (2, 7, 0, 1, 1, 1, 0, None)]


def test_a_feed_that_says_fixed_and_not_when_is_left_out(town: Store) -> None:
    lon, lat = middle(1)
    frame = pl.DataFrame({"lon": [lon], "lat": [lat]})
    given = {"status": pl.lit("fixed"), "closed_at": None, "reported_at": pl.lit(NOON)}
    town.write_reports(reports(1, lon=frame["lon"], lat=frame["lat"], **given), actor=OPERATOR)
    later = NOON + timedelta(days=1)
    found = coverage.first_visits(Cube.open(town), ground(town), DAY, DAY, now=later, actor=OPERATOR)
    assert found.is_empty()


def test_a_day_tells_for_each_team_what_was_done_and_what_stands(town: Store) -> None:
    fixed = case(town, ONE, NOON, "accept", "dispatch")
    town.transition(fixed, "note", actor=TEAM, note="看过", at=NOON + timedelta(hours=1))
    town.transition(fixed, "fix", actor=TEAM, at=NOON + timedelta(hours=2))
    closed = case(town, TWO, NOON - timedelta(days=3))
    town.transition(closed, "close", actor=OPERATOR, reason="已好", at=NOON)
    outside = case(town, from_points([116.5], [38.0], ANALYSIS_RESOLUTION)[0], NOON)
    assert outside
    log(town, visit(TWO, DAY))
    span = (datetime(2026, 6, 14, 16, tzinfo=UTC), datetime(2026, 6, 15, 16, tzinfo=UTC))
    done = town.on_site(span[0], until=span[1], actor=OPERATOR)
    now = NOON + timedelta(days=30)
    found = coverage.team_day(Cube.open(town), ground(town), DAY, done, now=now, actor=OPERATOR)
    counted = found.drop("overdue", "last_at").rows()
    assert counted == [(0, 0, 0, 0, 1, 0, 1), (1, 7, 1, 2, 1, 0, 1), (2, 7, 1, 0, 0, 1, 0)]
    assert found["last_at"].to_list() == [None, NOON + timedelta(hours=2), None]


def test_a_city_without_territories_or_reports_has_nothing_to_tell(quiet: Store) -> None:
    cube, nobody = Cube.open(quiet), Ground.of(quiet.territories(actor=OPERATOR))
    assert coverage.cell_coverage(cube, nobody, DAY, NEXT, actor=OPERATOR).is_empty()
    waits = coverage.first_visits(cube, nobody, DAY, NEXT, now=NOON, actor=OPERATOR)
    assert waits.is_empty()
    done = quiet.on_site(NOON, actor=OPERATOR)
    assert coverage.team_day(cube, nobody, DAY, done, now=NOON, actor=OPERATOR).is_empty()
    assert coverage.last_known(cube, DAY) == DAY
