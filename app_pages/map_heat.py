"""Card: what heat is shown on, what it weighs, how far one report counts; and the layer that a view means."""

from typing import Any, Final

import streamlit as st

from app_pages import session
from app_pages.view import ALONG, View
from data.heat import BANDWIDTHS, WEIGHTS, usual_bandwidth
from data.measures import measure
from data.place_tables import places_version
from data.workspace import Workspace
from i18n import gettext as _
from layers.heat import HeatLayer
from layers.street_density import StreetDensityLayer

_WIDTH_PX: Final = 175
#: The bandwidth that is chosen from the reports, among those that people choose.
_CHOSEN: Final = 0


def render(here: Workspace, view: View) -> None:
    """Draw the choices of surface or streets, weight and bandwidth."""
    words = {"": _("Surface"), "streets": _("Along streets")}
    st.session_state[session.HEAT_ALONG] = view.along
    st.segmented_control(
        _("Heat on"),
        ALONG,
        key=session.HEAT_ALONG,
        format_func=words.__getitem__,
        required=True,
        on_change=_choose_along,
        help=_(
            "A surface spreads reports over the ground in all directions. Along streets they spread on the "
            "streets alone, so that a crossing is not hot merely because streets are close there."
        ),
        label_visibility="collapsed",
        width="content",
    )
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
    st.session_state[session.HEAT_BANDWIDTH] = view.bandwidth or _CHOSEN
    st.selectbox(
        _("Bandwidth"),
        (_CHOSEN, *BANDWIDTHS),
        key=session.HEAT_BANDWIDTH,
        format_func=lambda metres: (
            _("within {metres} m", metres=f"{metres:,}")
            if metres
            else _("chosen: {metres} m", metres=f"{usual:,}")
        ),
        on_change=_choose_bandwidth,
        help=_(
            "How far one report counts around it: small shows single places, large whole quarters. Chosen is "
            "what foretells the reports of this city best from the other reports."
        ),
        label_visibility="collapsed",
        width=_WIDTH_PX,
    )


def weight_of(view: View) -> str:
    """Return what the heat layer weighs: the view's measure where that is a number of reports."""
    return view.measure if view.measure in WEIGHTS else WEIGHTS[0]


def title_of(weight: str, along: str = "") -> str:
    """Return the legend's title of a weight."""
    words = {
        ("count", ""): _("Reports per km²"),
        ("open", ""): _("Open cases per km²"),
        ("overdue", ""): _("Overdue cases per km²"),
        ("count", "streets"): _("Reports per km of street"),
        ("open", "streets"): _("Open cases per km of street"),
        ("overdue", "streets"): _("Overdue cases per km of street"),
    }
    return words[weight, along]


def layer(here: Workspace, view: View, query: str, **options: Any) -> HeatLayer | StreetDensityLayer:
    """Make the layer that a view means; `options` are others of `DensityLayer`."""
    weight = weight_of(view)
    options |= {
        "bandwidth": view.bandwidth or usual_bandwidth(here.cube),
        "weight": weight,
        "title": title_of(weight, view.along),
        "palette": view.look.palette,
        "opacity": view.look.opacity / 100,
    }
    if view.along:
        places = places_version(here.store, actor=here.viewer)
        return StreetDensityLayer(query, places=places, **options)
    return HeatLayer(query, **options)


def _choose_along() -> None:
    session.show(session.current_view().but(along=st.session_state[session.HEAT_ALONG]))


def _choose_weight() -> None:
    session.show(session.current_view().but(measure=st.session_state[session.HEAT_WEIGHT]))


def _choose_bandwidth() -> None:
    session.show(session.current_view().but(bandwidth=int(st.session_state[session.HEAT_BANDWIDTH]) or None))
