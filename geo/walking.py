"""Walking distances between points, along streets; straight lines only where streets do not lead there.

A way leads from a point straight to the nearest street, along streets, and straight to the other point.
What is walked off the streets is taken for longer than the straight line by a factor, since yards have walls
and buildings. Everybody may walk every street in both directions.

Four kinds of pairs, told for each of them (`Walks.kind`): along streets; points that are closer to each other
than to the streets, which nobody leaves a yard for; points without a street within reach; points on streets
that are not connected. The last three are straight lines times the factor.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.distances import metres_per_degree
from geo.errors import AnalysisError, FrameError
from geo.network import Floats, Snapped, Streets
from geo.places_input import points_of
from geo.walking_graph import SpotGraph

#: How far from a point its street may be, in metres: the middle of a large compound has one, a field none.
REACH_M: Final = 300.0
#: How much longer a walk off the streets is than the straight line.
DETOUR: Final = 1.3
#: Points that a table of distances is made for; it has as many rows and columns.
MOST_POINTS: Final = 3_000

#: Corners that differ by less, in degrees, are one: a centimetre.
_SAME_DEG: Final = 1e-7

#: Kinds of pairs, by code: along streets, and why not.
KINDS: Final = ("streets", "near", "off", "apart")
STREETS, NEAR, OFF, APART = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Walking distances between n points.

    Attributes
    ----------
    lon, lat
        Shape (n,): the points, WGS-84 degrees.
    metres
        Shape (n, n): the walk from each point to each other, the same back; 0 on the diagonal.
    kind
        Shape (n, n), uint8: positions in `KINDS`, the same back; `STREETS` on the diagonal.
    off_m
        Shape (n,): straight metres from each point to its street; NaN where none is within reach.
    reach_m, detour
        What was asked.
    """

    lon: Floats
    lat: Floats
    metres: Floats
    kind: npt.NDArray[np.uint8]
    off_m: Floats
    reach_m: float
    detour: float
    _graph: SpotGraph = field(repr=False)

    def __len__(self) -> int:
        return len(self.lon)

    def straight(self) -> npt.NDArray[np.intp]:
        """Return the pairs that are straight lines, shape (k, 2): the smaller row first, ascending."""
        return np.argwhere(np.triu(self.kind != STREETS, 1))

    def ways(self, pairs: Any) -> list[Floats]:
        """Draw the ways of some pairs.

        Parameters
        ----------
        pairs
            Shape (k, 2): rows of the points, from and to.

        Returns
        -------
        For each pair longitudes and latitudes of shape (c, 2), from the first point to the second, no corner
        twice in a row; two corners at least, both the same for a way of no length.

        Raises
        ------
        FrameError
            Pairs of another shape, or of points that are not there.
        """
        wanted = np.asarray(pairs, dtype=np.int64)
        if wanted.size == 0:
            return []
        if wanted.ndim != 2 or wanted.shape[1] != 2 or wanted.min() < 0 or wanted.max() >= len(self):
            raise FrameError(
                f"Pairs of shape {wanted.shape} from {wanted.min()} to {wanted.max()}. Expected (k, 2) rows "
                f"of {len(self)} points, from 0."
            )
        points = np.column_stack([self.lon, self.lat])
        drawn = [points[pair] for pair in wanted]
        along = np.flatnonzero((self.kind[tuple(wanted.T)] == STREETS) & (wanted[:, 0] != wanted[:, 1]))
        pairs = wanted[along]
        on_streets_m = self.metres[tuple(pairs.T)] - self.detour * self.off_m[pairs].sum(axis=1)
        for k, way in zip(along, self._graph.ways(pairs, on_streets_m), strict=True):
            drawn[k] = _without_repeats(np.vstack([drawn[k][:1], way, drawn[k][1:]]))
        return drawn


