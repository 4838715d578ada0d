"""Card: the rows above the map: what it shows, by which figure, compared with what, in which look."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app_pages import (
    filters,
    map_compare,
    map_export,
    map_heat,
    map_hot,
    map_look,
    map_measure,
    saved_views,
    session,
)
from app_pages.place_words import kinds_label
from app_pages.view import HEAT, HOT, POINTS, View
from data import place_kinds
from data.place_tables import kinds_there
from data.workspace import Workspace
from geo import cells
from i18n import gettext as _

_CELLS: Final = "cells"
_AREAS: Final = "areas"
#: Kinds with a button of their own; the levels of the chain share one.
_OWN: Final = ("street", "compound")
_USUAL_LEVEL: Final = "community"


def render(here: Workspace, view: View, above: DeltaGenerator) -> View:
    """Draw the row above the map and return the view with what was chosen in it.

    What is done with the view as a whole, its look, keeping and exporting it, goes into the row `above`.
    """
    row = st.container(key="map_switch", horizontal=True, vertical_alignment="center", gap="small")
    view = _coloured(here, map_measure.settled(view), row)
    where = filters.meant(here, view)
    with row:
        if not view.show:
            map_measure.render(view)
            map_compare.render(here, view, where)
        elif view.show == HEAT:
            map_heat.render(here, view)
        elif view.show == HOT:
            map_hot.render(here, view)
    with above.container(key="map_keep", horizontal=True, width="content", gap="small"):
        map_look.render(view, "dark" if st.context.theme.type == "dark" else "light")
        saved_views.render(here, view)
        map_export.render(here, view, where)
    if not view.show:
        map_compare.ask_for_period(view, where)
    return view


def _coloured(here: Workspace, view: View, row: DeltaGenerator) -> View:
    """Draw the switch; only kinds that the city has are offered."""
    there = kinds_there(here.store, actor=here.viewer)
    levels = levels_of(there)
    offered = [kind for kind in _OWN if kind in there] + ([_AREAS] if levels else [])
    kind = _kind(row, view, [_CELLS, HEAT, HOT, POINTS, *offered])
    if kind == _AREAS:
        kind = _level(row, view, levels)
    show = "" if kind == _CELLS else kind
    if show == view.show:
        return view
    return view.but(show=show, at=None, cell=kept_cell(view, show))


def kept_cell(view: View, show: str) -> str | None:
    """Return the chosen cell where what is to be shown has it too: cells, and hot spots of its size."""
    if show == HOT and view.cell:
        return (
            view.cell if cells.resolution_of([view.cell]) == view.hot_asked(view.where).resolution else None
        )
    return view.cell if not show else None


def levels_of(there: dict[str, int]) -> list[str]:
    """Return the levels of the chain that the city has, the largest first."""
    return [kind for kind in place_kinds.chain() if kind in there]


def usual_level(levels: list[str]) -> str:
    """Return the level that is shown first."""
    return _USUAL_LEVEL if _USUAL_LEVEL in levels else levels[-1]


def _kind(row: DeltaGenerator, view: View, options: list[str]) -> str:
    words = {
        _CELLS: _("Cells"),
        HEAT: _("Heat"),
        HOT: _("Hot spots"),
        POINTS: _("Points"),
        _AREAS: _("Areas"),
    }
    shown = view.show or _CELLS
    known = shown if shown in options else _AREAS if shown in place_kinds.chain() else _CELLS
    if session.SHOW not in st.session_state or st.session_state[session.SHOW] not in options:
        st.session_state[session.SHOW] = known if known in options else _CELLS
    chosen = row.segmented_control(
        _("Coloured on the map"),
        options,
        key=session.SHOW,
        format_func=lambda kind: words.get(kind) or kinds_label(kind),
        required=True,
        label_visibility="collapsed",
        width="content",
    )
    return chosen or _CELLS


def _level(row: DeltaGenerator, view: View, levels: list[str]) -> str:
    if session.LEVEL not in st.session_state or st.session_state[session.LEVEL] not in levels:
        st.session_state[session.LEVEL] = view.show if view.show in levels else usual_level(levels)
    if len(levels) == 1:
        return levels[0]
    return row.selectbox(
        _("Level of areas"),
        levels,
        key=session.LEVEL,
        format_func=kinds_label,
        label_visibility="collapsed",
        width=190,
    )
