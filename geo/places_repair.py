"""Polygons as files have them made fit to be places, with a word on each that was not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
import shapely.errors
import shapely.geometry

from geo.distances import metres_per_degree
from geo.errors import PlaceError
from geo.places_input import shapes_of

Shapes = npt.NDArray[np.object_]

#: Why a polygon is in `Repaired.faults`. Those of `LOST` leave nothing that could be a place.
REASONS: Final = (
    "empty",
    "not_areal",
    "not_finite",
    "zero_area",
    "unclosed_ring",
    "self_intersection",
    "hole_outside",
    "nested_rings",
    "other_invalid",
    "duplicate",
)
LOST: Final = ("empty", "not_areal", "not_finite", "zero_area")

#: What GEOS says of an invalid polygon, by how it begins.
_SAID: Final = {
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "self_intersection",
    "Interior is disconnected": "self_intersection",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "nested_rings",
    "Nested shells": "nested_rings",
    "Duplicate Rings": "nested_rings",
}
_FAULTS: Final[dict[str, Any]] = {
    "row": pl.Int64,
    "reason": pl.Enum(REASONS),
    "detail": pl.String,
    "same_as": pl.Int64,
}
#: Degrees, about a micrometre: what lies closer together is one.
_FINEST: Final = 1e-11
_POLYGONS: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """Polygons that can be places, row by row as they were given, and what was wrong with some.

    Attributes
    ----------
    polygons
        Shape (n,): valid polygons and multi-polygons; None where nothing with an area is left.
    faults
        A row for each fault, by row: `row`, `reason` (one of `REASONS`), `detail` (GEOS's words, with the
        place), `same_as` (the first row of which this is a duplicate, else null). Duplicates are kept.
    """

    polygons: Shapes
    faults: pl.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each fault that occurs."""
        counted = self.faults.group_by("reason").agg(pl.col("row").n_unique().alias("rows")).sort("reason")
        return dict(counted.iter_rows())


def repair(polygons: Any) -> Repaired:
    """Make polygons valid and say what was wrong with them.

    Parameters
    ----------
    polygons
        Shape (n,): shapely geometries in any system, or the `geometry` objects of GeoJSON, whose rings may
        be unclosed; None is allowed. Only parts with an area are kept; a hole outside of its polygon becomes
        a part of it, since it is drawn as one.

    Raises
    ------
    PlaceError
        Rows that are neither.
    """
    rows = list(np.atleast_1d(_objects(polygons)))
    faults: list[tuple[int, str, str, int | None]] = []
    shapes = np.empty(len(rows), dtype=object)
    for number, shape in enumerate(rows):
        if isinstance(shape, Mapping):
            shapes[number], unclosed = _from_geojson(shape, number)
            if unclosed:
                faults.append((number, "unclosed_ring", f"{unclosed} of its rings", None))
        elif shape is None or isinstance(shape, shapely.Geometry):
            shapes[number] = shape
        else:
            raise PlaceError(
                f"A {type(shape).__name__} among the polygons (row {number}). Expected shapely geometries, "
                "GeoJSON geometry objects or None."
            )
    finite = np.ones(len(shapes), dtype=bool)
    at, row = shapely.get_coordinates(shapes, return_index=True)
    finite[row[~np.isfinite(at).all(axis=1)]] = False
    # Asking GEOS about shapes without finite coordinates is not safe.
    checked = shapes.copy()
    checked[~finite] = None
    valid = shapely.is_valid(checked) & np.isin(shapely.get_type_id(checked), _POLYGONS)
    valid &= ~shapely.is_empty(checked)
    for number in np.flatnonzero(~valid).tolist():
        shapes[number], reason, detail = _mended(shapes[number], finite=bool(finite[number]))
        faults.append((number, reason, detail, None))
    faults += _duplicates(shapes)
    frame = pl.DataFrame(faults, schema=_FAULTS, orient="row")
    return Repaired(shapes, frame.sort("row", "reason"))


def overlaps(polygons: Any, *, at_least_m2: float = 1.0) -> pl.DataFrame:
    """Find the pairs of polygons that lie over each other.

    Parameters
    ----------
    polygons
        Shape (n,): valid shapely polygons in WGS-84 degrees, as for `PlaceIndex`.
    at_least_m2
        Common areas below are left out: borders drawn twice differ by slivers.

    Returns
    -------
    A row per pair: `smaller`, `larger` (rows; the first one wins what lies in both), `area_m2` of what is
    common, `share` of the smaller one that it is (1 where it lies inside); the largest area first.

    Raises
    ------
    PlaceError, CrsError
        As `PlaceIndex`.
    """
    from geo.places_grid import by_area

    shapes = shapes_of(polygons, "polygons")
    rank = np.empty(len(shapes), dtype=np.int64)
    rank[by_area(shapes)] = np.arange(len(shapes))
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    smaller, larger = (each[rank[one] < rank[other]] for each in (one, other))
    common_m2 = _local_m2(shapely.intersection(shapes[smaller], shapes[larger]))
    own_m2 = _local_m2(shapes[smaller])
    return (
        pl.DataFrame(
            {"smaller": smaller, "larger": larger, "area_m2": common_m2, "share": common_m2 / own_m2},
            schema={"smaller": pl.Int64, "larger": pl.Int64, "area_m2": pl.Float64, "share": pl.Float64},
        )
        .filter(pl.col("area_m2") >= max(at_least_m2, np.finfo(float).tiny))
        .with_columns(pl.col("share").clip(0, 1))
        .sort("area_m2", "smaller", "larger", descending=[True, False, False])
    )


