"""Page: one street, compound or area: its figures, its course, its open cases, what it is beside another."""

from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from app_pages import (
    case_list,
    charts,
    empty,
    filters,
    photo_links,
    place_compare,
    place_heading,
    place_parts,
    place_spot,
    place_table,
    session,
)
from app_pages.case_facts import unit_label
from app_pages.figures import labelled_mix
from app_pages.filters import used_categories
from app_pages.markdown import plain
from app_pages.view import known_id
from data.filters import Filter
from data.periods import period_before
from data.place_counts import filter_for, is_area
from data.place_profile import Profile, profile
from data.workspace import Workspace, workspace
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import ngettext

_CASES = 10
_PHOTOS = 8


def render(here: Workspace) -> None:
    """Compose the page for the place that the address names."""
    here.cube.refresh()
    with st.sidebar:
        view = filters.render(here, session.current_view(), with_cells=False)
    asked = known_id(st.query_params.get("id", ""))
    session.show(view, id=str(asked or ""), **{"with": st.query_params.get("with", "")})
    where = filters.meant_on_map(here, view)
    try:
        found = profile(here.cube, asked or 0, where, period_before(where), actor=session.actor(here))
    except GezhiError as error:
        if asked:
            st.error(plain(error), icon=":material/error:")
        st.markdown(_("Choose a place from the list of places, or click one on the map."))
        st.page_link("places.py", label=_("Places"), icon=":material/location_city:")
        return
    _compose(here, where, found)


def _compose(here: Workspace, where: Filter, found: Profile) -> None:
    own = filter_for(where, found.id, found.kind)
    place_heading.render(here, found)
    left, right = st.columns([13, 8], gap="large")
    with left:
        if not found.n:
            empty.nothing_passes("clear_from_place", _("No report in this place passes the filters."))
        else:
            _course(here, own)
        if is_area(found.kind):
            place_parts.render(here, where, found)
        _open_cases(here, own, found)
    with right:
        place_spot.render(here, found.geometry, own, place_table.map_link(found.row))
        _photos(here, own)
    place_compare.render(here, where, found)


def _course(here: Workspace, own: Filter) -> None:
    st.markdown("###### " + _("Over time"))
    charts.over_time(here.cube, own)
    st.markdown("###### " + _("Kinds of problems"))
    charts.mix(labelled_mix(here, own))


def _open_cases(here: Workspace, own: Filter, found: Profile) -> None:
    """List the open cases of the place that the filters let through, the most urgent first."""
    actor = session.actor(here)
    ids = pl.Series(here.cube.ids(own, newest_first=False), dtype=pl.Int64)
    urgent = here.store.urgency(actor=actor).filter(pl.col("issue_id").is_in(ids.implode()))
    st.markdown("###### " + _("Open cases") + (f" · {urgent.height:,}" if urgent.height else ""))
    if urgent.is_empty():
        st.caption(_("No case is open here."))
        return
    length = st.session_state.get(session.PLACE_CASES, {}).get(found.id, _CASES)
    shown = urgent["issue_id"].head(length).to_list()
    listed = here.store.open_cases(actor=actor, issues=shown, limit=len(shown))
    words = dict(used_categories(here).select("slug", "label").iter_rows())
    with st.container(key="place_cases"):
        st.html(case_list.listing(listed, words, lambda name: unit_label(here, name), ZoneInfo(here.tz)))
    more = min(_CASES, urgent.height - length)
    if more > 0:
        st.button(
            ngettext("Show {n} more case", "Show {n} more cases", more),
            key="more_place_cases",
            on_click=_list_more,
            args=(found.id, length + _CASES),
        )


def _list_more(place_id: int, length: int) -> None:
    st.session_state[session.PLACE_CASES] = {place_id: length}


def _photos(here: Workspace, own: Filter) -> None:
    """Show the newest photos of the place's cases, each case by its first ones."""
    actor = session.actor(here)
    inside = set(here.cube.ids(own, newest_first=False).tolist())
    with_photos = [number for number in here.store.photographed(actor=actor) if number in inside][:_PHOTOS]
    if not with_photos:
        return
    st.markdown("###### " + _("Photos"))
    shown = [photo for number in with_photos for photo in here.store.photos(number, actor=actor)[:2]]
    st.html(photo_links.row(shown[:_PHOTOS], size="thumb"))


if __name__ == "__main__":
    render(workspace())
