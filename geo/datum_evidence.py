"""How well the same points fit what is known when they are taken to be in one system or another.

How close points lie to streets by mere chance depends on the city: a dense grid is near to everything. So the
candidates are measured against decoys, the same points moved as far in other directions, and a candidate is
believed only where it stands out from the decoys and from the other candidates alike. Straight lines, regular
grids and points unlike the streets fail that test by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from geo.distances import to_local_m

Floats: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[Floats, Floats]
Shapes: TypeAlias = npt.NDArray[np.object_]

Kind = Literal["streets", "earlier", "areas"]

#: A point within this distance of a street or an earlier point lies at it, in metres.
NEAR_M: Final = 30.0
#: Points farther than this from all that is known say nothing about the datum, in metres.
REACH_M: Final = 2_000.0
#: Fewer places than this decide nothing.
LEAST_PLACES: Final = 10

#: Over this distance closeness falls to 1/e, in metres; beyond `_CUT_M` nothing is left of it.
_CLOSE_M: Final = 15.0
_CUT_M: Final = 7 * _CLOSE_M
#: Places of those looked at that are moved to the decoys.
_DECOY_SAMPLE: Final = 800
#: Decoys lie on these rings, in metres from the best candidate, so many on each, and keep clear of every
#: candidate by `_CLEAR_M`.
_RINGS_M: Final = (400.0, 700.0, 1_100.0)
_A_RING: Final = 10
_CLEAR_M: Final = 200.0
#: By how many standard deviations of the decoys the best candidate stands above their mean, and above the
#: second candidate.
_ABOVE_DECOYS: Final = 3.5
_ABOVE_SECOND: Final = 2.5
#: The least difference in closeness that counts, however alike the decoys are.
_LEAST_NOISE: Final = 0.01
#: An area speaks where nearly all points lie in it, and where many more leave it under every other candidate.
_MOST_INSIDE: Final = 0.95
_LEAST_LEAVING: Final = 10
_TIMES_LEAVING: Final = 10


def _nowhere() -> Pair:
    return np.zeros(0), np.zeros(0)


def _no_shapes() -> Shapes:
    return np.zeros(0, dtype=object)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known around the points, in WGS-84 degrees; any of it may be missing.

    Attributes
    ----------
    streets
        Lines, shape (k,).
    areas
        Polygons that points are expected in, shape (k,); their union counts.
    earlier
        Longitudes and latitudes of points that are there already.
    """

    streets: Shapes = field(default_factory=_no_shapes)
    areas: Shapes = field(default_factory=_no_shapes)
    earlier: Pair = field(default_factory=_nowhere)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not (len(self.streets) or len(self.areas) or len(self.earlier[0]))


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the candidates fit one kind of evidence; the tuples run as the candidates do.

    Attributes
    ----------
    places
        How many places could be compared: distinct, and near enough to the evidence.
    median_m
        Median distance to the nearest street or earlier point; NaN for areas, infinite beyond `REACH_M`.
    share
        Share of the places within `NEAR_M` of one, or inside the areas.
    score
        Closeness from 0 to 1 (the mean of e^(-d / 15 m)); the share for areas.
    speaks_for
        Index of the candidate that stands out, None where none does.
    """

    kind: Kind
    places: int
    median_m: tuple[float, ...]
    share: tuple[float, ...]
    score: tuple[float, ...]
    speaks_for: int | None


def closeness(
    kind: Kind, shapes: Shapes, positions: Sequence[Pair], rng: np.random.Generator
) -> Comparison | None:
    """Compare how close the places lie to shapes under each candidate.

    Parameters
    ----------
    kind
        What the shapes are.
    shapes
        In WGS-84 degrees.
    positions
        Longitudes and latitudes of the same places, each of shape (n,), in WGS-84 degrees: one pair for each
        candidate.
    rng
        Draws the places that the score is tested on.

    Returns
    -------
    None without shapes, and without places that lie near one of them.
    """
    if not len(shapes) or not len(positions[0][0]):
        return None
    pieces = _segments(shapes)
    west, south, east, north = shapely.total_bounds(pieces)
    around = (west + east) / 2, (south + north) / 2

    def to_plane(lon: Floats, lat: Floats) -> Pair:
        return to_local_m(lon, lat, around=around)

    transform: Any = shapely.transform  # its annotation knows no separate x and y
    tree = shapely.STRtree(transform(pieces, to_plane, interleaved=False))
    planes = np.array([to_plane(*position) for position in positions])
    distances = np.array([_distances(tree, *plane, within_m=REACH_M) for plane in planes])
    usable = np.isfinite(distances).any(axis=0)
    planes, distances = planes[:, :, usable], distances[:, usable]
    places = int(usable.sum())
    if not places:
        return None
    scores = _scores(distances)
    speaks_for = None
    if places >= LEAST_PLACES:
        part = rng.permutation(places)[:_DECOY_SAMPLE]
        best = int(scores.argmax())
        offsets = np.median(planes - planes[best], axis=2)
        decoys = _decoys(tree, planes[best][:, part], offsets)
        speaks_for = best if _stands_out(best, _scores(distances[:, part]), decoys) else None
    return Comparison(
        kind,
        places,
        median_m=tuple(np.median(distances, axis=1).tolist()),
        share=tuple((distances <= NEAR_M).mean(axis=1).tolist()),
        score=tuple(scores.tolist()),
        speaks_for=speaks_for,
    )


def points_at(position: Pair) -> Shapes:
    """Return points at longitudes and latitudes."""
    return np.asarray(shapely.points(np.stack(position, axis=1)), dtype=object).reshape(-1)


def _segments(shapes: Shapes) -> Shapes:
    """Return the straight pieces of lines, whose boxes in a tree are small; points as they are."""
    corners, line = shapely.get_coordinates(shapely.get_parts(shapes), return_index=True)
    follows = np.flatnonzero(line[1:] == line[:-1])
    if not len(follows):
        return shapes
    ends = np.stack([corners[follows], corners[follows + 1]], axis=1)
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _decoys(tree: shapely.STRtree, plane: Floats, offsets: Floats) -> Floats:
    """Score the places moved to the decoys, which keep clear of every candidate."""
    turns = np.arange(_A_RING) / _A_RING
    moves = [
        (ring * np.cos(angle), ring * np.sin(angle))
        for n, ring in enumerate(_RINGS_M)
        for angle in 2 * np.pi * (turns + n / len(_RINGS_M) / _A_RING)
    ]
    clear = [
        move for move in moves if np.hypot(offsets[:, 0] - move[0], offsets[:, 1] - move[1]).min() >= _CLEAR_M
    ]
    distances = [
        _distances(tree, plane[0] + east, plane[1] + north, within_m=_CUT_M) for east, north in clear
    ]
    return _scores(np.array(distances))


def _stands_out(best: int, scores: Floats, decoys: Floats) -> bool:
    """Tell whether a candidate's closeness is more than chance and more than the other candidates'."""
    noise = max(float(decoys.std(ddof=1)), _LEAST_NOISE)
    above = scores[best] - decoys.mean() >= _ABOVE_DECOYS * noise
    others = np.delete(scores, best)
    return bool(above and (scores[best] - others >= _ABOVE_SECOND * noise).all())


def insideness(areas: Shapes, positions: Sequence[Pair]) -> Comparison | None:
    """Compare how many places lie inside the areas under each candidate; None without either."""
    if not len(areas) or not len(positions[0][0]):
        return None
    union = shapely.union_all(shapely.make_valid(areas))
    shapely.prepare(union)
    inside = np.array([shapely.contains_xy(union, *position) for position in positions])
    usable = inside.any(axis=0)
    places = int(usable.sum())
    if not places:
        return None
    inside = inside[:, usable]
    share = inside.mean(axis=1)
    best = int(share.argmax())
    leaving = (inside[best] & ~inside).sum(axis=1)
    entering = (~inside[best] & inside).sum(axis=1)
    clear = (leaving >= _LEAST_LEAVING) & (leaving >= _TIMES_LEAVING * entering)
    speaks = share[best] >= _MOST_INSIDE and bool(np.delete(clear, best).all())
    shares = tuple(share.tolist())
    nothing = tuple([float("nan")] * len(positions))
    return Comparison("areas", places, nothing, shares, shares, best if speaks else None)


def _distances(tree: shapely.STRtree, east_m: Floats, north_m: Floats, *, within_m: float) -> Floats:
    """Return the distance of each point to the nearest shape, infinite beyond `within_m`."""
    distances = np.full(len(east_m), np.inf)
    (points, _shapes), found = tree.query_nearest(
        points_at((east_m, north_m)), max_distance=within_m, return_distance=True, all_matches=False
    )
    distances[points] = found
    return distances


def _scores(distances: Floats) -> Floats:
    """Return the closeness, from 0 to 1, of each row of distances."""
    scores: Floats = np.exp(-distances / _CLOSE_M).mean(axis=1)
    return scores
