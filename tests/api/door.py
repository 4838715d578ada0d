"""The routes, and something like Streamlit, behind the door that tells who asks."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from api.admission import Admission
from api.routes import routes
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace, seen_by_acting
from reports.exports import Exports
from reports.field_documents import FieldDocuments
from reports.field_routes import FieldRouteFiles


def app_routes(workspace: Callable[[], Workspace]) -> list[BaseRoute]:
    """Return the routes with everything that the app hands to them."""
    return routes(workspace, Exports(), FieldDocuments(), FieldRouteFiles())


def served(store: Store, *, key: str = "") -> TestClient:
    """Serve a store as the app does; `/api/who` tells as whom one is known."""
    here = Workspace(store, Cube.open(store))

    def acting() -> Workspace:
        return seen_by_acting(here)

    def who(_request: Request) -> Response:
        return PlainTextResponse(f"{acting().viewer.name} {acting().viewer.team}")

    def page(_request: Request) -> Response:
        return PlainTextResponse("Streamlit")

    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text("Streamlit")
        await socket.close()

    behind: list[BaseRoute] = [
        Route("/api/who", who),
        *app_routes(acting),
        WebSocketRoute("/_stcore/stream", stream),
        Route("/{rest:path}", page, methods=["GET", "POST", "PUT", "DELETE"]),
    ]
    door = Middleware(Admission, workspace=lambda: here, key=key)
    return TestClient(Starlette(routes=behind, middleware=[door]), follow_redirects=False)


def enter(client: TestClient, secret: str) -> None:
    """Come in by a team's link."""
    assert client.post("/api/field/enter", json={"token": secret}).status_code == 200
