"""Routes of a shift: short, within their windows and limits, and with a true reason for what is left out."""

from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.distances import from_local_m
from geo.errors import AnalysisError
from geo.network import Streets
from geo.routes import Route, Shift, Stop, plan, replan
from geo.walking import walks
from tests.geo.drawn_streets import LAT, LON, lattice, line

HOUR = 3600.0


@pytest.fixture(scope="module")
def streets() -> Streets:
    return Streets.from_lines(lattice(12))


def place(x: float, y: float) -> tuple[float, float]:
    lon, lat = from_local_m(x, y, around=(LON, LAT))
    return float(lon), float(lat)


def shift(**but: Any) -> Shift:
    """Return a shift of 4 hours from one corner and back to it."""
    return Shift(**{"start": place(100, 100), "end": place(100, 100), "ends_s": 4 * HOUR} | but)


def draw(seed: int, n: int, **but: Any) -> list[Stop]:
    rng = np.random.default_rng(seed)
    where = [place(*rng.uniform(60, 1140, 2)) for _ in range(n)]
    urgent = rng.integers(0, 101, n).tolist()
    return [Stop(i, *at, **{"priority": urgent[i], "service_s": 120.0} | but) for i, at in enumerate(where)]


def ids(route: Route) -> list[Any]:
    return [visit.stop.id for visit in route.visits]


def reasons(route: Route) -> dict[Any, str]:
    return {left.stop.id: left.reason for left in route.left}


class Slow:
    """All orders of a few stops, one after the other."""

    def __init__(self, streets: Streets, stops: list[Stop], of: Shift) -> None:
        ends = [of.start, of.end or of.start]
        at = np.array([*ends, *((stop.lon, stop.lat) for stop in stops)])
        self.metres = walks(streets, tuple(at.T)).metres
        self.stops, self.of = stops, of

    def walk(self, order: tuple[int, ...]) -> tuple[float, float]:
        """Return when an order is over (infinite where a window is missed) and its metres."""
        time, metres, at = self.of.begins_s, 0.0, 0
        for k in order:
            stop = self.stops[k]
            metres += self.metres[at, k + 2]
            time += self.metres[at, k + 2] / self.of.speed_m_s
            open_ones = [begin for begin, end in sorted(stop.windows) if time <= end]
            if stop.windows and not open_ones:
                return np.inf, np.inf
            time = max([time, *open_ones[:1]]) + stop.service_s
            at = k + 2
        if self.of.end is not None:
            metres += self.metres[at, 1]
            time += self.metres[at, 1] / self.of.speed_m_s
        return time, metres

    def best(self) -> tuple[int, int, float]:
        """Return the sum of priorities, the number of stops and the metres of the best route."""
        found = (-1, -1, -np.inf)
        most = len(self.stops) if self.of.most_stops is None else min(len(self.stops), self.of.most_stops)
        for n in range(most + 1):
            for some in combinations(range(len(self.stops)), n):
                if self.of.capacity is not None and sum(self.stops[k].load for k in some) > self.of.capacity:
                    continue
                urgent = sum(self.stops[k].priority for k in some)
                if (urgent, n) < found[:2]:
                    continue
                for order in permutations(some):
                    over, metres = self.walk(order)
                    if over <= self.of.ends_s:
                        found = max(found, (urgent, n, -metres))
        return found[0], found[1], -found[2]


