"""Places in the colours of their rates, in the real browser."""

from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Page, expect

from layers.hexes import HexLayer
from layers.place_rates import PlaceRateLayer
from layers.shape_wire import pack_rates, pack_shapes
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hacked = true">'
STREETS = [
    shapely.LineString([(LON - 0.004, LAT + shift), (LON + 0.004, LAT + shift)])
    for shift in (-0.002, -0.001, 0.0, 0.001, 0.002)
]
NAN = float("nan")
LISTEN = "window.told = []; document.addEventListener('gezhi:select', (e) => told.push(e.detail.place))"


def _shapes(shapes: Any = STREETS, names: Any = None, **meta: Any) -> bytes:
    ids = list(range(11, 11 + len(shapes)))
    names = names or [f"Street {number}" for number in ids]
    return pack_shapes(ids, shapes, names, {"kind": "street", "version": "1", **meta})


def _rates(rate: Any = (NAN, 0.0, 1.5, 3.0, 8.0), n: Any = (4, 0, 12, 3, 64), **meta: Any) -> bytes:
    rate = np.array(rate)
    columns = {
        "id": np.arange(11, 11 + len(rate)),
        "n": np.array(n),
        "open": np.minimum(np.array(n), 2),
        "rate": rate,
        "low": rate * 0.8,
        "high": rate * 1.3,
    }
    given = {"edges": [1.0, 2.5, 5.0], "uncertain_below": 10, "total": 100, "here": int(sum(n))}
    return pack_rates(columns, given | meta)


def _layer(**options: Any) -> PlaceRateLayer:
    words = {"title": "Reports per 100 m", "unit": "per 100 m", "missing": "length unknown"}
    return PlaceRateLayer(options.pop("kind", "street"), **words | options)


def _open(page: Page, server: Server, *layers: Any, zoom: int = 16) -> dict[str, Any]:
    server.answers.setdefault("place-shapes", _shapes())
    server.answers.setdefault("place-rates", _rates())
    page.goto(server.show(*(layers or (_layer(),)), zoom=zoom))
    return screen.wait_ready(page)


def _colour_at(page: Page, lat: float, lon: float = LON) -> list[int]:
    """Return red, green, blue, alpha that the places have at a spot."""
    colour: list[int] = screen.on_map(
        page,
        """
        const canvas = layer(gezhi.ShapeCanvas), frame = canvas.frame();
        const { worldX, worldY } = gezhi.projection, ratio = canvas.canvas.width / frame.width;
        const x = (worldX(argument[1]) * frame.scale - frame.left) * ratio;
        const y = (worldY(argument[0]) * frame.scale - frame.top) * ratio;
        return [...canvas.canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data];
        """,
        [lat, lon],
    )
    return colour


def _tip(page: Page, lat: float, lon: float = LON) -> list[str]:
    page.mouse.move(*screen.place_of(page, lat, lon))
    page.wait_for_selector(".gz-tip")
    return page.locator(".gz-tip-text span").all_inner_texts()


def test_the_browser_reads_what_was_packed(page: Page, server: Server) -> None:
    hole = shapely.Point(LON, LAT).buffer(0.002).difference(shapely.Point(LON, LAT).buffer(0.001))
    both = shapely.MultiLineString([STREETS[0], STREETS[2]])
    given = [
        both,
        hole,
        shapely.Point(LON - 0.01, LAT),
        shapely.MultiPolygon([hole, shapely.box(1, 2, 3, 4)]),
    ]
    server.answers["place-shapes"] = _shapes(given)
    server.answers["place-rates"] = _rates(rate=[1, 2, 3, NAN], n=[1, 2, 300, 0])
    _open(page, server)

    read = screen.on_map(
        page,
        """
        const { forms, ids, firstPart, firstPosition, places } = layer(gezhi.ShapeCanvas).shapes;
        const degrees = (k) => [(places[2 * k] - 0.5) * 360,
            Math.atan(Math.sinh((0.5 - places[2 * k + 1]) * 2 * Math.PI)) * 180 / Math.PI];
        const between = (begins, i, make) =>
            Array.from({ length: begins[i + 1] - begins[i] }, (_, k) => make(begins[i] + k));
        const parts = (i) => between(firstPart, i, (part) => between(firstPosition, part, degrees));
        return [...ids].map((id, i) => [id, forms[i], parts(i)]);
        """,
    )

    assert [(number, form) for number, form, _ in read] == [(11, 1), (12, 2), (13, 0), (14, 2)]
    for (_, _, parts), shape in zip(read, given, strict=True):
        whole = shapely.get_coordinates(shape)
        assert np.abs(np.concatenate([np.array(part) for part in parts]) - whole).max() < 1e-6
    assert [len(parts) for _, _, parts in read] == [2, 2, 1, 3]


def test_classes_no_report_and_no_figure_look_different(page: Page, server: Server) -> None:
    figures = _open(page, server)

    seen = [tuple(_colour_at(page, street.bounds[1])) for street in STREETS]

    assert figures["places"] == figures["drawn"] == 5
    assert len({seen[1], seen[2], seen[3], seen[4]}) == 4
    texts = page.locator(".gz-legend-class").all_inner_texts()
    assert texts == ["under 2.5", "2.5 up to 5", "5 and more", "no report", "length unknown"]
    screen.says(page, ".gz-legend-title", "Reports per 100 m")
    screen.says(page, ".gz-legend-note", "fewer than 10 reports", in_part=True)