def walks(
    streets: Streets,
    points: Any,
    *,
    reach_m: float = REACH_M,
    detour: float = DETOUR,
    barriers: Sequence[BaseGeometry] = (),
) -> Walks:
    """Measure the walks between points.

    Parameters
    ----------
    streets
        May be without any: then all is straight.
    points
        n points in any form that `PlaceIndex.locate` takes, WGS-84; `MOST_POINTS` at most.
    reach_m
        Metres, from 0 on: a point further than this from every street is walked to straight.
    detour
        What a straight line is multiplied by, at least 1.
    barriers
        Railways, rivers, walls, WGS-84: between points on two sides of one nobody goes straight because they
        are near each other; they go along streets, where those lead there.

    Raises
    ------
    FrameError, CrsError
        As `PlaceIndex.locate`; points without coordinates.
    AnalysisError
        Too many points, a reach below 0, a factor below 1.
    """
    if not (math.isfinite(reach_m) and reach_m >= 0):
        raise AnalysisError(f"A reach of {reach_m} m. Expected metres from 0 on.")
    if not (math.isfinite(detour) and detour >= 1):
        raise AnalysisError(f"Straight lines times {detour}. Expected a factor of at least 1.")
    lon, lat = points_of(points)
    _check(lon, lat)
    spots = streets.snap((lon, lat), within_m=reach_m) if len(lon) else _none()
    graph = SpotGraph.of(streets, spots)
    along_m = graph.metres()
    off_m = spots.distance_m
    straight_m = _straight_m(lon, lat)
    both_m = off_m[:, None] + off_m[None, :]
    kind = np.zeros(along_m.shape, np.uint8)
    kind[np.isinf(along_m)] = APART
    near = straight_m <= both_m
    kind[near & ~_crossed(lon, lat, near, barriers)] = NEAR
    kind[np.isnan(both_m)] = OFF
    np.fill_diagonal(kind, STREETS)
    metres = np.where(kind == STREETS, along_m + detour * np.nan_to_num(both_m), detour * straight_m)
    np.fill_diagonal(metres, 0)
    return Walks(lon, lat, metres, kind, off_m, float(reach_m), float(detour), graph)


def _check(lon: Floats, lat: Floats) -> None:
    if len(lon) > MOST_POINTS:
        raise AnalysisError(f"{len(lon):,} points to walk between. Expected {MOST_POINTS:,} at most.")
    missing = np.flatnonzero(~(np.isfinite(lon) & np.isfinite(lat)))
    if len(missing):
        raise FrameError(
            f"{len(missing):,} of {len(lon):,} points have no coordinates; first: row {missing[0]}. "
            "Expected WGS-84 degrees; leave them out."
        )


def _none() -> Snapped:
    return Snapped(np.zeros(0, np.int32), np.zeros(0), np.zeros(0))


def _straight_m(lon: Floats, lat: Floats) -> Floats:
    """Return the straight distances between all pairs, on the ellipsoid at the latitude between them."""
    east_m, north_m = metres_per_degree((lat[:, None] + lat) / 2)
    metres: Floats = np.hypot((lon[:, None] - lon) * east_m, (lat[:, None] - lat) * north_m)
    return metres


def _crossed(
    lon: Floats, lat: Floats, pairs: npt.NDArray[np.bool_], barriers: Sequence[BaseGeometry]
) -> npt.NDArray[np.bool_]:
    """Return which of these pairs have a barrier on the straight line between them."""
    crossed = np.zeros(pairs.shape, np.bool_)
    if not len(barriers):
        return crossed
    ones, others = np.nonzero(np.triu(pairs, 1))
    ends = np.stack([np.column_stack([lon[k], lat[k]]) for k in (ones, others)], axis=1)
    hit = np.unique(shapely.STRtree(barriers).query(shapely.linestrings(ends), predicate="intersects")[0])
    crossed[ones[hit], others[hit]] = crossed[others[hit], ones[hit]] = True
    return crossed


def _without_repeats(way: Floats) -> Floats:
    """Leave out corners that repeat the one before to the centimetre; both ends stay."""
    far = np.abs(np.diff(way, axis=0)).max(axis=1) > _SAME_DEG
    inner: Floats = way[1:-1][far[:-1]]
    if len(inner) and not (np.abs(inner[-1] - way[-1]) > _SAME_DEG).any():
        inner = inner[:-1]
    return np.vstack([way[:1], inner, way[-1:]])
