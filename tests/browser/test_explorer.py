"""Charts, time line and the row of what is active in a real browser: they, the map and the figures agree."""

import sqlite3
from collections import Counter
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from data.filters import Filter
from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage
from tests.browser.reruns import follow, wait_until_idle

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Asia/Shanghai")
Row = tuple[str, str, str | None, datetime]


@pytest.fixture(scope="module")
def rows(server: Server) -> list[Row]:
    """Category, status, unit and local time of every report, from the database itself."""
    with sqlite3.connect(server.home / "demo.sqlite") as connection:
        found = connection.execute("SELECT category, status, unit, reported_at FROM issue").fetchall()
    return [(category, status, unit, _local(made)) for category, status, unit, made in found]


def _local(made: int | str) -> datetime:
    if isinstance(made, int):
        return datetime.fromtimestamp(made / 1_000_000, ZONE)
    return datetime.fromisoformat(made).astimezone(ZONE)


def bar(page: Page, side: str, name: str) -> Locator:
    return page.locator(f'.gz-chart-{side} .gz-bar[data-name="{name}"]')


def hour(page: Page, day: int, of_day: int) -> Locator:
    return page.locator(f'.gz-hour[data-day="{day}"][data-hour="{of_day}"]')


def drag(page: Page, begin: Locator, end: Locator) -> None:
    begin.scroll_into_view_if_needed()
    for at, locator in enumerate((begin, end)):
        box = locator.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
        if not at:
            page.mouse.down()
    page.mouse.up()


def wait_until_all_agree(shown: MapPage, n: int) -> None:
    """Wait until the map, the charts and Streamlit's own figures tell of `n` reports."""
    shown.wait_for(f"gezhi.total === {n}")
    shown.page.locator(f'.gz-charts[data-gezhi-figures="{n}"]').wait_for()
    shown.page.locator('[data-testid="stMetric"]').filter(has_text=f"{n:,}").first.wait_for()


def test_a_click_in_a_chart_filters_map_figures_address_and_sidebar_and_the_map_asks_once(
    desktop: Watched, server: Server, rows: list[Row]
) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/cells" in request.url else None)
    bar(page, "category", "illegal_parking").click()
    parking = [row for row in rows if row[0] == "illegal_parking"]
    wait_until_all_agree(shown, len(parking))
    page.wait_for_url("**category=illegal_parking**")
    page.locator('.gz-chip[data-side="category"]').wait_for()
    wait_until_idle(page)
    assert len(asked) == 1, "Python, which comes after, makes it fetch nothing again"
    assert shown.painted["query"] == "category=illegal_parking&lang=en"
    bar(page, "status", "rejected").click()
    rejected = [row for row in parking if row[1] == "rejected"]
    wait_until_all_agree(shown, len(rejected))
    page.wait_for_url("**status=rejected**")
    assert shown.params == {"category": "illegal_parking", "status": "rejected"}
    sidebar = page.locator('[data-testid="stSidebar"]')
    sidebar.locator('[data-testid="stMultiSelect"]').get_by_text("illegal parking").first.wait_for()
    expect(sidebar.get_by_role("button", name="Rejected", exact=True, pressed=True)).to_be_visible()
    # Each chart shows what the others let through; its own side it does not heed.
    states = Counter(row[1] for row in parking)
    expect(page.locator(".gz-chart-status .gz-bar")).to_have_count(len(states))
    expect(bar(page, "status", "closed").locator(".gz-bar-n")).to_have_text(f"{states['closed']:,}")
    bar(page, "status", "closed").click()
    wait_until_all_agree(shown, len(rejected) + states["closed"])
    assert (desktop.errors, desktop.outside) == ([], [])


