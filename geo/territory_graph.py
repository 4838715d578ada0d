"""The graph that is split: cells of one area as nodes, those of a compound as one node."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.territory_input import Floats, Ints, Task
from geo.territory_pieces import Area


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Nodes of an area; teams are counted from 0 within the area.

    Attributes
    ----------
    node
        Shape (cells of the area,): the node of each.
    indptr, indices
        Who is beside whom, bridges included.
    load
        Work of each node, as a share of the average team of this area.
    at
        Shape (nodes, 2): its middle, in metres.
    home, stake
        The team that most of its cells had, -1 for none, and how many cells those are.
    pin
        The team that it must have, -1 for none.
    teams
        How many teams.
    """

    node: Ints
    indptr: Ints
    indices: Ints
    load: Floats
    at: Floats
    home: Ints
    stake: Floats
    pin: Ints
    teams: int

    @classmethod
    def of(cls, task: Task, area: Area, at: Floats, together: Iterable[Ints]) -> Self:
        """Make the graph of an area, with these sets of rows (of the task) as one node each.

        Sets must be connected and hold the pins of one team at most; sets that share cells are one.
        """
        n, rows = len(task.cells), area.rows
        links = _links(task, area)
        label = _labels(n, together)[rows]
        node = np.unique(label, return_inverse=True)[1].astype(np.int64)
        nodes = int(node.max()) + 1
        place = np.full(n, -1, np.int64)
        place[rows] = node
        left, right = place[links[:, 0]], place[links[:, 1]]
        apart = left != right
        joined = csr_array((np.ones(apart.sum(), np.int8), (left[apart], right[apart])), shape=(nodes, nodes))
        joined.sum_duplicates()
        joined.sort_indices()
        work = task.load[rows]
        size = np.bincount(node, minlength=nodes)
        home, stake = _homes(task, area, node, nodes)
        pin = np.full(nodes, -1, np.int64)
        pinned = task.pins[rows] >= 0
        pin[node[pinned]] = np.searchsorted(area.teams, task.pins[rows][pinned])
        return cls(
            node=node,
            indptr=joined.indptr.astype(np.int64),
            indices=joined.indices.astype(np.int64),
            load=np.asarray(
                np.bincount(node, work, minlength=nodes) * (len(area.teams) / work.sum()), np.float64
            ),
            at=np.column_stack(
                [np.bincount(node, at[rows, axis], minlength=nodes) / size for axis in (0, 1)]
            ),
            home=home,
            stake=stake,
            pin=pin,
            teams=len(area.teams),
        )

    @property
    def links(self) -> tuple[Ints, Ints]:
        """Return `indptr` and `indices`."""
        return self.indptr, self.indices


def connected(task: Task, area: Area, rows: Ints) -> bool:
    """Tell whether cells of an area hang together without any other cell."""
    inside = np.zeros(len(task.cells), np.bool_)
    inside[rows] = True
    links = _links(task, area)
    links = links[inside[links].all(axis=1)]
    place = np.cumsum(inside) - 1
    graph: Any = csr_array(
        (np.ones(len(links), np.int8), (place[links[:, 0]], place[links[:, 1]])), shape=(len(rows),) * 2
    )
    return int(connected_components(graph, directed=False)[0]) == 1


def _links(task: Task, area: Area) -> Ints:
    """Return every link within an area, both ways; shape (links, 2), rows of the task."""
    indptr, indices = task.links
    own = np.zeros(len(task.cells), np.bool_)
    own[area.rows] = True
    rows = np.repeat(np.arange(len(task.cells)), np.diff(indptr))
    here = own[rows]  # a neighbour of a cell is in the same piece, so in the same area
    return np.concatenate(
        [np.column_stack([rows[here], indices[here]]), area.bridges, area.bridges[:, ::-1]]
    ).astype(np.int64)


def _labels(n: int, together: Iterable[Ints]) -> Ints:
    """Number cells so that those that stay together have one number, that of the first of them."""
    pairs = [np.column_stack([rows[:-1], rows[1:]]) for rows in together if len(rows) > 1]
    if not pairs:
        return np.arange(n)
    left, right = np.concatenate(pairs).T
    graph: Any = csr_array((np.ones(len(left), np.int8), (left, right)), shape=(n, n))
    found = connected_components(graph, directed=False)[1]
    first = np.unique(found, return_index=True)[1]
    labels: Ints = first[found].astype(np.int64)
    return labels


def _homes(task: Task, area: Area, node: Ints, nodes: int) -> tuple[Ints, Floats]:
    before = task.previous[area.rows]
    known = np.isin(before, area.teams)
    votes = np.zeros((nodes, len(area.teams)), np.int64)
    np.add.at(votes, (node[known], np.searchsorted(area.teams, before[known])), 1)
    home = np.where(votes.any(axis=1), votes.argmax(axis=1), -1)
    return home.astype(np.int64), votes.max(axis=1).astype(np.float64)
