"""`/api/search`: places by name, pinyin or initials; cells and positions."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.answers import answer_errors
from api.params import read_limit
from data.actors import SYSTEM
from data.gazetteer import Found, Gazetteer
from data.place_areas import AREA_KINDS
from data.store import Store
from data.workspace import Workspace

_LIMIT: Final = 8
_MOST: Final = 50


def search_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: `q` is what somebody typed, `limit` how many answers are wanted.

    It answers `{"found": [{kind, name, name_en, lat, lon, box, place_id, within}]}`, the likeliest first;
    `box` is west, south, east, north.
    """

    @answer_errors
    def search(request: Request) -> Response:
        here = workspace()
        limit = read_limit(request, default=_LIMIT, most=_MOST)
        found = gazetteer(here).find(request.query_params.get("q", ""), limit=limit)
        return JSONResponse({"found": [_told(one) for one in found]})

    return Route("/api/search", search)


def gazetteer(here: Workspace) -> Gazetteer:
    """Return the index of a workspace's places; it is made again when they change."""
    return _made(here.store, here.store.fact("places_version", "0", actor=here.viewer))


@lru_cache(maxsize=2)
def _made(store: Store, version: str | None) -> Gazetteer:
    del version
    return Gazetteer(store.places(actor=SYSTEM), area_kinds=AREA_KINDS)  # places are for everybody


def _told(one: Found) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "name_en": one.name_en,
        "lat": one.lat,
        "lon": one.lon,
        "box": one.box,
        "place_id": one.place_id,
        "within": one.within,
    }
