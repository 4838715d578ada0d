"""`/api/places`: the store's own streets and boundaries, the base of the map."""

from collections.abc import Callable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, unchanged
from data.actors import VIEWER
from data.store import Store
from data.workspace import Workspace



def places_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: a GeoJSON FeatureCollection with the properties `kind`, `name` and the place's attributes."""

    @answer_errors
    def places(request: Request) -> Response:
        store = workspace().store
        version = store.fact("places_version", "0", actor=VIEWER)
        etag = etag_of(store.url, version)
        if is_fresh(request, etag):
            return unchanged(etag)
        return fresh(request, _geojson(store, version), etag=etag, media_type="application/geo+json")

    return Route("/api/places", places)


@lru_cache(maxsize=2)
def _geojson(store: Store, version: str | None) -> bytes:
    """Write all places as GeoJSON once for each state of them."""
    del version
    frame = store.places(actor=VIEWER)
    text: str = frame.to_json(drop_id=True, to_wgs84=False, separators=(",", ":"), ensure_ascii=False)
    return text.encode()
