"""Page: the work list, open cases by urgency."""

from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from app_pages import case_choice, case_list, glossary, session
from app_pages.case_choice import PARTS
from app_pages.case_facts import unit_label
from app_pages.filters import used_categories
from data.case_list import NO_UNIT, Part
from data.workspace import Workspace, workspace
from i18n import gettext as _
from i18n import ngettext

_PAGE = 50
_EVERYBODY = "*"


def render(here: Workspace) -> None:
    """Compose the page: which part of the cases, whose, of which kind; then the list."""
    here.cube.refresh()
    actor = session.actor(here)
    place = st.container()
    row = st.container(key="list_filters", horizontal=True, vertical_alignment="bottom")
    chosen = _categories(here, row)
    case_choice.cells_line(key="list_cells")
    among = case_choice.in_cells(here)
    load = here.store.workload(actor=actor, categories=chosen, issues=among)
    unit = _unit(here, load, row)
    own = load if unit is None else load.filter(pl.col("unit").fill_null(NO_UNIT) == unit)
    with place:
        part = _part(own)
    _remember_in_address(unit, chosen, part)
    _dispatch(int(own["waiting"].sum()), part)
    length = st.session_state.get(session.LIST_LENGTH, _PAGE)
    listed = here.store.open_cases(
        actor=actor, unit=unit, categories=chosen, part=part, limit=length, issues=among
    )
    if listed.is_empty():
        _empty(filtered=unit is not None or bool(chosen) or part != "all" or among is not None)
        return
    words = dict(used_categories(here).select("slug", "label").iter_rows())
    st.html(case_list.listing(listed, words, lambda name: unit_label(here, name), ZoneInfo(here.tz)))
    total = int(own["open" if part == "all" else part].sum())
    _more(total - listed.height)
    st.caption(glossary.meaning("due"))


def _part(load: pl.DataFrame) -> Part:
    counts = {part: int(load["open" if part == "all" else part].sum()) for part in PARTS}
    words = case_list.part_words()
    if session.LIST_PART not in st.session_state:
        asked = st.query_params.get("part", "all")
        st.session_state[session.LIST_PART] = asked if asked in PARTS else "all"
    chosen = st.segmented_control(
        _("Which cases"),
        PARTS,
        key=session.LIST_PART,
        format_func=lambda part: f"{words[part]} **{counts[part]:,}**",
        required=True,
        label_visibility="collapsed",
        on_change=_from_the_top,
    )
    return chosen or "all"


def _unit(here: Workspace, load: pl.DataFrame, row: st.delta_generator.DeltaGenerator) -> str | None:
    counted = {name or NO_UNIT: n for name, n in load.select("unit", "open").iter_rows()}
    if session.LIST_UNIT not in st.session_state:
        st.session_state[session.LIST_UNIT] = st.query_params.get("unit", _EVERYBODY)
    kept = st.session_state[session.LIST_UNIT]
    options = [_EVERYBODY, *counted] + ([kept] if kept not in (_EVERYBODY, *counted) else [])

    def words(name: str) -> str:
        if name == _EVERYBODY:
            return _("All units")
        own = _("No unit yet") if name == NO_UNIT else unit_label(here, name)
        return f"{own} · {counted.get(name, 0):,}"

    chosen = row.selectbox(
        _("Unit"), options, key=session.LIST_UNIT, format_func=words, on_change=_from_the_top, width=300
    )
    return None if chosen == _EVERYBODY else chosen


def _categories(here: Workspace, row: st.delta_generator.DeltaGenerator) -> tuple[str, ...]:
    words = dict(used_categories(here).select("slug", "label").iter_rows())
    if session.LIST_CATEGORIES not in st.session_state:
        asked = st.query_params.get("category", "").split(",")
        st.session_state[session.LIST_CATEGORIES] = [slug for slug in asked if slug in words]
    return tuple(
        row.multiselect(
            _("Category"),
            list(words),
            key=session.LIST_CATEGORIES,
            format_func=lambda slug: words.get(slug, slug),
            placeholder=_("All categories"),
            on_change=_from_the_top,
            width=420,
        )
    )


def _remember_in_address(unit: str | None, chosen: tuple[str, ...], part: Part) -> None:
    wanted = {
        "unit": unit if unit is not None else None,
        "category": ",".join(chosen) or None,
        "part": part if part != "all" else None,
    }
    for name, value in wanted.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def _dispatch(waiting: int, part: Part) -> None:
    """Draw the way to dispatch what waits, all of it at once."""
    if not waiting or part == "suspended":
        return
    words = ngettext(
        "Accept and dispatch {n:,} waiting case …", "Accept and dispatch {n:,} waiting cases …", waiting
    )
    st.page_link(
        "dispatch.py",
        label=words if part == "all" else _("Accept and dispatch those that wait …"),
        icon=":material/send:",
        query_params=session.with_language(case_choice.in_address()),
    )


def _more(left: int) -> None:
    if left <= 0:
        return
    n = min(_PAGE, left)
    row = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="center")
    row.button(
        ngettext("Show {n} more case", "Show {n} more cases", n), key="more_cases", on_click=_list_more
    )
    row.caption(ngettext("{n} case is not shown", "{n} cases are not shown", left), width="content")


def _list_more() -> None:
    st.session_state[session.LIST_LENGTH] = st.session_state.get(session.LIST_LENGTH, _PAGE) + _PAGE


def _from_the_top() -> None:
    st.session_state.pop(session.LIST_LENGTH, None)


def _empty(*, filtered: bool) -> None:
    if filtered:
        st.info(
            _("No open case is like this. Choose another unit, category or part."),
            icon=":material/filter_alt:",
        )
        st.button(_("Show all open cases"), key="clear_list", on_click=_clear)
        return
    st.success(
        _("No case is open. New ones come from reports and imported files."), icon=":material/task_alt:"
    )
    row = st.container(horizontal=True)
    row.page_link("imports.py", label=_("Import a file"), icon=":material/upload_file:")
    row.page_link("report.py", label=_("Report a problem"), icon=":material/add_location_alt:")


def _clear() -> None:
    for key in (session.LIST_UNIT, session.LIST_CATEGORIES, session.LIST_PART, session.LIST_LENGTH):
        st.session_state.pop(key, None)
    for name in ("unit", "category", "part", "in"):
        st.query_params.pop(name, None)


if __name__ == "__main__":
    render(workspace())
