"""Card: the teams themselves: added by name, renamed, given a unit and a start, retired and taken back."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from api.search import gazetteer
from app_pages import session
from app_pages.case_facts import unit_label
from app_pages.markdown import plain
from data.rights import has
from data.saved import MOST_LETTERS
from data.team_starts import place_named
from data.teams import NO_PLACE, NO_UNIT, Team
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import current_locale, ngettext
from i18n import gettext as _


def first_teams(here: Workspace) -> None:
    """Say that there are no teams, and draw the form that adds some."""
    st.info(_("There are no field teams yet: add them by their names."), icon=":material/groups:")
    said()
    if has(session.actor(here), "rules"):
        with st.container(key="first_teams", width=560):
            _names(here)
        _retired(here)


def said() -> None:
    """Say once what was just done with a team."""
    kind, words = st.session_state.pop(session.ROSTER_SAID, ("", ""))
    if kind == "success":
        st.success(plain(words), icon=":material/check_circle:")
    elif kind:
        st.error(plain(words), icon=":material/error:")


def render(here: Workspace, team: Team) -> None:
    """Draw the ways to change a team and to add others, as two popovers; nothing for who may not."""
    if not has(session.actor(here), "rules"):
        return
    # What is kept closes them: they begin anew with each version of a team, and with each team.
    mark = f"{team.id}_{team.version}"
    with st.popover(_("Edit this team"), key=f"edit_team_{mark}", icon=":material/edit:"):
        _change(here, team)
    with st.popover(_("Add teams"), key=f"add_teams_{mark}", icon=":material/group_add:"):
        _names(here)
        _retired(here)


def _names(here: Workspace) -> None:
    st.text_area(
        _("Names of the new teams, one on each line"),
        key=session.ROSTER_NAMES,
        placeholder=_("Such as:\nStation Street team\nOld Town team"),
        height=120,
    )
    st.button(
        _("Add these teams"),
        key="roster_add",
        type="primary",
        icon=":material/group_add:",
        on_click=_add,
        args=(here,),
    )


def _add(here: Workspace) -> None:
    """Add a team for each line; the lines that cannot be taken stay in the field, the others do not."""
    lines = str(st.session_state.get(session.ROSTER_NAMES, "")).splitlines()
    wanted = [line.strip() for line in lines if line.strip()]
    if not wanted:
        st.session_state[session.ROSTER_SAID] = ("error", _("Write the name of a team first."))
        return
    added = 0
    try:
        while wanted:
            team = here.store.add_team(wanted[0], actor=session.actor(here))
            added += 1
            del wanted[0]
            st.session_state[session.LINK_TEAM] = team.id
    except GezhiError as error:
        st.session_state[session.ROSTER_SAID] = ("error", str(error))
    else:
        words = ngettext(
            "{n} team was added. Propose territories to give it cells.",
            "{n} teams were added. Propose territories to give them cells.",
            added,
        )
        st.session_state[session.ROSTER_SAID] = ("success", words)
    st.session_state[session.ROSTER_NAMES] = "\n".join(wanted)


def _change(here: Workspace, team: Team) -> None:
    """Draw the fields of a team; they begin anew with each version of it."""
    mark = f"{team.id}_{team.version}"
    with st.form(f"team_{mark}", border=False):
        name = st.text_input(_("Name"), value=team.name, key=f"team_name_{mark}", max_chars=MOST_LETTERS)
        en = st.text_input(_("English name"), value=team.en, key=f"team_en_{mark}", max_chars=MOST_LETTERS)
        units = [NO_UNIT, *here.store.units(actor=session.actor(here))]
        unit = st.selectbox(
            _("Works for"),
            units,
            index=units.index(team.unit) if team.unit in units else 0,
            key=f"team_unit_{mark}",
            format_func=lambda one: unit_label(here, one) if one else _("no unit"),
        )
        start = st.text_input(
            _("Starts from"),
            value=_start_name(here, team),
            key=f"team_start_{mark}",
            help=_("The name of a street, compound or area; left empty, the middle of its cells."),
        )
        keep = st.form_submit_button(_("Keep"), type="primary", key=f"team_keep_{mark}", width="stretch")
    if keep:
        _try(lambda: _keep(here, team, name=name, en=en, unit=unit, start=start))
    st.caption(_("A team can retire once its cells are others'. Its links open nothing then."))
    if st.button(_("Retire this team"), key=f"team_retire_{mark}", icon=":material/group_off:"):
        _try(lambda: _set_retired(here, team, retired=True))


def _keep(here: Workspace, team: Team, *, name: str, en: str, unit: str, start: str) -> str:
    place = None
    if start.strip() != _start_name(here, team):
        place = place_named(gazetteer(here), start).place_id if start.strip() else NO_PLACE
    changed = here.store.change_team(
        team.id,
        actor=session.actor(here),
        version=team.version,
        name=name,
        en=en.strip(),
        unit=unit,
        place_id=place,
    )
    where, called = _start_name(here, changed), changed.label(current_locale())
    if where:
        return _("Kept: {name}, starts from {place}.", name=called, place=where)
    return _("Kept: {name}.", name=called)


def _retired(here: Workspace) -> None:
    """List the teams that have retired, each with the way back."""
    gone = [
        team
        for team in here.store.teams(actor=session.actor(here), retired=True)
        if team.retired_at is not None
    ]
    if gone:
        st.caption(_("Retired"))
    for team in gone:
        words = _("Take back {name}", name=team.label(current_locale()))
        if st.button(plain(words), key=f"team_back_{team.id}", type="tertiary", icon=":material/undo:"):
            _try(partial(_set_retired, here, team, retired=False))


def _set_retired(here: Workspace, team: Team, *, retired: bool) -> str:
    here.store.change_team(team.id, actor=session.actor(here), version=team.version, retired=retired)
    if retired:
        return _("{name} has retired. What it did is kept.", name=team.label(current_locale()))
    return _("{name} is back.", name=team.label(current_locale()))


def _start_name(here: Workspace, team: Team) -> str:
    if team.place_id is None:
        return ""
    return here.store.place(team.place_id, actor=session.actor(here)).name or ""


def _try(work: Callable[[], str]) -> None:
    """Do it and draw the page anew: what became of it, or what stands against it, is said above the teams."""
    try:
        st.session_state[session.ROSTER_SAID] = ("success", work())
    except GezhiError as error:
        st.session_state[session.ROSTER_SAID] = ("error", str(error))
    st.rerun()
