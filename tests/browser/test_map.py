"""The managers' map in a real browser, on the demo zone of a fresh start."""

import sqlite3

import numpy as np
import pytest
from playwright.sync_api import expect

from geo import cells
from tests.browser.conftest import Server, Watched
from tests.browser.map_page import FRAME, MapPage
from tests.browser.reruns import follow, wait_until_idle

pytestmark = pytest.mark.browser


def busiest_cell(server: Server, resolution: int) -> tuple[int, float, float, int]:
    """Return cell, lon, lat and count of the busiest cell, from the database itself."""
    with sqlite3.connect(server.home / "demo.sqlite") as connection:
        lon, lat = np.array(connection.execute("SELECT lon, lat FROM issue").fetchall()).T
    found, counts = cells.count(cells.from_points(lon, lat, resolution))
    top = int(counts.argmax())
    middle_lon, middle_lat = cells.centres(found[[top]])
    return int(found[top]), float(middle_lon[0]), float(middle_lat[0]), int(counts[top])


def test_a_fresh_start_shows_the_demo_says_that_it_is_one_and_asks_no_other_machine(
    desktop: Watched, server: Server
) -> None:
    shown = MapPage(desktop.page).open(server.url)
    assert shown.painted["total"] == 40_000
    assert shown.painted["cells"] > 300
    shown.wait_for_figure("Reports", 40_000)
    expect(desktop.page.get_by_text("synthetic data").first).to_be_visible()
    shown.filter("Parking")
    shown.wait_for("gezhi.query.includes('illegal_parking')")
    follow(desktop.page.get_by_role("link", name="Import").first)
    desktop.page.locator('[data-testid="stFileUploader"]').wait_for()
    assert desktop.outside == []
    assert desktop.errors == []


def test_a_click_shows_the_reports_of_that_very_cell_and_more_on_demand_until_it_is_closed(
    desktop: Watched, server: Server
) -> None:
    shown = MapPage(desktop.page).open(server.url + "/?res=10")
    cell, lon, lat, count = busiest_cell(server, 10)
    where, reports = shown.point_of(lon, lat), desktop.page.locator(".gz-reports li")
    desktop.page.mouse.click(*where)
    reports.nth(19).wait_for()
    shown.wait_for_address(cell=f"{cell:x}")
    shown.wait_for_figure("Reports in this cell", count)
    positions = [(row.get_attribute("data-lon"), row.get_attribute("data-lat")) for row in reports.all()]
    found = cells.from_points(
        [float(a or "nan") for a, _ in positions], [float(b or "nan") for _, b in positions], 10
    )
    assert len(positions) == 20
    assert set(found.tolist()) == {cell}

    def list_more_and_close() -> None:
        desktop.page.get_by_role("button", name="Show 20 more reports").click()
        reports.nth(39).wait_for()
        desktop.page.locator(".st-key-close_cell button").locator("visible=true").first.click()
        reports.first.wait_for(state="detached")
        shown.wait_for_address(cell=None)

    list_more_and_close()
    desktop.page.mouse.click(*where)
    reports.nth(19).wait_for()
    list_more_and_close()


