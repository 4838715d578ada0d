"""Shapes that are not valid are repaired, or said to be beyond it."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.place_ingest.raw import as_array

#: What GEOS says of a shape, by its first words.
_CODES: Final = {
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "ring_touches",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "nested",
    "Nested shells": "nested",
    "Nested Holes": "nested",
    "Interior is disconnected": "disconnected",
    "Duplicate Rings": "repeated_ring",
    "Too few points": "few_points",
    "Invalid number of points": "few_points",
}
_WORDS: Final = {0: "point", 1: "line", 2: "area"}


def shape_words(shapes: Any) -> list[str | None]:
    """Return `point`, `line` or `area` for each shape by its highest part; None for nothing."""
    return [_WORDS.get(int(dimension)) for dimension in shapely.get_dimensions(shapes)]


def repair(
    shapes: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], dict[int, str], dict[int, str]]:
    """Make shapes valid, in two dimensions and of one kind of parts each.

    Parameters
    ----------
    shapes
        Shape (n,); finite coordinates of any plane.

    Returns
    -------
    The shapes, None where there is none left; the codes of `REPAIRS` and of `REJECTIONS` by position.
    """
    made = as_array(shapely.force_2d(shapes))
    repaired: dict[int, str] = {}
    rejected: dict[int, str] = {}
    nothing = shapely.is_missing(made) | shapely.is_empty(made)
    for number in np.flatnonzero(nothing).tolist():
        rejected[number] = "no_shape"
    before = shapely.get_dimensions(made)
    invalid = np.flatnonzero(~shapely.is_valid(made) & ~nothing)
    for number, reason in zip(invalid.tolist(), shapely.is_valid_reason(made[invalid]), strict=True):
        repaired[number] = next(
            (code for words, code in _CODES.items() if str(reason).startswith(words)), "invalid"
        )
    made[invalid] = shapely.make_valid(made[invalid])
    collections = np.flatnonzero(shapely.get_type_id(made) == shapely.GeometryType.GEOMETRYCOLLECTION)
    for number in collections.tolist():
        if number not in rejected:
            made[number] = _of_dimension(made[number], int(before[number]))
            repaired.setdefault(number, "mixed_parts")
    for number in np.flatnonzero(~nothing).tolist():
        code = _degenerate(made[number], int(before[number]))
        if code is not None:
            rejected[number] = code
            repaired.pop(number, None)
    tidy = _tidied(made)
    for number in rejected:
        tidy[number] = None
    return tidy, repaired, rejected


def _degenerate(shape: BaseGeometry, dimension: int) -> str | None:
    """Say why a shape is none of the dimension that it had."""
    if dimension == 2 and (shapely.get_dimensions(shape) < 2 or shapely.area(shape) == 0):
        return "no_area"
    if dimension == 1 and (shapely.get_dimensions(shape) < 1 or shapely.length(shape) == 0):
        return "zero_length"
    return "no_shape" if shapely.is_empty(shape) else None


def _of_dimension(shape: BaseGeometry, dimension: int) -> BaseGeometry:
    """Take the parts of a dimension out of a mixed shape."""
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        parts = shapely.get_parts(parts)
    parts = shapely.get_parts(parts[shapely.get_dimensions(parts) == dimension])
    if dimension == 2:
        return shapely.union_all(parts)
    kind = shapely.MultiLineString if dimension == 1 else shapely.MultiPoint
    return kind(parts)


def _tidied(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Turn collections of one part into that part."""
    single = (shapely.get_type_id(shapes) >= shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes = shapes.copy()
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return shapes
