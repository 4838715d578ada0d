"""Card: what grew and what shrank from one period to the other, by category and by cell."""

from typing import Any, Final

import polars as pl
import streamlit as st

from app_pages import changes, figures, session
from app_pages.filters import used_categories
from app_pages.map_compare import days_words
from app_pages.map_measure import Days, shown
from app_pages.view import View
from data.filters import Filter
from data.workspace import Workspace
from geo import cells
from i18n import gettext as _

CATEGORY: Final = "category"
CELL: Final = "cell"
_ROWS: Final = 8


def render(here: Workspace, view: View, where: Filter) -> None:
    """Draw the tables of a view that compares two periods; nothing for any other."""
    other = shown(view, where).other
    if other is None or where.start is None or where.end is None:
        return
    st.markdown("###### " + _("What changed"))
    st.caption(days_words(where, other))
    kind = _kind()
    compared = _compared(here, view, where, other, kind)
    for words, rows in (
        (_("Grew"), changes.grown(compared, _ROWS)),
        (_("Shrank"), changes.shrunk(compared, _ROWS)),
    ):
        st.markdown(f"**{words}**")
        _table(changes.named(rows, kind, _names(here, rows, kind)), kind, key=f"{kind}_{words}")
    if compared["uncertain"].any():
        st.caption(_("Uncertain: so few reports that the change may be chance."))


def _kind() -> str:
    words = {CATEGORY: _("Categories"), CELL: _("Cells")}
    chosen = st.segmented_control(
        _("Changes of"),
        [CATEGORY, CELL],
        key=session.CHANGES,
        default=None if session.CHANGES in st.session_state else CATEGORY,
        format_func=words.__getitem__,
        required=True,
        label_visibility="collapsed",
    )
    return chosen or CATEGORY


def _compared(here: Workspace, view: View, where: Filter, other: Days, kind: str) -> pl.DataFrame:
    before = where.but(start=other[0], end=other[1])
    period = (where.start or other[0], where.end or other[1])
    now, earlier = (_counted(here, view, one, kind) for one in (where, before))
    return changes.compare(now, earlier, kind, scale=changes.scale_of(period, other))


def _counted(here: Workspace, view: View, where: Filter, kind: str) -> pl.DataFrame:
    if kind == CATEGORY:
        return here.cube.by_category(where)
    counted = here.cube.counts(where, view.resolution or cells.ANALYSIS_RESOLUTION)
    return pl.DataFrame({CELL: counted.cells, "n": counted.counts})


def _names(here: Workspace, rows: pl.DataFrame, kind: str) -> dict[object, str]:
    """Return what the rows are called; a cell has the address that its reports name most often."""
    if kind == CATEGORY:
        return dict(used_categories(here).select("slug", "label").iter_rows())
    known = cells.to_text(rows[CELL].to_numpy())
    return {
        cell: figures.whereabouts(here, here.cube.version, cell) or str(text)
        for cell, text in zip(rows[CELL].to_list(), known, strict=True)
    }


def _table(rows: pl.DataFrame, kind: str, *, key: str) -> None:
    if rows.is_empty():
        st.caption(_("Nothing."))
        return
    key = f"{key}_{st.session_state.get(session.CHANGE_PICKED, 0)}"
    uncertain = pl.when("uncertain").then(pl.lit(_("uncertain"))).otherwise(pl.lit(""))
    st.dataframe(
        rows.select("name", "before", "now", "change", sure=uncertain),
        key=key,
        hide_index=True,
        placeholder=_("new"),
        on_select=lambda: _open(key, rows[kind].to_list(), kind),
        selection_mode="single-cell",
        column_config={
            "name": st.column_config.TextColumn(_("What") if kind == CATEGORY else _("Where")),
            "before": st.column_config.NumberColumn(_("Before"), format="localized", width=70),
            "now": st.column_config.NumberColumn(_("Now"), format="localized", width=70),
            "change": st.column_config.NumberColumn(_("Change"), format="%+.0f %%", width=80),
            "sure": st.column_config.TextColumn("", width=80),
        },
    )


def _open(key: str, keys: list[Any], kind: str) -> None:
    """Go to the row that was clicked: filter by its category, or select its cell."""
    row = clicked_row(st.session_state[key])
    if row is None or row >= len(keys):
        return
    st.session_state[session.CHANGE_PICKED] = (
        st.session_state.get(session.CHANGE_PICKED, 0) + 1
    )  # none picked
    view = session.current_view()
    if kind == CELL:
        session.show(view.but(cell=str(cells.to_text([keys[row]])[0]), at=None))
        return
    session.choose(view.but(where=view.where.but(categories=(keys[row],))))


def clicked_row(state: Any) -> int | None:
    """Return the row that a table says was clicked, None for none."""
    selection = state.get("selection", {}) if state else {}
    cells_clicked, rows = selection.get("cells", []), selection.get("rows", [])
    if cells_clicked:
        return int(cells_clicked[0][0])
    return int(rows[0]) if rows else None
