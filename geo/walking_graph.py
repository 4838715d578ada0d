"""Spots on streets as nodes of the street network, and the shortest ways between them; for `geo.walking`."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from geo.network import Floats, Snapped, Streets

Rows = npt.NDArray[np.int64]

#: Spots closer than this on one edge are one, and one at its end is the node there.
_SAME_M: Final = 0.001
#: Distances held at once while the table is made, in numbers of 8 bytes.
_MOST_HELD: Final = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SpotGraph:
    """The street network with a node at each spot.

    Attributes
    ----------
    streets
        The network.
    node
        Shape (n,): the node of each spot, -1 for none.
    links
        Shape (nodes, nodes): metres between neighbouring nodes, in both directions.
    keys
        Shape (k,), ascending: `low * nodes + high` of the two nodes of each link.
    edge, from_m, to_m
        Shape (k,): which stretch of which edge a link is, from its lower node to its higher one.
    """

    streets: Streets
    node: Rows
    links: "sparse.csr_array[np.float64, tuple[int, int]]"
    keys: Rows
    edge: Rows
    from_m: Floats
    to_m: Floats

    @classmethod
    def of(cls, streets: Streets, spots: Snapped) -> Self:
        """Put a node at each spot that is on a street."""
        lengths = streets.lengths_m
        m = len(streets)
        on = np.flatnonzero(spots.edge >= 0)
        edge = spots.edge[on].astype(np.int64)
        steps = np.rint(spots.along_m[on] / _SAME_M)
        at_begin, at_end = steps <= 0, steps * _SAME_M >= lengths[edge] - _SAME_M
        inner = ~(at_begin | at_end)
        own, which = np.unique(np.column_stack([edge[inner], steps[inner]]), axis=0, return_inverse=True)
        node = np.full(len(spots.edge), -1, np.int64)
        ends = streets.ends.astype(np.int64)
        node[on] = np.where(at_begin, ends[edge, 0], ends[edge, 1])
        node[on[inner]] = streets.nodes + which
        nodes = streets.nodes + len(own)
        # What lies on each edge in order: its beginning, its spots, its end.
        of = np.concatenate([np.arange(m), own[:, 0].astype(np.int64), np.arange(m)])
        at_m = np.concatenate([np.zeros(m), own[:, 1] * _SAME_M, lengths])
        who = np.concatenate([ends[:, 0], streets.nodes + np.arange(len(own)), ends[:, 1]])
        part = np.repeat([0, 1, 2], [m, len(own), m])
        order = np.lexsort([at_m, part, of])
        of, at_m, who = of[order], at_m[order], who[order]
        next_to = (of[1:] == of[:-1]) & (who[1:] != who[:-1])
        one, other = who[:-1][next_to], who[1:][next_to]
        from_m, to_m = at_m[:-1][next_to], at_m[1:][next_to]
        back = one > other
        low, high = np.where(back, other, one), np.where(back, one, other)
        length = to_m - from_m
        keys = low * nodes + high
        # Of several ways between the same two nodes the shortest counts.
        order = np.lexsort([length, keys])
        kept = order[np.append(True, keys[order][1:] != keys[order][:-1])] if len(order) else order
        low, high, length, back = low[kept], high[kept], length[kept], back[kept]
        return cls(
            streets=streets,
            node=node,
            links=sparse.csr_array(
                (np.tile(length, 2), (np.concatenate([low, high]), np.concatenate([high, low]))),
                shape=(nodes, nodes),
            ),
            keys=keys[kept],
            edge=of[:-1][next_to][kept],
            from_m=np.where(back, to_m[kept], from_m[kept]),
            to_m=np.where(back, from_m[kept], to_m[kept]),
        )

    def metres(self) -> Floats:
        """Return the shortest ways between all spots, shape (n, n): infinite where there is none."""
        found = np.full((len(self.node),) * 2, np.inf)
        on = np.flatnonzero(self.node >= 0)
        if not len(on):
            return found
        sources, which = np.unique(self.node[on], return_inverse=True)
        between = np.empty((len(sources),) * 2)
        chunk = max(1, _MOST_HELD // self.links.shape[0])
        for begin in range(0, len(sources), chunk):
            far = dijkstra(self.links, indices=sources[begin : begin + chunk])
            between[begin : begin + chunk] = far[:, sources]
        # The same sum in two orders differs in its last digit.
        between = np.minimum(between, between.T)
        found[np.ix_(on, on)] = between[np.ix_(which, which)]
        return found

    def ways(self, pairs: Rows, within_m: Floats) -> list[Floats]:
        """Draw the shortest ways between connected spots: longitudes and latitudes of shape (c, 2).

        Parameters
        ----------
        within_m
            Shape (k,): no way is longer than this; short ways are found in a moment in a large city too.
        """
        begins = self.node[pairs[:, 0]]
        drawn: list[Floats] = [np.zeros((0, 2))] * len(pairs)
        for begin in np.unique(begins).tolist():
            from_here = np.flatnonzero(begins == begin)
            _far, before = dijkstra(
                self.links,
                indices=begin,
                return_predecessors=True,
                limit=float(within_m[from_here].max()) + _SAME_M,
            )
            for k in from_here.tolist():
                nodes = [int(self.node[pairs[k, 1]])]
                while nodes[-1] != begin:
                    nodes.append(int(before[nodes[-1]]))
                drawn[k] = self._drawn(np.array(nodes[::-1]))
        return drawn

    def _drawn(self, nodes: Rows) -> Floats:
        """Lay the stretches between nodes one after the other."""
        if len(nodes) == 1:
            return self._place(int(nodes[0]))
        low, high = np.minimum(nodes[1:], nodes[:-1]), np.maximum(nodes[1:], nodes[:-1])
        link = np.searchsorted(self.keys, low * self.links.shape[0] + high)
        onward = nodes[:-1] == low
        from_m = np.where(onward, self.from_m[link], self.to_m[link])
        to_m = np.where(onward, self.to_m[link], self.from_m[link])
        return np.vstack([self._stretch(*which) for which in zip(self.edge[link], from_m, to_m, strict=True)])

    def _place(self, node: int) -> Floats:
        """Return longitude and latitude of the node of a spot, shape (1, 2)."""
        touching = np.flatnonzero(
            (self.keys // self.links.shape[0] == node) | (self.keys % self.links.shape[0] == node)
        )
        if not len(touching):  # a ring without any other node: its spot is where it begins
            edge = int(np.flatnonzero((self.streets.ends == node).any(axis=1))[0])
            return self._stretch(edge, 0.0, 0.0)[:1]
        link = int(touching[0])
        is_low = self.keys[link] // self.links.shape[0] == node
        at_m = float(self.from_m[link] if is_low else self.to_m[link])
        return self._stretch(int(self.edge[link]), at_m, at_m)[:1]

    def _stretch(self, edge: int, from_m: float, to_m: float) -> Floats:
        """Return the corners of an edge from one spot to another, both included."""
        corners = slice(self.streets.first[edge], self.streets.first[edge + 1])
        at, along_m = self.streets.at[corners], self.streets.along_m[corners]
        low, high = min(from_m, to_m), max(from_m, to_m)
        between = at[(along_m > low) & (along_m < high)]
        ends = np.column_stack([np.interp([low, high], along_m, axis) for axis in at.T])
        way = np.vstack([ends[:1], between, ends[1:]])
        return way if from_m <= to_m else way[::-1].copy()
