"""The map in a real browser, beside stock folium and pydeck with the same cells: see `screen` for the how.

Ours is the whole app, with its figures and charts, on a store of a million reports (`GEZHI_BENCH_ROWS`). A
peer is a page with nothing but a choice and the map, its cells already counted. Every filter of ours is new
to the server: there is nothing that it could have kept from before.
"""

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import polars as pl
from playwright.sync_api import Browser

from geo import cells
from layers import wire
from tests.bench import city
from tests.bench.rows import Row
from tests.bench.screen import Screen, browsing
from tests.browser.server import Server, free_port, start, start_server

REPORTS: Final = int(os.environ.get("GEZHI_BENCH_ROWS", "1_000_000"))
RESOLUTION: Final = 11
ZOOM: Final = 13
ZOOMS: Final = (12, 13, 14, 15, 16, 17)
MANY: Final = 50_000

_OURS: Final = ".leaflet-gz-cells-pane canvas"
_PEERS: Final = {
    "pydeck": ("pydeck H3HexagonLayer in st.pydeck_chart", "[data-testid=stDeckGlJsonChart] canvas", False),
    "folium": ("folium GeoJson through streamlit-folium", ".leaflet-overlay-pane canvas", True),
}
_GROUPS: Final = {
    "parking": "Parking",
    "posters": "Posters and signs",
    "trading": "Trading",
    "cleanliness": "Cleanliness",
}
#: Clicks on the groups, on and off, after each of which another set of them is on.
_CLICKS: Final = (
    *("parking", "posters", "parking", "trading", "posters", "cleanliness", "trading"),
    *("posters", "parking", "posters", "trading", "cleanliness", "posters", "cleanliness"),
)
_DRAGS: Final = ((-300, 0), (0, -280), (300, 0), (0, 280))


def rows() -> Iterator[Row]:
    """Measure a changed filter, a pan and the payload; then the peers with the same cells."""
    with tempfile.TemporaryDirectory(prefix="gezhi-bench-") as folder, browsing() as browser:
        home = Path(folder)
        city.build(home / "gezhi.sqlite", reports=REPORTS)
        with _stopped(start_server(home, log=home / "server.log")) as server:
            filtered, shown = _filters(browser, server.url)
            panned = [_pan_many(browser, server.url), _pan_by_zoom(browser, server.url)]
            answers = {group: _cells(server.url, group, shown) for group in city.CATEGORIES}
        path = home / "cells.parquet"
        sizes = _write(answers, path)
        n = min(sizes.values())
        if n < MANY:
            raise RuntimeError(f"only {n:,} cells are in view; {MANY:,} are to be measured")
        yield from panned
        for peer in _PEERS:
            yield from _beside(browser, peer, path, filtered, answers)


def _filters(browser: Browser, url: str) -> tuple[Row, list[float]]:
    """Change the filter again and again; return the row without a peer, and the box of the view."""
    screen = _open(browser, url, res=RESOLUTION, zoom=ZOOM)
    taken, phases = [], []
    for group in _CLICKS:
        before = screen.map.evaluate("__gezhi.query")
        taken.append(screen.choose(_GROUPS[group]))
        last = screen.map.evaluate("({...__gezhi, zero: performance.timeOrigin})")
        assert last["query"] != before and last["state"] == "ready"
        asked = last["zero"] + last["requestedAt"] - screen.page.evaluate("__watch.released")
        rest = last["paintedAt"] - last["requestedAt"] - last["fetchMs"]
        phases.append((asked, last["fetchMs"], rest, last["cells"]))
    box = screen.map.evaluate("gezhi.viewOf(map_div).bounds")
    screen.close()
    asked, fetched, rest, drawn = (median(column) for column in zip(*phases, strict=True))
    note = (
        f"median of {len(taken)} filters, {min(taken):.0f} to {max(taken):.0f} ms, {drawn:,.0f} cells with "
        f"the margin around the view; {asked:.0f} ms until the map asks for cells (click, rerun of the page, "
        f"message to the frame), {fetched:.0f} ms for the answer, {rest:.0f} ms for shapes and painting"
    )
    ours = median(taken)
    return Row("", ours, "ms", "", None, "≤ 300 ms", ours <= 300, note), box


def _pan_many(browser: Browser, url: str) -> Row:
    screen = _open(browser, url, res=RESOLUTION, zoom=ZOOM, group="parking")
    taken = _pan(screen, 3)
    screen.close()
    return _pan_row(f"pan to painted, {REPORTS:,} reports, {MANY // 1000}k cells in view", taken)


