"""Painting territories in the browser: strokes, undo, pins, barriers, a server that refuses or is away."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from geo.cells import centres, from_points, grow, neighbours, to_text
from layers.territories import TerritoryLayer, with_territories
from layers.territory_hues import hues
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser

CELLS = grow(from_points([LON], [LAT], 10), 5)
#: West and east of the middle.
TEAM = np.where(centres(CELLS)[0] < LON, 1, 2)
NAMES = {1: "West", 2: "East"}


def answer(**changes: Any) -> dict[str, Any]:
    return {
        "edition": {"id": 7, "version": 1, "name": "Draft"},
        "against": {"id": 6, "name": "First", "in_force": True},
        "draft": True,
        "paints": True,
        "teams": [{"id": number, "name": name} for number, name in NAMES.items()],
        "hues": hues(TEAM, neighbours(CELLS), [1, 2]),
        "cells": to_text(CELLS).to_list(),
        "load": [1.0] * len(CELLS),
        "team": TEAM.tolist(),
        "before": TEAM.tolist(),
        "homes": [],
        "names": {},
        "walls": [],
        "wishes": {"version": 0, "pins": {}, "homes": {}, "drawn": []},
    } | changes


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 900, "height": 700})
    yield page
    page.close()


@pytest.fixture
def town(tab: Page, server: Server) -> Page:
    """A draft of two teams on a map; what was sent is kept in `sent`."""
    server.answers["territories"] = answer()
    server.answers["territories/paint"] = {"version": 2}
    server.answers["territories/wishes"] = {"version": 1, "walls": [[0, 1]]}
    layer = TerritoryLayer(7, version=1, against=None, wishes=0, wishing=True, locale="en")
    url = server.show(layer, center=(LAT, LON), zoom=15)
    assert server.page is not None
    with_territories(server.page)
    tab.goto(url)
    tab.evaluate("sessionStorage.clear()")
    tab.goto(url)
    screen.wait_ready(tab)
    tab.evaluate(
        "window.sent = []; const send = fetch; window.fetch = (url, options) => "
        "{ if (options && options.method === 'POST') sent.push([url, JSON.parse(options.body)]); "
        "return send(url, options); }"
    )
    return tab


def at(page: Page, lon: float, lat: float) -> tuple[float, float]:
    x, y = screen.on_map(
        page, "const p = map.latLngToContainerPoint(argument); return [p.x, p.y];", [lat, lon]
    )
    return float(x), float(y)


def middle(row: int) -> tuple[float, float]:
    lon, lat = centres(CELLS[row : row + 1])
    return float(lon[0]), float(lat[0])


def press(page: Page, name: str) -> None:
    page.locator(f'[data-territory="{name}"]').click()


def drag(page: Page, *rows: int) -> None:
    places = [at(page, *middle(row)) for row in rows]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def data(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate("({...document.querySelector('.gz-map').dataset})")
    return found


def wait(page: Page, name: str, value: str) -> None:
    page.wait_for_function(
        "([name, value]) => document.querySelector('.gz-map').dataset[name] === value", arg=[name, value]
    )


#: A cell in the west, and one in the east beside it in the same row of the map.
WEST = int(np.argmin(np.hypot(centres(CELLS)[0] - (LON - 0.002), centres(CELLS)[1] - LAT)))
EAST = int(np.argmin(np.hypot(centres(CELLS)[0] - (LON + 0.002), centres(CELLS)[1] - LAT)))
FAR = int(np.argmin(np.hypot(centres(CELLS)[0] - (LON + 0.005), centres(CELLS)[1] - LAT)))


def test_a_team_grows_where_a_stroke_begins_and_each_step_is_kept_and_taken_back(town: Page) -> None:
    assert data(town)["gezhiChanged"] == "0"
    press(town, "paint")
    drag(town, WEST, EAST)
    wait(town, "gezhiSteps", "1")
    wait(town, "gezhiSaved", "saved")
    changed = int(data(town)["gezhiChanged"])
    ((url, stroke),) = town.evaluate("sent")
    assert url.endswith("/api/territories/paint") and stroke["version"] == 1 and stroke["edition"] == 7
    assert len(stroke["cells"]) == changed >= 2 and set(stroke["teams"]) == {1}
    rows = [answer()["cells"].index(cell) for cell in stroke["cells"]]
    assert EAST in rows and set(TEAM[rows]) == {2}
    assert float(data(town)["gezhiHeaviest"]) > 1
    press(town, "undo")
    wait(town, "gezhiChanged", "0")
    wait(town, "gezhiSaved", "saved")
    back = town.evaluate("sent")[1][1]
    assert back["version"] == 2 and back["cells"] == stroke["cells"] and set(back["teams"]) == {2}
    press(town, "redo")
    wait(town, "gezhiChanged", str(changed))


def test_a_click_on_the_map_shows_a_team_and_one_on_the_board_paints_with_it(town: Page) -> None:
    town.mouse.click(*at(town, *middle(EAST)))
    assert town.evaluate("[gezhiTerritories.state.chosen, gezhiTerritories.state.tool]") == [2, "pan"]
    town.evaluate("gezhiTerritories.choose(1)")
    assert town.evaluate("[gezhiTerritories.state.chosen, gezhiTerritories.state.tool]") == [1, "paint"]
    town.keyboard.press("Escape")
    town.keyboard.press("Escape")
    assert town.evaluate("[gezhiTerritories.state.chosen, gezhiTerritories.state.tool]") == [None, "pan"]
    assert data(town)["gezhiChanged"] == "0"


def test_a_chosen_team_and_a_larger_brush_make_cells_nobodys(town: Page) -> None:
    town.evaluate("gezhiTerritories.choose(0); gezhiTerritories.setBrush(19)")
    assert data(town)["gezhiTool"] == "paint"
    town.mouse.click(*at(town, *middle(EAST)))
    wait(town, "gezhiChanged", "19")
    assert town.evaluate("gezhiTerritories.state.figures.nobody.cells") == 19
    assert set(town.evaluate("sent")[0][1]["teams"]) == {None}


def test_a_pinned_cell_is_not_painted_over(town: Page) -> None:
    press(town, "pin")
    town.mouse.click(*at(town, *middle(EAST)))
    wait(town, "gezhiSaved", "saved")
    assert town.evaluate("sent")[0][1]["pins"] == {answer()["cells"][EAST]: 2}
    town.evaluate("gezhiTerritories.choose(1)")
    town.mouse.click(*at(town, *middle(EAST)))
    assert "pinned to their team" in town.locator(".gz-notice").inner_text()
    assert data(town)["gezhiChanged"] == "0"


def test_a_barrier_is_drawn_and_taken_away_by_a_click(town: Page) -> None:
    press(town, "wall")
    drag(town, WEST, EAST)
    wait(town, "gezhiSaved", "saved")
    sent = town.evaluate("sent")
    (line,) = sent[0][1]["drawn"]
    assert line[0] == pytest.approx(middle(WEST), abs=1e-4) and line[-1] == pytest.approx(
        middle(EAST), abs=1e-4
    )
    x, y = (sum(pair) / 2 for pair in zip(at(town, *middle(WEST)), at(town, *middle(EAST)), strict=True))
    town.mouse.click(x, y)
    town.wait_for_function("sent.length === 2")
    assert town.evaluate("sent")[1][1]["drawn"] == []


def test_while_the_server_is_away_one_goes_on_and_it_is_sent_later(town: Page, server: Server) -> None:
    server.broken = True
    press(town, "paint")
    drag(town, WEST, EAST)
    wait(town, "gezhiSaved", "waiting")
    drag(town, FAR, WEST)
    wait(town, "gezhiSteps", "2")
    server.broken = False
    wait(town, "gezhiSaved", "saved")
    kept = [json.dumps(one[1]["cells"]) for one in town.evaluate("sent")]
    assert len(set(kept)) == 2 and kept[0] != kept[-1]


def test_a_draft_that_somebody_else_has_changed_is_loaded_again(town: Page, server: Server) -> None:
    town.route(
        "**/api/territories/paint",
        lambda route: route.fulfill(status=409, json={"error": "Li has changed it."}),
    )
    press(town, "paint")
    drag(town, WEST, EAST)
    wait(town, "gezhiSaved", "conflict")
    assert "Li has changed it." in town.locator(".gz-notice").inner_text()
    server.answers["territories"] = answer(edition={"id": 7, "version": 5, "name": "Draft"})
    town.locator(".gz-notice-retry").click()
    wait(town, "gezhiChanged", "0")
    assert data(town)["gezhiSteps"] == "0"
    town.unroute("**/api/territories/paint")
