"""Clusters and single reports in the real browser."""

import io
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from geo.point_squares import gather, grid_over
from layers import point_wire
from layers.base import BaseLayer
from layers.hexes import HexLayer
from layers.points import PointLayer
from tests.layers import screen
from tests.layers.harness import CATEGORIES, LAT, LON, City, Server

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="window.hacked = true">'
SIDE = 2**23
COLUMNS = ("id", "lon", "lat", "category", "status", "photos", "doubted")


def put(server: Server, *rows: tuple[Any, ...], names: dict[str, Any] | None = None) -> None:
    """Let the server know these reports alone: (id, lon, lat, category, status[, photos, doubted])."""
    full = [(*row, *(False, False)[len(row) - 5 :]) for row in rows]
    words = names or {"category": {"posters": "Flyposting"}, "status": {"closed": "Closed"}}
    frame = pl.DataFrame(full, schema=list(COLUMNS), orient="row")
    kinds = [name for name, _n in Counter(frame["category"]).most_common(8)]
    gathered = gather(
        grid_over((LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01), side=SIDE, most=10**7),
        frame["lon"],
        frame["lat"],
        code=[kinds.index(one) if one in kinds else 8 for one in frame["category"]],
        kind_of=range(9) if len(kinds) == 8 else range(len(kinds)),
        state=[int(one == "closed") for one in frame["status"]],
        is_marked=[1, 0],
        kinds=len(kinds) + 1,
    )
    alone = frame[gathered.row[gathered.n == 1]]
    flags = alone["photos"].cast(int) * point_wire.PHOTOS + alone["doubted"].cast(int) * point_wire.DOUBTED
    singles = {name: alone[name].to_list() for name in ("id", "category", "status")} | {"flags": flags}
    meta = {"kinds": kinds, "names": words, "total": len(full), "side": SIDE, "version": "1"}
    server.answers["clusters"] = point_wire.pack(gathered, singles, meta)
    server.answers["points"] = {"columns": COLUMNS, "rows": full, "names": words, "truncated": False}


def figures(page: Page, expression: str = "true") -> dict[str, Any]:
    """Wait until points are painted and `expression` over their figures holds; return the figures."""
    page.wait_for_function(
        f"(() => {{ const points = window.__gezhiPoints; return points && ({expression}); }})()"
    )
    found: dict[str, Any] = page.evaluate("window.__gezhiPoints")
    return found


