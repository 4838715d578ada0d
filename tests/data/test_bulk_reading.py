"""Columns of many rows out of the tables, whatever stands in them."""

from datetime import UTC, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import select

from data.actors import OPERATOR
from data.bulk_reading import read_frame
from data.case_rows import ROW
from data.database import read_transaction
from data.records import ISSUE
from data.store import Store
from tests.data.samples import reports

NAMES = ("external_id", "description", "reported_at", "updated_at", "lon", "lat", "address")


def read(store: Store) -> pl.DataFrame:
    with read_transaction(store._engine) as connection:
        query = select(*(ISSUE.c[name] for name in NAMES))
        return read_frame(connection, query, {name: ROW[name] for name in NAMES}).sort("external_id")


@pytest.mark.parametrize("words", ["", "a,b", "老\n街", "a\x1fb", "\x1f", "\x18", "a\x18", '"', "null"])
def test_rows_are_read_as_they_were_written(store: Store, words: str) -> None:
    frame = reports(40).with_columns(
        description=pl.Series([words, None] * 20),
        updated_at=pl.Series([None, datetime(2024, 5, 1, 12, 0, 0, 1, UTC)] * 20, dtype=ROW["updated_at"]),
        lon=pl.int_range(pl.len()) / 7 + 100,
    )
    store.write_reports(frame, actor=OPERATOR)
    assert_frame_equal(read(store), frame.select(NAMES).sort("external_id"), check_exact=True)


def test_no_rows_are_an_empty_frame(store: Store) -> None:
    assert read(store).is_empty()
    assert read(store).schema == {name: ROW[name] for name in NAMES}
