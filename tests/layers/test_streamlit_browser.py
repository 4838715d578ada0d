"""The map inside Streamlit: what streamlit-folium and the browser make of it together."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import h3
import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from tests.browser.reruns import choose, wait_until_idle
from tests.layers.harness import LAT, LON

pytestmark = pytest.mark.browser

_ROOT = Path(__file__).parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """Run the small app of `streamlit_page.py`."""
    port = _free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.layers.streamlit_app:app", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT)}, **quiet)
    url = f"http://127.0.0.1:{port}/"
    try:
        _wait_for(url + "_stcore/health", process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1_200):
        assert process.poll() is None, "the app ended before it answered"
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def _open(page: Page, address: str) -> tuple[FrameLocator, Frame]:
    page.set_viewport_size({"width": 1000, "height": 900})  # the whole map, so that nothing scrolls
    page.goto(address)
    inside = page.frame_locator("iframe")
    inside.locator("[data-gezhi-state=ready]").wait_for()
    return inside, next(frame for frame in page.frames if "streamlit_folium" in frame.url)


def test_a_click_reaches_the_script_and_comes_back_selected(page: Page, app: str) -> None:
    inside, frame = _open(page, app)

    inside.locator("#map_div").click(position={"x": 352, "y": 250})  # its middle

    cell = h3.latlng_to_cell(LAT, LON, 10)
    page.get_by_text(f"selected {cell}").wait_for()
    expect(page.get_by_text("runs 2", exact=True)).to_have_count(1)
    assert (
        frame.evaluate("Object.values(map._layers).find((one) => one instanceof gezhi.MarkCanvas).selected")
        == cell
    )


def test_moving_the_map_runs_nothing_and_is_in_the_address(page: Page, app: str) -> None:
    _, frame = _open(page, app)

    before = frame.evaluate("window.__gezhi.paints")
    frame.evaluate("{ map.setView([38.31, 116.92], 15, { animate: false }); }")
    page.wait_for_function("location.search.includes('zoom=15')")
    frame.wait_for_function("(n) => window.__gezhi.paints > n", arg=before)

    wait_until_idle(page)
    expect(page.get_by_text("runs 1", exact=True)).to_have_count(1)
    assert "category=all" in page.evaluate("location.search")


def test_a_filter_keeps_the_map_its_view_and_its_canvases(page: Page, app: str) -> None:
    inside, frame = _open(page, app + "?lat=38.31&lon=116.91&zoom=15")
    frame.evaluate("window.canvases = [...document.querySelectorAll('canvas')]")

    choose(page, "Category", "posters")
    inside.locator("[data-gezhi-query='category=posters']").wait_for()
    page.wait_for_function(
        "location.search.includes('category=posters') && location.search.includes('zoom=15')"
    )

    assert frame.evaluate("canvases.length && canvases.every((canvas) => canvas.isConnected)")
    assert frame.evaluate("[map.getCenter().lat, map.getZoom()]") == pytest.approx([38.31, 15], abs=1e-4)
    assert "lat=38.31" in page.evaluate("location.search")


def test_the_theme_changes_without_a_new_map(page: Page, app: str) -> None:
    inside, frame = _open(page, app)
    frame.evaluate("window.kept = true")

    choose(page, "Theme", "dark")

    inside.locator(".gz-dark").wait_for()
    assert frame.evaluate("window.kept")


def test_no_request_leaves_the_machine(page: Page, app: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _open(page, app)

    assert [url for url in asked if not url.startswith((app, "data:", "blob:"))] == []
