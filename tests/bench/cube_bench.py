"""The cube at the size of a large city, beside what people count hexagons with.

`GEZHI_BENCH_ROWS` chooses the number of reports; without it there are 10 million.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import geopandas as gpd
import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import polars as pl
import shapely

from data import snapshot as snapshots
from data.counts import Choice, tally
from data.cube import CellCounts, Cube
from data.cube_state import TAKEN_UP, State
from data.filters import Filter
from data.kept import Kept
from data.schema import UTC
from data.statuses import STATUS_GROUPS, STATUSES
from geo import cells
from tests.bench.rows import Row

REPORTS = int(os.environ.get("GEZHI_BENCH_ROWS", "10_000_000"))
RESOLUTION = cells.ANALYSIS_RESOLUTION
#: Streets and compounds, and the smallest areas, that the reports belong to.
PLACES, AREAS = 24_000, 600
CATEGORIES = [f"category_{number:02}" for number in range(15)]
IN_PART = Filter(areas=(2,), exempt="without")
BEGIN = date(2023, 1, 1)
DAYS = 730
_BATCH = 500_000
_DAY_US = 86_400_000_000

#: A third of the reports: what the counting beside h3-py and geopandas starts from.
A_THIRD = Filter(categories=tuple(CATEGORIES[:5]))
FILTERS = {
    "one category": Filter(categories=(CATEGORIES[3],)),
    "five categories, open, half a year": Filter(
        categories=tuple(CATEGORIES[:5]),
        statuses=("open",),
        start=BEGIN + timedelta(days=200),
        end=BEGIN + timedelta(days=382),
    ),
    "no filter": Filter(),
}


class Quiet:
    """A store in which nothing happens but what it is told: only the cube is measured."""

    identity = "b" * 32

    def __init__(self, seq: int = REPORTS, changes: pl.DataFrame | None = None) -> None:
        self.seq = seq
        self.changes = changes

    def fact(self, name: str, default: str = "", **_options: Any) -> str:
        return {"tz": "Asia/Shanghai", "places_version": "1"}.get(name, default)

    def areas(self, **_options: Any) -> pl.DataFrame:
        areas = [(1, None), *((2 + n, 1) for n in range(10)), *((12 + n, 2 + n % 10) for n in range(AREAS))]
        return pl.DataFrame(areas, schema=["id", "parent_id"], orient="row")

    def last_seq(self, **_options: Any) -> int:
        return self.seq

    def event_mark(self, seq: int, **_options: Any) -> str:
        return str(seq)

    def changed_since(self, _seq: int, **_options: Any) -> Iterator[pl.DataFrame]:
        if self.changes is not None:
            yield self.changes


def rows() -> Iterator[Row]:
    """Measure counting, cold start, memory, refresh, and the whole way from Parquet to counts."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
        path, points = Path(folder) / "cube.parquet", Path(folder) / "points.parquet"
        state = State(identity=Quiet.identity, tz="Asia/Shanghai").after(_made(points))
        snapshots.write(path, state, mark=str(state.seq))
        del state
        yield from _start(path)
        yield from _whole_way(path, points)
        cube = Cube.open(Quiet(), snapshot=path)  # type: ignore[arg-type] # all of a store that the cube asks
        yield from _counting(cube)
        yield from _following(cube)


