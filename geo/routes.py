"""The route of a shift on foot: which stops, in which order, when, along which way, and what does not fit.

Times are seconds on one clock whose zero the caller chooses (the shift's first beginning, or midnight).
Windows hold always: service begins in one of them. A deadline is kept where that is possible; what cannot be
done by then is done late. Where not everything fits, the sum of the priorities decides, then the number of
stops, then the length of the walk.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.errors import AnalysisError
from geo.network import Floats, Streets
from geo.route_order import LATEST, REASONS, Order, Problem, Reason
from geo.route_stops import SERVICE_S, WALKING_M_S, Shift, Stop, check, has_place, merged
from geo.walking import DETOUR, KINDS, REACH_M, Walks, walks

__all__ = [
    "REASONS",
    "SERVICE_S",
    "WALKING_M_S",
    "Left",
    "Leg",
    "Reason",
    "Route",
    "Shift",
    "Stop",
    "Visit",
    "plan",
    "replan",
]


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """A walk from one place to the next.

    Attributes
    ----------
    way
        Shape (c, 2): longitudes and latitudes, c at least 2.
    metres, walk_s
        How long it is and takes; on a straight line more than the line, see `geo.walking`.
    kind
        One of `geo.walking.KINDS`: along streets, or why it is a straight line.
    """

    way: Floats
    metres: float
    walk_s: float
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """A stop on the route: the leg to it, when one arrives, begins and leaves, and whether that is late."""

    stop: Stop
    leg: Leg
    arrives_s: float
    begins_s: float
    leaves_s: float
    late: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A stop that is not on the route.

    Attributes
    ----------
    reason
        `no_position`; `too_far`: the shift is too short for it alone; `closed`: no window can be met even
        alone; `most_stops` or `capacity`: the route is full; `window`: its windows cannot be met beside the
        other stops; `time`: the shift is too short for it beside the others.
    lacks_s
        For `too_far` and `time`: how much longer the shift would have to be for this one alone, put into the
        route as it is; None else.
    """

    stop: Stop
    reason: Reason
    lacks_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """The answer.

    Attributes
    ----------
    visits
        In their order.
    home
        The leg to the shift's end; None without one.
    over_s
        When it is over.
    left
        What is not on it, the most urgent first.
    done
        How many stops of the shift were done before: they count for its most stops.
    carried
        Their load.
    """

    shift: Shift
    visits: tuple[Visit, ...]
    home: Leg | None
    over_s: float
    left: tuple[Left, ...]
    done: int = 0
    carried: int = 0

    @property
    def legs(self) -> tuple[Leg, ...]:
        """All walks in their order, the one to the end included."""
        return (*(visit.leg for visit in self.visits), *([self.home] if self.home else []))

    @property
    def metres(self) -> float:
        """How long the walk is."""
        return sum(leg.metres for leg in self.legs)

    @property
    def walk_s(self) -> float:
        """How long one walks."""
        return sum(leg.walk_s for leg in self.legs)

    @property
    def wait_s(self) -> float:
        """How long one waits for windows to open."""
        return sum(visit.begins_s - visit.arrives_s for visit in self.visits)


def plan(
    streets: Streets,
    stops: Iterable[Stop],
    shift: Shift,
    *,
    reach_m: float = REACH_M,
    detour: float = DETOUR,
    barriers: Sequence[BaseGeometry] = (),
) -> Route:
    """Plan a shift.

    The answer depends on what the stops are, not on the order in which they are given, nor on chance.

    Parameters
    ----------
    stops
        Fewer than `geo.walking.MOST_POINTS`.
    reach_m, detour, barriers
        See `geo.walking.walks`.

    Raises
    ------
    AnalysisError
        Stops or a shift that cannot be meant; the message says how many, and the first.
    """
    return _planned(streets, stops, shift, 0, 0, reach_m=reach_m, detour=detour, barriers=barriers)


def replan(
    streets: Streets,
    route: Route,
    *,
    here: tuple[float, float],
    now_s: float,
    done: Iterable[Hashable] = (),
    gone: Iterable[Hashable] = (),
    added: Iterable[Stop] = (),
    reach_m: float = REACH_M,
    detour: float = DETOUR,
    barriers: Sequence[BaseGeometry] = (),
) -> Route:
    """Plan the rest of a shift from where one is.

    Parameters
    ----------
    here
        Longitude and latitude, WGS-84.
    now_s
        On the clock of the route, before the end of its shift.
    done
        Ids of stops that are done: they count for the most stops and the capacity of the shift.
    gone
        Ids of stops that somebody else does or nobody has to.
    added
        New stops; one with the id of a stop of the route takes its place.

    Returns
    -------
    What is left of the route, with what was left out of it before, and the added.

    Raises
    ------
    AnalysisError
        As `plan`; ids that are not in the route; a shift that is over.
    """
    known = {visit.stop.id: visit.stop for visit in route.visits}
    known |= {left.stop.id: left.stop for left in route.left}
    finished, dropped = set(done), set(gone)
    unknown = sorted(map(str, (finished | dropped) - set(known)))
    if unknown:
        raise AnalysisError(
            f"{len(unknown)} of {len(finished | dropped)} ids are not in the route; first: '{unknown[0]}'. "
            "Expected ids of its visits or of what was left out."
        )
    new = list(added)
    replaced = {stop.id for stop in new}
    rest = [stop for name, stop in known.items() if name not in finished | dropped | replaced]
    shift = replace(route.shift, start=here, begins_s=now_s)
    carried = route.carried + sum(known[name].load for name in finished)
    return _planned(
        streets,
        [*rest, *new],
        shift,
        route.done + len(finished),
        carried,
        reach_m=reach_m,
        detour=detour,
        barriers=barriers,
    )


