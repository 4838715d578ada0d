"""The kinds of hot spots by name: each asked once at a time, and answered alike whichever is asked first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any, cast

import numpy as np
import pytest

from data import hot_kinds
from data.cube import Cube
from data.hot_cells import KINDS, HotAsked, Kind
from data.hot_kinds import hot_cells, why


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
    together = Barrier(2, timeout=60)
    monkeypatch.setattr(hot_kinds, "function_of", lambda _kind: lambda *_: together.wait())
    cube = cast("Cube", Empty())
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(hot_kinds.hot_cells, cube, HotAsked(ring=ring)) for ring in (1, 2)]
        assert sorted(cast("int", answer.result(10)) for answer in answers) == [0, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_again_is_answered_alike(zone_cube: Cube, kind: Kind) -> None:
    first, again = (hot_cells(zone_cube, HotAsked(kind=kind)) for _time in range(2))
    assert first.classes == again.classes and first.note == again.note
    np.testing.assert_array_equal(first.codes, again.codes)
    np.testing.assert_array_equal(first.figures, again.figures)


def test_shares_of_grids_are_shares_and_tell_the_classes(zone_cube: Cube) -> None:
    for _time in range(2):
        found = hot_cells(zone_cube, HotAsked(kind="stability"))
        assert found.figures.min() >= 0 and found.figures.max() <= 1
        lowest = [
            found.figures[found.codes == code].min() for code in (1, 2, 3) if (found.codes == code).any()
        ]
        assert lowest == sorted(lowest, reverse=True)


def test_reasons_are_sentences_or_nothing(zone_cube: Cube) -> None:
    for kind in KINDS:
        asked = HotAsked(kind=kind)
        said = why(zone_cube, asked, hot_cells(zone_cube, asked).cells[:3])
        assert len(said) == 3 and all(isinstance(words, str) for words in said)
