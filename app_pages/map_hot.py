"""Card: which hot spots the map shows and how they are looked for; and the layer that a view means."""

from typing import Any, Final

import streamlit as st

from app_pages import glossary, session
from app_pages.hot_choices import (
    WITH_PER,
    WITH_RING,
    WITH_STEPS,
    kind_about,
    per_words,
    ring_words,
    step_words,
)
from app_pages.view import View
from data.filters import Filter
from data.hot_cells import HOT_RESOLUTIONS, KINDS, PER, RINGS
from data.place_tables import kinds_there
from data.step_counts import STEPS
from data.visit_counts import visit_days
from data.workspace import Workspace
from i18n import gettext as _
from layers import hot_words
from layers.hot_looks import LOOKS
from layers.hotspots import HotLayer

_KIND_PX: Final = 190
_PER_PX: Final = 160


def render(here: Workspace, view: View) -> None:
    """Draw the choice of the kind of map, of the rate, and the button to step and neighbours."""
    if alone := class_alone(view):  # said again at every run: the choice stays while a cell is looked at
        st.session_state[session.HOT_CLASS] = alone
    st.session_state[session.HOT_KIND] = view.hot
    st.selectbox(
        _("Kind of hot spots"),
        KINDS,
        key=session.HOT_KIND,
        format_func=hot_words.titles().__getitem__,
        on_change=_choose,
        args=("hot", session.HOT_KIND),
        help=kind_about(view.hot),
        label_visibility="collapsed",
        width=_KIND_PX,
    )
    offered = per_offered(here, view)
    if view.hot in WITH_PER and len(offered) > 1:
        st.session_state[session.HOT_PER] = view.per
        st.selectbox(
            _("Reports or a rate of them"),
            offered,
            key=session.HOT_PER,
            format_func=per_words,
            on_change=_choose,
            args=("per", session.HOT_PER),
            label_visibility="collapsed",
            width=_PER_PX,
        )
    if view.hot in WITH_STEPS or view.hot in WITH_RING:
        with st.popover(_("How"), icon=":material/tune:"), st.container(key="hot_how"):
            _how(view)


def per_offered(here: Workspace, view: View) -> list[str]:
    """Return what reports can be a rate of in this city; what the view asks for is among it."""
    there = kinds_there(here.store, actor=here.viewer)
    possible = {"": True, "street": "street" in there, "household": "compound" in there}
    possible["visit"] = visit_days(here.cube, Filter()) is not None
    return [per for per in PER if possible[per] or per == view.per]


def _how(view: View) -> None:
    if view.hot in WITH_STEPS:
        st.session_state[session.HOT_STEP] = view.step
        st.radio(
            _("Steps of time"),
            STEPS,
            key=session.HOT_STEP,
            format_func=step_words,
            on_change=_choose,
            args=("step", session.HOT_STEP),
        )
    if view.hot in WITH_RING:
        st.session_state[session.HOT_RING] = view.ring
        st.radio(
            _("A cell counts"),
            RINGS,
            key=session.HOT_RING,
            format_func=ring_words,
            on_change=_choose,
            args=("ring", session.HOT_RING),
        )
    st.caption(
        _(
            "Cells of H3 resolution {resolution}. Hot spots are looked for at {first} to {last}: choose the "
            "size of the cells beside the filters.",
            resolution=view.hot_asked(view.where).resolution,
            first=HOT_RESOLUTIONS[0],
            last=HOT_RESOLUTIONS[-1],
        )
    )
    st.caption(glossary.meaning("hot_spot"))


def _choose(name: str, key: str) -> None:
    st.session_state.pop(session.HOT_CLASS, None)
    session.show(session.current_view().but(**{name: st.session_state[key]}))


def class_alone(view: View) -> str | None:
    """Return the class that list and map are about, None for all."""
    chosen = st.session_state.get(session.HOT_CLASS)
    return chosen if chosen in LOOKS[view.hot] else None


def layer(view: View, where: Filter, query: str, **options: Any) -> HotLayer:
    """Make the layer that a view means; `options` are others of `HotLayer`."""
    asked = view.hot_asked(where)
    return HotLayer(
        query,
        kind=asked.kind,
        resolution=asked.resolution,
        ring=asked.ring,
        step=asked.step,
        per=asked.per,
        selected=view.cell,
        only=class_alone(view),
        palette=view.look.palette,
        opacity=view.look.opacity / 100,
        **options,
    )
