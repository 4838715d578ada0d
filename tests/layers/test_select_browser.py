"""Selecting several cells in the real browser: which ones a shape takes, and what the page is told."""

from collections.abc import Iterator
from typing import Any

import h3
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from geo import cell_sets, cells
from layers.hexes import HexLayer
from layers.select import SelectLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser

_SPOKEN = ".gz-spoken"


@st.composite
def _sets(draw: st.DrawFn) -> list[int]:
    resolution = draw(st.integers(0, 15))
    places = st.tuples(st.floats(-85, 85), st.floats(-179, 179))
    near = st.integers(0, 60)
    middle = draw(places)
    chosen = {h3.latlng_to_cell(*place, resolution) for place in draw(st.lists(places, max_size=6))}
    chosen |= set(h3.grid_disk(h3.latlng_to_cell(*middle, resolution), 4)[: draw(near)])
    return [h3.str_to_int(cell) for cell in chosen]


@pytest.fixture(scope="module")
def scripts(browser: Browser, _harness: Server) -> Iterator[Page]:
    """A page with the scripts, for questions to them alone."""
    page = browser.new_page()
    _harness.reset()
    page.goto(_harness.show())
    screen.wait_ready(page)
    yield page
    page.close()


@pytest.fixture
def city(page: Page, server: Server) -> Page:
    """A map of all reports at resolution 10 with the tools; what it tells is kept in `told`."""
    return _open(page, server, HexLayer(resolution=10), SelectLayer())


def _open(page: Page, server: Server, *elements: Any, **where: Any) -> Page:
    page.goto(server.show(*elements, **where))
    screen.wait_ready(page)
    page.evaluate("window.told = []; document.addEventListener('gezhi:select', (e) => told.push(e.detail))")
    return page


def _told(page: Page) -> list[int]:
    """Return the cells that the page was told last."""
    return cell_sets.unpack(page.evaluate("told.at(-1).cells")).tolist()


def _drag(page: Page, *places: tuple[float, float], key: str | None = None) -> None:
    if key:
        page.keyboard.down(key)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()
    if key:
        page.keyboard.up(key)


def _inside(page: Page, corners: list[tuple[float, float]], drawn: dict[str, int]) -> list[int]:
    """Return the drawn cells with their middle in a shape of pixels, by another library."""
    shape = shapely.Polygon([_mercator(*screen.latlng_at(page, *corner)) for corner in corners])
    return sorted(
        h3.str_to_int(cell)
        for cell in drawn
        if shape.contains(shapely.Point(_mercator(*h3.cell_to_latlng(cell))))
    )


def _mercator(lat: float, lon: float) -> tuple[float, float]:
    return np.radians(lon), -np.arctanh(np.sin(np.radians(lat)))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_sets(), min_size=40, max_size=60))
def test_the_browser_writes_sets_as_python_does(scripts: Page, sets: list[list[int]]) -> None:
    written = [cell_sets.pack(np.array(chosen, np.uint64)) for chosen in sets]
    asked = [
        [cells.resolution_of(chosen) if chosen else 0, [f"{cell:x}" for cell in chosen]] for chosen in sets
    ]
    made, read = scripts.evaluate(
        """([asked, written]) => {
            const key = gezhi.wire.toKey;
            const made = asked.map(([resolution, ids]) => new gezhi.CellSet(resolution, ids.map(key)).text);
            const read = written.map((text) => gezhi.CellSet.read(text).text);
            return [made, read];
        }""",
        [asked, written],
    )
    assert made == written
    assert read == written


def test_what_is_no_set_is_refused_by_the_browser_too(scripts: Page) -> None:
    refused = scripts.evaluate(
        """(texts) => texts.map((text) => {
            try { return gezhi.CellSet.read(text).text; } catch (error) { return error instanceof Error; }
        })""",
        ["10", "~AA", "10~", "99~AA", "x~AA", "10~gA", "10~____________________"],
    )
    assert refused == [True] * 7


