"""The route of a team's shift: shared, struck off, planned anew when work comes in, and nobody else's."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.actors import OPERATOR, Actor
from data.field_routes import BEHIND_S, FieldRoutes, TeamRoute
from data.field_shifts import FieldShift
from data.field_stops import case_of, stops_of
from data.kept_routes import KeptRoute
from data.store import Store
from geo.errors import ConflictError, GivenError, NotAllowedError, StoreError, TeamError
from geo.urgency import BY_CLASS
from tests.data import stores
from tests.data.field_town import MORNING, ONE, TWO, fill, found_town, place

MONDAY = date(2026, 6, 15)
#: The shifts of the delivered table, 8:30 to 12:00 and 14:00 to 18:00 in China.
BEGINS = datetime(2026, 6, 15, 0, 30, tzinfo=UTC)
ROW = [(100.0 * k, 100.0) for k in range(-5, 6)]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Store]:
    """A town in a file: what a route is made of is read the same way from both databases."""
    with Store.open(stores.new_file(tmp_path / "town.sqlite")) as store:
        found_town(store)
        yield store


def routes(store: Store, *, actor: Actor = ONE, now: datetime = MORNING, **but: Any) -> FieldRoutes:
    return FieldRoutes(store, actor=actor, tz="Asia/Shanghai", now=now, **but)


def order(found: TeamRoute) -> list[int]:
    return [case_of(visit.stop) for visit in found.kept.route.visits]


def left(found: TeamRoute) -> dict[int, str]:
    return {case_of(one.stop): one.reason for one in found.kept.route.left}


def local(found: TeamRoute, seconds: float) -> str:
    return f"{found.midnight + timedelta(seconds=seconds):%m-%d %H:%M}"


def test_all_of_a_team_see_one_route_along_streets(town: Store) -> None:
    cases = fill(town, ROW)
    first = routes(town).of(1)
    assert sorted(order(first)) == sorted(cases) and first.shared
    assert {leg.kind for leg in first.kept.route.legs} <= {"streets", "near"}
    colleague = Actor("另一位", "team_member", team=1)
    second = routes(town, actor=colleague, now=MORNING + timedelta(minutes=20)).of(1)
    head = routes(town, actor=OPERATOR).of(1)
    assert order(first) == order(second) == order(head) and second.kept.version == first.kept.version == 1
    for one, other in zip(first.kept.route.legs, second.kept.route.legs, strict=True):
        np.testing.assert_array_equal(one.way, other.way)


def test_nobody_sees_another_teams_route(town: Store) -> None:
    fill(town, ROW[:2])
    squad = Actor("中队", "dispatcher", units=frozenset({"城管"}))
    for actor in (TWO, squad):
        with pytest.raises(NotAllowedError):
            routes(town, actor=actor).of(1)
        with pytest.raises(NotAllowedError):
            routes(town, actor=actor).choose(1, {})
        with pytest.raises(NotAllowedError):
            town.team_route(1, MONDAY, actor=actor)
        with pytest.raises(NotAllowedError):
            town.keep_team_route(1, MONDAY, "{}", actor=actor, version=None)
    with pytest.raises(StoreError, match="no team 9"):
        routes(town, actor=OPERATOR).of(9)


def test_who_may_only_look_sees_a_plan_that_is_not_kept(town: Store) -> None:
    fill(town, ROW)
    analyst = Actor("分析员", "analyst")
    seen = routes(town, actor=analyst).of(1)
    assert order(seen) and not seen.shared
    assert town.team_route(1, MONDAY, actor=analyst) is None


def test_the_cases_of_other_teams_and_those_that_wait_for_others_are_no_stops(town: Store) -> None:
    here = fill(town, [(0, 100)])
    fill(town, [(100, 100)], status="reported", source="b")
    fill(town, [(200, 100)], status="fixed", source="c")
    fill(town, [(60_000, 0)], source="d")
    assert order(routes(town).of(1)) == here and not left(routes(town).of(1))


def test_the_shift_is_that_of_the_citys_table_and_nothing_begins_in_its_pause(town: Store) -> None:
    fill(town, [(50.0 * k, 100.0 * (k % 5)) for k in range(-10, 10)], category="illegal_structure")
    found = routes(town).of(1)
    walk = found.kept.route.shift
    assert (local(found, walk.begins_s), local(found, walk.ends_s)) == ("06-15 08:30", "06-15 18:00")
    begins = [local(found, visit.begins_s)[6:] for visit in found.kept.route.visits]
    assert not [time for time in begins if "12:00" < time < "14:00"]
    assert max(begins) >= "14:00" and found.kept.route.over_s <= walk.ends_s
    assert set(left(found).values()) == {"time"}


def test_after_the_shift_the_next_working_days_is_shown(town: Store) -> None:
    fill(town, ROW[:3])
    evening = routes(town, now=datetime(2026, 6, 12, 12, 0, tzinfo=UTC)).of(1)  # Friday, 20:00
    assert evening.kept.shift.day == MONDAY and len(order(evening)) == 3
    day_off = routes(town, now=datetime(2026, 6, 14, 2, 0, tzinfo=UTC))
    assert day_off.of(1).kept.shift.day == MONDAY
    chosen = day_off.choose(1, {"day": "2026-06-14", "begins": "11:00", "ends": "13:00"})
    assert chosen.kept.shift.day == date(2026, 6, 14) == day_off.of(1).kept.shift.day


def test_urgent_cases_come_first_where_not_all_fit(town: Store) -> None:
    cases = fill(town, ROW)
    stop = {case_of(stop): stop for stop in routes(town).of(1).kept.stops()}[cases[7]]
    from geo.cells import ANALYSIS_RESOLUTION, from_points

    cell = int(from_points([stop.lon], [stop.lat], ANALYSIS_RESOLUTION)[0])
    hot = {cell: "intensifying_hot"}
    found = routes(town, hot=hot).choose(1, {"most_stops": 1})
    by_case = {case_of(stop): stop.priority for stop in found.kept.stops()}
    assert by_case[cases[7]] == max(by_case.values()) and order(found)[0] in by_case
    assert by_case[order(found)[0]] == by_case[cases[7]]
    assert max(by_case.values()) - min(by_case.values()) == BY_CLASS["intensifying_hot"]
    assert len(order(found)) == 1 and set(left(found).values()) == {"most_stops"}


def test_what_is_done_is_struck_off_and_the_rest_stays_as_it_was(town: Store) -> None:
    fill(town, ROW)
    before = routes(town).of(1)
    town.transition(order(before)[0], "fix", actor=ONE)
    after = routes(town, now=BEGINS + timedelta(minutes=5)).of(1)
    assert order(after) == order(before)[1:] and after.kept.version == before.kept.version + 1
    assert [(one.n, one.case) for one in after.kept.done] == [(1, order(before)[0])]
    assert after.kept.route.visits[0].arrives_s == before.kept.route.visits[1].arrives_s
    again = routes(town, now=BEGINS + timedelta(minutes=5)).of(1)
    assert again.kept.version == after.kept.version and order(again) == order(after)


def test_new_work_is_planned_in_and_the_stop_one_is_walking_to_stays(town: Store) -> None:
    fill(town, ROW)
    before = routes(town).of(1)
    town.transition(order(before)[0], "fix", actor=ONE)
    target = order(before)[1]
    beside = fill(town, [(40.0, 100.0)], source="later")[0]
    now = BEGINS + timedelta(minutes=4)
    after = routes(town, now=now).of(1)
    assert order(after)[0] == target and beside in order(after)
    assert sorted(order(after)) == sorted([*order(before)[1:], beside])
    done = after.kept.done[0]
    assert after.kept.route.shift.start == (done.lon, done.lat)
    assert after.kept.route.shift.begins_s == (now - after.midnight).total_seconds()
    np.testing.assert_allclose(after.kept.route.visits[0].leg.way[0], [done.lon, done.lat], atol=1e-6)


def test_a_case_that_others_took_is_gone_and_counts_for_nothing(town: Store) -> None:
    fill(town, ROW)
    before = routes(town).of(1)
    taken = order(before)[3]
    town.transition(taken, "close", actor=OPERATOR, reason="重复")
    after = routes(town).of(1)
    assert sorted(order(after)) == sorted(set(order(before)) - {taken})
    assert not after.kept.done and after.kept.route.done == 0


def test_what_is_done_counts_for_the_most_stops_of_the_shift(town: Store) -> None:
    fill(town, ROW)
    planned = routes(town).choose(1, {"most_stops": 3})
    assert len(order(planned)) == 3
    town.transition(order(planned)[0], "fix", actor=ONE)
    fill(town, [(20.0, 120.0)], source="later")
    after = routes(town, now=BEGINS + timedelta(minutes=4)).of(1)
    assert len(order(after)) == 2 and after.kept.route.done == 1


def test_the_load_of_the_cases_fills_the_capacity(town: Store) -> None:
    fill(town, ROW, category="piled_rubbish")  # 3 each, by the delivered table
    found = routes(town).choose(1, {"capacity": 7})
    assert len(order(found)) == 2 and set(left(found).values()) == {"capacity"}


def test_who_is_behind_gets_other_times(town: Store) -> None:
    fill(town, ROW)
    before = routes(town).of(1)
    first = before.kept.route.visits[0]
    soon, late = (
        before.midnight.astimezone(UTC) + timedelta(seconds=first.leaves_s + BEHIND_S + seconds)
        for seconds in (-1, 1)
    )
    assert routes(town, now=soon).of(1).kept.version == 1
    after = routes(town, now=late).of(1)
    assert after.kept.version == 2 and order(after)[0] == case_of(first.stop)
    assert after.kept.route.visits[0].arrives_s > first.leaves_s + BEHIND_S


def test_from_here_is_for_one_person_and_leaves_no_trace(town: Store) -> None:
    fill(town, ROW)
    shared = routes(town).of(1)
    here = place(437, 411)
    own = routes(town, now=BEGINS + timedelta(minutes=2)).from_here(1, here)
    assert not own.shared and own.kept.route.shift.start == here
    assert sorted(order(own)) == sorted(order(shared))
    row = town.team_route(1, MONDAY, actor=ONE)
    assert row is not None and row.version == 1 and str(here[0]) not in row.content
    assert order(routes(town).of(1)) == order(shared)


def test_a_chosen_shift_holds_for_the_team(town: Store) -> None:
    fill(town, ROW)
    usual = routes(town).of(1)
    start = place(-500, -500)
    given = {"begins": "09:00", "ends": "11:00", "start": list(start), "back": False}
    chosen = routes(town).choose(1, given)
    walk = routes(town).of(1).kept.route.shift
    assert walk.start == start and walk.end is None and chosen.kept.chosen and not usual.kept.chosen
    assert (local(chosen, walk.begins_s), local(chosen, walk.ends_s)) == ("06-15 09:00", "06-15 11:00")
    back = routes(town).choose(1, {})
    assert back.kept.route.shift.ends_s == usual.kept.route.shift.ends_s


def test_a_shift_that_cannot_be_meant_is_refused_with_all_its_faults(town: Store) -> None:
    fill(town, ROW[:2])
    planner = routes(town)
    before = planner.of(1).kept.version
    with pytest.raises(GivenError, match=r"'25:00'.*'yes'.*\[200, 0\].*-3") as caught:
        planner.choose(1, {"begins": "25:00", "most_stops": -3, "back": "yes", "start": [200, 0]})
    assert "'begins'" in str(caught.value)
    for given, why in (
        ({"pace": 3}, "no 'pace'"),
        ([], "an object"),
        ({"day": "2026-06-14"}, "expected one from"),
        ({"day": "soon"}, "'soon'"),
        ({"day": "2026-06-15", "begins": "06:00", "ends": "07:00"}, "over already"),
    ):
        with pytest.raises(GivenError, match=why):
            planner.choose(1, given)
    assert planner.of(1).kept.version == before


def test_a_shift_over_midnight_is_one_shift(town: Store) -> None:
    fill(town, ROW)
    evening = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
    found = routes(town, now=evening).choose(1, {"day": "2026-06-15", "begins": "22:00", "ends": "02:00"})
    assert local(found, found.kept.route.shift.ends_s) == "06-16 02:00"
    after_midnight = routes(town, now=datetime(2026, 6, 15, 17, 0, tzinfo=UTC)).of(1)
    assert after_midnight.kept.shift.day == MONDAY


def test_without_streets_legs_are_straight_lines_that_say_so(tmp_path: Path) -> None:
    with Store.open(stores.new_file(tmp_path / "bare.sqlite")) as store:
        found_town(store, streets=False)
        fill(store, ROW[:3])
        found = routes(store).of(1)
        assert {leg.kind for leg in found.kept.route.legs} == {"off"}
        assert all(len(leg.way) == 2 for leg in found.kept.route.legs)


def test_a_team_without_cells_and_place_is_asked_for_a_start(town: Store) -> None:
    town.add_team("新队", actor=OPERATOR)
    with pytest.raises(TeamError, match="Choose a start"):
        routes(town, actor=OPERATOR).of(3)
    assert order(routes(town, actor=OPERATOR).choose(3, {"start": list(place(0, 0))})) == []


def test_a_route_is_kept_by_whoever_saw_the_last_one(store: Store) -> None:
    found_town(store, streets=False)
    fill(store, ROW[:3])
    found = routes(store).of(1)
    row = store.team_route(1, MONDAY, actor=ONE)
    assert row is not None and (row.version, row.made_by, row.day) == (1, ONE.name, MONDAY)
    again = KeptRoute.from_text(row.content, version=row.version)
    assert again.as_text() == found.kept.as_text() == row.content
    for version in (None, 2):
        with pytest.raises(ConflictError):
            store.keep_team_route(1, MONDAY, "{}", actor=ONE, version=version)
    assert store.keep_team_route(1, MONDAY, "{}", actor=ONE, version=1).version == 2
    assert order(routes(store).of(1)) == order(found)  # what cannot be read is planned anew


def test_old_plans_are_not_kept(store: Store) -> None:
    found_town(store, streets=False)
    for ahead in (0, 1, 15):
        store.keep_team_route(1, MONDAY + timedelta(days=ahead), "{}", actor=ONE, version=None)
    there = [store.team_route(1, MONDAY + timedelta(days=k), actor=ONE) is not None for k in (0, 1, 15)]
    assert there == [False, True, True]


def test_cases_with_hours_of_their_own_are_gone_to_within_them(town: Store) -> None:
    fill(town, [(100.0, 100.0), (-300.0, 200.0), (250.0, -300.0)], category="shop_sign")  # 9:00 to 21:00
    posters = fill(town, [(0.0, 300.0)], source="b")
    found = routes(town).of(1)
    begins = {case_of(visit.stop): local(found, visit.begins_s)[6:] for visit in found.kept.route.visits}
    assert all(time >= "09:00" for case, time in begins.items() if case not in posters)
    late = routes(town).choose(1, {"begins": "05:00", "ends": "08:40"})
    assert order(late) == posters and set(left(late).values()) == {"closed"}


def test_hours_of_a_case_are_those_of_the_clocks_on_the_day_they_are_changed(town: Store) -> None:
    fill(town, [(100.0, 100.0)], category="shop_sign")  # 9:00 to 21:00
    shift, tz = FieldShift(date(2027, 3, 28), 8 * 60, 22 * 60), ZoneInfo("Europe/Berlin")
    stops, _aside = stops_of(town, member=ONE, shift=shift, tz=tz, now=MORNING, hot={})
    ((opens, closes),) = stops.popitem()[1].windows
    assert (opens, closes) == (8 * 3600, 20 * 3600), "from 2 to 3 o'clock no time passes"


def test_a_case_that_waits_for_help_is_not_gone_to_until_it_comes(town: Store) -> None:
    fill(town, ROW)
    before = routes(town).of(1)
    case = order(before)[0]
    told = {"uid": str(uuid4()), "act": "needs_help", "case": case, "reason": "人手不够", "note": ""}
    assert town.answer(told, actor=ONE).state == "applied"
    after = routes(town, now=BEGINS + timedelta(minutes=3)).of(1)
    assert order(after) == order(before)[1:] and after.kept.aside == {case: "help"}
    assert [one.case for one in after.kept.done] == [case]
    version = town.case(case, actor=OPERATOR).version
    town.transition(case, "dispatch", actor=OPERATOR, version=version, unit="城管", reason="加派人手")
    back = routes(town, now=BEGINS + timedelta(minutes=4)).of(1)
    assert case in order(back) and not back.kept.aside


def test_a_railway_of_the_store_is_not_crossed_on_a_straight_line(town: Store) -> None:
    fill(town, [(150.0, 145.0), (150.0, 155.0)])
    assert "near" in {leg.kind for leg in routes(town).of(1).kept.route.legs}
    line = shapely.LineString([place(-550, 150), place(550, 150)])
    town.write_places(
        gpd.GeoDataFrame({"kind": ["railway"], "name": ["京沪线"]}, geometry=[line], crs="EPSG:4326"),
        actor=OPERATOR,
    )
    assert {leg.kind for leg in routes(town).choose(1, {}).kept.route.legs} == {"streets"}
