"""Cells on the screen: from the click on a filter to the painted picture, beside stock folium and pydeck.

All three are measured alike, from outside: the time until the middle of the map has the new colour, in
headless Chromium without a graphics card. `GEZHI_BENCH_CELLS` chooses the number of cells (50,000).
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Frame, Page, sync_playwright

from tests.bench.layers_city import MIDDLE, STRONG, packed, polygons
from tests.bench.rows import Row

CELLS = int(os.environ.get("GEZHI_BENCH_CELLS", "50_000"))
_ROOT = Path(__file__).parents[2]
_PATIENCE_S = 120
_ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-quic")
_CANVAS = ("--disable-gpu",)
#: WebGL in software, without which pydeck shows nothing on such a machine.
_WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")

_COLOURS = {"ground": (241, 239, 234), "white": (255, 255, 255)} | {
    name: tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    for name, colour in (("middle", MIDDLE), ("strong", STRONG))
}


def rows() -> Iterator[Row]:
    """Measure the payload, a change of the filter and a pan."""
    ours_mb, geojson_mb = len(packed(CELLS, "0")) / 1e6, len(polygons(CELLS).to_json()) / 1e6
    yield Row(
        f"cells to the browser before gzip, {CELLS:,}",
        ours_mb,
        "MB",
        "GeoJSON",
        geojson_mb,
        "≤ 0.5 MB",
        ours_mb <= 0.5,
    )
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        return
    with _app() as url, sync_playwright() as playwright:

        def start(*arguments: str) -> Browser:
            return playwright.chromium.launch(executable_path=path, args=[*_ARGUMENTS, *arguments])

        with start(*_CANVAS) as canvas, start(*_WEBGL) as webgl:
            figure = f"filter clicked to cells painted, {CELLS:,} cells"
            ours = _clicked_to_painted(canvas, url, "ours", times=7)
            for engine, name, browser in (
                ("folium", "folium GeoJson in st_folium", canvas),
                ("pydeck", "pydeck H3HexagonLayer", webgl),
            ):
                peer = _clicked_to_painted(browser, url, engine, times=1 if engine == "folium" else 3)
                yield Row(figure, ours, "ms", name, peer, "≤ 300 ms", ours <= 300)
            for n in (5_000, CELLS):
                pan = _panned_to_painted(canvas, url, n)
                target = "≤ 60 ms" if n == 5_000 else ""
                yield Row(
                    f"pan to painted, {n:,} cells in view", pan, "ms", "", None, target, pan <= 60 or None
                )


@contextmanager
def _app() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "tests.bench.layers_city:app", "--port", str(port)]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=_ROOT, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}/"
        try:
            _wait_for(url + "_stcore/health", process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < 60 and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the page of the benchmark does not answer at {url}")


def _clicked_to_painted(browser: Browser, url: str, engine: str, *, times: int) -> float:
    """Return the median of some clicks, in milliseconds; the first one warms up where there are several."""
    page = _open(browser, url, engine, CELLS)
    taken = []
    for turn in range(times + (times > 1)):
        page.wait_for_timeout(1_000)  # the picture before is surely over
        begun = time.perf_counter()
        page.get_by_text("strong", exact=True).click()
        _wait_for_colour(page, "middle" if turn % 2 else "strong")
        taken.append((time.perf_counter() - begun) * 1000)
    page.context.close()
    return median(taken[1:] or taken)


def _panned_to_painted(browser: Browser, url: str, n: int) -> float:
    page = _open(browser, url, "ours", n)
    frame = next(frame for frame in page.frames if "streamlit_folium" in frame.url)
    taken = [_pan(frame, 300 if turn % 2 else -300) for turn in range(9)]
    page.context.close()
    return median(taken[1:])


def _pan(frame: Frame, pixels: int) -> float:
    paints = frame.evaluate("window.__gezhi.paints")
    frame.evaluate("(pixels) => { map.panBy([pixels, 0], { animate: false }); }", pixels)
    frame.wait_for_function("(n) => window.__gezhi.paints > n", arg=paints)
    taken: float = frame.evaluate("window.__gezhi.paintedAt - window.__gezhi.requestedAt")
    return taken


def _open(browser: Browser, url: str, engine: str, n: int) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{url}?engine={engine}&n={n}")
    _wait_for_colour(page, "middle")
    return page


def _wait_for_colour(page: Page, wanted: str) -> None:
    """Wait until the middle of the map is this colour rather than any other."""
    begun = time.monotonic()
    while _colour(page) != wanted:
        if time.monotonic() - begun > _PATIENCE_S:
            raise RuntimeError(f"the map did not become {wanted}")


def _colour(page: Page) -> str:
    picture = page.screenshot(clip={"x": 620, "y": 400, "width": 8, "height": 8}, timeout=_PATIENCE_S * 1000)
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).reshape(-1, 3).astype(int)
    darkest = pixels[pixels.sum(axis=1).argmin()]  # folium leaves holes in such small polygons
    return min(_COLOURS, key=lambda name: int(np.abs(darkest - _COLOURS[name]).sum()))


if __name__ == "__main__":
    for row in rows():
        print(f"{row.figure}: {row.ours:.3g} {row.unit}; {row.peer or '-'}: {row.peer_value}; {row.target}")
