# ruff: noqa: PLR0917 - kernels are called by position, with arrays that numba can type
"""The compiled part of `geo.route_order`: shorten a walk through stops, find room in one, choose others.

Node 0 is where the walk begins, the highest node where it ends, the others are stops. A path holds stops
alone. Times are seconds; of the windows of a stop, `opens` and `closes` of shape (nodes, windows), the first
counts that is not over when one arrives.
"""

from typing import Any, Final

import numpy as np
from numba import types

from geo.compiled import kernel, part

_TABLE: Final = types.Array(types.float64, 2, "C", readonly=True)
_FLOATS: Final = types.Array(types.float64, 1, "C", readonly=True)
_PATH: Final = types.Array(types.int64, 1, "C")

#: What counts as shorter, in seconds: less is rounding.
_GAIN_S: Final = 1e-6
#: Stops that are moved at once, and that change places when the search is stuck.
_MOVED: Final = 3
_SWAPPED: Final = 30
#: How much longer the next walk may be than the last, as a share: so that the search is not caught.
_WORSE: Final = 0.002
#: Stops that are taken out at once to see what else could be there.
_RUINED: Final = 12


@part
def _finish(path: Any, walk: Any, service: Any, opens: Any, closes: Any, begins: float) -> Any:
    """Return when a walk is over; infinite where a window is missed."""
    at, time = 0, begins
    for stop in path:
        time += walk[at, stop]
        begun = np.inf
        for w in range(opens.shape[1]):
            if time <= closes[stop, w]:
                begun = max(time, opens[stop, w])
                break
        time = begun + service[stop]
        at = stop
    return time + walk[at, walk.shape[0] - 1]


@part
def _at(path: Any, k: int, nodes: int) -> Any:
    """Return the node at a place in a path, its two ends included."""
    if k < 0:
        return 0
    if k >= len(path):
        return nodes - 1
    return path[k]


@part
def _turned(path: Any, i: int, j: int, out: Any) -> None:
    """Write a path with the stops i to j in reverse."""
    out[:] = path
    for k in range(j - i + 1):
        out[i + k] = path[j - k]


@part
def _moved(path: Any, i: int, count: int, after: int, back: bool, out: Any) -> None:
    """Write a path with some stops from i on moved behind place `after` (-1: to the front)."""
    n = len(path)
    at = 0
    for k in range(-1, n):
        if k >= 0 and not i <= k < i + count:
            out[at] = path[k]
            at += 1
        if k == after:
            for step in range(count):
                out[at] = path[i + count - 1 - step] if back else path[i + step]
                at += 1


@part
def _keeps(
    path: Any, walk: Any, service: Any, opens: Any, closes: Any, begins: float, ends: float, timed: bool
) -> Any:
    """Say whether a shorter path can still be walked; without windows every one can."""
    return not timed or _finish(path, walk, service, opens, closes, begins) <= ends


@part
def _turn(
    path: Any,
    other: Any,
    walk: Any,
    service: Any,
    opens: Any,
    closes: Any,
    begins: float,
    ends: float,
    timed: bool,
) -> Any:
    """Walk parts of a path in reverse wherever that is shorter; return whether one was."""
    n, nodes = len(path), walk.shape[0]
    found = False
    for i in range(n):
        for j in range(i + 1, n):
            a, b = _at(path, i - 1, nodes), _at(path, j + 1, nodes)
            gain = walk[a, path[i]] + walk[path[j], b] - walk[a, path[j]] - walk[path[i], b]
            if gain > _GAIN_S:
                _turned(path, i, j, other)
                if _keeps(other, walk, service, opens, closes, begins, ends, timed):
                    path[:] = other
                    found = True
    return found


@part
def _move(
    path: Any,
    other: Any,
    walk: Any,
    service: Any,
    opens: Any,
    closes: Any,
    begins: float,
    ends: float,
    timed: bool,
) -> Any:
    """Move stops elsewhere, up to three that follow each other; return whether one was moved."""
    n, nodes = len(path), walk.shape[0]
    found = False
    for count in range(1, min(_MOVED, n - 1) + 1):
        for i in range(n - count + 1):
            first, last = path[i], path[i + count - 1]
            a, b = _at(path, i - 1, nodes), _at(path, i + count, nodes)
            freed = walk[a, first] + walk[last, b] - walk[a, b]
            if freed <= _GAIN_S:
                continue
            for after in range(-1, n):
                if i - 1 <= after < i + count:
                    continue
                c, d = _at(path, after, nodes), _at(path, after + 1, nodes)
                onward = walk[c, first] + walk[last, d] - walk[c, d]
                back = walk[c, last] + walk[first, d] - walk[c, d]
                if freed - min(onward, back) > _GAIN_S:
                    _moved(path, i, count, after, back < onward, other)
                    if _keeps(other, walk, service, opens, closes, begins, ends, timed):
                        path[:] = other
                        found = True
                        break
    return found


