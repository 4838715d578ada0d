"""What a rota is made of and what came of it: needs, turns, balances, results."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import box

from data import rota_plan
from data.actors import OPERATOR, Actor
from data.closed_cases import closed_on
from data.cube import Cube
from data.rotas import DUTIES, READ_DUTIES, TURNS
from data.store import Store

FRIDAY = date(2026, 3, 6)
TEAM = Actor("队员", "team_member")
#: Longitudes of two compounds and of open ground.
EAST, WEST, NOWHERE = 116.905, 116.925, 116.95


def at(day: date, hour: int = 4) -> datetime:
    """Return a moment of a day; at 4 in UTC it is noon in the city."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def town(sqlite_store_url: str) -> Iterator[Store]:
    """Open a store with two compounds and three teams."""
    with Store.open(sqlite_store_url) as store:
        squares = [box(lon - 0.004, 38.3, lon + 0.004, 38.31) for lon in (EAST, WEST)]
        names = {"kind": ["compound"] * 2, "name": ["东苑", "西苑"]}
        frame = gpd.GeoDataFrame(names, geometry=squares, crs="EPSG:4326")
        store.write_places(frame, actor=OPERATOR)
        store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
        for name in ("东村", "西村", "南村"):
            store.add_team(name, actor=OPERATOR)
        yield store


def report(store: Store, lon: float, day: date, **told: Any) -> int:
    given = {"category": "manhole", "lon": lon, "lat": 38.305, "reported_at": at(day)}
    return store.report(given | told, actor=OPERATOR).id


def closed(store: Store, lon: float, reported: date, moment: datetime) -> int:
    case = report(store, lon, reported)
    store.transition(case, "close", actor=OPERATOR, reason="已清理", at=moment)
    return case


def duties(*rows: tuple[int, int | None, bool | None]) -> pl.DataFrame:
    full = [(team, place, "", False, came) for team, place, came in rows]
    return pl.DataFrame(full, schema=dict(READ_DUTIES), orient="row")