def test_the_tip_says_the_rate_and_what_it_rests_on(page: Page, server: Server) -> None:
    _open(page, server)

    assert _tip(page, LAT + 0.002) == [
        "Street 15",
        "8 per 100 m",
        "95\u00a0% interval 6.4 to 10.4",
        "64 reports, 2 open",
    ]
    assert _tip(page, LAT + 0.001)[-1] == "Few reports: the rate is uncertain"
    assert _tip(page, LAT - 0.001) == ["Street 12", "0 per 100 m", "0 reports, 0 open"]
    assert _tip(page, LAT - 0.002) == ["Street 11", "length unknown", "4 reports, 2 open"]


def test_names_of_places_are_shown_as_text(page: Page, server: Server) -> None:
    server.answers["place-shapes"] = _shapes(names=[HOSTILE] * 5)
    _open(page, server)

    assert _tip(page, LAT)[0] == HOSTILE
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_click_selects_the_place_and_one_beside_it_none(page: Page, server: Server) -> None:
    _open(page, server)
    page.evaluate(
        "window.told = []; document.addEventListener('gezhi:select', (e) => told.push(e.detail.place))"
    )

    page.mouse.click(*screen.place_of(page, LAT + 0.001, LON))
    page.mouse.click(*screen.place_of(page, LAT + 0.0015, LON))

    assert page.evaluate("told") == [14, None]


def test_of_areas_in_each_other_the_smallest_is_meant(page: Page, server: Server) -> None:
    rings = [shapely.box(LON - r, LAT - r, LON + r, LAT + r) for r in (0.006, 0.003, 0.001)]
    hollow = rings[1].difference(rings[2])
    server.answers["place-shapes"] = _shapes([rings[0], hollow, rings[2]])
    server.answers["place-rates"] = _rates(rate=[1, 2, 3], n=[20, 20, 20])
    _open(page, server)

    assert [_tip(page, LAT, LON + east)[0] for east in (0, 0.002, 0.004)] == [
        "Street 13",
        "Street 12",
        "Street 11",
    ]


def test_places_that_are_not_told_are_not_drawn_and_not_hit(page: Page, server: Server) -> None:
    server.answers["place-rates"] = _rates(rate=[1.5, 3.0], n=[20, 30])
    figures = _open(page, server)

    page.mouse.move(*screen.place_of(page, LAT + 0.002, LON))

    assert figures["drawn"] == 2
    assert _colour_at(page, LAT + 0.002)[3] == 0
    assert page.locator(".gz-tip").count() == 0


def test_another_filter_asks_for_figures_alone(page: Page, server: Server) -> None:
    _open(page, server)
    server.asked.clear()

    server.answers["place-rates"] = _rates(rate=[9, 9, 9, 9, 9], n=[90] * 5)
    before = screen.paints(page)
    screen.send(page, _layer(query="category=posters"))
    figures = screen.wait_painted(page, before)

    assert figures["query"] == "category=posters"
    assert [address for address in server.asked if "place-shapes" in address] == []
    assert any("category=posters" in address for address in server.asked)


def test_cells_and_places_take_turns(page: Page, server: Server) -> None:
    _open(page, server, HexLayer(), zoom=14)
    assert screen.on_map(page, "return Boolean(layer(gezhi.HexCanvas));")

    screen.send(page, _layer())
    page.wait_for_function("window.__gezhi.kind === 'street'")
    assert screen.on_map(page, "return !layer(gezhi.HexCanvas) && Boolean(layer(gezhi.ShapeCanvas));")
    expect(page.locator(".gz-legend:visible")).to_have_count(1)

    screen.send(page, HexLayer())
    page.wait_for_function("window.__gezhi.kind === undefined")
    assert screen.on_map(page, "return Boolean(layer(gezhi.HexCanvas)) && !layer(gezhi.ShapeCanvas);")
    screen.says(page, ".gz-legend-title", "Reports per cell")


def test_a_city_without_such_places_says_so(page: Page, server: Server) -> None:
    server.answers["place-shapes"] = _shapes([])
    server.answers["place-rates"] = _rates(rate=[], n=[], edges=[])
    page.goto(server.show(_layer()))
    page.wait_for_selector("[data-gezhi-state=empty]")

    screen.says(page, ".gz-notice", "no places of this kind", in_part=True)


def test_a_fault_is_said_and_can_be_tried_again(page: Page, server: Server) -> None:
    server.broken = True
    page.goto(server.show(_layer()))
    page.wait_for_selector("[data-gezhi-state=failed]")

    server.broken = False
    server.answers |= {"place-shapes": _shapes(), "place-rates": _rates()}
    page.get_by_role("button", name="Try again").click()

    assert screen.wait_ready(page)["places"] == 5


def test_the_keyboard_selects_the_street_in_the_middle(page: Page, server: Server) -> None:
    _open(page, server)
    page.evaluate(
        "window.told = []; document.addEventListener('gezhi:select', (e) => told.push(e.detail.place))"
    )
    page.locator(".gz-map").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")

    assert page.evaluate("told") == [13, None]
