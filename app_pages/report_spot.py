"""Card: where the problem is: pointed at on a map, typed, or as a place's name."""

from typing import Any, Final

import folium
import streamlit as st
from streamlit_folium import st_folium

from api.search import gazetteer
from api.tiles import tiles_address
from app_pages import session
from app_pages.markdown import plain
from app_pages.positions import read_position
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _
from layers.base import BaseLayer
from layers.canvas_map import canvas_map
from layers.palettes import Theme
from layers.spot import SpotLayer

_HEIGHT_PX: Final = 430
_WORLD, _WORLD_ZOOM = (20.0, 0.0), 3
_TYPED: Final = "spot_typed"


def render(here: Workspace) -> tuple[float, float] | None:
    """Draw the map and the field; return longitude and latitude of the place, None before there is one."""
    st.markdown("###### " + _("Where is it?"))
    spot = st.session_state.get(session.SPOT)
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    canvas = canvas_map(
        _WORLD,
        _WORLD_ZOOM,
        theme=theme,
        bounds=here.cube.extent(),
        keep_view=False,
        labels={"map": _("Map to point at the place. Arrow keys move it, Enter takes the middle.")},
    )
    group = folium.FeatureGroup(name="spot")
    version = here.store.fact("places_version", "", actor=session.actor(here)) or ""
    BaseLayer(theme=theme, version=version, tiles=tiles_address(here)).add_to(group)
    lon, lat = spot or (None, None)
    SpotLayer(lon=lon, lat=lat).add_to(group)
    with st.container(key="spot_box"):
        st_folium(
            canvas,
            key=session.SPOT_MAP,
            height=_HEIGHT_PX,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=group,
            on_change=_take_click,
        )
    if not version:
        st.caption(_("No streets are in the store, so the map is empty: coordinates are surer here."))
    st.text_input(
        _("Or coordinates or a place's name"),
        key=_TYPED,
        placeholder=_example(here),
        on_change=_take_words,
        args=(here,),
    )
    if fault := st.session_state.pop(f"{_TYPED}_fault", None):
        st.warning(plain(fault), icon=":material/wrong_location:")
    if spot:
        st.caption(
            ":material/location_on: "
            + plain(_("The place is {lat}, {lon}.", lat=f"{lat:.5f}", lon=f"{lon:.5f}"))
        )
    else:
        st.caption(_("Click on the map where the problem is."))
    found: tuple[float, float] | None = spot
    return found


def _example(here: Workspace) -> str:
    """Return the middle of the city as an example of how a position is written."""
    box = here.cube.extent()
    west, south, east, north = box or (116.87654, 38.30412, 116.87654, 38.30412)
    return f"{(south + north) / 2:.5f}, {(west + east) / 2:.5f}"


def _take_click() -> None:
    message: dict[str, Any] = st.session_state.get(session.SPOT_MAP) or {}
    if "spot" not in message or message["stamp"] == st.session_state.get(session.SPOT_CLICK):
        return
    st.session_state[session.SPOT_CLICK] = message["stamp"]
    st.session_state[session.SPOT] = (message["spot"]["lon"], message["spot"]["lat"])


def _take_words(here: Workspace) -> None:
    text = st.session_state[_TYPED].strip()
    if not text:
        return
    try:
        lat, lon = read_position(text)
    except GezhiError as error:
        found = find_place(here, text)
        if found is None:
            unknown = _("No place of this name is known here.")
            st.session_state[f"{_TYPED}_fault"] = str(error) if text[0].isdigit() else unknown
            return
        lon, lat = found
    st.session_state[session.SPOT] = (lon, lat)


def find_place(here: Workspace, text: str) -> tuple[float, float] | None:
    """Return longitude and latitude of the likeliest place of that name; None where none is known."""
    found = gazetteer(here).find(text, limit=1)
    return (found[0].lon, found[0].lat) if found else None