def test_quick_clicks_are_not_undone_by_the_echo_of_older_ones(
    desktop: Watched, server: Server, rows: list[Row]
) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    names = [name for name, _n in Counter(row[0] for row in rows).most_common(4)]
    for name in names:
        bar(page, "category", name).click()
        page.wait_for_timeout(170)  # so that Python is told of each, while it is still busy with the last
    wait_until_all_agree(shown, sum(row[0] in names for row in rows))
    page.wait_for_url(lambda address: all(name in address for name in names))
    for name in names:
        expect(bar(page, "category", name)).to_have_attribute("aria-pressed", "true")


def test_hours_are_chosen_by_dragging_by_their_labels_and_by_keys(
    desktop: Watched, server: Server, rows: list[Row]
) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    drag(page, hour(page, 0, 8), hour(page, 4, 11))
    made = [(at.weekday(), at.hour) for *_rest, at in rows]
    wait_until_all_agree(shown, sum(day < 5 and 8 <= of_day < 12 for day, of_day in made))
    expect(page.locator('.gz-chip[data-side="hours"]')).to_contain_text("Mon-Fri 8-12")
    page.locator('.gz-week-label[data-day="6"][data-hour="-1"]').click()
    wait_until_all_agree(shown, sum(day == 6 for day, _hour in made))
    hour(page, 6, 9).focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowUp", "Enter"):
        page.keyboard.press(key)
    wait_until_all_agree(shown, sum(day in {5, 6} and of_day in {10, 11} for day, of_day in made))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.gz-week')") is None


def test_steps_are_undone_and_redone_by_buttons_and_by_keys(
    desktop: Watched, server: Server, rows: list[Row]
) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    shown.filter("Trading")
    page.locator('.gz-chip[data-side="group"]').wait_for()
    shown.wait_for(f"gezhi.total < {len(rows)}")
    trading = shown.painted["total"]
    bar(page, "status", "closed").click()
    page.locator('.gz-chip[data-side="status"]').wait_for()
    page.locator(".gz-step-undo").click()
    wait_until_all_agree(shown, trading)
    expect(page.locator('.gz-chip[data-side="status"]')).to_have_count(0)
    page.keyboard.press("Control+z")
    wait_until_all_agree(shown, len(rows))
    expect(page.locator(".gz-step-undo")).to_be_disabled()
    pressed = page.locator('[data-testid="stSidebar"]').get_by_role("button", pressed=True)
    expect(pressed).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    wait_until_all_agree(shown, trading)
    expect(pressed).to_have_text("Trading")
    page.locator(".gz-step-clear").click()
    wait_until_all_agree(shown, len(rows))
    page.locator(".gz-step-undo").click()
    wait_until_all_agree(shown, trading)


def test_each_chip_takes_its_side_off(desktop: Watched, server: Server, rows: list[Row]) -> None:
    page = desktop.page
    shown = MapPage(page).open(
        server.url
        + "/?group=parking&status=open,closed&hours=8-11&from=2026-01-01&to=2026-06-30&exempt=without"
    )
    sides = ["exempt", "hours", "group", "status", "period"]
    page.locator(".gz-chip").nth(4).wait_for()
    assert {chip.get_attribute("data-side") for chip in page.locator(".gz-chip").all()} == set(sides)
    for side in sides:
        before = shown.painted["total"]
        page.locator(f'.gz-chip[data-side="{side}"] .gz-chip-off').click()
        expect(page.locator(f'.gz-chip[data-side="{side}"]')).to_have_count(0)
        shown.wait_for(f"gezhi.total >= {before}")
    wait_until_all_agree(shown, len(rows))
    page.wait_for_function("!location.search")


