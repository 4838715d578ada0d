"""Two hundred things that somebody might do, in any order: map, figures and address agree in the end."""

import random
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import Error, Locator, Page

from app_pages.view import CUSTOM, PERIODS, View
from data.categories import delivered
from data.statuses import STATUS_GROUPS
from geo import cells
from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage

pytestmark = pytest.mark.browser

ACTIONS = 200
SEED = 20261122
#: An action whose object goes away or is covered is given up after this long.
PATIENCE_MS = 500
SETTLED_MS = 700


def reports(server: Server) -> pd.DataFrame:
    """Read the reports from the database itself."""
    with sqlite3.connect(server.home / "demo.sqlite") as connection:
        frame = pd.read_sql(
            "SELECT id, category, status, source, unit, reported_at, lon, lat FROM issue", connection
        )
    local = pd.to_datetime(frame["reported_at"], unit="us", utc=True).dt.tz_convert("Asia/Shanghai")
    groups = dict(delivered().select("slug", "group").iter_rows())
    return frame.assign(
        day=local.dt.date, hour=local.dt.weekday * 24 + local.dt.hour, group=frame["category"].map(groups)
    )


def chosen(frame: pd.DataFrame, view: View, *, selection: bool = True) -> pd.DataFrame:
    """Filter row by row, as the address says."""
    where, newest = view.where, frame["day"].max()
    statuses = {state for name in where.statuses for state in STATUS_GROUPS.get(name, (name,))}
    keep = pd.Series(True, index=frame.index)
    if where.categories or view.groups:
        by = (
            frame["category"].isin(where.categories) if where.categories else frame["group"].isin(view.groups)
        )
        keep &= by
    if statuses:
        keep &= frame["status"].isin(statuses)
    if where.sources:
        keep &= frame["source"].isin(where.sources)
    if where.units:
        keep &= frame["unit"].fillna("-").isin(where.units)
    if where.hours:
        keep &= frame["hour"].isin(where.hours)
    start, end = days(view, newest)
    keep &= (frame["day"] >= start) & (frame["day"] <= end)
    if where.cells and selection:
        resolution = cells.resolution_of([where.cells[0]])
        own = cells.from_points(frame["lon"], frame["lat"], resolution)
        keep &= pd.Series(own, index=frame.index).isin(where.cells)
    return frame[keep]


def days(view: View, newest: date) -> tuple[date, date]:
    if view.period == CUSTOM:
        return view.where.start or date.min, view.where.end or date.max
    length = PERIODS[view.period]
    return (newest - timedelta(days=length - 1), newest) if length else (date.min, date.max)


class Somebody:
    """Does things on the map page, one after the other, without waiting for the page to be done."""

    def __init__(self, shown: MapPage, rng: random.Random) -> None:
        self.shown, self.page, self.rng = shown, shown.page, rng
        self.done: list[str] = []

    def act(self) -> None:
        kinds: list[Callable[[], Any]] = [
            *([self.toggle_sidebar] * 5), *([self.click_bar] * 6), *([self.choose_hours] * 3),
            *([self.choose_period] * 2), *([self.drag_timeline] * 2), *([self.click_map] * 3),
            *([self.pan] * 3), *([self.zoom] * 2), *([self.step] * 6), self.select_box, self.drop_chip,
            self.play, self.switch, self.close, self.wait,
        ]  # fmt: skip
        kind = self.rng.choice(kinds)
        try:
            kind()
            self.done.append(kind.__name__)
        except Error:  # nothing there to act on, or it went away under the pointer
            self.done.append(f"({kind.__name__})")

    def click(self, on: Locator) -> None:
        there(on).click(timeout=PATIENCE_MS)

    def toggle_sidebar(self) -> None:
        pills = self.page.locator('[data-testid="stSidebar"] [data-testid="stButtonGroup"] button')
        self.click(pills.nth(self.rng.randrange(20)))

    def choose_period(self) -> None:
        names = ("All", "7 days", "30 days", "90 days", "A year")
        sidebar = self.page.locator('[data-testid="stSidebar"]')
        self.click(sidebar.get_by_role("radio", name=self.rng.choice(names), exact=True))

    def click_bar(self) -> None:
        side = self.rng.choice(("category", "category", "status", "unit"))
        bars = self.page.locator(f".gz-chart-{side} .gz-bar")
        self.click(bars.nth(self.rng.randrange(min(6, max(1, bars.count())))))

    def choose_hours(self) -> None:
        fields = self.page.locator(".gz-week [role=gridcell]")
        first, last = (fields.nth(self.rng.randrange(168)) for _end in range(2))
        there(first).scroll_into_view_if_needed(timeout=PATIENCE_MS)
        a, b = first.bounding_box(timeout=PATIENCE_MS), last.bounding_box(timeout=PATIENCE_MS)
        if a and b:
            self.drag((a["x"] + 3, a["y"] + 3), (b["x"] + 3, b["y"] + 3))

    def drag_timeline(self) -> None:
        box = there(self.page.locator(".gz-timeline-field")).bounding_box(timeout=PATIENCE_MS)
        if box:
            y = box["y"] + box["height"] / 2
            ends = [box["x"] + box["width"] * self.rng.random() for _end in range(2)]
            self.drag((ends[0], y), (ends[1], y))

    def place(self) -> tuple[float, float]:
        """Return a point of the map that can be seen: on a page scrolled down the heading may lie over it."""
        box = self.shown.box
        x = box["x"] + box["width"] * self.rng.uniform(0.35, 0.85)
        y = box["y"] + box["height"] * self.rng.uniform(0.2, 0.6)
        if not self.page.evaluate(f"document.elementFromPoint({x}, {y})?.tagName === 'IFRAME'"):
            raise Error("nothing to act on")
        return x, y

    def click_map(self) -> None:
        self.page.mouse.click(*self.place())

    def select_box(self) -> None:
        start, end = self.place(), self.place()
        self.page.keyboard.down("Shift")
        self.drag(start, end)
        self.page.keyboard.up("Shift")

    def pan(self) -> None:
        self.drag(self.place(), self.place())

    def zoom(self) -> None:
        self.page.mouse.move(*self.place())
        self.page.mouse.wheel(0, self.rng.choice((-300, 300)))

    def step(self) -> None:
        what = self.rng.choice(("undo", "undo", "redo", "clear"))
        self.click(self.page.locator(f".gz-step-{what}"))

    def drop_chip(self) -> None:
        self.click(self.page.locator(".gz-chip-off").first)

    def play(self) -> None:
        button = self.page.locator(".gz-play")
        self.click(button)
        self.page.wait_for_timeout(400)
        self.click(button)

    def switch(self) -> None:
        names = ("Cells", "Streets", "Points", "Cells")
        self.click(self.page.get_by_role("radio", name=self.rng.choice(names), exact=True))

    def close(self) -> None:
        self.click(self.page.locator(".st-key-close_cell button, .st-key-close_place button").first)

    def wait(self) -> None:
        self.page.wait_for_timeout(self.rng.randrange(500))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        self.page.mouse.move(*end)
        self.page.mouse.up()


