"""Two teams at once, cut anew along a random tree: where areas are thin, cells cannot cross one by one.

Source: DeFord, Duchin & Solomon (2021), Recombination: a family of Markov chains for redistricting, Harvard
Data Science Review 3(1).
"""

from typing import Any, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from geo.territory_graph import Graph
from geo.territory_input import Floats, Ints

#: Pairs of teams that are cut anew, for each team; and the most of them.
_PAIRS: Final = 60
_MOST_PAIRS: Final = 1_500
#: How often the heaviest team is one of the two.
_HEAVIEST_FIRST: Final = 0.5


def recut(graph: Graph, team: Ints, *, limit: float, random: np.random.Generator) -> Ints:
    """Cut pairs of neighbouring teams anew where the two become more even, until no load is above the limit.

    Returns
    -------
    Shape (nodes,): teams in one piece each, with their pins, the squares of whose loads add up to no more.
    """
    team = team.copy()
    rows = np.repeat(np.arange(len(team)), np.diff(graph.indptr))
    loads = np.bincount(team, graph.load, minlength=graph.teams)
    for _ in range(min(_PAIRS * graph.teams, _MOST_PAIRS)):
        if loads.max() <= limit:
            break
        near = team[rows] != team[graph.indices]
        if random.random() < _HEAVIEST_FIRST:
            near &= team[rows] == loads.argmax()
        borders = np.flatnonzero(near)
        if not len(borders):
            continue
        link = borders[random.integers(len(borders))]
        one, other = int(team[rows[link]]), int(team[graph.indices[link]])
        nodes = np.flatnonzero((team == one) | (team == other))
        inside = _cut(graph, team, nodes, (one, other), random)
        if inside is None:
            continue
        team[nodes] = np.where(inside, one, other)
        for changed in (one, other):
            loads[changed] = graph.load[team == changed].sum()
    return team


def _cut(graph: Graph, team: Ints, nodes: Ints, pair: tuple[int, int], random: np.random.Generator) -> Any:
    """Return which nodes of both teams the first one has after the cut; None where none is as even as now."""
    one, other = pair
    order, before = _tree(graph, nodes, random)
    # What hangs on each node: load, pins of either team, nodes of the first one.
    pins = graph.pin[nodes]
    hangs: Floats = np.column_stack([graph.load[nodes], pins == one, pins == other, team[nodes] == one])
    whole = hangs.sum(axis=0)
    now = hangs[hangs[:, 3] == 1, 0].sum()
    for node in order[:0:-1].tolist():
        hangs[before[node]] += hangs[node]
    cuts = order[1:]
    load, own, others, shared = hangs[cuts].T
    first = (own == whole[1]) & (others == 0)
    second = (own == 0) & (others == whole[2])
    off = np.abs(load - whole[0] / 2)
    fits = (first | second) & (off <= abs(now - whole[0] / 2))
    if not fits.any():
        return None
    best = int(np.argmin(np.where(fits, off, np.inf)))
    below = np.zeros(len(nodes), np.bool_)
    below[cuts[best]] = True
    for node in order[1:].tolist():
        below[node] |= below[before[node]]
    likelier = shared[best] * 2 >= np.count_nonzero(below)
    as_first = first[best] and (likelier or not second[best])
    return below if as_first else ~below


def _tree(graph: Graph, nodes: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw a tree over connected nodes: the order from its root on, and the node before each."""
    place = np.full(len(graph.load), -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    rows = np.repeat(np.arange(len(graph.load)), np.diff(graph.indptr))
    kept = (place[rows] >= 0) & (place[graph.indices] > place[rows])
    links = place[rows[kept]], place[graph.indices[kept]]
    shape = (len(nodes), len(nodes))
    tree = minimum_spanning_tree(csr_array((random.random(len(links[0])) + 0.1, links), shape=shape))
    found: Any = breadth_first_order(tree, int(random.integers(len(nodes))), directed=False)
    return found[0].astype(np.int64), found[1].astype(np.int64)
