"""The smooth surface in the real browser."""

from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from geo.density import Grid, density, power_for
from geo.distances import haversine_m
from layers import heat_wire, palettes
from layers.heat import HeatLayer
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server
from tests.layers.test_picture_browser import picture

pytestmark = pytest.mark.browser

BANDWIDTH = 300
#: A heap of ten reports and one of two, far enough apart not to touch.
HEAPS = [(LON, LAT, 10), (LON + 0.012, LAT, 2)]


def answer(
    *, top: float = 0.0, total: int = 12, bandwidth: int = BANDWIDTH, share: float = 1 / 8, **meta: Any
) -> bytes:
    lon, lat = (np.repeat([heap[axis] for heap in HEAPS], [n for *_, n in HEAPS]) for axis in (0, 1))
    box = (LON - 0.05, LAT - 0.03, LON + 0.05, LAT + 0.03)
    grid = Grid.over(box, power=power_for(bandwidth, LAT, share=share))
    surface = density(lon, lat, grid=grid, bandwidth_m=bandwidth) * bool(total)
    given = {"weight": "count", "averaged": False, "in_view": total, "version": "1"}
    top = top or heat_wire.top_of(float(surface.max()))
    return heat_wire.pack(
        surface, grid, heat_wire.Meta(bandwidth=bandwidth, top=top, total=total, **given | meta)
    )


def open_map(page: Page, server: Server, *, zoom: float = 15, **options: Any) -> dict[str, Any]:
    server.answers.setdefault("heat", answer())
    page.goto(server.show(HeatLayer(bandwidth=BANDWIDTH, **options), zoom=zoom))
    return screen.wait_ready(page)


def colour_at(page: Page, lon: float, lat: float = LAT) -> list[int]:
    """Return red, green, blue, alpha of the surface at a spot."""
    colour: list[int] = screen.on_map(
        page,
        """
        const heat = layer(gezhi.HeatCanvas), frame = heat.frame(), ratio = heat.canvas.width / frame.width;
        const { worldX, worldY } = gezhi.projection;
        const x = (worldX(argument[0]) * frame.scale - frame.left) * ratio;
        const y = (worldY(argument[1]) * frame.scale - frame.top) * ratio;
        return [...heat.canvas.getContext('2d').getImageData(Math.round(x), Math.round(y), 1, 1).data];
        """,
        [lon, lat],
    )
    return colour


def tip(page: Page, lon: float, lat: float = LAT) -> list[str]:
    page.mouse.move(*screen.place_of(page, lat, lon))
    page.wait_for_selector(".gz-tip")
    return page.locator(".gz-tip-text span").all_inner_texts()


def east(metres: float) -> float:
    return metres / float(haversine_m(LON, LAT, LON + 1, LAT))


