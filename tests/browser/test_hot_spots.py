"""Hot spots in a real browser, on the demo zone: from the switch to the reason of one cell."""

import pytest
from playwright.sync_api import Locator, Page

from geo import cells
from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser


def seen(found: Locator) -> Locator:
    """Return the first that is seen: Streamlit draws some buttons twice, once for touch."""
    return found.locator("visible=true").first


def overflows(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def strongest(page: Page) -> str:
    """Return the cell of the first hot spot in the list."""
    first = page.locator('[class*="st-key-hot_go_"]').first
    first.wait_for()
    names = str(first.get_attribute("class")).split()
    return next(name.removeprefix("st-key-hot_go_") for name in names if name.startswith("st-key-hot_go_"))


def middle(cell: str) -> tuple[float, float]:
    """Return longitude and latitude of a cell."""
    lon, lat = cells.centres(cells.parse([cell]))
    return float(lon[0]), float(lat[0])


def test_a_click_on_a_hot_cell_says_why_it_is_hot(desktop: Watched, server: Server) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    page.locator(".st-key-map_switch").get_by_role("radio", name="Hot spots", exact=True).click()
    legend = shown.inside.locator(".gz-legend-row:visible")
    legend.filter(has_text="hot spot").first.wait_for()
    assert not overflows(page)

    cell = strongest(page)
    page.mouse.click(*shown.point_of(*middle(cell)))
    page.get_by_text("Why is this hot?").wait_for()
    shown.wait_for_address(cell=cell)
    page.locator(".gz-hot-why").filter(has_text="of the last 104 weeks").wait_for()
    page.locator(".gz-facts a[href*='figure=hot_now']").wait_for()
    page.locator(
        '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'
    ).first.wait_for()
    assert not overflows(page)
    assert desktop.errors == desktop.outside == []


def test_on_a_telephone_the_list_leads_to_the_cell_and_to_its_reason(phone: Watched, server: Server) -> None:
    page = phone.page
    shown = MapPage(page).open(f"{server.url}/?show=hot&hot=now&lang=en")
    cell, before = strongest(page), shown.frame.evaluate("map.getZoom()")
    seen(page.locator(f".st-key-hot_go_{cell}").get_by_role("button")).tap()
    page.locator(".gz-facts").wait_for()
    shown.frame.wait_for_function(
        "([lat, lon, zoom]) => map.getBounds().contains([lat, lon]) && map.getZoom() > zoom",
        arg=[*middle(cell)[::-1], before],
    )
    shown.wait_for_address(cell=cell, hot="now")
    assert not overflows(page)
    seen(page.locator(".st-key-close_cell").get_by_role("button")).tap()
    page.locator(".gz-facts").wait_for(state="detached")
    seen(page.locator(".st-key-hot_class").get_by_role("radio")).tap()
    page.locator(".st-key-hot_class [aria-checked='true']").wait_for()
    assert strongest(page)
    assert phone.errors == phone.outside == []
