"""What a field team waits for in a store of 200,000 cases on either database, beside no index at all."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from data.actors import OPERATOR, Actor
from data.cube import Cube
from data.cube_scope import cut
from data.database import read_transaction
from data.schema import REPORT
from data.store import Store
from geo.cells import ANALYSIS_RESOLUTION, from_points, grow
from tests.bench.large_city import drawn
from tests.bench.rows import Row
from tests.data import postgres
from tests.data.samples import LAT, LON

CASES = 200_000
TEAMS = 19
#: A disk of 919 cells holds so many rings.
RINGS = 17
#: Every so many cases are open.
_OPEN = 2
_TURNS = 20


def rows() -> Iterator[Row]:
    """Measure, seeded: the list of a team, one case of it, its part of the cube, the brush, a publication."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        yield from _measured(f"sqlite:///{Path(folder) / 'city.sqlite'}", "SQLite")
    if not postgres.missing():
        with postgres.server() as server:
            yield from _measured(server.url(), "PostgreSQL")


def _measured(url: str, where: str) -> Iterator[Row]:
    size = f"{CASES:,} cases, every second open, {TEAMS} teams; {where}"
    with Store.open(url) as store:
        build(store)
        member = Actor("队员", "team_member", team=7)
        ids = store.visible_ids(actor=member)
        store.open_cases(actor=member)  # the clock and the tables are read once
        listed = _median_ms(lambda: store.open_cases(actor=member))
        whole = _median_ms(lambda: store.open_cases(actor=OPERATOR))
        hint = "NOT INDEXED" if store._engine.dialect.name == "sqlite" else ""
        with read_transaction(store._engine) as connection:
            if not hint:
                connection.exec_driver_sql("SET LOCAL enable_indexscan = off")
                connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            peer = _median_ms(lambda: connection.exec_driver_sql(_NAIVE.format(hint)).fetchall(), turns=5)
        yield Row(
            f"the 100 most urgent open cases of a team; {size}",
            listed,
            "ms",
            "the same query without an index",
            peer,
            "≤ 50 ms",
            listed <= 50,
            f"{len(ids):,} cases lie in its cells; the list of the whole city takes {whole:.1f} ms",
        )
        few = Actor("队员", "team_member", team=TEAMS + 1)
        took = _median_ms(lambda: store.open_cases(actor=few))
        yield Row(f"the same of a team with one cell; {size}", took, "ms", "", None, "≤ 50 ms", took <= 50)
        none = Actor("队员", "team_member", team=TEAMS + 2)
        took = _median_ms(lambda: store.open_cases(actor=none))
        yield Row(f"the same of a team without cells; {size}", took, "ms", "", None, "≤ 50 ms", took <= 50)
        first = int(store.open_cases(actor=member)["issue_id"][0])
        opened = _median_ms(lambda: store.case(first, actor=member))
        free = _median_ms(lambda: store.case(first, actor=OPERATOR))
        yield Row(f"a case of a team opened; {size}", opened, "ms", "by who sees all", free, "", None)
        every = _median_ms(lambda: store.visible_ids(actor=member), turns=5)
        yield Row(f"the ids of all cases of a team; {size}", every, "ms", "", None, "", None)
        cube = Cube.open(store)
        part = _median_ms(lambda: cut(cube.state, store, member))
        yield Row(f"a team's part of the cube cut out; {size}", part, "ms", "", None, "", None)
        made = store.draft_territories("二版", store.territories(actor=OPERATOR), actor=OPERATOR)
        cells = store.territories(made.id, actor=OPERATOR)["cell"][:12]
        began = time.perf_counter()
        store.paint_territories(made.id, cells, 3, actor=OPERATOR, version=1)
        painted = time.perf_counter()
        store.publish_territories(made.id, actor=OPERATOR, version=2, replaces=1)
        ended = time.perf_counter()
        yield Row(f"12 cells painted; {size}", (painted - began) * 1e3, "ms", "", None, "", None)
        yield Row(f"a draft published; {size}", (ended - painted) * 1e3, "ms", "", None, "", None)


#: What a table without an index would do: every row looked at.
_NAIVE = """
    SELECT * FROM issue {} WHERE status NOT IN ('closed', 'rejected', 'merged') AND cell IN
    (SELECT cell FROM territory JOIN edition ON edition.id = edition_id WHERE in_force = 1 AND team_id = 7)
    ORDER BY due_at LIMIT 100
"""


def build(store: Store, *, status: str = "reported") -> None:
    """Draw the cases within 919 cells, and give each team a strip of them."""
    cells = grow(from_points([LON], [LAT], ANALYSIS_RESOLUTION), RINGS)
    open_ = pl.int_range(pl.len()) % _OPEN == 0
    rng = np.random.default_rng(7)
    frame = drawn(CASES).with_columns(
        status=pl.when(open_).then(pl.lit(status)).otherwise(pl.lit("closed")),
        closed_at=pl.when(open_).then(None).otherwise(pl.col("reported_at")).cast(REPORT["closed_at"]),
        lon=LON + rng.uniform(-0.018, 0.018, CASES),
        lat=LAT + rng.uniform(-0.014, 0.014, CASES),
    )
    store.write_reports(frame, actor=OPERATOR)
    for number in range(TEAMS + 2):
        store.add_team(f"{number + 1}队", actor=OPERATOR)
    strips = pl.DataFrame({"cell": np.sort(cells)}).with_columns(
        team_id=pl.int_range(pl.len()) * TEAMS // pl.len() + 1
    )
    strips[0, "team_id"] = TEAMS + 1
    made = store.draft_territories("一版", strips, actor=OPERATOR)
    store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=None)


def _median_ms(act: Callable[[], object], *, turns: int = _TURNS) -> float:
    took = []
    for _turn in range(turns):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1e3)
    return median(took)
