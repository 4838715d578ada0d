"""The legend in the real browser: what it says of classes and cells, what stands out, what is kept."""

from datetime import date
from typing import Any

import h3
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from layers import palettes, wire
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser

WEEK = "from=2026-03-01&to=2026-03-07"
CHANGES = (-100, -50, -20, 20, 50, 100)


def _figures(server: Server, resolution: int = 10, **meta: Any) -> tuple[bytes, np.ndarray, np.ndarray]:
    """Pack a share for each cell, a tenth of them missing; return it with values and reports, by cell."""
    cells, n = server.city.counts("", resolution)
    rng = np.random.default_rng(resolution)
    values = np.round(np.clip(rng.normal(70, 20, n.size), 0, 100))
    values[rng.random(n.size) < 0.1] = np.nan
    said = {"resolution": resolution, "edges": [40, 60, 80], "total": int(n.sum()), "few": 10}
    usual = {"measure": "on_time", "unit": "%", "decimals": 0, "signed": False}
    return wire.pack_figures(cells, values, n, said | usual | meta), values, n


def _rows(page: Page) -> dict[str, int | None]:
    """Return what the rows of the legend say: their texts and numbers of cells."""
    rows = page.locator(".gz-legend-row").all()
    texts = [
        (row.locator(".gz-legend-range").inner_text(), row.locator(".gz-legend-cells").text_content() or "")
        for row in rows
    ]
    return {text: int(cells.replace(",", "")) if cells else None for text, cells in texts}


def _alphas(page: Page, classes: int) -> list[int]:
    """Return how opaque the middle of a well visible cell of each class is."""
    alphas: list[int] = screen.on_map(
        page,
        """
        const hexes = layer(gezhi.HexCanvas), { canvas } = hexes, frame = hexes.frame();
        const ratio = canvas.width / hexes.size.x, context = canvas.getContext("2d");
        return Array.from({ length: argument }, (_, index) => {
            const rows = [...hexes.classes.keys()].filter((i) => hexes.classes[i] === index);
            const seen = rows.filter((i) => hexes.n[i] >= hexes.few).map((i) => {
                const [lat, lng] = h3.cellToLatLng(gezhi.wire.toId(hexes.keys[i], hexes.resolution));
                const x = (gezhi.projection.worldX(lng) * frame.scale - frame.left) * ratio;
                const y = (gezhi.projection.worldY(lat) * frame.scale - frame.top) * ratio;
                return context.getImageData(Math.floor(x), Math.floor(y), 1, 1).data[3];
            });
            return Math.max(...seen);
        });
        """,
        classes,
    )
    return alphas


def test_each_class_says_how_many_of_its_cells_are_in_view(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(resolution=9)))
    edges = screen.wait_ready(page)["edges"]
    for _move in range(2):
        drawn = screen.drawn_cells(page)
        at = screen.on_map(
            page,
            "const points = argument.map((place) => map.latLngToContainerPoint(place));"
            "return points.map(({ x, y }) => [x, y]);",
            [h3.cell_to_latlng(cell) for cell in drawn],
        )
        inside = np.array([0 <= x <= 1000 and 0 <= y <= 700 for x, y in at])
        classes = np.searchsorted(edges, list(drawn.values()), side="right") - 1
        expected = np.bincount(classes[inside], minlength=len(edges))
        assert inside.sum() < len(drawn)
        np.testing.assert_allclose(list(_rows(page).values()), expected, atol=3)
        painted = screen.paints(page)
        screen.on_map(page, "map.panBy([300, 200], { animate: false });")
        screen.wait_painted(page, painted)


@pytest.mark.parametrize(("resolution", "zoom"), [(9, 13), (11, 14)])
def test_a_class_that_is_pointed_at_stands_out_on_the_map(
    page: Page, server: Server, resolution: int, zoom: int
) -> None:
    server.answers["cells"] = _figures(server, resolution)[0]
    page.goto(server.show(HexLayer(resolution=resolution), zoom=zoom))
    screen.wait_ready(page)
    assert screen.on_map(page, "return Boolean(layer(gezhi.HexCanvas).stamps);") is (resolution == 11)
    usual = _alphas(page, 3)
    assert min(usual) > 240

    page.hover(".gz-legend-row >> nth=1")
    pointed = _alphas(page, 3)
    page.mouse.move(500, 300)

    assert pointed[1] == usual[1]
    assert max(pointed[0], pointed[2]) < 60
    assert _alphas(page, 3) == usual


