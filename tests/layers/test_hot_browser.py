"""Hot spots in the real browser: colours, marks, legend, tooltip, and what the map says without any."""

import json
from typing import Any
from xml.etree import ElementTree

import h3
import numpy as np
import pytest
from playwright.sync_api import Page, expect
from starlette.requests import Request

from layers import hot_wire
from layers.hexes import HexLayer
from layers.hotspots import HotLayer, classes_of
from layers.select import SelectLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server
from tests.layers.test_picture_browser import ABOUT, picture

pytestmark = pytest.mark.browser

CLASSES = ("none", *(one["slug"] for one in classes_of("classes", "light")))
MIDDLE = h3.latlng_to_cell(LAT, LON, 10)
CELLS = sorted(h3.str_to_int(cell) for cell in h3.grid_disk(MIDDLE, 3))
HOSTILE = '<img src=x onerror="window.hacked = true">'


def answer(classes: tuple[str, ...] = CLASSES, *, cells: list[int] = CELLS, **options: Any) -> bytes:
    """Classes in turn, the first class in the middle."""
    codes = np.arange(len(cells)) % len(classes)
    codes[[cell == h3.str_to_int(MIDDLE) for cell in cells]] = 1
    rows = np.flatnonzero(codes)
    counts = np.bincount(codes, minlength=len(classes)).tolist()
    return hot_wire.pack(
        np.array(cells, np.uint64)[rows],
        codes[rows],
        np.full(len(rows), 7),
        **{"kind": "classes", "classes": classes, "counts": counts}
        | {"meta": {"resolution": 10, "total": 900, "version": "1"}}
        | options,
    )


def shown(page: Page, server: Server, *others: Any, zoom: int = 16, **options: Any) -> dict[str, Any]:
    server.answers.setdefault("hotspots", answer())
    server.answers.setdefault("hotspots/reason", {"reason": f"Hot in 9 of the last 10 weeks {HOSTILE}"})
    theme = options.get("theme", "light")
    page.goto(server.show(HotLayer(**options), *others, zoom=zoom, theme=theme))
    return screen.wait_ready(page)


def centre(cell: str) -> tuple[float, float]:
    lat, lon = h3.cell_to_latlng(cell)
    return lat, lon


def test_cells_have_the_colours_of_their_classes_and_marks_from_close_up(page: Page, server: Server) -> None:
    figures = shown(page, server)
    assert figures["cells"] == len(CELLS) - answer_counts()[0]
    assert figures["edges"] == []
    drawn = screen.on_map(
        page, "const { groups, marked } = layer(gezhi.HotCanvas); return [groups.length, marked];"
    )
    assert drawn == [len(CLASSES), True]

    pixels = screen.on_map(
        page,
        """
        const canvas = layer(gezhi.HotCanvas), frame = canvas.frame();
        const { worldX, worldY } = gezhi.projection, ratio = canvas.canvas.width / frame.width;
        const x = (worldX(argument[1]) * frame.scale - frame.left) * ratio;
        const y = (worldY(argument[0]) * frame.scale - frame.top) * ratio;
        const at = (dx, dy) => [...canvas.canvas.getContext('2d').getImageData(x + dx, y + dy, 1, 1).data];
        return [at(0, 0), at(canvas.radius() * 0.6, canvas.radius() * 0.35)];
        """,
        list(centre(MIDDLE)),
    )
    look = classes_of("classes", "light")[0]
    rgb = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (look["ink"], look["colour"])]
    assert [pixel[:3] for pixel in pixels] == rgb

    screen.on_map(page, "map.setZoom(12, { animate: false });")
    screen.wait_on_map(page, "return map.getZoom() === 12 && layer(gezhi.HotCanvas).marked === false;")


def answer_counts() -> list[int]:
    codes = np.arange(len(CELLS)) % len(CLASSES)
    codes[[cell == h3.str_to_int(MIDDLE) for cell in CELLS]] = 1
    return np.bincount(codes, minlength=len(CLASSES)).tolist()


