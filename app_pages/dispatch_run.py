"""The dispatch of many cases itself: begun by a button, seen by a bar, and taken back the same way."""

from typing import Any

import polars as pl
import streamlit as st

from app_pages import session
from data.dispatching import Dispatched, TakenBack
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _


def done() -> Dispatched | None:
    """Return what this session has dispatched and not put away yet."""
    found: Dispatched | None = st.session_state.get(session.DISPATCHED)
    return found


def begin(cases: pl.DataFrame, unit: str | None) -> None:
    """Have the next run of the page dispatch the cases that were looked at; for a button."""
    before = done()
    put_away()
    if before is not None:  # what was refused before is tried anew, what went can still be taken back
        st.session_state[session.DISPATCHED] = Dispatched(before.done)
    st.session_state[session.DISPATCH_ASKED] = (cases, unit)


def begin_back() -> None:
    """Have the next run of the page take back what was dispatched; for a button."""
    st.session_state[session.DISPATCH_BACK] = str(st.session_state.get(session.DISPATCH_WHY, ""))


def put_away() -> None:
    """Forget what was done, which stays done; for a button."""
    for key in (session.DISPATCHED, session.DISPATCH_TAKEN, session.DISPATCH_FAULT):
        st.session_state.pop(key, None)


def go_on(here: Workspace) -> None:
    """Do what a button has asked for, and draw the page anew.

    What is done is kept with each transaction: a page that is left meanwhile knows how far it came.
    """
    asked = st.session_state.pop(session.DISPATCH_ASKED, None)
    reason = st.session_state.pop(session.DISPATCH_BACK, None)
    if asked is None and reason is None:
        return
    try:
        if asked is not None:
            _dispatch(here, *asked)
        else:
            _take_back(here, reason)
    except GezhiError as error:
        st.session_state[session.DISPATCH_FAULT] = str(error)
    st.rerun()


def _dispatch(here: Workspace, cases: pl.DataFrame, unit: str | None) -> None:
    words = _("Dispatching")
    bar = st.progress(0.0, text=words)
    seen = 0

    def moved(step: Dispatched) -> None:
        nonlocal seen
        seen += step.seen
        st.session_state[session.DISPATCHED] = (done() or Dispatched()) + step
        _move(bar, words, seen, cases.height)

    here.store.dispatch_many(cases, actor=session.actor(here), unit=unit, progress=moved)


def _take_back(here: Workspace, reason: str) -> None:
    found = done()
    if found is None:
        return
    words = _("Taking it back")
    bar = st.progress(0.0, text=words)
    taken = TakenBack()

    def moved(step: TakenBack) -> None:
        nonlocal taken
        taken += step
        _move(bar, words, taken.done + len(taken.touched), found.done.height)

    actor = session.actor(here)
    after = here.store.return_many(found.done, actor=actor, reason=reason, progress=moved)
    put_away()
    st.session_state[session.DISPATCH_TAKEN] = after


def _move(bar: Any, words: str, n: int, total: int) -> None:
    bar.progress(min(1.0, n / max(total, 1)), text=f"{words}: {n:,} / {total:,}")