def test_keys_and_presses_let_a_class_stand_out_too(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    highlighted = "return layer(gezhi.HexCanvas).highlighted;"
    page.focus(".gz-legend-title")
    page.keyboard.press("Tab")
    assert screen.on_map(page, highlighted) == 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert screen.on_map(page, highlighted) == 2, "the one with the focus before the one that is pressed"
    page.evaluate("document.activeElement.blur()")
    assert screen.on_map(page, highlighted) == 1
    expect(page.get_by_role("button", pressed=True)).to_have_count(1)
    page.focus(".gz-legend-title")
    page.keyboard.press("Escape")
    assert screen.on_map(page, highlighted) is None


def test_a_tap_lets_a_class_stand_out_and_another_one_ends_it(browser: Browser, server: Server) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 400}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.show())
    screen.wait_ready(page)
    page.tap(".gz-legend-title")
    seen = []
    for _tap in range(2):
        page.tap(".gz-legend-row >> nth=2")
        seen.append(screen.on_map(page, "return layer(gezhi.HexCanvas).highlighted;"))
    assert seen == [2, None]
    box = page.locator(".gz-legend-row >> nth=2").bounding_box()
    legend = page.locator(".gz-legend").bounding_box()
    context.close()
    assert box and box["height"] >= 32
    assert legend and legend["y"] >= 0, "the legend fits into the map"


def test_a_share_says_its_unit_what_has_none_and_what_is_uncertain(page: Page, server: Server) -> None:
    packed, values, n = _figures(server)
    server.answers["cells"] = packed
    page.goto(server.show(HexLayer(WEEK, resolution=10, measure="on_time"), zoom=13))
    screen.wait_ready(page)

    rows = _rows(page)

    screen.says(page, ".gz-legend-title", "Closed in time, %")
    assert list(rows) == [
        *("under 60", "60 up to 80", "80 and more", "no figure"),
        "Small: fewer than 10 reports, uncertain",
    ]
    missing = np.isnan(values)
    assert rows["no figure"] == pytest.approx(missing.sum(), abs=missing.sum() * 0.2)
    drawn = screen.on_map(
        page,
        "const { groups, uncertain } = layer(gezhi.HexCanvas);"
        "return [groups, uncertain].map((all) => all.map((one) => one.length));",
    )
    known = ~missing
    classes = np.clip(np.searchsorted([40, 60, 80], values[known], side="right") - 1, 0, None)
    for sizes, which in zip(drawn, (n[known] >= 10, n[known] < 10), strict=True):
        assert sizes[:3] == np.bincount(classes[which], minlength=3).tolist()
    assert [sizes[3] for sizes in drawn] == [missing.sum(), 0]


def test_uncertain_cells_are_small_and_those_without_a_figure_hollow(page: Page, server: Server) -> None:
    cells = [h3.str_to_int(cell) for cell in h3.grid_ring(h3.latlng_to_cell(LAT, LON, 9), 1)[:3]]
    meta = {"resolution": 9, "edges": [1], "total": 90, "few": 5, "decimals": 0, "signed": False}
    packed = wire.pack_figures(cells, [50, 50, np.nan], [80, 4, 6], meta)
    page.goto(server.show(HexLayer(packed, resolution=9), zoom=15))
    screen.wait_ready(page)

    covered = [_covered(page, h3.int_to_str(cell)) for cell in cells]

    assert covered[0] > 0.85
    assert covered[1] == pytest.approx(covered[0] * 0.58**2, rel=0.15)
    assert 0 < covered[2] < 0.2


def _covered(page: Page, cell: str) -> float:
    """Return which share of a cell's area the canvas covers."""
    share: float = screen.on_map(
        page,
        """
        const hexes = layer(gezhi.HexCanvas), { canvas } = hexes, frame = hexes.frame();
        const ratio = canvas.width / hexes.size.x;
        const path = new Path2D();
        for (const [x, y] of gezhi.outlineOf(argument)) {
            path.lineTo((x * frame.scale - frame.left) * ratio, (y * frame.scale - frame.top) * ratio);
        }
        const context = canvas.getContext("2d");
        const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
        context.setTransform(1, 0, 0, 1, 0, 0);
        let [inside, covered] = [0, 0];
        for (let i = 0; i < canvas.width * canvas.height; i++) {
            const [x, y] = [i % canvas.width, Math.floor(i / canvas.width)];
            if (!context.isPointInPath(path, x + 0.5, y + 0.5)) continue;
            inside += 255;
            covered += data[4 * i + 3];
        }
        return covered / inside;
        """,
        cell,
    )
    return share