def turns(*rows: tuple[date, int, int | None, bool | None, float | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(TURNS), orient="row")


def test_the_next_friday_is_today_where_today_is_one() -> None:
    assert [rota_plan.next_friday(FRIDAY + timedelta(days=n)) for n in (-6, -1, 0, 1)] == [
        *(FRIDAY, FRIDAY, FRIDAY, FRIDAY + timedelta(days=7)),
    ]


def test_expected_is_what_is_open_and_what_comes_until_then(town: Store) -> None:
    today = FRIDAY - timedelta(days=2)
    for days in (0, 10, 55, 56):
        report(town, EAST, today - timedelta(days=days))
    closed(town, EAST, today - timedelta(days=20), at(today - timedelta(days=19)))
    report(town, NOWHERE, today)
    found = rota_plan.needs(Cube.open(town), [1, 2], FRIDAY, today=today)
    assert found.select("place_id", "open").rows() == [(1, 4), (2, 0)]
    assert found["coming"].to_list() == pytest.approx([4 / 56 * 2, 0])
    assert found["amount"].to_list() == pytest.approx([4 + 4 / 56 * 2, 0])
    assert rota_plan.needs(Cube.open(town), [], FRIDAY, today=today).is_empty()


def test_a_store_without_reports_expects_nothing_and_still_sends_everybody(town: Store) -> None:
    found = rota_plan.needs(Cube.open(town), [1, 2], FRIDAY, today=FRIDAY)
    assert found["amount"].to_list() == [0, 0]
    made = rota_plan.proposed(found, [1, 2, 3], turns(), excuses={}, by_hand={}, seed=1)
    assert made["place_id"].null_count() == 0 and set(made["place_id"]) == {1, 2}


def test_who_came_alone_did_the_part_of_who_did_not() -> None:
    past = turns(
        *((FRIDAY, 1, 1, True, 8.0), (FRIDAY, 2, 1, False, 8.0), (FRIDAY, 3, None, None, None)),
        *((FRIDAY + timedelta(days=7), 1, 1, None, 6.0), (FRIDAY + timedelta(days=7), 2, 1, None, 6.0)),
    )
    found = rota_plan.history(past)
    assert found["share"].tolist() == [8.0, 0.0, 3.0, 3.0], "without a note all count as having come"
    assert found["compound"].isna().tolist() == [False, True, False, False]
    assert found["team"].tolist() == [1, 2, 1, 2], "who was excused had no turn"


def test_a_proposal_keeps_what_was_chosen_by_hand_and_sends_no_excused_team() -> None:
    expected = pl.DataFrame({"place_id": [1, 2], "amount": [9.0, 1.0]})
    asked: dict[str, Any] = {"excuses": {2: "演练"}, "by_hand": {3: 2, 2: 1, 9: 1}, "seed": 1}
    made = rota_plan.proposed(expected, [1, 2, 3], turns(), **asked)
    assert made.columns == list(DUTIES)
    assert made.rows() == [(1, 1, "", False), (2, None, "演练", False), (3, 2, "", True)]


def test_standing_tells_the_share_the_balance_before_and_after_and_the_last_time_there() -> None:
    past = turns((FRIDAY, 1, 1, True, 8.0), (FRIDAY, 2, 2, True, 2.0))
    expected = pl.DataFrame({"place_id": [1, 2], "amount": [6.0, 4.0]})
    found = rota_plan.standing(
        duties((1, 2, None), (2, 1, None), (3, None, None)), expected, past, teams=[4]
    ).select("team_id", "share", "before", "after", "ago")
    assert found.rows() == [
        *((1, 4.0, 3.0, 2.0, None), (2, 6.0, -3.0, -2.0, None)),
        *((3, None, 0.0, 0.0, None), (4, None, 0.0, 0.0, None)),
    ]
    assert rota_plan.gap(found["before"]) == 6.0 and rota_plan.gap(found["after"]) == 4.0
    again = rota_plan.standing(duties((1, 1, None), (2, 1, None)), expected, past)
    assert again.select("share", "ago").rows() == [(3.0, 1), (3.0, None)]
    assert rota_plan.gap(found["after"].head(0)) == 0.0


def test_cases_closed_on_a_day_are_those_of_the_citys_day(town: Store) -> None:
    before = closed(town, EAST, FRIDAY - timedelta(days=3), at(FRIDAY - timedelta(days=1), 15))
    first = closed(town, EAST, FRIDAY - timedelta(days=3), at(FRIDAY - timedelta(days=1), 16))
    long_ago = closed(town, WEST, FRIDAY - timedelta(days=200), at(FRIDAY, 15))
    closed(town, EAST, FRIDAY - timedelta(days=3), at(FRIDAY, 16))
    case = report(town, EAST, FRIDAY - timedelta(days=3))
    town.transition(case, "reject", actor=OPERATOR, reason="不属实", at=at(FRIDAY))
    found = closed_on(Cube.open(town), FRIDAY, actor=OPERATOR)
    assert found["id"].to_list() == [first, long_ago] and before not in found["id"]
    assert found["place_id"].to_list() == [1, 2]


def test_results_count_what_was_done_on_the_day_and_reports_before_and_after(town: Store) -> None:
    both = closed(town, EAST, FRIDAY - timedelta(days=3), at(FRIDAY, 5))
    fixed = report(town, EAST, FRIDAY - timedelta(days=40))
    for event, needs in (("accept", {}), ("dispatch", {"unit": "环卫中心"}), ("fix", {})):
        town.transition(fixed, event, actor=OPERATOR, at=at(FRIDAY, 6), **needs)
    for days in (1, 7, 14):
        report(town, WEST, FRIDAY + timedelta(days=days))
    assert both != fixed
    sent = duties((1, 1, True), (2, 2, True), (3, 2, False))
    amounts = pl.DataFrame({"place_id": [1, 2], "amount": [3.0, 5.0]})
    cube = Cube.open(town)
    later = FRIDAY + timedelta(days=15)
    found = rota_plan.results(cube, sent, amounts, FRIDAY, today=later, actor=OPERATOR)
    assert found.rows() == [(2, 5.0, 2, 1, 0, 0.0, 1.5), (1, 3.0, 1, 1, 2, 0.25, 0.0)]
    soon = rota_plan.results(cube, sent, amounts, FRIDAY, today=FRIDAY + timedelta(days=7), actor=OPERATOR)
    assert soon["after"].to_list() == [None, None], "not before a week is over"
    nobody = sent.with_columns(came=pl.lit(None, dtype=pl.Boolean))
    unknown = rota_plan.results(cube, nobody, amounts, FRIDAY, today=later, actor=OPERATOR)
    assert unknown["came"].to_list() == [None, None]
