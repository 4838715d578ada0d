"""Measure, comparison and look of the map in a real browser, as a manager and as a field team use them."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser

COMPARED = "/?period=90d&against=before&res=10"


def legend(shown: MapPage) -> list[str]:
    """Return the ranges of the classes."""
    return shown.inside.locator(".gz-legend-range:visible").all_inner_texts()


def test_classes_are_kept_while_filters_change_until_they_are_let_go(
    desktop: Watched, server: Server
) -> None:
    shown = MapPage(desktop.page).open(server.url + "/?res=10")
    before = legend(shown)
    edges = shown.painted["edges"]

    shown.inside.get_by_role("button", name="Keep these classes").click()
    desktop.page.wait_for_url("**edges=**")
    shown.filter("Parking")
    shown.wait_for("gezhi.query.includes('illegal_parking')")
    assert (legend(shown), shown.painted["edges"]) == (before, edges)
    shown.wait_for_address(edges=",".join(map(str, edges)))

    shown.inside.get_by_role("button", name="Classes are kept").click()
    shown.wait_for(f"JSON.stringify(gezhi.edges) !== '{edges}'.replaceAll(' ', '')")
    shown.wait_for_address(edges=None)
    assert desktop.errors == []


def test_a_comparison_is_a_map_of_changes_and_a_table_that_leads_on(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(server.url + COMPARED)
    shown.wait_for("gezhi.measure === 'change'")
    expect(shown.inside.locator(".gz-legend-title:visible")).to_have_text("Change of reports, %")
    expect(shown.inside.locator(".gz-legend-note:visible")).to_contain_text(" against ")
    table = desktop.page.locator('[data-testid="stDataFrame"]').first
    table.scroll_into_view_if_needed()

    table.click(position={"x": 60, "y": 52})

    desktop.page.wait_for_url("**category=**")
    shown.wait_for(f"gezhi.query.includes('category={shown.params['category']}')")
    chosen = desktop.page.locator('[data-testid="stSidebar"]').get_by_text(" · ").first
    expect(chosen).to_be_visible()
    assert desktop.errors == []


def test_two_periods_are_swiped_with_a_finger(phone: Watched, server: Server) -> None:
    shown = MapPage(phone.page).open(server.url + COMPARED + "&beside=swipe&lang=en")
    grip = shown.inside.get_by_role("slider")
    shown.inside.locator("[data-gezhi-swipe]").wait_for()
    phone.page.locator('[data-testid="stDataFrame"]').first.wait_for()  # the page is drawn to its end
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = phone.page.context.new_cdp_session(phone.page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    centre = shown.frame.evaluate("map.getCenter().lng")
    send("touchStart", (x, y))
    for step in range(1, 7):
        send("touchMove", (x - 15 * step, y))
    send("touchEnd")

    moved = grip.bounding_box()
    assert moved and moved["x"] == pytest.approx(box["x"] - 90, abs=3)
    assert shown.frame.evaluate("map.getCenter().lng") == centre, "the map itself stays"
    expect(shown.inside.locator(".gz-divider-side")).to_have_count(2)
    assert phone.errors == []
