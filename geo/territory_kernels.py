# ruff: noqa: PLR0917 - kernels are called by position, with arrays that numba can type
"""The compiled part of `geo.territories`: areas that stay in one piece while cells change hands.

A graph is `indptr` and `indices` as of `scipy.sparse.csr_array`; `team` the team of each node or -1.
"""

from typing import Any, Final

import numpy as np
from numba import types

from geo.compiled import kernel, part

_FLOATS: Final = types.Array(types.float64, 1, "C", readonly=True)
_DRAWS: Final = types.Array(types.float64, 2, "C", readonly=True)
_INTS: Final = types.Array(types.int64, 1, "C", readonly=True)
_TEAMS: Final = types.Array(types.int64, 1, "C")
_STATE: Final = types.Array(types.float64, 1, "C")
#: Too little work is so much less bad than too much.
_TOO_LIGHT: Final = 0.25
#: What it costs to be outside of the limits at all, in cut links or changed cells.
_OUTSIDE: Final = 4.0
#: A cost is lower if it is by more than what rounding makes of it.
_LOWER: Final = 1e-6


@part
def _stays_whole(indptr: Any, indices: Any, team: Any, node: Any, seen: Any, queue: Any, stamp: Any) -> Any:
    """Tell whether a node's team is still in one piece, and not empty, without that node."""
    own = team[node]
    wanted, first = 0, -1
    for at in range(indptr[node], indptr[node + 1]):
        if team[indices[at]] == own:
            wanted += 1
            first = indices[at]
    if wanted <= 1:
        return wanted == 1
    # Those beside the node are what must be found again: on a grid they mostly touch each other.
    for at in range(indptr[node], indptr[node + 1]):
        if team[indices[at]] == own:
            seen[indices[at]] = -stamp
    seen[node] = stamp
    seen[first] = stamp
    queue[0] = first
    begin, end, found = 0, 1, 1
    while begin < end and found < wanted:
        here = queue[begin]
        begin += 1
        for at in range(indptr[here], indptr[here + 1]):
            other = indices[at]
            if team[other] == own and seen[other] != stamp:
                found += seen[other] == -stamp
                seen[other] = stamp
                queue[end] = other
                end += 1
    return found == wanted


@part
def _strain(load: Any, low: Any, high: Any, steep: Any, square: Any) -> Any:
    """Return what a team's load costs, in shares of the mean: outside its limits, and off the mean."""
    outside = max(load - high, 0.0) + max(low - load, 0.0) * _TOO_LIGHT
    # However little it is outside, it is worth a few moves to be inside.
    return (outside > 0) * _OUTSIDE + steep * outside + square * (load - 1.0) ** 2


@kernel((_INTS, _INTS, _FLOATS, _INTS, _FLOATS, _INTS, _TEAMS, _TEAMS, _STATE, types.int64, _DRAWS, _FLOATS))
def anneal(
    indptr: Any,
    indices: Any,
    load: Any,
    home: Any,
    stake: Any,
    fixed: Any,
    team: Any,
    best: Any,
    state: Any,
    teams: Any,
    draws: Any,
    terms: Any,
) -> Any:
    """Propose a move across a border for each row of draws and take it by Metropolis' rule; changes `team`.

    `load` in shares of the mean; `home` the team that a node had, -1 for none, and `stake` its cells; `fixed`
    1 where it may not move. `terms`: temperature, low, high, steep, square, price of a cut link, price of a
    changed cell. `state`, changed too: the cost so far, from where the search began, and the lowest there
    was, which `best` has the teams of. Returns how many moves were made.
    """
    temperature, low, high, steep, square, cut, change = terms
    n = len(team)
    loads = np.zeros(teams)
    for node in range(n):
        loads[team[node]] += load[node]
    seen = np.zeros(n, np.int64)
    queue = np.zeros(n, np.int64)
    moves = 0
    for row in range(len(draws)):
        node = min(int(draws[row, 0] * n), n - 1)
        links = indptr[node + 1] - indptr[node]
        if fixed[node] or links == 0:
            continue
        own = team[node]
        other = team[indices[indptr[node] + min(int(draws[row, 1] * links), links - 1)]]
        if other == own:
            continue
        cost = (
            _strain(loads[own] - load[node], low, high, steep, square)
            + _strain(loads[other] + load[node], low, high, steep, square)
            - _strain(loads[own], low, high, steep, square)
            - _strain(loads[other], low, high, steep, square)
        )
        for at in range(indptr[node], indptr[node + 1]):
            cost += cut * ((team[indices[at]] == own) * 1.0 - (team[indices[at]] == other) * 1.0)
        if home[node] >= 0:
            cost += change * stake[node] * ((other != home[node]) * 1.0 - (own != home[node]) * 1.0)
        if cost > 0 and draws[row, 2] >= np.exp(-cost / temperature):
            continue
        if _stays_whole(indptr, indices, team, node, seen, queue, row + 1):
            team[node] = other
            loads[own] -= load[node]
            loads[other] += load[node]
            moves += 1
            state[0] += cost
            if state[0] < state[1] - _LOWER:
                state[1] = state[0]
                best[:] = team
    return moves