def _made(points: Path) -> Iterator[pl.DataFrame]:
    """Draw clustered reports of one city, and write the same points as a plain Parquet file."""
    rng = np.random.default_rng(20_240_901)
    middles = rng.normal(0, 0.06, (2000, 2))
    written: list[pl.DataFrame] = []
    for first in range(0, REPORTS, _BATCH):
        n = min(_BATCH, REPORTS - first)
        near = middles[rng.zipf(1.4, n) % len(middles)]
        zero = (BEGIN - date(1970, 1, 1)).days * _DAY_US
        reported = zero + rng.integers(0, DAYS * _DAY_US, n)
        status = pl.Series(STATUSES).gather(rng.integers(0, len(STATUSES), n))
        frame = pl.DataFrame(
            {
                "id": np.arange(first + 1, first + n + 1),
                "seq": np.arange(first + 1, first + n + 1),
                "source": pl.repeat("bench", n, eager=True),
                "category": pl.Series(CATEGORIES).gather(rng.integers(0, len(CATEGORIES), n)),
                "status": status,
                "reported_at": pl.Series(reported).cast(UTC),
                "closed_at": pl.Series(reported + rng.exponential(4 * _DAY_US, n).astype(np.int64)).cast(UTC),
                "due_at": pl.Series(reported + rng.integers(1, 10, n) * _DAY_US).cast(UTC),
                "lon": 116.9 + near[:, 0] + rng.normal(0, 0.006, n),
                "lat": 38.3 + near[:, 1] + rng.normal(0, 0.005, n),
                "unit": pl.repeat("unit", n, eager=True),
                "place_id": rng.integers(1, PLACES, n),
                "area_id": rng.integers(12, 12 + AREAS, n),
                "exempt_id": pl.Series(rng.integers(0, 50, n)).replace(0, None),
            }
        ).with_columns(closed_at=pl.when(pl.col("status").is_in(STATUS_GROUPS["done"])).then("closed_at"))
        written.append(frame.select("category", "status", "reported_at", "lon", "lat"))
        yield frame.select(*TAKEN_UP)
    pl.concat(written).write_parquet(points)


def _start(path: Path) -> Iterator[Row]:
    code = """
import sys, time, psutil
from pathlib import Path
from data.cube import CellCounts, Cube
from data.filters import Filter
from data.kept import Kept
from tests.bench.cube_bench import Quiet
before = psutil.Process().memory_info().rss
began = time.perf_counter()
cube = Cube.open(Quiet(), snapshot=Path(sys.argv[1]))
total = int(cube.counts(Filter(), 10).counts.sum())
seconds = time.perf_counter() - began
assert total == cube.total(Filter()) == len(cube.frame)
time.sleep(2)  # the allocator gives pages back a moment later
print(seconds, (psutil.Process().memory_info().rss - before) / 2**20)
"""
    runs = [
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True)
        for _ in range(3)
    ]
    figures = [tuple(map(float, run.stdout.split())) for run in runs]
    seconds, resident = (median(column) for column in zip(*figures, strict=True))
    peer, _ = _timed(lambda: pd.read_parquet(path), times=1)
    figure = f"cube of {REPORTS:,} reports: cold start from the snapshot to the first count"
    yield Row(
        figure, seconds, "s", "pandas.read_parquet of the same file, no count", peer, "≤ 5 s", seconds <= 5
    )
    figure = f"cube of {REPORTS:,} reports: resident memory, the libraries' own left out"
    yield Row(figure, resident, "MB", "", None, "≤ 600 MB", resident <= 600)


def _counting(cube: Cube) -> Iterator[Row]:
    frame = cube.frame.select("category", "status", "day")
    column = pl.Series(cube.cells_of(RESOLUTION)[cube.frame[f"cell{RESOLUTION}"]])
    plain = frame.with_columns(cell=column)
    table = plain.to_pandas()
    for name, where in FILTERS.items():
        ours, found = _timed(partial(_anew, cube, where, RESOLUTION))
        figure = f"count per cell of resolution {RESOLUTION}, {REPORTS:,} reports, {name}"
        choice = cube.choice(where)
        for peer_name, count in (
            ("Polars group_by on 64-bit cells", partial(_by_polars, plain, choice)),
            ("pandas groupby on 64-bit cells", partial(_by_pandas, table, choice)),
        ):
            peer, counted = _timed(count, times=3)
            exact = counted == found.counts.sum() and ours * 1000 <= 60
            yield Row(figure, ours * 1000, "ms", peer_name, peer * 1000, "≤ 60 ms", bool(exact))
    ours, _ = _timed(lambda: _anew(cube, Filter(), 12))
    figure = f"count per cell of resolution 12, {REPORTS:,} reports, no filter"
    yield Row(figure, ours * 1000, "ms", "", None, "≤ 60 ms", ours * 1000 <= 60)
    for figure, ask in (
        ("by place, with the open and the exempt ones", lambda: cube.by_place(Filter())),
        ("by area up the chain, with the open ones", lambda: cube.by_area(Filter())),
        ("per cell of one of ten districts, without exempt ones", lambda: _anew(cube, IN_PART, RESOLUTION)),
    ):
        ours, _ = _timed(ask)
        yield Row(f"count {figure}, {REPORTS:,} reports", ours * 1000, "ms", "", None, "", None)
    box = (116.9, 38.3, 116.93, 38.32)
    ours, _ = _timed(lambda: cube.counts(Filter(), 12, bbox=box))
    figure = f"cells of resolution 12 in view after a pan, {REPORTS:,} reports"
    yield Row(figure, ours * 1000, "ms", "", None, "≤ 60 ms", ours * 1000 <= 60)


