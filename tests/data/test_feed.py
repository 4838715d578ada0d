"""A feed that is read again, beside what was done by hand."""

from datetime import UTC, datetime

import polars as pl
import pytest

from data.actors import OPERATOR, VIEWER
from data.store import Store, Written
from tests.data.samples import reports

CLOSED = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)


def one(**columns: object) -> pl.DataFrame:
    values = {"status": "reported", "unit": None, "closed_at": None, **columns}
    return reports(1, **{name: pl.lit(value) for name, value in values.items()})


def kinds(store: Store) -> list[str]:
    return store.events(1, actor=VIEWER)["kind"].to_list()[1:]


@pytest.mark.parametrize(
    ("before", "after", "way", "status"),
    [
        ("reported", "closed", ["close"], "closed"),
        ("reported", "in_progress", ["accept", "dispatch", "start"], "in_progress"),
        ("closed", "in_progress", ["reopen", "dispatch", "start"], "in_progress"),
        ("closed", "reported", ["reopen"], "accepted"),
        ("suspended", "closed", ["resume", "close"], "closed"),
        ("merged", "reported", ["unmerge"], "reported"),
    ],
)
def test_a_new_status_in_a_feed_becomes_transitions(
    store: Store, before: str, after: str, way: list[str], status: str
) -> None:
    store.write_reports(one(status=before), actor=OPERATOR)
    assert store.write_reports(one(status=after), actor=OPERATOR) == Written(updated=1)
    assert [kind for kind in kinds(store) if kind != "update"] == way
    assert store.case(1, actor=VIEWER).status == status
    assert store.write_reports(one(status=after), actor=OPERATOR) == Written(unchanged=1)
    assert store.check(actor=OPERATOR).ok


def test_what_was_done_by_hand_outlasts_the_same_feed(store: Store) -> None:
    store.write_reports(one(address="老街"), actor=OPERATOR)
    store.transition(1, "accept", actor=VIEWER)
    store.correct(1, actor=VIEWER, address="新街", category="manhole")
    assert store.write_reports(one(address="老街"), actor=OPERATOR) == Written(unchanged=1)
    case = store.case(1, actor=VIEWER)
    assert (case.status, case.report["address"], case.report["category"]) == ("accepted", "新街", "manhole")
    assert store.check(actor=OPERATOR).ok


def test_a_feed_that_says_something_new_is_followed_where_it_does(store: Store) -> None:
    store.write_reports(one(address="老街"), actor=OPERATOR)
    store.transition(1, "accept", actor=VIEWER)
    store.correct(1, actor=VIEWER, address="新街")
    closed = one(address="老街", status="closed", closed_at=CLOSED)
    assert store.write_reports(closed, actor=OPERATOR) == Written(updated=1)
    case = store.case(1, actor=VIEWER)
    assert (case.status, case.report["address"], case.state.closed_at) == ("closed", "新街", CLOSED)
    assert store.write_reports(closed, actor=OPERATOR) == Written(unchanged=1)


def test_a_feed_that_comes_to_what_was_done_by_hand_adds_nothing(store: Store) -> None:
    store.write_reports(one(), actor=OPERATOR)
    store.transition(1, "close", actor=VIEWER, reason="已修好")
    assert store.write_reports(one(status="closed"), actor=OPERATOR) == Written(unchanged=1)
    assert kinds(store) == ["close"]
    assert store.check(actor=OPERATOR).ok
