"""What the panel of a selection asks of the cube, beside pandas; the outline of many cells beside h3-js."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from statistics import median
from typing import Any

import numpy as np
import polars as pl

from data.cube import Cube
from data.cube_state import TAKEN_UP, State
from data.filters import Filter
from data.schema import UTC
from data.statuses import STATUSES
from geo import cell_sets, cells
from tests.bench.cube_bench import CATEGORIES, Quiet
from tests.bench.rows import MissingError, Row
from tests.browser.server import FLAGS, find_browser
from tests.layers import harness, screen

REPORTS = 1_000_000
RESOLUTION = cells.ANALYSIS_RESOLUTION
LISTED = 20
_DAY_US = 86_400_000_000
_BEGIN = (date(2023, 1, 1) - date(1970, 1, 1)).days * _DAY_US
_DAYS = 730

_OUTLINE = """(scattered) => {
    const middle = window.h3.latLngToCell(38.3, 116.9, 10);
    const every = window.h3.gridDisk(middle, scattered ? 80 : 40);
    const chosen = every.filter((_, i) => !scattered || i % 4 === 0).slice(0, 5000);
    const set = new gezhi.CellSet(10, chosen.map(gezhi.wire.toKey));
    const map = Object.values(window).find((value) => value instanceof L.Map);
    const canvas = Object.values(map._layers).find((one) => one instanceof gezhi.SelectionCanvas);
    const timed = (act) => {
        const times = Array.from({ length: 5 }, () => {
            const begun = performance.now();
            act();
            return performance.now() - begun;
        });
        return times.sort((a, b) => a - b)[2];
    };
    return {
        cells: set.size,
        ours: timed(() => canvas.setLoops(gezhi.selectShapes.border(set.words()))),
        peer: timed(() => window.h3.cellsToMultiPolygon(chosen)),
    };
}"""


def rows() -> Iterator[Row]:
    """Measure, seeded: the figures of as many cells as may be selected, and how they are outlined."""
    state = State(identity=Quiet.identity, tz="Asia/Shanghai").after(iter([_made()]))
    cube = Cube(Quiet(REPORTS), state, snapshot=None)  # type: ignore[arg-type] # all of a store that it asks
    yield from _figures(cube)
    yield from _outlines()


def _made() -> pl.DataFrame:
    """Draw the reports of one city, dense in its middle."""
    rng = np.random.default_rng(20_240_901)
    reported = _BEGIN + rng.integers(0, _DAYS * _DAY_US, REPORTS)
    numbers = np.arange(1, REPORTS + 1)
    return pl.DataFrame(
        {
            "id": numbers,
            "seq": numbers,
            "source": pl.repeat("bench", REPORTS, eager=True),
            "category": pl.Series(CATEGORIES).gather(rng.integers(0, len(CATEGORIES), REPORTS)),
            "status": pl.Series(STATUSES).gather(rng.integers(0, len(STATUSES), REPORTS)),
            "reported_at": pl.Series(reported).cast(UTC),
            "closed_at": pl.Series([None] * REPORTS, dtype=UTC),
            "due_at": pl.Series(reported + 5 * _DAY_US).cast(UTC),
            "lon": rng.normal(116.9, 0.06, REPORTS),
            "lat": rng.normal(38.3, 0.05, REPORTS),
            "unit": pl.repeat("unit", REPORTS, eager=True),
            "place_id": pl.Series([None] * REPORTS, dtype=pl.Int64),
            "area_id": pl.Series([None] * REPORTS, dtype=pl.Int64),
            "exempt_id": pl.Series([None] * REPORTS, dtype=pl.Int64),
        }
    ).select(*TAKEN_UP)


def _figures(cube: Cube) -> Iterator[Row]:
    counted = cube.counts(Filter(), RESOLUTION)
    chosen = counted.cells[np.argsort(counted.counts)[-cell_sets.MOST_CELLS :]]
    where = Filter(cells=tuple(sorted(chosen.tolist())))
    column = cube.cells_of(RESOLUTION)[cube.frame[f"cell{RESOLUTION}"]]
    table = cube.frame.select("id", "category", "status", "day", "minute").to_pandas().assign(cell=column)

    def ours() -> tuple[Any, ...]:
        return (
            cube.total(where),
            cube.by_status(where)["n"].to_list(),
            cube.by_category(where)["n"].to_list(),
            cube.ids(where, limit=LISTED).tolist(),
        )

    def peer() -> tuple[Any, ...]:
        rows = table[table["cell"].isin(chosen)]
        newest = rows.sort_values(["day", "minute", "id"], ascending=False)["id"]
        return (
            len(rows),
            rows["status"].value_counts(sort=False).sort_index().to_list(),
            sorted(rows["category"].value_counts().to_list(), reverse=True),
            newest.head(LISTED).to_list(),
        )

    seconds, found = _timed(ours)
    slower, expected = _timed(peer)
    figure = (
        f"figures of {len(chosen):,} selected cells among {REPORTS:,} reports: total, states, kinds, newest"
    )
    met = seconds <= 0.2 and found == expected
    yield Row(figure, seconds, "s", "pandas isin and value_counts", slower, "≤ 0.2 s, equal", met)
    text, _ = _timed(lambda: cell_sets.unpack(cell_sets.pack(chosen)))
    yield Row(f"{len(chosen):,} cells into an address and back", text, "s", "", None, "", None)


def _outlines() -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    from layers.hexes import HexLayer
    from layers.select import SelectLayer

    browser = find_browser()
    if browser is None:
        raise MissingError("no browser")
    with harness.running() as server, sync_playwright() as started:
        page = started.chromium.launch(executable_path=browser, args=FLAGS).new_page()
        page.goto(server.show(HexLayer(), SelectLayer()))
        screen.wait_ready(page)
        for words, scattered in (("in one disk", False), ("scattered", True)):
            took = page.evaluate(_OUTLINE, scattered)
            figure = f"outline of {took['cells']:,} cells {words}, made and painted"
            peer = "h3-js cellsToMultiPolygon, not painted"
            ours = took["ours"] / 1000
            yield Row(figure, ours, "s", peer, took["peer"] / 1000, "≤ 0.1 s", ours <= 0.1)


def _timed(act: Callable[[], Any], *, times: int = 7) -> tuple[float, Any]:
    act()
    taken = []
    for _run in range(times):
        begun = time.perf_counter()
        found = act()
        taken.append(time.perf_counter() - begun)
    return median(taken), found