def there(wanted: Locator) -> Locator:
    """Return what is there to be acted on at this moment: nobody stands and waits for what is not."""
    if not wanted.is_visible() or wanted.is_disabled(timeout=PATIENCE_MS):
        raise Error("nothing to act on")
    return wanted


def settle(page: Page, shown: MapPage) -> None:
    """Wait until neither address nor map nor figures change any more."""
    last: Any = None
    for _look in range(60):
        page.wait_for_timeout(SETTLED_MS)
        now = (page.url, shown.frame.evaluate("window.__gezhi && window.__gezhi.query"), figures(page))
        if now == last and not page.locator('[data-test-script-state="running"]').count():
            return
        last = now
    raise AssertionError("the page never came to rest")


def figures(page: Page) -> list[str]:
    """Return what the bars of the categories say."""
    return page.locator(".gz-chart-category .gz-bar").evaluate_all(
        "bars => bars.map((bar) => bar.dataset.name + ' ' + bar.querySelector('.gz-bar-n').textContent)"
    )


def test_two_hundred_actions_end_with_map_figures_and_address_in_agreement(
    desktop: Watched, server: Server
) -> None:
    page, rng = desktop.page, random.Random(SEED)
    shown = MapPage(page).open(server.url)
    somebody = Somebody(shown, rng)
    for _action in range(ACTIONS):
        somebody.act()
    page.get_by_role("radio", name="Cells", exact=True).click()
    page.keyboard.press("Escape")
    settle(page, shown)
    assert sum(not name.startswith("(") for name in somebody.done) > ACTIONS * 0.5, somebody.done

    frame, view = reports(server), View.from_params(shown.params)
    expected = chosen(frame, view)
    assert shown.painted["total"] == len(chosen(frame, view, selection=False)), (
        page.url,
        shown.painted["query"],
        somebody.done,
    )
    own = chosen(frame, view.but(where=view.where.but(categories=()), groups=()))
    counted = own["category"].value_counts()
    for line in figures(page):
        name, n = line.rsplit(" ", 1)
        assert int(n.replace(",", "")) == counted.get(name, 0), (line, page.url)
    again = MapPage(page)
    page.goto(page.url)
    again.inside.locator('[data-gezhi-state="ready"], [data-gezhi-state="empty"]').wait_for()
    settle(page, again)
    assert again.painted["total"] == len(chosen(frame, view, selection=False))
    assert View.from_params(again.params) == view
    if not view.cell and not view.where.cells and not view.against and len(expected):
        assert again.figure("Reports") == len(expected)
    assert desktop.errors == []
    assert desktop.outside == []
