"""Card: which cases a case is one with: what it repeats, and what was merged into it."""

from html import escape

import streamlit as st

from app_pages import session
from app_pages.case_words import button_label
from data.cases import Case
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import ngettext


def render(here: Workspace, case: Case) -> None:
    """Draw the links to them; a duplicate can be taken out again where it stands."""
    actor = session.actor(here)
    into = case.state.merged_into
    if case.status == "merged":
        words = _("This case repeats another one, which its source does not name.")
        if into is not None:
            link = _link(into, _("case {id}", id=into))
            words = escape(_("This case repeats")) + f" {link}."
        st.html(f'<p class="gz-note">{words if into is not None else escape(words)}</p>')
    repeats = here.store.repeats(case.id, actor=actor)
    if not repeats:
        return
    st.markdown("###### " + ngettext("{n} duplicate", "{n} duplicates", len(repeats)))
    rows = here.store.reports(repeats, actor=actor)
    for row in rows.iter_rows(named=True):
        line = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
        text = row["description"] or row["kind"] or row["address"] or ""
        link = _link(row["id"], _("case {id}", id=row["id"]))
        line.html(f'<p class="gz-note">{link} {escape(text[:80])}</p>')
        line.button(
            button_label("unmerge"),
            key=f"unmerge_{row['id']}",
            type="tertiary",
            icon=":material/undo:",
            on_click=_unmerge,
            args=(here, row["id"]),
        )


def _unmerge(here: Workspace, issue_id: int) -> None:
    try:
        here.store.unmerge(issue_id, actor=session.actor(here))
    except GezhiError as error:
        st.session_state[session.CONFLICT] = str(error)


def _link(issue_id: int, words: str) -> str:
    return f'<a href="{escape(session.case_link(issue_id))}" target="_self">{escape(words)}</a>'
