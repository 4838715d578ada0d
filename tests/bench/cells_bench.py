"""Points to cells and datums back to WGS-84, beside what people use for them."""

import math
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import pandas as pd

from geo import cells, crs
from tests.bench.rows import Row

POINTS = 1_000_000
#: The slow peers get this share of the points; their time is scaled up.
SHARE = 20
RESOLUTION = cells.ANALYSIS_RESOLUTION


def rows() -> Iterator[Row]:
    """Measure, seeded: indexing, the inverse of GCJ-02, and the neighbours of a city's cells."""
    rng = np.random.default_rng(20_240_901)
    lon, lat = 116.9 + rng.normal(0, 0.1, POINTS), 38.3 + rng.normal(0, 0.1, POINTS)
    few_lon, few_lat = lon[::SHARE], lat[::SHARE]
    yield from _indexing(lon, lat, few_lon, few_lat)
    yield from _datums(lon, lat, few_lon, few_lat)
    yield from _neighbours(cells.count(cells.from_points(lon, lat, RESOLUTION))[0])


def _indexing(lon: Any, lat: Any, few_lon: Any, few_lat: Any) -> Iterator[Row]:
    figure = f"points to cells of resolution {RESOLUTION}, 1M points"
    ours, found = _timed(lambda: cells.from_points(lon, lat, RESOLUTION))
    peer, looped = _timed(lambda: _loop(lon, lat), times=1)
    same = "equal to h3-py, faster"
    exact = bool((found == looped).all())
    yield Row(figure, ours, "s", "h3-py in a loop", peer, same, exact and ours < peer)

    table = pd.DataFrame({"lon": few_lon, "lat": few_lat})
    peer, _ = _timed(
        lambda: table.apply(lambda row: h3.latlng_to_cell(row["lat"], row["lon"], RESOLUTION), axis=1),
        times=1,
    )
    yield Row(
        figure, ours, "s", f"pandas.apply (1/{SHARE} of the points)", peer * SHARE, same, ours < peer * SHARE
    )


def _datums(lon: Any, lat: Any, few_lon: Any, few_lat: Any) -> Iterator[Row]:
    shifted = crs.to_gcj02(lon, lat)
    ours, back = _timed(lambda: crs.from_gcj02(*shifted))
    error_m = float(np.max(crs.haversine_m(*back, lon, lat)))
    peer, _ = _timed(lambda: _gcj02_loop(*crs.to_gcj02(few_lon, few_lat)), times=1)
    yield Row(
        f"GCJ-02 to WGS-84, 1M points, {error_m:.0e} m off",
        ours,
        "s",
        f"the same iteration in a loop (1/{SHARE} of the points)",
        peer * SHARE,
        "1e-7 m there and back",
        error_m <= 1e-7,
    )


def _neighbours(area: cells.Cells) -> Iterator[Row]:
    ours, _ = _timed(lambda: cells.neighbours(area))
    peer, _ = _timed(lambda: _neighbours_loop(area[::SHARE].tolist(), set(area.tolist())), times=1)
    yield Row(
        f"neighbours within {len(area):,} cells",
        ours,
        "s",
        f"h3-py in a loop (1/{SHARE} of the cells)",
        peer * SHARE,
        "",
        None,
    )


def _timed(run: Callable[[], Any], *, times: int = 5) -> tuple[float, Any]:
    """Return the median time of several runs, in seconds, and the last result."""
    spent, result = [], None
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        spent.append(time.perf_counter() - start)
    return median(spent), result


def _loop(lon: Any, lat: Any) -> np.ndarray:
    pairs = zip(lat.tolist(), lon.tolist(), strict=True)
    return np.array([h3.latlng_to_cell(y, x, RESOLUTION) for y, x in pairs], dtype=np.uint64)


def _neighbours_loop(some: list[int], every: set[int]) -> list[list[int]]:
    return [[other for other in h3.grid_disk(cell, 1) if other in every] for cell in some]


def _gcj02_loop(lon: Any, lat: Any) -> list[tuple[float, float]]:
    return [_gcj02_inverse(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]


def _gcj02_inverse(lon: float, lat: float) -> tuple[float, float]:
    x, y = lon, lat
    for _ in range(6):
        east, north = _gcj02_shift(x, y)
        x, y = lon - east, lat - north
    return x, y


def _gcj02_shift(lon: float, lat: float) -> tuple[float, float]:
    x, y, pi = lon - 105, lat - 35, math.pi
    short = (20 * math.sin(6 * x * pi) + 20 * math.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + short
    north += (20 * math.sin(y * pi) + 40 * math.sin(y / 3 * pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * pi) + 320 * math.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + short
    east += (20 * math.sin(x * pi) + 40 * math.sin(x / 3 * pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * pi) + 300 * math.sin(x / 30 * pi)) * 2 / 3
    flattened = 1 - 0.00669342162296594323 * math.sin(math.radians(lat)) ** 2
    root = math.sqrt(flattened)
    east = math.degrees(east / (6378245.0 / root * math.cos(math.radians(lat))))
    return east, math.degrees(north / (6378245.0 * (1 - 0.00669342162296594323) / (flattened * root)))
