"""Reports into the store, with their events, beside rows alone into a plain table."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl

from data.actors import OPERATOR
from data.cube import Cube
from data.schema import REPORT
from data.store import Store
from tests.bench.rows import Row
from tests.data.samples import reports

REPORTS = 200_000


def rows() -> Iterator[Row]:
    """Measure, seeded: new reports, the same again, and the cube that takes them up."""
    frame = _drawn()
    table = frame.to_pandas()
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        with closing(sqlite3.connect(Path(folder) / "plain.sqlite")) as plain:
            began = time.perf_counter()
            table.to_sql("issue", plain, index=False)
            plain.commit()
            peer = time.perf_counter() - began
        with Store.open(f"sqlite:///{Path(folder) / 'city.sqlite'}") as store:
            began = time.perf_counter()
            assert store.write_reports(frame, actor=OPERATOR).taken == REPORTS
            new = time.perf_counter() - began
            began = time.perf_counter()
            assert store.write_reports(frame, actor=OPERATOR).unchanged == REPORTS
            again = time.perf_counter() - began
            began = time.perf_counter()
            Cube.open(store)
            cube = time.perf_counter() - began
    yield Row(
        f"{REPORTS:,} new reports into SQLite, each with its event",
        new,
        "s",
        "pandas.to_sql, rows alone, no key, no event",
        peer,
        "≥ 50,000 a second",
        REPORTS / new >= 50_000,
    )
    yield Row(f"{REPORTS:,} known reports found unchanged", again, "s", "", None, "", None)
    yield Row(f"the cube of {REPORTS:,} reports made from the store", cube, "s", "", None, "", None)


def _drawn() -> pl.DataFrame:
    """Repeat a small draw under other ids: drawing itself is slow."""
    small = reports(10_000)
    large = pl.concat([small] * (REPORTS // small.height))
    ids = pl.int_range(large.height).cast(pl.String)
    return large.with_columns(external_id=pl.lit("24-09-") + ids).select(*REPORT)
