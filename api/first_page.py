"""The page that the browser asks for first: Streamlit's own, with our start script in its head."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from layers import assets

_PULSE_S = 0.12
#: Pages that are not Streamlit's, and answers of routes that are pages: they are sent as they are.
_OWN = ("/field", "/api/")
_HEAD = b"<head>"
_HEAD_END = b"</head>"
#: Where Streamlit's server is. Left to itself its script guesses from the page's address, and on every page
#: but the first its first guesses fail, which a browser notes as errors.
_SERVER = b'<script>window.__streamlit = { BACKEND_BASE_URL: location.origin + "/" };</script>'


def pulse_route() -> Route:
    """Make `/api/pulse`, which the start script asks while a page is being built (`start.js`)."""

    async def pulse(_request: Request) -> Response:
        await asyncio.sleep(_PULSE_S)
        return Response(status_code=204)

    return Route("/api/pulse", pulse)


class FirstPage:
    """Middleware that puts the start script into pages, and tells Streamlit's where its server is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.head = f'<script defer src="{assets.url("start.js")}"></script>'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; of a page of Streamlit's that comes in one piece, write the head anew."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(_OWN):
            await self.app(scope, receive, send)
            return
        if _asks_for_page(scope):  # compressed, it could not be written anew
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0] != b"accept-encoding"]}
        start: Message | None = None
        body = b""

        async def rewrite(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
                return
            if start is None or message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            page = body.replace(_HEAD, _HEAD + _SERVER, 1).replace(_HEAD_END, self.head + _HEAD_END, 1)
            await send({**start, "headers": _with_length(start["headers"], len(page))})
            await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, rewrite)


def _asks_for_page(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def _is_page(message: Message) -> bool:
    headers = dict(message["headers"])
    plain = b"content-encoding" not in headers
    return message["status"] == 200 and plain and headers.get(b"content-type", b"").startswith(b"text/html")


def _with_length(headers: list[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    """Return the headers with the new length; tag and date of the old page would name another content."""
    other = {b"content-length", b"etag", b"last-modified"}
    kept = [(name, value) for name, value in headers if name.lower() not in other]
    return [*kept, (b"content-length", str(length).encode())]
