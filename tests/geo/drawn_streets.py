"""Streets drawn in metres around one place, and the real ones of a development zone."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.distances import from_local_m
from tests.shared_data import shared

LON, LAT = 116.9, 38.3


def line(*metres: tuple[float, float]) -> Any:
    """Make a line of corners in metres east and north of the middle."""
    return shapely.LineString(np.column_stack(from_local_m(*np.array(metres, float).T, around=(LON, LAT))))


def lattice(side: int, *, spacing_m: float = 100, common: bool = False) -> list[Any]:
    """Draw streets across each other, with or without a common corner at each crossing."""
    far = side * spacing_m
    ways = [i * spacing_m for i in range(1, side)]
    inner = ways if common else []
    return [line((0, y), *((x, y) for x in inner), (far, y)) for y in ways] + [
        line((x, 0), *((x, y) for y in inner), (x, far)) for x in ways
    ]


def roads() -> gpd.GeoDataFrame:
    """Read the roads of a development zone, with the tags of OpenStreetMap."""
    return gpd.read_file(shared("zhengzhou/roads.geojson"))