def test_totals_agree_at_every_resolution_and_zoom(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(server.url + "/?lat=38.3&lon=116.9&zoom=12")
    size = desktop.page.get_by_role("slider", name="Size of the cells")
    for zoom in range(12, 18):
        shown.frame.evaluate(f"map.setZoom({zoom}, {{animate: false}})")
        expected = {12: 8, 13: 9, 14: 10, 15: 10, 16: 11, 17: 12}[zoom]
        shown.wait_for(f"gezhi.resolution === {expected}")
        assert shown.painted["total"] == 40_000
    shown.frame.evaluate("map.setZoom(12, {animate: false})")
    for resolution in cells.RESOLUTIONS:
        wait_until_idle(desktop.page)
        size.press("ArrowRight")
        shown.wait_for(f"gezhi.resolution === {resolution} && gezhi.inView === 40000")
        shown.wait_for_address(res=str(resolution))


def test_a_filter_changes_the_picture_without_a_flicker(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(server.url)
    # Look at each frame of the browser: the painted share of the canvas must never fall to nothing.
    shown.frame.evaluate(
        """() => {
          const canvases = [...document.querySelectorAll('canvas')];
          window.watched = { shares: [], first: canvases.map((canvas) => canvas.isConnected) };
          const cellsOf = () => Math.max(...[...document.querySelectorAll('canvas')].map((canvas) => {
            const context = canvas.getContext('2d', { willReadFrequently: true });
            const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
            let painted = 0;
            for (let i = 3; i < pixels.length; i += 4 * 97) if (pixels[i] > 0) painted++;
            return painted / (pixels.length / (4 * 97));
          }));
          const look = () => {
            window.watched.shares.push(cellsOf());
            window.watching = requestAnimationFrame(look);
          };
          look();
        }"""
    )
    before = shown.painted["paints"]
    shown.filter("Parking")
    shown.wait_for(f"gezhi.paints > {before} && gezhi.query.includes('illegal_parking')")
    shares = shown.frame.evaluate(
        "() => { cancelAnimationFrame(window.watching); return window.watched.shares; }"
    )
    assert len(shares) > 3
    assert min(shares) > 0.02, "there was a frame without a picture"
    assert shown.painted["total"] < 40_000
    assert desktop.page.locator(FRAME).count() == 1


def test_a_view_is_its_address(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(server.url)
    shown.filter("Parking")
    shown.wait_for("gezhi.query.includes('illegal_parking')")
    shown.frame.evaluate("map.setView([38.302, 116.904], 16, {animate: false})")
    shown.wait_for("gezhi.resolution === 11")
    desktop.page.wait_for_url("**zoom=16**")
    total = shown.painted["total"]
    again = MapPage(desktop.page).open(desktop.page.url)
    again.wait_for("gezhi.resolution === 11 && gezhi.query.includes('illegal_parking')")
    assert again.painted["total"] == total
    again.wait_for_figure("Reports", total)
    again.wait_for_address(group="parking")
    assert float(again.params["lat"]) == pytest.approx(38.302, abs=2e-5)
    assert float(again.params["lon"]) == pytest.approx(116.904, abs=2e-5)


def test_going_back_in_the_history_takes_a_filter_back(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(server.url)
    shown.filter("Parking")
    shown.wait_for("gezhi.query.includes('illegal_parking')")
    desktop.page.wait_for_url("**group=parking**")
    desktop.page.go_back()
    desktop.page.wait_for_url(lambda address: "group=parking" not in address)
    desktop.page.locator('[data-testid="stMetric"]').filter(has_text="40,000").first.wait_for()
    MapPage(desktop.page).wait_for_figure("Reports", 40_000)


def test_a_broken_address_still_opens_the_map(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(
        server.url + "/?status=lost&from=never&res=99&cell=zz&lat=x&lon=&zoom=-3&category=nothing"
    )
    shown.wait_for_figure("Reports", 40_000)
    assert desktop.errors == []


def test_a_filter_without_a_report_says_so_and_offers_a_way_back(desktop: Watched, server: Server) -> None:
    page = desktop.page
    page.goto(server.url + "/?from=1999-01-01&to=1999-01-02")
    page.get_by_text("No report passes these filters.").wait_for()
    page.locator(".st-key-clear_from_empty button").locator("visible=true").first.click()
    MapPage(page).wait_for("gezhi.total === 40000")


def test_the_language_can_be_changed(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(server.url)
    desktop.page.get_by_text("中文", exact=True).click()
    desktop.page.get_by_text("问题大类").wait_for()
    desktop.page.frame_locator(FRAME).last.get_by_text("每格问题数").wait_for()  # the new map, beside the old
    expect(desktop.page.locator(FRAME)).to_have_count(1)
    shown.wait_for_address(lang="zh")
    desktop.page.mouse.click(*shown.point_of(*busiest_cell(server, 10)[1:3]))
    desktop.page.get_by_text("本网格问题数").wait_for()


def test_the_phone_layout_speaks_the_phones_language_fits_and_leaves_room_to_scroll(
    phone: Watched, server: Server
) -> None:
    shown = MapPage(phone.page).open(server.url)
    expect(phone.page.get_by_text("合成数据").first).to_be_visible()
    width = phone.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page is wider than the phone"
    assert shown.box["height"] <= 844 / 2
    expect(shown.inside.locator(".leaflet-control-scale")).to_be_visible()
    x, y = shown.point_of(*busiest_cell(server, 10)[1:3])
    assert y < shown.box["y"] + shown.box["height"]
    phone.page.touchscreen.tap(x, y)
    phone.page.locator(".gz-reports li").first.wait_for()
    overflow = phone.page.locator(".gz-reports").evaluate("list => list.scrollWidth - list.clientWidth")
    assert overflow <= 0


def test_heat_is_painted_keeps_its_scale_and_follows_the_filter(desktop: Watched, server: Server) -> None:
    map_page = MapPage(desktop.page).open(f"{server.url}/?show=heat&bandwidth=200")
    first = map_page.painted
    assert (first["kind"], first["state"], first["bandwidth"]) == ("heat", "ready", 200)
    map_page.wait_for_figure("Reports", first["total"])

    map_page.frame.evaluate("map_div.setZoom(17)")
    map_page.wait_for(f"gezhi.paints > {first['paints']} && gezhi.inView < {first['total']}")
    assert map_page.painted["top"] == first["top"]

    map_page.filter("Parking")
    map_page.wait_for(f"gezhi.query.includes('illegal_parking') && gezhi.total < {first['total']}")
    assert map_page.painted["top"] < first["top"]
    assert (desktop.outside, desktop.errors) == ([], [])
