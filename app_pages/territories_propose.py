"""Card: let territories be proposed: what it begins from, who is to have cells, what is to stay together."""

from typing import Final

import polars as pl
import streamlit as st

from app_pages import session
from app_pages.territories_words import moment_words, proposal_words
from app_pages.undisturbed import undisturbed
from data import territory_wishes
from data.clock import moment_of, now
from data.place_tables import kinds_there
from data.saved import MOST_LETTERS
from data.territories import Edition
from data.territory_ground import LINES
from data.territory_proposal import propose_territories
from data.territory_wishes import wishes
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import N_, current_locale, gettext, ngettext
from i18n import gettext as _

#: What a proposal can begin from.
_FORCE, _SHOWN, _ANEW = "force", "shown", "anew"
_BEGINS: Final = {
    _FORCE: N_("The territories in force: few cells change hands"),
    _SHOWN: N_("What the map shows: few cells change hands"),
    _ANEW: N_("Nothing: all is drawn anew"),
}
_LINE_WORDS: Final = {"railway": N_("Railways are barriers"), "water": N_("Rivers are barriers")}


def render(here: Workspace, shown: Edition | None) -> None:
    """Draw the button and what it asks."""
    with st.popover(
        _("Propose territories"),
        key=f"territories_ask_{shown.id if shown else 0}",  # what was made closes it: it would cover the map
        on_change="rerun",  # what was set on the map meanwhile stands in it
        icon=":material/auto_awesome:",
        type="primary" if shown is None else "secondary",
    ):
        actor = session.actor(here)
        teams = here.store.teams(actor=actor)
        begins = _begins(here, shown)
        st.radio(
            _("Begin from"),
            begins,
            key=session.TERRITORY_BEGIN,
            format_func=lambda name: gettext(_BEGINS[name]),
        )
        st.multiselect(
            _("Teams that are to have no cells"),
            [team.id for team in teams],
            key=session.TERRITORY_OUT,
            format_func=lambda number: _team_words(
                number, {team.id: team.label(current_locale()) for team in teams}
            ),
            placeholder=_("none: all teams have cells"),
        )
        _wanted(here)
        if st.button(_("Make a proposal"), key="territories_propose", type="primary", width="stretch"):
            _propose(here, shown)


def _begins(here: Workspace, shown: Edition | None) -> list[str]:
    in_force = here.store.edition_in_force(actor=session.actor(here))
    begins = [_ANEW]
    if shown is not None and (in_force is None or shown.id != in_force.id):
        begins.insert(0, _SHOWN)
    if in_force is not None:
        begins.insert(0, _FORCE)
    return begins


def _team_words(number: int, names: dict[int, str]) -> str:
    return f"{number} · {names.get(number, number)}"


def _wanted(here: Workspace) -> None:
    """Draw what is wanted of every proposal: it is kept, with pins and barriers."""
    wanted = wishes(here.store, actor=session.actor(here))
    there = kinds_there(here.store, actor=session.actor(here))
    st.session_state[session.TERRITORY_WHOLE] = wanted.whole
    st.checkbox(
        _("Compounds stay with one team"), key=session.TERRITORY_WHOLE, on_change=_keep_wanted, args=(here,)
    )
    for kind in LINES:
        if kind not in there:
            continue
        key = f"{session.TERRITORY_LINES}_{kind}"
        st.session_state[key] = kind in wanted.kinds
        st.checkbox(gettext(_LINE_WORDS[kind]), key=key, on_change=_keep_wanted, args=(here,))
    pins, lines = len(wanted.pins) + len(wanted.homes), len(wanted.drawn)
    words = [
        ngettext("{n} pin", "{n} pins", pins) if pins else _("no pins"),
        ngettext("{n} drawn barrier", "{n} drawn barriers", lines) if lines else _("no drawn barriers"),
    ]
    st.caption(_("Set on the map: {what}. They hold for every proposal.", what=", ".join(words)))


def _keep_wanted(here: Workspace) -> None:
    """Keep what was switched, whatever was pinned meanwhile: a switch stands for itself."""
    actor = session.actor(here)
    kinds = tuple(
        kind
        for kind in LINES
        if st.session_state.get(
            f"{session.TERRITORY_LINES}_{kind}", kind in wishes(here.store, actor=actor).kinds
        )
    )
    try:
        territory_wishes.change(
            here.store,
            actor=actor,
            version=wishes(here.store, actor=actor).version,
            whole=bool(st.session_state[session.TERRITORY_WHOLE]),
            kinds=kinds,
        )
    except GezhiError as error:
        st.toast(str(error), icon=":material/error:")


def _propose(here: Workspace, shown: Edition | None) -> None:
    """Make a proposal and keep it as a draft, which is shown then."""
    actor = session.actor(here)
    begin = st.session_state[session.TERRITORY_BEGIN]
    out = set(st.session_state[session.TERRITORY_OUT])
    previous: pl.DataFrame | None = None
    if begin != _ANEW:
        number = shown.id if begin == _SHOWN and shown is not None else None
        previous = here.store.territories(number, actor=actor)
    try:
        with st.spinner(_("Weighing the cells…")):
            teams = [team for team in here.store.teams(actor=actor) if team.id not in out]
            found = propose_territories(here.store, here.cube, teams=teams, previous=previous, actor=actor)
    except GezhiError as error:
        st.error(str(error), icon=":material/error:")
        return
    name = _("Proposal of {at}", at=moment_words(moment_of(now()), here.tz))[:MOST_LETTERS]

    def keep() -> None:
        made = here.store.draft_territories(name, found.frame, note=proposal_words(found), actor=actor)
        st.session_state[session.TERRITORY_SAID] = _("Kept as a draft: {name}", name=made.name)
        _show(made.id)

    undisturbed(keep)
    st.rerun()


def _show(number: int) -> None:
    """Show an edition from the next run on; the widget of this run is drawn already."""
    st.session_state.pop(session.TERRITORY_EDITION, None)
    st.query_params["edition"] = str(number)
