"""What the browser tests do with a map on the screen: wait for it, read it, send it new layers."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from layers.element import ScriptLayer

#: The Leaflet map of a page that folium made, and the drawn layer of a class of ours.
_MAP = "Object.values(window).find((value) => value instanceof L.Map)"


def wait_ready(page: Page, state: str = "ready") -> dict[str, Any]:
    """Wait until cells are painted (or `state`); return what the scripts say about it."""
    page.wait_for_selector(f"[data-gezhi-state={state}]")
    figures: dict[str, Any] = page.evaluate("window.__gezhi")
    return figures


def says(page: Page, selector: str, words: str, *, in_part: bool = False) -> None:
    """Wait until the first element of a selector says these words, and no others unless `in_part`."""
    wanted = re.escape(words) if in_part else f"^{re.escape(words)}$"
    expect(page.locator(selector).first).to_have_text(re.compile(wanted), use_inner_text=True)


def on_map(page: Page, script: str, argument: Any = None) -> Any:
    """Run a script with `map` and `argument`, and `layer(Class)` to find what is drawn."""
    return page.evaluate(
        f"""(argument) => {{
            const map = {_MAP};
            const layer = (kind) => Object.values(map._layers).find((one) => one instanceof kind);
            {script}
        }}""",
        argument,
    )


def wait_on_map(page: Page, script: str) -> None:
    """Wait until a script with `map` and `layer(Class)` returns what is true."""
    page.wait_for_function(
        f"""() => {{
            const map = {_MAP};
            const layer = (kind) => Object.values(map._layers).find((one) => one instanceof kind);
            {script}
        }}"""
    )


def paints(page: Page) -> int:
    """Return how often cells were painted so far."""
    return int(page.evaluate("window.__gezhi.paints"))


def wait_painted(page: Page, after: int) -> dict[str, Any]:
    """Wait for a paint after that many; return what the scripts say about it."""
    page.wait_for_function("(n) => window.__gezhi && window.__gezhi.paints > n", arg=after)
    figures: dict[str, Any] = page.evaluate("window.__gezhi")
    return figures


def send(page: Page, *elements: ScriptLayer) -> None:
    """Replace the page's layers as streamlit-folium does: take the old group off, add a new one."""
    calls = [[element.part, element.options] for element in elements]
    on_map(
        page,
        """
        const old = window.sent || Object.values(map._layers).find((one) => one instanceof L.FeatureGroup);
        if (old) map.removeLayer(old);
        window.sent = L.featureGroup();
        for (const [part, options] of argument) gezhi.layer(part, options).addTo(window.sent);
        map.addLayer(window.sent);
        """,
        calls,
    )


def place_of(page: Page, lat: float, lon: float) -> tuple[float, float]:
    """Return where on the page a place is, in pixels."""
    x, y = on_map(
        page,
        "const p = map.latLngToContainerPoint(argument), box = map.getContainer().getBoundingClientRect();"
        "return [box.x + p.x, box.y + p.y];",
        [lat, lon],
    )
    return x, y


def latlng_at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return the latitude and longitude under a pixel of a map that fills the page."""
    lat, lon = on_map(
        page, "const at = map.containerPointToLatLng(argument); return [at.lat, at.lng];", [x, y]
    )
    return lat, lon


def drawn_cells(page: Page) -> dict[str, int]:
    """Return the drawn cells with their counts."""
    pairs = on_map(
        page,
        "const hexes = layer(gezhi.HexCanvas);"
        "return [...hexes.keys].map((key, i) => [gezhi.wire.toId(key, hexes.resolution), hexes.values[i]]);",
    )
    return dict(pairs)


def selected(page: Page) -> str | None:
    """Return the outlined cell."""
    cell: str | None = on_map(page, "return layer(gezhi.MarkCanvas).selected;")
    return cell
