"""Page: what the reports say beyond their numbers, one question at a time."""

from typing import Final

import streamlit as st

from app_pages import filters, session
from app_pages.analysis_parts import PARTS
from app_pages.markdown import plain
from data.workspace import Workspace, workspace
from geo.errors import GezhiError
from i18n import gettext
from i18n import gettext as _

#: The parameter of the address that names the part that is shown.
_TAB: Final = "tab"


def render(here: Workspace) -> None:
    """Compose the page: filters in the sidebar, the choice of the part, its question, the part itself."""
    here.cube.refresh()
    with st.sidebar:
        view = filters.render(here, session.current_view(), with_cells=False)
    name = _part()
    said = {own: st.query_params[own] for own in PARTS[name].own if own in st.query_params}
    session.show(view, **({} if name == next(iter(PARTS)) else {_TAB: name}), **said)
    st.markdown("##### " + gettext(PARTS[name].asks))
    try:
        PARTS[name].render(here)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        st.button(_("Try again"), key="analysis_again", icon=":material/refresh:")


def _part() -> str:
    """Draw the choice; at its start it is what the address names."""
    if st.session_state.get(session.ANALYSIS) not in PARTS:
        asked = str(st.query_params.get(_TAB, ""))
        st.session_state[session.ANALYSIS] = asked if asked in PARTS else next(iter(PARTS))
    chosen = st.segmented_control(
        _("Part of the analysis"),
        list(PARTS),
        key=session.ANALYSIS,
        format_func=lambda name: gettext(PARTS[name].title),
        required=True,
        label_visibility="collapsed",
        width="content",
    )
    return str(chosen)


if __name__ == "__main__":
    render(workspace())