def _planned(
    streets: Streets, stops: Iterable[Stop], shift: Shift, done: int, carried: int, **how: Any
) -> Route:
    every = sorted(stops, key=lambda stop: str(stop.id))
    check(every, shift)
    placed = [stop for stop in every if has_place(stop)]
    nowhere = [Left(stop, "no_position") for stop in every if not has_place(stop)]
    ends = [shift.start, *([shift.end] if shift.end is not None else [])]
    lon, lat = np.array([*ends, *((stop.lon, stop.lat) for stop in placed)]).T
    between = walks(streets, (lon, lat), **how)
    # The start, the stops, the end: without one the last row stands for a place that is near everywhere.
    rows = [0, *range(len(ends), len(lon)), len(ends) - 1]
    problem = _Clock(shift).problem(placed, between.metres[np.ix_(rows, rows)], done, carried)
    order = Order.of(problem)
    return _Told(between, rows, placed, shift, problem).route(order, nowhere, done, carried)


@dataclass(frozen=True, slots=True)
class _Clock:
    """Puts stops into arrays."""

    shift: Shift

    def problem(self, stops: Sequence[Stop], metres: Floats, done: int, carried: int) -> Problem:
        shift = self.shift
        walk = metres / shift.speed_m_s
        if shift.end is None:
            walk[:, -1] = walk[-1] = 0
        hard = self._windows([merged(stop.windows) for stop in stops])
        due = np.full(len(stops) + 2, LATEST)
        for node, stop in enumerate(stops, 1):
            if stop.due_s is not None:
                due[node] = stop.due_s - stop.service_s
        closes = np.minimum(hard[1], due[:, None])
        closes = np.where(closes >= hard[0], closes, -1)

        def column(of: Iterable[float]) -> Any:
            return np.array([0, *of, 0])

        return Problem(
            walk=np.ascontiguousarray(walk),
            service=column(stop.service_s for stop in stops).astype(np.float64),
            load=column(stop.load for stop in stops).astype(np.int64),
            priority=column(stop.priority for stop in stops).astype(np.int64),
            opens=hard[0],
            closes=closes,
            hard_opens=hard[0],
            hard_closes=hard[1],
            begins=float(shift.begins_s),
            ends=float(shift.ends_s),
            most_stops=None if shift.most_stops is None else max(0, shift.most_stops - done),
            capacity=None if shift.capacity is None else max(0, shift.capacity - carried),
            open_end=shift.end is None,
        )

    def _windows(self, windows: list[list[tuple[float, float]]]) -> tuple[Floats, Floats]:
        """Return when windows open and close; what has fewer than others has some that closed long ago."""
        most = max((len(each) for each in windows), default=1) or 1
        opens, closes = np.zeros((len(windows) + 2, most)), np.full((len(windows) + 2, most), -1.0)
        closes[:, 0] = LATEST
        for node, each in enumerate(windows, 1):
            for w, (begin, end) in enumerate(each):
                opens[node, w], closes[node, w] = max(begin, 0.0), min(end, LATEST)
        return opens, closes


@dataclass(frozen=True, slots=True)
class _Told:
    """Puts an order into words: visits with their legs, and what is left."""

    between: Walks
    rows: list[int]
    stops: Sequence[Stop]
    shift: Shift
    problem: Problem

    def route(self, order: Order, nowhere: list[Left], done: int, carried: int) -> Route:
        path = [0, *order.path.tolist()]
        if self.shift.end is not None:
            path.append(len(self.stops) + 1)
        legs = self._legs(path)
        visits, time = [], self.problem.begins
        for node, leg in zip(order.path.tolist(), legs, strict=False):
            stop = self.stops[node - 1]
            arrives = time + leg.walk_s
            begins = self._begins(node, arrives)
            time = begins + stop.service_s
            late = stop.due_s is not None and time > stop.due_s
            visits.append(Visit(stop, leg, arrives, begins, time, late))
        home = legs[-1] if self.shift.end is not None else None
        left = [Left(self.stops[node - 1], *why) for node, why in order.left.items()] + nowhere
        left.sort(key=lambda one: (-one.stop.priority, str(one.stop.id)))
        over = time + (home.walk_s if home else 0)
        return Route(self.shift, tuple(visits), home, over, tuple(left), done, carried)

    def _legs(self, path: list[int]) -> list[Leg]:
        pairs = [(self.rows[a], self.rows[b]) for a, b in pairwise(path)]
        return [
            Leg(way, metres, metres / self.shift.speed_m_s, KINDS[self.between.kind[pair]])
            for pair, way in zip(pairs, self.between.ways(pairs), strict=True)
            for metres in [float(self.between.metres[pair])]
        ]

    def _begins(self, node: int, arrives: float) -> float:
        """Return when service begins: in a window of its own, whether or not the deadline is kept."""
        opens, closes = self.problem.hard_opens[node], self.problem.hard_closes[node]
        return max(arrives, float(opens[np.flatnonzero(arrives <= closes)[0]]))
