"""A clock that is put back, two machines whose clocks are apart: time goes on within a case all the same."""

import random
import time
from datetime import timedelta

import polars as pl
import pytest

from data import clock
from data.actors import OPERATOR, Actor
from data.store import Store
from geo.errors import TransitionError
from tests.data.programs import Program
from tests.data.samples import reports

HOUR_NS = 3_600 * 10**9
ANN = Actor("李娜", "manager")


def put_clock(patch: pytest.MonkeyPatch, hours: float) -> None:
    patch.setattr(clock, "time_ns", lambda: time.time_ns() + int(hours * HOUR_NS))


@pytest.fixture
def city(store: Store) -> Store:
    store.write_reports(reports(6, status=pl.lit("reported"), closed_at=None, unit=None), actor=OPERATOR)
    return store


def assert_time_goes_on(store: Store) -> None:
    for case in range(1, 7):
        events = store.events(case, actor=OPERATOR)
        assert events["at"].is_sorted(), f"case {case}"
    checked = store.check(actor=OPERATOR)
    assert checked.ok, checked.words()


def test_events_never_go_back_within_a_case_whatever_the_clock_does(
    city: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(1)
    for turn in range(40):
        put_clock(monkeypatch, rng.uniform(-48, 48))
        if turn % 5 == 0:
            frame = reports(
                6, status=pl.lit("reported"), closed_at=None, unit=None, address=pl.lit(f"{turn}")
            )
            assert city.write_reports(frame, actor=OPERATOR).updated == 6
            continue
        case = rng.randint(1, 6)
        kind = rng.choice(
            [e for e in city.allowed(case, actor=ANN) if e not in ("update", "merge", "photo", "hide")]
        )
        needs = {"dispatch": {"unit": "环卫中心"}, "note": {"note": "看"}, "extend": {"amount": 1}}.get(
            kind, {}
        )
        try:
            city.transition(case, kind, actor=ANN, reason="因为", **needs)
        except TransitionError:
            continue
    assert_time_goes_on(city)


def test_a_deadline_that_runs_is_the_same_before_and_after_the_clock_was_put_back(
    city: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_clock(monkeypatch, 0)
    city.transition(1, "accept", actor=ANN)
    before = city.case(1, actor=ANN)
    put_clock(monkeypatch, -72)
    after = city.transition(1, "dispatch", actor=ANN, unit="环卫中心")
    assert before.deadline and after.deadline
    assert after.deadline.due == before.deadline.due
    assert after.state.dispatched_at and before.state.accepted_at
    assert after.state.dispatched_at >= before.state.accepted_at
    suspended = city.transition(1, "suspend", actor=ANN, reason="等材料")
    put_clock(monkeypatch, -100)
    resumed = city.transition(1, "resume", actor=ANN)
    assert suspended.deadline and suspended.deadline.due is None
    assert resumed.deadline and resumed.deadline.due == before.deadline.due, "a pause of no time adds none"
    assert_time_goes_on(city)


def accept_ahead(url: str) -> None:
    clock.time_ns = lambda: time.time_ns() + 5 * HOUR_NS  # type: ignore[assignment]
    with Store.open(url, create=False) as store:
        for case in (1, 2):
            store.transition(case, "accept", actor=Actor("快", "manager"))


def test_a_machine_whose_clock_is_ahead_dates_its_own_cases_and_no_others(city: Store, url: str) -> None:
    program = Program(accept_ahead, url)
    program.end()
    assert program.status == 0, program.errors
    mine = city.transition(1, "dispatch", actor=ANN, unit="环卫中心")
    other = city.transition(3, "accept", actor=ANN)
    assert mine.state.dispatched_at == mine.state.accepted_at
    ahead = mine.state.dispatched_at - clock.moment() if mine.state.dispatched_at else timedelta()
    assert timedelta(hours=4) < ahead < timedelta(hours=5)
    assert other.state.accepted_at and other.state.accepted_at <= clock.moment()
    frame = reports(6, status=pl.lit("reported"), closed_at=None, unit=None)
    city.write_reports(
        frame.filter(pl.col("external_id") == "1-4").with_columns(address=pl.lit("新")), actor=OPERATOR
    )
    assert city.events(5, actor=OPERATOR)["at"].max() <= clock.moment()
    city.write_reports(frame.head(1).with_columns(address=pl.lit("新")), actor=OPERATOR)
    assert_time_goes_on(city)
