"""What is posted to the routes: bodies of a limited size, read whole, and JSON in them."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.answers import answer_errors, problem
from geo.errors import GivenError
from i18n import gettext as _

Posted = Callable[[Request, bytes], Response]


def taking_body(endpoint: Posted, *, most: int) -> Callable[[Request], Awaitable[Response]]:
    """Wrap an endpoint that is given the body of the request, of `most` bytes; errors become words.

    The endpoint runs in a thread, as those do that are given no body. Too large a body is 413.
    """

    async def taken(request: Request) -> Response:
        try:
            body = await _read(request, most)
        except ClientDisconnect:
            return Response(status_code=400)
        guarded = answer_errors(lambda asked: _answer(endpoint, asked, body, most))
        return await run_in_threadpool(guarded, request)

    return taken


def read_object(body: bytes) -> dict[str, Any]:
    """Read a body as a JSON object.

    Raises
    ------
    GivenError
        It is none.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise GivenError(_("What was sent is not JSON.")) from error
    if not isinstance(found, dict):
        raise GivenError(_("What was sent is not a JSON object."))
    return found


def _answer(endpoint: Posted, request: Request, body: bytes | None, most: int) -> Response:
    if body is None:
        return problem(_("What was sent is too large: at most {n} bytes are taken.", n=most), status=413)
    return endpoint(request, body)


async def _read(request: Request, most: int) -> bytes | None:
    """Read the body; None where it is larger, of which no more is kept."""
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and len(said) < 20 and int(said) > most:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            return None
    return bytes(body)
