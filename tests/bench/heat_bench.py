"""Heat: the density of a million reports beside other ways to it, and from a question to the picture."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt
import shapely
from scipy.ndimage import gaussian_filter
from scipy.stats import gaussian_kde

from geo.density import Grid, density, power_for
from geo.density_edges import Outline
from geo.distances import to_local_m
from tests.bench import city
from tests.bench.rows import Row
from tests.bench.screen import Screen, browsing
from tests.browser.server import start_server

REPORTS: Final = int(os.environ.get("GEZHI_BENCH_ROWS", "1_000_000"))
BANDWIDTH_M: Final = 200
BOX: Final = (
    city.LON - city.MIDDLE_DEG[0] / 2,
    city.LAT - city.MIDDLE_DEG[1] / 2,
    city.LON + city.MIDDLE_DEG[0] / 2,
    city.LAT + city.MIDDLE_DEG[1] / 2,
)
#: The exact peers need so much longer that they get fewer points and nodes; so do we beside them.
_FEW, _COARSE_M = 20_000, 250
_CANVAS: Final = ".leaflet-gz-heat-pane canvas"
_SEED: Final = 20_240_901

Degrees = npt.NDArray[np.float64]


def rows() -> Iterator[Row]:
    """Measure the computation beside its peers, then the screen."""
    yield from _computed()
    yield from _painted()


def _computed() -> Iterator[Row]:
    lon, lat = _points(REPORTS)
    grid = Grid.over(BOX, power=power_for(BANDWIDTH_M, city.LAT, share=1 / 8))
    ours = _times(lambda: density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M))
    step = float(grid.steps_m[0].mean())
    figure = f"density of {REPORTS:,} reports at {grid.rows * grid.columns:,} nodes, {BANDWIDTH_M} m"
    peer = _times(lambda: _blurred(lon, lat, grid, BANDWIDTH_M / step / np.sqrt(8)))
    words = "numpy histogram2d and scipy gaussian_filter, by pixels"
    yield Row(figure, ours, "ms", words, peer, "≤ 100 ms", ours <= 100)

    border = Outline.of([shapely.Point(city.LON, city.LAT).buffer(min(city.MIDDLE_DEG) / 3)])
    bordered = _times(lambda: density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M, border=border))
    yield Row("the same, given back at the border of the city", bordered, "ms", "", None, "", None)

    few = lon[:_FEW], lat[:_FEW]
    coarse = Grid.over(BOX, power=power_for(_COARSE_M, city.LAT, share=1))
    ours = _times(lambda: density(*few, grid=coarse, bandwidth_m=800))
    figure = f"density of {_FEW:,} reports at {coarse.rows * coarse.columns:,} nodes, 800 m"
    for words, run in _exact(*few, coarse).items():
        yield Row(figure, ours, "ms", words, _times(run, times=1), "", None)


def _points(n: int) -> tuple[Degrees, Degrees]:
    rng = np.random.default_rng(_SEED)
    spots = rng.uniform(-0.5, 0.5, (400, 2)) * city.MIDDLE_DEG
    at = spots[rng.integers(0, 400, n)] + rng.normal(0, 0.004, (n, 2))
    return city.LON + at[:, 0], city.LAT + at[:, 1]


def _blurred(lon: Degrees, lat: Degrees, grid: Grid, sigma: float) -> Any:
    """What most heat maps are: counts per pixel, blurred; right at one latitude alone."""
    counted, _, _ = np.histogram2d(lat, lon, bins=(np.sort(grid.lat), grid.lon))
    return gaussian_filter(counted, sigma)


def _exact(lon: Degrees, lat: Degrees, grid: Grid) -> dict[str, Callable[[], Any]]:
    east, north = to_local_m(lon, lat, around=(city.LON, city.LAT))
    across, down = (axis.ravel() for axis in np.meshgrid(grid.lon, grid.lat))
    places = np.stack(to_local_m(across, down, around=(city.LON, city.LAT)))
    points = np.stack([east, north])
    width = 800 / np.sqrt(8)
    peers: dict[str, Callable[[], Any]] = {
        "scipy gaussian_kde": lambda: gaussian_kde(points, bw_method=width / points.std()).evaluate(places)
    }
    if find_spec("sklearn"):
        from sklearn.neighbors import KernelDensity

        peers["scikit-learn KernelDensity, Epanechnikov on a tree"] = lambda: (
            KernelDensity(bandwidth=800, kernel="epanechnikov").fit(points.T).score_samples(places.T)
        )
    return peers


def _times(run: Callable[[], Any], *, times: int = 5) -> float:
    """Return the median in milliseconds; where there are several, one more warms up."""
    taken = []
    for _ in range(times + (times > 1)):
        begun = time.perf_counter()
        run()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken[1:] or taken)


def _painted() -> Iterator[Row]:
    """Ask the running app for filters that it has not been asked before, and move the map."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder, browsing() as browser:
        home = Path(folder)
        city.build(home / "gezhi.sqlite", reports=REPORTS)
        server = start_server(home, log=home / "server.log")
        try:
            asked = urlencode(
                {
                    "lat": city.LAT,
                    "lon": city.LON,
                    "zoom": 13,
                    "show": "heat",
                    "bandwidth": BANDWIDTH_M,
                    "points": "off",
                }
            )
            screen = Screen(browser, f"{server.url}/?{asked}", canvas=_CANVAS, in_frame=True)
            screen.map.wait_for_function("window.__gezhi && __gezhi.state === 'ready'")
            screen.wait_still()
            yield _row("a filter asked for the first time", [_steer(screen, query) for query in _queries()])
            moves = [(-600, 0), (0, -560), (300, 0), (0, 280), (900, 0), (0, 560), (-300, 300), (900, -600)]
            yield _row("a pan", [_pan(screen, x, y) for x, y in moves])
            screen.close()
        finally:
            server.stop()


