"""Card: the map itself."""

from typing import Any
from urllib.parse import urlencode

import folium
import streamlit as st
from streamlit_folium import st_folium

from api.tiles import tiles_address
from app_pages import session
from app_pages.view import AUTO, View
from data.filters import Filter
from data.statuses import STATUS_GROUPS
from data.workspace import Workspace
from i18n import current_locale, listed
from i18n import gettext as _
from layers.base import BaseLayer
from layers.canvas_map import canvas_map
from layers.hexes import HexLayer
from layers.palettes import Theme
from layers.points import PointLayer
from layers.search import SearchBox

_HEIGHT_PX = 660
#: Where there is no report at all.
_WORLD, _WORLD_ZOOM = (20.0, 0.0), 3


def render(workspace: Workspace, view: View, where: Filter) -> None:
    """Draw the map; a click on a cell becomes the view's cell before the rest of the page is drawn."""
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    canvas = canvas_map(
        _WORLD, _WORLD_ZOOM, theme=theme, attribution=_credits(workspace), bounds=_extent(workspace)
    )
    group = folium.FeatureGroup(name="cells")
    version = workspace.cube.version
    query = urlencode(where.to_params() | {"lang": current_locale()})
    BaseLayer(theme=theme, version=_places_version(workspace), tiles=tiles_address(workspace)).add_to(group)
    HexLayer(
        query,
        resolution=view.resolution or AUTO,
        selected=view.cell,
        theme=theme,
        version=version,
        locale=current_locale(),
    ).add_to(group)
    PointLayer(
        query,
        tz=workspace.tz,
        done=STATUS_GROUPS["done"],
        theme=theme,
        version=version,
        locale=current_locale(),
    ).add_to(group)
    SearchBox().add_to(group)
    st_folium(
        canvas,
        key=session.MAP,
        height=_HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=group,
        on_change=take_click,
    )


def take_click() -> None:
    """Make the cell that was clicked the view's; the same message is taken up once."""
    message: dict[str, Any] = st.session_state.get(session.MAP) or {}
    if "stamp" not in message or message["stamp"] == st.session_state.get(session.CLICK):
        return
    st.session_state[session.CLICK] = message["stamp"]
    st.session_state.pop(session.LISTED, None)
    session.show(session.current_view().but(cell=message.get("cell")))


def _extent(workspace: Workspace) -> tuple[float, float, float, float] | None:
    """Return what the first look shows, fixed for the session: another start would be another map."""
    starts = st.session_state.setdefault(session.START, {})
    if workspace.store.url not in starts:
        starts[workspace.store.url] = workspace.cube.extent()
    extent: tuple[float, float, float, float] | None = starts[workspace.store.url]
    return extent


def _places_version(workspace: Workspace) -> str:
    return workspace.store.fact("places_version", "", actor=workspace.viewer) or ""


def _credits(workspace: Workspace) -> str:
    if workspace.synthetic:
        return _("Synthetic demo data · cells: H3")
    sources = workspace.cube.sources()
    return _("Reports: {sources} · cells: H3", sources=listed(sources[:3])) if sources else ""
