"""Which stops a shift has time for, and in which order; for `geo.routes`.

VROOM gives a first order, and of a few stops a first choice; both are bettered here, because with one long
walk VROOM stays some percent behind. Of many stops it takes longer to choose than all the rest together, and
its choice is no better than that of `exchange` from nothing. Nothing is drawn by chance: the same stops in
the same order give the same answer.

Sources of the searches: H. R. Lourenço, O. C. Martin and T. Stützle (2003), Iterated local search, in
Handbook of Metaheuristics, 320-353; G. Schrimpf et al. (2000), Record breaking optimization results using the
ruin and recreate principle, Journal of Computational Physics 159(2), 139-171.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Path = npt.NDArray[np.int64]

#: Why a stop is left out, see `geo.routes.Left`.
Reason = Literal["no_position", "too_far", "closed", "most_stops", "capacity", "window", "time"]
REASONS: Final[tuple[Reason, ...]] = (
    "no_position",
    "too_far",
    "closed",
    "most_stops",
    "capacity",
    "window",
    "time",
)
#: Up to so many stops VROOM is asked for a choice too.
VROOM_CHOOSES_OF: Final = 60

_EXPLORATION: Final = 0  # more takes twice as long and seldom finds more
#: VROOM counts whole units of time: tenths of a second.
_PER_S: Final = 10
#: Stands for no end of a window, in seconds: a third of a year.
LATEST: Final = 10_000_000.0
#: How often a walk is disturbed; of more stops than so many less often, as the work grows with the cube.
_ROUNDS: Final = 3_000
_FULL_ROUNDS_UP_TO: Final = 150
#: How often, and in how many rounds each time, other choices of stops are looked for.
_EXCHANGES: Final = 8
#: How many of those left out are tried in place of how many others.
_REPLACING: Final = 30
_REPLACED: Final = 10
_EXCHANGE_ROUNDS: Final = 500


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """n stops with a beginning (node 0) and an end (node n + 1); stop k is node k + 1. Times in seconds.

    Attributes
    ----------
    walk
        Shape (n + 2, n + 2), the same in both directions.
    service, load, priority
        Shape (n + 2,): 0 at both ends.
    opens, closes
        Shape (n + 2, w): windows in ascending order in which service begins.
    hard_opens, hard_closes
        The same without deadlines.
    begins, ends
        Of the shift.
    most_stops, capacity
        Highest numbers; None for any.
    open_end
        Whether the shift ends at the last stop.
    """

    walk: Floats
    service: Floats
    load: Path
    priority: Path
    opens: Floats
    closes: Floats
    hard_opens: Floats
    hard_closes: Floats
    begins: float
    ends: float
    most_stops: int | None
    capacity: int | None
    open_end: bool

    def __len__(self) -> int:
        return len(self.walk) - 2


@dataclass(slots=True, eq=False)
class Order:
    """An answer: the path, and the nodes that are not on it with their reasons and the seconds that lack."""

    problem: Problem
    path: Path
    opens: Floats = field(repr=False)
    closes: Floats = field(repr=False)
    left: dict[int, tuple[Reason, float | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """Choose and order stops."""
        found = cls(problem, np.zeros(0, np.int64), problem.opens.copy(), problem.closes.copy())
        found._leave_out_the_impossible()
        found._solve([node for node in range(1, len(problem) + 1) if node not in found.left])
        found._fill()
        found._explain()
        return found

    @property
    def _timed(self) -> bool:
        return bool((self.opens > self.problem.begins).any() or (self.closes < LATEST).any())

    def _over(self, path: Path) -> float:
        """Return when a walk is over."""
        at, time = 0, self.problem.begins
        for node in path.tolist():
            time += self.problem.walk[at, node]
            window = np.flatnonzero(time <= self.closes[node])
            if not len(window):
                return np.inf
            time = max(time, self.opens[node, window[0]]) + self.problem.service[node]
            at = node
        return float(time + self.problem.walk[at, -1])

    def _can_hold(self, nodes: Path | list[int]) -> bool:
        """Say whether so many stops with these loads may be on one path."""
        most, capacity = self.problem.most_stops, self.problem.capacity
        few_enough = most is None or len(nodes) <= most
        return few_enough and (capacity is None or bool(self.problem.load[nodes].sum() <= capacity))

    def _fits(self, path: Path) -> bool:
        return self._can_hold(path) and self._over(path) <= self.problem.ends

    def _forget_deadline(self, node: int) -> None:
        self.opens[node], self.closes[node] = self.problem.hard_opens[node], self.problem.hard_closes[node]

    def _leave_out_the_impossible(self) -> None:
        """Leave out what does not fit into the shift even alone."""
        whole = self.problem
        for node in range(1, len(whole) + 1):
            alone = np.array([node])
            needs = whole.walk[0, node] + whole.service[node] + whole.walk[node, -1]
            if whole.begins + needs > whole.ends:
                self.left[node] = "too_far", float(whole.begins + needs - whole.ends)
                continue
            if self._over(alone) > whole.ends:
                self._forget_deadline(node)
                if self._over(alone) > whole.ends:
                    self.left[node] = "closed", None
                    continue
            if whole.most_stops == 0:
                self.left[node] = "most_stops", None
            elif whole.capacity is not None and whole.load[node] > whole.capacity:
                self.left[node] = "capacity", None

    def _solve(self, nodes: list[int]) -> None:
        whole = self.problem
        if not nodes:
            return
        busy = whole.service[nodes].sum()
        if whole.begins + busy <= whole.ends and self._can_hold(nodes):
            # Perhaps everything fits, and the shortest walk of all keeps the windows.
            path = self._shortened(vroom_order(self, nodes, chosen=False), timed=False)
            if self._fits(path):
                self.path = path
                return
        if len(nodes) > VROOM_CHOOSES_OF:
            return
        path = vroom_order(self, nodes, chosen=True)
        while not self._fits(path):  # never seen; what is cut off is looked at again like all that is left
            path = path[:-1]
        self.path = self._shortened(path, timed=True)

    def _shortened(self, path: Path, *, timed: bool, rounds: int = _ROUNDS) -> Path:
        from geo.route_kernels import shorten

        whole = self.problem
        shorter = path.copy()
        rounds = int(rounds * min(1.0, (_FULL_ROUNDS_UP_TO / max(len(path), 1)) ** 3))
        shorten(
            shorter,
            whole.walk,
            whole.service,
            self.opens,
            self.closes,
            whole.begins,
            whole.ends,
            timed and self._timed,
            rounds,
            1,
        )
        return shorter

    def _insert(self, path: Path, node: int, *, open_always: bool = False) -> tuple[Path, float]:
        """Put a stop into a path where it is over soonest; return the path and when that is."""
        from geo.route_kernels import insert

        whole = self.problem
        opens, closes = self.opens, self.closes
        if open_always:
            opens, closes = opens.copy(), closes.copy()
            opens[node], closes[node] = 0, LATEST
        longer = np.zeros(len(path) + 1, np.int64)
        over = insert(path, node, whole.walk, whole.service, opens, closes, whole.begins, longer)
        return longer, float(over)

    def _waiting(self) -> list[int]:
        """Return what is neither on the path nor left out, the most urgent first."""
        there = {*self.path.tolist(), *self.left}
        nodes = [node for node in range(1, len(self.problem) + 1) if node not in there]
        return sorted(nodes, key=lambda node: (-self.problem.priority[node], node))

    def _fill(self) -> None:
        """Look for room for what is not on the path, in time or late, and instead of what is less urgent."""
        if self._waiting():
            self._exchange()
        while self._waiting():
            grown = False
            while self._add() or self._replace():
                grown = True
            if not grown:
                return
            self.path = self._shortened(self.path, timed=True)

    def _exchange(self) -> None:
        """Look for other choices that are worth more."""
        from geo.route_kernels import exchange

        whole = self.problem
        usable = np.ones(len(whole) + 2, bool)
        usable[[0, -1, *self.left]] = False
        path = np.zeros(len(whole) + 1, np.int64)
        rounds = int(_EXCHANGE_ROUNDS * min(1.0, (_FULL_ROUNDS_UP_TO / len(whole)) ** 2))
        for part in range(_EXCHANGES):
            n = len(self.path)
            path[:n] = self.path
            n = exchange(
                path,
                n,
                whole.walk,
                whole.service,
                self.opens,
                self.closes,
                whole.begins,
                whole.ends,
                self._timed,
                whole.priority,
                whole.load,
                usable,
                len(whole) if whole.most_stops is None else whole.most_stops,
                int(whole.load.sum()) if whole.capacity is None else whole.capacity,
                max(rounds, 1),
                part + 1,
            )
            self.path = self._shortened(path[:n].copy(), timed=True, rounds=50)

    def _add(self) -> bool:
        grown = False
        for in_time in (True, False):
            for node in self._waiting():
                if not in_time:
                    self._forget_deadline(node)
                longer, over = self._insert(self.path, node)
                if over <= self.problem.ends and self._can_hold(longer):
                    self.path, grown = longer, True
        return grown

    def _replace(self) -> bool:
        """Put one of the most urgent in place of one of the least urgent."""
        urgent = self.problem.priority
        for node in self._waiting()[:_REPLACING]:
            for place in np.argsort(urgent[self.path], kind="stable")[:_REPLACED]:
                if urgent[self.path[place]] >= urgent[node]:
                    break
                longer, over = self._insert(np.delete(self.path, place), node)
                if over <= self.problem.ends and self._can_hold(longer):
                    self.path = longer
                    return True
        return False

    def _explain(self) -> None:
        """Say why each stop that is not on the path has no room in it."""
        whole = self.problem
        carried = int(whole.load[self.path].sum())
        for node in self._waiting():
            if whole.most_stops is not None and len(self.path) >= whole.most_stops:
                self.left[node] = "most_stops", None
            elif whole.capacity is not None and carried + whole.load[node] > whole.capacity:
                self.left[node] = "capacity", None
            else:
                over = self._insert(self.path, node, open_always=True)[1]
                lacks = over - whole.ends
                self.left[node] = ("time", lacks) if lacks > 0 else ("window", None)


def vroom_order(order: Order, nodes: list[int], *, chosen: bool) -> Path:
    """Ask VROOM for an order of nodes.

    Parameters
    ----------
    chosen
        Whether windows and the shift's limits hold, so that some may be left out; else all come, in nearly
        the shortest order.
    """
    import vroom

    whole = order.problem
    windows = {node: _windows(order, node) if chosen else [] for node in nodes}
    if chosen:
        nodes = [node for node in nodes if windows[node]]
    if not nodes:
        return np.zeros(0, np.int64)
    at = [0, *nodes, len(whole) + 1]
    tenths = np.ceil(whole.walk[np.ix_(at, at)] * _PER_S).astype(np.uint32)
    begins, ends = np.ceil(whole.begins * _PER_S), np.floor(whole.ends * _PER_S)
    limits: dict[str, Any] = {}
    if chosen:
        limits["time_window"] = [int(begins), int(ends)]
        limits["max_tasks"] = whole.most_stops if whole.most_stops is not None else len(nodes)
        limits["capacity"] = [] if whole.capacity is None else [whole.capacity]
    # Without max_distance=None VROOM does not see that all it has is a round trip, which it solves better.
    problem = vroom.Input()
    problem.set_durations_matrix("walk", tenths)
    end = None if whole.open_end else len(at) - 1
    problem.add_vehicle(vroom.Vehicle(1, start=0, end=end, profile="walk", max_distance=None, **limits))
    problem.add_job([_job(whole, node, row, windows[node], chosen) for row, node in enumerate(nodes, 1)])
    routes = problem.solve(exploration_level=_EXPLORATION, nb_threads=1).routes
    rows = routes.loc[routes["type"] == "job", "id"].to_numpy(np.int64)
    ordered: Path = np.array(at, np.int64)[rows]
    return ordered


def _windows(order: Order, node: int) -> list[tuple[int, int]]:
    """Return the windows of a stop in whole units of time; a shorter one has none."""
    opens, closes = np.ceil(order.opens[node] * _PER_S), np.floor(order.closes[node] * _PER_S)
    return [(int(opens[w]), int(closes[w])) for w in np.flatnonzero((opens <= closes) & (closes >= 0))]


def _job(whole: Problem, node: int, row: int, windows: list[tuple[int, int]], chosen: bool) -> Any:
    import vroom

    wanted: dict[str, Any] = {}
    if chosen:
        wanted["time_windows"] = [vroom.TimeWindow(*window) for window in windows]
        wanted["priority"] = int(whole.priority[node])
        if whole.capacity is not None:
            wanted["pickup"] = [int(whole.load[node])]
    service = int(np.ceil(whole.service[node] * _PER_S))
    return vroom.Job(row, location=row, default_service=service, **wanted)
