"""The first-use tour in a real browser: once, by keys and by thumb, and again when it is asked for."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Server, watch
from tests.browser.map_page import FRAME, MapPage
from tests.browser.server import DESKTOP

pytestmark = pytest.mark.browser

OPEN = "dialog[open]"


def newcomer(browser: Browser, server: Server, **options: object) -> Page:
    """Open the map as somebody who has never been here."""
    context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-US", **options})  # type: ignore[arg-type]
    page = watch(context, server, newcomer=True).page
    MapPage(page).open(server.url)
    page.locator(".invite").wait_for()
    assert page.locator(OPEN).count() == 0, "the page can be used at once"
    return page


def shown_round(browser: Browser, server: Server, **options: object) -> Page:
    """Take the invitation."""
    page = newcomer(browser, server, **options)
    page.locator("[data-part=begin]").click()
    page.locator(OPEN).wait_for()
    return page


def test_the_invitation_hides_nothing_of_use_and_can_be_put_off(browser: Browser, server: Server) -> None:
    page = newcomer(browser, server)
    page.get_by_role("radio", name="Heat", exact=True).click()
    MapPage(page).wait_for("gezhi.kind === 'heat'")
    page.locator("[data-part=later]").click()
    expect(page.locator(".invite")).to_be_hidden()
    page.reload()
    page.wait_for_function("() => localStorage.getItem('gezhi tour') === 'seen'")
    expect(page.locator(".invite")).to_be_hidden()
    page.context.close()


def focused(page: Page) -> str:
    """Return what has the focus, within components too."""
    words: str = page.evaluate(
        "(() => { let at = document.activeElement;"
        "while (at && at.shadowRoot) at = at.shadowRoot.activeElement;"
        "return at ? at.dataset.part || at.tagName : ''; })()"
    )
    return words


def test_a_newcomer_is_shown_round_by_keys_and_only_once(browser: Browser, server: Server) -> None:
    page = shown_round(browser, server)
    stop = page.locator(OPEN)
    expect(stop).to_have_attribute("data-step", "1")
    assert focused(page) == "title", "a screen reader begins at the title"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert focused(page) == "next"
    page.keyboard.press("Enter")
    expect(stop).to_have_attribute("data-step", "2")
    page.keyboard.press("ArrowRight")
    expect(stop).to_have_attribute("data-step", "3")
    page.keyboard.press("ArrowLeft")
    expect(stop).to_have_attribute("data-step", "2")
    for _tab in range(8):
        page.keyboard.press("Tab")
        assert focused(page) in {"title", "skip", "back", "next", "BODY"}, "the page behind has to wait"
    page.keyboard.press("Escape")
    expect(stop).to_have_count(0)
    MapPage(page).open(server.url)
    page.wait_for_function("() => localStorage.getItem('gezhi tour') === 'seen'")
    assert page.locator(OPEN).count() == 0
    page.context.close()


def test_each_stop_lets_its_part_of_the_page_be_seen(browser: Browser, server: Server) -> None:
    page = shown_round(browser, server)
    for step, shown in enumerate((FRAME, '[data-testid="stSidebar"]', ".st-key-map_keep"), 1):
        expect(page.locator(OPEN)).to_have_attribute("data-step", str(step))
        hole, part = page.locator(".hole"), page.locator(shown).first
        page.wait_for_function(
            "([hole, part]) => Math.abs(hole.getBoundingClientRect().left - "
            "Math.max(part.getBoundingClientRect().left, 4)) < 2",
            arg=[hole.element_handle(), part.element_handle()],
        )
        card = page.locator(".card").bounding_box()
        assert card and card["x"] >= 0 and card["y"] >= 0
        assert (
            card["x"] + card["width"] <= DESKTOP["width"] and card["y"] + card["height"] <= DESKTOP["height"]
        )
        page.locator("[data-part=next]").click()
    expect(page.locator(OPEN)).to_have_count(0)
    page.context.close()


def test_on_a_telephone_it_fits_speaks_chinese_and_can_be_skipped_and_called_back(
    browser: Browser, server: Server
) -> None:
    page = shown_round(browser, server, viewport=PHONE, locale="zh-CN", has_touch=True, is_mobile=True)
    card = page.locator(".card").bounding_box()
    assert card and card["x"] >= 0 and card["x"] + card["width"] <= PHONE["width"]
    assert card["y"] + card["height"] <= PHONE["height"]
    page.locator("[data-part=skip]").tap()
    expect(page.locator(OPEN)).to_have_count(0)
    page.locator(".st-key-help button").locator("visible=true").first.tap()
    page.locator(".st-key-show_tour button").locator("visible=true").last.tap()
    page.locator(OPEN).wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(OPEN)).to_have_count(0)
    page.context.close()
