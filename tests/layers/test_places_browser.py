"""Single reports and the base of the map in the real browser."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layers.base import BaseLayer
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hacked = true">'


def _feature(kind: str, geometry: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"kind": kind, **properties},
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


def _square(lon: float, lat: float, half: float) -> list[list[list[float]]]:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return [[[lon + half * x, lat + half * y] for x, y in corners]]


def _colour_at(page: Page, layer: str, lat: float, lon: float) -> list[int]:
    """Return red, green, blue, alpha that a canvas has at a place."""
    colour: list[int] = screen.on_map(
        page,
        f"""
        const canvas = layer(gezhi.{layer}), frame = canvas.frame();
        const {{ worldX, worldY }} = gezhi.projection, ratio = canvas.canvas.width / frame.width;
        const x = (worldX(argument[1]) * frame.scale - frame.left) * ratio;
        const y = (worldY(argument[0]) * frame.scale - frame.top) * ratio;
        return [...canvas.canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data];
        """,
        [lat, lon],
    )
    return colour


def test_places_are_drawn_under_the_cells_where_they_are(page: Page, server: Server) -> None:
    server.answers["places"] = {
        "features": [
            _feature("water", "Polygon", _square(LON, LAT, 0.002), name="Lake"),
            _feature(
                "street", "LineString", [[LON + 0.004, LAT - 0.01], [LON + 0.004, LAT + 0.01]], level="main"
            ),
            _feature("teapot", "Point", [LON - 0.004, LAT], name="Unknown"),
        ]
    }
    page.goto(server.show(BaseLayer(), HexLayer("category=nothing"), zoom=16))
    page.wait_for_selector("[data-gezhi-places='3']")

    red, _, blue, alpha = _colour_at(page, "PlaceCanvas", LAT, LON)
    assert (alpha, blue > red) == (255, True)
    assert _colour_at(page, "PlaceCanvas", LAT, LON + 0.004)[3] == 255
    assert _colour_at(page, "PlaceCanvas", LAT, LON - 0.004)[3] == 255
    assert _colour_at(page, "PlaceCanvas", LAT, LON + 0.003)[3] == 0
    order = screen.on_map(
        page,
        "return ['places', 'cells', 'traces', 'marks', 'names', 'points']"
        ".map((name) => map.getPane(`gz-${name}`)).filter(Boolean).map((pane) => Number(pane.style.zIndex));",
    )
    assert order == sorted(order)


@pytest.mark.parametrize(("zoom", "named"), [(14, False), (15, True)])
def test_compounds_have_their_names_from_zoom_fifteen_on(
    page: Page, server: Server, zoom: int, named: bool
) -> None:
    server.answers["places"] = {
        "features": [_feature("compound", "Polygon", _square(LON, LAT, 0.004), name="青禾苑")]
    }
    page.goto(server.show(BaseLayer(), HexLayer(), zoom=zoom))
    page.wait_for_selector("[data-gezhi-places='1']")

    assert _written(page) is named


def _written(page: Page) -> bool:
    return bool(
        screen.on_map(
            page,
            "const { canvas } = layer(gezhi.LabelCanvas);"
            "const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;"
            "return data.some((value) => value > 0);",
        )
    )


def test_names_never_lie_over_each_other(page: Page, server: Server) -> None:
    spots = [[LON + 0.0002 * i, LAT] for i in range(12)]
    server.answers["places"] = {
        "features": [_feature("shop", "Point", spot, name=f"Shop number {i}") for i, spot in enumerate(spots)]
    }
    page.goto(server.show(BaseLayer(), HexLayer(), zoom=18))
    page.wait_for_selector("[data-gezhi-places='12']")
    screen.on_map(
        page,
        """
        window.boxes = [];
        const labels = layer(gezhi.LabelCanvas), context = labels.canvas.getContext('2d');
        const write = context.fillText;
        context.fillText = (text, x, y) => window.boxes.push([x, context.measureText(text).width]);
        labels.redraw();
        context.fillText = write;
        """,
    )

    boxes = sorted(page.evaluate("window.boxes"))
    assert len(boxes) > 2
    assert all(x + w / 2 <= x2 - w2 / 2 for (x, w), (x2, w2) in pairwise(boxes))


def test_a_complete_answer_is_not_asked_for_again(page: Page, server: Server) -> None:
    server.answers["places"] = {"features": [], "complete": True}
    page.goto(server.show(BaseLayer(version="1"), HexLayer()))
    painted = screen.wait_ready(page)["paints"]
    page.wait_for_selector("[data-gezhi-places]")

    screen.on_map(page, "map.panBy([2000, 0], { animate: false });")
    screen.wait_painted(page, painted)
    assert len([address for address in server.asked if "/api/places" in address]) == 1

    with page.expect_response("**/api/places**"):
        screen.send(page, BaseLayer(version="2"), HexLayer())


def test_places_that_cannot_be_loaded_leave_the_cells_alone(page: Page, server: Server) -> None:
    page.route("**/api/places**", lambda route: route.abort())
    page.goto(server.show(BaseLayer(), HexLayer()))
    screen.wait_ready(page)

    page.wait_for_selector("text=Streets and places could not be loaded.")
    assert screen.drawn_cells(page)
    page.unroute("**/api/places**")
    page.click("text=Try again")
    page.wait_for_selector("[data-gezhi-places]")
    expect(page.locator(".gz-notice")).to_be_hidden()


def test_places_are_drawn_again_for_another_theme_and_not_for_another_filter(
    page: Page, server: Server
) -> None:
    server.answers["places"] = {
        "type": "FeatureCollection",
        "features": [_feature("park", "Polygon", _square(LON, LAT, 0.002), name="Park")],
        "complete": True,
    }
    page.goto(server.show(HexLayer(), BaseLayer()))
    screen.wait_ready(page)
    page.wait_for_selector("[data-gezhi-places='1']")
    screen.on_map(
        page,
        "const ground = layer(gezhi.PlaceCanvas), draw = ground.draw; window.drawn = 0;"
        "ground.draw = function (...how) { window.drawn += 1; return draw.apply(this, how); };",
    )

    before = screen.paints(page)
    screen.send(page, HexLayer("category=posters"), BaseLayer())
    screen.wait_painted(page, before)
    assert page.evaluate("window.drawn") == 0

    screen.send(page, HexLayer("category=posters", theme="dark"), BaseLayer(theme="dark"))
    page.wait_for_function("window.drawn > 0")
