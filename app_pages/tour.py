"""The first-use tour of the map page, and the help button that brings it back."""

from typing import Final
from uuid import uuid4

import streamlit as st

from app_pages import session
from i18n import gettext as _
from layers.tour import Step, tour

_KEY: Final = "tour_of_the_map"
_FRAME: Final = 'iframe[title^="streamlit_folium"]'


def render() -> None:
    """Put the tour on the map page."""
    tour(steps(), key=_KEY, call=st.session_state.get(session.TOUR, ""))


def steps() -> tuple[Step, ...]:
    """Return the three stops: the map, what filters it, what can be done with cells."""
    return (
        Step(
            _("The map counts reports in cells"),
            _(
                "Each hexagon is a cell: the darker, the more. Move and zoom, and the cells get finer as you "
                "come closer. Point at a cell to see its figure, click it to read its reports."
            ),
            (_FRAME,),
            _(
                "Each hexagon is a cell: the darker, the more. Move and zoom, and the cells get finer as you "
                "come closer. Tap a cell to read its reports."
            ),
        ),
        Step(
            _("Filters, charts and map are one"),
            _(
                "Choose a period, kinds of problems or a status here, or click in a chart beside the map: "
                "all of them follow. Above the map stands what is active; there you take it off again."
            ),
            (
                '[data-testid="stSidebar"]',
                '[data-testid="stExpandSidebarButton"]',
                ".st-key-map_switch",
            ),
            _(
                "The filters open with the arrows at the top left. A tap in a chart below the map filters "
                "too: all of them follow. Above the map stands what is active; there you take it off again."
            ),
        ),
        Step(
            _("Choose cells, and keep what you found"),
            _(
                "Select several cells, and figures, lists and charts speak of these alone. Keep a selection "
                "or a whole view under a name in Saved, pass on its link, export it, or show it on a wall."
            ),
            (".st-key-map_keep", _FRAME),
        ),
    )


def help_button(*, on_the_map: bool, synthetic: bool) -> None:
    """Draw the button with the question mark: the tour, the glossary, the keys of the map."""
    with (
        st.popover(_("Help"), icon=":material/help:", key="help", type="tertiary"),
        st.container(key="help_panel", gap="small"),
    ):
        shown = st.button(_("Show me around"), key="show_tour", icon=":material/tour:", type="tertiary")
        st.page_link(
            "glossary.py",
            label=_("What the figures mean"),
            icon=":material/menu_book:",
            query_params=session.with_language({}),
        )
        if synthetic:
            st.page_link("imports.py", label=_("Import your own reports"), icon=":material/upload_file:")
        st.caption(
            _(
                "Keys of the map: arrows move it, + and - zoom, Enter chooses the cell in the middle, Escape "
                "lets it go, / finds a place."
            )
        )
    if shown:
        st.session_state[session.TOUR] = uuid4().hex
        if not on_the_map:
            st.switch_page("map.py", query_params=session.with_language({}))
