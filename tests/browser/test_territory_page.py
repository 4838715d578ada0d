"""Territories in the app: a proposal is painted by hand, kept stroke by stroke, undone after a reload."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched
from tests.browser.map_page import MapPage
from tests.browser.server import Server

pytestmark = pytest.mark.browser

_MAP = ".gz-map"


def _says(page: Page, name: str, value: str | re.Pattern[str]) -> None:
    inside = MapPage(page).inside.locator(_MAP)
    expect(inside).to_have_attribute(f"data-gezhi-{name}", value)


def test_a_proposal_is_painted_by_hand_and_each_stroke_can_be_taken_back(
    desktop: Watched, server: Server
) -> None:
    page = desktop.page
    page.goto(f"{server.url}/teams?tab=territories")
    _says(page, "state", "ready")
    page.get_by_role("button", name="Propose territories").click()
    page.get_by_role("button", name="Make a proposal").click()
    expect(page.get_by_role("button", name="Publish…")).to_be_visible()
    _says(page, "changed", re.compile(r"^[1-9]"))
    _says(page, "heaviest", re.compile(r"^1\.0"))
    board = page.locator(".gz-board")
    expect(board.get_by_text("cells change hands")).to_be_visible()
    proposed = MapPage(page).inside.locator(_MAP).get_attribute("data-gezhi-changed") or ""

    page.locator('.gz-board-team[data-team="7"]').click()
    page.get_by_role("button", name="19 cells").click()
    frame = MapPage(page).box
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] / 2 + 60, frame["y"] + frame["height"] / 2, steps=6)
    page.mouse.up()
    _says(page, "steps", "1")
    _says(page, "saved", "saved")
    expect(MapPage(page).inside.locator(_MAP)).not_to_have_attribute("data-gezhi-changed", proposed)
    painted = MapPage(page).inside.locator(_MAP).get_attribute("data-gezhi-changed") or ""

    page.reload()
    _says(page, "changed", painted)
    MapPage(page).inside.get_by_role("button", name="Undo (Ctrl+Z)").click()
    _says(page, "changed", proposed)
    _says(page, "saved", "saved")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Give this draft up").click()
    expect(page.get_by_role("button", name="Edit a copy")).to_be_visible()
    assert not desktop.outside and not desktop.errors


def test_on_a_phone_map_and_board_fit_the_screen(phone: Watched, server: Server) -> None:
    page = phone.page
    page.goto(f"{server.url}/teams?tab=territories&lang=en")
    _says(page, "state", "ready")
    expect(page.locator('.gz-board-team[data-team="19"]')).to_be_attached()
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    for part in (".gz-board", 'iframe[title^="streamlit_folium"]'):
        box = page.locator(part).bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= widths[1]
    heights = page.evaluate(
        "[...document.querySelectorAll('.gz-board button')].map((one) => one.offsetHeight)"
    )
    small = [height for height in heights if 0 < height < 44]
    assert len(heights) > 19 and not small
    assert not phone.outside and not phone.errors