def clusters(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = screen.on_map(page, "return layer(gezhi.ClusterCanvas).clusters;")
    return found


def colour_at(page: Page, lat: float, lon: float, *, right: int = 0) -> list[int]:
    """Return red, green and blue that the points' canvas has at a place, or some pixels right of it."""
    colour: list[int] = screen.on_map(
        page,
        """
        const canvas = layer(gezhi.ClusterCanvas), frame = canvas.frame();
        const { worldX, worldY } = gezhi.projection, ratio = canvas.canvas.width / frame.width;
        const x = (worldX(argument[1]) * frame.scale - frame.left + argument[2]) * ratio;
        const y = (worldY(argument[0]) * frame.scale - frame.top) * ratio;
        const at = canvas.canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1);
        return [...at.data].slice(0, 3);
        """,
        [lat, lon, right],
    )
    return colour


def alone(zoom: int = 3, **options: Any) -> PointLayer:
    """Return the layer as the map shows it without cells."""
    return PointLayer(from_zoom=zoom, case_link="case?id={id}&lang=en", **options)


# Clusters


def test_clusters_at_every_zoom_add_up_to_the_reports_in_view(page: Page, server: Server) -> None:
    page.goto(server.show(alone(), zoom=10))
    frame = server.city.frame
    for zoom in (10, 12, 14, 16, 18):
        before = figures(page)["paints"]
        if zoom > 10:
            screen.on_map(page, f"map.setView([{LAT}, {LON}], {zoom}, {{ animate: false }});")
            figures(page, f"points.paints > {before}")
        west, south, east, north = screen.on_map(page, "return gezhi.projection.tileBox(map, 32);")
        inside = frame.filter(pl.col("lon").is_between(west, east) & pl.col("lat").is_between(south, north))
        drawn = clusters(page)
        assert sum(one["n"] for one in drawn) == figures(page)["inView"] == inside.height
        sums = np.sum([one["kinds"] for one in drawn], axis=0)
        counted = dict(inside["category"].value_counts().iter_rows())
        assert sums.tolist() == [*(counted.get(name, 0) for name in CATEGORIES), 0]


@pytest.mark.parametrize("zoom", [11, 14])
def test_no_cluster_hides_the_number_of_another_one(page: Page, server: Server, zoom: int) -> None:
    page.goto(server.show(alone(), zoom=zoom))
    assert figures(page)["clusters"] > 3
    several = [one for one in clusters(page) if one["n"] > 1]
    radius = np.array(
        [screen.on_map(page, "return gezhi.clusterShapes.radiusOf(argument);", one["n"]) for one in several]
    )
    at = np.array([[one["x"], one["y"]] for one in several]) * 256 * 2**zoom
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    room = (radius[:, None] + radius[None]) * 0.79
    first, second = np.triu_indices(len(several), 1)
    assert (apart >= room)[first, second].all()


def test_a_map_of_points_alone_says_when_it_is_painted(page: Page, server: Server) -> None:
    page.goto(server.show(alone(), zoom=14))
    shown = screen.wait_ready(page)
    points = figures(page)

    assert shown["inView"] == points["inView"] > 1_000
    assert shown["clusters"] == points["clusters"] == sum(one["n"] > 1 for one in clusters(page))
    assert points["largest"] == max(one["n"] for one in clusters(page))
    assert not any("/api/cells" in address for address in server.asked)


def test_a_cluster_is_a_ring_of_its_categories_with_its_number(page: Page, server: Server) -> None:
    put(server, *[(n, LON, LAT, "posters" if n <= 50 else "cables", "open") for n in range(1, 101)])
    page.goto(server.show(alone(), zoom=18))
    figures(page)

    radius = screen.on_map(page, "return gezhi.clusterShapes.radiusOf(100);")
    first, second = (int(colour[1:3], 16) for colour in alone().options["colours"][:2])
    right = colour_at(page, LAT, LON, right=round(radius) - 2)
    left = colour_at(page, LAT, LON, right=2 - round(radius))
    assert (right[0], left[0]) == pytest.approx((first, second), abs=3)
    assert page.locator(".gz-point-legend .gz-legend-class").all_inner_texts() == [
        "Flyposting",
        "cables",
        "Inner line: share that is open",
    ]


def test_a_category_keeps_its_colour_whatever_the_filter(page: Page, server: Server) -> None:
    def colours() -> dict[str, str]:
        pairs = page.eval_on_selector_all(
            ".gz-point-legend .gz-legend-class",
            "(items) => items.map((item) => [item.innerText,"
            " item.firstChild.style.getPropertyValue('--gz-colour')])",
        )
        return {name: colour for name, colour in pairs if colour}

    page.goto(server.show(alone(), zoom=13))
    all_of_them = colours() if figures(page) else {}
    screen.send(page, PointLayer("category=cables", from_zoom=3))
    figures(page, "points.query === 'category=cables'")

    assert len(all_of_them) == 3
    assert colours() == {"cables": all_of_them["cables"]}


def test_a_click_on_a_cluster_goes_closer_until_it_comes_apart(page: Page, server: Server) -> None:
    page.goto(server.show(alone(), zoom=12))
    before = figures(page)
    biggest = max(clusters(page), key=lambda one: one["n"])
    page.mouse.click(*screen.place_of(page, biggest["lat"], biggest["lon"]))
    figures(page, f"points.paints > {before['paints']} && !document.querySelector('.leaflet-zoom-anim')")

    assert screen.on_map(page, "return map.getZoom();") > 12
    west, south, east, north = biggest["box"]
    inside = [one for one in clusters(page) if west <= one["lon"] <= east and south <= one["lat"] <= north]
    assert len(inside) > 1
    bounds = screen.on_map(page, "const b = map.getBounds(); return [b.getWest(), b.getEast()];")
    assert bounds[0] < west < east < bounds[1]


def test_a_tooltip_tells_how_many_of_which_category_and_how_many_are_open(page: Page, server: Server) -> None:
    rows = [
        (n, LON, LAT, "posters" if n <= 2 else "cables", "closed" if n == 1 else "open") for n in range(1, 7)
    ]
    put(server, *rows)
    page.goto(server.show(HexLayer(), alone(16), zoom=18))
    figures(page)

    page.mouse.move(*screen.place_of(page, LAT, LON))
    page.wait_for_selector(".gz-tip-part")

    screen.says(page, ".gz-tip-count", "6 reports, 5 open")
    assert page.locator(".gz-tip-part").all_inner_texts() == ["cables: 4", "Flyposting: 2"]


# One address


def test_reports_at_one_address_are_spread_out_on_legs_that_open_each(page: Page, server: Server) -> None:
    put(server, *[(n, LON, LAT, "posters", "closed" if n < 3 else "open") for n in range(1, 8)])
    page.goto(server.show(alone(), zoom=17))
    figures(page)
    x, y = screen.place_of(page, LAT, LON)
    page.mouse.click(x, y)
    page.wait_for_selector("[data-gezhi-legs='7']")
    legs = screen.on_map(page, "return layer(gezhi.ClusterCanvas).spread.legs;")

    assert [leg["report"]["id"] for leg in legs] == [7, 6, 5, 4, 3, 2, 1]  # what is open comes first
    for leg in legs:
        x, y = screen.place_of(page, LAT, LON)  # a popup moves the map to where it fits
        page.mouse.click(x + leg["x"], y + leg["y"])
        page.wait_for_function(
            "(href) => document.querySelector('.gz-report-link')?.getAttribute('href').includes(href)",
            arg=f"id={leg['report']['id']}&",
        )
        page.keyboard.press("Escape")
        page.wait_for_selector(".leaflet-popup", state="detached")
    expect(page.locator("[data-gezhi-legs]").first).to_have_attribute("data-gezhi-legs", "7")
    page.mouse.click(x + 200, y)
    page.wait_for_selector("[data-gezhi-legs='0']")


@pytest.mark.parametrize("n", [2, 10, 11, 40])
def test_legs_do_not_lie_on_each_other(page: Page, server: Server, n: int) -> None:
    page.goto(server.show(alone()))
    places = screen.on_map(page, "return gezhi.spider.placesFor(argument);", n)
    at = np.array([[place["x"], place["y"]] for place in places])
    apart = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))[np.triu_indices(n, 1)]

    assert len(at) == n
    assert apart.min() > 20
    assert np.hypot(*at.T).max() < 150


