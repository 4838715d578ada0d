"""Tests of forecasts that run beside everything else: one at a time, the newest first, none twice."""

from datetime import date
from threading import Event, Thread

import numpy as np
import pytest

from data.forecast_runs import ForecastRuns, Standing
from data.forecasts import Basis, Forecast
from data.step_counts import StepCounts
from geo.backtest import Progress

WAIT_S = 30


def a_basis(key: str) -> Basis:
    counted = StepCounts(np.zeros(0, np.uint64), (), np.zeros((0, 0), np.int32), "week")
    return Basis(counted, 1, date(2026, 6, 22), False, 1.0, 1, 9.0, key)


class Slow:
    """A test that waits to be let go; it notes what it was asked for."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go = Event()
        self.at_work = Event()
        self.forecast = object.__new__(Forecast)

    def __call__(self, made_from: Basis, progress: Progress) -> Forecast:
        self.begun.append(made_from.key)
        progress(1, 4)
        self.at_work.set()
        assert self.go.wait(WAIT_S)
        progress(2, 4)
        if made_from.key == "broken":
            raise RuntimeError("no disk")
        return self.forecast


def settled(runs: ForecastRuns, key: str) -> Standing:
    pause = Event()
    for _turn in range(WAIT_S * 100):
        standing = runs.ask(a_basis(key))
        if standing.forecast is not None or standing.fault is not None:
            return standing
        pause.wait(0.01)
    raise AssertionError("It was not done in time.")


def test_asking_never_waits_and_tells_how_far_it_is() -> None:
    slow = Slow()
    runs = ForecastRuns(slow)
    assert runs.ask(a_basis("a")) == Standing(0.0)
    assert slow.at_work.wait(WAIT_S)
    assert runs.ask(a_basis("a")) == Standing(0.25)
    assert runs.found(a_basis("a")) is None
    slow.go.set()
    assert settled(runs, "a") == Standing(1.0, slow.forecast)
    assert runs.found(a_basis("a")) is slow.forecast
    assert runs.ask(a_basis("a")).share == 1
    assert slow.begun == ["a"]


def test_what_was_asked_for_last_is_next() -> None:
    slow = Slow()
    runs = ForecastRuns(slow)
    runs.ask(a_basis("a"))
    assert slow.at_work.wait(WAIT_S)
    for key in ("b", "c", "b"):
        runs.ask(a_basis(key))
    slow.go.set()
    settled(runs, "b")
    settled(runs, "c")
    assert slow.begun == ["a", "b", "c"]


def test_a_test_that_nobody_waits_for_makes_way() -> None:
    now = [0.0]
    slow = Slow()
    runs = ForecastRuns(slow, clock=lambda: now[0])
    runs.ask(a_basis("a"))
    assert slow.at_work.wait(WAIT_S)
    now[0] = 60.0
    runs.ask(a_basis("b"))
    slow.go.set()
    settled(runs, "b")
    assert runs.found(a_basis("a")) is None
    settled(runs, "a")
    assert slow.begun == ["a", "b", "a"]


def test_a_test_alone_goes_on_though_nobody_looks() -> None:
    now = [0.0]
    slow = Slow()
    runs = ForecastRuns(slow, clock=lambda: now[0])
    runs.ask(a_basis("a"))
    assert slow.at_work.wait(WAIT_S)
    now[0] = 60.0
    slow.go.set()
    settled(runs, "a")
    assert slow.begun == ["a"]


def test_a_fault_is_told_and_can_be_tried_again() -> None:
    slow = Slow()
    slow.go.set()
    runs = ForecastRuns(slow)
    standing = settled(runs, "broken")
    assert standing.forecast is None
    assert str(standing.fault) == "no disk"
    settled(runs, "broken")
    assert slow.begun == ["broken"]
    runs.forget(a_basis("broken"))
    settled(runs, "broken")
    assert slow.begun == ["broken", "broken"]
    assert settled(runs, "other").forecast is slow.forecast


def test_many_who_ask_at_once_get_one_test() -> None:
    slow = Slow()
    runs = ForecastRuns(slow)
    askers = [Thread(target=lambda: runs.ask(a_basis("a"))) for _n in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    slow.go.set()
    settled(runs, "a")
    assert slow.begun == ["a"]


def test_only_so_many_wait_and_are_kept() -> None:
    slow = Slow()
    slow.go.set()
    runs = ForecastRuns(slow)
    for number in range(20):
        settled(runs, str(number))
    kept = [runs.found(a_basis(str(number))) is not None for number in range(20)]
    assert sum(kept) == 16
    assert kept[-1]
    assert not kept[0]


def test_a_test_that_breaks_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    slow = Slow()
    slow.go.set()
    runs = ForecastRuns(slow)
    settled(runs, "broken")
    assert settled(runs, "fine").forecast is slow.forecast
    assert "no disk" in caplog.text
