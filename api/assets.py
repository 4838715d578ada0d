"""`/assets`: scripts and styles from our own server, so that no request leaves the machine."""

import gzip
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, problem
from geo.errors import AssetError
from layers import assets

_A_YEAR = "public, max-age=31536000, immutable"


def assets_route() -> Route:
    """Make the route; an address with the asset's version may be kept for a year (`layers.assets.url`)."""

    @answer_errors
    def asset(request: Request) -> Response:
        try:
            found = assets.asset(request.path_params["name"])
        except AssetError as error:
            return problem(str(error), status=404)
        current = request.query_params.get("v") == found.version
        headers = {"Cache-Control": _A_YEAR if current else "no-cache", "Vary": "Accept-Encoding"}
        body = found.content
        if "gzip" in request.headers.get("accept-encoding", "") and not found.media_type.startswith("image/"):
            body, headers["Content-Encoding"] = _compressed(found.name, found.version), "gzip"
        return Response(body, media_type=found.media_type, headers=headers)

    return Route("/assets/{name:path}", asset)


@cache
def _compressed(name: str, version: str) -> bytes:
    """Compress an asset once; `version` keeps an older content from being sent for a newer one."""
    del version
    return gzip.compress(assets.asset(name).content)
