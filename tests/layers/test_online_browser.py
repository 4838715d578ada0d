"""Online maps under the cells, in the real browser: they lie right, or give way when they do not answer."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from geo.datums import from_gcj02, to_gcj02
from layers.base import BaseLayer
from layers.hexes import HexLayer
from layers.online import OnlineMap
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server
from tests.layers.tile_server import DISC_PX, GROUND, TileServer, serving

pytestmark = pytest.mark.browser

NOTHING = HexLayer("category=nothing")
#: A pair that libraries of several languages share in their tests: WGS-84, then GCJ-02 (Beijing).
WGS84, GCJ02 = (116.404, 39.915), (116.41024449916938, 39.91640428150164)
PLACES = {
    "type": "FeatureCollection",
    "complete": True,
    "features": [
        {
            "type": "Feature",
            "properties": {"kind": "water", "name": "月湖"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [LON - 1, LAT - 1],
                        [LON + 1, LAT - 1],
                        [LON + 1, LAT + 1],
                        [LON - 1, LAT + 1],
                        [LON - 1, LAT - 1],
                    ]
                ],
            },
        }
    ],
}


@pytest.fixture
def tiles() -> Iterator[TileServer]:
    with serving() as server:
        yield server


def online(tiles: TileServer, **options: Any) -> OnlineMap:
    return OnlineMap(**{"name": "online", "url": tiles.url, "attribution": "© Somebody"} | options)


def open_map(
    page: Page, server: Server, *maps: OnlineMap, address: str = "?base=online", **options: Any
) -> None:
    page.goto(server.show(BaseLayer(online=maps), NOTHING, **options) + address)
    screen.wait_ready(page, "empty")


def wait_for_tiles(page: Page) -> None:
    page.wait_for_function(
        "document.querySelectorAll('.leaflet-tile-loaded').length > 0"
        " && [...document.querySelectorAll('.leaflet-tile')].every((tile) =>"
        " tile.classList.contains('leaflet-tile-loaded') && getComputedStyle(tile).opacity === '1')"
    )


def picture(page: Page) -> np.ndarray:
    """Take a picture of the tiles alone."""
    page.add_style_tag(
        content=".gz-map > :not(.leaflet-map-pane), .leaflet-map-pane > :not(.leaflet-gz-raster-pane)"
        "{ visibility: hidden }"
    )
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)


def discs(shot: np.ndarray, near: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Find the middle of each disc around places of the screen; NaN where none is."""
    red = np.clip((shot[..., 0] - GROUND[0]) / (255 - GROUND[0]), 0, 1)
    found = []
    for x, y in near:
        left, top = max(0, round(x) - 30), max(0, round(y) - 30)
        window = red[top : top + 61, left : left + 61]
        if window.sum() < np.pi * DISC_PX**2 * 0.9:
            found.append((np.nan, np.nan))
            continue
        rows, columns = np.indices(window.shape)
        found.append(
            (
                left + float((window * columns).sum() / window.sum()) + 0.5,
                top + float((window * rows).sum() / window.sum()) + 0.5,
            )
        )
    return found


def bare(page: Page) -> int:
    """Count the pixels that are not as the tiles are."""
    return int((np.abs(picture(page) - GROUND).max(axis=2) > 6).sum())


def grid_of_places(page: Page) -> list[tuple[float, float]]:
    """Return longitudes and latitudes all over the screen."""
    spots = [(x, y) for x in (60, 380, 640, 940) for y in (60, 350, 640)]
    return [screen.latlng_at(page, x, y)[::-1] for x, y in spots]


