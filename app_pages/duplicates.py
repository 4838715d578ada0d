"""Page: cases that may be the same problem, pair by pair."""

from html import escape
from typing import Any

import polars as pl
import streamlit as st

from app_pages import glossary, session, toast
from app_pages.case_card import card
from app_pages.toast import Done, say
from data.workspace import Workspace, workspace
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import ngettext

_PAGE = 8
_MOST = 100


def render(here: Workspace) -> None:
    """Compose the page: the pairs, the surest first, each with its two answers."""
    toast.conflict()
    with st.spinner(_("Looking for cases that may be the same")):
        found = suggested(here)
    st.markdown("##### " + _("Are these the same problem?"))
    if found.is_empty():
        st.success(_("No two open cases look like the same problem."), icon=":material/task_alt:")
        st.page_link("cases.py", label=_("Open cases"), icon=":material/checklist:")
    else:
        n = ngettext("{n} pair, the surest first", "{n} pairs, the surest first", found.height)
        st.caption(f"{n} · {glossary.meaning('score')}")
        length = st.session_state.get(session.PAIRS, _PAGE)
        for row in found.head(length).iter_rows(named=True):
            _pair(here, row)
        if found.height > length:
            st.button(_("Show more pairs"), key="more_pairs", on_click=_list_more, width="stretch")
    toast.render(here)


def suggested(here: Workspace) -> pl.DataFrame:
    """Return the pairs; looked for anew after something has happened in the store."""
    actor = session.actor(here)
    mark = (here.store.url, here.store.last_seq(actor=actor), st.session_state.get(session.APART, 0))
    kept = st.session_state.get(session.PAIRS_FOUND)
    if kept and kept[0] == mark:
        known: pl.DataFrame = kept[1]
        return known
    found = here.store.duplicates(actor=actor, limit=_MOST)
    st.session_state[session.PAIRS_FOUND] = (mark, found)
    return found


def _pair(here: Workspace, row: dict[str, Any]) -> None:
    first, second = int(row["into"]), int(row["issue_id"])
    name = f"{first}_{second}"
    if name in st.session_state.get(session.SWAPPED, set()):
        first, second = second, first
    with st.container(border=True, key=f"pair_{name}"):
        st.html(between(row))
        left, right = st.columns(2, gap="medium")
        for column, role, case in (
            (left, _("This one stays"), first),
            (right, _("This one joins it"), second),
        ):
            column.html(f'<p class="gz-role">{escape(role)}</p>' + card(here, case))
        buttons = st.container(horizontal=True)
        buttons.button(
            _("The same: merge"),
            key=f"merge_{name}",
            type="primary",
            icon=":material/merge:",
            on_click=_merge,
            args=(here, second, first, row["why"]),
        )
        buttons.button(
            _("Not the same"),
            key=f"apart_{name}",
            icon=":material/call_split:",
            on_click=_apart,
            args=(here, second, first),
        )
        buttons.button(
            _("Exchange"),
            key=f"swap_{name}",
            type="tertiary",
            icon=":material/swap_horiz:",
            on_click=_swap,
            args=(name,),
        )


def between(row: dict[str, Any]) -> str:
    """Write how likely a pair is, and why."""
    sure = _("Almost certain") if row["sure"] else _("Likely")
    return f'<div class="gz-between"><strong>{escape(sure)}</strong><span>{escape(row["why"])}</span></div>'


def _merge(here: Workspace, issue_id: int, into: int, why: str) -> None:
    try:
        after = here.store.merge(issue_id, into, actor=session.actor(here), reason=why)
    except GezhiError as error:
        st.session_state[session.CONFLICT] = str(error)
        return
    words = _("Case {id} belongs to case {into} now", id=issue_id, into=into)
    say(Done(issue_id, words, after.version, "unmerge"))


def _apart(here: Workspace, issue_id: int, other: int) -> None:
    try:
        here.store.apart(issue_id, other, actor=session.actor(here), reason=_("Looked at: not the same"))
    except GezhiError as error:
        st.session_state[session.CONFLICT] = str(error)
        return
    st.session_state[session.APART] = st.session_state.get(session.APART, 0) + 1
    say(Done(issue_id, _("Remembered: this pair is not asked about again"), 0))


def _swap(name: str) -> None:
    swapped = st.session_state.setdefault(session.SWAPPED, set())
    swapped.symmetric_difference_update({name})


def _list_more() -> None:
    st.session_state[session.PAIRS] = st.session_state.get(session.PAIRS, _PAGE) + _PAGE


if __name__ == "__main__":
    render(workspace())
