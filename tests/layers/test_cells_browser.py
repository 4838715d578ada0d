"""Cells in the real browser: what is drawn is what was packed, a click takes what it hits."""

import h3
import numpy as np
import pytest
from playwright.sync_api import Page
from shapely import Point, Polygon

from layers import wire
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("resolution", [7, 8, 9, 10, 11, 12])
def test_the_drawn_cells_are_those_that_python_packed(page: Page, server: Server, resolution: int) -> None:
    page.goto(server.show(HexLayer(resolution=resolution), zoom=12))
    figures = screen.wait_ready(page)

    cells, counts = server.city.counts("", resolution)
    expected = {h3.int_to_str(int(cell)): int(n) for cell, n in zip(cells, counts, strict=True)}
    drawn = screen.drawn_cells(page)
    assert drawn.items() <= expected.items()
    assert figures["resolution"] == resolution
    assert figures["cells"] == len(drawn)
    assert figures["inView"] == sum(drawn.values())
    assert figures["total"] == server.city.n
    if resolution <= 10:
        assert drawn == expected


def test_the_hexagon_under_a_clicked_pixel_holds_the_place(page: Page, server: Server) -> None:
    page.goto(server.show(zoom=15))
    screen.wait_ready(page)
    clicked = 0
    for x, y in np.random.default_rng(5).integers((260, 60), (900, 500), size=(12, 2)).tolist():
        lat, lon = screen.latlng_at(page, x, y)
        page.mouse.click(x, y)
        cell = screen.selected(page)
        expected = h3.latlng_to_cell(lat, lon, 10)
        assert cell == (expected if expected in screen.drawn_cells(page) else None)
        if cell:
            clicked += 1
            ring = [(lng, lat) for lat, lng in h3.cell_to_boundary(cell)]
            assert Polygon(ring).buffer(1e-9).contains(Point(lon, lat))
    assert clicked > 3


def test_drawn_outlines_are_those_of_the_library(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    cell = h3.latlng_to_cell(LAT, LON, 10)

    outline = screen.on_map(page, "return gezhi.outlineOf(argument);", cell)

    expected = [
        (lng / 360 + 0.5, 0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi))
        for lat, lng in h3.cell_to_boundary(cell)
    ]
    np.testing.assert_allclose(outline, expected, atol=1e-12)


def _cells_of_many_corners(resolution: int, *, within: int) -> list[str]:
    disk = h3.grid_disk(h3.latlng_to_cell(LAT, LON, resolution), within)
    return [cell for cell in disk if len(h3.cell_to_boundary(cell)) > 6]


