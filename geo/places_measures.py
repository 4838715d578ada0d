"""Lengths of lines and areas of polygons on the WGS-84 ellipsoid."""

from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.places_grid import segments_of
from geo.places_input import shapes_of

Floats = npt.NDArray[np.float64]

_GEOD: Final = pyproj.Geod(ellps="WGS84")


def lengths_m(lines: Any) -> Floats:
    """Return the geodesic length of each line, in metres.

    Parameters
    ----------
    lines
        Shape (n,): shapely lines and multi-lines in WGS-84 degrees, a GeoSeries or a GeoDataFrame. A
        multi-line is as long as its parts together; None and empty ones have length 0.

    Raises
    ------
    PlaceError, CrsError
        As `PlaceIndex`.
    """
    shapes = shapes_of(lines, "lines")
    segments, row = segments_of(shapes)
    if len(segments) == 0:
        return np.zeros(len(shapes))
    metres = _GEOD.inv(*segments.T)[2]
    lengths: Floats = np.bincount(row, weights=metres, minlength=len(shapes)).astype(np.float64)
    return lengths


def areas_m2(polygons: Any) -> Floats:
    """Return the geodesic area of each polygon, in square metres; holes are left out of it.

    Parameters
    ----------
    polygons
        Shape (n,): valid shapely polygons and multi-polygons in WGS-84 degrees, a GeoSeries or a
        GeoDataFrame. None and empty ones have area 0.

    Raises
    ------
    PlaceError, CrsError
        As `PlaceIndex`.
    """
    shapes = shapes_of(polygons, "polygons")
    parts, row_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    at, ring = shapely.get_coordinates(rings, return_index=True)
    begins = np.searchsorted(ring, np.arange(len(rings) + 1))
    x, y = np.ascontiguousarray(at[:, 0]), np.ascontiguousarray(at[:, 1])
    m2 = np.array(
        [abs(_GEOD.polygon_area_perimeter(x[begin:end], y[begin:end])[0]) for begin, end in pairwise(begins)]
    )
    # The first ring of a part is its outside, the others are holes.
    outside = np.diff(part_of_ring, prepend=-1) > 0
    signed = np.where(outside, m2, -m2)
    areas: Floats = np.bincount(row_of_part[part_of_ring], weights=signed, minlength=len(shapes)).astype(
        float
    )
    return areas
