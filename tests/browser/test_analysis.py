"""Drives and returns in a real browser, on the demo zone: from a verdict to the map, also on a telephone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.browser


def overflows(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_a_drives_verdict_leads_to_its_cells_on_the_map(desktop: Watched, server: Server) -> None:
    page = desktop.page
    page.goto(f"{server.url}/analysis?lang=en")
    expect(page.locator('[data-testid="stAlert"]').first).to_contain_text("beyond what matched cells did")
    page.locator('[data-testid="stVegaLiteChart"] :is(canvas, svg)').first.wait_for()
    cell = page.locator(".gz-effect tr[data-cell]").first
    number = cell.get_attribute("data-cell")
    cell.locator("a").click()
    expect(page).to_have_url(re.compile(f"cell={number}"))
    page.get_by_text("Reports in this cell").first.wait_for()
    assert desktop.errors == desktop.outside == []


def test_the_league_of_returns_fits_a_telephone_and_leads_to_the_map(phone: Watched, server: Server) -> None:
    page = phone.page
    page.goto(f"{server.url}/analysis?tab=return&by=unit&days=7&lang=en")
    line = page.locator(".gz-places tbody tr").first
    line.wait_for()
    assert not overflows(page)
    line.locator("a").first.click()
    expect(page).to_have_url(re.compile("unit="))
    assert phone.errors == phone.outside == []
