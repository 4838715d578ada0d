"""The base of the map as tiles, beside the same places asked for by box as GeoJSON: one city, one browser.

Both draw on the same canvases with the same scripts; what differs is what comes over the wire, and how.
"""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import folium
import geopandas as gpd
import numpy as np
import shapely
import uvicorn
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from api.routes import routes
from api.tiles import tiles_address
from data import basemap
from data.actors import OPERATOR, VIEWER
from data.cube import Cube
from data.store import Store
from data.workspace import Workspace
from layers.base import BaseLayer
from layers.canvas_map import canvas_map
from tests.bench.rows import Row
from tests.bench.screen import browsing
from tests.browser.server import DESKTOP, TOUR_SEEN

STREETS: Final = 20_000
SHOPS: Final = 10_000
ZOOMS: Final = (13, 14, 15, 16)
_WEST, _SOUTH, _STEP = 116.7, 38.1, 0.003
_SEED: Final = 20
#: Pixels; each further than the margin that was fetched.
_PANS: Final = ((1100, 0), (0, 800), (-1100, 0), (0, 800), (1100, 0))

_PAN: Final = """
([x, y]) => new Promise((done) => {
  const map = Object.values(window).find((value) => value instanceof L.Map), begun = performance.now();
  new MutationObserver((_, watch) => {
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  }).observe(map.getContainer(), { attributes: true, attributeFilter: ["data-gezhi-places"] });
  map.panBy([x, y], { animate: false });
})
"""


def rows() -> Iterator[Row]:
    """Build the tiles; then pan over both at each zoom, and weigh what came over the wire."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder, browsing() as browser:
        with Store.open(f"sqlite:///{folder}/city.sqlite") as store:
            store.write_places(_city(), actor=OPERATOR)
            path = Path(folder) / "basemap.pmtiles"
            built = basemap.build(store, path, actor=VIEWER)
            note = f"{built.tiles:,} tiles, {built.bytes / 1e6:.1f} MB"
            figure = f"tiles of {STREETS:,} streets, {SHOPS:,} shops and what lies between: built"
            yield Row(figure, built.seconds, "s", "", None, "", None, note)
            here = Workspace(store, Cube.open(store), basemap=path)
            with _serving(here) as url:
                yield from _compare(browser, url)


def _compare(browser: Browser, url: str) -> Iterator[Row]:
    for zoom in ZOOMS:
        ours, our_bytes = _pan(browser, f"{url}?tiles=1&zoom={zoom}")
        theirs, their_bytes = _pan(browser, f"{url}?zoom={zoom}")
        peer = "the same places by box as GeoJSON"
        note = f"medians of {len(_PANS)} pans to where nothing was fetched yet"
        yield Row(f"base map: pan to painted, zoom {zoom}", ours, "ms", peer, theirs, "", None, note)
        yield Row(
            f"base map: first look and {len(_PANS)} pans, zoom {zoom}",
            our_bytes,
            "MB",
            peer,
            their_bytes,
            "",
            None,
            "on the wire, packed",
        )


def _pan(browser: Browser, url: str) -> tuple[float, float]:
    """Return the median of the pans in milliseconds, and the megabytes that places took."""
    context = browser.new_context(viewport=DESKTOP)
    context.add_init_script(TOUR_SEEN)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    asked: dict[str, str] = {}
    weighed: list[float] = []

    def weigh(event: dict[str, Any]) -> None:
        if any(part in asked.get(event["requestId"], "") for part in ("/tiles/", "/api/places")):
            weighed.append(event["encodedDataLength"])

    network.on(
        "Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]})
    )
    network.on("Network.loadingFinished", weigh)
    page.goto(url)
    page.wait_for_selector("[data-gezhi-places]:not([data-gezhi-places='0'])")
    taken = [page.evaluate(_PAN, step) for step in _PANS]
    context.close()
    return median(taken), sum(weighed) / 1e6


def _city() -> gpd.GeoDataFrame:
    """Return a grid of crooked streets, each of many pieces; compounds between them, shops along them."""
    rng = np.random.default_rng(_SEED)
    side = int((STREETS / 2) ** 0.5)
    kinds, names, attributes, shapes = [], [], [], []

    def add(kind: str, name: str, shape: Any, **more: Any) -> None:
        kinds.append(kind)
        names.append(name)
        attributes.append(more)
        shapes.append(shape)

    # Corners that streets share, so that pieces of one name meet.
    corners = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij"), axis=-1) * _STEP
    corners += np.array((_WEST, _SOUTH)) + rng.normal(0, _STEP / 12, corners.shape)
    for i in range(side):
        for j in range(side):
            for along, to in ((j, corners[i + 1, j]), (i, corners[i, j + 1])):
                level = "main" if along % 8 == 0 else "side" if along % 2 == 0 else "lane"
                way = np.linspace(corners[i, j], to, 6)
                way[1:-1] += rng.normal(0, _STEP / 60, (4, 2))
                name = f"{along}号{'路' if along == j else '街'}" if rng.random() < 0.8 else f"{i}巷{j}"
                add("street", name, shapely.LineString(way), level=level)
            if rng.random() < 0.5:
                middle = corners[i, j] + _STEP / 2
                add("compound", f"{i}-{j}小区", shapely.box(*(middle - _STEP / 4), *(middle + _STEP / 4)))
    for n in range(SHOPS):
        i, j = rng.integers(0, side, 2)
        add("shop", f"{n}号店", shapely.Point(corners[i, j] + (rng.random() * _STEP, _STEP / 30)))
    return gpd.GeoDataFrame(
        {
            "kind": kinds,
            "name": names,
            "attributes": attributes,
            "external_id": [str(n) for n in range(len(kinds))],
        },
        geometry=shapes,
        crs="EPSG:4326",
    )


@contextmanager
def _serving(here: Workspace) -> Iterator[str]:
    """Serve the routes of the app and a page with nothing but the base of the map."""
    side = int((STREETS / 2) ** 0.5) * _STEP

    def page(request: Request) -> HTMLResponse:
        zoom = int(request.query_params["zoom"])
        tiles = tiles_address(here) if "tiles" in request.query_params else ""
        canvas = canvas_map((_SOUTH + side / 2, _WEST + side / 2), zoom)
        group = folium.FeatureGroup(name="layers").add_to(canvas)
        BaseLayer(tiles=tiles, version="1").add_to(group)
        return HTMLResponse(canvas.get_root().render())

    served = Starlette(routes=[Route("/", page), *routes(lambda: here)])
    server = uvicorn.Server(uvicorn.Config(served, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
