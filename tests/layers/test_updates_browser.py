"""How the map behaves over time: filters, moves, slow and failing answers."""

import h3
import pytest
from playwright.sync_api import Page, expect

from layers.base import BaseLayer
from layers.hexes import HexLayer, resolution_for
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser


def _asked_cells(server: Server) -> list[str]:
    return [address for address in server.asked if address.startswith("/api/cells")]


def test_every_request_goes_to_the_own_server(page: Page, server: Server) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.show(HexLayer(), BaseLayer()))
    screen.wait_ready(page)

    assert len(asked) > 5
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_another_filter_changes_the_picture_on_the_same_canvas(page: Page, server: Server) -> None:
    page.goto(server.show())
    before = screen.wait_ready(page)
    screen.on_map(page, "window.canvases = [...document.querySelectorAll('canvas')];")

    screen.send(page, HexLayer("category=posters"))
    page.wait_for_selector("[data-gezhi-query='category=posters']")

    after = page.evaluate("window.__gezhi")
    assert after["query"] == "category=posters"
    assert 0 < after["total"] < before["total"]
    assert page.evaluate("window.canvases.every((canvas) => canvas.isConnected)")
    assert page.locator("canvas").count() == len(page.evaluate("window.canvases.map(() => 1)"))


def test_the_old_picture_stays_until_the_new_one_is_painted(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    count_drawn = """
        const { canvas } = layer(gezhi.HexCanvas);
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let filled = 0;
        for (let i = 3; i < data.length; i += 4) filled += data[i] > 0;
        return filled;
    """
    assert screen.on_map(page, count_drawn) > 10_000
    server.delay_s = 0.2

    screen.send(page, HexLayer("category=posters"))

    assert screen.on_map(page, count_drawn) > 10_000
    page.wait_for_selector("[data-gezhi-query='category=posters']")
    assert screen.on_map(page, count_drawn) > 1_000


def test_the_same_question_is_not_asked_twice(page: Page, server: Server) -> None:
    page.goto(server.show())
    painted = screen.wait_ready(page)["paints"]

    screen.send(page, HexLayer(selected=h3.latlng_to_cell(LAT, LON, 10)))
    screen.on_map(page, "map.panBy([3, 2], { animate: false });")
    screen.wait_painted(page, painted)

    assert len(_asked_cells(server)) == 1


def test_another_version_of_the_data_is_asked_for(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(version="1")))
    painted = screen.wait_ready(page)["paints"]

    screen.send(page, HexLayer(version="2"))
    screen.wait_painted(page, painted)

    assert [("v=1" in address, "v=2" in address) for address in _asked_cells(server)] == [
        (True, False),
        (False, True),
    ]


def test_zooming_changes_the_resolution_and_keeps_the_total(page: Page, server: Server) -> None:
    page.goto(server.show(zoom=11))
    seen = {}
    figures = screen.wait_ready(page)
    for zoom in (11, 12, 13, 14, 16, 17):
        if zoom > 11:
            screen.on_map(page, "map.setZoom(argument, { animate: false });", zoom)
            figures = screen.wait_painted(page, figures["paints"])
        seen[zoom] = figures["resolution"]
        assert figures["total"] == server.city.n

    assert seen == {zoom: resolution_for(zoom) for zoom in seen}


def test_a_fixed_resolution_stays_at_every_zoom(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(resolution=9), zoom=12))
    first = screen.wait_ready(page)
    screen.on_map(page, "map.setZoom(15, { animate: false });")
    second = screen.wait_painted(page, first["paints"])

    assert (first["resolution"], second["resolution"]) == (9, 9)


def test_class_edges_stay_while_panning(page: Page, server: Server) -> None:
    page.goto(server.show())
    first = screen.wait_ready(page)
    screen.on_map(page, "map.panBy([500, 300], { animate: false });")
    second = screen.wait_painted(page, first["paints"])

    assert first["cells"] != second["cells"]
    assert first["edges"] == second["edges"]


