"""The base of the map from tiles, in the real browser."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pmtiles.writer
import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import zxy_to_tileid
from shapely import LineString, Point, box

from data import basemap
from data.actors import OPERATOR, VIEWER
from data.store import Store
from layers.base import BaseLayer
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server
from tests.layers.test_places_browser import HOSTILE, _colour_at

pytestmark = pytest.mark.browser

ADDRESS = "/tiles/town.pmtiles?v=1"
NOTHING = HexLayer("category=nothing")

#: Notes every name that is written from now on.
LISTEN = """
window.written = [];
const labels = layer(gezhi.LabelCanvas), context = labels.canvas.getContext('2d');
const write = context.fillText.bind(context);
context.fillText = (text, x, y) => { window.written.push([text, x, y]); write(text, x, y); };
labels.redraw();
"""

Town = Callable[..., Path]


@pytest.fixture
def town(tmp_path: Path, server: Server) -> Town:
    """Return what puts places, each (kind, name, shape, attributes), into tiles on the server."""
    number = itertools.count()

    def put(*rows: tuple[str, str | None, Any, dict[str, Any]]) -> Path:
        frame = gpd.GeoDataFrame(
            {
                "kind": [kind for kind, *_ in rows],
                "name": [name for _, name, *_ in rows],
                "attributes": [attributes for *_, attributes in rows],
            },
            geometry=[shape for _, _, shape, _ in rows],
            crs="EPSG:4326",
        )
        name = f"town{next(number)}"
        path = tmp_path / f"{name}.pmtiles"
        with Store.open(f"sqlite:///{tmp_path / name}.sqlite") as store:
            store.write_places(frame, actor=OPERATOR)
            basemap.build(store, path, actor=VIEWER)
        server.tiles = path
        return path

    return put


def show(page: Page, server: Server, zoom: float, **options: Any) -> None:
    page.goto(server.show(BaseLayer(tiles=ADDRESS, **options), NOTHING, zoom=zoom))
    page.wait_for_selector("[data-gezhi-tiles]")
    page.wait_for_selector("[data-gezhi-state=empty]")


def written(page: Page) -> list[str]:
    screen.on_map(page, LISTEN)
    return [text for text, *_ in page.evaluate("window.written")]


def is_fault(said: ConsoleMessage) -> bool:
    """Tell whether a word of the console speaks of something wrong; the harness has no icon."""
    of_an_icon = said.location["url"].endswith("/favicon.ico")
    return not of_an_icon and (said.type == "error" or said.text.startswith("tiles:"))


def main_street(y: float = 0.004, name: str = "建设路") -> tuple[str, str, Any, dict[str, Any]]:
    return "street", name, LineString([(LON - 0.05, LAT + y), (LON + 0.05, LAT + y)]), {"level": "main"}


def test_streets_grounds_and_names_are_drawn_from_tiles_alone(page: Page, server: Server, town: Town) -> None:
    outside: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
    lake = box(LON - 0.002, LAT - 0.003, LON + 0.002, LAT + 0.001)
    town(main_street(0.002), ("water", "月湖", lake, {}), ("shop", "小店", Point(LON + 0.004, LAT), {}))

    show(page, server, 17)

    red, _, blue, alpha = _colour_at(page, "PlaceCanvas", LAT, LON)
    assert (alpha, blue > red) == (255, True)
    assert _colour_at(page, "PlaceCanvas", LAT + 0.002, LON)[3] == 255
    assert _colour_at(page, "PlaceCanvas", LAT, LON + 0.004)[3] > 200
    assert _colour_at(page, "PlaceCanvas", LAT + 0.0015, LON)[3] == 0
    assert {"建设路", "月湖", "小店"} <= set(written(page))
    assert not any("/api/places" in address for address in server.asked)
    assert all(address.startswith((server.url, "data:", "blob:")) for address in outside)
    assert not faults


@pytest.mark.parametrize("zoom", [14, 15, 17, 19])
def test_a_ground_over_many_tiles_has_no_seams_and_no_edges_within(
    page: Page, server: Server, town: Town, zoom: int
) -> None:
    town(("compound", None, box(LON - 0.09, LAT - 0.09, LON + 0.09, LAT + 0.09), {}))

    show(page, server, zoom)

    colours = screen.on_map(
        page,
        """
        const { canvas } = layer(gezhi.PlaceCanvas);
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return [...new Set(new Uint32Array(data.buffer))].length;
        """,
    )
    assert colours == 1


def test_an_edge_at_the_border_of_an_area_is_drawn_where_it_is(
    page: Page, server: Server, town: Town
) -> None:
    town(("compound", None, box(LON, LAT - 0.09, LON + 0.09, LAT + 0.09), {}))
    show(page, server, 17)
    inside = _colour_at(page, "PlaceCanvas", LAT, LON + 0.001)
    edge = [_colour_at(page, "PlaceCanvas", LAT, LON + step * 1e-6) for step in range(-20, 20)]
    assert any(colour[3] and colour[0] < inside[0] - 8 for colour in edge)


@pytest.mark.parametrize("zoom", [11, 13, 15, 17, 19])
def test_a_street_is_drawn_at_every_zoom_without_a_gap(
    page: Page, server: Server, town: Town, zoom: int
) -> None:
    town(main_street(0))
    show(page, server, zoom)
    columns, gaps = screen.on_map(
        page,
        """
        const ground = layer(gezhi.PlaceCanvas), { canvas } = ground;
        const { scale, left, top, width } = ground.frame();
        const ratio = canvas.width / width;
        const column = (lon) => (gezhi.projection.worldX(lon) * scale - left) * ratio;
        const row = Math.floor((gezhi.projection.worldY(argument[0]) * scale - top) * ratio);
        const from = Math.max(0, Math.ceil(column(argument[1] - 0.049)));
        const n = Math.min(canvas.width, Math.floor(column(argument[1] + 0.049))) - from;
        const { data } = canvas.getContext('2d').getImageData(from, row - 1, n, 3);
        const isDrawn = (x) => [0, 1, 2].some((y) => data[4 * (y * n + x) + 3] > 60);
        return [n, Array.from({ length: n }, (_, x) => x).filter((x) => !isDrawn(x)).length];
        """,
        [LAT, LON],
    )
    assert columns > 50
    assert gaps == 0


def test_a_name_is_written_once_however_many_tiles_it_lies_in(page: Page, server: Server, town: Town) -> None:
    town(
        ("compound", "青禾苑", box(LON - 0.02, LAT - 0.02, LON + 0.02, LAT + 0.02), {}),
        # Just on the corner of four tiles of zoom 15.
        ("school", "角学校", Point(360 * 27024 / 2**15 - 180, LAT), {}),
        ("street", "短街", LineString([(LON, LAT + 0.004), (LON + 0.0013, LAT + 0.004)]), {"level": "side"}),
    )
    show(page, server, 16)
    names = written(page)
    assert names.count("青禾苑") == 1
    assert names.count("短街") == 1
    assert names.count("角学校") == 1


def test_letters_of_a_street_that_goes_north_stand_upright(page: Page, server: Server, town: Town) -> None:
    north = LineString([(LON + 0.001, LAT - 0.02), (LON + 0.001, LAT + 0.02)])
    town(("street", "南北大街", north, {"level": "main"}))
    show(page, server, 16)
    assert {"南", "北", "大", "街"} <= set(written(page))


def test_text_of_people_is_text_in_tiles_too(page: Page, server: Server, town: Town) -> None:
    town(("shop", HOSTILE, Point(LON, LAT), {"name_en": HOSTILE}), main_street(name=HOSTILE))
    show(page, server, 18)
    assert HOSTILE in written(page)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.hacked") is None


def test_the_english_name_is_written_for_english_eyes(page: Page, server: Server, town: Town) -> None:
    kind, name, shape, attributes = main_street()
    town((kind, name, shape, attributes | {"name_en": "Build Road"}))
    show(page, server, 15, locale="en")
    assert "Build Road" in written(page)


def test_tiles_that_are_known_are_not_asked_for_again(page: Page, server: Server, town: Town) -> None:
    town(main_street())
    show(page, server, 15)
    asked = len([line for line in server.asked if line.startswith("/tiles")])
    assert asked <= 3  # the directory, and neighbours in one go

    screen.on_map(page, "map.panBy([40, 0], { animate: false }); map.panBy([-40, 0], { animate: false });")
    with page.expect_response("**/api/cells**"):
        screen.on_map(page, "map.panBy([600, 0], { animate: false });")
    before = len([line for line in server.asked if line.startswith("/tiles")])
    screen.on_map(page, "map.panBy([-600, 0], { animate: false });")
    screen.wait_ready(page, "empty")
    assert len([line for line in server.asked if line.startswith("/tiles")]) == before


@pytest.mark.parametrize("damage", ["missing", "text", "cut", "torn tiles"])
def test_where_tiles_cannot_be_read_the_places_themselves_are_drawn(
    page: Page, server: Server, town: Town, damage: str
) -> None:
    path = town(main_street())
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        torn = whole[:-2000] + bytes(2000)
        path.write_bytes({"text": b"hello" * 5000, "cut": whole[:200], "torn tiles": torn}[damage])
    lake = [[[LON + 0.002 * x, LAT + 0.002 * y] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]]
    server.answers["places"] = {
        "features": [
            {
                "type": "Feature",
                "properties": {"kind": "water", "name": "Lake"},
                "geometry": {"type": "Polygon", "coordinates": lake},
            }
        ]
    }

    page.goto(server.show(BaseLayer(tiles=ADDRESS), HexLayer(), zoom=15))
    screen.wait_ready(page)
    page.wait_for_selector("[data-gezhi-places='1']:not([data-gezhi-tiles])")

    red, _, blue, _ = _colour_at(page, "PlaceCanvas", LAT, LON)
    assert blue > red
    expect(page.locator(".gz-notice")).to_be_hidden()


def test_another_build_is_drawn_when_the_page_says_so(page: Page, server: Server, town: Town) -> None:
    town(main_street())
    show(page, server, 15)
    assert "建设路" in written(page)
    town(main_street(name="新路"))
    screen.send(page, BaseLayer(tiles="/tiles/town.pmtiles?v=2", version="2"), NOTHING)
    page.wait_for_function("window.written.some(([text]) => text === '新路')")


def test_a_tile_has_the_number_that_the_format_gives_it(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    tiles = [(0, 0, 0), (1, 1, 0), (5, 17, 30), (9, 421, 200), (15, 27024, 12630), (15, 32767, 32767)]
    found = page.evaluate("(tiles) => tiles.map(([z, x, y]) => gezhi.tileNumber(z, x, y))", tiles)
    assert found == [zxy_to_tileid(*tile) for tile in tiles]


def test_a_large_file_is_found_through_its_second_directories(
    page: Page, server: Server, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = pmtiles.writer.build_roots_leaves
    monkeypatch.setattr(pmtiles.writer, "optimize_directories", lambda entries, _most: few(entries, 16))
    path = town(main_street(), ("shop", "小店", Point(LON + 0.004, LAT), {}))
    with path.open("rb") as file:
        assert Reader(MmapSource(file)).header()["leaf_directory_length"] > 0
    show(page, server, 17)
    assert {"建设路", "小店"} <= set(written(page))
