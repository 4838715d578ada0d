"""The app's routes with one more, which writes: what two servers on one store are tried with.

`python -m tests.torture.app_server PORT`: the store and the home folder come from the settings.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.answers import answer_errors
from api.routes import routes
from data.actors import OPERATOR
from data.workspace import city_store, close, workspace
from tests.data.samples import reports


@answer_errors
def write(request: Request) -> Response:
    """Take up some reports, move one of them on, keep the cube's snapshot."""
    seed, n = (int(request.query_params[name]) for name in ("seed", "n"))
    store = city_store()
    taken = store.write_reports(reports(n, seed=seed), actor=OPERATOR).taken
    note = store.transition(1, "note", actor=OPERATOR, note=f"note {seed}")
    here = workspace()
    here.cube.refresh()
    here.cube.write_snapshot()
    return JSONResponse({"taken": taken, "version": note.version})


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    yield
    await run_in_threadpool(close)


if __name__ == "__main__":
    app = Starlette(routes=[*routes(workspace), Route("/write", write)], lifespan=_lifespan)
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
