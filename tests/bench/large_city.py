"""A city of a million cases with four million events, and what its people wait for, on either database.

`GEZHI_BENCH_CASES` chooses the number of cases.
"""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

import polars as pl
from sqlalchemy import text

from data import lifecycle
from data.actors import OPERATOR, Actor
from data.case_rows import history
from data.cube import Cube
from data.database import connect, read_transaction, write_transaction
from data.schema import REPORT
from data.store import Store
from tests.bench.rows import Row
from tests.data.samples import reports

CASES = int(os.environ.get("GEZHI_BENCH_CASES", "1_000_000"))
UNIT = "单位1"
#: Sees one grid of a thousand, and one community of forty.
GRID = Actor("网格员", "manager", areas=frozenset({"网格7"}))
COMMUNITY = Actor("社区", "manager", areas=frozenset({"社区7"}))
_PART = 200_000
#: The slow peer gets this share of the cases; its time is scaled up.
_SHARE = 1_000
_TURNS = 20

#: Numbers from 0 on: what is left of an id. (The sign for it means something else to PostgreSQL's driver.)
_UNIT = "(id - id / 7 * 7)"
_TENTH = "id - id / 10 * 10 = 0"
#: Kind, what the event keeps, of which cases: all are accepted and sent on, nine of ten closed.
_STEPS = (
    ("accept", "'{}'", "1 = 1"),
    ("dispatch", f"""'{{"unit":"单位' || {_UNIT} || '"}}'""", "1 = 1"),
    ("start", "'{}'", _TENTH),
    ("close", """'{"reason":"done"}'""", f"NOT {_TENTH}"),
)
_ROWS = f"""
    UPDATE issue SET version = 4, unit = '单位' || {_UNIT}, accepted_at = @at, dispatched_at = @at,
    status = CASE WHEN {_TENTH} THEN 'in_progress' ELSE 'closed' END,
    started_at = CASE WHEN {_TENTH} THEN @at END, closed_at = CASE WHEN {_TENTH} THEN NULL ELSE @at END,
    said = CASE WHEN {_TENTH} THEN '{{"status":"reported","unit":null}}'
                ELSE '{{"status":"reported","closed_at":null,"unit":null}}' END,
    areas = '\n网格' || (id / 10 - id / 10000 * 1000) || '\n社区' || (id / 10 - id / 400 * 40) || '\n',
    seq = 3 * @n + CASE WHEN {_TENTH} THEN id / 10 ELSE @n / 10 + id - id / 10 END
"""
#: What is noted of areas stands in an event too.
_TOLD = r"""
    UPDATE event SET payload = substr(payload, 1, length(payload) - 1) || ',"located":{"areas":"\n网格'
    || (issue_id / 10 - issue_id / 10000 * 1000) || '\n社区' || (issue_id / 10 - issue_id / 400 * 40)
    || '\n"}}' WHERE kind = 'report'
"""


