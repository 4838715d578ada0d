"""Page: what the reports say beyond their numbers, one question at a time."""

import streamlit as st

from app_pages import filters, parts, session
from app_pages.analysis_parts import PARTS
from data.workspace import Workspace, workspace
from i18n import gettext as _


def render(here: Workspace) -> None:
    """Compose the page: filters in the sidebar, the choice of the part, its question, the part itself."""
    here.cube.refresh()
    with st.sidebar:
        view = filters.render(here, session.current_view(), with_cells=False)
    name = parts.choose(PARTS, key=session.ANALYSIS, label=_("Part of the analysis"))
    session.show(view, **parts.address(PARTS, name))
    parts.show(PARTS[name], here, key="analysis")


if __name__ == "__main__":
    render(workspace())
