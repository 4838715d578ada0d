"""Cases in the store, from report to closing."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from data import clock
from data.actors import OPERATOR, VIEWER, Actor
from data.store import Store
from geo.errors import ConflictError, NotAllowedError, StoreError, TransitionError
from tests.data.samples import reports

ANN = Actor("李娜", "dispatcher")
BOB = Actor("王强", "dispatcher")
REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}


@pytest.fixture
def city(store: Store) -> Store:
    """Fill a store with ten cases that were just reported."""
    store.write_reports(reports(10, status=pl.lit("reported"), closed_at=None), actor=OPERATOR)
    return store


def test_a_case_goes_from_its_report_to_its_closing(city: Store) -> None:
    city.transition(1, "accept", actor=ANN)
    city.transition(1, "dispatch", actor=ANN, unit="环卫中心")
    team = Actor("队员", "team_member", units=frozenset({"环卫中心"}))
    city.transition(1, "start", actor=team)
    moment = datetime(2026, 9, 28, 8, tzinfo=UTC)
    fixed = city.transition(1, "fix", actor=team, at=moment)
    assert fixed.state.fixed_at == moment
    city.transition(1, "verify", actor=ANN)
    closed = city.transition(1, "close", actor=ANN)
    assert (closed.status, closed.version, closed.allowed) == (
        "closed",
        7,
        ("reopen", "note", "photo", "hide", "update"),
    )
    assert city.case(1, actor=ANN) == closed
    assert city.check(actor=OPERATOR).ok


def test_a_refused_event_says_why_and_what_is_possible_and_leaves_nothing(city: Store) -> None:
    before = city.last_seq(actor=ANN)
    with pytest.raises(
        TransitionError, match="'verify' is not possible: the case is 'Reported'. Possible is:"
    ):
        city.transition(1, "verify", actor=ANN)
    with pytest.raises(TransitionError, match="'reject' needs a reason"):
        city.transition(1, "reject", actor=ANN)
    with pytest.raises(NotAllowedError, match="Not allowed to the role 'team member': accept"):
        city.transition(1, "accept", actor=Actor("队员", "team_member"))
    with pytest.raises(StoreError, match="There is no case 99"):
        city.transition(99, "accept", actor=ANN)
    assert city.last_seq(actor=ANN) == before


def test_of_two_who_close_the_same_case_one_is_told_what_the_other_did(city: Store) -> None:
    seen = city.case(1, actor=VIEWER).version
    city.transition(1, "close", actor=VIEWER, version=seen, reason="已修好")
    with pytest.raises(ConflictError, match="viewer: close \\(已修好\\), .* Look at it again"):
        city.transition(1, "close", actor=Actor("王强", "manager"), version=seen, reason="重复")
    with pytest.raises(ConflictError, match="has no version 7 yet"):
        city.transition(1, "reopen", actor=VIEWER, version=7, reason="没修好")
    assert city.case(1, actor=VIEWER).version == 2


def test_a_merge_can_be_undone_and_never_goes_round(city: Store) -> None:
    merged = city.merge(1, 2, actor=ANN, reason="同一处")
    assert (merged.status, merged.state.merged_into) == ("merged", 2)
    with pytest.raises(TransitionError, match="Case 1 is a duplicate itself. Merge into 2"):
        city.merge(2, 1, actor=ANN, reason="同一处")
    with pytest.raises(TransitionError, match="cannot repeat itself"):
        city.merge(3, 3, actor=ANN, reason="同一处")
    back = city.unmerge(1, actor=ANN)
    assert (back.status, back.state.merged_into) == ("reported", None)
    assert city.check(actor=OPERATOR).ok


def test_a_correction_changes_only_what_differs(city: Store) -> None:
    before = city.case(1, actor=ANN)
    after = city.correct(1, actor=ANN, category=before.report["category"], address="新街", reason="门牌错了")
    assert after.report == before.report | {"address": "新街"}
    same = city.correct(1, actor=ANN, address="新街")
    assert (same.report, same.version) == (after.report, after.version)  # the time left goes on
    with pytest.raises(TransitionError, match="cannot change status"):
        city.correct(1, actor=ANN, status="closed")
    with pytest.raises(TransitionError, match="must not be empty: category"):
        city.correct(1, actor=ANN, category=None)
    assert city.correct(1, actor=ANN, unit="环卫中心").state.unit == "环卫中心"
    assert city.correct(1, actor=ANN, unit=None).state.unit is None
    assert city.check(actor=OPERATOR).ok


def test_a_clock_that_was_moved_back_does_not_turn_the_order_of_events(
    city: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.transition(1, "accept", actor=ANN)
    monkeypatch.setattr(clock, "time_ns", lambda: 1_000_000_000)
    city.transition(1, "dispatch", actor=ANN, unit="环卫中心")
    events = city.events(1, actor=ANN)
    assert events["at"].is_sorted()
    assert city.check(actor=OPERATOR).ok


def test_a_case_knows_its_deadline_and_the_unit_it_would_go_to(store: Store) -> None:
    case = store.report(REPORT, actor=ANN)
    assert case.deadline is not None
    assert case.deadline.due is not None
    assert case.deadline.due == case.state.reported_at + timedelta(
        hours=24
    )  # the delivered limit, an assumption
    assert "24 hours" in case.deadline.limit
    assert case.proposal.why
    store.transition(case.id, "accept", actor=ANN)
    paused = store.transition(case.id, "suspend", actor=ANN, reason="等材料")
    assert paused.deadline is not None
    assert (paused.deadline.due, paused.deadline.paused) == (None, True)
    store.transition(case.id, "resume", actor=ANN)
    more = store.transition(case.id, "extend", actor=ANN, reason="下雨", amount=1, amount_unit="days")
    assert more.deadline is not None
    assert more.deadline.due is not None
    assert more.deadline.due >= case.deadline.due + timedelta(days=1)


def test_open_cases_come_by_urgency(store: Store) -> None:
    for hours in (30, 2, 50):
        at = datetime.now(UTC) - timedelta(hours=hours)
        store.report({**REPORT, "reported_at": at, "unit": "环卫中心"}, actor=ANN)
    waiting = store.report({**REPORT, "unit": "环卫中心"}, actor=ANN).id
    store.transition(waiting, "accept", actor=ANN)
    store.transition(waiting, "suspend", actor=ANN, reason="等材料")
    store.report({**REPORT, "unit": "别的"}, actor=ANN)
    found = store.open_cases(unit="环卫中心", actor=ANN)
    assert found["issue_id"].to_list() == [3, 1, 2, waiting]
    assert found["overdue"].to_list() == [True, True, False, None] or not found["overdue"][3]
    assert store.overdue(unit="环卫中心", actor=ANN) == (4, 2)
    assert store.open_cases(actor=ANN, limit=2)["issue_id"].to_list() == [3, 1]


def test_a_new_table_of_limits_moves_the_deadlines(store: Store) -> None:
    case = store.report(REPORT, actor=ANN)
    table = pl.DataFrame({"category": ["manhole"], "area": [""], "amount": [3], "unit": ["hours"]})
    assert store.write_table("limits", table, actor=VIEWER) == 1
    found = store.case(case.id, actor=ANN).deadline
    assert found is not None
    assert found.due == case.state.reported_at + timedelta(hours=3)
    assert store.open_cases(actor=ANN)["due"].to_list() == [found.due]


def test_the_work_list_of_many_cases_is_read_in_portions(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write_reports(reports(60), actor=OPERATOR)
    ids = list(range(1, 61, 2))
    whole = store.open_cases(actor=ANN, limit=100)
    expected = whole.filter(pl.col("issue_id").is_in(ids))
    load = store.workload(actor=ANN, issues=ids)
    monkeypatch.setattr("data.case_list._AT_ONCE", 7)
    columns = ["issue_id", "unit", "due"]
    for limit in (5, 100):
        found = store.open_cases(actor=ANN, issues=ids, limit=limit)
        assert found.select(columns).equals(expected.select(columns).head(limit))
    assert store.workload(actor=ANN, issues=ids).equals(load)
    assert load["open"].sum() == expected.height > 10
    assert (
        store.workload(actor=ANN, issues=[]).is_empty() and store.open_cases(actor=ANN, issues=[]).is_empty()
    )
