"""Card: a small drawing of where a case lies: its cell, the streets around it, what is there."""

import base64
from html import escape
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import streamlit as st
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from app_pages import session
from data.workspace import Workspace
from geo import cells
from geo.cell_shapes import boundaries
from geo.distances import from_local_m, to_local_m
from i18n import current_locale
from i18n import gettext as _
from layers.palettes import Theme

#: Half of the drawing's size in metres; the drawing is scaled to the width that it gets.
_HALF_WIDTH_M: Final = 210.0
_HALF_HEIGHT_M: Final = 130.0
_GROUNDS: Final = ("compound", "park", "water", "school", "market")
_LINES: Final = ("street", "railway")
_SHORTEST_NAMED_M: Final = 90.0
_NAMES_APART_M: Final = 55.0

_COLOURS: Final[dict[Theme, dict[str, str]]] = {
    "light": {
        "ground": "#f1efea", "ink": "#3c4855", "built": "#e6e3dc", "park": "#d5e3d0", "water": "#c3d9e6",
        "street": "#ffffff", "cell": "#1f6f8b", "here": "#a63a26", "halo": "#ffffff",
    },
    "dark": {
        "ground": "#171d24", "ink": "#b9c4cf", "built": "#20272f", "park": "#1f2d24", "water": "#1b3040",
        "street": "#39434f", "cell": "#56b4d3", "here": "#f19b86", "halo": "#12171d",
    },
}  # fmt: skip
_STYLE: Final = (
    "svg{background:var(--ground)}path{fill:none}"
    ".compound,.school,.market{fill:var(--built)}.park{fill:var(--park)}.water{fill:var(--water)}"
    ".street{stroke:var(--street);stroke-width:7;stroke-linecap:round}"
    ".railway{stroke:var(--ink);stroke-width:2;stroke-dasharray:8 5;opacity:.6}"
    ".cell{fill:var(--cell);fill-opacity:.14;stroke:var(--cell);stroke-width:2}"
    "text{font:11px 'Source Sans','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif;"
    "text-anchor:middle;fill:var(--ink);paint-order:stroke;stroke:var(--ground);stroke-width:3px}"
    ".halo{fill:var(--halo)}.here{fill:var(--here)}"
)

Metres = npt.NDArray[np.float64]


def render(here: Workspace, lon: float, lat: float) -> None:
    """Draw the spot, with the way to the big map."""
    cell = int(cells.from_points([lon], [lat], cells.ANALYSIS_RESOLUTION)[0])
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    picture = base64.b64encode(drawing(here, lon, lat, cell, theme).encode()).decode()
    words = escape(_("Where it is, with the streets around and its cell"))
    st.html(f'<img class="gz-spot" src="data:image/svg+xml;base64,{picture}" alt="{words}">')
    name = str(cells.to_text(np.array([cell], dtype=np.uint64))[0])
    query = {"lat": f"{lat:.5f}", "lon": f"{lon:.5f}", "zoom": "17", "cell": name}
    row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    row.caption(f"{lat:.5f}, {lon:.5f}", width="content")
    row.page_link(
        "map.py",
        label=_("Show on the map"),
        icon=":material/hexagon:",
        query_params=session.with_language(query),
    )


