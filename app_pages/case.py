"""Page: one case, from its report to its end, and what can be done with it."""

import streamlit as st

from app_pages import (
    case_actions,
    case_contacts,
    case_facts,
    case_form,
    case_photos,
    case_repeats,
    case_spot,
    case_timeline,
    session,
    toast,
)
from app_pages.markdown import plain
from data.cases import Case
from data.workspace import Workspace, workspace
from geo.errors import GezhiError
from i18n import gettext as _

#: A number with more digits may not fit into the 64 bits of a store.
_MOST_DIGITS = 18


def render(here: Workspace) -> None:
    """Compose the page for the case that the address names."""
    st.session_state.pop(session.SENT, None)
    asked = str(st.query_params.get("id", ""))
    if not asked:
        _ask(_("Open a case by its number, or choose one from the list of open cases."))
        return
    try:
        found = here.store.case(number(asked), actor=session.actor(here))
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        _ask(_("Look for another case by its number."))
        return
    _compose(here, found)


def number(text: str) -> int:
    """Read the number of a case; what is none becomes 0, which no case has."""
    known = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if known else 0


def _compose(here: Workspace, found: Case) -> None:
    if case_form.opened(found) is None:
        toast.conflict()
    case_form.left_over(found)
    case_facts.heading(here, found)
    left, right = st.columns([13, 8], gap="large")
    with left:
        case_facts.report(here, found)
        case_actions.render(here, found)
        case_timeline.render(here, found)
    with right:
        case_facts.where(found)
        case_spot.render(here, found.report["lon"], found.report["lat"])
        case_photos.render(here, found)
        case_facts.unit(here, found)
        case_repeats.render(here, found)
        case_contacts.render(here, found)
    toast.render(here, found)


def _ask(words: str) -> None:
    st.markdown(words)
    with st.form("find_case", border=False):
        row = st.container(horizontal=True, vertical_alignment="bottom")
        wanted = row.number_input(
            _("Case number"), min_value=1, value=None, step=1, format="%d", key="find_number", width=220
        )
        if row.form_submit_button(_("Open the case"), type="primary", key="find_open") and wanted:
            st.query_params["id"] = str(int(wanted))
            st.rerun()
    st.page_link("cases.py", label=_("Open cases"), icon=":material/checklist:")


if __name__ == "__main__":
    render(workspace())