def test_only_the_newest_of_several_questions_is_painted(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    server.delay_s = 0.15

    for category in ("posters", "cables", "parking"):
        screen.send(page, HexLayer(f"category={category}"))
    page.wait_for_selector("[data-gezhi-query='category=parking']")

    figures = page.evaluate("window.__gezhi")
    assert (figures["query"], figures["paints"]) == ("category=parking", 2)


def test_a_slow_answer_shows_a_bar_and_fades_the_old_figures(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    opacity = "return Number(layer(gezhi.HexCanvas).canvas.style.opacity);"
    clear = screen.on_map(page, opacity)
    expect(page.locator(".gz-bar")).to_be_hidden()
    server.delay_s = 1.0

    screen.send(page, HexLayer("category=posters"))
    page.wait_for_selector(".gz-bar:not([hidden])")

    assert screen.on_map(page, opacity) < clear / 2
    page.wait_for_selector("[data-gezhi-query='category=posters']")
    expect(page.locator(".gz-bar")).to_be_hidden()
    assert screen.on_map(page, opacity) == clear


def test_a_failed_answer_takes_the_figures_away_and_can_be_tried_again(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    server.broken = True

    screen.send(page, HexLayer("category=posters"))
    figures = screen.wait_ready(page, "failed")

    assert figures["state"] == "failed"
    assert screen.drawn_cells(page) == {}
    expect(page.locator(".gz-legend")).to_be_hidden()
    screen.says(page, ".gz-notice-text", "The figures could not be loaded.")
    server.broken = False
    page.click("text=Try again")
    page.wait_for_selector("[data-gezhi-query='category=posters']")
    expect(page.locator(".gz-notice")).to_be_hidden()
    expect(page.locator(".gz-legend")).to_be_visible()


def test_an_unreachable_server_is_a_failure_too(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    page.context.set_offline(True)

    screen.on_map(page, "map.panBy([700, 0], { animate: false });")

    assert screen.wait_ready(page, "failed")["cells"] == 0


def test_an_empty_result_says_whether_the_filter_or_the_place_is_empty(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer("category=nothing")))
    screen.wait_ready(page, "empty")
    screen.says(page, ".gz-notice-text", "No report matches the filter.")

    screen.send(page, HexLayer())
    screen.wait_ready(page)
    expect(page.locator(".gz-notice")).to_be_hidden()

    screen.on_map(page, "map.setView([39, 118], 14, { animate: false });")
    screen.wait_ready(page, "empty")
    screen.says(page, ".gz-notice-text", "No report in this part of the map.")


def test_a_layer_that_is_no_longer_sent_leaves_the_map(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(), BaseLayer()))
    screen.wait_ready(page)

    screen.send(page, BaseLayer())

    page.wait_for_function("document.querySelectorAll('.gz-legend').length === 0")
    assert screen.on_map(page, "return Boolean(layer(gezhi.HexCanvas));") is False
    assert screen.on_map(page, "return Boolean(layer(gezhi.PlaceCanvas));") is True


def test_the_legend_is_a_list_that_says_its_numbers(page: Page, server: Server) -> None:
    page.goto(server.show())
    edges = screen.wait_ready(page)["edges"]

    expect(page.get_by_role("list", name="Reports per cell").get_by_role("listitem")).to_have_count(
        len(edges)
    )
    classes = page.locator(".gz-legend-range").all_inner_texts()

    assert len(classes) == len(edges)
    assert classes[0] == ("1" if edges[1] == 2 else f"1 to {edges[1] - 1}")
    assert classes[-1] == f"{edges[-1]} and more"
    screen.says(page, ".gz-legend-note", "Resolution 10: cells about 130 m across")


def test_the_legend_folds_and_unfolds(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    title = page.get_by_role("button", name="Reports per cell")
    expect(title).to_have_attribute("aria-expanded", "true")

    title.click()
    expect(title).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".gz-legend-classes")).to_be_hidden()
    title.press("Enter")
    expect(page.locator(".gz-legend-classes")).to_be_visible()


def test_the_legend_says_when_the_server_had_to_be_coarser(page: Page, server: Server) -> None:
    server.finest = 9
    page.goto(server.show(HexLayer(resolution=12)))
    screen.wait_ready(page)

    assert page.inner_text(".gz-legend-note") == (
        "Resolution 9: cells about 350 m across Too many cells for resolution 12 here; zoom in to see it."
    )


def test_the_theme_changes_in_place(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    light = screen.on_map(page, "return getComputedStyle(map.getContainer()).backgroundColor;")

    screen.send(page, HexLayer(theme="dark"))

    dark = screen.on_map(page, "return getComputedStyle(map.getContainer()).backgroundColor;")
    assert light != dark
    expect(page.locator(".gz-dark")).to_have_count(1)
    assert "#5a2340" in screen.on_map(page, "return layer(gezhi.HexCanvas).colours;")


def test_the_map_and_its_controls_have_names(page: Page, server: Server) -> None:
    page.goto(server.show(attribution="Reports: <b>the city</b>"))
    screen.wait_ready(page)

    assert "Map of reports" in (page.get_by_role("application").get_attribute("aria-label") or "")
    expect(page.get_by_role("button", name="Zoom in")).to_have_count(1)
    screen.says(page, ".gz-attribution", "Reports: <b>the city</b>")
    expect(page.locator(".leaflet-control-scale-line")).to_be_visible()


def test_the_keyboard_shows_where_it_is_and_a_mouse_does_not(page: Page, server: Server) -> None:
    page.goto(server.show())
    screen.wait_ready(page)
    outline = "return getComputedStyle(map.getContainer()).outlineStyle;"

    page.mouse.click(500, 350)
    assert screen.on_map(page, outline) == "none"
    page.keyboard.press("ArrowLeft")
    assert screen.on_map(page, outline) == "solid"
