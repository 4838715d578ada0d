"""`/healthz`: whether the store answers and the cube is in step, for whoever watches the service."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.answers import answer_errors
from data.actors import SYSTEM
from data.filters import Filter
from data.workspace import Workspace


def health_route(workspace: Callable[[], Workspace]) -> Route:
    """Make the route: 200 with figures, 503 where the store does not answer."""

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
        except Exception as error:  # whatever is wrong, the watcher must hear of it
            return JSONResponse({"status": "down", "error": str(error)}, status_code=503)

    return Route("/healthz", health)
