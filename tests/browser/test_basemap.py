"""The base map of the running app: built beside it, and drawn from tiles."""

import time
import urllib.request
from pathlib import Path

import pytest

from tests.browser.conftest import Watched
from tests.browser.map_page import MapPage
from tests.browser.server import Server

pytestmark = pytest.mark.browser


def wait_for_tiles(server: Server) -> Path:
    """Wait until the app has built its tiles."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if found := list(server.home.glob("basemap-*.pmtiles")):
            return found[0]
        time.sleep(0.2)
    raise AssertionError("no tiles were built")


def test_the_demo_zone_is_drawn_from_tiles_of_which_the_server_sends_pieces_as_they_are(
    desktop: Watched, server: Server
) -> None:
    file = wait_for_tiles(server)
    asked: list[str] = []
    desktop.page.on("request", lambda request: asked.append(request.url))

    shown = MapPage(desktop.page).open(server.url)
    shown.inside.locator("[data-gezhi-tiles]").wait_for()

    places = int(shown.inside.locator("[data-gezhi-tiles]").get_attribute("data-gezhi-places") or 0)
    assert places > 50
    assert not any("/api/places" in address for address in asked)
    (address,) = {address for address in asked if "/tiles/" in address}
    assert file.name in address
    headers = {"Range": "bytes=100-299", "Accept-Encoding": "gzip"}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        assert answer.status == 206
        assert answer.read() == file.read_bytes()[100:300]
    assert (desktop.outside, desktop.errors) == ([], [])


def test_a_phone_draws_the_tiles_too(phone: Watched, server: Server) -> None:
    wait_for_tiles(server)
    shown = MapPage(phone.page).open(server.url)
    shown.inside.locator("[data-gezhi-tiles]").wait_for()
    assert (phone.outside, phone.errors) == ([], [])
