"""The view in the address of the page, in all the places that a map can be shown in."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import folium
import h3
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from layers import classes, wire
from layers.base import BaseLayer
from layers.canvas_map import canvas_map
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser


def _address(page: Page) -> dict[str, str]:
    query = urlsplit(page.evaluate("location.href")).query
    return {name: values[0] for name, values in parse_qs(query).items()}


def test_a_move_is_written_beside_the_other_parameters(page: Page, server: Server) -> None:
    page.goto(server.show() + "?category=posters&lat=nonsense")
    screen.wait_ready(page)

    screen.on_map(page, "map.setView([38.31, 116.92], 15, { animate: false });")
    page.wait_for_function("location.search.includes('zoom=15')")

    assert _address(page) == {"category": "posters", "lat": "38.31000", "lon": "116.92000", "zoom": "15"}


def test_a_view_in_the_address_is_where_the_map_begins(page: Page, server: Server) -> None:
    page.goto(server.show() + "?lat=38.29&lon=116.91&zoom=16")
    screen.wait_ready(page)

    at = screen.on_map(page, "const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()];")
    assert at == pytest.approx([38.29, 116.91, 16], abs=1e-5)
    assert len([address for address in server.asked if "/api/cells" in address]) == 1


def test_an_address_with_an_impossible_view_is_left_aside(page: Page, server: Server) -> None:
    page.goto(server.show() + "?lat=99&lon=116.9&zoom=14")
    screen.wait_ready(page)

    assert screen.on_map(page, "return map.getCenter().lat;") == pytest.approx(LAT)


def test_the_view_is_put_back_when_the_page_rewrites_its_address(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    screen.on_map(page, "map.setView([38.31, 116.92], 15, { animate: false });")
    page.wait_for_function("location.search.includes('zoom=15')")

    page.evaluate("history.pushState({}, '', '?category=cables')")
    page.wait_for_function("location.search.includes('zoom=15')")

    assert _address(page)["category"] == "cables"


def test_another_page_of_the_app_is_not_written_to(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)

    page.evaluate("history.pushState({}, '', '/reports?day=1')")
    screen.on_map(page, "map.setZoom(15, { animate: false });")
    screen.wait_painted(page, 1)
    page.evaluate("new Promise((done) => setTimeout(done, 400))")  # longer than the map waits to write

    assert page.evaluate("location.href").endswith("/reports?day=1")


def test_a_map_in_a_page_of_somebody_else_keeps_quiet(page: Page, server: Server) -> None:
    server.show()
    page.goto(server.url.replace("127.0.0.1", "localhost") + "frame")
    page.evaluate(
        "(url) => { document.body.innerHTML = '<iframe width=800 height=500></iframe>';"
        "document.querySelector('iframe').src = url; }",
        server.url,
    )
    frame = page.frame_locator("iframe")
    frame.locator("[data-gezhi-state=ready]").wait_for()

    assert page.evaluate("location.search") == ""


def test_a_page_moves_the_map_once_for_each_wish(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    where = "const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()];"
    wish = "gezhi.layer('go', {stamp: 'a', lat: 38.31, lon: 116.92, zoom: 15}).addTo(map);"

    screen.on_map(page, wish)
    assert screen.on_map(page, where) == pytest.approx([38.31, 116.92, 15], abs=1e-5)

    screen.on_map(page, "map.setView([38.29, 116.91], 13, { animate: false });")
    screen.on_map(page, wish)
    assert screen.on_map(page, where) == pytest.approx([38.29, 116.91, 13], abs=1e-5)

    screen.on_map(page, "gezhi.layer('go', {stamp: 'b', box: [116.9, 38.3, 116.95, 38.33]}).addTo(map);")
    seen = screen.on_map(
        page, "const b = map.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];"
    )
    assert seen[0] < 116.9 and seen[1] < 38.3 and seen[2] > 116.95 and seen[3] > 38.33
    assert seen[2] - seen[0] < 0.5


def _packs() -> list[bytes]:
    packs = []
    for resolution, rings in ((9, 4), (10, 12)):
        texts = h3.grid_disk(h3.latlng_to_cell(LAT, LON, resolution), rings)
        counts = np.random.default_rng(2).geometric(0.2, len(texts))
        meta = {"resolution": resolution, "edges": classes.edges(counts), "total": int(counts.sum())}
        packs.append(wire.pack([h3.str_to_int(text) for text in texts], counts, meta))
    return packs


def test_a_saved_map_works_without_any_server(page: Page, tmp_path: Path) -> None:
    street = {
        "type": "Feature",
        "properties": {"kind": "street", "level": "main", "name": "青禾大道"},
        "geometry": {"type": "LineString", "coordinates": [[116.88, 38.3], [116.92, 38.3]]},
    }
    saved = canvas_map((LAT, LON), 14, embed=True)
    group = folium.FeatureGroup(name="layers").add_to(saved)
    BaseLayer({"type": "FeatureCollection", "features": [street]}).add_to(group)
    HexLayer(_packs()).add_to(group)
    file = tmp_path / "map.html"
    saved.save(str(file))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)

    page.goto(file.as_uri())
    figures = screen.wait_ready(page)
    assert (figures["resolution"], figures["cells"]) == (10, 469)
    screen.on_map(page, "map.setZoom(13, { animate: false });")
    assert screen.wait_painted(page, figures["paints"])["resolution"] == 9
    page.mouse.click(500, 350)
    assert screen.selected(page) == h3.latlng_to_cell(*screen.latlng_at(page, 500, 350), 9)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_a_notebook_shows_the_map_in_its_own_frame(page: Page) -> None:
    shown = canvas_map((LAT, LON), 14, embed=True)
    HexLayer(_packs()[1]).add_to(folium.FeatureGroup(name="layers").add_to(shown))

    page.set_content(shown._repr_html_())

    page.frame_locator("iframe").locator("[data-gezhi-state=ready]").wait_for()


@pytest.fixture
def phone(browser: Browser) -> Page:
    """Open a page as wide as a phone, with touch."""
    context = browser.new_context(
        viewport={"width": 390, "height": 420}, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    return context.new_page()


def test_on_a_phone_a_tap_selects_and_the_legend_is_folded(phone: Page, server: Server) -> None:
    phone.goto(server.show())
    screen.wait_ready(phone)
    expect(phone.locator(".gz-legend-classes")).to_be_hidden()

    phone.touchscreen.tap(195, 200)

    lat, lon = screen.latlng_at(phone, 195, 200)
    assert screen.selected(phone) == h3.latlng_to_cell(lat, lon, 10)
    assert phone.locator(".gz-tip").count() == 0
    phone.tap(".gz-legend-title")
    expect(phone.locator(".gz-legend-classes")).to_be_visible()
    assert screen.selected(phone)
    phone.context.close()


def test_on_a_phone_one_finger_moves_the_map(phone: Page, server: Server) -> None:
    phone.goto(server.show())
    painted = screen.wait_ready(phone)["paints"]
    session = phone.context.new_cdp_session(phone)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        spots = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    touch("touchStart", (300, 250))
    for step in range(1, 9):
        touch("touchMove", (300 - 20 * step, 250))
    touch("touchEnd")
    screen.wait_painted(phone, painted)

    assert screen.on_map(phone, "return map.getCenter().lng;") > LON + 0.005
    phone.context.close()


def test_the_wanted_box_fits_the_screen_whatever_its_size(page: Page, server: Server) -> None:
    box = (116.86, 38.28, 116.94, 38.32)
    shows = "const [w, s, e, n] = argument; return map.getBounds().contains([[s, w], [n, e]]);"
    page.goto(server.show(bounds=box, zoom=5))
    screen.wait_ready(page)
    assert screen.on_map(page, shows, box)
    wide = screen.on_map(page, "return map.getZoom();")

    page.set_viewport_size({"width": 390, "height": 300})
    page.wait_for_function(
        "(wide) => Object.values(window).find((v) => v instanceof L.Map).getZoom() < wide", arg=wide
    )

    assert screen.on_map(page, shows, box)
    assert "zoom" not in _address(page)


def test_a_map_that_somebody_moved_keeps_its_middle_when_it_is_resized(page: Page, server: Server) -> None:
    page.goto(server.show(bounds=(116.86, 38.28, 116.94, 38.32)))
    screen.wait_ready(page)
    screen.on_map(page, "map.setView([38.31, 116.92], 15, { animate: false });")

    page.set_viewport_size({"width": 390, "height": 300})
    page.wait_for_function("Object.values(window).find((v) => v instanceof L.Map).getSize().x === 390")

    at = screen.on_map(page, "const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()];")
    assert at == pytest.approx([38.31, 116.92, 15], abs=1e-3)


def test_the_view_is_there_again_when_one_comes_back_from_another_page(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    screen.on_map(page, "map.setView([38.31, 116.92], 15, { animate: false });")
    page.wait_for_function("location.search.includes('zoom=15')")
    centre = "const c = map.getCenter(); return [c.lat, c.lng, map.getZoom()];"

    page.goto(server.url + "frame")
    page.goto(server.url)
    screen.wait_ready(page)
    assert screen.on_map(page, centre) == pytest.approx([38.31, 116.92, 15], abs=1e-4)

    page.goto(server.show(center=(40.7, -74.0)))  # other data
    screen.wait_ready(page, "empty")
    assert screen.on_map(page, centre) == pytest.approx([40.7, -74.0, 14], abs=1e-4)