def test_falls_and_rises_have_their_own_sides_of_the_palette(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    options = HexLayer(palette="tide").options
    for edges, side, places in (
        (CHANGES, 3, [1, 2, 3, 4, 5, 6]),
        ((-50, 0, 50), 2, [1, 3, 4]),
        ((10, 20), 2, [3, 4]),
        ((-90, -60, -20), 2, [0, 1, 2]),
        ((-5,), 1, [1]),
    ):
        given = page.evaluate(
            "([edges, palettes, changes]) => gezhi.coloursOf({ edges, signed: true }, palettes, changes)",
            [list(edges), options["palettes"], options["changes"]],
        )
        assert given == [palettes.diverging("tide", side)[place] for place in places]


def test_more_classes_than_colours_still_have_one_each(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    given = page.evaluate(
        "(palettes) => gezhi.coloursOf({ edges: [1, 2, 3, 4, 5, 6, 7, 8, 9], signed: false }, palettes)",
        HexLayer().options["palettes"],
    )

    assert len(given) == 9
    assert all(given) and given[-1] == palettes.colours(palettes.DEFAULT, 7)[-1]


def test_the_tooltip_of_a_change_says_both_periods_and_what_it_rests_on(page: Page, server: Server) -> None:
    cell = h3.latlng_to_cell(LAT, LON, 9)
    meta = {"resolution": 9, "edges": list(CHANGES), "total": 4, "unit": "%", "decimals": 0, "signed": True}
    server.answers["cells"] = wire.pack_figures(
        [h3.str_to_int(cell)], [35.0], [4], {**meta, "few": 10, "vs": "2026-02-22~2026-02-28"}
    )
    page.goto(server.show(HexLayer(WEEK, measure="change", resolution=9), zoom=15))
    screen.wait_ready(page)

    page.mouse.move(500, 340)
    page.mouse.move(500, 350)

    screen.says(page, ".gz-tip-count", "+35 % reports")
    assert page.locator(".gz-tip-rate").all_inner_texts() == [
        *("of 4 reports", "2026-03-01 to 03-07 against 2026-02-22 to 02-28"),
        "Few reports: uncertain",
    ]
    screen.says(page, ".gz-legend-note", "2026-03-01 to 03-07 against 2026-02-22 to 02-28", in_part=True)


def test_the_measure_and_its_classes_are_asked_beside_the_filter(page: Page, server: Server) -> None:
    days = (date(2026, 1, 1), date(2026, 1, 31))
    page.goto(
        server.show(
            HexLayer(WEEK, measure="change", against=days, classes_by="natural", classes=4, edges=(-5, 2.5))
        )
    )
    screen.wait_ready(page)

    asked = next(address for address in server.asked if address.startswith("/api/cells"))

    for part in ("measure=change", "vs=2026-01-01~2026-01-31", "classes_by=natural", "classes=4"):
        assert part in asked.replace("%7E", "~")
    assert "edges=-5%2C2.5" in asked
    assert page.evaluate("window.__gezhi.query") == WEEK, "the filter alone"


def test_the_legend_keeps_its_words_until_the_new_measure_is_there(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    server.delay_s = 0.4
    server.answers["cells"] = _figures(server)[0]

    screen.send(page, HexLayer(measure="on_time"))
    before = page.inner_text(".gz-legend-title")
    page.wait_for_function("window.__gezhi.measure === 'on_time'")

    assert before == "Reports per cell"
    screen.says(page, ".gz-legend-title", "Closed in time, %")


def test_classes_are_kept_by_a_word_to_the_page(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(keep=False)))
    edges = screen.wait_ready(page)["edges"]
    page.evaluate("window.told = []; window.Streamlit = { setComponentValue: (value) => told.push(value) };")

    page.get_by_role("button", name="Keep these classes").click()
    screen.send(page, HexLayer(keep=True, edges=edges))
    page.wait_for_function("window.__gezhi.paints > 1")
    page.get_by_role("button", name="Classes are kept", pressed=True).click()

    told = page.evaluate("told")
    assert [message["keep"] for message in told] == [edges, []]
    assert all(message["stamp"] > 0 and "cell" not in message for message in told)
    assert f"edges={'%2C'.join(map(str, edges))}" in server.asked[-1]


def test_a_layer_that_says_nothing_of_keeping_offers_none(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)

    expect(page.locator(".gz-legend-pin")).to_be_hidden()


def test_hostile_words_of_a_measure_stay_words(page: Page, server: Server) -> None:
    hostile = "<img src=x onerror=window.hit=1>"
    server.answers["cells"] = _figures(server, unit=hostile)[0]
    page.goto(server.show(HexLayer(measure="on_time", labels={"title": hostile})))
    screen.wait_ready(page)
    page.mouse.move(500, 350)

    assert page.locator(".gz-panel img").count() == 0
    assert page.evaluate("window.hit") is None
