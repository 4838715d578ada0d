"""`/api/field/enter` and `/api/field/leave`: a browser becomes one of a field team, and is no more."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.answers import answer_errors, problem
from api.posted import read_object, taking_body
from api.visitors import TEAM_COOKIE, Refused, forget, member_of, remember
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _

_MOST_BYTES: Final = 4_096
_JSON: Final = "application/json"


def entry_routes(workspace: Callable[[], Workspace]) -> list[BaseRoute]:
    """Make both routes.

    `enter` takes `{"token": …}`, the secret of a team's link, as JSON and answers `{"team": {id, name}}` with
    the cookie by which every later request is known (`api.admission`); 401 for a link that opens nothing.
    `leave` takes the cookie away.
    """

    def enter(request: Request, body: bytes) -> Response:
        # A form of another site can send a text, but not this type: nobody is made somebody else unasked.
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != _JSON:
            return problem(_("What is sent here must be {type}.", type=_JSON), status=415)
        secret = read_object(body).get("token")
        found = member_of(workspace().store, secret if isinstance(secret, str) else "")
        if isinstance(found, Refused):
            return problem(found.words, status=401, ask=found.ask)
        team = {"id": found.team.id, "name": found.team.label(current_locale())}
        answer = JSONResponse({"team": team}, headers={"Cache-Control": "no-store"})
        remember(answer, TEAM_COOKIE, str(secret), request=request)
        return answer

    @answer_errors
    def leave(request: Request) -> Response:
        answer = Response(status_code=204, headers={"Cache-Control": "no-store"})
        forget(answer, TEAM_COOKIE, request=request)
        return answer

    return [
        Route("/api/field/enter", taking_body(enter, most=_MOST_BYTES), methods=["POST"]),
        Route("/api/field/leave", leave, methods=["POST"]),
    ]
