"""Streets coloured by the reports along them, in the real browser."""

from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from layers import palettes, street_wire
from layers.hexes import HexLayer
from layers.street_density import StreetDensityLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server
from tests.layers.test_picture_browser import picture

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hacked = true">'
#: Two edges of a bent street and one of another, in four, two and three pieces.
AT = np.array([(-0.004, 0), (0, 0), (0, 0.002), (0, 0.002), (0, 0.004), (-0.004, -0.002), (0.004, -0.002)])
CORNERS, PIECES = [3, 2, 2], [4, 2, 3]
PER_KM = np.array([0, 5, 20, 20, 45, 80, 0, 0, 1.25])


def lines(**options: Any) -> bytes:
    names = ["建设路", "建设路", HOSTILE]
    return street_wire.pack_lines(
        np.add(AT, (LON, LAT)), CORNERS, PIECES, names, **{"version": "1"} | options
    )


def density(per_km: Any = PER_KM, **meta: Any) -> bytes:
    given = {"bandwidth": 180, "weight": "count", "top": 80.0, "total": 90, "far": 12}
    return street_wire.pack_density(
        np.asarray(per_km, float),
        {**given, "within": 50.0, "version": "1", "lines": "1", **meta},  # type: ignore[typeddict-item]
    )


def open_map(page: Page, server: Server, *, zoom: int = 16, **options: Any) -> dict[str, Any]:
    server.answers.setdefault("street-lines", lines())
    server.answers.setdefault("street-density", density())
    page.goto(server.show(StreetDensityLayer(bandwidth=180, **options), zoom=zoom))
    return screen.wait_ready(page)


def colour_at(page: Page, east: float, north: float) -> list[int]:
    colour: list[int] = screen.on_map(
        page,
        """
        const canvas = layer(gezhi.StreetCanvas), frame = canvas.frame();
        const { worldX, worldY } = gezhi.projection, ratio = canvas.canvas.width / frame.width;
        const x = (worldX(argument[0]) * frame.scale - frame.left) * ratio;
        const y = (worldY(argument[1]) * frame.scale - frame.top) * ratio;
        return [...canvas.canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data];
        """,
        [LON + east, LAT + north],
    )
    return colour


def tip(page: Page, east: float, north: float) -> list[str]:
    page.mouse.move(*screen.place_of(page, LAT + north, LON + east))
    page.wait_for_selector(".gz-tip")
    return page.locator(".gz-tip-text span").all_inner_texts()


def test_pieces_of_a_street_have_the_colour_of_their_density(page: Page, server: Server) -> None:
    figures = open_map(page, server)
    assert (figures["kind"], figures["total"], figures["far"], figures["edges"]) == ("along", 90, 12, 3)
    stops = [
        [int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in palettes.colours("ember", 7, "light")
    ]
    # The first edge goes 349 m east, then 222 m north: each piece is 143 m long.
    for east, north, value in (
        (-0.0016, 0, 5),
        (-0.0004, 0, 20),
        (0, 0.0026, 45),
        (0, 0.0036, 80),
        (0.003, -0.002, 1.25),
    ):
        place = np.sqrt(value / 80) * 6
        wanted = [np.interp(place, range(7), channel) for channel in zip(*stops, strict=True)]
        *colour, alpha = colour_at(page, east, north)
        assert alpha == 255
        assert np.abs(np.array(colour) - wanted).max() <= 16, value
    assert 0 < colour_at(page, -0.0036, 0)[3] < 255, "no report: a quiet line"
    assert colour_at(page, 0.002, 0.002)[3] == 0


def test_the_pointer_reads_street_and_density(page: Page, server: Server) -> None:
    open_map(page, server)
    assert tip(page, 0, 0.0036) == [
        "建设路",
        "80 per km of street",
        "Weighed by distance along streets, up to 180 m",
    ]
    assert tip(page, -0.0036, 0)[1] == "0 per km of street"
    assert tip(page, 0.003, -0.002)[0] == HOSTILE
    assert page.evaluate("window.hacked") is None
    page.mouse.move(*screen.place_of(page, LAT + 0.002, LON + 0.003))
    page.wait_for_selector(".gz-tip", state="detached")


def test_the_legend_says_the_scale_the_bandwidth_and_who_is_left_out(page: Page, server: Server) -> None:
    open_map(page, server, title="Open cases per km of street")
    screen.says(page, ".gz-legend-title", "Open cases per km of street")
    assert page.locator(".gz-heat-tick").all_inner_texts() == ["0", "20", "80"]
    assert page.inner_text(".gz-legend-note").split("\n") == [
        "A report counts up to 180 m along streets, the nearer the more.",
        "Reports more than 50 m from every street, not shown: 12 of 90",
    ]


def test_a_picture_of_the_map_has_the_streets_and_their_scale(page: Page, server: Server) -> None:
    open_map(page, server)
    root = ElementTree.fromstring(picture(page, "svg"))
    words = " ".join(text.strip() for text in root.itertext())
    assert "Reports per km of street" in words and "12 of 90" in words
    red, green, blue = colour_at(page, 0, 0.0036)[:3]
    drawn = {path.get("stroke") for path in root.iter() if path.tag.endswith("}path")}
    assert f"rgb({red}, {green}, {blue})" in drawn or f"#{red:02x}{green:02x}{blue:02x}" in drawn


def test_another_filter_asks_for_densities_alone_and_moving_for_nothing(page: Page, server: Server) -> None:
    open_map(page, server)
    server.asked.clear()
    screen.on_map(page, "map.panBy([180, 0], { animate: false });")
    before = screen.paints(page)
    server.answers["street-density"] = density(PER_KM[::-1])
    screen.send(page, StreetDensityLayer("category=posters", bandwidth=180, theme="dark"))
    figures = screen.wait_painted(page, before)
    assert figures["query"] == "category=posters"
    asked = [address for address in server.asked if "street" in address]
    assert len(asked) == 1 and "category=posters" in asked[0] and "bandwidth=180" in asked[0]
    assert tip(page, -0.0036, 0)[1] == "1.26 per km of street"


def test_cells_and_streets_take_turns(page: Page, server: Server) -> None:
    open_map(page, server, zoom=14)
    screen.send(page, HexLayer())
    page.wait_for_function("window.__gezhi.kind === undefined")
    assert screen.on_map(page, "return Boolean(layer(gezhi.HexCanvas)) && !layer(gezhi.StreetCanvas);")
    expect(page.locator(".gz-legend:visible")).to_have_count(1)


def test_a_city_without_streets_says_what_to_do(page: Page, server: Server) -> None:
    server.answers["street-lines"] = street_wire.pack_lines(np.zeros((0, 2)), [], [], [], version="1")
    server.answers["street-density"] = density([], top=0.0)
    page.goto(server.show(StreetDensityLayer(bandwidth=180)))
    page.wait_for_selector("[data-gezhi-state=empty]")
    screen.says(page, ".gz-notice", "Import a file of streets", in_part=True)
    assert page.locator(".gz-legend:visible").count() == 0


def test_a_fault_is_said_and_can_be_tried_again(page: Page, server: Server) -> None:
    server.answers["street-lines"], server.answers["street-density"] = lines(), density(PER_KM[:5])
    page.goto(server.show(StreetDensityLayer(bandwidth=180), zoom=16))
    page.wait_for_selector("[data-gezhi-state=failed]")
    server.answers["street-density"] = density()
    page.get_by_role("button", name="Try again").click()
    assert screen.wait_ready(page)["edges"] == 3
