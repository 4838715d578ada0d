"""What the buttons of a rota do; each says what was done, or why it could not be."""

from collections.abc import Callable, Collection

import polars as pl
import streamlit as st

from app_pages import session
from app_pages.markdown import plain
from app_pages.rota_board import Board
from data import rota_plan
from data.rotas import DUTIES, Rota
from data.workspace import Workspace
from geo.errors import GezhiError, TeamError
from i18n import gettext as _


def said() -> None:
    """Draw the word on what was done last."""
    word: tuple[str, bool] | None = st.session_state.pop(session.ROTA_SAID, None)
    if word is None:
        return
    if word[1]:
        st.warning(plain(word[0]), icon=":material/sync_problem:")
    else:
        st.success(plain(word[0]), icon=":material/check_circle:")


def propose(here: Workspace, board: Board) -> None:
    """Make a draft for the day, or propose anew in the one that is there; what was chosen by hand stays."""
    excused = st.session_state.get(session.ROTA_EXCUSED)
    why = str(st.session_state.get(session.ROTA_WHY, "")).strip()

    def act() -> str:
        draft = board.rota if board.rota is not None and board.rota.state == "draft" else None
        if draft is not None:
            excuses = _excuses(board.duties)
            chosen = board.duties.filter(pl.col("by_hand") & pl.col("place_id").is_not_null())
            by_hand = dict(chosen.select("team_id", "place_id").iter_rows())
        else:
            excuses, by_hand = dict.fromkeys(excused or (), why), {}
        needs = rota_plan.needs(here.cube, board.places, board.day, today=board.today)
        duties = rota_plan.proposed(
            needs,
            board.there,
            board.turns,
            excuses=excuses,
            by_hand={team: place for team, place in by_hand.items() if place in board.places},
            seed=board.day.toordinal(),
        )
        actor = session.actor(here)
        if draft is None:
            here.store.draft_rota(board.day, duties, needs, actor=actor)
            return _("A draft is made. Nobody goes by it until it is published.")
        here.store.change_rota(draft.id, actor=actor, version=draft.version, duties=duties, needs=needs)
        return _("Proposed anew from the cases of now; what was chosen by hand stayed.")

    _attempt(act)


def move(here: Workspace, board: Board, rota: Rota) -> None:
    """Send the chosen team to the chosen compound, or excuse it."""
    team, place = st.session_state.get(session.ROTA_TEAM), st.session_state.get(session.ROTA_PLACE)
    why = str(st.session_state.get(session.ROTA_WHY, "")).strip()

    def act() -> str:
        if team is None:
            raise TeamError(_("Choose a team first."))
        duties = board.moved(team, place or None, why).select(list(DUTIES))
        here.store.change_rota(rota.id, actor=session.actor(here), version=rota.version, duties=duties)
        name = board.teams.get(team, str(team))
        if not place:
            return _("'{team}' is excused", team=name)
        return _("'{team}' goes to '{place}'", team=name, place=board.places.get(place, str(place)))

    _attempt(act)


def publish(here: Workspace, board: Board, rota: Rota) -> None:
    """Publish the draft."""

    def act() -> str:
        replaces = board.held.id if board.held else None
        here.store.publish_rota(rota.id, actor=session.actor(here), version=rota.version, replaces=replaces)
        return _("The rota of {day} is published", day=rota.day)

    _attempt(act)


def drop(here: Workspace, rota: Rota) -> None:
    """Give the draft up."""

    def act() -> str:
        here.store.drop_rota(rota.id, actor=session.actor(here), version=rota.version)
        return _("The draft is given up")

    _attempt(act)


def copy(here: Workspace, board: Board, rota: Rota) -> None:
    """Make a draft of what was published, to change it."""

    def act() -> str:
        duties = board.duties.filter(pl.col("team_id").is_in(list(board.there))).select(list(DUTIES))
        here.store.draft_rota(rota.day, duties, board.amounts, note=rota.note, actor=session.actor(here))
        return _("A draft is made of it. The published rota holds until this one is published.")

    _attempt(act)


def attend(here: Workspace, rota: Rota, sent: Collection[int]) -> None:
    """Note who came: the marked teams did, the others that were sent did not."""
    marked = set(st.session_state.get(session.ROTA_CAME) or ())

    def act() -> str:
        came: dict[int, bool | None] = {team: team in marked for team in sent}
        here.store.note_attendance(rota.id, came, actor=session.actor(here), version=rota.version)
        return _("Noted: {n} of {all} teams came", n=len(marked & set(sent)), all=len(sent))

    _attempt(act)


def _excuses(duties: pl.DataFrame) -> dict[int, str]:
    nowhere = duties.filter(pl.col("place_id").is_null())
    return dict(nowhere.select("team_id", "excuse").iter_rows())


def _attempt(act: Callable[[], str]) -> None:
    try:
        st.session_state[session.ROTA_SAID] = (act(), False)
    except GezhiError as error:
        st.session_state[session.ROTA_SAID] = (str(error), True)
    for key in (session.ROTA_TEAM, session.ROTA_PLACE, session.ROTA_WHY, session.ROTA_CAME):
        st.session_state.pop(key, None)
