"""Page: a field team's phone, beside Streamlit's pages, with the worker that keeps it for bad networks."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.answers import etag_of, fresh, is_fresh, unchanged
from i18n import match_locale
from layers import assets, field

PAGE: Final = "/field"
WORKER: Final = "/field/worker.js"


def field_routes() -> list[BaseRoute]:
    """Make the routes of the page and of its worker.

    Neither shows anything of the city: what a phone shows it asks `/api/field/…` for, which says who may.
    """
    return [Route(PAGE, _page), Route(WORKER, _worker)]


def _page(request: Request) -> Response:
    locale = match_locale(request.query_params.get("lang"), request.headers.get("accept-language"))
    html = field.page(locale=locale, options={"worker": WORKER})
    etag = etag_of(html)
    if is_fresh(request, etag):
        return unchanged(etag)
    answer = fresh(request, html.encode(), etag=etag, media_type="text/html")
    answer.headers["Vary"] = "Accept-Encoding, Accept-Language"
    return answer


def _worker(_request: Request) -> Response:
    """Answer with the worker; the header lets it serve the page above it."""
    headers = {"Service-Worker-Allowed": PAGE, "Cache-Control": "no-cache"}
    return Response(assets.part("field_worker.js"), media_type="text/javascript", headers=headers)
