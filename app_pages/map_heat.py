"""Card: what the heat layer weighs and how far one report counts; and the layer that a view means."""

from typing import Any, Final

import streamlit as st

from app_pages import session
from app_pages.view import View
from data.heat import BANDWIDTHS, WEIGHTS, usual_bandwidth
from data.measures import measure
from data.workspace import Workspace
from i18n import gettext as _
from layers.heat import HeatLayer

_WIDTH_PX: Final = 150


def render(here: Workspace, view: View) -> None:
    """Draw the choices of weight and bandwidth."""
    st.session_state[session.HEAT_WEIGHT] = weight_of(view)
    st.selectbox(
        _("Weighed"),
        WEIGHTS,
        key=session.HEAT_WEIGHT,
        format_func=lambda name: measure(name).short,
        on_change=_choose_weight,
        label_visibility="collapsed",
        width=_WIDTH_PX,
    )
    usual = usual_bandwidth(here.cube)
    st.session_state[session.HEAT_BANDWIDTH] = view.bandwidth or usual
    st.selectbox(
        _("Bandwidth"),
        BANDWIDTHS,
        key=session.HEAT_BANDWIDTH,
        format_func=lambda metres: _("within {metres} m", metres=f"{metres:,}"),
        on_change=_choose_bandwidth,
        args=(usual,),
        help=_("How far one report counts around it: small shows single places, large whole quarters."),
        label_visibility="collapsed",
        width=_WIDTH_PX,
    )


def weight_of(view: View) -> str:
    """Return what the heat layer weighs: the view's measure where that is a number of reports."""
    return view.measure if view.measure in WEIGHTS else WEIGHTS[0]


def title_of(weight: str) -> str:
    """Return the legend's title of a weight."""
    words = {
        "count": _("Reports per km²"),
        "open": _("Open cases per km²"),
        "overdue": _("Overdue cases per km²"),
    }
    return words[weight]


def layer(here: Workspace, view: View, query: str, **options: Any) -> HeatLayer:
    """Make the layer that a view means; `options` are others of `HeatLayer`."""
    weight = weight_of(view)
    return HeatLayer(
        query,
        bandwidth=view.bandwidth or usual_bandwidth(here.cube),
        weight=weight,
        title=title_of(weight),
        palette=view.look.palette,
        opacity=view.look.opacity / 100,
        **options,
    )


def _choose_weight() -> None:
    session.show(session.current_view().but(measure=st.session_state[session.HEAT_WEIGHT]))


def _choose_bandwidth(usual: int) -> None:
    metres = int(st.session_state[session.HEAT_BANDWIDTH])
    session.show(session.current_view().but(bandwidth=None if metres == usual else metres))
