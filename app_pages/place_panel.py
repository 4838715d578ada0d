"""Card: the place that was clicked on the map."""

import streamlit as st

from app_pages import charts, empty, session
from app_pages.figures import labelled_mix
from app_pages.markdown import plain
from app_pages.place_words import area_name, missing_words, place_name, rate_words, size_words
from app_pages.view import View
from data import place_kinds
from data.filters import Filter
from data.periods import period_before
from data.place_counts import filter_for
from data.place_profile import Profile, profile
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _

_FIGURE_PX = 132


def render(workspace: Workspace, view: View, where: Filter) -> None:
    """Draw the place's figures, its mix and its weekly curve, with the way to its page."""
    try:
        found = profile(
            workspace.cube, view.at or 0, where, period_before(where), actor=session.actor(workspace)
        )
    except GezhiError as error:
        _close_row("")
        st.error(plain(error), icon=":material/error:")
        return
    _close_row(place_name(found.row))
    about = [place_kinds.label(found.kind), area_name(found.row), size_words(found.row)]
    st.caption(plain(" · ".join(part for part in about if part)))
    _figures(found)
    st.page_link(
        "place.py",
        label=_("All about this place"),
        icon=":material/location_city:",
        query_params=session.with_language(session.filters_in_address() | {"id": str(found.id)}),
    )
    if not found.n:
        empty.nothing_passes("clear_from_place", _("No report in this place passes the filters."))
        return
    own = filter_for(where, found.id, found.kind)
    charts.mix(labelled_mix(workspace, own), most=5)
    charts.over_time(workspace.cube, own)


def _close_row(name: str) -> None:
    row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    row.markdown(f"##### {plain(name)}", width="content")
    row.button(
        _("Close"), icon=":material/close:", key="close_place", on_click=_close, help=_("Back to the map")
    )


def _close() -> None:
    session.show(session.current_view().but(at=None))


def _figures(found: Profile) -> None:
    row = st.container(horizontal=True, gap="medium")
    row.metric(_("Reports"), f"{found.n:,}", width=_FIGURE_PX)
    row.metric(_("Open"), f"{found.open:,}", width=_FIGURE_PX)
    row.metric(_("Overdue"), f"{found.late:,}", width=_FIGURE_PX)
    words = found.measure.words
    if found.row["rate"] is None:
        row.metric(words[:1].upper() + words[1:], "–", help=missing_words(found.measure), width=_FIGURE_PX)
        return
    between = _(
        "95 % interval {low} to {high}", low=rate_words(found.row["low"]), high=rate_words(found.row["high"])
    )
    row.metric(
        words[:1].upper() + words[1:], rate_words(found.row["rate"]), help=between, width=_FIGURE_PX + 30
    )