def drawing(here: Workspace, lon: float, lat: float, cell: int, theme: Theme) -> str:
    """Return the drawing as SVG; north is up, names that come from tables are escaped.

    It stands alone, as a picture: pages take no SVG from strings.
    """
    around = (lon, lat)
    (west, east), (south, north) = from_local_m(
        [-_HALF_WIDTH_M, _HALF_WIDTH_M], [-_HALF_HEIGHT_M, _HALF_HEIGHT_M], around=around
    )
    frame = box(west, south, east, north)
    found = here.store.places(
        actor=session.actor(here), kinds=(*_GROUNDS, *_LINES), bbox=(west, south, east, north)
    )
    grounds: list[str] = []
    lines: list[str] = []
    names: list[tuple[float, tuple[float, float], float, str]] = []
    for place in found.itertuples():
        shape = place.geometry.intersection(frame)
        if shape.is_empty:
            continue
        if place.kind in _LINES:
            path, length, middle, angle = _line(shape, around)
            lines.append(f'<path class="{place.kind}" d="{path}"/>')
            if place.name and length > _SHORTEST_NAMED_M:
                names.append((length, middle, angle, _name(place)))
        elif shape.geom_type in ("Polygon", "MultiPolygon"):
            grounds.append(f'<path class="{place.kind}" d="{_rings(shape, around)}"/>')
    ring = np.asarray(boundaries(np.array([cell], dtype=np.uint64))[0].exterior.coords)
    hexagon = _path(*to_local_m(ring[:, 0], ring[:, 1], around=around))
    size = f"{-_HALF_WIDTH_M:g} {-_HALF_HEIGHT_M:g} {2 * _HALF_WIDTH_M:g} {2 * _HALF_HEIGHT_M:g}"
    colours = "".join(f"--{name}:{colour};" for name, colour in _COLOURS[theme].items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}"><style>svg{{{colours}}}{_STYLE}</style>'
        f'{"".join(grounds)}{"".join(lines)}<path class="cell" d="{hexagon}Z"/>{_labels(names)}'
        '<circle class="halo" r="9"/><circle class="here" r="6"/></svg>'
    )


def _line(shape: BaseGeometry, around: tuple[float, float]) -> tuple[str, float, tuple[float, float], float]:
    """Return the path of a line, its length in metres, its middle and its angle there in degrees."""
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "LineString"]
    drawn: list[tuple[float, Metres, Metres]] = []
    for part in parts:
        ring = np.asarray(part.coords)
        x, y = to_local_m(ring[:, 0], ring[:, 1], around=around)
        drawn.append((float(np.hypot(np.diff(x), np.diff(y)).sum()), x, y))
    if not drawn:
        return "", 0.0, (0.0, 0.0), 0.0
    length, x, y = max(drawn, key=lambda line: line[0])
    n = len(x) // 2
    before = max(n - 1, 0)
    angle = float(np.degrees(np.arctan2(-(y[n] - y[before]), x[n] - x[before])))
    upright = (angle + 90) % 180 - 90
    middle = (float(x[n] + x[before]) / 2, float(y[n] + y[before]) / 2)
    return "".join(_path(own_x, own_y) for _length, own_x, own_y in drawn), length, middle, upright


def _rings(shape: BaseGeometry, around: tuple[float, float]) -> str:
    paths = []
    for part in getattr(shape, "geoms", [shape]):
        ring = np.asarray(part.exterior.coords)
        paths.append(_path(*to_local_m(ring[:, 0], ring[:, 1], around=around)) + "Z")
    return "".join(paths)


def _path(x: Metres, y: Metres) -> str:
    return "M" + "L".join(f"{east:.1f} {-north:.1f}" for east, north in zip(x, y, strict=True))


def _labels(names: list[tuple[float, tuple[float, float], float, str]]) -> str:
    """Write the names, the longest lines first; one that would lie on another is left out."""
    drawn: list[tuple[float, float]] = []
    texts = []
    for _length, (east, north), angle, name in sorted(names, reverse=True):
        if any(np.hypot(east - x, north - y) < _NAMES_APART_M for x, y in drawn):
            continue
        drawn.append((east, north))
        turned = f"translate({east:.1f} {-north:.1f}) rotate({angle:.0f})"
        texts.append(f'<text transform="{turned}" dy="0.35em">{escape(name)}</text>')
    return "".join(texts)


def _name(place: Any) -> str:
    details = place.attributes if isinstance(place.attributes, dict) else {}
    return str((details.get("name_en") if current_locale() == "en" else None) or place.name)
