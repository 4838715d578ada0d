"""Card: supervision: a day as it stands, which looks anew by itself, and where nobody was for how long."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from app_pages import session, wall, watch_map, watch_tables
from app_pages.markdown import plain
from data import coverage
from data.categories import labels
from data.city_days import day_span
from data.city_days import today as city_today
from data.coverage import Ground
from data.filters import Filter
from data.visit_counts import visit_days
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import current_locale, ngettext
from i18n import gettext as _

#: Lengths of the period that coverage is counted over, the usual one first.
_SPANS: Final = (28, 14, 7)
#: So much of what was done last is listed.
_LISTED: Final = 12


def render(here: Workspace) -> None:
    """Draw the day, then coverage."""
    ground = Ground.of(here.store.territories(actor=session.actor(here)))
    if not len(ground.cells):
        st.info(
            _("No territories are in force, so no cell is any team's. Publish some in the part Territories."),
            icon=":material/hexagon:",
        )
        return
    today = city_today(here.tz)
    day = _choose_day(today)
    st.fragment(_day, run_every=wall.every_s() if day == today else None)(here, day, live=day == today)
    _coverage(here, ground, today)


def _choose_day(today: date) -> date:
    if session.WATCH_DAY not in st.session_state:
        st.session_state[session.WATCH_DAY] = today
    day: date = st.date_input(_("Day"), key=session.WATCH_DAY, max_value=today, width=200)
    return day


def _day(here: Workspace, day: date, *, live: bool) -> None:
    """Draw a day; a fault leaves a word in its place until the next look."""
    session.speak()
    session.run_again()
    if live and city_today(here.tz) != day:  # midnight has come
        st.session_state.pop(session.WATCH_DAY, None)
        st.rerun()
    try:
        here.cube.refresh()
        _draw_day(here, day)
    except GezhiError as error:
        st.error(
            _("Not up to date: {why} It is tried again by itself.", why=plain(error)),
            icon=":material/sync_problem:",
        )


def _draw_day(here: Workspace, day: date) -> None:
    actor, zone, now = session.actor(here), ZoneInfo(here.tz), datetime.now(UTC)
    ground = Ground.of(here.store.territories(actor=actor))
    since, until = day_span(here.tz, day)
    done = here.store.on_site(since, until=until, actor=actor)
    rows = coverage.team_day(here.cube, ground, day, done, now=now, actor=actor)
    teams = _teams(here)
    _figures(rows, day, now.astimezone(zone))
    known = coverage.last_known(here.cube, city_today(here.tz))
    if day > known and done.is_empty():
        _nothing_yet(known)
    if done.height:
        st.markdown("###### " + _("Done on site, the latest first"))
        there = pl.Series("there", ground.team_at(done["cell"].fill_null(0).to_numpy()), dtype=pl.Int64)
        latest = done.with_columns(there).with_columns(team=pl.coalesce("team_id", "there"))
        latest = latest.sort("at", "seq", descending=True).head(_LISTED)
        names = labels(here.store.categories(actor=actor), current_locale())
        st.html(watch_tables.done_list(latest, teams, names, zone))
    st.html(watch_tables.day_table(rows, teams, zone))
    st.caption(
        _(
            "Done on site: what teams answer, and what anybody says was fixed or verified. A cell was "
            "visited when something was done in it, or when the log of visits says that at least half of it "
            "was gone over. Only what was done has a place: where people are is not kept."
        )
    )


def _figures(rows: pl.DataFrame, day: date, now: datetime) -> None:
    total = rows.sum()
    active = rows.filter((pl.col("answers") > 0) & (pl.col("team_id") != coverage.NOBODYS)).height
    of_teams = rows.filter(pl.col("cells") > 0).height
    figures = {
        _("Reported"): f"{total['reported'][0] or 0:,}",
        _("Closed"): f"{total['closed'][0] or 0:,}",
        _("Done on site"): f"{total['answers'][0] or 0:,}",
        _("Teams that did something"): _("{n} of {all}", n=active, all=of_teams),
        _("Cells visited"): _(
            "{n} of {all}", n=f"{total['visited'][0] or 0:,}", all=f"{total['cells'][0] or 0:,}"
        ),
        _("Overdue now"): f"{total['overdue'][0] or 0:,}",
    }
    with st.container(key="watch_facts", horizontal=True, gap="medium"):
        for name, figure in figures.items():
            st.metric(name, figure, width="content")
    if day == now.date():
        st.caption(
            _("As of {moment}; it looks anew every {n} seconds.", moment=f"{now:%H:%M:%S}", n=wall.every_s())
        )


def _nothing_yet(known: date) -> None:
    row = st.container(horizontal=True, vertical_alignment="center")
    row.markdown(
        _("Nothing of this day is known yet; the last that is: {day}.", day=known.isoformat()),
        width="content",
    )
    row.button(_("Show that day"), key="watch_known", on_click=_show, args=(known,))


def _show(day: date) -> None:
    st.session_state[session.WATCH_DAY] = day
    st.session_state[session.AGAIN] = True


def _coverage(here: Workspace, ground: Ground, today: date) -> None:
    st.markdown("##### " + _("Where was nobody, and how long do reports wait?"))
    if session.WATCH_SPAN not in st.session_state:
        st.session_state[session.WATCH_SPAN] = _SPANS[0]
    chosen = st.segmented_control(
        _("Days that are counted"),
        _SPANS,
        key=session.WATCH_SPAN,
        format_func=lambda n: ngettext("{n} day", "{n} days", n),
        required=True,
        label_visibility="collapsed",
        width="content",
    )
    days = chosen or _SPANS[0]
    actor = session.actor(here)
    last = coverage.last_known(here.cube, today)
    first = last - timedelta(days=days - 1)
    covered = coverage.cell_coverage(here.cube, ground, first, last, actor=actor)
    waits = coverage.first_visits(here.cube, ground, first, last, now=datetime.now(UTC), actor=actor)
    never = covered.filter(pl.col("days") == 0).height
    st.caption(
        _(
            "{first} – {last}: {seen} of {all} cells were visited, in {never} nobody was.",
            first=first.isoformat(),
            last=last.isoformat(),
            seen=f"{covered.height - never:,}",
            all=f"{covered.height:,}",
            never=f"{never:,}",
        )
        + " "
        + _log_words(here)
    )
    left, right = st.columns((4, 5), gap="medium")
    with left:
        watch_map.render(here, covered, last, days)
    with right:
        by_team = coverage.team_coverage(covered, waits, first, last)
        st.html(watch_tables.coverage_table(by_team, _teams(here), days))
        _about_waits(waits)


def _log_words(here: Workspace) -> str:
    known = visit_days(here.cube, Filter())
    if known is None:
        return _("There is no log of visits: only what was done on site counts.")
    return _("The log of visits goes up to {day}.", day=known[1].isoformat())


def _about_waits(waits: pl.DataFrame) -> None:
    total, shut = waits.height, waits.filter(pl.col("by_closing")).height
    words = _(
        "Time to first visit: from the report to the first thing done on site, of the reports of these days; "
        "those still waiting count by how long they have waited so far. Teams are those of the territories "
        "in force now."
    )
    if shut:
        words += " " + _(
            "Of {n} of {all} reports only the closing is known, which then stands for the visit.",
            n=f"{shut:,}",
            all=f"{total:,}",
        )
    st.caption(words)


def _teams(here: Workspace) -> dict[int, str]:
    locale = current_locale()
    teams = here.store.teams(actor=session.actor(here), retired=True)
    return {team.id: team.label(locale) for team in teams}
