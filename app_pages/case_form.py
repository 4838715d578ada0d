"""The form of a case that is open, over its page: which, for which version, and what was written into it."""

import json
from collections.abc import Callable
from typing import Any, Literal, NoReturn

import streamlit as st

from app_pages import session
from data.cases import Case
from data.events import Event
from data.lifecycle import conflict
from data.workspace import Workspace
from geo.errors import ConflictError


def button(
    here: Workspace,
    row: Any,
    event: str,
    words: str,
    case: Case,
    *,
    icon: str,
    type: Literal["primary", "secondary", "tertiary"] = "secondary",  # noqa: A002 - Streamlit's own name
) -> None:
    """Draw a button that opens a form; it will act on the version that is on the screen now."""
    row.button(
        words,
        key=f"do_{event}",
        type=type,
        icon=f":material/{icon}:",
        on_click=_open,
        args=(here, event, case.id, case.version),
    )


def opened(case: Case) -> str | None:
    """Return the event whose form is open for this case, None where none is."""
    wanted = st.session_state.get(session.FORM)
    return wanted[0] if wanted and wanted[1] == case.id else None


def is_open(event: str, case: Case) -> bool:
    """Return whether the form of this event is open for this case."""
    return opened(case) == event


def show(title: str, body: Callable[..., None], *args: Any) -> None:
    """Draw a form over the page; it stays until it is sent or put away."""

    def speaking(*given: Any) -> None:
        session.speak()
        body(*given)

    st.dialog(title, width="medium", on_dismiss=_close)(speaking)(*args)


def seen() -> int:
    """Return the version of the case that was on the screen when the form was opened."""
    version: int = st.session_state[session.FORM][2]
    return version


def done() -> NoReturn:
    """Put the form away and draw the page anew."""
    _close()
    st.rerun()


def told_off(error: ConflictError, **written: Any) -> NoReturn:
    """Draw the page anew with what the other person did; what was written stays for the next try."""
    st.session_state[session.CONFLICT] = str(error)
    _close()
    st.session_state[session.DRAFT] = written
    st.rerun()


def draft(name: str) -> str:
    """Return what was written into a field before somebody else came between."""
    return str(st.session_state.get(session.DRAFT, {}).get(name, ""))


def _open(here: Workspace, event: str, issue_id: int, version: int) -> None:
    """Open a form, unless the case is another one by now: then it may not even make sense any more."""
    rows = here.store.events(issue_id, actor=session.actor(here)).slice(version)
    since = [
        Event.from_payload(row["kind"], row["at"], row["actor"], json.loads(row["payload"]))
        for row in rows.iter_rows(named=True)
    ]
    if since:
        st.session_state[session.CONFLICT] = str(conflict(since, tz=here.tz))
    else:
        st.session_state[session.FORM] = (event, issue_id, version)


def _close() -> None:
    st.session_state.pop(session.FORM, None)
    st.session_state.pop(session.DRAFT, None)
