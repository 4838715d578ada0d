"""Page: the managers' map."""

import streamlit as st

from app_pages import (
    cell_panel,
    change_table,
    explorer,
    figures,
    filters,
    hot_list,
    map_card,
    map_switch,
    place_panel,
    selection_panel,
    session,
    tour,
    wall,
)
from app_pages.view import HOT
from data.workspace import Workspace, workspace


def render(here: Workspace) -> None:
    """Compose the page: filters in the sidebar, the map, and beside it figures or the clicked cell."""
    if wall.asked():
        wall.render(here)
        return
    here.cube.refresh()
    session.runs_whole()
    with st.sidebar:
        view = filters.render(here, session.current_view())
    session.show(view)
    _map_and_panel(here)
    tour.render()


@st.fragment
def _map_and_panel(here: Workspace) -> None:
    """Draw map and panel; a click on a cell runs this part alone."""
    session.speak()
    session.run_again()
    above = st.container(key="map_above", horizontal=True)
    active = above.container(key="map_active", width="stretch")
    view = map_switch.render(here, session.current_view(), above)
    session.show(view)
    with active:
        explorer.render_active(here, view, filters.meant(here, view))
    left, right = st.columns([13, 6], gap="medium")
    with left:
        map_card.render(here, view, filters.meant_on_map(here, view))
        explorer.render_timeline()
    with right:
        view = session.current_view()
        where = filters.meant(here, view)
        if view.at:
            place_panel.render(here, view, where)
        elif view.cell:
            cell_panel.render(here, view, where)
        elif where.cells:
            selection_panel.render(here, view, where)
        else:
            selection_panel.render_kept(here, view)
            if view.show == HOT:
                hot_list.render(here, view, where)
                return
            change_table.render(here, view, where)
            figures.render(here, view, where)


if __name__ == "__main__":
    render(workspace())
