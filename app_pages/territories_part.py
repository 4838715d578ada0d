"""Part: territories: proposed, shown on the map with their balance, painted by hand, published, kept."""

from typing import Final

import folium
import streamlit as st
from streamlit_folium import st_folium

from app_pages import (
    map_base,
    session,
    teams_roster,
    territories_history,
    territories_propose,
    territories_publish,
)
from app_pages.markdown import plain
from app_pages.territories_words import about, title
from data.rights import has
from data.territories import Edition
from data.territory_wishes import wishes
from data.workspace import Workspace
from i18n import gettext as _
from layers.canvas_map import canvas_map
from layers.palettes import Theme
from layers.territories import TerritoryLayer, territory_board, with_territories

_HEIGHT_PX: Final = 660
_WORLD, _WORLD_ZOOM = (20.0, 0.0), 3
#: The parameter of the address that names the edition that is shown.
SHOWN: Final = "edition"


def render(here: Workspace) -> None:
    """Draw the choice of the edition and what can be done with it, its map and board, its history."""
    actor = session.actor(here)
    territories_publish.said()
    if not here.store.teams(actor=actor):
        teams_roster.first_teams(here)
        return
    teams_roster.said()
    editions = here.store.editions(actor=actor)
    if not editions:
        st.info(
            _("No territories have been drawn yet. Have some proposed: every team gets about the same work."),
            icon=":material/map:",
        )
        territories_propose.render(here, None)
        return
    edition = _choose(here, editions)
    against = _against(editions, edition)
    left, right = st.columns([1.75, 1], gap="medium")
    with left:
        _map(here, edition, against)
    with right:
        _about(here, edition)
        territory_board(session.TERRITORY_BOARD)
    territories_history.render(here, editions, edition)


def _choose(here: Workspace, editions: list[Edition]) -> Edition:
    """Draw the choice of the edition, and the steps that it allows; return the chosen one."""
    by_id = {edition.id: edition for edition in editions}
    if st.session_state.get(session.TERRITORY_EDITION) not in by_id:
        asked = str(st.query_params.get(SHOWN, ""))
        named = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        in_force = next((one.id for one in editions if one.state == "in_force"), editions[0].id)
        st.session_state[session.TERRITORY_EDITION] = named if named in by_id else in_force
    row = st.container(horizontal=True, vertical_alignment="bottom", key="territories_row")
    with row:
        st.selectbox(
            _("Territories"),
            list(by_id),
            key=session.TERRITORY_EDITION,
            format_func=lambda number: title(by_id[number]),
            label_visibility="collapsed",
            width=340,
        )
        edition = by_id[st.session_state[session.TERRITORY_EDITION]]
        if edition.state == "in_force":
            st.query_params.pop(SHOWN, None)
        elif st.query_params.get(SHOWN) != str(edition.id):
            st.query_params[SHOWN] = str(edition.id)
        if has(session.actor(here), "rules"):
            territories_propose.render(here, edition)
            territories_publish.steps(here, edition)
    return edition


def _against(editions: list[Edition], edition: Edition) -> int | None:
    """Return the edition that the map compares with; as a rule the one in force, or the one before it."""
    chosen = st.session_state.get(session.TERRITORY_AGAINST)
    if chosen in {one.id for one in editions}:
        return int(chosen)
    if edition.state != "in_force":
        return None
    return next((one.id for one in editions if one.state == "former"), None)


def _about(here: Workspace, edition: Edition) -> None:
    words = [plain(words) for words in (edition.note, about(edition, here.tz)) if words]
    st.caption("  \n".join(words))


def _map(here: Workspace, edition: Edition, against: int | None) -> None:
    theme = _theme()
    canvas = canvas_map(
        _WORLD,
        _WORLD_ZOOM,
        theme=theme,
        bounds=here.cube.extent(),
        keep_view=False,
        labels={"map": _("Map of the territories. Arrow keys move it, Enter chooses what is in its middle.")},
    )
    group = folium.FeatureGroup(name="territories")
    map_base.layer(here, theme).add_to(group)
    actor = session.actor(here)
    TerritoryLayer(
        edition.id,
        version=edition.version,
        against=against,
        wishes=wishes(here.store, actor=actor).version,
        wishing=has(actor, "rules"),
        theme=theme,
    ).add_to(group)
    with st.container(key="territories_box"):
        st_folium(
            with_territories(canvas),
            key=session.TERRITORY_MAP,
            height=_HEIGHT_PX,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=group,
        )


def _theme() -> Theme:
    return "dark" if st.context.theme.type == "dark" else "light"
