"""Streets, compounds and areas in a real browser: switched, hovered, clicked, listed, and back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from data.actors import VIEWER
from data.cube import Cube
from data.filters import Filter
from data.place_counts import filter_for, rated
from data.store import Store
from data.workspace import Workspace
from tests.browser.conftest import Watched
from tests.browser.map_page import MapPage
from tests.browser.reruns import follow, wait_until_idle
from tests.browser.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def zone(server: Server) -> Iterator[Workspace]:
    """The demo zone that the server shows, counted apart from it."""
    with Store.open(f"sqlite:///{server.home / 'demo.sqlite'}") as store:
        yield Workspace(store, Cube.open(store))


def switch(page: Page, words: str) -> None:
    page.locator(".st-key-map_switch").get_by_role("radio", name=words, exact=True).click()


def a_compound(zone: Workspace) -> dict[str, object]:
    return (
        rated(zone.cube, Filter(), "compound", actor=VIEWER).sort("low", descending=True).row(0, named=True)
    )


def test_the_map_goes_from_cells_to_streets_compounds_areas_and_back(
    desktop: Watched, server: Server
) -> None:
    map_page = MapPage(desktop.page).open(server.url)
    for words, kind in (("Streets", "street"), ("Compounds", "compound"), ("Areas", "community")):
        switch(desktop.page, words)
        map_page.wait_for(f"gezhi.kind === '{kind}' && gezhi.state === 'ready'")
        map_page.wait_for_address(show=kind)
    switch(desktop.page, "Cells")
    map_page.wait_for("gezhi.kind === undefined && gezhi.cells > 0")
    map_page.wait_for_address(show=None)
    assert (desktop.outside, desktop.errors) == ([], [])


def test_a_view_of_compounds_opens_from_its_address_a_tip_names_the_place_and_a_click_opens_the_panel(
    desktop: Watched, server: Server, zone: Workspace
) -> None:
    place = a_compound(zone)
    map_page = MapPage(desktop.page).open(f"{server.url}/?show=compound")
    where = map_page.point_of(place["lon"], place["lat"])
    desktop.page.mouse.move(*where)
    lines = map_page.inside.locator(".gz-tip-text span")
    expect(lines.first).to_have_text(str(place["name_en"]))
    rate = float(lines.nth(1).inner_text().split(" ")[0].replace(",", ""))
    assert rate == pytest.approx(place["rate"], rel=0.01)

    wait_until_idle(desktop.page)
    desktop.page.mouse.click(*where)
    expect(desktop.page.get_by_role("heading", name=str(place["name_en"]))).to_be_visible()
    map_page.wait_for_figure("Reports", place["n"])
    map_page.wait_for_address(at=str(place["id"]))
    assert desktop.errors == []


def test_a_filter_changes_the_figures_of_the_places(
    desktop: Watched, server: Server, zone: Workspace
) -> None:
    map_page = MapPage(desktop.page).open(f"{server.url}/?show=street")
    map_page.filter("Cables")
    map_page.wait_for("gezhi.query.includes('overhead_cables')")
    desktop.page.wait_for_url("**group=**")
    chosen = map_page.params["group"]
    slugs = zone.store.categories(actor=VIEWER).filter(group=chosen)["slug"].to_list()
    where = Filter(categories=tuple(slugs))

    painted = map_page.painted
    assert painted["total"] == zone.cube.total(where)
    assert painted["here"] == rated(zone.cube, where, "street", actor=VIEWER)["n"].sum()


def test_from_the_table_to_the_place_to_a_cell_on_the_map_and_back(
    desktop: Watched, server: Server, zone: Workspace
) -> None:
    page, place = desktop.page, a_compound(zone)
    page.goto(f"{server.url}/places?kind=compound")
    line = page.locator(f'tr[data-place="{place["id"]}"]')
    expect(line.locator("td").nth(2)).to_have_text(f"{place['n']:,}")

    follow(line.get_by_role("link", name=str(place["name_en"])))
    page.locator(".gz-place-head").wait_for()
    page.wait_for_url(f"**/place?id={place['id']}*")

    follow(page.locator(".gz-hot a").first)
    map_page = MapPage(page)
    map_page.wait_until_painted()
    mostly = page.locator(".gz-mostly a").first
    expect(mostly).to_be_visible()

    follow(mostly)
    page.locator(".gz-place-head").wait_for()


def test_the_table_jumps_to_the_map_at_the_place(desktop: Watched, server: Server, zone: Workspace) -> None:
    page, place = desktop.page, a_compound(zone)
    page.goto(f"{server.url}/places?kind=compound&period=365d")
    follow(page.locator(f'tr[data-place="{place["id"]}"] .gz-go a'))
    map_page = MapPage(page)
    map_page.wait_until_painted()
    map_page.wait_for("gezhi.kind === 'compound'")

    map_page.wait_for_address(period="365d")
    x, y = map_page.point_of(place["lon"], place["lat"])
    box = map_page.box
    assert box["x"] < x < box["x"] + box["width"]
    assert box["y"] < y < box["y"] + box["height"]
    expect(page.get_by_role("heading", name=str(place["name_en"]))).to_be_visible()


def test_every_kind_of_place_adds_up_to_the_total(desktop: Watched, server: Server, zone: Workspace) -> None:
    page = desktop.page
    page.goto(f"{server.url}/places")
    said, sums = page.get_by_text("pass the filters"), page.locator(".gz-places tfoot")
    for kinds in ("Streets", "Compounds", "Communities", "Street offices"):
        follow(page.get_by_role("radio", name=kinds, exact=True))
        expect(said).to_contain_text(f" in {kinds}")
        expect(sums).to_contain_text(f"All {kinds} together")
        numbers = [int(text.replace(",", "")) for text in re.findall(r"\d[\d,]*", said.inner_text())]
        assert numbers[-1] == sum(numbers[:-1]) == zone.cube.total(Filter())
        assert int(sums.locator("td").nth(2).inner_text().replace(",", "")) == numbers[0]


def test_a_place_beside_another_is_an_address(desktop: Watched, server: Server, zone: Workspace) -> None:
    one, other = rated(zone.cube, Filter(), "compound", actor=VIEWER).head(2).iter_rows(named=True)
    desktop.page.goto(f"{server.url}/place?id={one['id']}&with={other['id']}")
    counts = desktop.page.locator(".gz-beside").first.locator("tbody tr").first.locator("td")

    expect(counts).to_have_text([f"{place['n']:,}" for place in (one, other)])


def assert_it_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    wide = page.evaluate(
        "[...document.querySelectorAll('.gz-places, .gz-place-head, .gz-cases, .gz-hot')]"
        ".filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert wide == 0


def test_the_places_fit_a_telephone(phone: Watched, server: Server, zone: Workspace) -> None:
    page, place = phone.page, a_compound(zone)
    for path, there in (
        ("places?kind=compound", ".gz-places"),
        (f"place?id={place['id']}", ".gz-place-head"),
    ):
        page.goto(f"{server.url}/{path}")
        page.locator(there).first.wait_for()
        assert_it_fits(page)


def test_the_map_of_streets_fits_a_telephone_and_a_tap_opens_one(
    phone: Watched, server: Server, zone: Workspace
) -> None:
    street = (
        rated(zone.cube, Filter(), "street", actor=VIEWER)
        .sort("length_m", descending=True)
        .row(0, named=True)
    )
    shape = zone.store.place(street["id"], actor=VIEWER).geometry
    middle = shape.interpolate(0.37, normalized=True)
    map_page = MapPage(phone.page).open(
        f"{server.url}/?show=street&lat={middle.y:.5f}&lon={middle.x:.5f}&zoom=15"
    )
    assert_it_fits(phone.page)
    phone.page.touchscreen.tap(*map_page.point_of(middle.x, middle.y))
    phone.page.get_by_text(str(street["name"]), exact=True).first.wait_for()

    map_page.wait_for_address(at=str(street["id"]))
    own = filter_for(Filter(), street["id"], "street")
    map_page.wait_for_figure("问题", zone.cube.total(own))


def test_the_filters_of_the_map_go_along_to_the_places_and_back(desktop: Watched, server: Server) -> None:
    page = desktop.page
    map_page = MapPage(page).open(f"{server.url}/?period=90d&group=parking&show=street")
    follow(page.get_by_role("link", name="Places").first)
    page.locator(".gz-places").wait_for()
    page.wait_for_url("**/places?*period=90d*")
    map_page.wait_for_address(group="parking")

    follow(page.locator(".gz-places .gz-name a").first)
    page.locator(".gz-place-head").wait_for()
    map_page.wait_for_address(period="90d", group="parking")

    follow(page.get_by_role("link", name="Map").first)
    map_page.wait_until_painted()
    map_page.wait_for_address(period="90d", group="parking")
