"""The slow, obvious version of `geo.places`: every point against every shape, by shapely and numpy."""

from typing import Any

import numpy as np
import shapely

from geo.distances import metres_per_degree


def polygon_of(lon: Any, lat: Any, polygons: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest polygon that each point is in or on the edge of, -1 for none; and how many do."""
    polygons = np.array(polygons, dtype=object)
    points = shapely.points(lon, lat)
    if len(polygons) == 0:
        return np.full(len(points), -1), np.zeros(len(points), dtype=int)
    holds = shapely.intersects(polygons[:, np.newaxis], points[np.newaxis])
    area = np.array([_area_m2(polygon) for polygon in polygons])
    order = np.lexsort((np.arange(len(polygons)), area))
    first = order[np.argmax(holds[order], axis=0)]
    return np.where(holds.any(axis=0), first, -1), holds.sum(axis=0)


def _area_m2(polygon: Any) -> float:
    if polygon is None or polygon.is_empty:
        return 0.0
    _, south, _, north = polygon.bounds
    east_m, north_m = metres_per_degree((south + north) / 2)
    return round(float(polygon.area * east_m * north_m), 2)


def distances_m(lon: Any, lat: Any, lines: Any) -> np.ndarray:
    """Return each point's distance to each line, shape (points, lines); infinite for empty lines."""
    east_m, north_m = (scale[:, np.newaxis] for scale in metres_per_degree(lat))
    found = np.full((len(lon), len(lines)), np.inf)
    for column, line in enumerate(lines):
        for part in [] if line is None else shapely.get_parts(line):
            at = shapely.get_coordinates(part)
            if len(at) == 0:
                continue
            ax, ay = (at[:-1, 0] - lon[:, None]) * east_m, (at[:-1, 1] - lat[:, None]) * north_m
            bx, by = (at[1:, 0] - lon[:, None]) * east_m, (at[1:, 1] - lat[:, None]) * north_m
            dx, dy = bx - ax, by - ay
            square = dx**2 + dy**2
            with np.errstate(invalid="ignore", divide="ignore"):
                along = np.where(square > 0, np.clip(-(ax * dx + ay * dy) / square, 0, 1), 0)
            found[:, column] = np.minimum(
                found[:, column], np.hypot(ax + along * dx, ay + along * dy).min(axis=1)
            )
    return found


def line_of(lon: Any, lat: Any, lines: Any, within_m: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest line of each point, -1 for none, and its distance to the millimetre."""
    if len(lines) == 0:
        return np.full(len(lon), -1), np.full(len(lon), np.nan)
    millimetres = np.rint(distances_m(lon, lat, lines) * 1000)
    nearest = np.argmin(millimetres, axis=1)
    mm = millimetres[np.arange(len(lon)), nearest]
    near = mm <= np.rint(np.broadcast_to(within_m, len(lon)) * 1000)
    return np.where(near, nearest, -1), np.where(near, mm / 1000, np.nan)
