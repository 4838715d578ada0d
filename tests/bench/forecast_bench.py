"""Forecasts: how long a back-test takes beside the obvious loop, and how good the methods are, in the open.

Accuracy is measured on forecasts that chose nothing (`geo.backtest`). Of the real files beside the project
only Chicago's has years of days; those of New York are single days, and Zhengzhou's points have no time.
`GEZHI_BENCH_FORECAST_CELLS` chooses the size of the large city.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import polars as pl

from data import demo
from geo import backtest as back
from geo import cells, forecast
from geo.backtest import FAMILIES, RIVALS, BackTest, backtest
from geo.cells import Cells
from geo.forecast_memory import Memory
from geo.forecast_smoothing import smoothed
from geo.nearness import Nearness
from geo.neighbourhood import Neighbourhood
from tests.bench.rows import Row

LARGE: Final = int(os.environ.get("GEZHI_BENCH_FORECAST_CELLS", "50_000"))
WEEKS: Final = 104
#: The obvious loop makes only so many of the forecasts; its time is scaled up.
_OF_THE_LOOP: Final = 13
_END: Final = date(2026, 6, 14)  # a Sunday
_CHICAGO: Final = Path(__file__).parents[3] / "shared/data/chicago311/sanitation_2014-11-10.csv.gz"
_CHICAGO_WEEKS: Final = 156
_SEED: Final = 20_240_901


def rows() -> Iterator[Row]:
    """Measure the time, then the accuracy."""
    zone = _demo(10)
    yield from _speed(*zone)
    yield from _accuracy("demo zone, resolution 10", backtest(zone[1], zone[0]))
    yield from _accuracy("demo zone, two weeks ahead", backtest(zone[1], zone[0], lead=2))
    coarse = _demo(9)
    yield from _accuracy("demo zone, resolution 9", backtest(coarse[1], coarse[0]))
    if _CHICAGO.exists():
        for resolution in (9, 10):
            area, counts = _chicago(resolution)
            yield from _accuracy(f"Chicago sanitation, resolution {resolution}", backtest(counts, area))


def _speed(area: Cells, counts: Any) -> Iterator[Row]:
    backtest(counts[:, :20], area)  # libraries are imported once
    size = f"{len(area):,} cells × {counts.shape[1]} weeks"
    figure = f"back-test of 6 methods in {len(back.methods())} settings, {size}"
    ours = _timed(lambda: backtest(counts, area))
    peer = _timed(lambda: _obvious(area, counts)) * back.MOST_FORECASTS / _OF_THE_LOOP
    every = back.MOST_FORECASTS // _OF_THE_LOOP
    words = f"the same methods, all made anew from the past at each forecast (1/{every})"
    yield Row(figure, ours, "s", words, peer, "", None)

    area, counts = _large(LARGE)
    figure = f"back-test, {len(area):,} cells × {WEEKS} weeks, {int(counts.sum()):,} reports"
    yield Row(
        figure, _timed(lambda: backtest(counts, area)), "s", "", None, "", None, "on a thread of its own"
    )
    at_once = median(_timed(lambda: smoothed(counts, Neighbourhood.of(area))) for _turn in range(5))
    figure = f"plan at once, {len(area):,} cells × {WEEKS} weeks"
    yield Row(figure, at_once * 1000, "ms", "", None, "≤ 500 ms", at_once <= 0.5)


def _obvious(area: Cells, counts: Any) -> None:
    """Forecast as one would without a memory: what is needed is made anew from the past each time."""
    lots = forecast.drawn_lots(area)
    size = forecast.plan_size(cells.area_m2(area), forecast.usual_km2(float(cells.area_m2(area).sum()) / 1e6))
    first = counts.shape[1] - back.MOST_FORECASTS
    for step in range(first, counts.shape[1], back.MOST_FORECASTS // _OF_THE_LOOP):
        memory = Memory(Nearness.of(area), steps=counts.shape[1])
        for known in range(step):
            memory.take(counts[:, known])
        for method in back.methods():
            forecast.plan(method.scores(memory), size, lots)


def _accuracy(where: str, found: BackTest) -> Iterator[Row]:
    rival = found.quality(found.best_rival)
    ahead = found.ahead(found.chosen, found.best_rival)
    judging = len(found.steps) - found.choosing
    for name in FAMILIES:
        own = found.quality(name)
        note = (
            f"95 % {own.pai.low:.2f} to {own.pai.high:.2f}; PEI {own.pei.value:.3f} ({own.pei.low:.3f} to "
            f"{own.pei.high:.3f}), hit rate {own.hit_rate.value:.1%}; below 1× is better"
        )
        if name == found.chosen:
            note += (
                f"; chosen on the {found.choosing} weeks before; against the best rival: {found.verdict}, "
                f"PEI {ahead.value:+.3f} ({ahead.low:+.3f} to {ahead.high:+.3f})"
            )
        kind = " (simple)" if name in RIVALS else ""
        figure = f"PAI of {name}{kind}, {where}, {judging} weeks, {found.share:.2%} of the area"
        peer = f"best simple rival: {found.best_rival}"
        yield Row(figure, own.pai.value, "", peer, rival.pai.value, "", None, note)


def _demo(resolution: int) -> tuple[Cells, Any]:
    made = demo.make(end=_END).reports
    days = made["reported_at"].dt.convert_time_zone(demo.TZ).dt.date()
    return _counted(made["lon"], made["lat"], days, resolution, weeks=WEEKS - 1, end=_END)


def _chicago(resolution: int) -> tuple[Cells, Any]:
    frame = (
        pl.read_csv(_CHICAGO, columns=["Creation_Date", "Latitude", "Longitude"], infer_schema=False)
        .with_columns(
            pl.col("Creation_Date").str.to_date("%Y-%m-%d", strict=False),
            pl.col("Latitude", "Longitude").cast(pl.Float64, strict=False),
        )
        .drop_nulls()
    )
    return _counted(
        frame["Longitude"],
        frame["Latitude"],
        frame["Creation_Date"],
        resolution,
        weeks=_CHICAGO_WEEKS,
        end=date(2014, 11, 9),
    )


def _counted(
    lon: pl.Series, lat: pl.Series, days: pl.Series, resolution: int, *, weeks: int, end: date
) -> tuple[Cells, Any]:
    """Count by cell and week; the area is every cell that ever had a report, and the gaps between them."""
    at = cells.from_points(lon, lat, resolution)
    seen = np.unique(at)
    area = np.union1d(seen, cells.shrink(cells.grow(seen, 2), 2))
    week = weeks - 1 - (end.toordinal() - np.array([day.toordinal() for day in days])) // 7
    within = (week >= 0) & (week < weeks)
    counts = np.zeros((len(area), weeks), np.int32)
    np.add.at(counts, (np.searchsorted(area, at[within]), week[within]), 1)
    return area, counts


def _large(n: int) -> tuple[Cells, Any]:
    """Draw a city: rates that differ from cell to cell and around hot spots, some of which come and go."""
    rng = np.random.default_rng(_SEED)
    ring = int(np.sqrt(n / 3))
    area = cells.grow(cells.from_points([116.9], [38.3], 10), ring)
    lon, lat = cells.centres(area)
    rates = rng.gamma(0.2, 0.2, len(area))[:, None] * np.ones(WEEKS)
    weeks = np.arange(WEEKS)
    for spot in rng.integers(0, len(area), 300):
        near = np.exp(-(((lon - lon[spot]) / 0.002) ** 2) - ((lat - lat[spot]) / 0.0016) ** 2)
        rows_ = np.flatnonzero(near > 0.01)
        rates[rows_] += near[rows_, None] * (weeks > rng.integers(-WEEKS, WEEKS)) * rng.gamma(1.0, 1.0)
    return area, rng.poisson(rates).astype(np.int32)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
