"""Reports as clusters and points in a real browser, on the demo zone of a fresh start."""

from typing import Any

import pytest
from playwright.sync_api import expect

from data.actors import OPERATOR
from data.store import Store
from tests.browser.conftest import Server, Watched
from tests.browser.map_page import MapPage
from tests.browser.test_map import busiest_cell
from tests.data.pictures import encoded, scene

pytestmark = pytest.mark.browser


def clusters(shown: MapPage) -> list[dict[str, Any]]:
    """Return what is drawn where nothing lies on it, with the pixels of the map that it is drawn at."""
    found: list[dict[str, Any]] = shown.frame.evaluate(
        """() => {
            const canvas = Object.values(map._layers).find((one) => one instanceof gezhi.ClusterCanvas);
            const size = map.getSize();
            const isFree = ({ x, y }) => {
                const hit = document.elementFromPoint(x, y);
                return hit && !hit.closest(".leaflet-control, .gz-panel");
            };
            return canvas.clusters
                .map((one) => ({ ...one, at: map.latLngToContainerPoint([one.lat, one.lon]) }))
                .filter(({ at }) => at.x > 60 && at.y > 60 && at.x < size.x - 70 && at.y < size.y - 60)
                .filter(({ at }) => isFree(at));
        }"""
    )
    return found


def wait_for_points(shown: MapPage, expression: str) -> dict[str, Any]:
    """Wait until an expression over `points`, the figures of their last paint, is true; return them."""
    shown.frame.wait_for_function(
        f"(() => {{ const points = window.__gezhiPoints; return points && ({expression}); }})()"
    )
    figures: dict[str, Any] = shown.frame.evaluate("window.__gezhiPoints")
    return figures


def settled(shown: MapPage) -> None:
    """Wait until a zoom is over and its points are painted."""
    shown.frame.wait_for_function(
        "!document.querySelector('.leaflet-zoom-anim') && __gezhiPoints.paintedAt > __gezhiPoints.requestedAt"
    )


def test_points_alone_are_all_reports_of_the_filter_as_clusters(desktop: Watched, server: Server) -> None:
    shown = MapPage(desktop.page).open(server.url)
    desktop.page.locator(".st-key-map_switch").get_by_role("radio", name="Points", exact=True).click()
    figures = wait_for_points(shown, "points.inView === 40000")
    assert figures["largest"] > 100
    shown.wait_for_address(show="points")

    shown.filter("Parking")
    figures = wait_for_points(shown, "points.query.includes('illegal_parking')")
    desktop.page.wait_for_function(
        "(n) => document.querySelector('[data-testid=\"stMetricValue\"]').innerText.replace(',', '') == n",
        arg=str(figures["inView"]),
    )
    names = shown.inside.locator(".gz-point-legend .gz-legend-class").all_inner_texts()
    assert "illegal parking" in names
    assert "street vending" not in names
    assert desktop.errors == desktop.outside == []


def test_clusters_come_apart_and_one_address_is_spread_out_down_to_a_case(
    desktop: Watched, server: Server
) -> None:
    _cell, lon, lat, _count = busiest_cell(server, 12)
    shown = MapPage(desktop.page).open(f"{server.url}/?show=points&lat={lat}&lon={lon}&zoom=18")
    several = max(clusters(shown), key=lambda one: one["n"])
    box = shown.box
    desktop.page.mouse.click(box["x"] + several["at"]["x"], box["y"] + several["at"]["y"])
    shown.frame.wait_for_function("map.getZoom() === 19 || document.querySelector('[data-gezhi-legs]')")
    settled(shown)
    several = max(clusters(shown), key=lambda one: one["n"])
    if shown.inside.locator("[data-gezhi-legs]").count() == 0:
        desktop.page.mouse.click(box["x"] + several["at"]["x"], box["y"] + several["at"]["y"])
        shown.inside.locator("[data-gezhi-legs]").wait_for()
    leg = shown.frame.evaluate(
        """() => {
            const canvas = Object.values(map._layers).find((one) => one instanceof gezhi.ClusterCanvas);
            const { x, y, legs } = canvas.spread, { scale } = canvas.frame();
            const { latitude, longitude } = gezhi.projection;
            const [leg] = legs;
            const end = [latitude(y + leg.y / scale), longitude(x + leg.x / scale)];
            const at = map.latLngToContainerPoint(end);
            return { x: at.x, y: at.y, id: leg.report.id };
        }"""
    )
    desktop.page.mouse.click(box["x"] + leg["x"], box["y"] + leg["y"])
    link = shown.inside.get_by_role("link", name="Open the case")
    link.click()
    desktop.page.wait_for_url(f"**/case?id={leg['id']}*")
    desktop.page.get_by_text("Open cases").first.wait_for()
    assert desktop.outside == []


def test_a_point_tells_its_story_and_shows_its_photo(desktop: Watched, server: Server) -> None:
    _cell, lon, lat, _count = busiest_cell(server, 12)
    shown = MapPage(desktop.page).open(f"{server.url}/?show=points&lat={lat}&lon={lon}&zoom=19")
    alone = next(one for one in clusters(shown) if one["n"] == 1)
    with Store.open(
        f"sqlite:///{server.home / 'demo.sqlite'}", photos=str(server.home / "demo-photos")
    ) as store:
        store.add_photo(alone["id"], encoded(scene(5, width=400, height=300)), actor=OPERATOR)
        told = store.reports([alone["id"]], actor=OPERATOR).row(0, named=True)
    shown.open(f"{server.url}/?show=points&lat={lat}&lon={lon}&zoom=19")
    shown.inside.get_by_text("With photo").wait_for()

    desktop.page.mouse.click(*shown.point_of(told["lon"], told["lat"]))
    popup = shown.inside.locator(".gz-report")
    popup.locator("img").wait_for()
    shown.frame.wait_for_function("document.querySelector('.gz-report img').naturalWidth === 320")
    expect(popup).to_contain_text(told["address"])
    assert desktop.errors == desktop.outside == []


def test_points_can_be_used_by_thumb(phone: Watched, server: Server) -> None:
    shown = MapPage(phone.page).open(server.url + "/?show=points")
    wait_for_points(shown, "points.inView === 40000")
    expect(shown.inside.locator(".gz-point-legend .gz-legend-class").first).to_be_hidden()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390

    before = shown.frame.evaluate("map.getZoom()")
    several = max(clusters(shown), key=lambda one: one["n"])
    phone.page.touchscreen.tap(shown.box["x"] + several["at"]["x"], shown.box["y"] + several["at"]["y"])
    shown.frame.wait_for_function("(zoom) => map.getZoom() > zoom", arg=before)
    settled(shown)
    shown.inside.locator(".gz-point-legend .gz-legend-title").tap()
    shown.inside.get_by_text("机动车违停").wait_for()
    assert phone.errors == phone.outside == []
