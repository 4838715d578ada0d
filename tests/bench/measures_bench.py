"""Each measure of the map at the size of a city and of a large one, beside tables that are grouped.

Every turn asks about other days, as somebody does who drags the period along: nothing that was counted for
an earlier turn is of use, only what belongs to the cells themselves. `GEZHI_BENCH_ROWS` chooses one number
of reports; without it there are 1 and 10 million.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import mapclassify
import numpy as np
import pandas as pd
import polars as pl

from data import change
from data.cube import Cube
from data.cube_choice import CLOSED_CODES, OPEN_CODES
from data.cube_state import State
from data.cube_times import DAYS, NO_DUE, NOT_TAKEN
from data.filters import Filter
from data.kept import Kept
from data.measured import CellFigures, Figure, cell_figures, figures
from data.measures import MEASURES, measure
from geo import cells
from layers import breaks
from tests.bench import cube_bench
from tests.bench.rows import Row

SIZES: Final = [int(size) for size in os.environ.get("GEZHI_BENCH_ROWS", "1_000_000,10_000_000").split(",")]
#: About ten thousand cells of the city lie in this view.
VIEW: Final = (116.84, 38.25, 116.96, 38.35)
RESOLUTION: Final = cells.ANALYSIS_RESOLUTION
MINUTE: Final = (cube_bench.BEGIN - date(1970, 1, 1)).days * 1440 + 500 * 1440
_TURNS: Final = 7
_COLUMNS: Final = (f"cell{RESOLUTION}", "day", "status", "due", "took", "late")


def rows() -> Iterator[Row]:
    """Measure each measure of the cells in view, all of them for the filter, a table of changes, classes."""
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder:
            yield from _of_size(made(size, Path(folder)), size)


def made(size: int, folder: Path) -> Cube:
    """Make a cube of so many reports."""
    cube_bench.REPORTS = size
    state = State(identity=cube_bench.Quiet.identity, tz="Asia/Shanghai")
    state = state.after(cube_bench._made(folder / "points.parquet"))
    return Cube(cube_bench.Quiet(size), state, snapshot=None)  # type: ignore[arg-type] # all that it asks


def _of_size(cube: Cube, size: int) -> Iterator[Row]:
    plain = cube.frame.select(_COLUMNS).rename({f"cell{RESOLUTION}": "cell"}).rechunk()
    table = plain.to_pandas()
    reports = f"{size / 1e6:g}M reports"
    for name in MEASURES:
        yield from _by_cell(cube, name, plain, table, reports)
    ours, _found = _timed(partial(_together, cube))
    yield Row(f"all measures of a filter together, {reports}", ours * 1000, "ms", "", None, "", None)
    for by in ("category", RESOLUTION):
        ours, found = _timed(partial(_changed, cube, by))
        figure = f"what grew and shrank by {by}, and how sure that is, {reports}, {found.height:,} rows"
        yield Row(figure, ours * 1000, "ms", "", None, "", None)
    values = cell_figures(cube, Filter(), RESOLUTION, "density").values
    ours, _found = _timed(lambda _where: breaks.natural(values, 5))
    theirs, _found = _timed(lambda _where: mapclassify.FisherJenksSampled(values, k=5))
    figure, peer = f"natural breaks of {values.size:,} figures", "mapclassify, of a sample of 1,000"
    yield Row(figure, ours * 1000, "ms", peer, theirs * 1000, "", None)


def _by_cell(cube: Cube, name: str, plain: pl.DataFrame, table: pd.DataFrame, reports: str) -> Iterator[Row]:
    cube.kept = Kept(most_bytes=40_000_000)  # what other measures counted is of no use to this one
    ours, shown = _timed(partial(_in_view, cube, name))
    small, one = plain.height <= 1_000_000, measure(name)
    most = 30 if small else None if one.kind == "median" else 100
    figure = f"{one.words} by cell, {reports}, {len(shown.cells):,} cells in view"
    peers: dict[str, Callable[[Filter], dict[int, float]]] = {
        "polars": partial(_by_polars, plain, name),
        "pandas": partial(_by_pandas, table, name),
    }
    for peer, group in peers.items():
        theirs, grouped = _timed(group)
        _same(cube, _period(_TURNS - 1), name, grouped)
        yield Row(
            figure,
            ours * 1000,
            "ms",
            f"{peer}, filtered and grouped by cell",
            theirs * 1000,
            f"≤ {most} ms" if most else "",
            ours * 1000 <= most if most else None,
        )


def _in_view(cube: Cube, name: str, where: Filter) -> CellFigures:
    return cell_figures(cube, where, RESOLUTION, name, bbox=VIEW, minute=MINUTE)


def _together(cube: Cube, where: Filter) -> dict[str, Figure]:
    return figures(cube, where, minute=MINUTE)


def _changed(cube: Cube, by: str | int, where: Filter) -> pl.DataFrame:
    return change.changes(cube, where, by)


def _period(turn: int) -> Filter:
    start = cube_bench.BEGIN + timedelta(days=300 + turn)
    return Filter(start=start, end=start + timedelta(days=364))


def _timed(ask: Callable[[Filter], Any]) -> tuple[float, Any]:
    taken, found = [], None
    for turn in range(-1, _TURNS):  # the first one warms up
        where = _period(turn)
        began = time.perf_counter()
        found = ask(where)
        taken.append(time.perf_counter() - began)
    return median(taken[1:]), found


def _days(where: Filter) -> tuple[int, int]:
    assert where.start
    assert where.end
    zero = date(1970, 1, 1)
    return (where.start - zero).days, (where.end - zero).days


def _by_polars(plain: pl.DataFrame, name: str, where: Filter) -> dict[int, float]:
    first, last = _days(where)
    day, status, took = pl.col("day"), pl.col("status"), pl.col("took")
    now = plain.lazy().filter(day.is_between(first, last))
    closed = status.is_in(CLOSED_CODES) & (took != NOT_TAKEN)
    if name == "change":
        length = last - first + 1
        both = plain.lazy().filter(day.is_between(first - length, last)).group_by("cell")
        counted = both.agg(now=(day >= first).sum(), before=(day < first).sum())
        found = counted.filter(pl.col("before") > 0).select(
            "cell", 100.0 * pl.col("now") / pl.col("before") - 100
        )
    elif name == "on_time":
        judged = now.filter(closed & (pl.col("due") != NO_DUE))
        found = judged.group_by("cell").agg(100.0 * (1 - pl.col("late").mean()))
    elif name == "days":
        found = now.filter(closed).group_by("cell").agg(took.median())
    else:
        among = {
            "open": status.is_in(OPEN_CODES),
            "overdue": status.is_in(OPEN_CODES) & (pl.col("due") != NO_DUE) & (pl.col("due") < MINUTE),
        }
        found = (now.filter(among[name]) if name in among else now).group_by("cell").agg(pl.len())
    return dict(found.collect().rows())


def _by_pandas(table: pd.DataFrame, name: str, where: Filter) -> dict[int, float]:
    first, last = _days(where)
    now = table["day"].between(first, last)
    closed = table["status"].isin(CLOSED_CODES) & (table["took"] != NOT_TAKEN)
    if name == "change":
        length = last - first + 1
        counts = table[now].groupby("cell").size()
        before = table[table["day"].between(first - length, first - 1)].groupby("cell").size()
        return (100 * counts.reindex(before.index, fill_value=0) / before - 100).to_dict()
    if name == "on_time":
        judged = table[now & closed & (table["due"] != NO_DUE)]
        return (100 * (1 - judged.groupby("cell")["late"].mean())).to_dict()
    if name == "days":
        return table[now & closed].groupby("cell")["took"].median().to_dict()
    still_open = table["status"].isin(OPEN_CODES)
    among = {
        "open": now & still_open,
        "overdue": now & still_open & (table["due"] != NO_DUE) & (table["due"] < MINUTE),
    }
    return table[among.get(name, now)].groupby("cell").size().to_dict()


def _same(cube: Cube, where: Filter, name: str, grouped: dict[int, float]) -> None:
    """Stop where the peer computed something else."""
    found: CellFigures = cell_figures(cube, where, RESOLUTION, name, minute=MINUTE)
    known = ~np.isnan(found.values)
    codes = cube.state.cells[RESOLUTION].find(found.cells[known])
    values = np.array([grouped[code] for code in codes.tolist()])
    if name == "days":  # the peer's are codes, of which an even number has no middle one
        odd = found.n[known] % 2 == 1
        np.testing.assert_allclose(DAYS[values[odd].astype(int)], found.values[known][odd])
        return
    if name == "density":
        values = values / (cells.area_m2(found.cells[known]) / 1e6)
    assert len(grouped) == known.sum(), name
    np.testing.assert_allclose(values, found.values[known], rtol=1e-9, atol=1e-9)
