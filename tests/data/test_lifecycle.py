"""The life of a case: what may happen, who may make it happen, and what is said where it may not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import lifecycle
from data.events import Event
from data.lifecycle import Extension, Pause, State, apply, check, conflict, replay, way_to
from data.statuses import STATUS_GROUPS, STATUSES
from data.transitions import EVENTS, NOTHING, ROLES, find, nodes, path, possible, transitions
from geo.errors import ConflictError, NotAllowedError, TransitionError
from tests.data.case_lives import PATIENT, START, complete, events, lives

LIFE = ("report", "accept", "dispatch", "start", "fix", "verify", "close")


def after(*kinds: str) -> State:
    state = None
    for kind in kinds:
        state = apply(state, complete(kind))
    assert state is not None
    return state


@given(lives())
@PATIENT
def test_the_state_is_the_replay_of_the_events(life: list[Event]) -> None:
    state = None
    for event in life:
        state = apply(state, event)
    assert replay(life) == state
    assert state is not None
    assert state.version == len(life)


@given(lives())
@PATIENT
def test_a_case_stands_where_its_nodes_say(life: list[Event]) -> None:
    state = replay(life)
    assert state.node in nodes()
    assert state.status in STATUSES
    assert (state.closed_at is None) or state.done


def test_every_status_is_reached_from_a_report_by_events_of_people() -> None:
    reached = {status for status in STATUSES if path(after("report").node, status) is not None}
    assert reached == set(STATUSES)


def test_every_state_that_is_not_final_leads_to_closed() -> None:
    for node in nodes()[1:]:
        assert path(node, "closed", role="manager") is not None, node


def test_a_case_can_be_taken_up_again_from_each_state_that_counts_as_done() -> None:
    for node in nodes():
        if node.status in STATUS_GROUPS["done"]:
            assert any(path(node, status) for status in STATUS_GROUPS["open"])


def test_every_event_has_a_place_in_the_table() -> None:
    assert {way.event for way in transitions().values()} == set(EVENTS)


@given(lives(), st.data())
@PATIENT
def test_an_undone_merge_leaves_no_trace_but_the_version(life: list[Event], data: st.DataObject) -> None:
    before = replay(life)
    if "merge" not in possible(before.status):
        return
    back = apply(apply(before, data.draw(events("merge"))), data.draw(events("unmerge")))
    assert replace(back, version=before.version) == before


@given(lives(), st.data())
@PATIENT
def test_the_end_of_a_suspension_brings_back_the_state_before(life: list[Event], data: st.DataObject) -> None:
    before = replay(life)
    if "suspend" not in possible(before.status):
        return
    suspend, resume = data.draw(events("suspend")), data.draw(events("resume"))
    back = apply(apply(before, suspend), resume)
    assert back.status == before.status
    assert back.pauses == (*before.pauses, Pause(suspend.moment, resume.moment))
    assert back.suspended == before.suspended + 1


@given(lives())
@PATIENT
def test_nobody_is_let_through_who_is_not_in_the_table(life: list[Event]) -> None:
    state = replay(life)
    for kind in possible(state.status):
        way = find(kind, state.status)
        assert way is not None
        for role in ROLES:
            if role in way.roles:
                check(state, complete(kind, role))
            else:
                with pytest.raises(NotAllowedError):
                    check(state, complete(kind, role))


@given(lives())
@PATIENT
def test_what_is_not_in_the_table_is_refused_to_everybody(life: list[Event]) -> None:
    state = replay(life)
    for kind in set(EVENTS) - set(possible(state.status)):
        with pytest.raises(NotAllowedError if kind == "locate" else TransitionError):
            apply(state, complete(kind))


def test_an_analyst_changes_nothing() -> None:
    assert not any("analyst" in way.roles for way in transitions().values())


def test_a_merged_case_keeps_its_reporter_and_names_the_case_that_it_repeats() -> None:
    reported = apply(None, complete("report", "resident", reporter="居民7"))
    merged = apply(reported, complete("merge", into=12))
    assert (merged.reporter, merged.merged_into, merged.status) == ("居民7", 12, "merged")


def test_a_merge_of_a_suspended_case_brings_the_suspension_back() -> None:
    merged = after("report", "accept", "dispatch", "start", "suspend", "merge")
    assert merged.status == "merged"
    suspended = apply(merged, complete("unmerge"))
    assert suspended.status == "suspended"
    assert apply(suspended, complete("resume")).status == "in_progress"


def test_the_times_of_a_life_are_those_of_its_events() -> None:
    state = None
    for hours, kind in enumerate(LIFE):
        state = apply(state, complete(kind, at=START + timedelta(hours=hours)))
    assert state is not None
    times = [getattr(state, name) for name in lifecycle.STAGE_TIMES]
    assert times == [START + timedelta(hours=hours) for hours in range(7)]


def test_work_that_comes_back_forgets_that_it_was_fixed_and_counts_as_rework() -> None:
    state = after("report", "accept", "dispatch", "start", "fix", "return")
    assert (state.status, state.fixed_at, state.returned) == ("in_progress", None, 1)


def test_a_case_that_its_unit_sends_back_has_no_unit_and_is_no_rework() -> None:
    state = apply(after("report", "accept", "dispatch"), complete("return", "team_member"))
    assert (state.status, state.unit, state.dispatched_at, state.returned) == ("accepted", None, None, 0)


def test_a_reopened_case_starts_anew_and_its_extensions_are_over() -> None:
    state = after("report", "accept", "dispatch", "extend", "fix", "verify", "close", "reopen")
    assert (state.status, state.closed_at, state.reopened_at) == ("accepted", None, START)
    assert (state.extensions, state.extended, state.reopened) == ((), 1, 1)


def test_an_extension_adds_to_the_time_of_a_case() -> None:
    state = apply(after("report", "accept"), complete("extend", amount=1.5, amount_unit="work_days"))
    assert state.extensions == (Extension(1.5, "work_days"),)


def test_what_happened_earlier_than_it_was_recorded_has_the_time_at_which_it_happened() -> None:
    late = complete("fix", at=START + timedelta(days=1), happened_at=START + timedelta(hours=3))
    assert apply(after("report", "accept", "dispatch"), late).fixed_at == START + timedelta(hours=3)


def test_a_report_may_arrive_with_a_history_elsewhere_but_not_from_a_resident() -> None:
    closed = complete("report", "manager", status="closed", closed_at=START)
    assert (apply(None, closed).status, apply(None, closed).closed_at) == ("closed", START)
    with pytest.raises(NotAllowedError):
        apply(None, replace(closed, role="resident"))


def test_a_status_cannot_be_set_without_its_event_any_more_but_old_history_is_replayed() -> None:
    old = complete("update", status="closed", closed_at=START)
    with pytest.raises(NotAllowedError):
        apply(after("report"), old)
    assert replay([complete("report"), old]).status == "closed"


def test_history_is_not_judged_by_who_may_do_what_today() -> None:
    life = [replace(complete(kind), role="", reason="", unit=None, note="") for kind in LIFE]
    assert replay(life).status == "closed"


@pytest.mark.parametrize("kind", ["reject", "suspend", "merge", "return", "reopen", "extend"])
def test_an_event_that_needs_a_reason_is_refused_without_one(kind: str) -> None:
    state = after("report", "accept", "dispatch") if kind != "reopen" else after(*LIFE)
    state = after("report") if kind == "reject" else state
    with pytest.raises(TransitionError, match="needs a reason"):
        apply(state, complete(kind, reason="  "))


@pytest.mark.parametrize(
    ("event", "missing"),
    [
        (complete("dispatch", unit=None), "'dispatch' needs a unit."),
        (
            complete("extend", amount=0.0, reason=""),
            "'extend the deadline' needs an amount of time and a reason.",
        ),
        (complete("extend", amount=float("nan")), "'extend the deadline' needs an amount of time."),
        (
            complete("extend", amount_unit="weeks"),
            "'weeks' is not a unit of time. Expected one of work_hours",
        ),
        (complete("note", note=""), "'note' needs a text."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_says_what_is_missing(event: Event, missing: str) -> None:
    with pytest.raises(TransitionError) as error:
        apply(after("report", "accept"), event)
    assert str(error.value).startswith(missing)


def test_a_refusal_says_the_state_and_what_is_possible_to_that_role() -> None:
    with pytest.raises(TransitionError) as error:
        apply(after(*LIFE), complete("close", "dispatcher"))
    assert str(error.value) == (
        "'close' is not possible: the case is 'Closed'. Possible is: reopen, note, "
        "add a photo, take a photo away, correct."
    )


def test_a_refusal_says_who_may_do_it_and_what_the_role_may_do_instead() -> None:
    with pytest.raises(NotAllowedError) as error:
        apply(after("report", "accept", "dispatch"), complete("suspend", "team_member"))
    assert str(error.value) == (
        "Not allowed to the role 'team member': suspend. That is for: manager, dispatcher, administrator. "
        "Allowed to it now: start work, report as fixed, return, note, add a photo, "
        "take a photo away."
    )


@pytest.mark.parametrize(
    ("state", "event", "says"),
    [
        (None, complete("accept"), "'accept' is not possible before the report."),
        (None, complete("report", status="lost"), "A report cannot arrive in the status 'lost'."),
        (None, complete("vanish"), "'vanish' is not an event. Expected one of report, accept"),
        (after("report"), complete("report"), "'report' is not possible: the case is 'Reported'."),
        (after("report"), complete("accept", "king"), "'king' is not a role. Expected one of manager"),
    ],
    ids=["too early", "unknown status", "unknown event", "twice", "unknown role"],
)
def test_what_makes_no_sense_is_refused(state: State | None, event: Event, says: str) -> None:
    with pytest.raises((TransitionError, NotAllowedError)) as error:
        apply(state, event)
    assert str(error.value).startswith(says)


def test_no_events_make_no_case() -> None:
    with pytest.raises(TransitionError, match="without any event"):
        replay([])


def test_a_status_that_changed_in_a_feed_becomes_the_fewest_events() -> None:
    assert way_to(after("report"), "closed") == ("close",)
    assert way_to(after("report"), "in_progress") == ("accept", "dispatch", "start")
    assert way_to(after(*LIFE), "suspended") == ("reopen", "suspend")
    assert way_to(after("report"), "reported") == ()
    with pytest.raises(TransitionError, match="No events bring a case from 'Reported' to 'Closed'"):
        way_to(after("report"), "closed", role="resident")


def test_the_loser_of_a_race_is_told_what_the_other_did() -> None:
    error = conflict([complete("close", reason="已修好", actor="王强")], tz="Asia/Shanghai")
    assert isinstance(error, ConflictError)
    assert str(error) == (
        "The case has changed since you opened it. 王强: close (已修好), 2026-09-28 16:00. "
        "Look at it again before you go on."
    )


@given(lives())
@PATIENT
def test_an_event_comes_back_from_what_the_store_keeps_of_it(life: list[Event]) -> None:
    for event in life:
        kept = event.payload()
        assert all(isinstance(value, str | int | float) for value in kept.values() if value is not None)
        assert {name for name, value in kept.items() if value is None} == set(event.cleared)
        back = Event.from_payload(event.kind, event.at, event.actor, {**kept, "category": "manhole"})
        assert back == event


def test_nothing_is_reported_before_it_is_reported() -> None:
    assert possible(NOTHING.status) == ("report",)