def test_the_legend_names_the_classes_there_are_and_lets_one_stand_out(page: Page, server: Server) -> None:
    few = ("none", "new_hot", "persistent_hot", "sporadic_cold")
    server.answers["hotspots"] = answer(few, cells=[h3.str_to_int(MIDDLE)], counts=[5, 1, 2, 0])
    shown(page, server, only="persistent_hot")
    rows = page.locator(".gz-legend-row:visible")
    assert [text.split("\n") for text in rows.all_inner_texts()] == [
        ["New hot spot", "1"],
        ["Persistent hot spot", "0"],
    ]
    assert "first time" in str(rows.nth(0).get_attribute("title"))
    expect(page.locator(".gz-swatch svg")).to_have_count(2)
    screen.says(page, ".gz-legend-note", "With direct neighbours, by week", in_part=True)

    highlighted = "return layer(gezhi.HotCanvas).highlighted;"
    assert screen.on_map(page, highlighted) == 1  # as the page says
    rows.nth(1).click()
    page.mouse.move(500, 300)
    assert screen.on_map(page, highlighted) is None
    rows.nth(0).hover()
    assert screen.on_map(page, highlighted) == 0
    page.mouse.move(500, 300)
    assert screen.on_map(page, highlighted) is None
    rows.nth(0).focus()
    page.keyboard.press("Tab")
    assert screen.on_map(page, highlighted) == 1


def test_the_tip_says_the_class_at_once_and_the_reason_when_the_pointer_rests(
    page: Page, server: Server
) -> None:
    asked: list[str] = []

    def reason(request: Request) -> dict[str, str]:
        asked.append(request.query_params["cell"])
        return {"reason": f"Hot in 9 of the last 10 weeks {HOSTILE}"}

    server.answers["hotspots/reason"] = reason
    shown(page, server, source="category=posters", step="month", ring=2)
    page.mouse.move(*screen.place_of(page, *centre(MIDDLE)))
    page.wait_for_selector(".gz-tip")
    screen.says(page, ".gz-tip-count", "New hot spot")
    screen.says(page, ".gz-tip-rate", "7 reports")
    page.wait_for_function("document.querySelector('.gz-tip-reason').textContent.startsWith('Hot in 9')")
    assert page.inner_text(".gz-tip-reason").endswith(HOSTILE)
    assert page.evaluate("window.hacked") is None
    assert asked == [MIDDLE]
    address = next(one for one in server.asked if "/reason" in one)
    for part in ("category=posters", "kind=classes", "step=month", "ring=2", "res=10"):
        assert part in address

    beside = h3.grid_ring(MIDDLE, 4)[0]
    page.mouse.move(*screen.place_of(page, *centre(beside)))
    page.wait_for_selector(".gz-tip", state="detached")


def test_without_a_reason_the_tip_says_the_class_alone(page: Page, server: Server) -> None:
    server.answers["hotspots/reason"] = lambda _request: b"no json"
    shown(page, server)
    page.mouse.move(*screen.place_of(page, *centre(MIDDLE)))
    page.wait_for_selector(".gz-tip")
    page.wait_for_function("!document.querySelector('.gz-tip-reason')")
    screen.says(page, ".gz-tip-count", "New hot spot")


def test_a_click_is_told_as_on_a_map_of_figures(page: Page, server: Server) -> None:
    shown(page, server)
    page.evaluate("window.told = []; document.addEventListener('gezhi:select', (e) => told.push(e.detail))")
    page.mouse.click(*screen.place_of(page, *centre(MIDDLE)))
    page.mouse.click(*screen.place_of(page, *centre(h3.grid_ring(MIDDLE, 4)[0])))
    told = page.evaluate("told")
    assert [message["cell"] for message in told] == [MIDDLE, None]
    assert told[0]["view"]["resolution"] == 10
    assert told[0]["stamp"] != told[1]["stamp"]


def test_tools_select_the_hot_spots_within_a_box(page: Page, server: Server) -> None:
    shown(page, server, SelectLayer())
    page.evaluate("window.told = []; document.addEventListener('gezhi:select', (e) => told.push(e.detail))")
    page.keyboard.down("Shift")
    page.mouse.move(5, 5)
    page.mouse.down()
    page.mouse.move(990, 690, steps=3)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.wait_for_function("told.length === 1")
    chosen = page.evaluate("gezhi.CellSet.read(told[0].cells).size")
    assert 0 < chosen <= len(CELLS) - answer_counts()[0]


def test_hot_spots_and_figures_take_turns(page: Page, server: Server) -> None:
    shown(page, server)
    before = screen.paints(page)
    screen.send(page, HexLayer())
    page.wait_for_function("window.__gezhi.kind === undefined")
    assert screen.on_map(page, "return !layer(gezhi.HotCanvas);")
    screen.send(page, HotLayer("category=posters"))
    page.wait_for_function("window.__gezhi.kind === 'classes'")
    expect(page.locator(".gz-legend:visible")).to_have_count(1)
    screen.says(page, ".gz-legend-title", "Hot spots over time")
    expect(page.locator("[data-gezhi-query]").first).to_have_attribute("data-gezhi-query", "category=posters")
    assert before == 1