def test_more_reports_than_there_is_room_for_are_a_page_away(page: Page, server: Server) -> None:
    put(server, *[(n, LON, LAT, "posters", "open") for n in range(1, 161)])
    page.goto(server.show(alone(), zoom=18))
    figures(page)
    x, y = screen.place_of(page, LAT, LON)
    page.mouse.click(x, y)
    page.wait_for_selector("[data-gezhi-legs='40']")
    last = screen.on_map(page, "return layer(gezhi.ClusterCanvas).spread.legs.at(-1);")
    assert last["more"] == 121

    page.mouse.click(x + last["x"], y + last["y"])
    screen.says(page, ".gz-report-pager span", "40 of 160 here")
    page.get_by_role("button", name="Next").click()
    screen.says(page, ".gz-report-pager span", "41 of 160 here")


def test_the_keyboard_opens_what_is_in_the_middle(page: Page, server: Server) -> None:
    put(server, *[(n, LON, LAT, "posters", "open") for n in (1, 2, 3)])
    page.goto(server.show(HexLayer(), alone(16), zoom=18))
    screen.wait_ready(page)
    figures(page)
    page.focus("[data-gezhi-state]")
    page.keyboard.press("Shift")
    page.keyboard.press("Enter")
    page.wait_for_selector(".gz-report-pager")

    screen.says(page, ".gz-spoken", "3 reports", in_part=True)
    page.wait_for_function("document.activeElement.className.endsWith('gz-report-next')")
    page.keyboard.press("Enter")
    screen.says(page, ".gz-report-pager span", "2 of 3 here")
    assert page.evaluate("document.activeElement.className").endswith("gz-report-next")
    page.keyboard.press("Escape")
    page.wait_for_selector(".leaflet-popup", state="detached")
    assert screen.selected(page) is None


