"""Who goes round with a field team sees the cases that lie in its cells by the territories in force."""

from collections.abc import Callable

import polars as pl
import pytest

from data.actors import OPERATOR, Actor
from data.store import Store
from geo.cells import from_points
from geo.errors import NotAllowedError
from tests.data.samples import LAT, reports
from tests.data.stores import Fill
from tests.data.town_cells import disk, middle

N = 150
ONE, TWO = (Actor(f"{team}队队员", "team_member", team=team) for team in (1, 2))
FIRST = disk({1: 12, 2: 13})


def fill(store: Store) -> None:
    """Fill a store with open cases and two teams, with no territories in force yet."""
    frame = reports(N, status=pl.lit("reported"), closed_at=None, unit=None)
    store.write_reports(frame, actor=OPERATOR)
    for name in ("东村", "西村"):
        store.add_team(name, actor=OPERATOR)


@pytest.fixture
def beginning(request: pytest.FixtureRequest) -> Fill | None:
    return fill if "town" in request.fixturenames else None


@pytest.fixture
def town(store: Store) -> Store:
    """A store that was filled."""
    return store


def publish(store: Store, frame: pl.DataFrame) -> None:
    before = store.edition_in_force(actor=OPERATOR)
    made = store.draft_territories("一版", frame, actor=OPERATOR)
    replaces = before.id if before else None
    store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=replaces)


def lying_in(store: Store, frame: pl.DataFrame, team: int) -> list[int]:
    """Return the ids of the cases in a team's cells, found from their positions alone."""
    rows = store.reports(range(1, N + 1), actor=OPERATOR)
    own = set(frame.filter(team_id=team)["cell"])
    cells = from_points(rows["lon"], rows["lat"], 10)
    return [issue for issue, cell in zip(rows["id"], cells, strict=True) if int(cell) in own]


def seen(store: Store, actor: Actor) -> list[int]:
    """Return the cases that an actor sees, by every way that lists them: they agree."""
    ids: list[int] = store.visible_ids(actor=actor).to_list()
    listed = store.open_cases(actor=actor, limit=N)["issue_id"]
    assert sorted(listed) == ids == sorted(store.urgency(actor=actor)["issue_id"])
    assert store.overdue(actor=actor)[0] == len(ids)
    assert store.reports(range(1, N + 1), actor=actor)["id"].to_list() == ids
    return ids


def test_each_team_sees_the_cases_in_its_cells_and_no_other(town: Store) -> None:
    publish(town, FIRST)
    own, others = seen(town, ONE), seen(town, TWO)
    assert own == lying_in(town, FIRST, 1) and others == lying_in(town, FIRST, 2)
    assert own and others and not set(own) & set(others) and len(own) + len(others) < N
    assert town.case(own[0], actor=ONE).id == own[0]


def test_a_case_in_anothers_cells_is_not_opened_nor_touched(town: Store) -> None:
    publish(town, FIRST)
    case, seq = seen(town, TWO)[0], town.last_seq(actor=OPERATOR)
    refused: tuple[Callable[[], object], ...] = (
        lambda: town.case(case, actor=ONE),
        lambda: town.events(case, actor=ONE),
        lambda: town.allowed(case, actor=ONE),
        lambda: town.photos(case, actor=ONE),
        lambda: town.repeats(case, actor=ONE),
        lambda: town.transition(case, "note", actor=ONE, note="看过了"),
    )
    for call in refused:
        with pytest.raises(NotAllowedError, match="the cells of the team of '1队队员'"):
            call()
    assert town.last_seq(actor=OPERATOR) == seq


def test_without_territories_in_force_a_team_sees_nothing(town: Store) -> None:
    assert seen(town, ONE) == []
    town.draft_territories("草案", FIRST, actor=OPERATOR)
    assert seen(town, ONE) == []
    publish(town, FIRST.filter(team_id=1))
    assert seen(town, ONE) and seen(town, TWO) == []


def test_what_is_seen_goes_with_the_edition_in_force(town: Store) -> None:
    publish(town, FIRST)
    first = seen(town, ONE)
    swapped = FIRST.with_columns(team_id=3 - pl.col("team_id"))
    publish(town, swapped)
    assert seen(town, TWO) == first == lying_in(town, swapped, 2)


def test_what_is_seen_goes_with_the_position_of_the_case(town: Store) -> None:
    publish(town, FIRST)
    case = seen(town, ONE)[0]
    lon, lat = middle(2)
    town.correct(case, actor=OPERATOR, lon=lon, lat=lat)
    assert case not in seen(town, ONE) and case in seen(town, TWO)
    moved = reports(N, status=pl.lit("reported"), closed_at=None, unit=None).with_columns(lat=pl.lit(LAT + 1))
    town.write_reports(moved, actor=OPERATOR)
    assert seen(town, ONE) == seen(town, TWO) == []
    assert town.check(actor=OPERATOR).ok


def test_a_team_of_a_unit_sees_what_is_of_both(town: Store) -> None:
    publish(town, FIRST)
    case = seen(town, ONE)[0]
    town.transition(case, "accept", actor=OPERATOR)
    town.transition(case, "dispatch", actor=OPERATOR, unit="环卫中心")
    both = Actor("队员", "team_member", units=frozenset({"环卫中心"}), team=1)
    assert seen(town, both) == [case]


def test_a_team_reports_wherever_it_is_and_opens_what_lies_in_its_cells(town: Store) -> None:
    publish(town, FIRST)
    within, without = (
        town.report({"category": "manhole", "lon": middle(team)[0], "lat": LAT}, actor=ONE).id
        for team in (1, 2)
    )
    assert town.case(within, actor=ONE).id == within
    with pytest.raises(NotAllowedError, match="does not belong to"):
        town.case(without, actor=ONE)
