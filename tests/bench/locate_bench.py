"""Reports to compounds and streets: a million beside geopandas, ten million alone, the index, the warming."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np
import psutil
import shapely

from geo import places
from geo.distances import to_local_m
from tests.bench.rows import Row

POINTS = 1_000_000
POLYGONS, LINES = 2_000, 20_000
MANY = int(os.environ.get("GEZHI_BENCH_ROWS", "10_000_000"))
LON, LAT = 116.9, 38.3
#: Half the width and height of the city, in degrees: 40 km by 33 km.
HALF = (0.23, 0.15)
_WARM = "from geo import places; print(places.warm())"


def rows() -> Iterator[Row]:
    """Measure, seeded: warming, building, a million reports beside their peers, ten million in memory."""
    yield from _warming()
    places.warm()
    rng = np.random.default_rng(20_240_901)
    polygons, lines = _compounds(rng), _streets(rng)
    ours, index = _timed(lambda: places.PlaceIndex(polygons, lines))
    peer, _ = _timed(
        lambda: [shapely.STRtree(shapes).query(shapely.Point(LON, LAT)) for shapes in (polygons, lines)]
    )
    figure = f"index of {POLYGONS:,} polygons and {LINES:,} lines"
    label = "shapely STRtree, built and asked once"
    yield Row(figure, ours * 1e3, "ms", label, peer * 1e3, "≤ 50 ms", ours <= 0.05)
    yield from _million(rng, polygons, lines, index)
    yield _many(rng, polygons, lines, index)


def _warming() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="gezhi-numba-") as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        first, again = (
            float(
                subprocess.run(
                    [sys.executable, "-c", _WARM], env=environment, check=True, capture_output=True
                ).stdout
            )
            for _ in range(2)
        )
    figure = "places.warm with numba's cache, numba's own import in it"
    yield Row(figure, again, "s", "the first time on a machine, compiling", first, "", None)


def _compounds(rng: np.random.Generator) -> Any:
    """Draw compounds of 24 corners, 50 to 400 m wide, some over each other."""
    turns = np.linspace(0, 2 * np.pi, 25)[:-1]
    radius = rng.uniform(0.6, 1, (POLYGONS, 24)) * rng.uniform(0.0003, 0.0025, (POLYGONS, 1))
    middle = _anywhere(rng, POLYGONS)
    x, y = middle[:, :1] + radius * np.cos(turns), middle[:, 1:] + radius * np.sin(turns) * 0.78
    return shapely.polygons(np.stack([x, y], axis=2))


def _streets(rng: np.random.Generator) -> Any:
    """Draw streets of four bends, some hundred metres long."""
    steps = rng.normal(0, 0.0006, (LINES, 4, 2))
    begin = _anywhere(rng, LINES)[:, np.newaxis]
    return shapely.linestrings(np.concatenate([begin, begin + steps.cumsum(axis=1)], axis=1))


def _anywhere(rng: np.random.Generator, count: int) -> Any:
    return rng.uniform(-1, 1, (count, 2)) * HALF + (LON, LAT)


def _reports(rng: np.random.Generator, count: int, polygons: Any, lines: Any) -> tuple[Any, Any]:
    """Draw reports as they come: half along streets, a third in and around compounds, the rest anywhere."""
    at = _anywhere(rng, count)
    of = rng.integers(0, 6, count)
    for shapes, some in ((lines, of < 3), (polygons, (of == 3) | (of == 4))):
        corners = shapely.get_coordinates(shapes)
        begin = rng.integers(0, len(corners) - 1, some.sum())
        share = rng.random((some.sum(), 1))
        same = shapely.get_coordinates(shapes, return_index=True)[1]
        end = np.where(same[begin] == same[begin + 1], begin + 1, begin)
        at[some] = corners[begin] * share + corners[end] * (1 - share)
        at[some] += rng.normal(0, 0.0002, (some.sum(), 2))
    return np.ascontiguousarray(at[:, 0]), np.ascontiguousarray(at[:, 1])


def _million(rng: Any, polygons: Any, lines: Any, index: places.PlaceIndex) -> Iterator[Row]:
    points = _reports(rng, POINTS, polygons, lines)
    frames = [
        gpd.GeoDataFrame(geometry=_in_metres(shapes), crs="EPSG:32650")
        for shapes in (shapely.points(*points), polygons, lines)
    ]
    begun = time.process_time()
    within, within_found = _timed(lambda: gpd.sjoin(frames[0], frames[1], predicate="intersects"), times=1)
    nearest, nearest_found = _timed(lambda: gpd.sjoin_nearest(frames[0], frames[2], max_distance=30), times=1)
    peer_processor_s, begun = time.process_time() - begun, time.process_time()
    prepared, found = _timed(lambda: index.locate(points))
    processor_s = (time.process_time() - begun) / 5
    one_shot, _ = _timed(lambda: places.locate(points, polygons, lines))
    figure = f"{POINTS / 1e6:.0f}M reports to {POLYGONS:,} polygons and {LINES:,} lines within 30 m"
    label = "geopandas sjoin and sjoin_nearest, in metres already"
    peer = within + nearest
    note = (
        f"sjoin {within:.2f} s, sjoin_nearest {nearest:.1f} s; processor time {processor_s:.2f} s on all "
        f"cores (prepared), the peer's {peer_processor_s:.2f} s; of the peer's answers ours differ in "
        f"{_differences(found, within_found, nearest_found):,} (its plane is one for the whole city)"
    )
    target = "≥ 20 times faster"
    yield Row(f"{figure}, one shot", one_shot, "s", label, peer, target, peer >= 20 * one_shot, note)
    yield Row(f"{figure}, prepared index", prepared, "s", label, peer, target, peer >= 20 * prepared)
    tree, _ = _timed(lambda: _by_tree(*points, lines), times=1)
    yield Row(
        f"{figure}, prepared index",
        prepared,
        "s",
        "shapely STRtree dwithin on segments, lines alone",
        tree,
        "",
        None,
    )


def _in_metres(shapes: Any) -> Any:
    def project(at: Any) -> Any:
        return np.column_stack(to_local_m(at[:, 0], at[:, 1], around=(LON, LAT)))

    return shapely.transform(shapes, project)


def _differences(found: places.Located, within: Any, nearest: Any) -> int:
    """Count reports whose polygon or line no row of the peer's answer names."""
    polygon = np.isin(
        np.flatnonzero(found.polygon >= 0) * np.int64(POLYGONS) + found.polygon[found.polygon >= 0],
        within.index.to_numpy() * np.int64(POLYGONS) + within["index_right"].to_numpy(),
    )
    line = np.isin(
        np.flatnonzero(found.line >= 0) * np.int64(LINES) + found.line[found.line >= 0],
        nearest.index.to_numpy() * np.int64(LINES) + nearest["index_right"].to_numpy(),
    )
    missed = abs(nearest.index.nunique() - len(line)) + abs(within.index.nunique() - len(polygon))
    return int((~polygon).sum() + (~line).sum() + missed)


