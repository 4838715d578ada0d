"""Card: two periods: which one the filter's own is compared with, and how the map shows both."""

from datetime import timedelta
from typing import Final

import streamlit as st

from app_pages import session
from app_pages.map_measure import Days, shown, wants_period
from app_pages.view import AGAINST, BESIDE, CUSTOM, View
from data.filters import Filter
from data.workspace import Workspace
from i18n import gettext as _

#: Periods that are offered where the filter has none.
_OFFERED: Final = ("30d", "90d", "365d")


def render(here: Workspace, view: View, where: Filter) -> None:
    """Draw the button that opens the card; `where` are the reports that the view means."""
    active = bool(view.against)
    with st.popover(
        _("Compare"), icon=":material/compare_arrows:", type="primary" if active else "secondary"
    ):
        _against(here, view, where)
        if view.against == CUSTOM:
            _own_days(view)
        if view.against:
            _beside(view)
        if other := shown(view, where).other:
            st.caption(days_words(where, other))


def days_words(where: Filter, other: Days) -> str:
    """Say which days are compared with which."""
    return _(
        "{first} to {last} against {other_first} to {other_last}",
        first=where.start,
        last=where.end,
        other_first=other[0],
        other_last=other[1],
    )


def against_words() -> dict[str, str]:
    """Return what a period can be compared with, in words."""
    return {
        "": _("Nothing"),
        "before": _("The period before"),
        "year": _("A year earlier, same weekdays"),
        CUSTOM: _("Days of my choice"),
    }


def _against(here: Workspace, view: View, where: Filter) -> None:
    words = against_words()
    known = here.cube.period()
    st.session_state[session.AGAINST] = view.against
    st.radio(
        _("Compare the period with"),
        AGAINST,
        key=session.AGAINST,
        format_func=words.__getitem__,
        on_change=_choose_against,
        args=(usual_days(known, where) if known else None,),
    )


def _choose_against(own: Days | None) -> None:
    view = session.current_view()
    chosen = st.session_state[session.AGAINST]
    session.show(
        view.but(against=chosen, against_days=view.against_days or own, look=view.look.without_edges())
    )


def _own_days(view: View) -> None:
    if view.against_days is None:
        return
    st.session_state[session.AGAINST_DAYS] = view.against_days
    st.date_input(
        _("Days to compare with"), key=session.AGAINST_DAYS, format="YYYY-MM-DD", on_change=_choose_days
    )


def usual_days(known: Days, where: Filter) -> Days:
    """Return the days that own ones begin with: as long, just before; at least one."""
    end = (where.start or known[1]) - timedelta(days=1)
    length = (where.end - where.start).days if where.start and where.end else 0
    return end - timedelta(days=length), end


def _choose_days() -> None:
    days = st.session_state[session.AGAINST_DAYS]
    if isinstance(days, tuple) and len(days) == 2:  # the second day may still be to come
        session.show(session.current_view().but(against_days=(days[0], days[1])))


def _beside(view: View) -> None:
    words = {BESIDE[0]: _("Map of the change"), BESIDE[1]: _("Side by side")}
    st.session_state[session.BESIDE_BY] = view.beside
    st.segmented_control(
        _("Show"),
        BESIDE,
        key=session.BESIDE_BY,
        format_func=words.__getitem__,
        required=True,
        on_change=_choose_beside,
    )


def _choose_beside() -> None:
    view = session.current_view()
    session.show(view.but(beside=st.session_state[session.BESIDE_BY], look=view.look.without_edges()))


def ask_for_period(view: View, where: Filter) -> None:
    """Offer periods to a view that compares but means reports of all times; else draw nothing."""
    if not wants_period(view, where):
        return
    words = {"30d": _("Last 30 days"), "90d": _("Last 90 days"), "365d": _("Last year")}
    row = st.container(key="compare_period", horizontal=True, gap="small", vertical_alignment="center")
    row.markdown(":material/date_range: " + _("A comparison needs a first and a last day."), width="content")
    for period in _OFFERED:
        chosen = view.but(period=period)
        row.button(words[period], key=f"compare_{period}", on_click=session.choose, args=(chosen,))