def _local_m2(shapes: Shapes) -> npt.NDArray[np.float64]:
    if len(shapes) == 0:
        return np.zeros(0)
    bounds = shapely.bounds(shapes)
    east_m, north_m = metres_per_degree(np.nan_to_num(bounds[:, 1] + bounds[:, 3]) / 2)
    return np.asarray(shapely.area(shapes) * east_m * north_m, dtype=np.float64)


def _objects(polygons: Any) -> Shapes:
    array = getattr(polygons, "geometry", None)
    if array is not None and not isinstance(polygons, shapely.Geometry):
        return np.asarray(array.array, dtype=object)
    if isinstance(polygons, Mapping | shapely.Geometry) or polygons is None:
        polygons = [] if polygons is None else [polygons]
    rows = np.empty(len(polygons), dtype=object)
    for number, shape in enumerate(polygons):
        rows[number] = shape
    return rows


def _mended(shape: Any, *, finite: bool) -> tuple[Any, str, str]:
    """Return what can be kept of a shape that is no valid polygon, the reason, and GEOS's words."""
    if shape is None or shape.is_empty:
        return None, "empty", ""
    if not finite:
        return None, "not_finite", ""
    if shapely.get_dimensions(shape) < 2:
        return None, "not_areal", shape.geom_type
    said = shapely.is_valid_reason(shape)
    kept = _valid(_areal(shapely.make_valid(shape, method="structure", keep_collapsed=False)))
    if kept is None:
        return None, "zero_area", said
    if shape.is_valid:
        return kept, "not_areal", shape.geom_type
    reason = next((reason for begin, reason in _SAID.items() if said.startswith(begin)), "other_invalid")
    return kept, reason, said


def _valid(shape: Any) -> Any:
    """Return a shape that is surely valid: `make_valid` may leave slivers finer than its numbers crossing."""
    for step in (lambda one: shapely.buffer(one, 0), lambda one: shapely.set_precision(one, _FINEST)):
        if shape is None or shape.is_valid:
            break
        shape = _areal(step(shape))
    return shape if shape is None or shape.is_valid else None


def _areal(shape: Any) -> Any:
    """Return the polygons in a shape as one polygon or multi-polygon, None where there are none."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return None if shape.is_empty else shape
    parts = shapely.get_parts(shape)
    while len(parts) and (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
    areal = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    merged = shapely.union_all(areal)
    return None if merged.is_empty else merged


def _duplicates(shapes: Shapes) -> list[tuple[int, str, str, int | None]]:
    seen: dict[bytes, int] = {}
    found: list[tuple[int, str, str, int | None]] = []
    for row, text in enumerate(shapely.to_wkb(shapely.normalize(shapely.force_2d(shapes)))):
        if text is not None and seen.setdefault(text, row) != row:
            found.append((row, "duplicate", "", seen[text]))
    return found


def _from_geojson(geometry: Mapping[str, Any], row: int) -> tuple[Any, int]:
    """Return a geometry and how many of its rings had to be closed."""
    kind, parts = geometry.get("type"), geometry.get("coordinates")
    try:
        if kind == "Polygon":
            polygon, unclosed = _polygon(parts or [])
            return polygon, unclosed
        if kind == "MultiPolygon":
            closed = [_polygon(part) for part in parts or []]
            return shapely.MultiPolygon([polygon for polygon, _ in closed]), sum(n for _, n in closed)
        return shapely.geometry.shape(dict(geometry)), 0
    except (
        TypeError,
        ValueError,
        AttributeError,
        KeyError,
        IndexError,
        shapely.errors.ShapelyError,
    ) as error:
        raise PlaceError(f"A GeoJSON geometry that cannot be read (row {row}): {error}.") from error


def _polygon(rings: Any) -> tuple[shapely.Polygon, int]:
    drawn, unclosed = [], 0
    for ring in rings:
        at = [(float(position[0]), float(position[1])) for position in ring]
        unclosed += bool(at) and at[0] != at[-1]
        # GEOS wants four positions; a ring of fewer has no area and is said to have none.
        drawn.append(at + at[:1] * max(4 - len(at), int(at[0] != at[-1])) if at else at)
    return shapely.Polygon(drawn[0] if drawn else None, [ring for ring in drawn[1:] if ring]), unclosed