@pytest.mark.parametrize("resolution", [7, 9, 10, 11, 12])
def test_the_outline_of_many_cells_is_that_of_their_union(scripts: Page, resolution: int) -> None:
    # An edge of the icosahedron runs along here: cells of odd resolutions on it have more corners.
    disk = sorted(h3.grid_disk(h3.latlng_to_cell(38.3466, 116.8606, resolution), 12))
    assert (resolution % 2 == 1) == any(len(h3.cell_to_boundary(cell)) > 6 for cell in disk)
    chosen = np.random.default_rng(resolution).choice(disk, len(disk) * 2 // 3, replace=False).tolist()
    loops = scripts.evaluate(
        "(ids) => gezhi.selectShapes.border(ids).map((loop) =>"
        "loop.map(([x, y]) => [gezhi.projection.longitude(x), gezhi.projection.latitude(y)]))",
        chosen,
    )
    expected = shapely.union_all(cells.boundaries(chosen))
    found = shapely.Polygon()
    for loop in loops:  # a hole is taken off what lies around it
        found = found.symmetric_difference(shapely.Polygon(loop))
    assert found.symmetric_difference(expected).area < 1e-5 * expected.area
    parts = h3.cells_to_h3shape(chosen, tight=False)
    assert len(loops) == sum(1 + len(part.holes) for part in parts) > 5


def test_a_box_with_shift_takes_the_cells_whose_middle_lies_inside(city: Page) -> None:
    drawn = screen.drawn_cells(city)
    _drag(city, (300, 200), (520, 430), key="Shift")
    expected = _inside(city, [(300, 200), (520, 200), (520, 430), (300, 430)], drawn)
    assert _told(city) == expected and len(expected) > 20
    reports = sum(drawn[f"{cell:x}"] for cell in expected)
    expect(city.locator(_SPOKEN)).to_have_text(f"{len(expected)} cells selected, {reports:,} reports")
    assert screen.on_map(city, "return map.getZoom();") == 14, "Leaflet's own box would have zoomed"

    _drag(city, (520, 200), (560, 430), key="Shift")
    more = _inside(city, [(520, 200), (560, 200), (560, 430), (520, 430)], drawn)
    assert _told(city) == sorted({*expected, *more}) and more

    _drag(city, (250, 150), (400, 500), key="Alt")
    off = _inside(city, [(250, 150), (400, 150), (400, 500), (250, 500)], drawn)
    assert _told(city) == sorted({*expected, *more} - {*off})


def test_a_lasso_takes_the_cells_whose_middle_lies_inside(city: Page) -> None:
    drawn = screen.drawn_cells(city)
    city.get_by_role("button", name="Select by a lasso").click()
    corners = [(300.0, 300.0), (450.0, 180.0), (620.0, 330.0), (470.0, 300.0), (420.0, 480.0)]
    _drag(city, *corners)
    taken, expected = set(_told(city)), set(_inside(city, corners, drawn))
    assert len(expected) > 20
    assert len(taken ^ expected) <= 2, (
        "a stroke has a place every few pixels, so its corners are a little cut"
    )
    assert city.evaluate("told.length") == 1


def test_a_ring_takes_every_cell_within_it_and_says_how_large_it_is(city: Page) -> None:
    city.get_by_role("button", name="Select rings around a cell").click()
    middle, edge = (500, 350), (590, 390)
    city.mouse.move(*middle)
    city.mouse.down()
    city.mouse.move(*edge, steps=8)
    origin, outer = (h3.latlng_to_cell(*screen.latlng_at(city, *at), 10) for at in (middle, edge))
    rings = h3.grid_distance(origin, outer)
    n = 1 + 3 * rings * (rings + 1)
    radius = np.sqrt(n * h3.cell_area(origin, "m^2") / np.pi)
    label = city.locator(".gz-select-label").inner_text()
    assert label.startswith(f"Rings: {rings} · cells: {n} · radius about ")
    said = float(label.rpartition("about ")[2].removesuffix(" m").replace(",", ""))
    assert said == pytest.approx(radius, rel=0.05)
    city.mouse.up()
    assert _told(city) == sorted(map(h3.str_to_int, h3.grid_disk(origin, rings)))
    expect(city.locator(".gz-select-label")).to_be_hidden()


def test_ctrl_and_a_click_toggle_one_cell_and_go_on_from_the_open_one(city: Page) -> None:
    places = [(420, 300), (520, 300), (620, 360)]
    ids = [h3.str_to_int(h3.latlng_to_cell(*screen.latlng_at(city, *place), 10)) for place in places]
    city.mouse.click(*places[0])
    assert city.evaluate("told.at(-1).cell") == f"{ids[0]:x}"
    with_ctrl = {"modifiers": ["Control"], "position": {"x": places[1][0], "y": places[1][1]}}
    city.locator(".gz-map").click(**with_ctrl)
    assert _told(city) == sorted(ids[:2])
    assert screen.selected(city) is None, "the figures are those of both, so neither is the open one"
    city.locator(".gz-map").click(modifiers=["Shift"], position={"x": places[2][0], "y": places[2][1]})
    assert _told(city) == sorted(ids)
    city.locator(".gz-map").click(**with_ctrl)
    assert _told(city) == sorted([ids[0], ids[2]])
    city.mouse.click(*places[1])
    assert city.evaluate("told.at(-1).cell") == f"{ids[1]:x}", "a plain click looks into one cell"
    assert city.evaluate("document.querySelector('.gz-map').dataset.gezhiSelected") == "2", (
        "and keeps the rest"
    )


def test_more_cells_than_an_address_holds_are_refused_with_a_word(page: Page, server: Server) -> None:
    _open(page, server, HexLayer(resolution=12), SelectLayer(), zoom=13)
    _drag(page, (480, 330), (520, 370), key="Shift")
    chosen = _told(page)
    _drag(page, (2, 2), (900, 690), key="Shift")
    expect(page.locator(".gz-notice-text")).to_have_text(
        "More than 5,000 cells: select a smaller part, or larger cells."
    )
    assert page.evaluate("told.length") == 1 and _told(page) == chosen


def test_an_older_answer_does_not_undo_a_newer_selection(city: Page) -> None:
    chosen = "document.querySelector('.gz-map').dataset.gezhiSelected"
    _drag(city, (300, 200), (400, 300), key="Shift")
    first = city.evaluate("told.at(-1).cells")
    _drag(city, (400, 200), (500, 300), key="Shift")
    second, n = city.evaluate("told.at(-1).cells"), city.evaluate(chosen)
    for answer in (first, second):
        screen.send(city, HexLayer(resolution=10), SelectLayer(answer))
        assert city.evaluate(chosen) == n
    screen.send(city, HexLayer(resolution=10), SelectLayer(first))  # the page's own word: taken back
    assert city.evaluate(chosen) == str(cell_sets.unpack(first).size)


def test_a_selection_keeps_its_resolution_while_the_map_draws_another(page: Page, server: Server) -> None:
    _row, disk = cells.disk(cells.from_points([LON], [LAT], 10), 3)
    _open(page, server, HexLayer(), SelectLayer(cell_sets.pack(disk)))
    before = screen.on_map(page, "return layer(gezhi.SelectionCanvas).loops;")
    paints = screen.paints(page)
    screen.on_map(page, "map.setView(argument, 17, { animate: false });", [LAT, LON])
    assert screen.wait_painted(page, paints)["resolution"] == 12
    assert screen.on_map(page, "return layer(gezhi.SelectionCanvas).loops;") == before
    middle = screen.place_of(page, *h3.cell_to_latlng(f"{disk[0]:x}"))
    page.mouse.click(*middle, button="left")
    page.locator(".gz-map").click(modifiers=["Control"], position={"x": middle[0], "y": middle[1]})
    assert _told(page) == sorted(set(disk.tolist()) - {int(disk[0])}), "a cell of its own resolution"
    page.locator(".gz-map").press("z")
    page.wait_for_function("window.__gezhi.resolution === 10 || window.__gezhi.resolution === 11")


def test_all_of_it_goes_by_keys(city: Page) -> None:
    city.locator(".gz-map").focus()
    drawn = screen.drawn_cells(city)
    at = h3.latlng_to_cell(*screen.latlng_at(city, 500, 350), 10)
    city.keyboard.press("Shift+Enter")
    assert _told(city) == [h3.str_to_int(at)]
    expect(city.locator(_SPOKEN)).to_contain_text("1 cell selected")
    city.keyboard.press("Shift+Enter")
    assert _told(city) == []
    city.keyboard.press("b")
    expect(city.get_by_role("button", name="Select by a box")).to_have_attribute("aria-pressed", "true")
    city.keyboard.press("Enter")
    screen.on_map(city, "map.panBy([90, 70], { animate: false });")
    city.keyboard.press("Enter")
    corners = [(410.0, 280.0), (500.0, 280.0), (500.0, 350.0), (410.0, 350.0)]
    assert _told(city) == _inside(city, corners, drawn) != []
    city.keyboard.press("Escape")
    assert city.evaluate("document.querySelector('.gz-map').dataset.gezhiTool") == "pan"
    city.keyboard.press("a")
    expect(city.locator(_SPOKEN)).to_contain_text("cells selected")
    seen = _inside(city, [(0, 0), (1000, 0), (1000, 700), (0, 700)], screen.drawn_cells(city))
    assert _told(city) == seen
    city.keyboard.press("Escape")
    assert _told(city) == []
    expect(city.locator(_SPOKEN)).to_have_text("No cell selected")
    city.keyboard.press("?")
    expect(city.get_by_role("dialog", name="Keys and gestures of the map")).to_be_visible()
    city.keyboard.press("Escape")
    expect(city.get_by_role("dialog")).to_be_hidden()
    assert city.evaluate("document.activeElement.classList.contains('gz-map')")


def test_a_finger_draws_with_a_tool_moves_without_and_selects_where_it_rests(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 500}, has_touch=True, is_mobile=True)
    page = _open(context.new_page(), server, HexLayer(resolution=10), SelectLayer())
    touch = context.new_cdp_session(page)

    def finger(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    at = h3.latlng_to_cell(*screen.latlng_at(page, 195, 250), 10)
    finger("touchStart", (195, 250))
    page.wait_for_function("told.length === 1")
    finger("touchEnd")
    assert _told(page) == [h3.str_to_int(at)]

    page.get_by_role("button", name="Select cells").tap()
    page.get_by_role("button", name="Select by a box").tap()
    drawn = screen.drawn_cells(page)
    before = screen.on_map(page, "return map.getCenter();")
    finger("touchStart", (120, 200))
    for step in range(1, 6):
        finger("touchMove", (120 + 20 * step, 200 + 16 * step))
    finger("touchEnd")
    page.wait_for_function("told.length === 2")
    assert _told(page) == _inside(page, [(120, 200), (220, 200), (220, 280), (120, 280)], drawn)
    assert screen.on_map(page, "return map.getCenter();") == before, "the map stayed"
    context.close()
