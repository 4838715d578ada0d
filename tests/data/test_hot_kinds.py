"""The kinds of hot spots by name, each asked once at a time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any, cast

import pytest

from data import hot_kinds
from data.cube import Cube
from data.hot_cells import HotAsked


class Empty:
    """All of a cube that is asked here."""

    version = "1"


def test_who_asks_the_same_at_the_same_moment_waits_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[HotAsked, str] = {}
    computed: list[HotAsked] = []
    first_is_in, go_on = Event(), Event()

    def slow(_cube: Cube, asked: HotAsked) -> Any:
        if asked not in kept:
            computed.append(asked)
            first_is_in.set()
            assert go_on.wait(10)
            kept[asked] = f"cells of ring {asked.ring}"
        return kept[asked]

    monkeypatch.setattr(hot_kinds, "function_of", lambda _kind: slow)
    cube = cast("Cube", Empty())
    with ThreadPoolExecutor(3) as threads:
        answers = [threads.submit(hot_kinds.hot_cells, cube, HotAsked()) for _ in range(3)]
        assert first_is_in.wait(10)
        go_on.set()
        assert [answer.result(10) for answer in answers] == ["cells of ring 1"] * 3
    assert computed == [HotAsked()]
    assert not hot_kinds._TURNS


def test_other_questions_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    together = Barrier(2, timeout=10)
    monkeypatch.setattr(hot_kinds, "function_of", lambda _kind: lambda *_: together.wait())
    cube = cast("Cube", Empty())
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(hot_kinds.hot_cells, cube, HotAsked(ring=ring)) for ring in (1, 2)]
        assert sorted(cast("int", answer.result(10)) for answer in answers) == [0, 1]
