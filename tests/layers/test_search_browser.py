"""The search box in the real browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from layers.hexes import HexLayer
from layers.search import SearchBox
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hacked = true">'


def _found(name: str, *, kind: str = "street", east: float = 0.01, **more: Any) -> dict[str, Any]:
    lon, lat = LON + east, LAT
    box = [lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001]
    return {
        "kind": kind,
        "name": name,
        "name_en": "",
        "lat": lat,
        "lon": lon,
        "box": box,
        "place_id": 1,
        "within": [],
        **more,
    }


@pytest.fixture
def searching(page: Page, server: Server) -> Page:
    """A map with a search box; whatever is asked, the same three places are found."""
    found = [_found("建设路", within=["望麓社区"]), _found(HOSTILE, east=-0.01), _found("后街", east=0.02)]
    server.answers["search"] = {"found": found}
    page.goto(server.show(HexLayer(), SearchBox(kinds={"street": "Street"}, locale="zh")))
    screen.wait_ready(page)
    return page


def _centre(page: Page) -> list[float]:
    centre: list[float] = screen.on_map(page, "const at = map.getCenter(); return [at.lat, at.lng];")
    return centre


def test_a_place_is_found_and_gone_to_by_keys_alone(searching: Page) -> None:
    searching.keyboard.press("/")
    searching.keyboard.type("jsl")
    expect(searching.get_by_role("option")).to_have_count(3)
    expect(searching.get_by_role("option").first).to_contain_text("Street · 望麓社区")
    searching.keyboard.press("ArrowUp")  # round to the last one
    searching.keyboard.press("Enter")

    expect(searching.get_by_role("option")).to_have_count(0)
    expect(searching.get_by_role("combobox")).to_have_value("后街")
    expect(searching.locator(".gz-search-name")).to_have_text("后街")
    screen.wait_on_map(searching, f"return Math.abs(map.getCenter().lng - {LON + 0.02}) < 1e-3;")
    assert _centre(searching) == pytest.approx([LAT, LON + 0.02], abs=1e-3)


def test_names_are_shown_as_text(searching: Page) -> None:
    searching.get_by_role("combobox").fill("x")
    searching.get_by_text(HOSTILE).click()

    expect(searching.locator(".gz-search-name")).to_have_text(HOSTILE)
    assert searching.evaluate("window.hacked") is None


def test_escape_empties_the_box_and_then_goes_back_to_the_map(searching: Page) -> None:
    box = searching.get_by_role("combobox")
    box.fill("js")
    searching.get_by_role("option").first.click()
    box.press("Escape")
    expect(box).to_have_value("")
    expect(searching.locator(".gz-search-name")).to_have_count(0)

    box.press("Escape")
    assert searching.evaluate("document.activeElement.classList.contains('gz-map')")


def test_a_cell_that_is_found_is_selected(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(), SearchBox()))
    screen.wait_ready(page)
    cell = max(screen.drawn_cells(page).items(), key=lambda item: item[1])[0]
    server.answers["search"] = {"found": [_found(cell, kind="cell")]}
    page.get_by_role("combobox").fill(cell)
    page.get_by_role("option").click()

    marked = "return layer(gezhi.MarkCanvas).selected"
    assert screen.on_map(page, marked) == cell
    expect(page.locator(".gz-search-name")).to_have_count(0)


def test_nothing_found_and_a_broken_route_are_said_in_words(searching: Page, server: Server) -> None:
    box, said = searching.get_by_role("combobox"), searching.locator(".gz-search-nothing")
    server.answers["search"] = {"found": []}
    box.fill("zzz")
    expect(said).to_contain_text("Nothing has this name")

    server.broken = True
    box.fill("zzzz")
    expect(said).to_contain_text("does not answer")


def test_an_input_method_is_waited_for(searching: Page, server: Server) -> None:
    """Letters on their way to a character are not searched for."""
    box = searching.get_by_role("combobox")
    box.focus()
    server.asked.clear()
    box.evaluate(
        """(input) => {
            input.value = "ji";
            input.dispatchEvent(new InputEvent("input", { isComposing: true }));
        }"""
    )
    searching.wait_for_timeout(300)  # longer than a search waits for the next letter
    assert not [asked for asked in server.asked if "search" in asked]

    box.evaluate(
        "(input) => { input.value = '建'; input.dispatchEvent(new CompositionEvent('compositionend')); }"
    )
    expect(searching.get_by_role("option")).to_have_count(3)


def test_a_phone_has_a_button_that_becomes_the_box(browser: Browser, server: Server) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    server.answers["search"] = {"found": [_found("建设路")]}
    phone.goto(server.show(HexLayer(), SearchBox()))
    screen.wait_ready(phone)
    button = phone.get_by_role("button", name="Find a place")
    size = button.bounding_box()
    assert size and min(size["width"], size["height"]) >= 44
    button.tap()
    phone.keyboard.type("js")
    phone.get_by_role("option").tap()
    expect(phone.locator(".gz-search-name")).to_have_text("建设路")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()
