"""Several cells of the map in the app itself, at both sizes: figures and address agree with the database."""

import sqlite3
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from geo import cell_sets, cells
from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage
from tests.browser.test_map import busiest_cell

pytestmark = pytest.mark.browser

_HEADING = '[data-testid="stMarkdownContainer"] h5'
#: What somebody uses, so that it needs a name.
_USED = {"application", "button", "checkbox", "combobox", "group", "Iframe", "link", "list", "radio"}
_USED |= {"radiogroup", "searchbox", "slider", "textbox", "toolbar"}


def reports_in(server: Server, chosen: list[int]) -> int:
    """Count the reports in cells, from the database itself."""
    with sqlite3.connect(server.home / "demo.sqlite") as connection:
        lon, lat = np.array(connection.execute("SELECT lon, lat FROM issue").fetchall()).T
    found = cells.from_points(lon, lat, cells.resolution_of(chosen))
    return int(np.isin(found, np.array(chosen, np.uint64)).sum())


def chosen_in(shown: MapPage) -> list[int]:
    return cell_sets.unpack(shown.params.get("in", "")).tolist()


def tool(shown: MapPage, name: str) -> Locator:
    return shown.inside.locator(f'[data-select="{name}"]')


def agrees(shown: MapPage, server: Server, number: str) -> list[int]:
    """Wait until the panel is about so many cells, and hold its figures against the database."""
    expect(shown.page.locator(_HEADING).first).to_have_text(f"{number} selected")
    shown.page.wait_for_url("**in=**")
    chosen = chosen_in(shown)
    assert number in (f"{len(chosen)} cells", f"{len(chosen)} cell")
    shown.wait_for_figure("Reports here", reports_in(server, chosen))
    assert shown.painted["total"] == 40_000, "the map shows all cells"
    return chosen


def forget_what_was_said(shown: MapPage) -> None:
    """Empty what the screen reader reads, so that `number_of` is of what comes next."""
    shown.inside.locator(".gz-spoken").evaluate("(said) => { said.textContent = ''; }")


def number_of(shown: MapPage) -> str:
    """Return what the screen reader is told next, without the reports."""
    said = shown.inside.locator(".gz-spoken")
    expect(said).to_contain_text(" selected")
    return said.inner_text().partition(" selected")[0]


def test_box_lasso_ring_and_clicks_filter_the_figures_and_stand_in_the_address(
    desktop: Watched, server: Server
) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url + "/?res=10")
    _cell, lon, lat, _count = busiest_cell(server, 10)
    x, y = shown.point_of(lon, lat)

    def drag(*places: tuple[float, float]) -> None:
        forget_what_was_said(shown)
        page.mouse.move(x + places[0][0], y + places[0][1])
        page.mouse.down()
        for across, down in places[1:]:
            page.mouse.move(x + across, y + down, steps=5)
        page.mouse.up()

    page.keyboard.down("Shift")
    drag((-60, -50), (60, 40))
    page.keyboard.up("Shift")
    box = agrees(shown, server, number_of(shown))
    assert len(box) > 5

    tool(shown, "lasso").click()
    drag((-70, -70), (70, -60), (60, 80), (-60, 60))
    lasso = agrees(shown, server, number_of(shown))
    assert lasso != box

    tool(shown, "ring").click()
    drag((0, 0), (40, 0))
    ring = agrees(shown, server, number_of(shown))
    assert len(ring) in (7, 19, 37, 61)
    expect(tool(shown, "clear")).to_contain_text(str(len(ring)))

    shown.inside.locator(".gz-map").press("Escape")
    page.keyboard.down("Control")
    page.mouse.click(x, y)
    page.keyboard.up("Control")
    assert agrees(shown, server, f"{len(ring) - 1} cells") == sorted({*ring} - {_cell})

    again = MapPage(page).open(page.url)
    assert agrees(again, server, f"{len(ring) - 1} cells") == sorted({*ring} - {_cell})
    tool(again, "clear").click()
    page.locator('[data-testid="stMetric"]').filter(has_text="40,000").first.wait_for()
    again.wait_for_address(**{"in": None})
    assert desktop.errors == [] and desktop.outside == []


def test_a_finger_selects_on_the_phone(phone: Watched, server: Server) -> None:
    page = phone.page
    shown = MapPage(page).open(server.url + "/?res=9&lang=en")
    cell, lon, lat, _count = busiest_cell(server, 9)
    x, y = shown.point_of(lon, lat)
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *place: float) -> None:
        points: list[dict[str, Any]] = [{"x": place[0], "y": place[1]}] if place else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", x, y)
    shown.inside.locator('[data-gezhi-selected="1"]').wait_for()
    finger("touchEnd")
    assert agrees(shown, server, "1 cell") == [cell]

    tool(shown, "choose").tap()
    tool(shown, "box").tap()
    forget_what_was_said(shown)
    finger("touchStart", x - 45, y + 5)
    for step in range(1, 7):
        finger("touchMove", x - 45 + 15 * step, y + 5 + 10 * step)
    finger("touchEnd")
    shown.inside.locator('[data-gezhi-selected="1"]').wait_for(state="detached")
    assert len(agrees(shown, server, number_of(shown))) > 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tools = shown.inside.locator(".gz-select-bar").bounding_box()
    assert tools and tools["x"] >= 0 and tools["x"] + tools["width"] <= 390
    assert phone.errors == []


@pytest.mark.parametrize("state", ["", "cell", "in"])
def test_whatever_is_used_on_the_map_page_has_a_name(desktop: Watched, server: Server, state: str) -> None:
    page = desktop.page
    cell = busiest_cell(server, 10)[0]
    asked = {"": "", "cell": f"&cell={cell:x}", "in": f"&in={cell_sets.pack([cell])}"}[state]
    shown = MapPage(page).open(f"{server.url}/?res=10{asked}")
    if state:
        page.locator(".gz-reports li").first.wait_for()
    session = page.context.new_cdp_session(page)
    (child,) = session.send("Page.getFrameTree")["frameTree"]["childFrames"]
    nodes = [
        node
        for frame in ({}, {"frameId": child["frame"]["id"]})
        for node in session.send("Accessibility.getFullAXTree", frame)["nodes"]
    ]
    named = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"] and node["role"]["value"] in _USED
    ]
    # Streamlit puts a group without a name around the input of a multiselect, which has one.
    without = [role for role, name in named if not name and role != "group"]
    assert without == []
    assert [name for _role, name in named if "_" in name or name.endswith(" icon")] == []
    assert ("Iframe", "Map of reports") in named
    assert shown.painted["cells"] > 0


def test_the_map_is_reached_and_used_by_the_tab_key_alone(desktop: Watched, server: Server) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url + "/?res=10")
    focused = "document.activeElement"
    for _stop in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(f"{focused}.tagName") == "IFRAME":
            break
    assert shown.frame.evaluate(f"{focused}.getAttribute('role')") == "application"
    page.keyboard.press("Shift+Enter")
    (middle,) = agrees(shown, server, "1 cell")
    expect(shown.inside.locator(".gz-spoken")).to_contain_text("1 cell selected")
    stops = []
    for _stop in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(f"{focused}.tagName") != "IFRAME":
            break
        stops.append(shown.frame.evaluate(f"{focused}.dataset.select || ''"))
    assert [stop for stop in stops if stop] == ["pan", "box", "lasso", "ring", "fit", "clear", "help"]
    assert page.evaluate(f"{focused}.tagName") != "IFRAME", "the keyboard gets out again"
    assert cells.resolution_of([middle]) == 10
