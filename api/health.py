"""`/healthz`: whether the store answers and the cube is in step, for whoever watches the service."""

import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.answers import answer_errors
from data.actors import SYSTEM
from data.filters import Filter
from data.workspace import Workspace
from i18n import gettext as _

_log = logging.getLogger(__name__)


def health_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: 200 with figures, 503 where the store does not answer.

    Anybody may ask, so what is wrong is said in general; paths, addresses and the database's own words go
    to the log.
    """

    @answer_errors
    def health(_request: Request) -> Response:
        try:
            here = workspace()
            here.cube.refresh()
            return JSONResponse(
                {
                    "status": "ok",
                    "reports": here.cube.total(Filter()),
                    "last_event": here.store.last_seq(actor=SYSTEM),
                    "version": here.cube.version,
                }
            )
        except Exception:  # whatever is wrong, the watcher must hear of it
            _log.exception("The store does not answer")
            words = _("The store does not answer. The server's log says why.")
            return JSONResponse({"status": "down", "error": words}, status_code=503)

    return Route("/healthz", health)