@pytest.mark.parametrize(("zoom", "share"), [(14, 1 / 8), (17, 1 / 4)])
def test_colours_say_the_density_between_nodes_too(
    page: Page, server: Server, zoom: float, share: float
) -> None:
    server.answers["heat"] = answer(share=share)
    figures = open_map(page, server, zoom=zoom)
    assert figures["kind"] == "heat" and figures["state"] == "ready"
    assert (figures["total"], figures["bandwidth"]) == (12, BANDWIDTH)

    stops = [
        [int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in palettes.colours("ember", 7, "light")
    ]
    peak = 10 * 3 / (np.pi * BANDWIDTH**2) * 1e6
    for metres in (0, 40, 87, 133):
        value = peak * (1 - (metres / BANDWIDTH) ** 2) ** 2
        place = np.sqrt(value / figures["top"]) * 6
        wanted = [np.interp(place, range(7), channel) for channel in zip(*stops, strict=True)]
        *colour, alpha = colour_at(page, LON + east(metres))
        assert alpha == 255
        assert np.abs(np.array(colour) - wanted).max() <= 14, metres
    assert colour_at(page, LON + east(BANDWIDTH + 60))[3] == 0
    assert 0 < colour_at(page, LON + east(BANDWIDTH - 15))[3] < 255


def test_the_pointer_reads_the_density_and_shows_how_far_reports_count(page: Page, server: Server) -> None:
    open_map(page, server)
    peak = 10 * 3 / (np.pi * BANDWIDTH**2) * 1e6
    said = tip(page, LON)
    assert float(said[0].split(" ")[0]) == pytest.approx(peak, rel=0.03)
    assert said[0].endswith("per km²") and "300 m" in said[1]
    ring = page.locator("path.gz-heat-ring").bounding_box()
    pixel = 40075016.686 * np.cos(np.radians(LAT)) / 256 / 2**15
    assert ring and ring["width"] == pytest.approx(2 * BANDWIDTH / pixel, abs=4)
    assert tip(page, LON + east(BANDWIDTH + 100))[0].startswith("0 ")


def test_the_legend_has_numbers_and_the_bandwidth_to_scale(page: Page, server: Server) -> None:
    figures = open_map(page, server, title="Open cases per km²")
    top = figures["top"]
    screen.says(page, ".gz-legend-title", "Open cases per km²")
    ticks = page.locator(".gz-heat-tick").all_inner_texts()
    assert ticks[0] == "0"
    assert [float(tick) for tick in ticks[1:]] == pytest.approx([top / 4, top], rel=0.01)
    screen.says(page, ".gz-legend-note", "300 m", in_part=True)
    pixel = 40075016.686 * np.cos(np.radians(LAT)) / 256 / 2**15
    radius = float(page.locator("circle.gz-heat-circle").get_attribute("r") or 0)
    assert radius == pytest.approx(BANDWIDTH / pixel, rel=0.01)


def test_more_than_the_scale_and_averaged_peaks_are_said(page: Page, server: Server) -> None:
    server.answers["heat"] = answer(top=20, averaged=True)
    open_map(page, server, zoom=17)
    assert page.locator(".gz-heat-tick").last.inner_text() == "20 and more"
    screen.says(page, ".gz-legend-note", "averaged", in_part=True)
    assert page.locator("circle.gz-heat-circle").count() == 0, "wider than the legend: an arrow"


def test_the_old_picture_follows_at_once_and_the_new_one_comes(page: Page, server: Server) -> None:
    open_map(page, server)
    before = screen.paints(page)
    strong = colour_at(page, LON)
    server.delay_s = 0.6
    screen.on_map(
        page, "map.setView([38.3, 116.9], 16, { animate: false }); map.panBy([130, 70], { animate: false });"
    )
    assert np.abs(np.array(colour_at(page, LON)) - strong).max() <= 12
    assert colour_at(page, LON + east(BANDWIDTH + 60))[3] == 0
    assert screen.paints(page) == before
    figures = screen.wait_painted(page, before)
    assert "zoom=16" in server.asked[-1] and figures["fetchMs"] > 500


def test_another_question_is_asked_anew_and_old_heat_never_looks_current(page: Page, server: Server) -> None:
    open_map(page, server)
    before = screen.paints(page)
    server.delay_s = 0.9
    server.answers["heat"] = answer(weight="open")
    screen.send(page, HeatLayer("category=posters", bandwidth=BANDWIDTH, weight="open"))
    page.wait_for_function(
        "Number(document.querySelector('.leaflet-gz-heat-pane canvas').style.opacity) < 0.5"
    )
    figures = screen.wait_painted(page, before)
    assert (figures["query"], figures["weight"]) == ("category=posters", "open")
    assert all(part in server.asked[-1] for part in ("category=posters", "weight=open", "bandwidth=300"))
    assert float(page.evaluate("document.querySelector('.leaflet-gz-heat-pane canvas').style.opacity")) > 0.5


def test_a_change_of_theme_or_palette_asks_nothing(page: Page, server: Server) -> None:
    open_map(page, server)
    light, asked = colour_at(page, LON), len(server.asked)
    screen.send(page, HeatLayer(bandwidth=BANDWIDTH, theme="dark", palette="tide"))
    page.wait_for_selector(".gz-dark")
    assert colour_at(page, LON)[:3] != light[:3]
    assert len(server.asked) == asked


def test_cells_and_heat_take_turns(page: Page, server: Server) -> None:
    open_map(page, server)
    screen.send(page, HexLayer())
    page.wait_for_function("window.__gezhi.cells > 0")
    assert screen.on_map(page, "return !layer(gezhi.HeatCanvas) && Boolean(layer(gezhi.HexCanvas));")
    screen.send(page, HeatLayer(bandwidth=BANDWIDTH))
    page.wait_for_function("window.__gezhi.kind === 'heat'")
    assert screen.on_map(page, "return Boolean(layer(gezhi.HeatCanvas)) && !layer(gezhi.HexCanvas);")
    expect(page.locator(".gz-legend:visible")).to_have_count(1)


def test_a_picture_of_the_map_has_the_surface_and_its_scale(page: Page, server: Server) -> None:
    figures = open_map(page, server)
    root = ElementTree.fromstring(picture(page, "svg"))
    words = " ".join(text.strip() for text in root.itertext())
    assert f"{figures['top']:.3g}" in words and "300 m" in words
    assert [tag for tag in root.iter() if tag.tag.endswith("}image")]
    image = np.asarray(Image.open(BytesIO(picture(page, "png"))).convert("RGB")).astype(int)
    strong = np.array(colour_at(page, LON)[:3])
    assert (np.abs(image - strong).max(axis=2) < 40).sum() > 500


def test_nothing_to_show_is_said(page: Page, server: Server) -> None:
    server.answers["heat"] = answer(total=0)
    page.goto(server.show(HeatLayer()))
    screen.wait_ready(page, "empty")
    screen.says(page, ".gz-notice", "No report matches", in_part=True)


@pytest.mark.parametrize("broken", [None, b"GZH1", answer()[:-5]])
def test_a_fault_is_said_and_can_be_tried_again(page: Page, server: Server, broken: bytes | None) -> None:
    server.broken = broken is None
    server.answers["heat"] = broken or answer()
    page.goto(server.show(HeatLayer(bandwidth=BANDWIDTH)))
    screen.wait_ready(page, "failed")
    assert page.locator(".gz-legend:visible").count() == 0

    server.broken = False
    server.answers["heat"] = answer()
    page.get_by_role("button", name="Try again").click()
    assert screen.wait_ready(page)["total"] == 12


def test_keys_read_the_density_in_the_middle_aloud(page: Page, server: Server) -> None:
    open_map(page, server)
    page.locator(".gz-map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.gz-spoken').textContent.includes('per km²')")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")


def test_a_layer_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="bandwidth of 0 m"):
        HeatLayer(bandwidth=0)