@part
def _length(path: Any, walk: Any) -> Any:
    total, at = 0.0, 0
    for stop in path:
        total += walk[at, stop]
        at = stop
    return total + walk[at, walk.shape[0] - 1]


@part
def _next(state: int) -> Any:
    """Return the next of a series of numbers of 48 bits; those from the 17th on look random."""
    return (state * 25_214_903_917 + 11) & 0xFFFFFFFFFFFF


@part
def _drawn(state: int, below: int) -> Any:
    return (state >> 17) % below


@kernel(
    (
        _PATH,
        _TABLE,
        _FLOATS,
        _TABLE,
        _TABLE,
        types.float64,
        types.float64,
        types.boolean,
        types.int64,
        types.int64,
    )
)
def shorten(
    path: Any,
    walk: Any,
    service: Any,
    opens: Any,
    closes: Any,
    begins: float,
    ends: float,
    timed: bool,
    rounds: int,
    seed: int,
) -> None:
    """Shorten a path in place: turn and move stops, then disturb it and try again.

    Parameters
    ----------
    walk
        Shape (nodes, nodes), the same in both directions.
    timed
        Whether windows must hold and the walk be over at `ends`; if so they hold at the beginning.
    rounds
        How often it is disturbed.
    """
    n = len(path)
    if n < 2:
        return
    trial, other, here = path.copy(), path.copy(), path.copy()
    best = at_length = np.inf
    state = _next(_next(seed & 0xFFFFFFFFFFFF))
    for tried in range(rounds + 1):
        if tried:
            # Two neighbouring parts change places.
            state = _next(state)
            i = _drawn(state, n - 1)
            state = _next(state)
            j = i + _drawn(state, min(_SWAPPED, n - 1 - i))
            state = _next(state)
            k = j + 1 + _drawn(state, min(_SWAPPED, n - 1 - j))
            trial[:] = here
            trial[i : i + k - j] = here[j + 1 : k + 1]
            trial[i + k - j : k + 1] = here[i : j + 1]
            if not _keeps(trial, walk, service, opens, closes, begins, ends, timed):
                continue
        going = True
        while going:
            going = _turn(trial, other, walk, service, opens, closes, begins, ends, timed)
            going = _move(trial, other, walk, service, opens, closes, begins, ends, timed) or going
        length = _length(trial, walk)
        if length < at_length + _WORSE * best:
            at_length = length
            here[:] = trial
        if length < best - _GAIN_S:
            best = length
            path[:] = trial


@kernel((_PATH, types.int64, _TABLE, _FLOATS, _TABLE, _TABLE, types.float64, _PATH))
def insert(
    path: Any, stop: int, walk: Any, service: Any, opens: Any, closes: Any, begins: float, out: Any
) -> Any:
    """Put a stop where the walk is over soonest; return when that is, infinite where it has no place.

    Parameters
    ----------
    out
        One longer than the path: takes the longer path, if there is one.
    """
    n = len(path)
    best, place = np.inf, -1
    for after in range(n + 1):
        out[:after] = path[:after]
        out[after] = stop
        out[after + 1 :] = path[after:]
        over = _finish(out, walk, service, opens, closes, begins)
        if over < best:
            best, place = over, after
    if place >= 0:
        out[:place] = path[:place]
        out[place] = stop
        out[place + 1 :] = path[place:]
    return best


@part
def _over_with(
    path: Any,
    n: int,
    after: int,
    stop: int,
    walk: Any,
    service: Any,
    opens: Any,
    closes: Any,
    begins: float,
) -> Any:
    """Return when a walk through the first n stops of a path is over, with one more put behind a place."""
    at, time = 0, begins
    for k in range(n + 1):
        node = path[k] if k <= after else stop if k == after + 1 else path[k - 1]
        time += walk[at, node]
        begun = np.inf
        for w in range(opens.shape[1]):
            if time <= closes[node, w]:
                begun = max(time, opens[node, w])
                break
        time = begun + service[node]
        at = node
    return time + walk[at, walk.shape[0] - 1]


