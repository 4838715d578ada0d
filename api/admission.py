"""Who may ask for what: the first thing that every request and every websocket comes to.

A browser that came in by a team's link (`api.field_entry`) is of that team everywhere: routes answer as its
actor may see, and Streamlit, whose pages are for those who head the city, is not for it. Everybody else heads
the city, unless the installation has a key (`api.key_gate`): then who gives it does.
"""

import logging
from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers import problem
from api.key_gate import KEY_PATH, KeyGate
from api.visitors import Refused, member_of, secret_of
from data.actors import SYSTEM
from data.team_links import Member
from data.workspace import Workspace, acting_as
from geo.errors import StoreError
from i18n import gettext as _
from i18n import match_locale, use_locale

_log: Final = logging.getLogger(__name__)

#: The page of field teams. It shows nothing by itself: what it shows it asks the routes for.
FIELD: Final = "/field"
#: What anybody may ask for: pages and scripts without data, the ways in, and whether the service is well.
OPEN: Final = frozenset(
    {FIELD, f"{FIELD}/worker.js", "/api/field/enter", "/api/field/leave", "/healthz", "/_stcore/health"}
)
OPEN_BELOW: Final = ("/assets/", "/static/")
#: What a field team asks beside that, each answered for its own part of the city.
FOR_TEAMS: Final = ("/api/", "/tiles/")
#: What belongs to pages and is no page.
_PARTS_OF_PAGES: Final = ("/_stcore/", "/media/", "/component/", "/app/static/", "/auth/", "/oauth2callback")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: A case whose number is longer is none.
_MOST_DIGITS: Final = 18
_NOT_KEPT: Final = {"Cache-Control": "no-store"}
#: Says that a websocket is refused by a rule (RFC 6455).
_POLICY: Final = 1008


class Admission:
    """Middleware that tells who asks and lets them ask for what is theirs.

    `workspace` opens what is shown to those who head the city. Without a `key` everybody does who came in by
    no team's link.
    """

    def __init__(self, app: ASGIApp, *, workspace: Callable[[], Workspace], key: str = "") -> None:
        self.app = app
        self._workspace = workspace
        self._gate = KeyGate(key) if key else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as whoever asks, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        asked, is_http = HTTPConnection(scope), scope["type"] == "http"
        if is_http and _is_from_elsewhere(asked, scope["method"]):
            _speak(asked)
            words = _("A page of another site may not do this.")
            await _refuse(problem(words, status=403), scope, receive, send)
        elif is_http and is_open(scope["path"]) and not _through_anothers_eyes(asked):
            await self.app(scope, receive, send)
        elif self._gate and is_http and scope["path"] == KEY_PATH and scope["method"] == "POST":
            _speak(asked)
            answer = await self._gate.answer(Request(scope, receive))
            await answer(scope, receive, send)
        elif secret := secret_of(asked):
            await self._as_member(secret, asked, receive, send)
        elif self._gate and not self._gate.knows(asked):
            _speak(asked)
            await _refuse(_ask_for_key(self._gate, asked), scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _as_member(self, secret: str, asked: HTTPConnection, receive: Receive, send: Send) -> None:
        scope = asked.scope
        _speak(asked)
        try:
            found = await run_in_threadpool(self._find, secret)
        except StoreError:
            _log.exception("The store did not say who asks")
            words = _("The records cannot be reached just now. Try again in a minute.")
            await _refuse(problem(words, status=503), scope, receive, send)
            return
        if isinstance(found, Member) and is_for_teams(scope) and scope["type"] == "http":
            with acting_as(found.actor):
                await self.app(scope, receive, send)
            if found.should_be_noted:
                await run_in_threadpool(self._note, found)
        elif _is_page(scope):
            await RedirectResponse(field_address(asked), status_code=303, headers=_NOT_KEPT)(
                scope, receive, send
            )
        else:
            await _refuse(_not_yours(found), scope, receive, send)

    def _find(self, secret: str) -> Member | Refused:
        return member_of(self._workspace().store, secret)

    def _note(self, found: Member) -> None:
        """Note that the link is used; the answer was sent, and does not depend on it."""
        try:
            self._workspace().store.note_link_use(found.link.id, actor=SYSTEM)
        except StoreError as why:
            _log.warning("That a team's link is used could not be noted: %s", why)


def is_open(path: str) -> bool:
    """Tell whether anybody may ask for a path."""
    return path in OPEN or path.startswith(OPEN_BELOW)


def is_for_teams(scope: Scope) -> bool:
    """Tell whether a field team may ask for a path."""
    path: str = scope["path"]
    return is_open(path) or path.startswith(FOR_TEAMS)


def field_address(asked: HTTPConnection) -> str:
    """Return where the page of field teams shows what an address of another page shows."""
    case, lang = (asked.query_params.get(name, "") for name in ("id", "lang"))
    known = case.isascii() and case.isdigit() and len(case) <= _MOST_DIGITS
    page = asked.scope["path"].strip("/")
    return (
        FIELD
        + (f"?{urlencode({'lang': lang})}" if lang else "")
        + (f"#case={case}" if page == "case" and known else "")
    )


def _is_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return False
    path: str = scope["path"]
    return not path.startswith((*FOR_TEAMS, *_PARTS_OF_PAGES))


def _is_from_elsewhere(asked: HTTPConnection, method: str) -> bool:
    """Tell whether a page of another site wants something done here, in the name of who looks at that page.

    Browsers say where a request comes from; a program that is no browser says nothing and has no cookies of
    somebody else. Streamlit looks after its own paths.
    """
    if method in _SAFE or not asked.scope["path"].startswith("/api/"):
        return False
    said = asked.headers.get("sec-fetch-site")
    if said:
        return said not in {"same-origin", "none"}
    origin = asked.headers.get("origin")
    if origin is None:
        return False
    ours = {asked.headers.get(name, "").split(",")[0].strip() for name in ("host", "x-forwarded-host")}
    return urlsplit(origin).netloc not in ours - {""}


def _through_anothers_eyes(asked: HTTPConnection) -> bool:
    """Tell whether somebody asks for the page of a team that is not necessarily theirs."""
    return bool(asked.scope["path"] == FIELD and asked.query_params.get("team"))


def _speak(asked: HTTPConnection) -> None:
    """Answer in the browser's language."""
    use_locale(match_locale(asked.query_params.get("lang"), asked.headers.get("accept-language")))


async def _refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a refusal; a websocket has no words for it before it is open."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY, "reason": ""})
    else:
        answer.headers.update(_NOT_KEPT)
        await answer(scope, receive, send)


def _ask_for_key(gate: KeyGate, asked: HTTPConnection) -> Response:
    """Ask for the key: a page with the form, a script in words."""
    if _is_page(asked.scope):
        return gate.ask(asked)
    words = _("This installation asks for its key first. Load the page anew.")
    return problem(words, status=401, ask="key")


def _not_yours(found: Member | Refused) -> Response:
    if isinstance(found, Member):
        return problem(_("This is not for field teams; their page is {page}.", page=FIELD), status=403)
    return problem(found.words, status=401, ask=found.ask)