def _queries() -> Iterator[str]:
    for slugs in city.CATEGORIES.values():
        for slug in slugs:
            yield urlencode({"category": slug, "lang": "en"})
    yield urlencode({"status": "closed", "lang": "en"})
    yield urlencode({"from": "2023-03-01", "to": "2024-09-30", "lang": "en"})


def _steer(screen: Screen, query: str) -> dict[str, float]:
    screen.map.evaluate("query => { gezhi.steer(query); }", query)
    screen.map.wait_for_function("query => __gezhi.query === query && __gezhi.state === 'ready'", arg=query)
    return _last(screen)


def _pan(screen: Screen, x: int, y: int) -> dict[str, float]:
    before = screen.map.evaluate("__gezhi.paints")
    screen.map.evaluate("by => { map_div.panBy(by, { animate: false }); }", [x, y])
    screen.map.wait_for_function("before => __gezhi.paints > before && __gezhi.fetchMs > 0", arg=before)
    return _last(screen)


def _last(screen: Screen) -> dict[str, float]:
    last: dict[str, float] = screen.map.evaluate(
        "({ ms: __gezhi.paintedAt - __gezhi.requestedAt, fetch: __gezhi.fetchMs, draw: __gezhi.drawMs,"
        " nodes: __gezhi.nodes })"
    )
    return last


def _row(what: str, taken: list[dict[str, float]]) -> Row:
    times = [last["ms"] for last in taken]
    ours = median(times)
    fetch, draw, nodes = (median(last[name] for last in taken) for name in ("fetch", "draw", "nodes"))
    note = (
        f"median of {len(times)}, {min(times):.0f} to {max(times):.0f} ms; {fetch:.0f} ms for the answer, "
        f"{draw:.0f} ms for the picture, {nodes:,.0f} nodes; folium's HeatMap would need every report in the "
        "browser and a script from outside"
    )
    figure = f"heat of {REPORTS:,} reports, {BANDWIDTH_M} m, {what}: request to painted"
    return Row(figure, ours, "ms", "", None, "≤ 250 ms", ours <= 250, note)
