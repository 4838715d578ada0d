"""Part of the effect card: the form of a drive, for a new one or one that is changed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st

from app_pages import saved_actions, session
from app_pages.filters import used_categories
from app_pages.place_words import COUNTED, kinds_label, place_name
from data.drives import Drive
from data.effect import place_cells
from data.place_tables import kinds_there, place_table
from data.saved import MOST_LETTERS, Saved
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import ngettext

#: Where the cells of a drive come from.
SELECTED: Final = "selected"
KEPT: Final = "kept"
PLACE: Final = "place"
SAME: Final = "same"
#: The days that a new drive is offered with: a week, so long before the newest report.
_AGO: Final = timedelta(weeks=13)
_LONG: Final = timedelta(days=6)
_FIELDS: Final = (
    *(session.DRIVE_NAME, session.DRIVE_DAYS, session.DRIVE_ABOUT),
    *(session.DRIVE_WHERE, session.DRIVE_KEPT, session.DRIVE_PLACE),
)


def open_new() -> None:
    """Open the form for a new drive."""
    _open(0)


def open_for(one: Saved) -> None:
    """Open the form for a drive that is known."""
    _open(one.id)


def close() -> None:
    """Close the form and forget what stands in it."""
    for field in (*_FIELDS, session.DRIVE_FORM):
        st.session_state.pop(field, None)


def _open(number: int) -> None:
    close()
    saved_actions.forget_said()
    st.session_state[session.DRIVE_FORM] = number


def render(here: Workspace, kept: list[Saved]) -> None:
    """Draw the form where it is open."""
    number = st.session_state.get(session.DRIVE_FORM)
    one = next((drive for drive in kept if drive.id == number), None)
    if number is None or (number and one is None):
        return
    with st.container(border=True, key="drive_form_card"):
        st.markdown("###### " + (_("Change the drive") if one else _("A new drive")))
        left, right = st.columns(2, gap="large")
        with left:
            _when_and_what(here, one)
        with right:
            chosen = _cells(here, one)
        row = st.container(horizontal=True)
        row.button(
            _("Save") if one else _("Keep"),
            key="save_drive",
            type="primary",
            on_click=_save,
            args=(here, one, chosen),
        )
        row.button(_("Cancel"), key="cancel_drive", on_click=close)


def _when_and_what(here: Workspace, one: Saved | None) -> None:
    drive = Drive.from_params(one.params) if one and one.params else None
    _begin(session.DRIVE_NAME, one.name if one else "")
    st.text_input(
        _("Name of the drive"),
        key=session.DRIVE_NAME,
        max_chars=MOST_LETTERS,
        placeholder=_("Such as: stalls on Market Street, spring"),
    )
    today = datetime.now(ZoneInfo(here.tz)).date()
    known = here.cube.period() or (today - _AGO, today)
    usual = max(known[0], known[1] - _AGO)
    days = (drive.first, drive.last) if drive else (usual, min(known[1], usual + _LONG))
    _begin(session.DRIVE_DAYS, days)
    st.date_input(
        _("First and last day"),
        key=session.DRIVE_DAYS,
        format="YYYY-MM-DD",
        help=_("The weeks before and after these days are compared; their own weeks belong to neither."),
    )
    words = dict(used_categories(here).select("slug", "label").iter_rows())
    about = drive.categories if drive else session.current_view().where.categories
    _begin(session.DRIVE_ABOUT, [slug for slug in about if slug in words])
    st.multiselect(
        _("What it was about"),
        list(words),
        key=session.DRIVE_ABOUT,
        format_func=lambda slug: words.get(slug, slug),
        placeholder=_("Everything"),
    )


def _cells(here: Workspace, one: Saved | None) -> tuple[int, ...]:
    """Draw where the cells come from; return those that are chosen, none where none are yet."""
    selected = session.current_view().where.cells
    kept = here.store.saved("cells", actor=session.actor(here))
    kinds = [kind for kind in COUNTED if kind in kinds_there(here.store, actor=here.viewer)]
    words = {
        SAME: _("As before"),
        SELECTED: _("Selected on the map"),
        KEPT: _("A kept selection"),
        PLACE: _("A place"),
    }
    possible = {SAME: one is not None, SELECTED: bool(selected), KEPT: bool(kept), PLACE: bool(kinds)}
    offered = [name for name, there in possible.items() if there]
    if not offered:
        st.caption(_("Select its cells on the map first, then come back."))
        return _way_to_the_map()
    if st.session_state.get(session.DRIVE_WHERE) not in offered:
        st.session_state[session.DRIVE_WHERE] = offered[0]
    where = st.radio(_("Where it was"), offered, key=session.DRIVE_WHERE, format_func=words.__getitem__)
    found = {SAME: one.cells if one else (), SELECTED: selected}.get(str(where))
    if where == KEPT:
        found = _kept_selection(kept)
    elif where == PLACE:
        found = _of_place(here, kinds)
    chosen = found or ()
    if chosen:
        st.caption(ngettext("{n} cell", "{n} cells", len(chosen)))
    if SELECTED not in offered:
        _way_to_the_map()
    return chosen


def _way_to_the_map() -> tuple[int, ...]:
    st.page_link(
        "map.py",
        label=_("Select cells on the map"),
        icon=":material/hexagon:",
        query_params=session.with_language({}),
    )
    return ()


def _kept_selection(kept: list[Saved]) -> tuple[int, ...]:
    known = {one.id: one for one in kept}
    chosen = st.selectbox(
        _("Kept selection"),
        list(known),
        key=session.DRIVE_KEPT,
        format_func=lambda number: known[number].name if number in known else "",
    )
    return known[chosen].cells if chosen in known else ()


def _of_place(here: Workspace, kinds: list[str]) -> tuple[int, ...]:
    places = {
        (kind, row["id"]): f"{place_name(row)} · {kinds_label(kind)}"
        for kind in kinds
        for row in place_table(here.store, kind, actor=here.viewer).iter_rows(named=True)
    }
    chosen = st.selectbox(
        _("Place"),
        list(places),
        key=session.DRIVE_PLACE,
        index=None,
        format_func=lambda key: places.get(key, ""),
        placeholder=_("A street, a compound, an area"),
        help=_("The cells in which nearly all reports of that place lie."),
    )
    if chosen is None:
        return ()
    found = place_cells(here.cube, chosen[1], chosen[0])
    if not found:
        st.caption(_("No report lies in this place, so it has no cells."))
    return found


def _save(here: Workspace, one: Saved | None, chosen: tuple[int, ...]) -> None:
    name = st.session_state[session.DRIVE_NAME]
    try:
        drive = _read(chosen)
    except GezhiError as error:
        saved_actions.refuse("drive", str(error))
        return
    if one is None:
        if number := saved_actions.keep(here, "drive", name, {"drive": drive}):
            st.session_state[session.DRIVE] = number
            close()
        return
    before: Mapping[str, Any] = {"name": one.name}
    if one.params:
        before = {"name": one.name, "drive": Drive.from_params(one.params)}
    if saved_actions.correct(here, one, before, {"name": name, "drive": drive}):
        close()


def _read(chosen: tuple[int, ...]) -> Drive:
    days = st.session_state[session.DRIVE_DAYS]
    first, last = (days[0], days[-1]) if isinstance(days, tuple | list) and days else (days, days)
    return Drive.of(chosen, first, last, st.session_state[session.DRIVE_ABOUT])


def _begin(key: str, value: Any) -> None:
    """Give a widget its first value; afterwards its own state rules."""
    st.session_state[key] = st.session_state.get(key, value)
