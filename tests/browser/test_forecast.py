"""The forecast in a browser: a plan at once, the tested one by itself, and the way to the map."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.conftest import Watched
from tests.browser.server import Server


def test_the_tested_plan_comes_by_itself_and_leads_to_the_map(desktop: Watched, server: Server) -> None:
    page, begin = desktop.page, datetime.now(UTC).date() - timedelta(weeks=24)
    page.goto(f"{server.url}/analysis?tab=forecast&res=9&from={begin}")
    expect(page.locator(".gz-plan").first).to_be_visible(timeout=150_000)
    expect(page.locator(".gz-methods tbody tr")).to_have_count(6, timeout=150_000)
    expect(page.locator(".gz-methods .gz-chosen")).to_have_count(1)
    expect(page.get_by_test_id("stVegaLiteChart")).to_be_visible()

    page.locator(".gz-plan a").first.click()
    page.wait_for_url(lambda address: {"show=hot", "hot=forecast"} <= set(address.split("?")[-1].split("&")))
    assert "cell=89" in page.url
    expect(page.locator("iframe").first).to_be_visible()
    assert not desktop.outside
    assert not desktop.errors
