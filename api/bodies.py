"""What is sent to the routes: read up to a size, then answered on a thread of its own."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answer_errors, problem
from geo.errors import GivenError
from i18n import gettext as _

BodyEndpoint = Callable[[Request, bytes], Response]

_MEGABYTE: Final = 1_000_000


def with_body(endpoint: BodyEndpoint, *, most_bytes: int) -> Callable[[Request], Awaitable[Response]]:
    """Wrap an endpoint that takes the request and its body; a larger one than `most_bytes` is 413.

    Errors become words as `api.answers.answer_errors` has them.
    """

    async def read(request: Request) -> Response:
        parts, size = [], 0
        async for part in request.stream():
            size += len(part)
            if size > most_bytes:
                return problem(
                    _(
                        "This is too large. At most {most:.0f} MB are taken at once.",
                        most=most_bytes / _MEGABYTE,
                    ),
                    status=413,
                )
            parts.append(part)
        body = b"".join(parts)
        return await run_in_threadpool(answer_errors(lambda asked: endpoint(asked, body)), request)

    return read


def read_json(body: bytes) -> Any:
    """Read a body as JSON.

    Raises
    ------
    GivenError
        It is none.
    """
    try:
        return json.loads(body)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise GivenError(_("This is damaged or cut short, and cannot be read.")) from error
