"""A small server that answers a phone page as the app does: a day, answers taken once, photos, links."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app_pages.field import field_routes
from layers import assets
from tests.layers import field_day

TOKEN = "a-token-of-team-3"
AFTER = {"start": "in_progress", "fix": "fixed", "not_found": "", "not_mine": ""}


@dataclass
class FieldServer:
    """What the server does next, and what it was told."""

    url: str = ""
    day: dict[str, Any] = field(default_factory=field_day.made_up)
    revoked: bool = False
    guarded: bool = True  # whether a link is needed
    verdicts: dict[str, tuple[str, str]] = field(default_factory=dict)  # by act: state and words
    refused: set[str] = field(default_factory=set)  # acts that make the whole request wrong
    delay_s: float = 0.0
    answers: list[dict[str, Any]] = field(default_factory=list)
    photos: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    similar: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Serve, on the same port as before if there was one."""
        port = urlparse(self.url).port or 0
        config = uvicorn.Config(
            Starlette(routes=_routes(self)), port=port, log_level="error", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.url = f"http://localhost:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Answer nobody any more, as if there were no network."""
        assert self.server is not None
        assert self.thread is not None
        self.server.should_exit = True
        self.thread.join(timeout=5)

    def reset(self) -> None:
        """Forget what the last test did."""
        fresh = FieldServer(url=self.url, server=self.server, thread=self.thread)
        self.__dict__.update(fresh.__dict__)

    def case(self, number: int) -> dict[str, Any] | None:
        """Return a case of the day."""
        return next((one for one in self.day["cases"] if one["id"] == number), None)

    def take(self, told: dict[str, Any]) -> dict[str, Any]:
        """Take one answer, once."""
        if told["uid"] in self.seen:
            return {**self.seen[told["uid"]], "state": "already"}
        self.answers.append(told)
        state, words = self.verdicts.get(told["act"], ("applied", ""))
        one = self.case(told["case"]) if told.get("case") else None
        if state == "applied" and one:
            after = AFTER.get(told["act"], one["status"])
            one["version"] += 1
            if after:
                one["status"], one["acts"] = after, field_day.acts(after)
                one["status_name"] = field_day.status_name(after)
            else:
                self.day["cases"].remove(one)
                one = None
        self.seen[told["uid"]] = {"uid": told["uid"], "state": state, "words": words, "case": one}
        return self.seen[told["uid"]]


@contextmanager
def serving() -> Iterator[FieldServer]:
    """Serve until the block ends."""
    state = FieldServer()
    try:
        state.start()
        yield state
    finally:
        state.stop()


def _asset(request: Request) -> Response:
    found = assets.asset(request.path_params["name"])
    return Response(found.content, media_type=found.media_type)


def _refusal(state: FieldServer, request: Request) -> Response | None:
    time.sleep(state.delay_s)
    if state.revoked:
        return JSONResponse({"error": "This link was taken back.", "ask": "link"}, 401)
    if state.guarded and "gezhi_team" not in request.cookies:
        return JSONResponse({"error": "Say which team."}, 400)
    return None


def _routes(state: FieldServer) -> list[BaseRoute]:

    async def enter(request: Request) -> Response:
        if state.revoked or (await request.json())["token"] != TOKEN:
            return JSONResponse({"error": "This link opens nothing.", "ask": "link"}, 401)
        answer = JSONResponse({"team": {"id": 3}})
        answer.set_cookie("gezhi_team", TOKEN, httponly=True, samesite="lax")
        return answer

    def day(request: Request) -> Response:
        return _refusal(state, request) or JSONResponse(state.day)

    async def answers(request: Request) -> Response:
        told = await request.json()
        if no := _refusal(state, request):
            return no
        if any(one["act"] in state.refused for one in told["answers"]):
            return JSONResponse({"error": "These words are too long."}, 400)
        return JSONResponse({"results": [state.take(one) for one in told["answers"]]})

    async def photos(request: Request) -> Response:
        asked, body = dict(request.query_params), await request.body()
        if no := _refusal(state, request):
            return no
        state.photos.append((asked, body))
        number = int(asked["case"]) if "case" in asked else None
        return JSONResponse(state.take({"uid": asked["uid"], "act": "photo", "case": number}))

    def similar(request: Request) -> Response:
        return _refusal(state, request) or JSONResponse({"similar": state.similar})

    return [
        *field_routes(),
        Route("/assets/{name:path}", _asset),
        Route("/api/field/enter", enter, methods=["POST"]),
        Route("/api/field/leave", lambda _: Response(status_code=204), methods=["POST"]),
        Route("/api/field/day", day),
        Route("/api/field/answers", answers, methods=["POST"]),
        Route("/api/field/photos", photos, methods=["POST"]),
        Route("/api/field/similar", similar),
    ]
