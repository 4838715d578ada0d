"""Page: the managers' map."""

import streamlit as st

from app_pages import cell_panel, figures, filters, map_card, session
from data.workspace import Workspace, workspace


def render(here: Workspace) -> None:
    """Compose the page: filters in the sidebar, the map, and beside it figures or the clicked cell."""
    here.cube.refresh()
    with st.sidebar:
        view = filters.render(here, session.current_view())
    session.show(view)
    _map_and_panel(here)


@st.fragment
def _map_and_panel(here: Workspace) -> None:
    """Draw map and panel; a click on a cell runs this part alone."""
    session.speak()
    view = session.current_view()
    where = filters.meant(here, view)
    left, right = st.columns([13, 6], gap="medium")
    with left:
        map_card.render(here, view, where)
    with right:
        if view.cell:
            cell_panel.render(here, view, where)
        else:
            figures.render(here, view, where)


if __name__ == "__main__":
    render(workspace())