def _by_tree(lon: Any, lat: Any, lines: Any) -> Any:
    at, line = shapely.get_coordinates(_in_metres(lines), return_index=True)
    joined = line[1:] == line[:-1]
    segments = shapely.linestrings(np.stack([at[:-1], at[1:]], axis=1)[joined])
    points = shapely.points(*to_local_m(lon, lat, around=(LON, LAT)))
    one, other = shapely.STRtree(segments).query(points, predicate="dwithin", distance=30.0)
    distance = shapely.distance(points[one], segments[other])
    order = np.lexsort((distance, one))
    return np.unique(one[order], return_index=True)


def _many(rng: Any, polygons: Any, lines: Any, index: places.PlaceIndex) -> Row:
    points = _reports(rng, MANY, polygons, lines)
    seconds, peak = _peak_gb(lambda: index.locate(points))
    return Row(
        f"{MANY:,} reports located: seconds",
        seconds,
        "s",
        "",
        None,
        "≤ 8 s and ≤ 4 GB",
        seconds <= 8 and peak <= 4,
        f"peak of the process's memory {peak:.2f} GB, the points and all libraries in it",
    )


def _peak_gb(run: Callable[[], Any]) -> tuple[float, float]:
    """Return how long something takes and the most memory that the process held meanwhile."""
    process, peak, done = psutil.Process(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    seconds, _ = _timed(run, times=3)
    done.set()
    watcher.join()
    return seconds, peak[0] / 1e9


def _timed(run: Callable[[], Any], *, times: int = 5) -> tuple[float, Any]:
    """Return the median time of several runs, in seconds, and the last result."""
    spent, result = [], None
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        spent.append(time.perf_counter() - start)
    return median(spent), result
