"""Reports into issues: what is new, what changed, what was known, and the log of it."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data import issue_writing
from data.actors import OPERATOR, VIEWER
from data.schema import REPORT
from data.statuses import STATUS_GROUPS, STATUSES
from data.store import Store, Written
from geo.errors import StoreError
from tests.data.conftest import FreshStore
from tests.data.samples import reports

MOMENTS = st.integers(0, 7_000_000_000_000_000).map(
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)
WORDS = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))


@st.composite
def report_rows(draw: st.DrawFn, *, keys: int = 8) -> pl.DataFrame:
    """A frame of reports whose keys are few, so that two frames share some."""
    ids = draw(st.lists(st.integers(0, keys), unique=True, max_size=keys))
    rows = [
        {
            "source": draw(st.sampled_from(["a", "b"])),
            "external_id": f"n{number}",
            "category": draw(st.sampled_from(["manhole", "架空"])),
            "kind": draw(WORDS),
            "description": draw(WORDS),
            "status": draw(st.sampled_from(STATUSES)),
            "reported_at": draw(MOMENTS),
            "closed_at": draw(st.one_of(st.none(), MOMENTS)),
            "updated_at": draw(st.one_of(st.none(), MOMENTS)),
            "lon": draw(st.floats(-180, 180)),
            "lat": draw(st.floats(-90, 90)),
            "address": draw(WORDS),
            "unit": draw(WORDS),
            "suspect": draw(WORDS),
        }
        for number in ids
    ]
    return pl.DataFrame(rows, schema=REPORT)


def by_key(frame: pl.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["source"], row["external_id"]): row for row in frame.to_dicts()}


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(frames=st.lists(report_rows(), max_size=4))
def test_every_row_is_counted_once_and_the_last_writing_stands(
    fresh_store: FreshStore, frames: list[pl.DataFrame]
) -> None:
    """Against a dictionary; the status goes by the ways there are, only what is done has a closing time."""
    truth: dict[tuple[str, str], dict[str, Any]] = {}
    with fresh_store() as store:
        for frame in frames:
            rows = {key: row | {"unit": row["unit"] or None} for key, row in by_key(frame).items()}
            written = store.write_reports(frame, actor=OPERATOR)
            assert written.taken == sum(key not in truth for key in rows)
            assert written.unchanged >= sum(truth.get(key) == row for key, row in rows.items())
            assert written.taken + written.updated + written.unchanged == frame.height
            truth |= rows
            before = store.last_seq(actor=VIEWER)
            assert store.write_reports(frame, actor=OPERATOR) == Written(unchanged=frame.height)
            assert store.last_seq(actor=VIEWER) == before
        found = [row for batch in store.changed_since(0, actor=VIEWER) for row in batch.to_dicts()]
        stored = by_key(pl.DataFrame(found, schema=REPORT))
        assert stored.keys() == truth.keys()
        for key, row in stored.items():
            told = truth[key]
            assert row["status"] == told["status"] or told["status"] == "reported"
            assert row["closed_at"] is None or row["status"] in STATUS_GROUPS["done"]
            assert {**row, "status": 0, "closed_at": 0} == {**told, "status": 0, "closed_at": 0}
        checked = store.check(actor=OPERATOR)
        assert checked.ok, checked.words()


def test_an_empty_name_of_a_unit_is_none_and_changes_nothing_where_none_was_known(store: Store) -> None:
    store.write_reports(reports(1, unit=pl.lit("城管")), actor=OPERATOR)
    assert store.write_reports(reports(1, unit=pl.lit("")), actor=OPERATOR) == Written(updated=1)
    assert store.write_reports(reports(1, unit=None), actor=OPERATOR) == Written(unchanged=1)
    assert store.reports([1], actor=OPERATOR)["unit"].to_list() == [None]
    assert store.check(actor=OPERATOR).ok


def test_writing_twice_changes_nothing(store: Store) -> None:
    frame = reports(1000)
    assert store.write_reports(frame, actor=OPERATOR) == Written(taken=1000)
    assert store.write_reports(frame.reverse(), actor=OPERATOR) == Written(unchanged=1000)
    assert store.last_seq(actor=VIEWER) == 1000


def test_the_same_id_from_two_sources_is_two_issues(store: Store) -> None:
    assert store.write_reports(reports(5, source="a"), actor=OPERATOR).taken == 5
    assert store.write_reports(reports(5, source="b"), actor=OPERATOR).taken == 5


def test_an_update_names_only_what_changed(store: Store) -> None:
    frame = reports(3, status=pl.lit("reported"), unit=pl.lit("城管"), closed_at=None)
    import_id = store.begin_import("b.csv", source="city", profile=None, actor=OPERATOR, details={})
    store.write_reports(frame, actor=OPERATOR)
    closed = datetime(2024, 5, 1, 12, 30, 0, 5, tzinfo=UTC)
    second = frame[1].with_columns(
        status=pl.lit("closed"), closed_at=pl.lit(closed), unit=pl.lit(None, pl.String)
    )
    changed = pl.concat([frame[0], second.cast(REPORT), frame[2]])
    written = store.write_reports(changed, actor=OPERATOR, import_id=import_id)
    assert written == Written(updated=1, unchanged=2)
    events = store.events(2, actor=VIEWER)
    assert events["kind"].to_list() == ["report", "close", "update"]
    assert events["import_id"].to_list() == [None, import_id, import_id]
    close, update = (json.loads(payload) for payload in events["payload"][1:])
    assert close == {
        "role": "administrator",
        "happened_at": "2024-05-01T12:30:00.000005Z",
        "reason": f"import {import_id}: b.csv",
    }
    assert update == {"unit": None}
    assert store.events(1, actor=VIEWER).height == 1


def test_batches_of_any_size_give_the_same_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issue_writing, "BATCH_ROWS", 7)
    frame = reports(50)
    assert store.write_reports(frame, actor=OPERATOR) == Written(taken=50)
    more = pl.concat([frame.head(20).with_columns(address=pl.lit("x")), reports(20, seed=2)])
    assert store.write_reports(more, actor=OPERATOR) == Written(taken=20, updated=20)
    found = pl.concat(store.changed_since(0, actor=VIEWER)).select(*REPORT)
    assert_frame_equal(found, pl.concat([more.head(20), frame.tail(30), more.tail(20)]))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda frame: frame.drop("lat"), "lat: missing, expected Float64"),
        (lambda frame: frame.with_columns(colour=pl.lit("red")), "colour: not a column of a report"),
        (lambda frame: frame.with_columns(pl.col("lon").cast(pl.String)), "lon: String, expected Float64"),
        (lambda frame: frame.with_columns(category=pl.lit(None, pl.String)), "category is null in 4 rows"),
        (lambda frame: frame.with_columns(status=pl.lit("gone")), "status is unknown in 4 rows"),
        (
            lambda frame: frame.with_columns(lat=pl.lit(float("nan"))),
            "lat is not within -90 and 90 in 4 rows",
        ),
        (lambda frame: frame.with_columns(lon=pl.lit(181.0)), "lon is not within -180 and 180 in 4 rows"),
        (lambda frame: pl.concat([frame, frame]), "repeats in 8 rows"),
    ],
)
def test_a_frame_that_holds_no_reports_is_refused_with_its_faults(
    store: Store, spoil: Any, words: str
) -> None:
    with pytest.raises(StoreError, match=words):
        store.write_reports(spoil(reports(4)), actor=OPERATOR)
    assert store.last_seq(actor=VIEWER) == 0


def test_all_faults_are_told_at_once(store: Store) -> None:
    frame = reports(4).with_columns(status=pl.lit("gone"), lon=pl.lit(500.0))
    with pytest.raises(StoreError, match="status is unknown in 4 rows; lon is not within"):
        store.write_reports(frame, actor=OPERATOR)


def test_an_empty_frame_is_taken_for_what_it_is(store: Store) -> None:
    assert store.write_reports(reports(0), actor=OPERATOR) == Written()


def test_an_import_whose_error_was_passed_over_is_not_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = reports(30)

    def fail(*_arguments: object) -> None:
        raise OSError("no power")

    def import_carelessly() -> None:
        with store.import_transaction(actor=OPERATOR) as batch:
            batch.write_reports(frame.head(10))
            monkeypatch.setattr(batch, "_add_events", fail)  # dies between issue and event
            with suppress(OSError):
                batch.write_reports(frame.tail(20))

    with pytest.raises(StoreError, match="nothing of the import was kept"):
        import_carelessly()
    assert store.last_seq(actor=VIEWER) == 0
    assert list(store.changed_since(0, actor=VIEWER)) == []


def test_a_negative_zero_is_no_change(store: Store) -> None:
    frame = reports(1).with_columns(lon=pl.lit(0.0))
    store.write_reports(frame, actor=OPERATOR)
    assert store.write_reports(frame.with_columns(lon=pl.lit(-0.0)), actor=OPERATOR) == Written(unchanged=1)
