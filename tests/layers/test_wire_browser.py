"""Figures in the real browser: what the script decodes is what Python packed."""

import base64

import h3
import numpy as np
import pytest
from playwright.sync_api import Page

from layers import wire
from layers.hexes import HexLayer
from tests.layers import screen
from tests.layers.harness import LAT, LON, Server

pytestmark = pytest.mark.browser

CELLS = np.sort(np.array([h3.str_to_int(cell) for cell in h3.grid_disk(h3.latlng_to_cell(LAT, LON, 10), 9)]))


def _packed(decimals: int, *, signed: bool) -> bytes:
    rng = np.random.default_rng(decimals)
    values = 10.0 ** rng.uniform(-2, 8, CELLS.size)
    if signed:
        values *= rng.choice([-1, 1], CELLS.size)
    values[rng.random(CELLS.size) < 0.2] = np.nan
    n = rng.integers(0, 2**32, CELLS.size)
    meta = {"resolution": 10, "edges": [1, 5], "total": 9, "decimals": decimals, "signed": signed}
    return wire.pack_figures(CELLS, values, n, meta)


def test_the_scripts_read_figures_as_python_does(page: Page, server: Server) -> None:
    page.goto(server.show(HexLayer(_packed(1, signed=True), resolution=10)))
    screen.wait_ready(page)
    for packed in (
        *(_packed(decimals, signed=signed) for decimals in (0, 1, 3) for signed in (False, True)),
        wire.pack(CELLS, np.arange(CELLS.size), {"resolution": 10, "edges": [], "total": 0}),
    ):
        read = page.evaluate(
            """(text) => {
                const { keys, values, n, counts, meta } = gezhi.wire.decode(gezhi.wire.fromBase64(text));
                const ids = [...keys].map((key) => gezhi.wire.toId(key, meta.resolution));
                const texts = [...values].map(String);
                return { ids, values: texts, n: [...n], same: counts === values, kind: n.constructor.name };
            }""",
            base64.b64encode(packed).decode(),
        )
        cells, values, n, _meta = wire.unpack_figures(packed)
        assert read["ids"] == [h3.int_to_str(int(cell)) for cell in cells]
        np.testing.assert_array_equal([float(text) for text in read["values"]], values)
        assert read["n"] == n.tolist()
        assert (read["same"], read["kind"]) == (True, "Uint32Array")


def test_cells_without_a_figure_are_drawn_apart_from_every_class(page: Page, server: Server) -> None:
    packed = _packed(1, signed=True)
    page.goto(server.show(HexLayer(packed, resolution=10)))
    screen.wait_ready(page)

    sizes = screen.on_map(page, "return layer(gezhi.HexCanvas).groups.map((group) => group.length);")

    values = wire.unpack_figures(packed)[1]
    assert sizes == [(values < 5).sum(), (values >= 5).sum(), np.isnan(values).sum()]
