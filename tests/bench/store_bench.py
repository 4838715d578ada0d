"""Reports into the store beside rows alone into a plain table; and what a large city waits for."""

import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from data.actors import OPERATOR
from data.case_rows import row_of
from data.cube import Cube
from data.database import read_transaction
from data.feed import CHANGEABLE
from data.store import Store
from tests.bench import large_city
from tests.bench.large_city import drawn
from tests.bench.rows import Row
from tests.data import feed_one_by_one

REPORTS = 200_000
#: Rows of one import chunk, each in a transaction of its own.
CHUNK = 50_000
_FEW = 2_000


def rows() -> Iterator[Row]:
    """Measure, seeded: new reports, the same again, changed ones, and the cube that takes them up."""
    frame = drawn(REPORTS)
    table = frame.to_pandas()
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        with closing(sqlite3.connect(Path(folder) / "plain.sqlite")) as plain:
            peer, peer_spent = _timed(lambda: (table.to_sql("issue", plain, index=False), plain.commit()))
        with Store.open(f"sqlite:///{Path(folder) / 'city.sqlite'}") as store:
            new, spent = _timed(lambda: store.write_reports(frame, actor=OPERATOR))
            again, _spent = _timed(lambda: store.write_reports(frame, actor=OPERATOR))
            changed = frame.with_columns(
                lon=pl.col("lon") + 0.001,
                status=pl.when(pl.col("status") == "dispatched").then(pl.lit("fixed")).otherwise("status"),
            )
            alone = _one_by_one(store, changed.head(_FEW)) * REPORTS / _FEW
            update, update_spent = _timed(lambda: store.write_reports(changed, actor=OPERATOR))
            cube, _spent = _timed(lambda: Cube.open(store))
            assert store.check(actor=OPERATOR).ok
        with Store.open(f"sqlite:///{Path(folder) / 'chunks.sqlite'}") as store:
            chunks, chunks_spent = _timed(
                lambda: [store.write_reports(part, actor=OPERATOR) for part in frame.iter_slices(CHUNK)]
            )
    yield Row(
        f"{REPORTS:,} new reports into SQLite, each with its event",
        new,
        "s",
        "pandas.to_sql, rows alone, no key, no event",
        peer,
        "≥ 50,000 a second",
        REPORTS / new >= 50_000,
        f"{REPORTS / new:,.0f} a second; {spent:.1f} s of processor time, pandas {peer_spent:.1f} s",
    )
    yield Row(
        f"{REPORTS:,} new reports into SQLite, a transaction for every {CHUNK:,}",
        chunks,
        "s",
        "pandas.to_sql, rows alone, no key, no event",
        peer,
        "≥ 50,000 a second",
        REPORTS / chunks >= 50_000,
        f"{REPORTS / chunks:,.0f} a second; {chunks_spent:.1f} s of processor time",
    )
    yield Row(f"{REPORTS:,} known reports found unchanged", again, "s", "", None, "", None)
    yield Row(
        f"{REPORTS:,} known reports, all moved and a third with a new status",
        update,
        "s",
        f"one after the other (the first {_FEW:,}), worked out but not written",
        alone,
        "≥ 10,000 a second",
        REPORTS / update >= 10_000,
        f"{REPORTS / update:,.0f} a second; {update_spent:.1f} s of processor time",
    )
    yield Row(f"the cube of {REPORTS:,} reports made from the store", cube, "s", "", None, "", None)
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'city.sqlite'}"
        large_city.build(url)
        yield from large_city.rows(url, "")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    yield Row("peak of memory of all this", peak, "GB", "", None, "", None)


def _one_by_one(store: Store, changed: pl.DataFrame) -> float:
    """Work out for each case alone what its report makes of it."""
    told = changed.with_columns(pl.selectors.datetime().cast(pl.Int64)).select(CHANGEABLE).to_dicts()
    at = datetime.now(UTC)
    with read_transaction(store._engine) as connection:
        began = time.perf_counter()
        for issue_id, said in enumerate(told, start=1):
            feed_one_by_one.take_up(
                row_of(connection, issue_id), said, ("lon", "status"), at=at, actor="operator", reason="x"
            )
        return time.perf_counter() - began


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that passed, and those of the processor."""
    began, spent = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - began, time.process_time() - spent
