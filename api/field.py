"""`/api/field/…`: a team's day for its phone, what it answers, its photos, and reports like a new one."""

import json
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import answer_errors, etag_of, fresh, problem
from api.field_team import team_asked
from api.posted import read_object, taking_body
from data.actors import Actor
from data.field_day import day, team_viewer
from data.field_forms import read_answers, read_moment
from data.field_hot import hot_classes
from data.field_kept import Answered
from data.settings import settings
from data.workspace import Workspace
from geo.errors import FilterError, GivenError
from i18n import gettext as _

#: Answers with some photos in them; a phone sends large ones by themselves.
_MOST_BYTES: Final = 64_000_000
_MEGABYTE: Final = 1_000_000
_JSON: Final = "application/json"
_PICTURE: Final = "image/"


def field_routes(workspace: Callable[[], Workspace]) -> list[Route]:
    """Make the routes of field teams; `docs/field_answers.md` says what they take and answer.

    Who heads the city looks through a team's eyes with `?team=3`; who is of a team has its own alone.
    """
    return [
        _day_route(workspace),
        _answers_route(workspace),
        _photos_route(workspace),
        _similar_route(workspace),
    ]


def _day_route(workspace: Callable[[], Workspace]) -> Route:
    @answer_errors
    def the_day(request: Request) -> Response:
        here = workspace()
        here.cube.refresh(wait=False)
        return _sent(request, day(here, team=_team(request, here)))

    return Route("/api/field/day", the_day)


def _answers_route(workspace: Callable[[], Workspace]) -> Route:
    def answers(request: Request, body: bytes) -> Response:
        here = workspace()
        if not _is_of(request, _JSON):
            return problem(_("What is sent here must be {type}.", type=_JSON), status=415)
        handed = read_answers(read_object(body))
        handed.check_store(here.store.identity)
        viewer = team_viewer(here, team_asked(here, handed.team), retired=True)
        found = [here.store.answer(one, actor=viewer, sent=handed.sent) for one in handed.answers]
        return _sent(request, {"results": _results(here, viewer, found)})

    return Route("/api/field/answers", taking_body(answers, most=_MOST_BYTES), methods=["POST"])


def _photos_route(workspace: Callable[[], Workspace]) -> Route:
    def photos(request: Request, body: bytes) -> Response:
        if not _is_of(request, _PICTURE):
            return problem(_("What is sent here must be {type}.", type="image/jpeg"), status=415)
        here, params = workspace(), request.query_params
        viewer = team_viewer(here, _team(request, here), retired=True)
        told: dict[str, Any] = {
            name: params[name] for name in ("uid", "when", "at", "note", "of") if name in params
        }
        if params.get("case"):
            told["case"] = _number("case", params["case"])
        told |= {name: _degrees(name, params[name]) for name in ("lon", "lat") if params.get(name)}
        sent = read_moment("sent", params.get("sent"))
        found = here.store.answer({**told, "act": "photo"}, actor=viewer, sent=sent, photo=body)
        return _sent(request, _results(here, viewer, [found])[0])

    most = int(settings().photo_mb * _MEGABYTE) + 1
    return Route("/api/field/photos", taking_body(photos, most=most), methods=["POST"])


def _similar_route(workspace: Callable[[], Workspace]) -> Route:
    @answer_errors
    def similar(request: Request) -> Response:
        here, params = workspace(), request.query_params
        viewer = team_viewer(here, _team(request, here))
        report: dict[str, Any] = {name: _degrees(name, params.get(name, "")) for name in ("lon", "lat")}
        report |= {"category": params.get("category", ""), "description": params.get("note") or None}
        if not report["category"]:
            raise FilterError(_("Say which category is meant."))
        found = here.store.similar(report, actor=viewer)
        own, _more = here.store.field_cases(
            actor=viewer, issues=found["issue_id"].to_list(), hot=hot_classes(here.cube)
        )
        shown = {case["id"]: case for case in own}
        return _sent(request, {"similar": [_like(row, shown) for row in found.iter_rows(named=True)]})

    return Route("/api/field/similar", similar)


def _is_of(request: Request, kind: str) -> bool:
    """Tell whether what is sent is said to be of a kind, which no form of another site can say."""
    return request.headers.get("content-type", "").strip().lower().startswith(kind)


def _team(request: Request, here: Workspace) -> int:
    return team_asked(here, request.query_params.get("team"))


def _like(row: dict[str, Any], shown: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Return what is told of a likely duplicate: of one in other cells neither its number nor the case."""
    case = shown.get(row["issue_id"])
    return {
        "id": case and case["id"],
        "case": case,
        "score": round(row["score"], 3),
        "sure": row["sure"],
        "why": row["why"],
        "distance_m": round(row["distance_m"]),
        "reported_at": row["reported_at"].isoformat().replace("+00:00", "Z"),
    }


def _results(here: Workspace, viewer: Actor, found: list[Answered]) -> list[dict[str, Any]]:
    """Return the results in order, each with its case as it is now where that is in the team's cells."""
    ids = list(dict.fromkeys(one.issue_id for one in found if one.issue_id is not None))
    own, _more = here.store.field_cases(actor=viewer, issues=ids, hot=hot_classes(here.cube))
    shown = {case["id"]: case for case in own}
    return [
        {"uid": one.uid, "state": one.state, "words": one.words, "case": shown.get(one.issue_id or 0)}
        for one in found
    ]


def _sent(request: Request, answer: dict[str, Any]) -> Response:
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    sent = fresh(request, body, etag=etag_of(body), media_type=_JSON)
    sent.headers["Cache-Control"] = "no-store"
    return sent


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise GivenError(_("{name}: {value!r} is not a whole number.", name=name, value=text[:40]))
    return int(text)


def _degrees(name: str, text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    most = 180 if name == "lon" else 90
    if not -most <= found <= most:
        raise FilterError(_("{name}: {value!r} is no place on the earth.", name=name, value=text[:40]))
    return found
