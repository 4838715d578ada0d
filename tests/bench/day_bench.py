"""What a field team's phone waits for in a store of 200,000 cases: its day, and an answer taken."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.field import field_routes
from data.actors import Actor
from data.cube import Cube
from data.field_hot import hot_classes
from data.store import Store
from data.workspace import Workspace
from tests.bench.rows import Row
from tests.bench.teams_bench import CASES, TEAMS, build
from tests.data import postgres

_TURNS = 15
_PEER_TURNS = 3
_AT_ONCE = 100
_MEMBER = Actor("队员", "team_member", team=7)


def rows() -> Iterator[Row]:
    """Measure, seeded: the day over HTTP, one answer, a hundred answers at once, those again."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        yield from _measured(f"sqlite:///{Path(folder) / 'city.sqlite'}", "SQLite", folder)
        if not postgres.missing():
            with postgres.server() as server:
                yield from _measured(server.url(), "PostgreSQL", folder)


def _measured(url: str, where: str, folder: str) -> Iterator[Row]:
    size = f"{CASES:,} cases, every second open, {TEAMS} teams; {where}"
    with Store.open(url, photos=f"{folder}/photos") as store:
        build(store, status="dispatched")
        here = Workspace(store, Cube.open(store), _MEMBER)
        client = TestClient(Starlette(routes=list(field_routes(lambda: here))))
        hot = hot_classes(here.cube, wait_s=None)
        day = client.get("/api/field/day").json()
        asked = _ms(lambda: client.get("/api/field/day"), turns=_TURNS)
        peer = _ms(lambda: _one_by_one(store, day["cases"]), turns=_PEER_TURNS)
        used = _ms(lambda: client.get("/api/field/day"), turns=_TURNS, clock=time.process_time)
        n = len(day["cases"]) + day["left_out"]
        yield Row(
            f"the day of a team; {size}",
            asked,
            "ms",
            "its list, and each case by itself",
            peer,
            "≤ 200 ms",
            asked <= 200,
            f"{used:.0f} ms of one processor; {n:,} open cases in its cells, {len(day['cases'])} sent, "
            f"{len(hot):,} hot cells in the city",
        )
        numbers = iter([case["id"] for case in day["cases"]])
        took = _ms(lambda: _hand_in(client, [_answer(next(numbers), "start")]), turns=_TURNS)
        yield Row(f"an answer taken; {size}", took, "ms", "", None, "", None)
        many = [_answer(case["id"], "note") for case in day["cases"][-_AT_ONCE:]]
        began = time.perf_counter()
        _hand_in(client, many)
        first = (time.perf_counter() - began) * 1e3
        again = _ms(lambda: _hand_in(client, many), turns=_PEER_TURNS)
        yield Row(
            f"{_AT_ONCE} answers handed in at once; {size}",
            first,
            "ms",
            "",
            None,
            "",
            None,
            f"handed in again {again:.0f} ms",
        )


def _one_by_one(store: Store, cases: list[dict[str, Any]]) -> None:
    store.open_cases(actor=_MEMBER, limit=len(cases))
    for case in cases:
        store.case(case["id"], actor=_MEMBER)
        store.photos(case["id"], actor=_MEMBER)


def _answer(case: int, act: str) -> dict[str, Any]:
    return {"uid": str(uuid4()), "act": act, "case": case, "version": 1, "note": "看过了"}


def _hand_in(client: TestClient, answers: list[dict[str, Any]]) -> None:
    told = client.post("/api/field/answers", json={"form": 1, "answers": answers})
    assert {one["state"] for one in told.json()["results"]} <= {"applied", "already"}, told.text[:300]


def _ms(act: Callable[[], object], *, turns: int, clock: Callable[[], float] = time.perf_counter) -> float:
    took = []
    for _turn in range(turns):
        began = clock()
        act()
        took.append((clock() - began) * 1e3)
    return median(took)
