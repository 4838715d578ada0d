"""Card: where patrols look and where nobody does, and which hot spots move with them."""

from datetime import date, timedelta
from html import escape
from typing import Final

import altair as alt
import numpy as np
import polars as pl
import streamlit as st

from app_pages import empty, filters, session, visits_upload
from app_pages.charts import by_week
from app_pages.glossary import meaning
from app_pages.hot_list import name_words
from data.filters import Filter
from data.hot_blind import hot_blind
from data.hot_cells import HotAsked, HotCells
from data.hot_groups import HotGroup, hot_groups
from data.patrol_sources import patrol_sources, set_patrol_sources
from data.patrol_warning import group_warning, moved_cells
from data.visit_counts import looked_at, visit_days, visits_by_week
from data.workspace import Workspace
from geo import cells, effort
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import ngettext, sentences

#: Spots that are listed; the map shows all of them.
_LISTED: Final = 8
_FEWEST_WEEKS: Final = 2


def render(here: Workspace) -> None:
    """Draw what is known of visits; without any, what a file of them looks like and where it goes."""
    visits_upload.said(here)
    if visit_days(here.cube, Filter()) is None:
        _nothing(here)
        return
    view = session.current_view()
    where = filters.meant_on_map(here, view)
    if not here.cube.total(where):
        empty.nothing_passes("clear_from_patrols")
        return
    asked = view.but(hot="blind").hot_asked(where)
    days = visit_days(here.cube, where)
    if days is None:
        _other_days(here)
        return
    found = hot_blind(here.cube, asked)
    if not found.note:
        _figures(found)
    st.caption(_since(here, days, where))
    left, right = st.columns(2, gap="large")
    with left:
        _weeks(visits_by_week(here.cube, where), days)
        _blind(here, asked, found)
    with right:
        _moved(here, asked)
        _feeds(here)
    with st.expander(_("More visits"), icon=":material/upload_file:"):
        visits_upload.render(here)


def _nothing(here: Workspace) -> None:
    """Say why the card is empty, and what a file of visits is."""
    st.info(
        _(
            "No visits are known yet. With a log of patrols and inspections this shows where nobody looks, "
            "which hot spots there are only because of more patrols, and reports for each visit on the map."
        ),
        icon=":material/directions_walk:",
    )
    visits_upload.render(here)


def _other_days(here: Workspace) -> None:
    known = visit_days(here.cube, Filter())
    if known is not None:
        first, last = (day.isoformat() for day in known)
        st.info(
            _("Visits are known from {first} to {last} alone.", first=first, last=last),
            icon=":material/date_range:",
        )
        st.button(_("All time"), key="patrols_all_time", icon=":material/date_range:", on_click=_all_time)


def _all_time() -> None:
    view = session.current_view()
    session.choose(view.but(period="all", where=view.where.but(start=None, end=None)))


def _figures(found: HotCells) -> None:
    counts = dict(zip(found.classes, np.bincount(found.codes, minlength=len(found.classes)), strict=True))
    row = st.container(horizontal=True, gap="large")
    row.metric(_("Cells looked at"), f"{counts['seen']:,}", width="content")
    row.metric(_("Cells seldom looked at"), f"{counts['seldom']:,}", width="content", help=_seldom_words())
    row.metric(_("Blind cells"), f"{counts['blind']:,}", width="content", help=_blind_words())
    usual = effort.usual_visits(np.nan_to_num(found.figures))
    row.metric(_("Visits of the usual cell"), f"{usual:,.0f}", width="content")


def _seldom_words() -> str:
    return _("Less than a third as often as the usual cell.")


def _blind_words() -> str:
    return _("Less than a twentieth as often as the usual cell, and no patrol reported anything there.")


def _since(here: Workspace, days: tuple[date, date], where: Filter) -> str:
    first, last = days
    words = _("Visits from {first} to {last}.", first=first, last=last)
    known = looked_at(here.cube, where)
    left = here.cube.total(where) - (here.cube.total(known) if known else 0)
    if left:
        out = ngettext(
            "{n} report of other days is left out.", "{n} reports of other days are left out.", left
        ).replace(str(left), f"{left:,}")
        words = sentences([words, out])
    return words


