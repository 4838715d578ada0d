"""A feed that is read again, beside what was done by hand."""

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data.actors import OPERATOR, VIEWER
from data.case_rows import as_json, from_json, to_micros
from data.feed import CHANGEABLE, NEEDED, take_up
from data.lifecycle import STAGE_TIMES
from data.records import CASE_COUNTS
from data.replay import CASE
from data.schema import REPORT
from data.schema import UTC as SCHEMA_UTC
from data.statuses import STATUSES
from data.store import Store, Written
from data.transitions import nodes
from tests.data import feed_one_by_one
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


MOMENTS = st.none() | st.integers(0, 3_000_000_000).map(lambda n: datetime.fromtimestamp(n, UTC))
WORDS = st.sampled_from([None, "", "a", "城管", 'b"\n\\'])


@st.composite
def readings(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    """A case's row with times as times, what the feed says now, and where it said otherwise before."""
    node = draw(st.sampled_from([node for node in nodes() if node.status]))
    row = {name: draw(MOMENTS) for name in (*STAGE_TIMES, "reopened_at")}
    row |= {name: draw(st.integers(0, 3)) for name in CASE_COUNTS}
    row |= dict(zip(("status", "resumes", "restores"), node, strict=True))
    into = st.sampled_from([None, 3])
    row |= {
        "version": draw(st.integers(1, 9)),
        "seq": 7,
        "merged_into": draw(into) if node.restores else None,
    }
    row |= {"areas": None, "reporter": draw(WORDS)}
    report = {
        name: draw(
            MOMENTS if dtype == SCHEMA_UTC else st.sampled_from([0.0, 1.5]) if dtype == pl.Float64 else WORDS
        )
        for name, dtype in REPORT.items()
    }
    row = {**report, **row}
    row["reported_at"] = row["reported_at"] or datetime(2024, 1, 1, tzinfo=UTC)
    told = {
        name: row[name]
        if draw(st.booleans())
        else draw(MOMENTS)
        if REPORT[name] == SCHEMA_UTC
        else draw(st.sampled_from([0.0, 1.5]) if REPORT[name] == pl.Float64 else WORDS)
        for name in CHANGEABLE
    }
    told["status"] = draw(st.sampled_from(STATUSES))
    told["reported_at"] = told["reported_at"] or row["reported_at"]
    return row, told, set(draw(st.lists(st.sampled_from(CHANGEABLE), unique=True)))


@settings(max_examples=200, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(given_readings=st.lists(readings(), min_size=1, max_size=20))
def test_cases_taken_up_at_once_become_what_each_becomes_alone(
    given_readings: list[tuple[dict[str, Any], dict[str, Any], set[str]]],
) -> None:
    """Against the events of one case after the other, applied one by one."""
    at, reason = datetime(2025, 1, 1, tzinfo=UTC), "said so"
    types = {"id": pl.Int64, "seq": pl.Int64, "areas": pl.String, **CASE, **REPORT}
    rows = [
        {"id": id_, **{name: row[name] for name in NEEDED if name != "id"}}
        | {f"told_{name}": told[name] for name in CHANGEABLE}
        | {f"changed_{name}": name in changed for name in CHANGEABLE}
        for id_, (row, told, changed) in enumerate(given_readings)
    ]
    schema = {
        **{name: types[name] for name in NEEDED},
        **{f"told_{name}": REPORT[name] for name in CHANGEABLE},
        **{f"changed_{name}": pl.Boolean for name in CHANGEABLE},
    }
    taken = take_up(pl.DataFrame(rows, schema=schema).reverse(), at=at, reason=reason)
    happened = taken.events.rows_by_key("issue_id", named=True)
    for id_, (row, told, changed) in enumerate(given_readings):
        stored = {name: to_micros(v) if isinstance(v, datetime) else v for name, v in row.items()}
        said = {name: to_micros(v) if isinstance(v, datetime) else v for name, v in told.items()}
        events, values = feed_one_by_one.take_up(
            stored, said, changed, at=at, actor="operator", reason=reason
        )
        ours = [(event["kind"], json.loads(event["payload"])) for event in happened.get(id_, [])]
        assert ours == [(event.kind, json.loads(as_json(kept))) for event, kept in events]
        case = taken.cases.row(id_, named=True)
        after = {name: to_micros(v) if isinstance(v, datetime) else v for name, v in case.items()}
        assert from_json(after.pop("said")) == from_json(values.pop("said"))
        assert after == {"id": id_, **{name: stored[name] for name in NEEDED if name != "id"}, **values}
