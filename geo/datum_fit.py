"""Which datum coordinates are in, by their fit to what is known: streets, areas, earlier points.

WGS-84, GCJ-02 and BD-09 are told apart by where points fall. Reports lie along streets and where reports lay
before; in the wrong datum they lie beside them, 300 m to 1.5 km off.

What cannot be known: whether the streets or the earlier points are themselves in the datum that they are said
to be in. The answer names what was compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import shapely

from geo.crs import BD09, CGCS2000, GCJ02, WGS84, Crs, from_wgs84, shapes_to_wgs84, to_wgs84
from geo.datum_evidence import (
    LEAST_PLACES,
    Comparison,
    Evidence,
    Floats,
    Pair,
    closeness,
    insideness,
    points_at,
)
from geo.datums import CHINA
from geo.distances import haversine_m

Reason = Literal["fits", "no_evidence", "few_points", "same", "unclear", "contradictory"]

#: Places that are looked at.
_SAMPLE: Final = 2_500
#: Places closer together than this are one, in degrees and in metres.
_GRAIN: Final = 1e-4
_GRAIN_M: Final = 10.0
#: Systems that are WGS-84 to within a metre.
_LIKE_WGS84: Final = (WGS84, CGCS2000)


@dataclass(frozen=True, slots=True)
class DatumFit:
    """What the evidence says about the datum of points.

    Attributes
    ----------
    declared
        The system that the points are said, or taken, to be in.
    candidates
        The systems that were compared; the first stands for the declared one.
    shift_m
        Median distance of the points under each candidate from the points as declared, in metres.
    comparisons
        The figures, for each kind of evidence that could be compared.
    best
        The system that the evidence speaks for, None where it speaks for none.
    reason
        `fits` with a best one; else why there is none: `no_evidence`, `few_points`, `same` (all candidates
        are one here: outside China), `unclear` (nothing stands out), `contradictory`.
    """

    declared: Crs
    candidates: tuple[Crs, ...]
    shift_m: tuple[float, ...]
    comparisons: tuple[Comparison, ...] = ()
    best: Crs | None = None
    reason: Reason = "no_evidence"

    @property
    def agrees(self) -> bool:
        """Whether the evidence speaks for the declared system."""
        return self.best is not None and self.best == self.candidates[0]

    @property
    def best_shift_m(self) -> float:
        """How far the points lie, as declared, from where the best system puts them; 0 without one."""
        return 0.0 if self.best is None else self.shift_m[self.candidates.index(self.best)]


def candidates_for(declared: Crs) -> tuple[Crs, ...]:
    """Return the systems that points said to be in one may be in: it comes first, CGCS2000 as WGS-84."""
    if not declared.is_degrees:
        return (declared,)
    first = WGS84 if declared in _LIKE_WGS84 else declared
    return (first, *(crs for crs in (WGS84, GCJ02, BD09) if crs != first))


def fit_points(
    x: Any,
    y: Any,
    declared: Crs,
    evidence: Evidence,
    *,
    others: Sequence[Crs] = (),
    seed: int = 0,
) -> DatumFit:
    """Compare points under every candidate with what is known.

    Parameters
    ----------
    x, y
        Coordinates as they stand in the file, of one shape; NaN and (0, 0) do not count.
    declared
        The system that they are said to be in.
    evidence
        What is known, in WGS-84.
    others
        Further systems to compare, such as the neighbouring zones of a declared projection.
    seed
        Of the sample where there are many points; the same points in any order give the same answer.
    """
    candidates = (*candidates_for(declared), *others)
    rng = np.random.default_rng(seed)
    places = _sampled(*_given(x, y), rng, grain=_grain(declared))
    positions = _on_globe([to_wgs84(*places, crs) for crs in candidates])
    shift_m = _shifts(positions)
    if not others and not _mostly_in_china(positions[0]):
        return DatumFit(declared, candidates, shift_m, reason="same")
    found = (
        closeness("streets", evidence.streets, positions, rng),
        closeness("earlier", points_at(evidence.earlier), positions, rng),
        insideness(evidence.areas, positions),
    )
    return _concluded(declared, candidates, shift_m, found, nothing_known=evidence.is_empty)


def fit_places(shapes: Any, declared: Crs, evidence: Evidence, *, seed: int = 0) -> DatumFit:
    """Compare streets and areas of a file under every candidate with what is known.

    Places along the file's lines are compared with the streets that are there; the earlier points with the
    file's lines, or where it has none with its areas.

    Parameters
    ----------
    shapes
        Lines and polygons as they stand in the file, shape (k,).
    declared, evidence, seed
        As for `fit_points`.
    """
    shapes = np.asarray(shapes, dtype=object)
    candidates = candidates_for(declared)
    rng = np.random.default_rng(seed)
    dimensions = shapely.get_dimensions(shapes)
    lines, areas = shapes[dimensions == 1], shapes[dimensions == 2]
    x, y = shapely.get_coordinates(shapes).T
    places = _sampled(x, y, rng, grain=_grain(declared))
    corners = _on_globe([to_wgs84(*places, crs) for crs in candidates])
    shift_m = _shifts(corners)
    if not _mostly_in_china(corners[0]):
        return DatumFit(declared, candidates, shift_m, reason="same")
    # A candidate moves the shapes; moving the points back instead is the same and needs one tree of shapes.
    points = _sampled(*evidence.earlier, rng, grain=_GRAIN)
    moved_back = _on_globe([to_wgs84(*from_wgs84(*points, crs), declared) for crs in candidates])
    found = (
        closeness("streets", evidence.streets, corners, rng) if len(lines) else None,
        closeness("earlier", shapes_to_wgs84(lines, declared), moved_back, rng),
        None if len(lines) else insideness(shapes_to_wgs84(areas, declared), moved_back),
    )
    nothing_known = not (len(evidence.streets) or len(points[0]))
    return _concluded(declared, candidates, shift_m, found, nothing_known=nothing_known)


def _concluded(
    declared: Crs,
    candidates: tuple[Crs, ...],
    shift_m: tuple[float, ...],
    found: Sequence[Comparison | None],
    *,
    nothing_known: bool,
) -> DatumFit:
    """Let the evidence speak: streets and earlier points together, areas where those are silent."""
    seen = tuple(comparison for comparison in found if comparison is not None)
    sharp = {c.speaks_for for c in seen if c.kind != "areas"} - {None}
    blunt = {c.speaks_for for c in seen if c.kind == "areas"} - {None}
    voices = [index for index in sharp or blunt if index is not None]
    reason: Reason = "fits"
    if len(voices) > 1:
        reason = "contradictory"
    elif not voices:
        few = all(comparison.places < LEAST_PLACES for comparison in seen)
        reason = "no_evidence" if nothing_known else "few_points" if few else "unclear"
    best = candidates[voices[0]] if reason == "fits" else None
    return DatumFit(declared, candidates, shift_m, seen, best, reason)


def _given(x: Any, y: Any) -> Pair:
    """Return the coordinates that are there."""
    x, y = np.asarray(x, dtype=np.float64).reshape(-1), np.asarray(y, dtype=np.float64).reshape(-1)
    given = np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0))
    return x[given], y[given]


def _sampled(x: Floats, y: Floats, rng: np.random.Generator, *, grain: float) -> Pair:
    """Return distinct places, a seeded choice where there are many; their order does not matter."""
    keys = np.round(np.stack([x, y], axis=1) / grain)
    order = np.lexsort((y, x))
    _distinct, first = np.unique(keys[order], axis=0, return_index=True)
    chosen = order[first]
    if len(chosen) > _SAMPLE:
        chosen = chosen[np.sort(rng.permutation(len(chosen))[:_SAMPLE])]
    return x[chosen], y[chosen]


def _grain(declared: Crs) -> float:
    return _GRAIN if declared.is_degrees else _GRAIN_M


def _on_globe(positions: Sequence[Pair]) -> list[Pair]:
    """Keep the places that lie on the globe under every candidate."""
    kept = np.logical_and.reduce([np.isfinite(lon) for lon, _lat in positions])
    return [(lon[kept], lat[kept]) for lon, lat in positions]


def _shifts(positions: Sequence[Pair]) -> tuple[float, ...]:
    """Return the median distance of the places under each candidate from the first one's, in metres."""
    if not len(positions[0][0]):
        return tuple(0.0 for _ in positions)
    return tuple(float(np.median(haversine_m(*positions[0], *position))) for position in positions)


def _mostly_in_china(position: Pair) -> bool:
    west, south, east, north = CHINA
    lon, lat = position
    within = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return bool(2 * np.count_nonzero(within) > len(lon))