@kernel((_INTS, _INTS, _INTS, types.int64))
def removable(indptr: Any, indices: Any, team: Any, node: Any) -> Any:
    """Tell whether a node's team is still in one piece, and not empty, without that node."""
    return _stays_whole(
        indptr, indices, team, node, np.zeros(len(team), np.int64), np.zeros(len(team), np.int64), 1
    )


@kernel((_INTS, _INTS, _INTS))
def parts(indptr: Any, indices: Any, team: Any) -> Any:
    """Number the connected parts of the teams from 0, by their first nodes; -1 without a team."""
    n = len(team)
    number = np.full(n, -1, np.int64)
    queue = np.zeros(n, np.int64)
    found = 0
    for start in range(n):
        if team[start] < 0 or number[start] >= 0:
            continue
        number[start] = found
        queue[0] = start
        begin, end = 0, 1
        while begin < end:
            here = queue[begin]
            begin += 1
            for at in range(indptr[here], indptr[here + 1]):
                other = indices[at]
                if team[other] == team[here] and number[other] < 0:
                    number[other] = found
                    queue[end] = other
                    end += 1
        found += 1
    return number


@part
def _lightest_beside(indptr: Any, indices: Any, team: Any, loads: Any, node: Any) -> Any:
    """Return the lightest team that a node is beside, -1 for none."""
    best = -1
    for at in range(indptr[node], indptr[node + 1]):
        beside = team[indices[at]]
        if beside >= 0 and (best < 0 or loads[beside] < loads[best]):
            best = beside
    return best


@kernel((_INTS, _INTS, _FLOATS, _TEAMS, types.int64))
def fill(indptr: Any, indices: Any, load: Any, team: Any, teams: Any) -> Any:
    """Give each node without a team to the lightest team beside it, ring after ring; changes `team`.

    Returns how many nodes no team reaches.
    """
    n = len(team)
    loads = np.zeros(teams)
    free = 0
    for node in range(n):
        if team[node] >= 0:
            loads[team[node]] += load[node]
        else:
            free += 1
    ring = np.zeros(n, np.int64)
    while free:
        size = 0
        for node in range(n):
            if team[node] < 0 and _lightest_beside(indptr, indices, team, loads, node) >= 0:
                ring[size] = node
                size += 1
        if size == 0:
            break
        for node in ring[:size]:
            team[node] = _lightest_beside(indptr, indices, team, loads, node)
            loads[team[node]] += load[node]
        free -= size
    return free


@kernel((_INTS, _INTS, _INTS, _INTS))
def path(indptr: Any, indices: Any, open_nodes: Any, role: Any) -> Any:
    """Return the nodes of a shortest way from those of role 1 to one of role 2, over open nodes of role 0.

    Both ends are left out. A single -1 where there is no way.
    """
    n = len(role)
    before = np.full(n, -1, np.int64)
    queue = np.zeros(n, np.int64)
    end = 0
    for node in range(n):
        if role[node] == 1:
            before[node] = node
            queue[end] = node
            end += 1
    begin = 0
    while begin < end:
        here = queue[begin]
        begin += 1
        for at in range(indptr[here], indptr[here + 1]):
            other = indices[at]
            if before[other] >= 0:
                continue
            if role[other] == 2:
                size = 0
                node = here
                while role[node] != 1:
                    queue[size] = node
                    size += 1
                    node = before[node]
                return queue[:size].copy()
            if open_nodes[other]:
                before[other] = here
                queue[end] = other
                end += 1
    return np.full(1, -1, np.int64)
