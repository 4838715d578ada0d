"""Part of the filters: in which area, at which place, and what about exempt zones."""

from typing import Any, Final

import streamlit as st

from app_pages import session
from app_pages.markdown import plain
from app_pages.offered import Offered
from app_pages.view import View
from data.filters import Filter
from data.place_areas import BETWEEN
from data.workspace import Workspace
from geo.errors import StoreError
from i18n import gettext as _
from i18n import ngettext

_SHOWN: Final = "shown"


def render(workspace: Workspace, view: View, offered: Offered) -> dict[str, Any]:
    """Draw the choices and return the sides of the filter that they are: areas, places, exempt."""
    return {
        "areas": _area(workspace, view, offered),
        "places": _places(workspace, view, offered),
        "exempt": _exempt(workspace, view, offered),
    }


def area_choices(workspace: Workspace) -> dict[int, str]:
    """Return the areas that hold reports the viewer may see, by id, with the names of the chain as a path.

    The path begins where the areas part: what all of them lie in goes without saying.
    """
    counted = workspace.cube.by_area(Filter())
    n = dict(counted.select("area_id", "n").iter_rows())
    areas = workspace.store.areas(actor=workspace.viewer)
    paths = {row["id"]: row["path"].split(BETWEEN) for row in areas.iter_rows(named=True) if n.get(row["id"])}
    common = 0
    if len(paths) > 1:
        firsts = [path[0] for path in paths.values()]
        common = int(len(set(firsts)) == 1)
    ordered = sorted(paths, key=lambda area: paths[area])
    return {area: f"{BETWEEN.join(paths[area][common:] or paths[area])} · {n[area]:,}" for area in ordered}


def _area(workspace: Workspace, view: View, offered: Offered) -> tuple[int, ...]:
    words = area_choices(workspace)
    if not words:
        return view.where.areas
    words |= {area: _("area {id}", id=area) for area in view.where.areas if area not in words}
    options = list(words)
    offered.tags(session.AREA, "area", words)
    kept = st.session_state.get(session.AREA, view.where.areas)
    st.session_state[session.AREA] = [area for area in kept if area in options]
    chosen = st.multiselect(
        _("Area"),
        options,
        key=session.AREA,
        format_func=words.__getitem__,
        placeholder=_("The whole city"),
    )
    return tuple(chosen)


def _places(workspace: Workspace, view: View, offered: Offered) -> tuple[int, ...]:
    """Draw the places of the address, which may be left out again; they are chosen elsewhere."""
    if not view.where.places:
        return ()
    words = {place: plain(place_name(workspace, place)) for place in view.where.places}
    key = "-".join([session.PLACE, *map(str, words)])
    offered.buttons(key, "place", [str(place) for place in words])
    chosen = st.pills(
        _("Street or compound"),
        list(words),
        selection_mode="multi",
        default=list(words),
        key=key,
        format_func=words.__getitem__,
    )
    return tuple(chosen)


def area_words(workspace: Workspace, area: int) -> str:
    """Return what an area is called."""
    paths = dict(workspace.store.areas(actor=workspace.viewer).select("id", "path").iter_rows())
    return str(paths[area]).split(BETWEEN)[-1] if area in paths else _("area {id}", id=area)


def place_name(workspace: Workspace, place_id: int) -> str:
    """Return what a place is called."""
    try:
        place = workspace.store.place(place_id, actor=workspace.viewer)
    except StoreError:
        return _("place {id}", id=place_id)
    return place.name or _("place {id}", id=place_id)


def _exempt(workspace: Workspace, view: View, offered: Offered) -> str:
    """Draw what about exempt zones, where there are reports in some, and say how many there are."""
    n = workspace.cube.exempt(view.where.but(exempt=""))
    if not n and not view.where.exempt:
        return ""
    words = {_SHOWN: _("Shown"), "without": _("Left out"), "only": _("Only these")}
    offered.buttons(session.EXEMPT, "exempt", ["" if name == _SHOWN else name for name in words])
    if session.EXEMPT not in st.session_state:
        st.session_state[session.EXEMPT] = view.where.exempt or _SHOWN
    chosen = st.segmented_control(
        _("Reports in exempt zones"),
        list(words),
        key=session.EXEMPT,
        format_func=words.__getitem__,
        required=True,
        help=_("Marked parking, vendor zones and the like, at their hours."),
    )
    st.caption(ngettext("{n} report lies in one", "{n} reports lie in one", n))
    return "" if chosen in {None, _SHOWN} else str(chosen)
