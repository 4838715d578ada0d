"""The states of many cases at once: the same as one case after the other, in seconds."""

import json
from dataclasses import asdict

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import events as event_frames
from data import lifecycle, replay
from data.events import Event
from geo.errors import TransitionError
from tests.data.case_lives import PATIENT, START, complete, lives

many = st.lists(lives(old=True), max_size=4)


def by_case(cases: list[list[Event]]) -> dict[int, list[Event]]:
    return {number * 10: life for number, life in enumerate(cases, start=1)}


@given(many)
@PATIENT
def test_all_at_once_gives_what_one_after_the_other_gives(cases: list[list[Event]]) -> None:
    frame = event_frames.frame(by_case(cases))
    found = replay.replay_frame(frame)
    assert dict(found.schema) == replay.CASE
    for row, (case, life) in zip(found.iter_rows(named=True), by_case(cases).items(), strict=True):
        state = asdict(lifecycle.replay(life))
        assert row.pop("issue_id") == case
        assert row.pop("seq") == frame.filter(issue_id=case)["seq"].max()
        assert row == {name: state[name] for name in row}


@given(many)
@PATIENT
def test_pauses_and_extensions_are_those_of_each_case(cases: list[list[Event]]) -> None:
    found = replay.Replay.of(event_frames.frame(by_case(cases)))
    states = {case: lifecycle.replay(life) for case, life in by_case(cases).items()}
    assert found.pauses.rows() == [
        (case, pause.start, pause.end) for case, state in states.items() for pause in state.pauses
    ]
    assert found.extensions.rows() == [
        (case, more.amount, more.unit) for case, state in states.items() for more in state.extensions
    ]


@given(many, st.randoms(use_true_random=False))
@PATIENT
def test_the_order_of_the_rows_does_not_matter(cases: list[list[Event]], random: object) -> None:
    frame = event_frames.frame(by_case(cases))
    shuffled = frame.sample(fraction=1, shuffle=True, seed=random.randrange(1000))
    assert replay.replay_frame(shuffled).equals(replay.replay_frame(frame))


@given(many)
@PATIENT
def test_a_case_with_many_events_is_walked_alike(cases: list[list[Event]]) -> None:
    notes = [complete("note")] * 200
    frame = event_frames.frame({case: life + notes for case, life in by_case(cases).items()})
    plain = replay.replay_frame(event_frames.frame(by_case(cases)))
    assert replay.replay_frame(frame).drop("seq", "version").equals(plain.drop("seq", "version"))


def test_many_cases_walk_together_and_the_last_ones_singly() -> None:
    life = [
        complete(kind)
        for kind in ("report", "accept", "dispatch", "suspend", "resume", "fix", "verify", "close")
    ]
    frame = event_frames.frame({case: life[: 1 + case % 8] for case in range(1000)})
    found = replay.replay_frame(frame)
    expected = [lifecycle.replay(life[: 1 + case % 8]).status for case in range(1000)]
    assert found["status"].to_list() == expected


def test_what_cannot_have_happened_is_named_and_changes_nothing() -> None:
    life = [complete(kind) for kind in ("report", "close", "accept", "reopen", "accept", "explode")]
    found = replay.Replay.of(event_frames.frame({7: life, 8: [complete("accept")]}))
    assert found.impossible.rows() == [
        (7, 3, "accept", "closed"),
        (7, 5, "accept", "accepted"),
        (7, 6, "explode", "accepted"),
        (8, 7, "accept", None),
    ]
    assert found.cases["status"].to_list() == ["accepted", None]


def test_a_row_that_is_not_the_replay_of_its_events_is_found() -> None:
    life = [complete("report", unit="甲队"), complete("accept")]
    cases = replay.replay_frame(event_frames.frame({1: life, 2: life, 3: life}))
    stored = cases.select("issue_id", "status", "unit", "closed_at")
    assert replay.differences(cases, stored).is_empty()
    wrong = pl.DataFrame(
        {"issue_id": [4, 2, 1], "status": ["closed", "reported", "accepted"], "unit": [None, None, "甲队"]}
    )
    assert replay.differences(cases, wrong).rows() == [
        (2, "status", "reported", "accepted"),
        (2, "unit", None, "甲队"),
        (3, "issue_id", None, "3"),
        (4, "issue_id", "4", None),
    ]


def test_no_events_give_no_cases() -> None:
    empty = event_frames.frame({})
    found = replay.Replay.of(empty)
    assert (found.cases.height, found.pauses.height, found.extensions.height) == (0, 0, 0)
    assert dict(found.cases.schema) == replay.CASE


def test_columns_that_may_be_null_may_be_missing() -> None:
    frame = event_frames.frame({1: [complete("report"), complete("accept")]})
    assert replay.replay_frame(frame.select("issue_id", "seq", "kind", "at"))["status"].to_list() == [
        "accepted"
    ]


def test_a_frame_without_events_is_refused() -> None:
    with pytest.raises(TransitionError, match="the column kind, at is missing"):
        replay.replay_frame(pl.DataFrame({"issue_id": [1], "seq": [1]}))


def test_huge_numbers_of_cases_and_events_keep_their_order() -> None:
    frame = event_frames.frame({1: [complete("report"), complete("accept")]})
    far = frame.with_columns(issue_id=pl.lit(2**62), seq=pl.Series([2**61, 2**62]))
    both = pl.concat([far, frame])
    assert replay.replay_frame(both)["issue_id"].to_list() == [1, 2**62]


@given(many)
@PATIENT
def test_what_the_store_keeps_becomes_the_same_frame(cases: list[list[Event]]) -> None:
    frame = event_frames.frame(by_case(cases))
    payloads = [json.dumps(event.payload()) for life in cases for event in life]
    stored = frame.select("issue_id", "seq", "kind", "at").with_columns(
        payload=pl.Series(payloads, dtype=pl.String)
    )
    decoded = event_frames.decode(stored)
    assert dict(decoded.schema) == event_frames.EVENT
    without_unit = pl.when(pl.col("amount").is_not_null()).then("amount_unit")
    assert decoded.equals(frame.with_columns(amount_unit=without_unit))


def test_times_are_those_at_which_things_happened() -> None:
    found = replay.replay_frame(event_frames.frame({1: [complete("report"), complete("accept")]}))
    assert found["accepted_at"].to_list() == [START]