def _weeks(weeks: pl.DataFrame, days: tuple[date, date]) -> None:
    """Draw the whole weeks."""
    st.markdown("###### " + _("Visits week by week"))
    first, last = days
    weeks = weeks.filter(pl.col("week").is_between(first, last - timedelta(days=6)))
    if weeks.height < _FEWEST_WEEKS:
        st.caption(_("Fewer than {n} whole weeks.", n=_FEWEST_WEEKS))
    else:
        chart: alt.Chart = by_week(weeks, _("Visits"))
        st.altair_chart(chart, width="stretch")


def _blind(here: Workspace, asked: HotAsked, found: HotCells) -> None:
    st.markdown("###### " + _("Where nobody looks"))
    if found.note:
        st.info(
            _("There are too few visits in these days to tell a blind cell from chance. Choose more days."),
            icon=":material/hourglass_empty:",
        )
        return
    groups = hot_groups(found, only="blind")
    if not groups:
        st.success(_("Every cell is looked at."), icon=":material/check_circle:")
        return
    st.caption(meaning("hot_blind"))
    groups = sorted(groups, key=lambda group: -group.n)
    st.html("".join(_line(here, asked, group, _blind_about(group)) for group in groups[:_LISTED]))
    _all_on_map(groups, session.map_link(show="hot", hot="blind"))


def _blind_about(group: HotGroup) -> str:
    """Say of a blind spot what is known of it: residents' reports are all there is."""
    if not group.n:
        return _("Nobody looked and nobody reported: nothing is known of it.")
    return ngettext(
        "{n} report by others: somebody should go and look.",
        "{n} reports by others: somebody should go and look.",
        group.n,
    )


def _moved(here: Workspace, asked: HotAsked) -> None:
    st.markdown("###### " + _("Moves with the patrols"))
    found = moved_cells(here.cube, asked)
    if found.note:
        weeks = 2 * effort.FEWEST_STEPS
        st.info(
            _("To tell this takes {n} whole weeks with visits and reports of patrols.", n=weeks),
            icon=":material/hourglass_empty:",
        )
        return
    groups = hot_groups(found)
    if not groups:
        st.success(
            _("No reports rose or fell with the patrols' visits alone."), icon=":material/check_circle:"
        )
        return
    st.caption(meaning("hot_patrols"))
    groups = sorted(groups, key=lambda group: -len(group.cells))
    lines = [
        _line(here, asked, group, group_warning(here.cube, group.cells, asked)) for group in groups[:_LISTED]
    ]
    st.html("".join(lines))
    _all_on_map(groups, session.map_link(show="hot", hot="classes", per="visit"))


def _line(here: Workspace, asked: HotAsked, group: HotGroup, words: str) -> str:
    """Write a spot as HTML: where it lies, which leads to the map, how large it is and what it is about."""
    text = str(cells.to_text([group.strongest])[0])
    hot = "blind" if group.family == "blind" else "classes"
    link = session.map_link(show="hot", hot=hot, cell=text)
    name = name_words(here, asked.where, group)
    size = ngettext("{n} cell", "{n} cells", len(group.cells))
    return (
        f'<p class="gz-hot-spot"><a href="{escape(link)}" target="_self"><strong>{escape(name)}</strong></a> '
        f"<small>{escape(size)}</small><br>{escape(words)}</p>"
    )


def _all_on_map(groups: list[HotGroup], link: str) -> None:
    left = len(groups) - _LISTED
    more = ngettext("{n} more", "{n} more", left) + " · " if left > 0 else ""
    on_map = escape(_("On the map"))
    way = f'<a href="{escape(link)}" target="_self">{on_map}</a>'
    st.html(f'<small class="gz-all-on-map">{escape(more)}{way}</small>')


def _feeds(here: Workspace) -> None:
    """Let somebody say which feeds are the patrols' own: their reports rise with the visits."""
    there = here.cube.sources()
    if len(there) < 2:
        return
    st.session_state[session.PATROL_SOURCES] = list(patrol_sources(here.cube))
    st.multiselect(
        _("Reports of these sources are made by patrols"),
        there,
        key=session.PATROL_SOURCES,
        format_func=_,
        on_change=_keep_feeds,
        args=(here,),
        placeholder=_("none: all reports are taken as theirs"),
    )


def _keep_feeds(here: Workspace) -> None:
    try:
        set_patrol_sources(here.store, st.session_state[session.PATROL_SOURCES], actor=session.actor(here))
    except GezhiError as error:
        st.toast(str(error), icon=":material/error:")