def check(route: Route, of: Shift, stops: list[Stop]) -> None:
    """Hold a route to its own rules: nothing lost, times that follow each other, limits and windows kept."""
    assert sorted([*ids(route), *reasons(route)], key=str) == sorted((s.id for s in stops), key=str)
    time, at = of.begins_s, of.start
    for visit in route.visits:
        assert visit.leg.way[0].tolist() == list(at)
        assert visit.arrives_s == pytest.approx(time + visit.leg.metres / of.speed_m_s)
        assert visit.begins_s >= visit.arrives_s
        assert visit.leaves_s == pytest.approx(visit.begins_s + visit.stop.service_s)
        windows = visit.stop.windows
        assert not windows or any(begin <= visit.begins_s <= end for begin, end in windows)
        assert visit.late == (visit.stop.due_s is not None and visit.leaves_s > visit.stop.due_s)
        time, at = visit.leaves_s, (visit.stop.lon, visit.stop.lat)
    if of.end is None:
        assert route.home is None
    else:
        assert route.home is not None
        assert route.home.way[-1].tolist() == list(of.end)
        time += route.home.walk_s
    assert route.over_s == pytest.approx(time)
    assert route.over_s <= of.ends_s + 1e-6
    assert of.most_stops is None or len(route.visits) <= of.most_stops
    assert of.capacity is None or sum(visit.stop.load for visit in route.visits) <= of.capacity


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("end", [place(100, 100), place(1000, 500), None])
def test_where_all_fits_no_order_is_shorter(seed: int, end: Any, streets: Streets) -> None:
    stops, of = draw(seed, 7), shift(end=end)
    route = plan(streets, stops, of)
    check(route, of, stops)
    assert route.metres == pytest.approx(Slow(streets, stops, of).best()[2], abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_windows_hold_and_no_order_that_keeps_them_is_shorter(seed: int, streets: Streets) -> None:
    rng = np.random.default_rng(seed)
    stops = [
        Stop(s.id, s.lon, s.lat, 120, windows=((begin, begin + 900), (begin + 4500, begin + 5400)))
        for s, begin in zip(draw(seed, 6), rng.uniform(0, 5000, 6).tolist(), strict=True)
    ]
    of = shift()
    route = plan(streets, stops, of)
    check(route, of, stops)
    _urgent, n, metres = Slow(streets, stops, of).best()
    assert len(route.visits) == n == 6
    assert route.metres == pytest.approx(metres, abs=0.01)
    assert route.wait_s == pytest.approx(
        route.over_s - of.begins_s - route.walk_s - sum(s.service_s for s in stops)
    )


@pytest.mark.parametrize(
    "limit", [{"ends_s": 3000.0}, {"most_stops": 4}, {"capacity": 7}, {"ends_s": 2000.0}]
)
@pytest.mark.parametrize("seed", range(3))
def test_where_not_all_fits_the_most_urgent_are_chosen(seed: int, limit: Any, streets: Streets) -> None:
    stops, of = (
        [Stop(s.id, s.lon, s.lat, 240, (), None, s.priority, 2) for s in draw(seed, 7)],
        shift(**limit),
    )
    route = plan(streets, stops, of)
    check(route, of, stops)
    urgent, n, metres = Slow(streets, stops, of).best()
    assert sum(visit.stop.priority for visit in route.visits) == urgent
    assert len(route.visits) == n < 7
    assert route.metres == pytest.approx(metres, abs=0.01)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=6)
def test_every_route_keeps_its_rules_in_whatever_order_the_stops_come(seed: int) -> None:
    rng = np.random.default_rng(seed)
    streets = Streets.from_lines(lattice(12))
    stops = [
        Stop(
            s.id,
            *((np.nan, np.nan) if rng.random() < 0.1 else (s.lon, s.lat)),
            service_s=float(rng.uniform(0, 600)),
            windows=((float(at := rng.uniform(0, 7000)), at + 2000.0),) if rng.random() < 0.4 else (),
            due_s=float(rng.uniform(0, 9000)) if rng.random() < 0.4 else None,
            priority=s.priority,
            load=int(rng.integers(0, 3)),
        )
        for s in draw(seed, 25)
    ]
    of = shift(
        begins_s=600.0,
        ends_s=float(rng.uniform(3000, 12000)),
        most_stops=int(rng.integers(3, 30)),
        capacity=int(rng.integers(5, 40)),
        end=None if rng.random() < 0.3 else place(700, 300),
    )
    route = plan(streets, stops, of)
    check(route, of, stops)
    again = plan(streets, [stops[k] for k in rng.permutation(len(stops))], of)
    assert ids(again) == ids(route) and again.left == route.left and again.metres == route.metres


