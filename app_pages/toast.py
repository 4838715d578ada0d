"""Card: a short word on what was just done, with the way back where there is one."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from app_pages import session
from app_pages.markdown import plain
from data.cases import Case
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done to a case.

    Attributes
    ----------
    undo
        The event that takes it back, None where there is none; `update` with `needs` as the old values.
    version
        The case's version then: what somebody else has changed since is not undone.
    of
        Case and version that the way back is about, where that is another case.
    """

    issue_id: int
    words: str
    version: int
    undo: str | None = None
    undo_words: str = ""
    needs: dict[str, Any] = field(default_factory=dict)
    of: tuple[int, int] | None = None


def say(done: Done) -> None:
    """Show this on the next drawing of the page."""
    st.session_state[session.TOAST] = done


def conflict() -> None:
    """Say once what kept the last action from being done."""
    if message := st.session_state.pop(session.CONFLICT, None):
        st.warning(plain(message), icon=":material/sync_problem:")


def render(here: Workspace, case: Case | None = None) -> None:
    """Draw what was done last; on a case's page only what was done to that case."""
    done: Done | None = st.session_state.get(session.TOAST)
    if done is None or (case and (case.id != done.issue_id or case.version != done.version)):
        st.session_state.pop(session.TOAST, None)
        return
    with st.container(
        key=f"toast_{done.issue_id}_{done.version}", horizontal=True, vertical_alignment="center"
    ):
        st.markdown(f":material/check_circle: {plain(done.words)}", width="content")
        if done.undo:
            st.button(
                done.undo_words or _("Undo"),
                key="undo",
                type="tertiary",
                icon=":material/undo:",
                on_click=_undo,
                args=(here, done),
            )
        st.button(
            "", key="close_toast", type="tertiary", icon=":material/close:", on_click=_close, help=_("Close")
        )


def _close() -> None:
    st.session_state.pop(session.TOAST, None)


def _undo(here: Workspace, done: Done) -> None:
    st.session_state.pop(session.TOAST, None)
    actor, reason = session.actor(here), _("Undone at once")
    issue_id, version = done.of or (done.issue_id, done.version)
    try:
        if done.undo == "update":
            here.store.correct(issue_id, actor=actor, version=version, reason=reason, **done.needs)
        elif done.undo:
            here.store.transition(
                issue_id, done.undo, actor=actor, version=version, reason=reason, **done.needs
            )
    except GezhiError as error:
        st.session_state[session.CONFLICT] = str(error)
