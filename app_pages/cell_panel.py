"""Card: what is in the cell that was clicked."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import streamlit as st

from app_pages import charts, empty, hot_panel, photo_links, session
from app_pages.figures import labelled_mix
from app_pages.filters import used_categories
from app_pages.place_words import name_of
from app_pages.view import HOT, View
from data.filters import Filter
from data.place_counts import mostly
from data.statuses import STATUS_GROUPS, label
from data.workspace import Workspace
from geo import cells
from i18n import gettext as _
from i18n import listed, ngettext

_PAGE = 20


def render(workspace: Workspace, view: View, where: Filter) -> None:
    """Draw the cell's figures, its mix, its weekly curve and its reports, newest first."""
    cell = int(cells.check([view.cell])[0])
    _header(cell, view)
    _mostly(workspace, where, cell)
    if view.show != HOT:
        _inside(workspace, where, cell)
        return
    with hot_panel.why(workspace, view, where.but(cells=()), cell):
        _inside(workspace, where, cell)


def _inside(workspace: Workspace, where: Filter, cell: int) -> None:
    """Draw what was reported in the cell."""
    total = workspace.cube.total(where, cell=cell)
    if not total and where == Filter():
        st.caption(_("Nothing was ever reported in this cell."))
        return
    if not total:
        empty.nothing_passes("clear_from_cell", _("No report in this cell passes the filters."))
        return
    st.metric(_("Reports in this cell"), f"{total:,}")
    charts.mix(labelled_mix(workspace, where, cell=cell), most=5)
    charts.over_time(workspace.cube, where, cell=cell)
    reports(workspace, where, total, cell=cell)


def _header(cell: int, view: View) -> None:
    row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    resolution = cells.resolution_of([cell])
    area = float(cells.area_m2([cell])[0])
    row.markdown("##### " + _("Cell {id}", id=f"`{view.cell}`"), width="content")
    row.button(
        _("Close"), icon=":material/close:", key="close_cell", on_click=_close, help=_("Back to the map")
    )
    st.caption(_("H3 resolution {resolution}, {area} m²", resolution=resolution, area=f"{area:,.0f}"))


def _mostly(workspace: Workspace, where: Filter, cell: int) -> None:
    """Say in which places the cell's reports mostly lie, each the way to its page."""
    found = mostly(workspace.cube, where, cell) or mostly(workspace.cube, Filter(), cell)
    links = [_place(workspace, number, share) for number, share in found]
    if links:
        words = _("Mostly {places}", places=listed(links))
        st.html(f'<p class="gz-mostly">{words}</p>')


def _place(workspace: Workspace, number: int, share: float) -> str:
    name = name_of(workspace.store.place(number, actor=workspace.viewer))
    link = escape(session.place_link(number))
    return f'<a href="{link}" target="_self">{escape(name)}</a> <small>{share:.0%}</small>'


def _close() -> None:
    session.show(session.current_view().but(cell=None))
    st.session_state.pop(session.LISTED, None)


def reports(workspace: Workspace, where: Filter, total: int, *, cell: int | None = None) -> None:
    """List the reports meant, of one cell or of all, newest first; `total` is how many they are."""
    listed = st.session_state.get(session.LISTED, _PAGE)
    ids = workspace.cube.ids(where, cell=cell, limit=listed)
    rows = workspace.store.reports(ids.tolist(), actor=workspace.viewer)
    words = dict(used_categories(workspace).select("slug", "label").iter_rows())
    notes = workspace.store.map_notes(rows["id"].to_list(), actor=workspace.viewer)
    photos = {number: photo_links.thumbs(workspace, number) for number in notes.filter("photos")["id"]}
    st.html(report_list(rows, words, ZoneInfo(workspace.tz), photos))
    if total > listed:
        more = min(_PAGE, total - listed)
        st.button(
            ngettext("Show {n} more report", "Show {n} more reports", more),
            key="more_reports",
            width="stretch",
            on_click=_list_more,
        )


def _list_more() -> None:
    st.session_state[session.LISTED] = st.session_state.get(session.LISTED, _PAGE) + _PAGE


def report_list(
    rows: pl.DataFrame, words: dict[str, str], zone: ZoneInfo, photos: Mapping[int, str] | None = None
) -> str:
    """Write reports as an HTML list; every text of theirs is escaped.

    Parameters
    ----------
    rows
        `id` and the columns of a report.
    words
        The category's label by its slug.
    zone
        The city's time zone, in which times are shown.
    photos
        The photos of reports that have any, by id, as `photo_links` writes them.
    """
    shown = photos or {}
    items = "".join(_report(row, words, zone, shown.get(row["id"], "")) for row in rows.iter_rows(named=True))
    title = escape(_("Reports, newest first"))
    return f'<ul class="gz-reports" aria-label="{title}">{items}</ul>'


def _report(row: dict[str, Any], words: dict[str, str], zone: ZoneInfo, photos: str) -> str:
    status = row["status"]
    state = "open" if status in STATUS_GROUPS["open"] else "done"
    text = row["description"] or row["kind"] or ""
    where = row["address"] or ""
    category, at = escape(words.get(row["category"], row["category"])), _local(row["reported_at"], zone)
    link = escape(session.case_link(row["id"]))
    said = f"{category}, {at}, {escape(row['external_id'])}"
    return (
        f'<li data-report="{row["id"]}" data-lon="{row["lon"]}" data-lat="{row["lat"]}">'
        f'<header><strong><a href="{link}" target="_self" aria-label="{said}">'
        f"{category}</a></strong>"
        f'<span class="gz-state gz-{state}">{escape(label(status))}</span></header>'
        f"{f'<p>{escape(text)}</p>' if text else ''}{photos}"
        f"<footer><time>{at}</time> · {escape(row['external_id'])}"
        f"{f' · {escape(where)}' if where else ''}</footer></li>"
    )


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
