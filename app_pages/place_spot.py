"""Card: a small drawing of a place, with the cells in it that have most reports."""

import base64
import math
from html import escape
from typing import Any, Final

import numpy as np
import streamlit as st
from shapely.geometry.base import BaseGeometry

from app_pages import plan, session
from data.filters import Filter
from data.workspace import Workspace
from geo import cells
from geo.cell_shapes import boundaries
from geo.distances import to_local_m
from i18n import gettext as _
from layers.palettes import Theme

_HOT: Final = 5
#: Half of the drawing's width on the ground, in metres: at least this, and the place with some room.
_LEAST_HALF_M: Final = 210.0
_ROOM: Final = 1.15
_FLAT: Final = 0.62
#: A rank that would lie on another one is left out.
_NUMBERS_APART: Final = 0.08
_ZOOM: Final = 17


def render(here: Workspace, place: BaseGeometry, own: Filter, link: str) -> None:
    """Draw the place and list its cells with most reports, each the way to the map.

    Parameters
    ----------
    own
        The reports of the place.
    link
        The address of the map that shows it.
    """
    counted = here.cube.counts(own, cells.ANALYSIS_RESOLUTION)
    hot = counted.counts.argsort(kind="stable")[::-1][:_HOT]
    found, numbers = counted.cells[hot], counted.counts[hot]
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    picture = base64.b64encode(drawing(here, place, found, theme).encode()).decode()
    words = escape(_("The place with the streets around, and its cells with most reports"))
    st.html(f'<img class="gz-spot" src="data:image/svg+xml;base64,{picture}" alt="{words}">')
    way = escape(_("Show on the map"))
    st.html(f'<p class="gz-fine"><a href="{escape(link)}" target="_self">{way}</a></p>')
    if found.size:
        st.markdown("###### " + _("Cells with most reports here"))
        st.html(hot_list(found, numbers))


def hot_list(found: Any, numbers: Any) -> str:
    """Write cells as an HTML list, each the way to itself on the map."""
    middles = zip(*cells.centres(found), strict=True)
    lines = []
    for rank, (name, n, (lon, lat)) in enumerate(zip(cells.to_text(found), numbers, middles, strict=True), 1):
        link = session.map_link(cell=str(name), lat=f"{lat:.5f}", lon=f"{lon:.5f}", zoom=str(_ZOOM))
        words = _("{n} reports", n=f"{int(n):,}") if n != 1 else _("1 report")
        lines.append(
            f'<li><a href="{escape(link)}" target="_self"><b>{rank}</b> {escape(words)}</a> '
            f"<small>{escape(str(name))}</small></li>"
        )
    return f'<ol class="gz-hot">{"".join(lines)}</ol>'


def drawing(here: Workspace, place: BaseGeometry, found: Any, theme: Theme) -> str:
    """Return the drawing as SVG; the cells carry their rank."""
    west, south, east, north = place.bounds
    around = ((west + east) / 2, (south + north) / 2)
    x, y = to_local_m([west, east], [south, north], around=around)
    half_wide = max(_LEAST_HALF_M, _ROOM * float(x[1]), _ROOM * float(y[1]) / _FLAT)
    below = [_shape(place, around)]
    above = []
    numbered: list[tuple[float, float]] = []
    for rank, shape in enumerate(boundaries(found), 1):
        ring = np.asarray(shape.exterior.coords)
        hexagon_x, hexagon_y = to_local_m(ring[:, 0], ring[:, 1], around=around)
        below.append(f'<path class="cell" d="{plan.path(hexagon_x, hexagon_y)}Z"/>')
        middle = (float(hexagon_x[:-1].mean()), float(hexagon_y[:-1].mean()))
        if all(math.dist(middle, other) > _NUMBERS_APART * half_wide for other in numbered):
            numbered.append(middle)
            at = f"translate({middle[0]:.1f} {-middle[1]:.1f})"
            above.append(f'<text class="number" transform="{at}" dy="0.35em">{rank}</text>')
    return plan.drawing(
        here, around, (half_wide, _FLAT * half_wide), theme, below="".join(below), above="".join(above)
    )


def _shape(place: BaseGeometry, around: tuple[float, float]) -> str:
    if place.geom_type in ("Polygon", "MultiPolygon"):
        return f'<path class="field" fill-rule="evenodd" d="{plan.rings(place, around)}"/>'
    if place.geom_type in ("LineString", "MultiLineString"):
        return f'<path class="way" d="{plan.line(place, around)[0]}"/>'
    return '<circle class="here" r="8"/>'
