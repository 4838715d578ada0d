"""`/api/places`: the store's own streets and boundaries, the base of the map."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import geopandas as gpd
import shapely
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from api.params import Bbox, read_bbox, read_zoom
from data.workspace import Workspace

#: Below this zoom side streets and lanes are finer than a pixel is wide.
_MINOR_STREETS_FROM_ZOOM = 13
#: Below this zoom single buildings, shops and the like are not drawn.
_DETAIL_FROM_ZOOM = 15
_DETAIL = frozenset({"shop", "school", "window_unit"})
_METRES_PER_PIXEL_AT_ZOOM_0 = 156_543
_METRES_PER_DEGREE = 111_320


def places_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: `bbox` and `zoom` choose what is sent and how fine (format: `layers.wire`)."""

    @answer_errors
    def places(request: Request) -> Response:
        here = workspace()
        box, zoom = read_bbox(request), read_zoom(request, default=19)
        version = here.store.fact("places_version", "0", actor=here.viewer)
        etag = etag_of(here.store.url, version, box, zoom)
        if is_fresh(request, etag):
            return unchanged(etag)
        body = _geojson(here, version, box, zoom)
        return fresh(request, body, etag=etag, media_type="application/geo+json")

    return Route("/api/places", places)


@lru_cache(maxsize=64)
def _geojson(here: Workspace, version: str | None, box: Bbox | None, zoom: int) -> bytes:
    """Write the places of a box as GeoJSON once for each state of them."""
    del version
    frame = here.store.places(actor=here.viewer, bbox=box)
    drawn = [
        _is_drawn(kind, attributes, zoom)
        for kind, attributes in zip(frame["kind"], frame["attributes"], strict=True)
    ]
    shown = frame.loc[drawn]
    tolerance = _METRES_PER_PIXEL_AT_ZOOM_0 / 2**zoom / 2 / _METRES_PER_DEGREE
    shapes = shapely.simplify(shown.geometry.to_numpy(), tolerance, preserve_topology=True)
    features = [
        {"type": "Feature", "properties": properties, "geometry": json.loads(shape)}
        for properties, shape in zip(_properties(shown), shapely.to_geojson(shapes), strict=True)
    ]
    return json.dumps(
        {"type": "FeatureCollection", "features": features},
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    ).encode()


def _is_drawn(kind: str, attributes: dict[str, Any], zoom: int) -> bool:
    if kind == "street_segment":  # its street is drawn as a whole
        return False
    if kind == "street" and attributes.get("level", "main") != "main":
        return zoom >= _MINOR_STREETS_FROM_ZOOM
    return kind not in _DETAIL or zoom >= _DETAIL_FROM_ZOOM


def _properties(frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    rows = zip(frame["id"], frame["kind"], frame["name"], frame["attributes"], strict=True)
    return [
        {**attributes, "id": int(number), "kind": kind, "name": name if isinstance(name, str) else None}
        for number, kind, name, attributes in rows
    ]