@part
def _place_for(
    trial: Any,
    m: int,
    stop: int,
    walk: Any,
    service: Any,
    opens: Any,
    closes: Any,
    begins: float,
    ends: float,
    timed: bool,
    spare: float,
) -> Any:
    """Return behind which place a stop lengthens a walk least (-2: it fits nowhere), and by how much."""
    nodes = walk.shape[0]
    least, place = np.inf, -2
    for after in range(-1, m):
        a = trial[after] if after >= 0 else 0
        b = trial[after + 1] if after + 1 < m else nodes - 1
        more = walk[a, stop] + walk[stop, b] - walk[a, b]
        if more >= least or more > spare:
            continue
        if timed and _over_with(trial, m, after, stop, walk, service, opens, closes, begins) > ends:
            continue
        least, place = more, after
    return place, least


@part
def _lined_up(there: Any, usable: Any, priority: Any, state: int, pool: Any, worth: Any) -> Any:
    """Put what is not there in a row, mostly the most urgent first; return how many, and the next state."""
    size = 0
    for node in range(1, len(there) - 1):
        if usable[node] and not there[node]:
            state = _next(state)
            key = (priority[node] + 1) * (_drawn(state, 1000) + 300)
            at = size
            while at > 0 and worth[at - 1] < key:
                worth[at], pool[at] = worth[at - 1], pool[at - 1]
                at -= 1
            worth[at], pool[at] = key, node
            size += 1
    return size, state


@part
def _without(path: Any, n: int, i: int, count: int, trial: Any, there: Any) -> Any:
    """Write a path without some stops, and mark the others; return how many those are."""
    there[:] = False
    m = 0
    for k in range(n):
        if not i <= k < i + count:
            trial[m] = path[k]
            there[path[k]] = True
            m += 1
    return m


@part
def _summed(values: Any, path: Any, n: int) -> Any:
    total = values[0] * 0
    for k in range(n):
        total += values[path[k]]
    return total


@kernel(
    (
        _PATH,
        types.int64,
        _TABLE,
        _FLOATS,
        _TABLE,
        _TABLE,
        types.float64,
        types.float64,
        types.boolean,
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.boolean, 1, "C", readonly=True),
        types.int64,
        types.int64,
        types.int64,
        types.int64,
    )
)
def exchange(
    path: Any,
    n: int,
    walk: Any,
    service: Any,
    opens: Any,
    closes: Any,
    begins: float,
    ends: float,
    timed: bool,
    priority: Any,
    load: Any,
    usable: Any,
    most: int,
    capacity: int,
    rounds: int,
    seed: int,
) -> Any:
    """Take a part of a path out and fill the gap with what is worth most, again and again; in place.

    Parameters
    ----------
    path
        Room for all usable stops; the first n are the path.
    usable
        Shape (nodes,): what may be on it.
    rounds
        How often.

    Returns
    -------
    How many stops the path has then. The sum of the priorities has not fallen; where it is the same, the
    number of stops has not; where that is too, the length.
    """
    nodes = walk.shape[0]
    trial = path.copy()
    pool, worth = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    there = np.zeros(nodes, np.bool_)
    best_worth, best_walk = _summed(priority, path, n), _length(path[:n], walk)
    state = _next(_next(seed & 0xFFFFFFFFFFFF))
    for _round in range(rounds):
        state = _next(state)
        count = _drawn(state, min(_RUINED, n)) + 1 if n else 0
        state = _next(state)
        m = _without(path, n, _drawn(state, n - count + 1), count, trial, there)
        used, busy = _summed(load, trial, m), _summed(service, trial, m)
        won, gone = _summed(priority, trial, m), _length(trial[:m], walk)
        size, state = _lined_up(there, usable, priority, state, pool, worth)
        for node in pool[:size]:
            if m >= most or used + load[node] > capacity:
                continue
            spare = ends - begins - gone - busy - service[node]
            place, more = _place_for(trial, m, node, walk, service, opens, closes, begins, ends, timed, spare)
            if place > -2:
                for k in range(m, place + 1, -1):
                    trial[k] = trial[k - 1]
                trial[place + 1] = node
                m += 1
                gone += more
                busy += service[node]
                used += load[node]
                won += priority[node]
        if (won, m, -gone) > (best_worth, n, _GAIN_S - best_walk):
            path[:m] = trial[:m]
            n, best_worth, best_walk = m, won, gone
    return n
