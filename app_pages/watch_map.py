"""Card: the cells of the teams on the map, by how many days nobody was there."""

from datetime import date
from typing import Final

import folium
import polars as pl
import streamlit as st
from streamlit_folium import st_folium

from app_pages import map_base
from data.workspace import Workspace
from geo import cells as h3_cells
from geo.cells import ANALYSIS_RESOLUTION
from i18n import current_locale
from i18n import gettext as _
from layers import wire
from layers.canvas_map import canvas_map
from layers.hexes import HexLayer
from layers.palettes import Theme

_HEIGHT_PX: Final = 576
_WORLD, _WORLD_ZOOM = (20.0, 0.0), 3
#: From so many days on another class begins; the last one is the length of what is looked at.
_EDGES: Final = (0, 1, 2, 4, 8, 15)


def render(here: Workspace, covered: pl.DataFrame, last: date, days: int) -> None:
    """Draw the map; `covered` has the columns `data.coverage.CELLS` of the `days` days up to `last`."""
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    lon, lat = h3_cells.centres(covered["cell"].to_numpy())
    canvas = canvas_map(
        _WORLD,
        _WORLD_ZOOM,
        theme=theme,
        bounds=(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())),
        keep_view=False,
        labels={"map": _("Map of the days without a visit. Arrow keys move it, plus and minus zoom.")},
    )
    group = folium.FeatureGroup(name="coverage")
    map_base.layer(here, theme).add_to(group)
    HexLayer(
        packed(covered, last, days),
        resolution=ANALYSIS_RESOLUTION,
        theme=theme,
        opacity=0.7,
        labels={
            "title": _("Days without a visit"),
            "one": _("1 day without a visit"),
            "many": _("{n} days without a visit"),
            "open_range": _("{first} and more, or never"),
        },
        locale=current_locale(),
    ).add_to(group)
    with st.container(key="watch_box"):
        st_folium(
            canvas,
            key="watch_map",
            height=_HEIGHT_PX,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=group,
        )


def packed(covered: pl.DataFrame, last: date, days: int) -> bytes:
    """Pack the days since the last visit of each cell; without any they are all that are looked at."""
    since = (pl.lit(last) - pl.col("last")).dt.total_days()
    without = covered.select(days=since.fill_null(days))["days"].to_numpy()
    edges = [edge for edge in _EDGES if edge < days]
    meta = {"resolution": ANALYSIS_RESOLUTION, "edges": [*edges, days], "total": int(without.sum())}
    return wire.pack(covered["cell"].to_numpy(), without, meta)