def test_a_deadline_within_the_shift_is_kept_where_it_can_be(streets: Streets) -> None:
    far, near = place(1100, 1100), [Stop(i, *place(100 + 100 * i, 150)) for i in range(1, 6)]
    free = plan(streets, [*near, Stop("due", *far)], shift())
    arrives = {visit.stop.id: visit.leaves_s for visit in free.visits}
    due = (arrives["due"] + HOUR * 0.5) / 2
    route = plan(streets, [*near, Stop("due", *far, due_s=due)], shift())
    assert not any(visit.late for visit in route.visits) and len(route.visits) == 6
    assert next(visit.leaves_s for visit in route.visits if visit.stop.id == "due") <= due


def test_what_can_only_be_done_late_is_done_late(streets: Streets) -> None:
    stops = [Stop("over", *place(500, 500), due_s=0.0), Stop("soon", *place(600, 500), due_s=30.0)]
    route = plan(streets, stops, shift(begins_s=10.0))
    assert [visit.late for visit in route.visits] == [True, True]


def test_what_is_left_out_has_its_true_reason(streets: Streets) -> None:
    stops = [
        Stop("unknown", float("nan"), float("nan"), priority=90),
        Stop("far", *place(9000, 100), priority=80),
        Stop("over", *place(500, 500), windows=((0.0, 60.0),), priority=70),
        Stop("early", *place(1100, 1100), windows=((900.0, 1000.0),), priority=60),
        Stop("other", *place(100, 1100), windows=((900.0, 1000.0),), priority=50),
    ]
    route = plan(streets, stops, shift(start=place(600, 600), end=place(600, 600), ends_s=2 * HOUR))
    assert ids(route) == ["early"]
    assert reasons(route) == {"unknown": "no_position", "far": "too_far", "over": "closed", "other": "window"}
    lacks = route.left[1].lacks_s
    assert lacks is not None and lacks > HOUR
    assert route.left[0].lacks_s is route.left[2].lacks_s is None


def test_the_time_that_lacks_is_just_enough(streets: Streets) -> None:
    stops, of = draw(5, 8, priority=1), shift(ends_s=1800.0)
    route = plan(streets, stops, of)
    left = [one for one in route.left if one.reason == "time"]
    assert left
    lacks = left[0].lacks_s
    assert lacks is not None
    longer = plan(streets, [*(v.stop for v in route.visits), left[0].stop], shift(ends_s=1800 + lacks + 0.2))
    assert len(longer.visits) == len(route.visits) + 1


def test_a_full_route_says_so(streets: Streets) -> None:
    stops = draw(2, 6, load=1)
    assert set(reasons(plan(streets, stops, shift(most_stops=3))).values()) == {"most_stops"}
    assert set(reasons(plan(streets, stops, shift(capacity=3))).values()) == {"capacity"}
    assert set(reasons(plan(streets, stops, shift(most_stops=0))).values()) == {"most_stops"}
    assert set(reasons(plan(streets, stops, shift(capacity=0))).values()) == {"capacity"}


def test_a_shift_without_stops_is_the_walk_to_its_end(streets: Streets) -> None:
    route = plan(streets, [], shift(end=place(400, 100)))
    assert route.visits == () and route.left == ()
    assert route.metres == pytest.approx(300, abs=0.1)
    assert plan(streets, [], shift(end=None)).legs == ()


def test_an_island_is_reached_and_the_leg_says_that_it_is_straight() -> None:
    streets = Streets.from_lines([*lattice(3), line((2000, 100), (2100, 100))])
    stops = [Stop(1, *place(200, 100)), Stop(2, *place(2000, 110)), Stop(3, *place(2000, 900))]
    route = plan(streets, stops, shift(end=None))
    assert ids(route) == [1, 2, 3]
    assert [leg.kind for leg in route.legs] == ["streets", "apart", "off"]
    assert [len(leg.way) for leg in route.legs[1:]] == [2, 2]