def test_the_time_line_is_the_period_and_plays_through_the_weeks(
    desktop: Watched, server: Server, rows: list[Row]
) -> None:
    page = desktop.page
    shown = MapPage(page).open(server.url)
    track = page.locator(".gz-range")
    wait_until_idle(page)
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.23, box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_url("**from=**to=**")
    wait_until_all_agree(shown, _between(rows, shown.params))
    begin = shown.params
    assert datetime.fromisoformat(begin["from"]).weekday() == 0
    page.locator(".gz-speed").select_option("12")
    page.locator(".gz-play").click()
    paints = shown.painted["paints"]
    shown.wait_for(f"gezhi.paints > {paints + 1} && gezhi.query.includes('edges=')")
    held = shown.painted["edges"]
    shown.wait_for(f"gezhi.paints > {paints + 8}")
    assert shown.painted["edges"] == held, "the colours changed their meaning while it played"
    page.locator(".gz-play").click()
    expect(page.locator(".gz-play")).to_have_attribute("data-gezhi-playing", "false")
    page.wait_for_url(lambda address: f"from={begin['from']}" not in address)
    wait_until_all_agree(shown, _between(rows, shown.params))
    first, last = (datetime.fromisoformat(shown.params[end]) for end in ("from", "to"))
    assert last - first == datetime.fromisoformat(begin["to"]) - datetime.fromisoformat(begin["from"])
    page.locator(".gz-range-last").press("ArrowRight")
    page.wait_for_url(lambda address: f"to={last.date()}" not in address)
    page.locator(".gz-range-last").press("Escape")
    wait_until_all_agree(shown, len(rows))


def _between(rows: list[Row], params: dict[str, str]) -> int:
    return sum(params["from"] <= str(at.date()) <= params["to"] for *_rest, at in rows)


def test_hostile_names_stay_words(desktop: Watched, server: Server) -> None:
    page = desktop.page
    hostile = '<img src=x onerror="window.hurt=1">, 100% "unit"'
    where = Filter(units=(hostile,), categories=("illegal_parking",))
    page.goto(f"{server.url}/?{urlencode(where.to_params())}")
    chip = page.locator('.gz-chip[data-side="unit"]')
    chip.wait_for()
    expect(chip).to_contain_text(hostile)
    page.locator('.gz-chart-unit .gz-bar[aria-pressed="true"]').wait_for()
    expect(page.locator('.gz-chart-unit .gz-bar[aria-pressed="true"]')).to_contain_text(hostile)
    assert page.evaluate("window.hurt") is None
    page.locator('.gz-chip[data-side="unit"] .gz-chip-off').click()
    MapPage(page).wait_for("gezhi.total > 0")


def test_the_phone_has_charts_for_a_thumb(phone: Watched, server: Server, rows: list[Row]) -> None:
    page = phone.page
    shown = MapPage(page).open(server.url)
    page.locator(".gz-chart-hours").scroll_into_view_if_needed()
    hour(page, 2, 9).tap()
    made = [(at.weekday(), at.hour) for *_rest, at in rows]
    wait_until_all_agree(shown, made.count((2, 9)))
    first = page.locator(".gz-chart-category .gz-bar").first
    first.tap()
    inside = [row for row, at in zip(rows, made, strict=True) if at == (2, 9)]
    wait_until_all_agree(shown, sum(row[0] == first.get_attribute("data-name") for row in inside))
    page.locator('.gz-chip[data-side="category"]').wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    heights = page.locator(".gz-bar").evaluate_all("bars => bars.map((bar) => bar.offsetHeight)")
    assert min(height for height in heights if height) >= 28
    assert (phone.errors, phone.outside) == ([], [])


def test_no_page_notes_an_error(desktop: Watched, server: Server) -> None:
    page = desktop.page
    page.goto(f"{server.url}/places")
    page.locator(".gz-places").wait_for()
    for name, path, there in (
        ("Open cases", "cases", ".gz-cases"),
        ("Report", "report", "text=Check and send"),
        ("Duplicates", "duplicates", "h5"),
        ("Import", "import", '[data-testid="stFileUploader"]'),
    ):
        assert (desktop.errors, desktop.outside) == ([], []), page.url
        follow(page.get_by_role("link", name=name, exact=True).locator("visible=true").first)
        page.wait_for_url(f"**/{path}**")
        page.locator(there).first.wait_for()
    wait_until_idle(page)
    assert (desktop.errors, desktop.outside) == ([], []), page.url
