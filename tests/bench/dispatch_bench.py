"""Many cases accepted and dispatched at once beside one after the other, on either database."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from data.actors import OPERATOR
from data.schema import REPORT
from data.store import Store
from tests.bench.large_city import drawn
from tests.bench.rows import Row
from tests.data import postgres

CASES = 20_000
_FEW = 100
_TARGET = 2_000


def rows() -> Iterator[Row]:
    """Measure, seeded: the preview, the dispatch, taking it back; the peer does the same case by case."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        yield from _rows(f"sqlite:///{Path(folder) / 'city.sqlite'}", "SQLite")
    if not postgres.missing():
        with _server() as url:
            yield from _rows(url, "PostgreSQL")


@contextmanager
def _server() -> Iterator[str]:
    with postgres.server() as started:
        yield started.url()


def _rows(url: str, where: str) -> Iterator[Row]:
    new = {"status": pl.lit("reported"), "closed_at": pl.lit(None, REPORT["closed_at"])}
    with Store.open(url) as store:
        store.write_reports(drawn(CASES).with_columns(**new), actor=OPERATOR)
        began = time.perf_counter()
        waiting = store.waiting_cases(actor=OPERATOR)
        looked = time.perf_counter() - began
        ids = waiting.cases["issue_id"].to_list()
        began = time.perf_counter()
        for number in ids[:_FEW]:
            case = store.transition(number, "accept", actor=OPERATOR)
            unit, why = case.proposal
            store.transition(number, "dispatch", actor=OPERATOR, unit=unit, reason=why)
        alone = (time.perf_counter() - began) * CASES / _FEW
        turns, moments = [], [time.perf_counter()]

        def turn(_step: object) -> None:
            moments.append(time.perf_counter())
            turns.append(moments[-1] - moments[-2])

        began = time.perf_counter()
        done = store.dispatch_many(waiting.cases, actor=OPERATOR, progress=turn)
        took = (time.perf_counter() - began) * CASES / done.done.height
        began = time.perf_counter()
        store.return_many(done.done, actor=OPERATOR, reason="x")
        back = (time.perf_counter() - began) * CASES / done.done.height
        assert store.check(actor=OPERATOR).ok
    yield Row(
        f"{CASES:,} reported cases accepted and dispatched at once, {where}",
        took,
        "s",
        f"one by one (the first {_FEW})",
        alone,
        f"≥ {_TARGET:,} a second",
        CASES / took >= _TARGET,
        f"{CASES / took:,.0f} a second; a transaction {statistics.median(turns):.2f} s (median)",
    )
    yield Row(f"the same taken back, {where}", back, "s", "", None, "", None, f"{CASES / back:,.0f} a second")
    yield Row(f"the preview of {CASES:,} cases, {where}", looked, "s", "", None, "", None)