def test_the_rest_is_planned_from_where_one_is(streets: Streets) -> None:
    stops, of = draw(7, 12, load=1), shift(ends_s=3 * HOUR, most_stops=10, capacity=10)
    route = plan(streets, stops, of)
    done = ids(route)[:4]
    at = route.visits[3]
    rest = replan(
        streets,
        route,
        here=(at.stop.lon, at.stop.lat),
        now_s=at.leaves_s,
        done=done,
        gone=[ids(route)[4]],
        added=[Stop("new", *place(300, 300), priority=100, load=1)],
    )
    assert not {*done, ids(route)[4]} & {*ids(rest), *reasons(rest)}
    assert len(ids(rest)) + len(reasons(rest)) == 12 - 5 + 1
    assert "new" in ids(rest)
    assert (rest.done, rest.carried, len(rest.visits)) == (4, 4, 6)
    assert rest.over_s <= of.ends_s
    assert rest.legs[0].way[0].tolist() == [at.stop.lon, at.stop.lat]
    last = replan(streets, rest, here=place(100, 100), now_s=rest.over_s - 60, done=ids(rest))
    assert (last.done, last.visits) == (10, ())
    assert set(reasons(last).values()) == {"most_stops"}


def test_an_added_stop_takes_the_place_of_one_with_its_id(streets: Streets) -> None:
    route = plan(streets, draw(1, 3), shift())
    rest = replan(streets, route, here=place(100, 100), now_s=60.0, added=[Stop(1, *place(200, 200))])
    moved = next(visit.stop for visit in rest.visits if visit.stop.id == 1)
    assert (moved.lon, moved.lat) == place(200, 200)


def test_what_cannot_be_planned_is_said_at_once(streets: Streets) -> None:
    wrong = [
        Stop("a", 200, 10),
        Stop("b", LON, LAT, service_s=-1),
        Stop("c", LON, LAT, priority=101),
        Stop("c", LON, LAT, load=-1),
        Stop("d", LON, LAT, windows=((5.0, 4.0),)),
        Stop("e", LON, LAT, due_s=float("nan")),
    ]
    with pytest.raises(
        AnalysisError, match=r"1 ids are given .*first: 'c'; 5 of 6 stops are wrong; first: 'a'"
    ):
        plan(streets, wrong, shift())
    faults = [
        ({"start": (500.0, 0.0)}, "start is"),
        ({"ends_s": -1.0}, "lasts from"),
        ({"ends_s": float("inf")}, "lasts from"),
        ({"speed_m_s": 0.0}, "a speed of 0.0"),
        ({"most_stops": -1}, "at most -1 stops"),
        ({"capacity": -1}, "at most -1 load"),
    ]
    for but, said in faults:
        with pytest.raises(AnalysisError, match=said):
            plan(streets, [], shift(**but))
    route = plan(streets, draw(1, 3), shift())
    with pytest.raises(AnalysisError, match="1 of 2 ids are not in the route; first: 'x'"):
        replan(streets, route, here=place(0, 0), now_s=60.0, done=[1], gone=["x"])
    with pytest.raises(AnalysisError, match="lasts from"):
        replan(streets, route, here=place(0, 0), now_s=5 * HOUR)


@pytest.mark.parametrize("limit", [{"ends_s": 2 * HOUR}, {"most_stops": 20}, {"capacity": 30}])
def test_of_many_stops_the_choice_keeps_the_rules_and_is_worth_more_than_the_nearest(
    limit: Any, streets: Streets
) -> None:
    rng = np.random.default_rng(4)
    stops = [
        Stop(s.id, s.lon, s.lat, 120, ((at, at + HOUR),) if at < HOUR else (), None, s.priority, 1)
        for s, at in zip(draw(9, 90), rng.uniform(0, 4 * HOUR, 90).tolist(), strict=True)
    ]
    of = shift(**limit)
    route = plan(streets, stops, of)
    check(route, of, stops)
    slow, order = Slow(streets, stops, of), ()
    while True:
        longer = [(*order, k) for k in range(90) if k not in order]
        fits = [one for one in longer if slow.walk(one)[0] <= of.ends_s]
        full = len(order) == min(limit.get("most_stops", 90), limit.get("capacity", 90))
        if not fits or full:
            break
        order = min(fits, key=lambda one: slow.walk(one)[0])
    assert sum(v.stop.priority for v in route.visits) > 1.2 * sum(stops[k].priority for k in order)