def test_another_kind_and_another_theme_change_the_picture_in_place(page: Page, server: Server) -> None:
    shown(page, server)
    before = screen.paints(page)
    server.answers["hotspots"] = answer(("none", "hot90", "hot95", "hot99"), kind="now", counts=[1, 2, 3, 4])
    screen.send(page, HotLayer(kind="now", theme="dark"))
    figures = screen.wait_painted(page, before)
    assert [one["slug"] for one in figures["classes"]] == ["hot90", "hot95", "hot99"]
    texts = page.locator(".gz-legend-row:visible .gz-legend-range").all_inner_texts()
    assert texts == [f"Hot, {level}\u00a0% confidence" for level in (99, 95, 90)]
    colours = {one["slug"]: one["colour"] for one in classes_of("now", "dark")}
    drawn = screen.on_map(page, "return layer(gezhi.HotCanvas).colours.slice(0, 3);")
    assert drawn == [colours["hot90"], colours["hot95"], colours["hot99"]]

    screen.send(page, HotLayer(kind="now", palette="ink"))
    light = {one["slug"]: one["colour"] for one in classes_of("now", "light", "ink")}
    screen.wait_on_map(page, f"return layer(gezhi.HotCanvas).colours[0] === {json.dumps(light['hot90'])};")


def test_a_map_without_hot_spots_says_why(page: Page, server: Server) -> None:
    classes = ("none", "new_hot", "new_cold")
    nothing: dict[str, Any] = {"cells": [], "counts": [0, 0, 0]}
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"note": "Too few weeks."}, "Too few weeks."),
        ({"counts": [9, 0, 0]}, "Nothing stands out"),
        ({"counts": [9, 40, 0]}, "In the whole city: 40 cells."),
        ({"meta": {"resolution": 10, "total": 0}}, "No report matches the filter."),
    )
    server.answers["hotspots"] = lambda request: answer(
        classes, **nothing | cases[int(request.query_params["category"])][0]
    )
    page.goto(server.show(HotLayer("category=0")))
    for number, (_, words) in enumerate(cases):
        screen.send(page, HotLayer(f"category={number}"))
        page.wait_for_selector(f"[data-gezhi-state=empty][data-gezhi-query='category={number}']")
        screen.says(page, ".gz-notice", words, in_part=True)


def test_what_is_still_computed_comes_by_itself(page: Page, server: Server) -> None:
    told: list[str] = []

    def later(_request: Request) -> bytes:
        told.append("asked")
        return answer(cells=[], note="Computing.", pending=True) if len(told) == 1 else answer()

    server.answers["hotspots"] = later
    page.goto(server.show(HotLayer(), zoom=16))
    page.wait_for_selector(".gz-notice")
    screen.says(page, ".gz-notice", "Computing.", in_part=True)
    screen.wait_ready(page)
    assert page.locator(".gz-notice:visible").count() == 0


def test_a_fault_is_said_and_can_be_tried_again(page: Page, server: Server) -> None:
    server.broken = True
    page.goto(server.show(HotLayer(), zoom=16))
    page.wait_for_selector("[data-gezhi-state=failed]")
    screen.says(page, ".gz-notice", "hot spots could not be loaded", in_part=True)
    server.broken = False
    server.answers["hotspots"] = answer()
    page.get_by_role("button", name="Try again").click()
    screen.wait_ready(page)


def test_a_picture_holds_the_marks_and_the_legend_in_words(page: Page, server: Server) -> None:
    shown(page, server)
    root = ElementTree.fromstring(picture(page, "svg", ABOUT))
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Hot spots over time" in texts
    assert "With direct neighbours, by week" in texts
    assert {one["label"] for one in classes_of("classes", "light")} <= set(texts)
    strokes = {one.get("stroke") for one in root.iter("{http://www.w3.org/2000/svg}path")}
    assert {one["ink"] for one in classes_of("classes", "light")} <= strokes
    assert picture(page, "png", ABOUT).startswith(b"\x89PNG")


def test_a_page_without_a_server_shows_its_pack(page: Page, server: Server) -> None:
    page.goto(server.show(HotLayer(answer()), zoom=16))
    screen.wait_ready(page)
    page.mouse.move(*screen.place_of(page, *centre(MIDDLE)))
    page.wait_for_selector(".gz-tip")
    screen.says(page, ".gz-tip-count", "New hot spot")
    assert not any("hotspots" in one for one in server.asked)