def _following(cube: Cube) -> Iterator[Row]:
    rng = np.random.default_rng(7)
    taken: list[float] = []
    for turn in range(5):
        first = REPORTS + 1 + turn * 1000
        changed = rng.choice(REPORTS, 500, replace=False) + 1
        new = np.arange(REPORTS + 1 + turn * 500, REPORTS + 501 + turn * 500)
        changes = pl.DataFrame(
            {
                "id": np.concatenate([np.sort(changed), new]),
                "seq": np.arange(first, first + 1000),
                "source": ["bench"] * 1000,
                "category": pl.Series(CATEGORIES).gather(rng.integers(0, len(CATEGORIES), 1000)),
                "status": ["fixed"] * 1000,
                "reported_at": pl.Series(rng.integers(1_700_000_000, 1_710_000_000, 1000) * 1_000_000).cast(
                    UTC
                ),
                "lon": rng.normal(116.9, 0.06, 1000),
                "lat": rng.normal(38.3, 0.06, 1000),
                "unit": ["unit"] * 1000,
                "place_id": rng.integers(1, PLACES, 1000),
                "area_id": rng.integers(12, 12 + AREAS, 1000),
                "exempt_id": pl.repeat(None, 1000, dtype=pl.Int64, eager=True),
                "closed_at": pl.repeat(None, 1000, dtype=UTC, eager=True),
                "due_at": pl.Series(rng.integers(1_720_000_000, 1_730_000_000, 1000) * 1_000_000).cast(UTC),
            }
        )
        cube._store = Quiet(first + 999, changes)  # type: ignore[assignment] # all of a store that the cube asks
        began = time.perf_counter()
        assert cube.refresh() == 1000
        taken.append(time.perf_counter() - began)
    ours = median(taken) * 1000
    figure = f"refresh after 1,000 events, every column of half of them changed, {REPORTS:,} reports"
    yield Row(figure, ours, "ms", "", None, "≤ 200 ms", ours <= 200)


def _whole_way(path: Path, points: Path) -> Iterator[Row]:
    ours, found = _timed(lambda: _from_snapshot(path))
    figure = f"from Parquet through a filter to counts in exact cells, a third of {REPORTS:,} points"
    busy = cells.from_points(*_coordinates(_chosen(points)), RESOLUTION)
    hexagons = cells.frame(cells.count(busy)[0])  # made beforehand: they are not counted against the join
    peers: dict[str, Callable[[], int]] = {
        "pandas and h3-py in a loop": lambda: _by_loop(points),
        "geopandas sjoin to hexagons": lambda: _by_sjoin(points, hexagons),
        "polars-h3 streaming": lambda: _by_polars_h3(points),
    }
    for name, count in peers.items():
        peer, counted = _timed(count, times=1)
        if name == "polars-h3 streaming":
            yield Row(figure, ours, "s", name, peer, "", None)
        else:
            # A point on an edge is in the hexagon by H3's own arithmetic, in both or none by the join's.
            alike = abs(counted - found) <= (found * 1e-5 if "sjoin" in name else 0)
            yield Row(figure, ours, "s", name, peer, "≥ 20 times faster", alike and peer / ours >= 20)


