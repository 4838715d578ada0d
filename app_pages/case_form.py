"""The form of a case that is open, over its page: which, for which version, and what was written into it."""

import json
from collections.abc import Callable
from typing import Any, Literal, NoReturn

import streamlit as st

from app_pages import session, toast
from data.cases import Case
from data.events import Event
from data.lifecycle import conflict
from data.workspace import Workspace
from geo.errors import ConflictError
from i18n import gettext as _


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
        toast.conflict()
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


def told_off(here: Workspace, error: ConflictError, **written: Any) -> NoReturn:
    """Draw the page anew with what the other person did, and the form as it was written if it still fits.

    It then acts on the version that the page shows by then. Where the event is no longer possible the page
    shows the words, so that they can be copied, and the next form that asks for such has them.
    """
    st.session_state[session.CONFLICT] = str(error)
    event, issue_id, _version = st.session_state[session.FORM]
    now = here.store.case(issue_id, actor=session.actor(here))
    _close()
    st.session_state[session.DRAFT] = (issue_id, written)
    if event in now.allowed:
        st.session_state[session.FORM] = (event, issue_id, now.version)
    st.rerun()


def draft(case: Case, name: str, otherwise: Any = "") -> Any:
    """Return what was written into a field before somebody else came between, else what it begins with."""
    return _written(case).get(name, otherwise)


def key(case: Case, name: str) -> str:
    """Name a field that shows what the case says: after a conflict it is a new one, without old values."""
    return f"{name}_{seen()}" if _written(case) else name


def as_seen(case: Case) -> dict[str, Any]:
    """Return what the case said when its form was opened: what differs from that was written by hand."""
    mark = (case.id, seen())
    if st.session_state.get(session.SEEN, (None, {}))[0] != mark:
        st.session_state[session.SEEN] = (mark, dict(case.report))
    kept: dict[str, Any] = st.session_state[session.SEEN][1]
    return kept


def overtaken(here: Workspace, case: Case) -> NoReturn:
    """Put a form away whose event is no longer possible; its words stay on the page."""
    names = ("note", "reason")
    written = {name: text for name in names if (text := st.session_state.get(f"form_{name}"))}
    told_off(here, _since(here, case.id, seen()) or ConflictError(""), **written)


def left_over(case: Case) -> None:
    """Draw the words of a form that is no longer possible, to be copied."""
    words = [text for text in _written(case).values() if isinstance(text, str) and text.strip()]
    if words and opened(case) is None:
        st.caption(_("What you wrote was not sent:"))
        st.code("\n".join(words), language=None, wrap_lines=True)


def _written(case: Case) -> dict[str, Any]:
    of, written = st.session_state.get(session.DRAFT, (None, {}))
    found: dict[str, Any] = written if of == case.id else {}
    return found


def _open(here: Workspace, event: str, issue_id: int, version: int) -> None:
    """Open a form, unless the case is another one by now: then it may not even make sense any more."""
    if since := _since(here, issue_id, version):
        st.session_state[session.CONFLICT] = str(since)
    else:
        st.session_state[session.FORM] = (event, issue_id, version)


def _since(here: Workspace, issue_id: int, version: int) -> ConflictError | None:
    """Say what happened to a case after a version; None where nothing did."""
    rows = here.store.events(issue_id, actor=session.actor(here)).slice(version)
    since = [
        Event.from_payload(row["kind"], row["at"], row["actor"], json.loads(row["payload"]))
        for row in rows.iter_rows(named=True)
    ]
    return conflict(since, tz=here.tz) if since else None


def _close() -> None:
    st.session_state.pop(session.FORM, None)
    st.session_state.pop(session.DRAFT, None)
