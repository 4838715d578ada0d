"""Card: what waits to be dispatched: how many to whom, how old, and the button that sends them."""

from datetime import date, datetime, timedelta
from typing import Final

import polars as pl
import streamlit as st

from app_pages import dispatch_run, session
from app_pages.case_choice import CaseChoice
from app_pages.case_facts import unit_label
from app_pages.dispatch_tables import counts
from app_pages.markdown import plain
from app_pages.routing_card import rules_text
from data import dispatch_words
from data.city_days import day_span
from data.city_days import today as city_today
from data.waiting_cases import Waiting
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import current_locale, ngettext
from i18n import gettext as _

#: How old a report may be, in days; 0 is as old as it will, and what a day says that is chosen.
_AGES: Final = (0, 7, 30, 90, 365)
_OWN_DAY: Final = -1


def render(here: Workspace, choice: CaseChoice) -> None:
    """Draw the two choices, then what they come to; a word and ways on where nothing waits."""
    row = st.container(key="dispatch_choices", horizontal=True, vertical_alignment="bottom")
    to = _unit(here, row)
    try:
        found = _waiting(here, choice, to)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        return
    if found.cases.is_empty():
        _nothing(found)
        return
    found = _aged(here, found, row)
    st.markdown(f"###### {dispatch_words.heading(found)}")
    st.markdown("\n".join(f"- {plain(words)}" for words in dispatch_words.lines(found, here.tz)))
    _tables(here, found)
    n = found.ready.height
    if not n:
        st.caption(_("Choose a unit above, or change the rules below."))
        return
    st.button(
        ngettext("Accept and dispatch {n:,} case", "Accept and dispatch all {n:,} cases", n),
        key="dispatch_all",
        type="primary",
        icon=":material/send:",
        on_click=dispatch_run.begin,
        args=(found.cases, to),
    )


def _waiting(here: Workspace, choice: CaseChoice, to: str | None) -> Waiting:
    """Return what waits; looked up anew after something has happened in the store or its rules."""
    actor = session.actor(here)
    edition = here.store.edition_in_force(actor=actor)
    state = (here.store.last_seq(actor=actor), rules_text(here), edition.id if edition else None)
    mark = (here.store.url, *state, choice, to)
    kept = st.session_state.get(session.DISPATCH_FOUND)
    if kept and kept[0] == mark:
        known: Waiting = kept[1]
        return known
    found = here.store.waiting_cases(actor=actor, to=to, **choice.asked)
    st.session_state[session.DISPATCH_FOUND] = (mark, found)
    return found


def _unit(here: Workspace, row: st.delta_generator.DeltaGenerator) -> str | None:
    names: list[str | None] = [None, *here.store.units(actor=session.actor(here))]
    chosen: str | None = row.selectbox(
        _("To which unit"),
        names,
        key=session.DISPATCH_UNIT,
        format_func=lambda name: unit_label(here, name) if name else _("Each by the rules"),
        width=300,
    )
    return chosen


def _aged(here: Workspace, found: Waiting, row: st.delta_generator.DeltaGenerator) -> Waiting:
    """Draw how old a report may be, and leave out what is older."""
    today = city_today(here.tz)
    begins = {days: _begins(here.tz, today - timedelta(days=days)) for days in _AGES if days}
    n = {
        days: int(found.cases.select((pl.col("reported_at") >= at).sum()).item())
        for days, at in begins.items()
    }

    def words(days: int) -> str:
        if days == _OWN_DAY:
            return _("Since a day …")
        if not days:
            return _("However old · {n:,}", n=found.cases.height)
        last = ngettext("The last {n} day", "The last {n} days", days)
        return f"{last} · {n[days]:,}"

    age = row.selectbox(
        _("How old at most"), (*_AGES, _OWN_DAY), key=session.DISPATCH_AGE, format_func=words, width=260
    )
    if age == _OWN_DAY:
        day: date | None = row.date_input(
            _("Since"), value=None, max_value=today, key=session.DISPATCH_DAY, width=200
        )
        return found if day is None else found.since(_begins(here.tz, day))
    return found.since(begins[age]) if age else found


def _begins(tz: str, day: date) -> datetime:
    return day_span(tz, day)[0]


def _tables(here: Workspace, found: Waiting) -> None:
    teams = {
        team.id: team.label(current_locale())
        for team in here.store.teams(actor=session.actor(here), retired=True)
    }
    left, right = st.columns(2, gap="large")
    with left:
        counts(_("Unit"), [(unit_label(here, unit), n) for unit, n in found.by("unit").iter_rows()])
    if teams:
        with right:
            rows = found.by("team_id").iter_rows()
            nobody = _("in nobody's cells")
            counts(_("Team"), [(nobody if one is None else teams.get(one, str(one)), n) for one, n in rows])


def _nothing(found: Waiting) -> None:
    st.success(_("No case waits to be dispatched."), icon=":material/task_alt:")
    st.markdown("\n".join(f"- {words}" for words in dispatch_words.lines(found, "UTC")))
    row = st.container(horizontal=True)
    row.page_link("imports.py", label=_("Import a file"), icon=":material/upload_file:")
    row.page_link("teams.py", label=_("Teams"), icon=":material/groups:")
