"""The sidebar in a real browser: the map shows a choice before Python has heard of it; Python then agrees."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage
from tests.browser.reruns import wait_until_idle

pytestmark = pytest.mark.browser

#: From now on what the page tells Python is kept back, until `window.letGo()`.
HOLD = """() => {
    const { send } = WebSocket.prototype;
    const held = [];
    WebSocket.prototype.send = function (said) { held.push([this, said]); };
    window.letGo = () => {
        WebSocket.prototype.send = send;
        for (const [socket, said] of held) socket.send(said);
    };
}"""
#: Any value of a parameter of the address; None is none.
ANY = "*"
ADDRESS_HAS = """(wanted) => {
    const found = new URL(location.href).searchParams;
    return Object.entries(wanted).every(([name, value]) => {
        return value === "*" ? found.has(name) : found.get(name) === value;
    });
}"""


@contextmanager
def held(page: Page) -> Iterator[None]:
    """Keep from Python what is done meanwhile."""
    wait_until_idle(page)
    page.evaluate(HOLD)
    try:
        yield
    finally:
        page.evaluate("window.letGo()")


def count(server: Server, where: str) -> int:
    with sqlite3.connect(server.home / "demo.sqlite") as connection:
        n: int = connection.execute(f"SELECT count(*) FROM issue WHERE {where}").fetchone()[0]
    return n


def sidebar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")


def button(page: Page, words: str) -> Locator:
    return sidebar(page).get_by_role("button", name=words, exact=True)


def period(page: Page, words: str) -> Locator:
    return sidebar(page).get_by_role("radio", name=words, exact=True)


def from_list(page: Page, label: str, words: str) -> None:
    page.get_by_role("combobox", name=label).fill(words)
    page.get_by_role("option").filter(has_text=words).first.click()
    page.keyboard.press("Escape")  # as long as the list is open, nothing else is there for a screen reader


def by_key(place: Locator, key: str) -> None:
    place.focus()
    place.page.keyboard.press(key)


def test_the_map_shows_a_choice_before_python_has_heard_of_it(desktop: Watched, server: Server) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    everything = shown.painted["total"]
    closed = count(server, "status = 'closed'")
    assert 0 < closed < everything
    with held(page):
        button(page, "Closed").click()
        shown.wait_for(f"gezhi.total === {closed}")
        page.locator(f'.gz-charts[data-gezhi-figures="{closed}"]').wait_for()
        assert "status" not in shown.params
        button(page, "Closed").click()
        shown.wait_for(f"gezhi.total === {everything}")
        button(page, "Closed").click()
        shown.wait_for(f"gezhi.total === {closed}")
    page.wait_for_url("**status=closed**")
    shown.wait_for_figure("Reports", closed)
    assert shown.painted["total"] == closed
    assert (desktop.errors, desktop.outside) == ([], [])


def test_python_means_by_each_choice_what_the_map_has_shown(desktop: Watched, server: Server) -> None:
    page = desktop.page
    shown = MapPage(page).open(f"{server.url}/?exempt=without")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/cells" in request.url else None)
    choices: list[tuple[dict[str, str | None], Callable[[], None]]] = [
        ({"group": "parking"}, lambda: button(page, "Parking").click()),
        ({"group": "parking,posters"}, lambda: by_key(button(page, "Posters and signs"), "Space")),
        ({"category": "flyposting"}, lambda: from_list(page, "Category", "flyposting")),
        ({"group": "parking", "category": None}, lambda: button(page, "Posters and signs").click()),
        ({"period": "90d"}, lambda: period(page, "90 days").click()),
        ({"period": "365d"}, lambda: by_key(period(page, "A year"), "Space")),
        ({"status": "open"}, lambda: page.get_by_role("toolbar", name="Status").get_by_text("Open").click()),
        ({"source": "hotline"}, lambda: button(page, "hotline").click()),
        ({"area": ANY}, lambda: from_list(page, "Area", "·")),
        ({"area": None}, lambda: sidebar(page).get_by_role("button", name="Remove").click()),
        ({"exempt": None}, lambda: sidebar(page).get_by_role("radio", name="Shown").click()),
        ({"group": None, "source": None}, lambda: button(page, "Clear all filters").click()),
    ]
    for wanted, choose in choices:
        before = shown.painted["query"]
        with held(page):
            choose()
            shown.wait_for(f"gezhi.query !== {before!r}")
            foreseen, n = shown.painted["query"], len(asked)
        page.wait_for_function(ADDRESS_HAS, arg=wanted)
        wait_until_idle(page)
        assert shown.painted["query"] == foreseen, wanted
        assert len(asked) == n, wanted
    assert foreseen == "lang=en"


def test_a_choice_and_a_click_in_a_chart_after_it_are_both_kept(desktop: Watched, server: Server) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    both = count(server, "status = 'closed' AND category = 'illegal_parking'")
    with held(page):
        button(page, "Closed").click()
        page.locator('.gz-chart-category .gz-bar[data-name="illegal_parking"]').click()
        shown.wait_for(f"gezhi.total === {both}")
    shown.wait_for_address(status="closed", category="illegal_parking")
    shown.wait_for_figure("Reports", both)
    assert shown.painted["total"] == both


def test_a_bar_within_a_group_chosen_just_now_narrows_it_down(desktop: Watched, server: Server) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    bar = page.locator('.gz-chart-category .gz-bar[data-name="illegal_parking"]')
    parking = count(server, "category = 'illegal_parking'")
    with held(page):
        button(page, "Parking").click()
        shown.wait_for("gezhi.query.includes('shared_bikes')")
        bar.click()
        shown.wait_for(f"gezhi.total === {parking}")
    shown.wait_for_address(group="parking", category="illegal_parking")


def test_what_python_does_not_take_up_is_taken_back(desktop: Watched, server: Server) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    everything = shown.painted["total"]
    page.evaluate("gezhi.choices.foresee({ status: 'closed' })")
    shown.wait_for(f"gezhi.total < {everything}")
    shown.wait_for(f"gezhi.total === {everything}")
    page.locator(f'.gz-charts[data-gezhi-figures="{everything}"]').wait_for()
