"""Card: what grew and what shrank from one period to the other, by category, by place and by cell."""

from collections.abc import Sequence
from typing import Any, Final

import polars as pl
import streamlit as st

from app_pages import figures, session
from app_pages.filters import used_categories
from app_pages.map_compare import days_words
from app_pages.map_measure import shown
from app_pages.place_words import name_of
from app_pages.view import View
from data.change import changes, grown_and_shrunk
from data.filters import Filter
from data.place_tables import kinds_there
from data.workspace import Workspace
from geo import cells
from i18n import gettext as _

#: What changes are told by, and the name of its key in a table of changes.
CATEGORY: Final = "category"
PLACE: Final = "place"
CELL: Final = "cell"
_KEYS: Final = {CATEGORY: "category", PLACE: "place_id", CELL: "cell"}
_ROWS: Final = 8


def render(here: Workspace, view: View, where: Filter) -> None:
    """Draw the tables of a view that compares two periods; nothing for any other."""
    other = shown(view, where).other
    if other is None:
        return
    st.markdown("###### " + _("What changed"))
    st.caption(days_words(where, other))
    kind = _kind(here)
    by = (view.resolution or cells.ANALYSIS_RESOLUTION) if kind == CELL else kind
    table = changes(here.cube, where, by, against=other).drop_nulls(_KEYS[kind])
    grew, shrank = grown_and_shrunk(table, most=_ROWS)
    _table(here, _("Grew"), grew, kind, key=f"{kind}_grew")
    _table(here, _("Shrank"), shrank, kind, key=f"{kind}_shrank")
    if pl.concat([grew, shrank])["uncertain"].any():
        st.caption(_("In brackets: from so few reports that the change may be chance."))


def _kind(here: Workspace) -> str:
    words = {CATEGORY: _("Categories"), PLACE: _("Places"), CELL: _("Cells")}
    offered = [CATEGORY, PLACE, CELL] if kinds_there(here.store, actor=here.viewer) else [CATEGORY, CELL]
    if st.session_state.get(session.CHANGES) not in offered:
        st.session_state[session.CHANGES] = CATEGORY
    chosen = st.segmented_control(
        _("Changes of"),
        offered,
        key=session.CHANGES,
        format_func=words.__getitem__,
        required=True,
        label_visibility="collapsed",
    )
    return chosen or CATEGORY


def _table(here: Workspace, words: str, rows: pl.DataFrame, kind: str, *, key: str) -> None:
    st.markdown(f"**{words}**")
    if rows.is_empty():
        st.caption(_("Nothing."))
        return
    keys = rows[_KEYS[kind]].to_list()
    key = f"{key}_{st.session_state.get(session.CHANGE_PICKED, 0)}"
    st.dataframe(
        {
            "name": _names(here, keys, kind),
            "change": [change_text(*row) for row in rows.select("percent", "uncertain").iter_rows()],
            "before": rows["before"],
            "now": rows["now"],
        },
        key=key,
        hide_index=True,
        on_select=lambda: _open(key, keys, kind),
        selection_mode="single-cell",
        column_config={
            "name": st.column_config.TextColumn(_("What") if kind == CATEGORY else _("Where"), width=128),
            "change": st.column_config.TextColumn(_("Change"), width=72, alignment="right"),
            "before": st.column_config.NumberColumn(_("Then"), format="localized", width=56),
            "now": st.column_config.NumberColumn(_("Now"), format="localized", width=56),
        },
    )


def change_text(percent: float | None, uncertain: bool) -> str:
    """Write a change: in brackets where it may be chance; what was not there before is new."""
    words = _("new") if percent is None else f"{percent:+.0f}\u00a0%"
    return f"({words})" if uncertain else words


def _names(here: Workspace, keys: Sequence[Any], kind: str) -> list[str]:
    """Return what the rows are called; a cell has the address that its reports name most often."""
    if kind == CATEGORY:
        words = dict(used_categories(here).select("slug", "label").iter_rows())
        return [words.get(key, key) for key in keys]
    if kind == PLACE:
        return [name_of(here.store.place(number, actor=here.viewer)) for number in keys]
    known = cells.to_text(keys)
    version = here.cube.version
    return [
        figures.whereabouts(here, version, cell) or str(text) for cell, text in zip(keys, known, strict=True)
    ]


def _open(key: str, keys: list[Any], kind: str) -> None:
    """Go to the row that was clicked: filter by its category, or select its place or its cell."""
    row = clicked_row(st.session_state[key])
    if row is None or row >= len(keys):
        return
    st.session_state[session.CHANGE_PICKED] = st.session_state.get(session.CHANGE_PICKED, 0) + 1
    view = opened(session.current_view(), kind, keys[row])
    if kind == CATEGORY:
        session.choose(view)
    else:
        session.show(view)


def opened(view: View, kind: str, key: Any) -> View:
    """Return the view of a row; `key` is a category, the id of a place or a cell."""
    if kind == CATEGORY:
        return view.but(where=view.where.but(categories=(key,)))
    if kind == PLACE:
        return view.but(at=int(key), cell=None)
    return view.but(cell=str(cells.to_text([key])[0]), at=None)


def clicked_row(state: Any) -> int | None:
    """Return the row that a table says was clicked, None for none."""
    selection = state.get("selection", {}) if state else {}
    clicked, rows = selection.get("cells", []), selection.get("rows", [])
    if clicked:
        return int(clicked[0][0])
    return int(rows[0]) if rows else None
