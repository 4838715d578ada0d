"""Card: a small drawing of where a case lies: its cell, the streets around it, what is there."""

import base64
from html import escape
from typing import Final

import numpy as np
import streamlit as st

from app_pages import plan, session
from data.workspace import Workspace
from geo import cells
from geo.cell_shapes import boundaries
from geo.distances import to_local_m
from i18n import gettext as _
from layers.palettes import Theme

#: Half of the drawing's size in metres; the drawing is scaled to the width that it gets.
_HALF_M: Final = (210.0, 130.0)


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
    """Return the drawing as SVG. It stands alone, as a picture: pages take no SVG from strings."""
    around = (lon, lat)
    ring = np.asarray(boundaries(np.array([cell], dtype=np.uint64))[0].exterior.coords)
    hexagon = plan.path(*to_local_m(ring[:, 0], ring[:, 1], around=around))
    return plan.drawing(
        here,
        around,
        _HALF_M,
        theme,
        below=f'<path class="cell" d="{hexagon}Z"/>',
        above='<circle class="halo" r="9"/><circle class="here" r="6"/>',
    )
