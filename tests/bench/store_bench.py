"""Reports into the store beside rows alone into a plain table; and what a large city waits for."""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median

import polars as pl

from data.actors import OPERATOR
from data.cube import Cube
from data.schema import REPORT
from data.store import Store
from tests.bench.rows import Row
from tests.data.samples import reports

REPORTS = 200_000
CASES = 1_000_000


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
    yield from _large_city()


def _large_city() -> Iterator[Row]:
    """Measure what people wait for in a city of many cases, each with four events."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'city.sqlite'}"
        with Store.open(url) as store:
            for part in range(CASES // REPORTS):
                drawn = _drawn().with_columns(
                    external_id=pl.lit(f"{part}-") + pl.col("external_id"),
                    status=pl.lit("reported"),
                    closed_at=pl.lit(None, REPORT["closed_at"]),
                    unit=pl.lit(None, pl.String),
                )
                store.write_reports(drawn, actor=OPERATOR)
            _move_on(Path(folder) / "city.sqlite")
            store.open_cases(unit="单位1", actor=OPERATOR)  # the clock and the tables are read once
            listing = [_timed(lambda: store.open_cases(unit="单位1", actor=OPERATOR)) for _turn in range(20)]
            counting = [_timed(lambda: store.overdue(unit="单位1", actor=OPERATOR)) for _turn in range(20)]
            cube = Cube.open(store)
            moving = [
                _timed(lambda id_=id_: store.transition(id_, "fix", actor=OPERATOR))
                for id_ in range(10, 10_001, 10)
            ]
            refresh = _timed(cube.refresh)
            began = time.perf_counter()
            checked = store.check(actor=OPERATOR)
            check = time.perf_counter() - began
            assert checked.ok, checked.words()
    size = f"{CASES / 1e6:g} million cases with {checked.events / 1e6:.1f} million events"
    for figure, seconds, most in (
        ("the 100 most urgent open cases of a unit", median(listing), 50),
        ("open and overdue cases of a unit counted", median(counting), None),
        ("a transition", median(moving), 10),
        (f"the cube taking up {len(moving):,} events", refresh, 200),
    ):
        target = f"≤ {most} ms" if most else ""
        met = seconds * 1000 <= most if most else None
        yield Row(f"{figure}; {size}", seconds * 1000, "ms", "", None, target, met)
    yield Row(f"every event replayed and compared; {size}", check, "s", "", None, "", None)


def _move_on(path: Path) -> None:
    """Accept, dispatch and close the cases; every tenth is being worked on instead."""
    steps = (
        ("accept", "{}", "1"),
        ("dispatch", "unit", "1"),
        ("start", "{}", "id % 10 = 0"),
        ("close", '{"reason":"done"}', "id % 10"),
    )
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA cache_size = -200000")
        at = time.time_ns() // 1000
        (seq,) = raw.execute("SELECT max(seq) FROM event").fetchone()
        for kind, payload, condition in steps:
            words = """'{"unit":"单位' || (id % 7) || '"}'""" if payload == "unit" else f"'{payload}'"
            done = raw.execute(
                "INSERT INTO event (seq, issue_id, kind, at, actor, payload) "
                f"SELECT {seq} + row_number() OVER (ORDER BY id), id, '{kind}', {at}, 'x', {words} "
                f"FROM issue WHERE {condition}"
            )
            seq += done.rowcount
        raw.execute(
            f"""UPDATE issue SET version = 4, unit = '单位' || (id % 7), accepted_at = {at},
            dispatched_at = {at}, status = iif(id % 10, 'closed', 'in_progress'),
            started_at = iif(id % 10, NULL, {at}), closed_at = iif(id % 10, {at}, NULL),
            said = iif(id % 10, '{{"status":"reported","closed_at":null,"unit":null}}',
                       '{{"status":"reported","unit":null}}'),
            seq = (SELECT max(seq) FROM event WHERE issue_id = issue.id)"""
        )
        raw.commit()
        raw.execute("ANALYZE")


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _drawn() -> pl.DataFrame:
    """Repeat a small draw under other ids: drawing itself is slow."""
    small = reports(10_000)
    large = pl.concat([small] * (REPORTS // small.height))
    ids = pl.int_range(large.height).cast(pl.String)
    return large.with_columns(external_id=pl.lit("24-09-") + ids).select(*REPORT)