def drawn(n: int = _PART, *, part: int = 0) -> pl.DataFrame:
    """Repeat a small draw under other ids: drawing itself is slow."""
    small = reports(min(n, 10_000))
    large = pl.concat([small] * (n // small.height))
    ids = pl.int_range(large.height).cast(pl.String)
    return large.with_columns(external_id=pl.lit(f"24-{part}-") + ids).select(*REPORT)


def build(url: str) -> None:
    """Make the city: reports as any import writes them, the rest of their life by SQL."""
    with Store.open(url) as store:
        for part in range(CASES // _PART):
            frame = drawn(part=part).with_columns(
                status=pl.lit("reported"),
                closed_at=pl.lit(None, REPORT["closed_at"]),
                unit=pl.lit(None, pl.String),
            )
            store.write_reports(frame, actor=OPERATOR)
    engine = connect(url, create=False)
    at = time.time_ns() // 1000
    with write_transaction(engine) as connection:
        seq = CASES
        for kind, words, condition in _STEPS:
            seq += connection.exec_driver_sql(
                "INSERT INTO event (seq, issue_id, kind, at, actor, payload) "
                f"SELECT {seq} + row_number() OVER (ORDER BY id), id, '{kind}', {at}, 'x', {words} "
                f"FROM issue WHERE {condition}"
            ).rowcount
        connection.exec_driver_sql(_ROWS.replace("@at", str(at)).replace("@n", str(CASES)))
        connection.exec_driver_sql(_TOLD)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def rows(url: str, where: str) -> Iterator[Row]:
    """Measure what people wait for in the city that lies behind the URL."""
    size = f"{CASES / 1e6:g}M cases with {CASES * 4 / 1e6:g}M events{where}"
    with Store.open(url, create=False) as store:
        yield from _listing(store, size)
        cube = Cube.open(store)
        yield _moving(store, size)
        again = _timed(lambda: Cube.open(store))
        refresh = _timed(cube.refresh)
        yield Row(
            f"the cube taking up 1,000 events; {size}",
            refresh * 1000,
            "ms",
            "the cube made anew",
            again * 1000,
            "≤ 200 ms",
            refresh <= 0.2,
        )
        yield from _checking(store, size)


def _listing(store: Store, size: str) -> Iterator[Row]:
    store.open_cases(unit=UNIT, actor=OPERATOR)  # the clock and the tables are read once
    naive = (
        "SELECT * FROM issue {} WHERE status IN ('reported', 'in_progress') AND unit = '{}' ORDER BY due_at"
    )
    hint = "NOT INDEXED" if store._engine.dialect.name == "sqlite" else ""
    with read_transaction(store._engine) as connection:
        if not hint:
            connection.exec_driver_sql("SET LOCAL enable_indexscan = off")
            connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        peer = _timed(lambda: connection.exec_driver_sql(naive.format(hint, UNIT)).fetchmany(100))
    for figure, actor, unit, most in (
        ("the 100 most urgent open cases of a unit", OPERATOR, UNIT, 50),
        ("the 100 most urgent open cases of the city", OPERATOR, None, 50),
        ("the 100 most urgent open cases of a community (one of 40)", COMMUNITY, None, 50),
        ("the 100 most urgent open cases of a grid (one of 1,000)", GRID, None, None),
        ("open and overdue cases of a unit counted", OPERATOR, UNIT, None),
        ("open and overdue cases of a community counted", COMMUNITY, None, None),
    ):
        ask: Callable[..., object] = store.overdue if "counted" in figure else store.open_cases
        once = partial(ask, unit=unit, actor=actor)
        took = median(_timed(once) for _turn in range(_TURNS)) * 1000
        beside = unit is not None and most is not None
        yield Row(
            f"{figure}; {size}",
            took,
            "ms",
            "the same query without an index" if beside else "",
            peer * 1000 if beside else None,
            f"≤ {most} ms" if most else "",
            took <= most if most else None,
        )


def _moving(store: Store, size: str) -> Row:
    took = [
        _timed(lambda id_=id_: store.transition(id_, "fix", actor=OPERATOR)) for id_ in range(10, 10_001, 10)
    ]
    bare = [_timed(lambda id_=id_: _bare(store, id_)) for id_ in range(10, 1_001, 10)]
    return Row(
        f"a transition; {size}",
        median(took) * 1000,
        "ms",
        "a bare UPDATE and its commit, no rule, no event, no deadline",
        median(bare) * 1000,
        "≤ 10 ms",
        median(took) <= 0.01,
        f"median of {len(took):,}, {sorted(took)[len(took) * 99 // 100] * 1000:.1f} ms for 99 of 100",
    )


def _bare(store: Store, issue_id: int) -> None:
    with write_transaction(store._engine) as connection:
        connection.execute(text("UPDATE issue SET kind = kind WHERE id = :id"), {"id": issue_id})


def _checking(store: Store, size: str) -> Iterator[Row]:
    began = time.process_time()
    took, checked = _timed_with(lambda: store.check(actor=OPERATOR))
    spent = time.process_time() - began
    # The areas were drawn without places, and due moments left as they were at the report.
    assert checked.whole and not checked.differing, checked.words()

    def one_by_one() -> None:
        with read_transaction(store._engine) as connection:
            for issue_id in range(1, CASES, _SHARE):
                lifecycle.replay(history(connection, issue_id))

    peer = _timed(one_by_one) * _SHARE
    yield Row(
        f"every event replayed and compared; {size}",
        took,
        "s",
        f"one case after the other (1/{_SHARE}), replayed alone",
        peer,
        "",
        None,
        f"{spent:.1f} s of processor time",
    )


def _timed(act: Callable[[], object]) -> float:
    return _timed_with(act)[0]


def _timed_with(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = act()
    return time.perf_counter() - began, found
