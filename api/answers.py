"""HTTP answers that the routes share: fresh or unchanged, compressed, and errors in clear words."""

import gzip
import hashlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from data.given import whole
from geo.errors import GezhiError, NotAllowedError, StoreError
from i18n import gettext as _
from i18n import match_locale, use_locale

Endpoint = Callable[[Request], Response]

_log = logging.getLogger(__name__)

#: Above this size an answer is worth the milliseconds of compressing it.
_COMPRESS_FROM_BYTES = 4_096


def etag_of(*parts: object) -> str:
    """Name a state of the data: equal parts give an equal tag."""
    return f'"{hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


def is_fresh(request: Request, etag: str) -> bool:
    """Tell whether the browser already holds this very answer."""
    return etag in {
        tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")
    }


def unchanged(etag: str) -> Response:
    """Answer that the browser's copy is still right."""
    return Response(status_code=304, headers={"ETag": etag})


def fresh(request: Request, body: bytes, *, etag: str, media_type: str) -> Response:
    """Answer with a body that the browser may keep but must ask about again."""
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if len(body) >= _COMPRESS_FROM_BYTES and "gzip" in request.headers.get("accept-encoding", ""):
        # Level 1: the default of the server's own middleware takes ten times longer for a tenth of the size.
        body, headers["Content-Encoding"] = gzip.compress(body, compresslevel=1), "gzip"
    return Response(body, media_type=media_type, headers=headers)


def answer_errors(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint: its errors become JSON with the words for people, in the browser's language.

    What the asker did wrong is 400, what the asker may not do 403. What is wrong here is 503 for the store
    and 500 for the rest: in general words, since a path or an address is nobody's business; the log has all.
    """

    @wraps(endpoint)
    def guarded(request: Request) -> Response:
        use_locale(match_locale(request.query_params.get("lang"), request.headers.get("accept-language")))
        try:
            return endpoint(request)
        except NotAllowedError as error:
            return problem(str(error), status=403)
        except StoreError:
            _log.exception("The store did not answer %s", request.url.path)
            return problem(_("The records cannot be reached just now. Try again in a minute."), status=503)
        except GezhiError as error:
            return problem(str(error), status=400)
        except Exception:
            _log.exception("%s failed", request.url.path)
            return problem(_("Something went wrong here. It is in the server's log."), status=500)

    return guarded


def problem(message: str, *, status: int, **details: Any) -> JSONResponse:
    """Answer that something is wrong, in words; half a character in what they repeat reads "�"."""
    return JSONResponse({"error": whole(message), **details}, status_code=status)