# Single reports


def test_points_are_shown_from_zoom_sixteen_on_alone(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(), PointLayer(), zoom=15))
    first = screen.wait_ready(page)
    assert not any("/api/clusters" in address for address in server.asked)
    clear = screen.on_map(page, "return Number(layer(gezhi.HexCanvas).canvas.style.opacity);")

    screen.on_map(page, "map.setZoom(16, { animate: false });")
    page.wait_for_selector("[data-gezhi-points]:not([data-gezhi-points='0'])")
    second = screen.wait_painted(page, first["paints"])
    assert screen.on_map(page, "return Number(layer(gezhi.HexCanvas).canvas.style.opacity);") < clear

    screen.on_map(page, "map.setZoom(15, { animate: false });")
    page.wait_for_selector("[data-gezhi-points='0']")
    screen.wait_painted(page, second["paints"])
    assert screen.on_map(page, "return Number(layer(gezhi.HexCanvas).canvas.style.opacity);") == clear


def test_a_point_opens_a_popup_instead_of_selecting_its_cell(page: Page, server: Server) -> None:
    put(server, (17, LON, LAT, "posters", "closed"))
    server.answers["reports/17"] = {
        "address": "1 Grain Road",
        "reported_at": "2026-03-01T16:30:00+00:00",
        "unit": None,
        "photos": [],
    }
    page.goto(server.show(HexLayer(), alone(16, tz="Asia/Shanghai"), zoom=16))
    screen.wait_ready(page)
    page.wait_for_selector("[data-gezhi-points='1']")

    page.mouse.click(*screen.place_of(page, LAT, LON))
    page.wait_for_selector(".gz-report-fields")

    screen.says(page, ".gz-report-title", "Flyposting")
    screen.says(page, ".gz-report-status", "Closed")
    named = page.locator(".gz-report-fields dt").all_inner_texts()
    address, reported = page.locator(".gz-report-fields dd").all_inner_texts()
    assert named == ["Address", "Reported at"]
    assert address == "1 Grain Road"
    assert reported.startswith("Mar 2, 2026")  # in the city; still the first of March in UTC
    assert screen.selected(page) is None
    link = page.locator(".gz-report-link")
    assert (link.get_attribute("href"), link.get_attribute("target")) == (
        f"{server.url}case?id=17&lang=en",
        "_parent",
    )


def test_a_popup_shows_photos_small_and_leads_to_the_large_ones(page: Page, server: Server) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(picture, "JPEG")
    names = ["a" * 64, "b" * 64, "gone"]
    put(server, (17, LON, LAT, "posters", "closed", True, False))
    server.answers["reports/17"] = {"address": "x", "photos": names}
    server.answers |= {f"photos/{name}": picture.getvalue() for name in names[:2]}
    page.goto(server.show(alone(), zoom=18))
    figures(page)
    assert not any("/api/photos" in address for address in server.asked)
    screen.says(page, ".gz-point-legend", "With photo", in_part=True)

    page.mouse.click(*screen.place_of(page, LAT, LON))
    page.wait_for_function(
        "[...document.querySelectorAll('.gz-report-photo img')].filter((i) => i.naturalWidth).length == 2"
    )
    page.wait_for_function("document.querySelectorAll('.gz-report-photo').length == 2")  # one does not come

    assert (
        page.locator(".gz-report-photo").first.get_attribute("href")
        == f"{server.url}api/photos/{names[0]}?size=full"
    )
    assert all("size=thumb" in address for address in server.asked if "/api/photos" in address)


