"""`/api/field/pack` and `/api/field/sheet`: a team's day to take along, made by whoever knows how."""

import ipaddress
from collections.abc import Callable
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors
from api.field_team import team_asked
from data.workspace import Workspace

_HTML: Final = "text/html"
#: A day is of this moment, and of this team.
_NOT_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Document(Protocol):
    """A file that was made."""

    @property
    def name(self) -> str:
        """What the reader's copy is called."""

    @property
    def html(self) -> str:
        """What is in it."""


class Documents(Protocol):
    """What makes them; the rooms of routes and of documents do not know each other.

    Each raises `NotAllowedError` for a team that is not the viewer's, `TeamError` for one that is not there.
    """

    def pack(self, here: Workspace, team: int | None = None, *, address: str = "") -> Document:
        """Make the page that works without a network."""

    def sheet(self, here: Workspace, team: int | None = None, *, address: str = "") -> Document:
        """Make the page for paper."""


def field_file_routes(workspace: Callable[[], Workspace], documents: Documents) -> list[Route]:
    """Make `/api/field/pack[?team=3]`, a download, and `/api/field/sheet[?team=3]`, to be printed.

    `lang` chooses the language. Who heads the city says which team; who is of one has its own alone.
    """

    @answer_errors
    def pack(request: Request) -> Response:
        made = documents.pack(*_asked(request, workspace), address=reached_at(request))
        named = {"Content-Disposition": f'attachment; filename="{made.name}"'}
        return Response(made.html, media_type=_HTML, headers=_NOT_KEPT | named)

    @answer_errors
    def sheet(request: Request) -> Response:
        made = documents.sheet(*_asked(request, workspace), address=reached_at(request))
        named = {"Content-Disposition": f'inline; filename="{made.name}"'}
        return Response(made.html, media_type=_HTML, headers=_NOT_KEPT | named)

    return [Route("/api/field/pack", pack), Route("/api/field/sheet", sheet)]


def reached_at(request: Request) -> str:
    """Return the address by which the server was reached; empty where a phone cannot reach it so."""
    proto = request.headers.get("x-forwarded-proto", "").split(",")[0].strip() or request.url.scheme
    host = request.headers.get("x-forwarded-host", "").split(",")[0].strip() or request.url.netloc
    name = host.rpartition(":")[0].strip("[]") if host.rpartition(":")[2].isdigit() else host.strip("[]")
    if proto not in {"http", "https"} or not name or name == "localhost" or name.endswith(".localhost"):
        return ""
    try:
        return "" if ipaddress.ip_address(name).is_loopback else f"{proto}://{host}"
    except ValueError:
        return f"{proto}://{host}"


def _asked(request: Request, workspace: Callable[[], Workspace]) -> tuple[Workspace, int]:
    """Return the workspace as it is now, and the team that the address asks for."""
    here = workspace()
    here.cube.refresh(wait=False)
    return here, team_asked(here, request.query_params.get("team"))
