"""Pictures of the map: what is seen, with what one must know to read it."""

import base64
import json
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import h3
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from layers.base import BaseLayer
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser

HOSTILE = "<script>alert(1)</script> & 影像"
ABOUT = {
    "title": HOSTILE,
    "words": "非机动车乱停放、小广告，2026年1月1日至2026年3月31日，只看工作日上午",
    "lines": ["Made on 2026-03-04 05:06 CST from data version abc-12.", "Sources: patrol and hotline"],
    "north": "N",
    "record": {"data_version": "abc-12", "filter": {"category": "flyposting"}},
}
PLACES = {
    "type": "FeatureCollection",
    "complete": True,
    "features": [
        {
            "type": "Feature",
            "properties": {"kind": "street", "name": "建设路", "level": "main"},
            "geometry": {"type": "LineString", "coordinates": [[LON - 0.05, LAT], [LON + 0.05, LAT]]},
        }
    ],
}


def picture(page: Page, form: str, about: dict[str, Any] = ABOUT) -> bytes:
    """Make a picture in the page and return the file."""
    text = screen.on_map(
        page,
        """
        return (async () => {
          const blob = await gezhi.picture(map, argument.form, argument.about);
          const reader = new FileReader();
          await new Promise((done) => { reader.onload = done; reader.readAsDataURL(blob); });
          return reader.result.split(",")[1];
        })();
        """,
        {"form": form, "about": about},
    )
    return base64.b64decode(text)


def shown(page: Page, server: Server, **options: Any) -> None:
    page.goto(server.show(BaseLayer(PLACES), HexLayer(**options), zoom=14))
    screen.wait_ready(page)


def test_a_png_shows_the_very_cells_of_the_screen_in_twice_its_detail(page: Page, server: Server) -> None:
    shown(page, server, resolution=9)
    image = Image.open(BytesIO(picture(page, "png"))).convert("RGB")
    assert image.width == 2000
    assert image.height > 2 * 700
    seen = Image.open(BytesIO(page.screenshot())).convert("RGB")
    # The map begins below the title, which is as high as it has lines.
    top = (image.height - 2 * 700) // 2
    box = np.asarray(seen, dtype=int)[350:600, 350:700]
    best = min(
        np.abs(
            np.asarray(image.resize((1000, image.height // 2)), dtype=int)[y : y + 250, 350:700] - box
        ).mean()
        for y in range(350, 350 + top)
    )
    assert best < 6


def test_an_svg_holds_each_cell_as_a_shape_and_names_as_text(page: Page, server: Server) -> None:
    shown(page, server, resolution=9)
    root = ElementTree.fromstring(picture(page, "svg"))
    space = "{http://www.w3.org/2000/svg}"
    paths = [path.get("d", "") for path in root.iter(f"{space}path")]
    west, south, east, north = screen.on_map(
        page, "const b = map.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];"
    )
    middles = [h3.cell_to_latlng(cell) for cell in screen.drawn_cells(page)]
    inside = sum(west < lon < east and south < lat < north for lat, lon in middles)
    assert inside > 300
    assert inside <= sum(path.upper().count("Z") for path in paths) <= len(middles)
    texts = ["".join(text.itertext()) for text in root.iter(f"{space}text")]
    assert HOSTILE in texts
    assert "建设路" in texts or set("建设路") <= set(texts)
    assert any("Reports per cell" in text for text in texts)
    assert any(text.endswith((" m", " km")) for text in texts)
    said = root.find(f"{space}metadata")
    assert said is not None
    assert json.loads(said.text or "")["data_version"] == "abc-12"
    assert not list(root.iter(f"{space}script"))


def test_the_legend_stands_below_the_map_with_the_colours_of_the_cells(page: Page, server: Server) -> None:
    shown(page, server, resolution=9)
    colours = screen.on_map(page, "return gezhi.pictureKey.keysOf(map.getContainer())[0].classes", None)
    image = np.asarray(Image.open(BytesIO(picture(page, "png"))).convert("RGB"))
    foot = image[-2 * 160 :]
    assert len(colours) >= 4
    for item in colours:
        rgb = np.array([int(item["colour"][i : i + 2], 16) for i in (1, 3, 5)])
        assert (foot == rgb).all(axis=2).sum() > 300


def test_long_words_are_broken_and_nothing_runs_out_of_the_paper(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 500})
    shown(page, server, resolution=9)
    root = ElementTree.fromstring(picture(page, "svg"))
    width = float(root.attrib["width"])
    overflow = page.evaluate(
        """(text) => {
          const paper = document.createElement("div");
          paper.id = "paper";
          paper.innerHTML = text.replace(/<\\?xml.*?\\?>/, "");
          document.body.append(paper);
          const svg = document.querySelector("#paper > svg");
          const left = svg.getBoundingClientRect().left;
          return Math.max(...[...svg.querySelectorAll(":scope > g text")].map(
            (one) => one.getBoundingClientRect().right - left));
        }""",
        picture(page, "svg").decode(),
    )
    assert 0 < overflow <= width


def test_what_does_not_fit_the_browser_is_an_error_in_words(page: Page, server: Server) -> None:
    shown(page, server)
    page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = (then) => then(null); }")
    with pytest.raises(Exception, match="too large for this browser"):
        picture(page, "png")