def test_text_of_people_is_shown_as_text(page: Page, server: Server) -> None:
    put(server, (17, LON, LAT, HOSTILE, HOSTILE), names={"category": {}, "status": {}})
    server.answers["reports/17"] = {
        "address": HOSTILE,
        "description": HOSTILE,
        "kind": HOSTILE,
        "photos": [HOSTILE],
    }
    shop = {
        "properties": {"kind": "shop", "name": HOSTILE},
        "geometry": {"type": "Point", "coordinates": [LON, LAT]},
    }
    server.answers["places"] = {"features": [{"type": "Feature", **shop}]}
    page.goto(server.show(BaseLayer(), HexLayer(), alone(16), zoom=18, attribution=HOSTILE))
    screen.wait_ready(page)
    page.wait_for_selector("[data-gezhi-points='1']")

    page.mouse.click(*screen.place_of(page, LAT, LON))
    page.wait_for_selector(".gz-report-fields")

    screen.says(page, ".gz-report-title", HOSTILE)
    assert page.locator(".gz-report-fields dd").all_inner_texts() == [HOSTILE] * 3
    assert HOSTILE in (page.text_content(".gz-point-legend") or "")
    screen.says(page, ".gz-attribution", HOSTILE)
    page.wait_for_selector("img", state="detached")  # the photo of that name does not exist
    assert page.evaluate("window.hacked") is None


def test_reports_close_by_are_turned_over_one_by_one(page: Page, server: Server) -> None:
    put(server, *[(n, LON + n * 4.4e-5, LAT, f"kind {n}", "open") for n in (1, 2, 3)])
    page.goto(server.show(HexLayer(), alone(16), zoom=17))
    screen.wait_ready(page)
    page.wait_for_selector("[data-gezhi-points='3']")
    page.mouse.click(*screen.place_of(page, LAT, LON + 4.4e-5))

    seen = [page.inner_text(".gz-report-title")]
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
        seen.append(page.inner_text(".gz-report-title"))

    assert seen == ["kind 1", "kind 2", "kind 3", "kind 1"]
    screen.says(page, ".gz-report-pager span", "1 of 3 here")


