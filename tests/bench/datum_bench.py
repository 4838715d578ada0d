"""What the datum guard costs: beside the import that it guards, and how often it is right.

`GEZHI_BENCH_DATUM_ROWS` chooses the number of rows; without it there is a million.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np
import polars as pl

from data.actors import OPERATOR
from data.ingest import import_file
from data.ingest.datum_guard import judge_datum
from data.ingest.formats import open_table
from data.ingest.plan import make_plan
from data.store import Store
from geo.crs import BD09, GCJ02, WGS84, from_wgs84
from geo.datum_evidence import Evidence
from geo.datum_fit import fit_points
from tests.bench.rows import Row
from tests.geo.zone import along, streets

ROWS = int(os.environ.get("GEZHI_BENCH_DATUM_ROWS", "1_000_000"))
_STREETS = 20_000
_REACH_M = 25_000
_TIMES = 5
_ROUNDS = 15


def rows() -> Iterator[Row]:
    """Measure, seeded: seconds of the guard and of the import, rounds decided right, undecided and wrong."""
    lines = streets(1, n=_STREETS, reach_m=_REACH_M)
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/city.sqlite") as store:
        os.environ.setdefault("GEZHI_HOME", folder)
        store.write_places(
            gpd.GeoDataFrame(
                {"kind": ["street"] * len(lines), "name": None}, geometry=list(lines), crs="EPSG:4326"
            ),
            actor=OPERATOR,
        )
        export = Path(folder) / "export.csv"
        x, y = from_wgs84(*along(lines, ROWS, 2), GCJ02)
        frame = pl.DataFrame({"id": np.arange(ROWS), "lon": x, "lat": y})
        frame.with_columns(date=pl.lit("2026-03-01"), kind=pl.lit("违停")).write_csv(export)
        begun = time.perf_counter()
        summary = import_file(export, store, actor=OPERATOR, rejects=Path(folder) / "rejects.csv")
        import_s = time.perf_counter() - begun
        assert summary.datum is not None
        assert (summary.taken, summary.datum.used) == (ROWS, GCJ02)
        guard_s = median(_guard_s(export, store) for _time in range(_TIMES))
    yield Row(
        f"datum guard, {ROWS / 1e6:g}M rows against {_STREETS:,} streets and {ROWS / 1e6:g}M earlier reports",
        guard_s,
        "s",
        "the whole import of the file",
        import_s,
        "a tenth of the import of a million",
        guard_s <= 0.1 * import_s,
    )
    yield from _truth()


def _guard_s(export: Path, store: Store) -> float:
    """Time what the guard adds to an import: the plan is made in any case."""
    table = open_table(export)
    plan = make_plan(table, default_tz="Asia/Shanghai")
    begun = time.perf_counter()
    judge_datum(table, plan, store, actor=OPERATOR)
    return time.perf_counter() - begun


def _truth() -> Iterator[Row]:
    """Count rounds of made zones by points: those decided right; a wrong one would be said in the note."""
    for n, noise_m in ((30, 8.0), (100, 8.0), (100, 30.0), (1_000, 30.0), (1_000, 60.0)):
        told: list[Any] = []
        for seed in range(_ROUNDS):
            lines = streets(seed)
            true = (WGS84, GCJ02, BD09)[seed % 3]
            points = from_wgs84(*along(lines, n, seed, noise_m=noise_m), true)
            best = fit_points(*points, WGS84, Evidence(streets=lines)).best
            told.append(None if best is None else best == true)
        right, wrong = told.count(True), told.count(False)
        yield Row(
            f"datum told by streets, {n:,} points, {noise_m:.0f} m of noise, a tenth strays",
            100 * right / _ROUNDS,
            "%",
            "",
            None,
            "none wrong",
            wrong == 0,
            f"{wrong} of {_ROUNDS} wrong, {told.count(None)} undecided",
        )
