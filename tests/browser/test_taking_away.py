"""What the map lets one take away, in a real browser."""

import sqlite3
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser


def taken(watched: Watched, what: str, folder: Path) -> Path:
    """Click a format and return the file that the browser got."""
    with watched.page.expect_download() as waiting:
        watched.page.locator(f'[data-export="{what}"]').click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


@pytest.mark.parametrize("at", ["desktop", "phone"])
def test_figures_and_pictures_are_taken_from_the_map_as_it_is_shown(
    at: str, request: pytest.FixtureRequest, server: Server, tmp_path: Path
) -> None:
    watched: Watched = request.getfixturevalue(at)
    shown = MapPage(watched.page).open(f"{server.url}/?lang=en&group=parking&res=9")
    watched.page.get_by_role("button", name="Export").click()
    table = pd.read_csv(taken(watched, "cells.csv", tmp_path))
    assert table["count"].sum() == shown.painted["total"]
    assert set(table["resolution"]) == {9}
    assert table["filter"].str.contains("illegal_parking").all()
    assert table["data_version"].nunique() == 1
    with sqlite3.connect(taken(watched, "reports.gpkg", tmp_path)) as connection:
        (n,) = connection.execute("SELECT count(*) FROM reports").fetchone()
    assert n == shown.painted["total"]
    image = Image.open(taken(watched, "picture.png", tmp_path))
    assert image.width == pytest.approx(2 * shown.box["width"], abs=2)
    assert image.height > 2 * shown.box["height"]
    assert len(image.convert("RGB").quantize(64).getcolors() or []) > 20
    assert "<svg" in taken(watched, "picture.svg", tmp_path).read_text(encoding="utf-8")
    assert watched.errors == []
    assert watched.outside == []


def test_only_what_is_in_view_is_taken_where_that_is_wanted(
    desktop: Watched, server: Server, tmp_path: Path
) -> None:
    shown = MapPage(desktop.page).open(f"{server.url}/?res=10&lat=38.3&lon=116.9&zoom=16")
    desktop.page.get_by_role("button", name="Export").click()
    desktop.page.get_by_label("Only what is in view").check()
    table = pd.read_csv(taken(desktop, "cells.csv", tmp_path))
    assert 0 < table["count"].sum() < shown.painted["total"]
    west, south, east, north = shown.frame.evaluate(
        "() => { const b = map.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]; }"
    )
    assert table["lon"].between(west - 0.002, east + 0.002).all()
    assert table["lat"].between(south - 0.002, north + 0.002).all()


def test_a_server_that_refuses_says_why(desktop: Watched, server: Server) -> None:
    MapPage(desktop.page).open(server.url)
    desktop.page.get_by_role("button", name="Export").click()
    refuse = {"status": 400, "json": {"error": "<img src=x> too many"}}
    desktop.page.route("**/api/export/**", lambda route: route.fulfill(**refuse))
    desktop.page.locator('[data-export="reports.csv"]').click()
    desktop.page.locator(".gz-export .fault", has_text="<img src=x> too many").wait_for()
