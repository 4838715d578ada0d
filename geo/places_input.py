"""What `geo.places` is given: points, polygons and lines in their several forms, checked."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geo import crs
from geo.errors import CrsError, FrameError, GezhiError, PlaceError

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[np.object_]

_TYPES: Final = {
    "polygons": (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
    "lines": (
        shapely.GeometryType.LINESTRING,
        shapely.GeometryType.LINEARRING,
        shapely.GeometryType.MULTILINESTRING,
    ),
}
#: Whether points are degrees at all is seen from about so many of them.
_SAMPLE: Final = 10_000
_POINTS_EXPECTED: Final = (
    "Expected a pair of longitudes and latitudes, an array of shape (n, 2), a frame with the columns lon and "
    "lat, or shapely points; WGS-84 degrees."
)


def points_of(points: Any) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of points in any form; NaN where a coordinate is missing.

    Raises
    ------
    FrameError
        A form that is not known, columns that lack, as many longitudes as not latitudes, other shapes.
    CrsError
        A frame of shapes without a system or in another than WGS-84; coordinates that are mostly no degrees.
    """
    try:
        lon, lat = (np.ascontiguousarray(each, dtype=np.float64) for each in _pair(points))
    except (TypeError, ValueError) as error:
        if isinstance(error, GezhiError):
            raise
        raise FrameError(f"Points that cannot be read: {error}. {_POINTS_EXPECTED}") from error
    if lon.ndim != 1 or lon.shape != lat.shape:
        raise FrameError(f"Longitudes of shape {lon.shape}, latitudes of {lat.shape}. {_POINTS_EXPECTED}")
    some = slice(None, None, max(len(lon) // _SAMPLE, 1))
    crs.check_fit(lon[some], lat[some], crs.WGS84)
    return lon, lat


def _pair(points: Any) -> tuple[Any, Any]:
    geometry = getattr(points, "geometry", None)
    if geometry is not None:
        _check_crs(geometry, "points")
        return _of_shapes(np.asarray(geometry.array, dtype=object))
    if hasattr(points, "columns"):
        missing = [name for name in (crs.LON, crs.LAT) if name not in points.columns]
        if missing:
            raise FrameError(f"The frame of points has no column '{missing[0]}'. {_POINTS_EXPECTED}")
        return points[crs.LON], points[crs.LAT]
    if isinstance(points, tuple) and len(points) == 2:
        return points
    table = np.asarray(points)
    if shapely.is_geometry(table).any():
        return _of_shapes(np.atleast_1d(table))
    table = table.astype(np.float64)
    if table.size == 0:
        return np.zeros(0), np.zeros(0)
    if table.ndim != 2 or table.shape[1] != 2:
        raise FrameError(f"Points of shape {table.shape}. {_POINTS_EXPECTED}")
    return table[:, 0], table[:, 1]


def _of_shapes(shapes: Shapes) -> tuple[Floats, Floats]:
    wrong = ~np.isin(shapely.get_type_id(shapes), (-1, shapely.GeometryType.POINT))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise FrameError(
            f"{wrong.sum():,} of {len(shapes):,} points are no points; first: {_kind(shapes[row])} "
            f"(row {row}). {_POINTS_EXPECTED}"
        )
    present = shapes.copy()
    present[shapely.is_empty(shapes)] = None
    return shapely.get_x(present), shapely.get_y(present)


def shapes_of(shapes: Any, what: str) -> Shapes:
    """Return polygons or lines, checked; None and empty ones stay and are never a point's place.

    Parameters
    ----------
    shapes
        Shapely geometries in WGS-84 degrees, a GeoSeries or a GeoDataFrame; None for no shapes.
    what
        `polygons` or `lines`.

    Raises
    ------
    PlaceError
        Other geometries than those, coordinates that are missing or infinite, invalid polygons.
    CrsError
        A frame without a system or in another than WGS-84, coordinates that are no degrees.
    """
    if shapes is None:
        return np.empty(0, dtype=object)
    geometry = getattr(shapes, "geometry", None)
    if geometry is not None and not isinstance(shapes, shapely.Geometry):
        _check_crs(geometry, what)
        shapes = geometry.array
    array = np.atleast_1d(np.asarray(shapes, dtype=object))
    if array.ndim != 1 or not (shapely.is_geometry(array) | (array == None)).all():  # noqa: E711 (by element)
        raise PlaceError(f"The {what} are not shapes in one column. Expected shapely {what} or None.")
    wrong = ~np.isin(shapely.get_type_id(array), (-1, *_TYPES[what]))
    _refuse(wrong, array, what, f"are no {what}", "give each kind of place to its own argument")
    infinite = np.zeros(len(array), dtype=bool)
    at, row = shapely.get_coordinates(array, return_index=True)
    infinite[row[~np.isfinite(at).all(axis=1)]] = True
    _refuse(infinite, array, what, "have coordinates that are missing or infinite", "leave such places out")
    off = (np.abs(at[:, 0]) > 180) | (np.abs(at[:, 1]) > 90)
    if off.any():
        first = int(np.argmax(off))
        raise CrsError(
            f"{len(np.unique(row[off])):,} of {len(array):,} {what} are not in degrees; first: "
            f"{at[first, 0]}, {at[first, 1]} (row {row[first]}). Expected WGS-84; convert with "
            "crs.shapes_to_wgs84."
        )
    if what == "polygons":
        invalid = ~(shapely.is_valid(array) | shapely.is_missing(array))
        _refuse(invalid, array, what, "are invalid", "repair them with places.repair")
    return array


def _refuse(wrong: npt.NDArray[np.bool_], shapes: Shapes, what: str, how: str, do: str) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        said = shapely.is_valid_reason(shapes[row]) if how == "are invalid" else _kind(shapes[row])
        raise PlaceError(
            f"{wrong.sum():,} of {len(shapes):,} {what} {how}; first: {said} (row {row}). Please {do}."
        )


def _kind(shape: Any) -> str:
    return str(getattr(shape, "geom_type", type(shape).__name__))


def _check_crs(geometry: Any, what: str) -> None:
    if geometry.crs is None:
        raise CrsError(f"The {what} have no coordinate reference system. Declare it: .set_crs('EPSG:4326').")
    found = crs.Crs.parse(geometry.crs)
    if found != crs.WGS84:
        raise CrsError(
            f"The {what} are in {found.label}. Expected WGS-84; convert with .to_crs('EPSG:4326')."
        )


def metres_of(within_m: Any, points: int, *, most: float) -> Floats:
    """Return distances in metres, one for all points or one a point, checked.

    Raises
    ------
    FrameError
        Distances that are missing, negative or above `most`, or not as many as points.
    """
    metres = np.ascontiguousarray(np.atleast_1d(np.asarray(within_m, dtype=np.float64)))
    one = np.ndim(within_m) == 0
    if metres.ndim != 1 or not (one or len(metres) == points):
        raise FrameError(f"{metres.size:,} distances for {points:,} points. Expected one, or one a point.")
    wrong = ~((metres >= 0) & (metres <= most))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise FrameError(
            f"{wrong.sum():,} of {len(metres):,} distances cannot be looked for; first: {metres[row]} "
            f"(row {row}). Expected metres from 0 to {most:,.0f}."
        )
    return metres


def choice_of(first: Any, points: int) -> npt.NDArray[np.bool_]:
    """Return whether lines come before polygons, for each point, or raise `FrameError`."""
    chosen = np.asarray(first)
    if chosen.dtype != bool or chosen.shape not in {(), (points,)}:
        raise FrameError(
            f"line_first of {chosen.dtype} and shape {chosen.shape} for {points:,} points. Expected True or "
            "False, or one of them a point."
        )
    return np.broadcast_to(chosen, points)
