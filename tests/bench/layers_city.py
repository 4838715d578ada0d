"""The cells of the benchmark of maps, and the small server that our layer asks for them."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import h3
import numpy as np
import shapely
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from layers import assets, wire

CENTER: Final = (38.3, 116.9)
ZOOM: Final = 14
RESOLUTION: Final = 12
#: The colours of a middle and of the highest class, for all three.
MIDDLE, STRONG = "#e05935", "#5f0f3f"


@cache
def city(n: int) -> Any:
    """Return n cells around the centre, the middle one always among them."""
    disk = h3.grid_disk(h3.latlng_to_cell(*CENTER, RESOLUTION), 3)
    ring = 3
    while len(disk) < n:
        ring = int(ring * 1.2) + 1
        disk = h3.grid_disk(h3.latlng_to_cell(*CENTER, RESOLUTION), ring)
    return np.array([h3.str_to_int(cell) for cell in disk[:n]], dtype=np.uint64)


@cache
def cells_as_text(n: int) -> list[str]:
    """Return the ids as pydeck and h3-js read them."""
    return [h3.int_to_str(int(cell)) for cell in city(n)]


@cache
def polygons(n: int) -> gpd.GeoDataFrame:
    """Return the shapes as folium draws them."""
    rings = [[(lon, lat) for lat, lon in h3.cell_to_boundary(cell)] for cell in cells_as_text(n)]
    return gpd.GeoDataFrame(geometry=[shapely.Polygon(ring) for ring in rings], crs="EPSG:4326")


@cache
def packed(n: int, strong: str) -> bytes:
    """Return the answer of `/api/cells`: every count in a middle class, or in the highest one."""
    counts = np.full(n, 7 if strong == "0" else 50)
    edges = [1, 2, 5, 10, 20]
    return wire.pack(city(n), counts, {"resolution": RESOLUTION, "edges": edges, "total": int(counts.sum())})


def _cells(request: Request) -> Response:
    asked = request.query_params
    return Response(packed(int(asked["n"]), asked["strong"]), media_type="application/octet-stream")


def _asset(request: Request) -> Response:
    found = assets.asset(request.path_params["name"])
    return Response(found.content, media_type=found.media_type)


app = st.App(
    Path(__file__).with_name("layers_page.py"),
    routes=[Route("/assets/{name:path}", _asset), Route("/api/cells", _cells)],
)
