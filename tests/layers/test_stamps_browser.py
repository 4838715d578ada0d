"""Many small hexagons are stamped into the pixels: they must look as if each had been drawn."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import Server

pytestmark = pytest.mark.browser

#: A block of the picture in which a difference would be seen.
_BLOCK_PX = 24


def _pixels(page: Page) -> np.ndarray:
    """Return the canvas of the cells as it would be seen on white."""
    picture = screen.on_map(page, "return layer(gezhi.HexCanvas).canvas.toDataURL();")
    encoded = base64.b64decode(picture.partition(",")[2])
    return _on_white(np.asarray(Image.open(io.BytesIO(encoded)).convert("RGBA"), dtype=float))


def _on_white(rgba: np.ndarray) -> np.ndarray:
    opacity = rgba[..., 3:] / 255
    return rgba[..., :3] * opacity + 255 * (1 - opacity)


def _blocks(difference: np.ndarray) -> np.ndarray:
    high, wide = (size // _BLOCK_PX * _BLOCK_PX for size in difference.shape[:2])
    cut = difference[:high, :wide].reshape(high // _BLOCK_PX, _BLOCK_PX, wide // _BLOCK_PX, _BLOCK_PX, 3)
    return cut.mean(axis=(1, 3, 4))


@pytest.mark.parametrize(("resolution", "zoom"), [(11, 13), (12, 14), (11, 15)])
def test_stamped_cells_look_like_drawn_ones(page: Page, server: Server, resolution: int, zoom: int) -> None:
    page.goto(server.show(HexLayer(resolution=resolution), zoom=zoom))
    screen.wait_ready(page)
    assert screen.on_map(page, "return Boolean(layer(gezhi.HexCanvas).stamps);")
    stamped = _pixels(page)

    screen.on_map(page, "const h = layer(gezhi.HexCanvas); h.stampsFor = () => null; h.redraw();")
    drawn = _pixels(page)

    assert (drawn != 255).any(axis=-1).mean() > 0.05
    difference = np.abs(stamped - drawn)
    assert difference.mean() < 2
    assert _blocks(difference).max() < 12
    assert abs(stamped.mean() - drawn.mean()) < 0.8


def test_few_or_large_cells_are_drawn_one_by_one(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(resolution=9), zoom=14))
    screen.wait_ready(page)

    assert not screen.on_map(page, "return Boolean(layer(gezhi.HexCanvas).stamps);")


def _stamped(page: Page, places: list[tuple[float, float, str]]) -> np.ndarray:
    """Stamp squares of 6 pixels on a picture of 20 x 10; return it as red, green, blue, opacity."""
    values: Any = page.evaluate(
        """(places) => {
            const stamps = new gezhi.Stamps([-3, -3, 3, -3, 3, 3, -3, 3], 1);
            stamps.begin(20, 10);
            stamps.take({ size: 1, line: 0 }, 1);
            for (const [x, y, colour] of places) stamps.stamp(x, y, gezhi.colourOf(colour));
            const context = new OffscreenCanvas(20, 10).getContext("2d");
            stamps.end(context);
            return Array.from(context.getImageData(0, 0, 20, 10).data);
        }""",
        places,
    )
    return np.array(values).reshape(10, 20, 4)


@pytest.fixture
def scripts(page: Page, server: Server) -> Page:
    """Open a page that has the map's scripts."""
    page.goto(server.show())
    screen.wait_ready(page)
    return page


def test_a_hexagon_is_cut_off_at_the_edge_and_does_not_come_back_on_the_other_side(scripts: Page) -> None:
    picture = _stamped(
        scripts, [(0.5, 5, "#112233"), (19.5, 5, "#112233"), (8, -40, "#112233"), (99, 5, "#112233")]
    )

    covered = picture[..., 3] > 128
    assert covered[3:7, :3].all() and covered[3:7, 17:].all()
    assert not covered[:, 5:15].any()


def test_what_is_stamped_later_covers_what_was_there(scripts: Page) -> None:
    picture = _stamped(scripts, [(8, 5, "#ff0000"), (10, 5, "#0000ff")])

    np.testing.assert_allclose(picture[5, 6], [255, 0, 0, 255], atol=2)
    np.testing.assert_allclose(picture[5, 10], [0, 0, 255, 255], atol=2)
    assert (picture[3:7, 7:10, 3] > 252).all()


def test_a_stamp_lies_within_a_sixteenth_of_a_pixel(scripts: Page) -> None:
    for x in (8.0, 8.25, 8.4, 8.99):
        opacity = _stamped(scripts, [(x, 5, "#000000")])[4:6, :, 3].mean(axis=0) / 255
        assert opacity.sum() == pytest.approx(6, abs=0.15)
        middle = (opacity * (np.arange(20) + 0.5)).sum() / opacity.sum()
        assert middle == pytest.approx(x, abs=1 / 16 + 0.01)
