"""A network of streets: which streets meet where, how long they are, and which one a point lies on.

Lines become edges between nodes. Two lines meet where they have a corner in common (to 0.1 m), and where the
end of one lies on the other (to 1 m). Whether they also meet where they only cross, the file decides: where
its junctions are common corners, as in OpenStreetMap, a crossing without one is a bridge or a tunnel, and
nobody changes over from one street to the other there; where lines are mostly drawn across each other, a
crossing is a junction. `Streets.joined` and `Streets.apart` say what was done.

Lengths are metres on the ellipsoid, positions WGS-84 degrees.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

import numpy as np
import numpy.typing as npt
import shapely

from geo.distances import metres_per_degree
from geo.errors import AnalysisError
from geo.network_nodes import Pieces, joined_at_crossings, pieces_of
from geo.places import PlaceIndex
from geo.places_input import points_of, shapes_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

#: What becomes of lines that cross without a common corner.
Crossings = Literal["auto", "join", "apart"]
CROSSINGS: Final = ("auto", "join", "apart")
#: How far a point may lie from the street that it is counted on, unless said otherwise: the width of a street
#: and what stands along it. What lies further off is in a compound, and no matter of the street.
WITHIN_M: Final = 50.0


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """The spot on the network of each of n points.

    Attributes
    ----------
    edge
        int32: its edge, -1 where none is within the distance allowed.
    along_m
        float64: metres from the beginning of the edge; NaN for none.
    distance_m
        float64: metres to the spot, to the millimetre; NaN for none.
    """

    edge: Ints
    along_m: Floats
    distance_m: Floats

    @property
    def far(self) -> int:
        """How many points have no street near them."""
        return int(np.count_nonzero(self.edge < 0))


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """Edges between nodes; not changed by asking.

    Attributes
    ----------
    at
        Shape (p, 2): longitudes and latitudes of the corners, edge by edge.
    first
        Shape (m + 1,): the corners of edge e are `at[first[e]:first[e + 1]]`.
    along_m
        Shape (p,): metres from the beginning of the edge to each corner.
    ends
        Shape (m, 2): the nodes where each edge begins and ends, 0 to `nodes` - 1.
    line
        Shape (m,): the row of the line that each edge is a part of.
    nodes
        How many.
    joined, apart
        How many crossings without a common corner became nodes, and how many were left apart.
    """

    at: Floats
    first: Ints
    along_m: Floats
    ends: Ints
    line: Ints
    nodes: int
    joined: int
    apart: int
    _index: PlaceIndex = field(repr=False)
    _corner: Ints = field(repr=False)  # of each segment of the index, the corner that it begins at

    @classmethod
    def from_lines(cls, lines: Any, *, crossings: Crossings = "auto") -> Self:
        """Make the network of some lines.

        Parameters
        ----------
        lines
            Shape (n,): shapely lines and multi-lines in WGS-84 degrees, a GeoSeries or a GeoDataFrame. None,
            empty ones and those without length are left out; what two lines share belongs to the first.
        crossings
            Where lines cross without a common corner: `join` or `apart`; `auto` joins them unless the lines
            have more junctions at common corners than such crossings.

        Raises
        ------
        PlaceError, CrsError
            As `PlaceIndex`.
        AnalysisError
            A word for crossings that is none.
        """
        if crossings not in CROSSINGS:
            raise AnalysisError(
                f"Crossings '{crossings}' are not known. Expected one of {', '.join(CROSSINGS)}."
            )
        pieces, crossed, is_joined = joined_at_crossings(
            pieces_of(shapes_of(lines, "lines")), crossings=crossings
        )
        first, corners = _edges(pieces)
        at = pieces.places[corners]
        inner = np.ones(len(corners), bool)
        inner[first[1:] - 1] = False
        begins = np.flatnonzero(inner).astype(np.int32)
        used, ends = np.unique(
            np.column_stack([corners[first[:-1]], corners[first[1:] - 1]]), return_inverse=True
        )
        return cls(
            at=at,
            first=first,
            along_m=_along(at, begins, first),
            ends=ends.reshape(-1, 2).astype(np.int32),
            # An edge has one corner more than pieces.
            line=pieces.line[first[:-1] - np.arange(len(first) - 1)],
            nodes=len(used),
            joined=crossed if is_joined else 0,
            apart=0 if is_joined else crossed,
            _index=PlaceIndex(None, shapely.linestrings(np.stack([at[begins], at[begins + 1]], axis=1))),
            _corner=begins,
        )

    def __len__(self) -> int:
        return len(self.line)

    @property
    def lengths_m(self) -> Floats:
        """Shape (m,): metres of each edge."""
        return self.along_m[self.first[1:] - 1]

    def snap(self, points: Any, *, within_m: float = WITHIN_M) -> Snapped:
        """Find the spot on the nearest street for each point.

        Parameters
        ----------
        points
            As `PlaceIndex.locate` takes them.
        within_m
            Points further than this from every street, in metres, and those without coordinates have none.

        Raises
        ------
        FrameError, CrsError
            As `PlaceIndex.locate`.
        """
        lon, lat = points_of(points)
        found = self._index.locate((lon, lat), within_m=within_m)
        near = found.line >= 0
        corner = self._corner[found.line[near]]
        east_m, north_m = metres_per_degree(lat[near])
        begin, end = self.at[corner], self.at[corner + 1]
        x, y = (end[:, 0] - begin[:, 0]) * east_m, (end[:, 1] - begin[:, 1]) * north_m
        ahead = (lon[near] - begin[:, 0]) * east_m * x + (lat[near] - begin[:, 1]) * north_m * y
        share = np.clip(ahead / (x * x + y * y), 0, 1)
        edge = np.full(len(lon), -1, np.int32)
        along = np.full(len(lon), np.nan)
        edge[near] = np.searchsorted(self.first, corner, side="right") - 1
        along[near] = self.along_m[corner] * (1 - share) + self.along_m[corner + 1] * share
        return Snapped(edge, along, found.distance_m)


def _edges(pieces: Pieces) -> tuple[Ints, Ints]:
    """Put pieces together from node to node: where the corners of each edge begin, and the corners."""
    degree = np.bincount(pieces.ends.ravel(), minlength=len(pieces.places))
    follows = pieces.follows & (degree[pieces.ends[:, 0]] == 2)
    begins = np.flatnonzero(~follows)
    sizes = np.diff(np.append(begins, len(pieces.ends))) + 1  # corners: one more than pieces
    first = np.zeros(len(begins) + 1, np.int32)
    np.cumsum(sizes, out=first[1:])
    corners = np.empty(first[-1], np.int32)
    is_last = np.zeros(first[-1], bool)
    is_last[first[1:] - 1] = True
    corners[~is_last] = pieces.ends[:, 0]
    corners[is_last] = pieces.ends[np.append(begins[1:], len(pieces.ends)) - 1, 1] if len(begins) else []
    return first, corners


def _along(at: Floats, begins: Ints, first: Ints) -> Floats:
    """Sum the lengths of the pieces from the beginning of each edge."""
    east_m, north_m = metres_per_degree((at[begins, 1] + at[begins + 1, 1]) / 2)
    step = np.hypot(
        (at[begins + 1, 0] - at[begins, 0]) * east_m, (at[begins + 1, 1] - at[begins, 1]) * north_m
    )
    steps = np.zeros(len(at))
    steps[begins + 1] = step
    whole = np.cumsum(steps)
    # Where an edge begins nothing was added: its first corner has the sum of all edges before.
    return whole - np.repeat(whole[first[:-1]], np.diff(first))