def test_what_is_done_is_a_ring_and_what_is_open_a_dot(page: Page, server: Server) -> None:
    put(server, (1, LON, LAT, "posters", "closed"), (2, LON + 0.001, LAT, "posters", "open"))
    page.goto(server.show(HexLayer(), alone(16, done=["closed"]), zoom=18))
    screen.wait_ready(page)
    page.wait_for_selector("[data-gezhi-points='2']")

    colour = alone().options["colours"][0]
    assert min(colour_at(page, LAT, LON)) > 240
    assert colour_at(page, LAT, LON + 0.001) == [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def test_doubted_positions_and_photos_are_marked_and_explained(page: Page, server: Server) -> None:
    put(server, (1, LON, LAT, "posters", "open", True, True), (2, LON + 0.001, LAT, "posters", "open"))
    page.goto(server.show(alone(done=["closed"]), zoom=18))
    figures(page)

    def ink(lon: float) -> int:
        return int(
            screen.on_map(
                page,
                """
                const canvas = layer(gezhi.ClusterCanvas), frame = canvas.frame();
                const ratio = canvas.canvas.width / frame.width;
                const x = (gezhi.projection.worldX(argument[1]) * frame.scale - frame.left - 20) * ratio;
                const y = (gezhi.projection.worldY(argument[0]) * frame.scale - frame.top - 20) * ratio;
                const { data } = canvas.canvas.getContext('2d').getImageData(x, y, 40 * ratio, 40 * ratio);
                let dark = 0;
                for (let i = 0; i < data.length; i += 4) {
                    dark += data[i + 3] > 200 && data[i] < 60 && data[i + 1] < 80;
                }
                return dark;
                """,
                [LAT, lon],
            )
        )

    assert ink(LON) > 40
    assert ink(LON + 0.001) == 0
    legend = page.locator(".gz-point-legend .gz-legend-class").all_inner_texts()
    assert legend == ["Flyposting", "Open", "With photo", "Position doubted"]


# What goes wrong


def test_a_view_without_a_report_says_so(page: Page, server: Server) -> None:
    page.goto(server.show(PointLayer("category=nothing", from_zoom=3)))
    screen.wait_ready(page, "empty")
    screen.says(page, ".gz-notice-text", "No report matches the filter.")
    screen.send(page, alone())
    screen.wait_ready(page)
    expect(page.locator(".gz-notice")).to_be_hidden()
    screen.on_map(page, "map.setView([39.5, 119], 14, { animate: false });")
    screen.wait_ready(page, "empty")
    screen.says(page, ".gz-notice-text", "No report in this part of the map.")


def test_points_that_cannot_be_loaded_are_said_to_be_missing(page: Page, server: Server) -> None:
    put(server, (1, LON, LAT, "posters", "open"))
    page.goto(server.show(HexLayer(), PointLayer(), zoom=16))
    page.wait_for_selector("[data-gezhi-points='1']")
    page.route("**/api/clusters**", lambda route: route.abort())

    screen.send(page, HexLayer(), PointLayer("category=posters"))

    page.wait_for_selector("[data-gezhi-points='0']")
    expect(page.locator(".gz-notice-text")).to_have_text("The single reports could not be loaded.")
    page.unroute("**/api/clusters**")
    page.click("text=Try again")
    page.wait_for_selector("[data-gezhi-points='1']")
    expect(page.locator(".gz-notice")).to_be_hidden()


@pytest.mark.parametrize(
    ("height", "below"), [(700, 30), (230, -10)], ids=["of a place beside it", "pushed down to it"]
)
def test_a_popup_opens_beside_the_legend_and_not_under_it(
    page: Page, server: Server, height: int, below: int
) -> None:
    page.set_viewport_size({"width": 1000, "height": height})
    put(server, (1, LON, LAT, "posters", "open"))
    page.goto(server.show(alone(), zoom=18))
    figures(page)
    legend = page.locator(".gz-legend").bounding_box()
    assert legend is not None
    screen.on_map(
        page,
        "const [x, y] = argument, size = map.getSize();"
        "map.panBy([size.x / 2 - x, size.y / 2 - y], { animate: false });",
        [legend["x"] + legend["width"] + 10, legend["y"] + below],
    )
    figures(page)

    page.mouse.click(*screen.place_of(page, LAT, LON))

    popup = page.locator(".leaflet-popup-content-wrapper")
    popup.wait_for()
    screen.wait_on_map(
        page,
        "const box = (name) => document.querySelector(name).getBoundingClientRect();"
        "return box('.leaflet-popup-content-wrapper').left >= box('.gz-legend').right;",
    )


def test_another_filter_closes_what_was_opened(page: Page, server: Server) -> None:
    put(server, *[(n, LON, LAT, "posters", "open") for n in (1, 2, 3)])
    page.goto(server.show(alone(), zoom=18))
    figures(page)
    page.mouse.click(*screen.place_of(page, LAT, LON))
    page.wait_for_selector("[data-gezhi-legs='3']")

    screen.send(page, PointLayer("category=posters", from_zoom=3))
    page.wait_for_selector("[data-gezhi-legs='0']")
    screen.send(page, PointLayer("category=posters"), HexLayer("category=posters"))
    figures(page, "points.query === 'category=posters'")
    screen.wait_ready(page)
    screen.send(page, HexLayer("category=posters"))
    page.wait_for_selector("[data-gezhi-points]", state="detached")
    assert page.locator(".gz-point-legend").count() == 0


def test_a_page_without_a_server_gathers_what_shares_a_position(page: Page, server: Server) -> None:
    rows = [(n, LON + 0.001 * (n == 9), LAT, "posters", "open") for n in range(1, 10)]
    answer = {"columns": COLUMNS[:5], "rows": rows, "names": {"category": {"posters": "Flyposting"}}}
    told = {number: {"address": f"house {number}"} for number in range(1, 10)}
    page.goto(server.show(PointLayer(answer | {"truncated": True}, reports=told), zoom=17))
    assert figures(page)["clusters"] == 1
    screen.says(page, ".gz-notice-text", "Too many reports to show each one; zoom in.")
    server.asked.clear()

    page.mouse.click(*screen.place_of(page, LAT, LON))
    page.wait_for_selector("[data-gezhi-legs='8']")
    page.mouse.click(*screen.place_of(page, LAT, LON + 0.001))
    page.wait_for_selector(".gz-report-fields")
    screen.says(page, ".gz-report-fields", "house 9", in_part=True)
    assert server.asked == []


def test_two_hundred_thousand_reports_in_view_come_as_some_hundred_clusters(
    page: Page, server: Server
) -> None:
    server.city = City(n=200_000)
    page.goto(server.show(alone(), zoom=12))
    shown = figures(page)
    assert shown["inView"] > 190_000
    assert shown["clusters"] < 400
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').filter((one) => one.name.includes('clusters'))"
        )[0]["decodedBodySize"]
        < 50_000
    )