def _pan_by_zoom(browser: Browser, url: str) -> Row:
    taken: list[tuple[float, dict[str, Any]]] = []
    for zoom in ZOOMS:
        screen = _open(browser, url, zoom=zoom)
        taken += _pan(screen, 1)
        screen.close()
    figure = f"pan to painted, {REPORTS:,} reports, cells by zoom, {ZOOMS[0]} to {ZOOMS[-1]}"
    return _pan_row(figure, taken)


def _pan(screen: Screen, rounds: int) -> list[tuple[float, dict[str, Any]]]:
    """Drag the map around, each time further than what was fetched."""
    taken = []
    for x, y in _DRAGS * rounds:
        released = screen.drag(x, y)
        screen.map.wait_for_function(
            "released => performance.timeOrigin + __gezhi.requestedAt >= released", arg=released
        )
        last = screen.map.evaluate("({...__gezhi, zero: performance.timeOrigin})")
        assert last["fetchMs"] > 0
        taken.append((last["zero"] + last["paintedAt"] - released, last))
    return taken


def _pan_row(figure: str, taken: list[tuple[float, dict[str, Any]]]) -> Row:
    times = [ms for ms, _ in taken]
    ours = median(times)
    fetched, drawn, n = (median(last[name] for _, last in taken) for name in ("fetchMs", "drawMs", "cells"))
    note = (
        f"median of {len(times)} drags of about 300 pixels, {min(times):.0f} to {max(times):.0f} ms; "
        f"{fetched:.0f} ms for the answer, {drawn:.0f} ms in the drawing itself, {n:,.0f} cells with margin"
    )
    return Row(figure, ours, "ms", "", None, "≤ 60 ms", ours <= 60, note)


def _beside(
    browser: Browser, peer: str, path: Path, filtered: Row, answers: dict[str, bytes]
) -> Iterator[Row]:
    """Measure a peer with the same cells, and yield ours beside it."""
    words, canvas, in_frame = _PEERS[peer]
    n = int(median(len(wire.unpack(answer)[0]) for answer in answers.values()))
    with _stopped(_peer_app(path)) as server:
        asked = urlencode({"peer": peer, "groups": ",".join(city.CATEGORIES), "zoom": ZOOM})
        screen = Screen(browser, f"{server.url}/?{asked}", canvas=canvas, in_frame=in_frame)
        screen.wait_still()
        begun = screen.page.evaluate("__watch.received")
        taken = [screen.choose(group) for group in ("posters", "trading", "cleanliness")]
        received = (screen.page.evaluate("__watch.received") - begun) / len(taken)
        screen.close()
    note = filtered.note if peer == next(iter(_PEERS)) else ""
    yield Row(
        f"filter to painted, {n:,} cells in view",
        filtered.ours,
        "ms",
        words,
        median(taken),
        filtered.target,
        filtered.met,
        note,
    )
    body = median(len(answer) for answer in answers.values()) / 1e6
    packed = median(len(gzip.compress(answer, compresslevel=1)) for answer in answers.values()) / 1e6
    yield Row(
        f"payload of {n:,} cells",
        body,
        "MB",
        words,
        received / 1e6,
        "≤ 0.5 MB",
        body <= 0.5,
        f"{packed:.2g} MB on the wire after gzip" if note else "",
    )


def _open(browser: Browser, url: str, **parameters: Any) -> Screen:
    """Open the app's map at the middle of the city and wait until its cells are painted."""
    asked = urlencode({"lat": city.LAT, "lon": city.LON, **parameters})
    screen = Screen(browser, f"{url}/?{asked}", canvas=_OURS, in_frame=True)
    screen.map.wait_for_function("window.__gezhi && __gezhi.state === 'ready'")
    screen.wait_still()
    return screen


def _cells(url: str, group: str, box: list[float]) -> bytes:
    """Ask for the cells of a view as the map does."""
    asked = {"category": ",".join(city.CATEGORIES[group]), "res": RESOLUTION, "bbox": ",".join(map(str, box))}
    with urlopen(Request(f"{url}/api/cells?{urlencode(asked)}")) as answer:
        body: bytes = answer.read()
        return body


def _write(answers: dict[str, bytes], path: Path) -> dict[str, int]:
    """Write the cells of all groups for the peers; return how many each group has."""
    parts = []
    for group, answer in answers.items():
        ids, counts, meta = wire.unpack(answer)
        assert meta["resolution"] == RESOLUTION
        parts.append(pl.DataFrame({"group": group, "cell": cells.to_text(ids), "n": counts}))
    pl.concat(parts).write_parquet(path)
    return {part["group"][0]: part.height for part in parts}


def _peer_app(path: Path) -> Server:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench.peer_app:app", "--port", str(port)]
    return start(
        command,
        port,
        path.parent,
        log=path.parent / "peer.log",
        ready="_stcore/health",
        GEZHI_BENCH_CELLS=str(path),
    )


@contextmanager
def _stopped(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.stop()
