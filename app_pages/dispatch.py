"""Page: the cases that wait, accepted and dispatched at once: looked at first, and taken back after."""

import streamlit as st

from app_pages import case_choice, dispatch_result, dispatch_run, dispatch_waiting, routing_card, session
from app_pages.case_facts import category_label, unit_label
from app_pages.case_list import part_words
from app_pages.markdown import plain
from data.case_list import NO_UNIT
from data.transitions import possible
from data.workspace import Workspace, workspace
from i18n import gettext as _


def render(here: Workspace) -> None:
    """Compose the page: whose cases, what was done, what waits, and by which rules it goes where."""
    here.cube.refresh()
    link = session.with_language(case_choice.in_address())
    st.page_link("cases.py", label=_("Open cases"), icon=":material/arrow_back:", query_params=link)
    st.markdown("##### " + _("Accept and dispatch many cases at once"))
    if "dispatch" not in possible("accepted", session.actor(here).role):
        st.info(_("Nothing can be dispatched in your role."), icon=":material/lock:")
        return
    dispatch_run.go_on(here)
    choice = case_choice.from_address(here)
    _chosen(here, choice)
    dispatch_result.render(here)
    dispatch_waiting.render(here, choice)
    routing_card.render(here)


def _chosen(here: Workspace, choice: case_choice.CaseChoice) -> None:
    """Say which of the open cases these are, where they are not all of them."""
    case_choice.cells_line(key="dispatch_cells")
    named = [category_label(here, slug) for slug in choice.categories]
    if choice.part != "all":
        named.append(part_words()[choice.part])
    if choice.unit is not None:
        named.append(_("No unit yet") if choice.unit == NO_UNIT else unit_label(here, choice.unit))
    if named:
        st.caption(_("Only: {names}", names=plain(" · ".join(named))))


if __name__ == "__main__":
    render(workspace())