@pytest.mark.parametrize(("zoom", "center"), [(18, (39.915, 116.404)), (13, (22.54, 113.93))])
def test_tiles_in_gcj02_lie_under_the_wgs84_places_to_within_a_pixel_all_over_the_screen(
    page: Page, server: Server, tiles: TileServer, zoom: int, center: tuple[float, float]
) -> None:
    open_map(page, server, online(tiles, datum="gcj02"), center=center, zoom=zoom, address="")
    places = [*grid_of_places(page), *([WGS84] if zoom == 18 else [])]
    lon, lat = to_gcj02(*np.array(places).T)
    tiles.places = list(zip(lon.tolist(), lat.tolist(), strict=True))
    if zoom == 18:
        tiles.places[-1] = GCJ02
    choose(page, "Online map")
    wait_for_tiles(page)

    wanted = [screen.place_of(page, lat, lon) for lon, lat in places]
    off = np.hypot(*(np.array(discs(picture(page), wanted)) - wanted).T)
    assert off.max() < 0.5, off.round(2)


def test_tiles_in_wgs84_are_laid_as_they_are_and_taken_for_gcj02_they_would_be_far_off(
    page: Page, server: Server, tiles: TileServer
) -> None:
    open_map(page, server, online(tiles), center=WGS84[::-1], zoom=17, address="")
    places = grid_of_places(page)
    tiles.places = places
    choose(page, "Online map")
    wait_for_tiles(page)
    wanted = [screen.place_of(page, lat, lon) for lon, lat in places]
    shot = picture(page)
    assert np.hypot(*(np.array(discs(shot, wanted)) - wanted).T).max() < 0.5

    lon, lat = from_gcj02(*np.array(places).T)
    shifted = [screen.place_of(page, *place) for place in zip(lat, lon, strict=True)]
    assert np.isnan(discs(shot, [spot for spot in shifted if 0 < spot[0] < 1000])).all()


def test_no_hair_shows_between_moved_tiles_after_a_pan_and_a_zoom_too(
    page: Page, server: Server, tiles: TileServer
) -> None:
    open_map(page, server, online(tiles, datum="gcj02", max_zoom=16), center=WGS84[::-1], zoom=16)
    wait_for_tiles(page)
    assert bare(page) < 100, "a few pixels where four corners meet, no line of 700"
    for move in ("map.panBy([900, 500], { animate: false })", "map.setZoom(18, { animate: false })"):
        screen.on_map(page, move)
        wait_for_tiles(page)
    assert bare(page) < 100, "a few pixels where four corners meet, no line of 700"
    assert not [path for path in tiles.asked if path.startswith(("/17", "/18"))], "stretched beyond its zooms"


def test_nobody_is_asked_unless_chosen_and_without_a_setting_there_is_no_choice(
    page: Page, server: Server, tiles: TileServer
) -> None:
    open_map(page, server, address="?base=online")
    assert page.locator(".gz-base").count() == 0
    assert page.locator(".gz-map").get_attribute("data-gezhi-base") is None
    open_map(page, server, online(tiles), address="")
    expect(page.locator(".gz-base")).to_have_count(1)
    assert tiles.asked == []


def choose(page: Page, words: str) -> None:
    page.get_by_role("button", name="Map under the figures").click()
    page.get_by_role("radio", name=words).check()
    page.get_by_role("button", name="Map under the figures").click()


def shown(page: Page) -> dict[str, bool]:
    """Tell which parts of our own base are to be seen."""
    names = ("places", "traces", "names")
    return {name: page.locator(f".leaflet-gz-{name}-pane canvas").is_visible() for name in names}


