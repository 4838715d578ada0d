"""What becomes of an answer depends on what others did since, and not on what the team did itself."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from data.events import Event
from data.field_acts import ACTS, EVENT_OF, NEEDS, Step, act_label, judge, offered, reasons
from data.lifecycle import State
from data.statuses import STATUSES
from data.transitions import possible

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SENT = State(status="dispatched", version=3, reported_at=NOW)


def step(kind: str, *changed: str, own: bool = False) -> Step:
    return Step(Event(kind=kind, at=NOW, reason="改派"), frozenset(changed), own)


def judged(act: str, status: str, *since: Step) -> str:
    return judge(act, replace(SENT, status=status), since).state


@pytest.mark.parametrize("act", EVENT_OF)
def test_what_is_offered_can_be_done_where_nothing_has_happened_since(act: str) -> None:
    for status in STATUSES:
        if act in offered(possible(status, "team_member")):
            assert judged(act, status) == "applied"


def test_a_case_that_is_not_to_be_worked_on_may_be_looked_at_and_spoken_of() -> None:
    assert offered(possible("dispatched", "team_member")) == [
        "start", "fix", "photo", "note", "not_found", "needs_help", "not_mine",
    ]  # fmt: skip
    for status in ("reported", "accepted", "suspended", "fixed", "verified"):
        assert offered(possible(status, "team_member")) == ["photo", "note"]


@pytest.mark.parametrize("act", ["note", "photo", "needs_help"])
def test_what_only_adds_to_a_case_counts_whatever_happened(act: str) -> None:
    assert {judged(act, status, step("dispatch"), step("merge")) for status in STATUSES} == {"applied"}


@pytest.mark.parametrize(
    ("act", "status", "since", "expected"),
    [
        ("fix", "dispatched", [step("note"), step("photo"), step("extend"), step("locate")], "applied"),
        ("fix", "in_progress", [step("start")], "applied"),
        ("fix", "dispatched", [step("update", "description")], "applied"),
        ("fix", "dispatched", [step("update", "category")], "conflict"),
        ("fix", "dispatched", [step("update", "lon", "lat")], "conflict"),
        ("fix", "dispatched", [step("dispatch")], "conflict"),
        ("fix", "dispatched", [step("suspend"), step("resume")], "conflict"),
        ("fix", "in_progress", [step("fix", own=True), step("return")], "conflict"),
        ("fix", "fixed", [step("fix", own=True)], "already"),
        ("fix", "closed", [step("close")], "already"),
        ("fix", "rejected", [step("return"), step("reject")], "conflict"),
        ("fix", "accepted", [step("return", own=True)], "conflict"),
        ("start", "in_progress", [step("start", own=True)], "already"),
        ("start", "verified", [step("fix"), step("verify")], "already"),
        ("start", "suspended", [step("suspend")], "conflict"),
        ("not_found", "accepted", [step("return", own=True)], "already"),
        ("not_mine", "accepted", [step("return", own=True), step("note")], "already"),
        ("not_found", "accepted", [step("return")], "conflict"),
        ("not_found", "in_progress", [step("start", own=True)], "applied"),
        ("not_found", "fixed", [step("fix", own=True)], "conflict"),
        ("not_mine", "dispatched", [step("return", own=True), step("dispatch")], "conflict"),
        ("fix", "merged", [step("merge")], "conflict"),
    ],
)
def test_an_act_counts_where_the_case_still_is_what_the_team_went_by(
    act: str, status: str, since: list[Step], expected: str
) -> None:
    assert judged(act, status, *since) == expected


def test_a_conflict_says_what_happened_and_where_the_case_stands() -> None:
    words = judge("fix", replace(SENT, status="suspended"), [step("note"), step("suspend")]).words
    assert words == "The case has changed meanwhile: suspend (改派). It is 'Suspended' now."
    merged = replace(SENT, status="merged", merged_into=12)
    assert "into case 12" in judge("fix", merged, [step("merge")]).words


def test_every_act_has_a_button_and_those_that_need_a_reason_have_ready_ones() -> None:
    assert all(act_label(act) != act for act in ACTS)
    assert set(reasons()) == {act for act, needs in NEEDS.items() if "reason" in needs}
    assert all(reasons().values())
