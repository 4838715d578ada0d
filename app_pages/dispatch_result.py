"""Card: what a dispatch of many cases has done, what it could not do and why, and the way back."""

import streamlit as st

from app_pages import dispatch_run, session
from app_pages.case_facts import unit_label
from app_pages.dispatch_tables import counts
from app_pages.markdown import plain
from data import dispatch_words
from data.dispatching import Dispatched
from data.workspace import Workspace
from i18n import clauses
from i18n import gettext as _

#: So many refused cases are named; the file names all of them.
_NAMED = 10


def render(here: Workspace) -> None:
    """Draw what was done last, until it is put away; nothing where nothing was."""
    if fault := st.session_state.get(session.DISPATCH_FAULT):
        st.error(plain(fault), icon=":material/error:")
    if taken := st.session_state.get(session.DISPATCH_TAKEN):
        st.success(clauses(dispatch_words.back_lines(taken)), icon=":material/undo:")
    found = dispatch_run.done()
    if found is None:
        return
    with st.container(border=True, key="dispatch_done"):
        first, *others = dispatch_words.done_lines(found)
        if found.done.height:
            st.success(first, icon=":material/check_circle:")
        else:
            st.warning(first, icon=":material/block:")
        st.markdown("\n".join(f"- {words}" for words in others))
        by_unit = found.done["unit"].value_counts(sort=True, name="n")
        counts(_("Unit"), [(unit_label(here, unit), n) for unit, n in by_unit.iter_rows()])
        _refused(found)
        _ways_on(found)


def _refused(found: Dispatched) -> None:
    if found.refused.is_empty():
        return
    with st.expander(_("Which ones, and why"), icon=":material/rule:"):
        named = found.refused.sort("why", "issue_id").head(_NAMED).select("issue_id", "words")
        lines = (f"- [{n}]({session.case_link(n)}) · {plain(words)}" for n, words in named.iter_rows())
        st.markdown("\n".join(lines))
        st.download_button(
            _("All of them as a file"),
            found.refused.rename({"issue_id": "case"}).write_csv().encode("utf-8-sig"),
            file_name="not-dispatched.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _ways_on(found: Dispatched) -> None:
    row = st.container(horizontal=True, vertical_alignment="center")
    if found.done.height:
        with row.popover(_("Take it back"), icon=":material/undo:"):
            st.caption(
                _(
                    "Each case that nobody has touched since goes back: it waits again, accepted, "
                    "with the unit that its report named, if it named one. Its history keeps both steps."
                )
            )
            st.text_input(_("Reason"), key=session.DISPATCH_WHY, value=_("Dispatched by mistake"))
            st.button(
                _("Take all of it back"),
                key="dispatch_back",
                type="primary",
                icon=":material/undo:",
                on_click=dispatch_run.begin_back,
            )
    row.page_link("teams.py", label=_("Teams"), icon=":material/groups:")
    row.button(_("Put away"), key="dispatch_away", type="tertiary", on_click=dispatch_run.put_away)
