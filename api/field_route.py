"""`/api/field/route`: the route of a field team's shift, for its phone, as GPX and as KML."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, is_fresh, problem, unchanged
from api.field_team import team_asked
from api.posted import read_object, taking_body
from api.sent_files import made_for_one
from data.field_routes import TeamRoute, routes_in
from data.field_shifts import read_point
from data.route_json import route_json
from data.workspace import Workspace
from geo.errors import FilterError, GivenError
from i18n import gettext as _

_JSON: Final = "application/json"
_MOST_BYTES: Final = 10_000


class RouteFiles(Protocol):
    """What writes a route as a file; the rooms of routes and of documents do not know each other."""

    @property
    def endings(self) -> tuple[str, ...]:
        """What can be asked for, such as `gpx`."""

    def write(self, here: Workspace, route: TeamRoute, ending: str, folder: Path) -> tuple[Path, str, str]:
        """Write a file into a folder; return it, the name of the reader's copy and its media type."""


def route_routes(workspace: Callable[[], Workspace], files: RouteFiles | None = None) -> list[Route]:
    """Make the routes; `docs/field.md` says what they take and answer.

    Who heads the city looks through a team's eyes with `?team=3`. Without `files` there are no files.
    """
    found = [_json_route(workspace), _choice_route(workspace)]
    return [*found, _files_route(workspace, files)] if files else found


def _json_route(workspace: Callable[[], Workspace]) -> Route:
    @answer_errors
    def route(request: Request) -> Response:
        here = workspace()
        return _sent(request, _asked(request, here))

    return Route("/api/field/route", route, methods=["GET"])


def _choice_route(workspace: Callable[[], Workspace]) -> Route:
    def choose(request: Request, body: bytes) -> Response:
        here = workspace()
        if not request.headers.get("content-type", "").strip().lower().startswith(_JSON):
            return problem(_("What is sent here must be {type}.", type=_JSON), status=415)
        told = read_object(body)
        if "shift" not in told:
            raise GivenError(_("Say which shift: an object under 'shift'."))
        team = team_asked(here, told.get("team") or request.query_params.get("team"))
        return _sent(request, routes_in(here).choose(team, told["shift"]))

    return Route("/api/field/route", taking_body(choose, most=_MOST_BYTES), methods=["POST"])


def _files_route(workspace: Callable[[], Workspace], files: RouteFiles) -> Route:
    @answer_errors
    def file(request: Request) -> Response:
        ending = request.path_params["ending"]
        if ending not in files.endings:
            words = _("There is no such file. Expected one of {names}.", names=", ".join(files.endings))
            return problem(words, status=404)
        here = workspace()
        found = _asked(request, here)
        return made_for_one(lambda folder: files.write(here, found, ending, folder))

    return Route("/api/field/route.{ending}", file, methods=["GET"])


def _asked(request: Request, here: Workspace) -> TeamRoute:
    """Return the route that an address asks for: the team's, or the rest of it from where somebody is."""
    params = request.query_params
    team, planner = team_asked(here, params.get("team")), routes_in(here)
    if params.get("lon") is None and params.get("lat") is None:
        return planner.of(team)
    return planner.from_here(team, read_point([_degrees(params.get(name, "")) for name in ("lon", "lat")]))


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise FilterError(_("'{value}' is no number of degrees.", value=text[:40])) from error


def _sent(request: Request, found: TeamRoute) -> Response:
    told: dict[str, Any] = route_json(found)
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    etag = etag_of(body)
    if request.method == "GET" and is_fresh(request, etag):
        return unchanged(etag)
    sent = fresh(request, body, etag=etag, media_type=_JSON)
    sent.headers["Cache-Control"] = "no-store"
    return sent
