"""`/api/photos`: the files of photos, to whoever may see the case that shows them."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, is_fresh, problem, unchanged
from data.photo_store import PhotoSize
from data.workspace import Workspace
from geo.errors import PhotoError, PhotoFolderError
from i18n import gettext as _

#: A name stands for one content for ever; only the browser of who was let in keeps it.
_FOR_EVER: Final = "private, max-age=31536000, immutable"
_RETRY_S: Final = 60
_SIZES: Final[dict[str, PhotoSize]] = {"thumb": "thumb", "view": "view", "full": "full"}


def photos_route(workspace: Callable[[], Workspace]) -> Route:
    """Make `/api/photos/{name}?size=thumb|view|full`: a JPEG; `name` is `full` of a photo; view by default.

    404 for a photo that nobody shows to the viewer or whose file is missing, 503 while the folder is away.
    """

    @answer_errors
    def photo(request: Request) -> Response:
        here, name = workspace(), request.path_params["name"]
        asked = request.query_params.get("size", "view")
        size = _SIZES.get(asked)
        if size is None:
            words = _(
                "There is no size '{size}'. Expected one of {sizes}.", size=asked, sizes=", ".join(_SIZES)
            )
            return problem(words, status=400)
        try:
            content = here.store.photo_bytes(name, actor=here.viewer, size=size)
        except PhotoError as error:
            return problem(str(error), status=404)
        except PhotoFolderError as error:
            answer = problem(str(error), status=503)
            answer.headers["Retry-After"] = str(_RETRY_S)
            return answer
        etag = etag_of(name, size)
        if is_fresh(request, etag):
            return unchanged(etag)
        headers = {"ETag": etag, "Cache-Control": _FOR_EVER, "X-Content-Type-Options": "nosniff"}
        return Response(content, media_type="image/jpeg", headers=headers)

    return Route("/api/photos/{name}", photo)