def _from_snapshot(path: Path) -> int:
    meta = snapshots.read_meta(path)
    codes = snapshots.read_cells(path, meta, RESOLUTION)
    words = {word: code for code, word in enumerate(meta["words"]["category"])}
    choice = Choice(category=tuple(words[name] for name in A_THIRD.categories))
    counts = tally(pl.scan_parquet(path), f"cell{RESOLUTION}", choice, len(codes))
    busy = np.flatnonzero(counts)
    return _digest(codes.cells[busy], counts[busy])


def _chosen(points: Path) -> pd.DataFrame:
    table = pd.read_parquet(points, columns=["category", "lon", "lat"])
    return table[table["category"].isin(A_THIRD.categories)]


def _coordinates(table: pd.DataFrame) -> tuple[Any, Any]:
    return table["lon"].to_numpy(), table["lat"].to_numpy()


def _by_loop(points: Path) -> int:
    lon, lat = _coordinates(_chosen(points))
    found = [h3.latlng_to_cell(y, x, RESOLUTION) for y, x in zip(lat.tolist(), lon.tolist(), strict=True)]
    counted = pd.Series(found).value_counts()
    return _digest(counted.index.to_numpy(), counted.to_numpy())


def _by_sjoin(points: Path, hexagons: gpd.GeoDataFrame) -> int:
    frame = gpd.GeoDataFrame(geometry=shapely.points(*_coordinates(_chosen(points))), crs="EPSG:4326")
    counted = gpd.sjoin(frame, hexagons, predicate="within")["index_right"].value_counts()
    return _digest(cells.parse(hexagons["cell"])[counted.index.to_numpy()], counted.to_numpy())


def _by_polars_h3(points: Path) -> int:
    counted = (
        pl.scan_parquet(points)
        .filter(pl.col("category").is_in(A_THIRD.categories))
        .select(cells.point_cells("lon", "lat", RESOLUTION))
        .group_by("cell")
        .len()
        .collect(engine="streaming")
    )
    return _digest(counted["cell"].to_numpy(), counted["len"].to_numpy())


def _by_polars(plain: pl.DataFrame, choice: Choice) -> int:
    chosen = plain.lazy().filter(*_polars_predicates(choice)).group_by("cell").len().collect()
    return int(chosen["len"].sum())


def _polars_predicates(choice: Choice) -> list[pl.Expr]:
    sides = [
        None if choice.category is None else pl.col("category").is_in(choice.category),
        None if choice.status is None else pl.col("status").is_in(choice.status),
        None if choice.first is None else pl.col("day") >= choice.first,
        None if choice.last is None else pl.col("day") <= choice.last,
    ]
    return [side for side in sides if side is not None]


def _by_pandas(table: pd.DataFrame, choice: Choice) -> int:
    chosen = np.ones(len(table), bool)
    if choice.category is not None:
        chosen &= table["category"].isin(choice.category)
    if choice.status is not None:
        chosen &= table["status"].isin(choice.status)
    if choice.first is not None:
        chosen &= table["day"] >= choice.first
    if choice.last is not None:
        chosen &= table["day"] <= choice.last
    return int(table[chosen].groupby("cell").size().sum())


def _anew(cube: Cube, where: Filter, resolution: int) -> CellCounts:
    """Count as for the first asker: nothing of an earlier answer is kept."""
    cube.kept = Kept(most_bytes=0)
    return cube.counts(where, resolution)


def _digest(found: Any, counts: Any) -> int:
    """Fold cells and counts into one number, whatever their order, to know two answers as equal."""
    return int((found.astype(np.uint64) % 1_000_003 * counts.astype(np.uint64)).sum())


def _timed(run: Callable[[], Any], *, times: int = 7) -> tuple[float, Any]:
    taken, answer = [], None
    for _ in range(times):
        began = time.perf_counter()
        answer = run()
        taken.append(time.perf_counter() - began)
    return median(taken), answer
