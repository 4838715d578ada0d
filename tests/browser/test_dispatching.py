"""Many cases in a real browser: imported, looked at, dispatched, and on the telephone of their team."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest
from playwright.sync_api import Browser, expect

from data.actors import OPERATOR
from data.clock import moment
from data.store import Store
from tests.browser.conftest import PHONE, watch
from tests.browser.server import DESKTOP, Server, start_server
from tests.data import stores
from tests.data.field_towns import with_teams
from tests.data.samples import reports
from tests.data.town_cells import middle

pytestmark = pytest.mark.browser

CASES = 7


def town(store: Store) -> None:
    """Give two teams their cells, and import reports of two days ago in those of the second."""
    with_teams(store)
    lon, lat = middle(2)
    new = {
        "category": pl.lit("manhole"),
        "status": pl.lit("reported"),
        "reported_at": pl.lit(moment() - timedelta(days=2)),
        "closed_at": pl.lit(None, pl.Datetime("us", "UTC")),
        "lon": pl.lit(lon),
        "lat": pl.lit(lat),
    }
    store.write_reports(reports(CASES).with_columns(**new), actor=OPERATOR)


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("dispatching")
    stores.new_file(home / "gezhi.sqlite", town)
    started = start_server(home, log=home / "server.log")
    yield started
    started.stop()


def test_imported_reports_are_dispatched_by_keys_and_come_to_the_telephone(
    browser: Browser, city: Server
) -> None:
    with Store.open(f"sqlite:///{city.home / 'gezhi.sqlite'}") as store:
        _link, secret = store.make_link(2, label="phone", actor=OPERATOR)
    desk = browser.new_context(viewport=DESKTOP, locale="en-US")
    watched = watch(desk, city)
    page = watched.page
    page.goto(f"{city.url}/cases?category=manhole")
    page.get_by_role("link", name=f"Accept and dispatch {CASES} waiting cases").press("Enter")
    page.wait_for_url("**/dispatch?category=manhole")
    expect(page.get_by_text("西村")).to_be_visible()
    page.get_by_role("button", name=f"Accept and dispatch all {CASES} cases").press("Enter")
    expect(page.get_by_text(f"{CASES} cases were dispatched")).to_be_visible()
    expect(page.get_by_text("No case waits to be dispatched.")).to_be_visible()
    hand = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-US")
    telephone = hand.new_page()
    telephone.goto(f"{city.url}/field#k={secret}")
    expect(telephone.locator("h1").first).to_have_text(f"{CASES} to do")
    expect(telephone.locator("button.gf-row")).to_have_count(CASES)
    assert watched.outside == [] and watched.errors == []
    for context in (desk, hand):
        context.close()
