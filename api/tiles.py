"""`/tiles`: the base of the map as one PMTiles file, of which the browser reads pieces."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from api.answers import answer_errors, problem
from data.basemap import About, read_about
from data.workspace import Workspace
from geo.errors import StoreError
from i18n import gettext as _

_MEDIA_TYPE: Final = "application/vnd.pmtiles"
_A_YEAR: Final = "public, max-age=31536000, immutable"


def tiles_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: `v` is the build that the map knows, HTTP Range the piece of it.

    It answers 404 where no such file is kept, and 409 where the file was built again since: pieces of two
    files do not fit, so the map must begin anew.
    """

    @answer_errors
    def tiles(request: Request) -> Response:
        path = workspace().basemap
        if path is None or request.path_params["name"] != path.stem:
            return problem(_("There is no base map of that name."), status=404)
        try:
            about = _about(path)
        except StoreError:
            return problem(_("The base map is not built yet."), status=404)
        if request.query_params.get("v") != about.build:
            return problem(_("The base map was built again; load the page anew."), status=409)
        return FileResponse(path, media_type=_MEDIA_TYPE, headers={"Cache-Control": _A_YEAR})

    return Route("/tiles/{name}.pmtiles", tiles)


def tiles_address(here: Workspace) -> str:
    """Return the address of the tiles, nothing as long as there are none of the places as they are now."""
    if here.basemap is None:
        return ""
    try:
        about = _about(here.basemap)
    except StoreError:
        return ""
    if not about.is_of(here.store, actor=here.viewer):
        return ""
    return f"/tiles/{here.basemap.name}?v={about.build}"


def _about(path: Path) -> About:
    try:
        seen = path.stat()
    except OSError as why:
        raise StoreError(str(why)) from why
    return _read(path, seen.st_ino, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, *_state: int) -> About:
    return read_about(path)
