"""The map looks as it did: small pictures of it are held against kept ones.

`GEZHI_PICTURES=write` writes them anew; look at the difference, then commit. They are an eighth as wide as
the screen, so that another machine's fonts and smoothing do not count, but colours, shapes and places do.
"""

import os
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from layers import classes, wire
from layers.base import BaseLayer
from layers.element import ScriptLayer
from layers.heat import HeatLayer
from layers.hexes import HexLayer
from layers.points import PointLayer
from tests.layers import screen, test_heat_browser, test_points_browser, test_swipe_browser
from tests.layers.harness import LAT, LON, Server
from tests.layers.test_picture_browser import PLACES

pytestmark = pytest.mark.browser

KEPT = Path(__file__).parent / "pictures"
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SMALLER = 8
#: Mean difference of colours, and share of spots that differ clearly, that fonts and smoothing may make.
MOST_MEAN = 3.0
CLEARLY, MOST_CLEARLY = 40, 0.015


def cells(_server: Server) -> list[ScriptLayer]:
    return [HexLayer(resolution=9)]


def change(server: Server) -> list[ScriptLayer]:
    ids, counts = server.city.counts("", 9)
    values = np.where(counts % 7 == 0, np.nan, (counts.astype(np.int64) * 37 % 200) - 90.0)
    meta = {
        "measure": "change", "unit": "%", "decimals": 0, "signed": True, "few": 10, "resolution": 9,
        "edges": classes.change_edges(values), "total": int(counts.sum()), "vs": "2026-02-22~2026-02-28",
    }  # fmt: skip
    server.answers["cells"] = wire.pack_figures(ids, values, counts.astype(np.uint32), meta)
    return [HexLayer("from=2026-03-01&to=2026-03-07", measure="change", resolution=9)]


def heat(server: Server) -> list[ScriptLayer]:
    server.answers["heat"] = test_heat_browser.answer()
    return [HeatLayer(bandwidth=test_heat_browser.BANDWIDTH)]


def points(server: Server) -> list[ScriptLayer]:
    rng = np.random.default_rng(3)
    spread = rng.normal(0, 0.004, (400, 2))
    rows = [
        (i, LON + x, LAT + y, ("parking", "posters", "cables")[i % 3], ("reported", "closed")[i % 2])
        for i, (x, y) in enumerate(spread.tolist())
    ]
    test_points_browser.put(server, *rows)
    return [PointLayer(from_zoom=3)]


def swipe(server: Server) -> list[ScriptLayer]:
    server.answers["cells"] = test_swipe_browser.answer_of(server)
    before = (date(2026, 2, 22), date(2026, 2, 28))
    return [HexLayer(test_swipe_browser.NOW, swipe=before, resolution=9)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shows", [cells, change, heat, points, swipe], ids=lambda shows: shows.__name__)
def test_the_map_looks_as_it_did(
    shows: Callable[[Server], list[ScriptLayer]], theme: Any, size: str, server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport=SIZES[size], locale="en-GB", is_mobile=size == "phone")
    page = context.new_page()
    layers = [BaseLayer(PLACES, theme=theme), *shows(server)]
    for layer in layers:
        layer.options["theme"] = theme
    page.goto(server.show(*layers, zoom=14, theme=theme))
    wait(page, shows is points)
    now = small(page.screenshot())
    context.close()
    path = KEPT / f"{shows.__name__}-{theme}-{size}.png"
    if os.environ.get("GEZHI_PICTURES") == "write":
        KEPT.mkdir(exist_ok=True)
        Image.fromarray(now.astype(np.uint8)).save(path, optimize=True)
    kept = np.asarray(Image.open(path).convert("RGB"), dtype=np.float64)
    assert now.shape == kept.shape
    difference = np.abs(now - kept).max(axis=2)
    assert difference.mean() <= MOST_MEAN
    assert (difference > CLEARLY).mean() <= MOST_CLEARLY


def test_another_picture_is_noticed() -> None:
    """Cells and points, light and dark, one period and two: no two kept pictures pass for each other."""
    pictures = {
        path.stem: np.asarray(Image.open(path).convert("RGB"), dtype=np.float64)
        for path in KEPT.glob("*-desktop.png")
    }
    assert len(pictures) == 10
    for name, one in pictures.items():
        for other, two in pictures.items():
            if name < other:
                difference = np.abs(one - two).max(axis=2)
                far = difference.mean() > MOST_MEAN or (difference > CLEARLY).mean() > MOST_CLEARLY
                assert far, (name, other)


def wait(page: Page, points: bool) -> None:
    if points:
        page.wait_for_function("window.__gezhiPoints && window.__gezhiPoints.total > 0")
    else:
        screen.wait_ready(page)
    # The last frame reaches the screen.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def small(picture: bytes) -> npt.NDArray[np.float64]:
    image = Image.open(BytesIO(picture)).convert("RGB")
    size = (image.width // SMALLER, image.height // SMALLER)
    return np.asarray(image.resize(size, Image.Resampling.BOX), dtype=np.float64)