def test_the_choice_changes_what_lies_below_and_stands_in_the_address(
    page: Page, server: Server, tiles: TileServer
) -> None:
    server.answers["places"] = PLACES
    satellite = online(tiles, name="satellite", url=tiles.url + "?sat", attribution="© <b>Else</b>")
    open_map(page, server, online(tiles), satellite, attribution="Reports: city", address="?lang=en")
    assert shown(page) == {"places": True, "traces": True, "names": True}

    choose(page, "Satellite")
    page.wait_for_function("location.search.includes('base=satellite')")
    wait_for_tiles(page)
    assert shown(page) == {"places": False, "traces": False, "names": True}
    screen.says(page, ".gz-attribution", "Reports: city · © <b>Else</b>")
    assert all(path.endswith("?sat") for path in tiles.asked) and tiles.asked
    order = "(name) => Number(document.querySelector(`.leaflet-gz-${name}-pane`).style.zIndex)"
    levels = [page.evaluate(order, name) for name in ("raster", "cells", "names")]
    assert levels == sorted(levels), "names above the cells, cells above the pictures"

    page.reload()
    page.wait_for_selector("[data-gezhi-base=satellite]")
    choose(page, "None")
    page.wait_for_function("location.search.includes('base=none')")
    assert shown(page) == {"places": False, "traces": False, "names": False}
    assert page.locator(".leaflet-tile").count() == 0
    choose(page, "Own streets")
    page.wait_for_function("!location.search.includes('base=') && location.search.includes('lang=en')")
    assert shown(page) == {"places": True, "traces": True, "names": True}
    screen.says(page, ".gz-attribution", "Reports: city")


def test_a_map_that_does_not_answer_gives_way_to_our_own_after_a_few_tries(
    page: Page, server: Server, tiles: TileServer
) -> None:
    server.answers["places"] = PLACES
    tiles.broken = True
    open_map(page, server, online(tiles))
    page.wait_for_selector("[data-gezhi-base=own]")
    screen.says(page, ".gz-notice", "does not answer", in_part=True)
    assert shown(page)["places"]
    expect(page.locator(".gz-attribution")).to_be_hidden()
    assert "base=online" in page.url, "the next visit tries again"
    tried = len(tiles.asked)
    screen.on_map(page, "map.panBy([400, 0], { animate: false })")
    page.wait_for_timeout(150)  # tiles would be asked for at once
    assert len(tiles.asked) == tried, "no endless errors"

    tiles.broken = False
    page.get_by_role("button", name="Try again").click()
    wait_for_tiles(page)
    assert "does not answer" not in page.inner_text(".gz-notice")
    expect(page.locator(".gz-map")).to_have_attribute("data-gezhi-base", "online")


def test_the_keyboard_opens_chooses_and_closes(page: Page, server: Server, tiles: TileServer) -> None:
    open_map(page, server, online(tiles), address="")
    button = page.get_by_role("button", name="Map under the figures")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("[data-gezhi-base=online]")
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert button.evaluate("(button) => document.activeElement === button")


def test_the_browser_shifts_as_we_do(page: Page, server: Server) -> None:
    open_map(page, server, address="")
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(70, 140, 400), rng.uniform(-2, 58, 400)
    for name, ours in (("toGcj02", to_gcj02), ("fromGcj02", from_gcj02)):
        theirs = page.evaluate(
            f"(places) => places.map(([lon, lat]) => gezhi.datums.{name}(lon, lat))",
            np.column_stack([lon, lat]).tolist(),
        )
        assert np.abs(np.array(theirs).T - ours(lon, lat)).max() < 1e-9


@pytest.mark.parametrize(("given", "words"), [({"datum": "bd09"}, "'bd09'"), ({"name": "moon"}, "'moon'")])
def test_a_map_that_cannot_lie_right_is_refused(given: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        OnlineMap(**{"name": "online", "url": "https://a.example/{z}/{x}/{y}"} | given)


def test_a_map_that_stays_silent_is_given_up_after_some_seconds(page: Page, server: Server) -> None:
    page.clock.install()
    page.route("**/silent/**", lambda _route: None)
    silent = OnlineMap("online", server.url + "silent/{z}/{x}/{y}")
    open_map(page, server, silent, address="")
    choose(page, "Online map")
    page.wait_for_selector("[data-gezhi-base=online]")
    page.clock.fast_forward(8_500)
    page.wait_for_selector("[data-gezhi-base=own]")
    screen.says(page, ".gz-notice", "does not answer", in_part=True)