def test_cells_with_more_than_six_corners_are_drawn_and_clicked(page: Page, server: Server) -> None:
    # Two faces of the icosahedron meet near the demo zone; odd resolutions have corners on the seam.
    cells = [cell for res in (9, 11) for cell in _cells_of_many_corners(res, within=200 if res == 11 else 60)]
    assert cells
    for cell in cells[:: max(1, len(cells) // 3)]:
        lat, lon = h3.cell_to_latlng(cell)
        resolution = h3.get_resolution(cell)
        packed = _pack_one(cell)
        page.goto(server.show(HexLayer(packed, resolution=resolution), center=(lat, lon), zoom=16))
        screen.wait_ready(page)
        corners = screen.on_map(
            page, "const hexes = layer(gezhi.HexCanvas); return hexes.shapes.numbers[hexes.offsets[0]];"
        )
        page.mouse.click(*screen.place_of(page, lat, lon))

        assert corners == len(h3.cell_to_boundary(cell)) > 6
        assert screen.selected(page) == cell


def _pack_one(cell: str) -> bytes:
    meta = {"resolution": h3.get_resolution(cell), "edges": [1], "total": 3}
    return wire.pack([h3.str_to_int(cell)], [3], meta)


def test_a_click_reports_the_cell_and_the_view(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    page.evaluate("document.addEventListener('gezhi:select', (event) => { window.told = event.detail; })")

    page.mouse.click(500, 350)

    told = page.evaluate("window.told")
    lat, lon = screen.latlng_at(page, 500, 350)
    assert told["cell"] == h3.latlng_to_cell(lat, lon, 10)
    assert told["stamp"] > 0
    view = told["view"]
    west, south, east, north = view["bounds"]
    assert (view["zoom"], view["resolution"]) == (14, 10)
    assert (view["lat"], view["lon"]) == pytest.approx((LAT, LON), abs=1e-4)
    assert west < LON < east
    assert south < LAT < north


def test_a_click_beside_all_cells_deselects(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer("category=cables"), zoom=13))
    screen.wait_ready(page)
    page.mouse.click(500, 350)
    assert screen.selected(page)

    page.mouse.click(940, 350)

    assert screen.selected(page) is None


def test_escape_deselects_and_enter_selects_the_middle(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    page.keyboard.press("Tab")
    page.wait_for_selector(".gz-tip-count")

    page.keyboard.press("Enter")
    lat, lon = screen.latlng_at(page, 500, 350)
    assert screen.selected(page) == h3.latlng_to_cell(lat, lon, 10)
    page.keyboard.press("Escape")
    assert screen.selected(page) is None
    screen.says(page, ".gz-spoken", "reports, Cell 8a", in_part=True)


def test_the_tooltip_says_count_and_cell(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)

    page.mouse.move(480, 340)
    page.mouse.move(500, 350)

    lat, lon = screen.latlng_at(page, 500, 350)
    cell = h3.latlng_to_cell(lat, lon, 10)
    count = screen.drawn_cells(page)[cell]
    screen.says(page, ".gz-tip-count", f"{count} reports")
    screen.says(page, ".gz-tip-cell", f"Cell {cell.rstrip('f')}")


def test_the_page_selects_a_cell_and_takes_it_back(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    cell = h3.latlng_to_cell(LAT, LON, 10)

    screen.send(page, HexLayer(selected=cell))
    assert screen.selected(page) == cell
    screen.send(page, HexLayer())
    assert screen.selected(page) is None


def test_a_cell_that_the_page_chose_comes_into_view_and_a_clicked_one_moves_nothing(
    page: Page, server: Server
) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    centre = "const at = map.getCenter(); return [at.lat, at.lng];"
    page.mouse.click(500, 350)
    clicked = screen.selected(page)
    screen.on_map(page, "map.panBy([1500, 0], { animate: false });")
    before = screen.on_map(page, centre)
    screen.send(page, HexLayer(selected=clicked))
    assert screen.on_map(page, centre) == before, "the answer to a click"

    far = h3.latlng_to_cell(LAT + 0.1, LON, 10)
    screen.send(page, HexLayer(selected=far))

    assert screen.on_map(page, centre) == pytest.approx(h3.cell_to_latlng(far), abs=1e-4)


def test_a_late_echo_of_the_page_does_not_undo_a_newer_click(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    page.mouse.click(500, 350)
    first = screen.selected(page)
    page.mouse.click(540, 350)
    second = screen.selected(page)
    assert first != second

    screen.send(page, HexLayer(selected=first))
    assert screen.selected(page) == second
    screen.send(page, HexLayer(selected=second))
    assert screen.selected(page) == second
    screen.send(page, HexLayer(selected=first))
    assert screen.selected(page) == first


def test_bytes_that_were_cut_off_are_an_error_not_a_picture(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    packed = list(_pack_one(h3.latlng_to_cell(LAT, LON, 9)))

    for cut in (packed[:10], packed[:-1], [1, 2, 3, 4, *packed[4:]]):
        fault = page.evaluate(
            "(bytes) => { try { gezhi.wire.decode(new Uint8Array(bytes)); } catch (e) { return `${e}`; } }",
            cut,
        )
        assert "Error" in fault
