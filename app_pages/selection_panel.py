"""Card: the selected cells, beside the whole city."""

from collections.abc import Callable
from html import escape

import polars as pl
import streamlit as st

from app_pages import cell_panel, explorer, saved_selections, selection, session
from app_pages.figures import labelled_mix
from app_pages.markdown import plain
from app_pages.view import View
from data.filters import Filter
from data.statuses import STATUS_GROUPS
from data.workspace import Workspace
from geo import cell_sets, cells
from geo.errors import CellError
from i18n import gettext as _
from i18n import ngettext
from layers.copy_link import copy_link

_FIGURE_PX = 132
_CATEGORIES = 4


def render(workspace: Workspace, view: View, where: Filter) -> None:
    """Draw what can be done with the selection, its figures and its reports; `where` are those meant."""
    _header(where)
    _actions(workspace, view, where)
    fault = st.session_state.pop(session.SELECTION_FAULT, None)
    if fault:
        st.warning(plain(fault), icon=":material/warning:")
    total = workspace.cube.total(where)
    if not total:
        st.info(_("No report in these cells passes the filters."), icon=":material/filter_alt:")
        return
    city = where.but(cells=())
    _figures(workspace, where, city, total)
    st.html(mix_list(*(labelled_mix(workspace, own).select("label", "n") for own in (where, city))))
    explorer.render_charts()
    cell_panel.reports(workspace, where, total)


def _header(where: Filter) -> None:
    n = len(where.cells)
    row = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
    row.markdown("##### " + ngettext("{n} cell selected", "{n} cells selected", n), width="content")
    row.button(
        _("Clear"),
        icon=":material/close:",
        key="clear_selection",
        on_click=_change,
        args=("",),
        help=_("Back to the whole map"),
    )
    st.caption(
        _(
            "H3 resolution {resolution}, {area} km² together",
            resolution=cells.resolution_of(where.cells),
            area=f"{selection.area_km2(where.cells):,.2f}",
        )
    )


def render_kept(workspace: Workspace, view: View) -> None:
    """Draw the popover with the selections that are kept; nothing as long as there are none to open."""
    if view.where.cells or workspace.store.saved("cells", actor=session.actor(workspace)):
        _kept(workspace, view)


def _kept(workspace: Workspace, view: View) -> None:
    with st.popover(
        _("Kept selections"),
        icon=":material/bookmark:",
        key=session.SELECTIONS,
        on_change="rerun",
        type="tertiary",
        help=_("Keep the selected cells under a name, open kept ones"),
    ) as shown:
        if shown.open:
            saved_selections.render(workspace, view)


def _actions(workspace: Workspace, view: View, where: Filter) -> None:
    row = st.container(horizontal=True, vertical_alignment="center", key="selection_actions")
    row.button(
        _("Show all"), icon=":material/fit_screen:", key="fit_selection", on_click=_fit, type="tertiary"
    )
    row.button(
        _("Grow"),
        icon=":material/add_circle:",
        key="grow_selection",
        on_click=_grow,
        type="tertiary",
        help=_("Select the ring of cells around these too, empty ones included."),
    )
    row.button(
        _("Shrink"),
        icon=":material/do_not_disturb_on:",
        key="shrink_selection",
        on_click=_shrink,
        type="tertiary",
        help=_("Drop the cells at the edge of the selection."),
    )
    row.button(
        _("Invert"),
        icon=":material/flip:",
        key="invert_selection",
        on_click=_invert,
        args=(workspace, where),
        type="tertiary",
        help=_("Select all other cells with reports that pass the filters."),
    )
    row.page_link(
        "cases.py",
        label=_("Open cases here"),
        icon=":material/checklist:",
        query_params=session.with_language(_cases_params(where)),
    )
    with row:
        _kept(workspace, view)
        copy_link(
            _("Copy link"),
            key="copy_selection",
            title=_("The address of the map with this selection and these filters"),
        )


def _cases_params(where: Filter) -> dict[str, str]:
    params = where.to_params()
    return {name: params[name] for name in ("in", "category") if name in params}


def _figures(workspace: Workspace, where: Filter, city: Filter, total: int) -> None:
    whole = workspace.cube.total(city)
    opened, closed = _open_and_closed(workspace, where)
    city_opened, city_closed = _open_and_closed(workspace, city)
    row = st.container(horizontal=True, gap="medium")
    row.metric(
        _("Reports here"),
        f"{total:,}",
        delta=_("{share} of the city", share=f"{total / whole:.1%}"),
        delta_color="off",
        delta_arrow="off",
        help=_("Reports in the selected cells that the filter lets through."),
        width=_FIGURE_PX,
    )
    row.metric(
        _("Open here"),
        f"{opened:,}",
        delta=_("{share}, city {city}", share=f"{opened / total:.0%}", city=f"{city_opened / whole:.0%}"),
        delta_color="off",
        delta_arrow="off",
        help=_("Neither closed nor rejected nor a duplicate."),
        width=_FIGURE_PX,
    )
    row.metric(
        _("Closed here"),
        f"{closed / total:.0%}",
        delta=_("city {city}", city=f"{city_closed / whole:.0%}"),
        delta_color="off",
        delta_arrow="off",
        help=_("Closed reports as a share of all, rejected and duplicate ones included."),
        width=_FIGURE_PX,
    )
    row.metric(
        _("Per km²"),
        f"{total / selection.area_km2(where.cells):,.0f}",
        help=_("Reports by the area of the selected cells, empty ones included."),
        width=_FIGURE_PX,
    )


def _open_and_closed(workspace: Workspace, where: Filter) -> tuple[int, int]:
    states = dict(workspace.cube.by_status(where).select("status", "n").iter_rows())
    return sum(states.get(state, 0) for state in STATUS_GROUPS["open"]), states.get("closed", 0)


def mix_list(here: pl.DataFrame, city: pl.DataFrame) -> str:
    """Write the categories that set the selection apart as an HTML list of bars, a mark on each for the city.

    Those whose share differs most from the share in the city come first.

    Parameters
    ----------
    here, city
        Columns `label` and `n`: the selection and the whole city.
    """
    total, whole = int(here["n"].sum()), int(city["n"].sum())
    own = dict(here.select("label", "n").iter_rows())
    bars = [(label, own.get(label, 0), own.get(label, 0) / total, n / whole) for label, n in city.iter_rows()]
    shown = sorted(bars, key=lambda bar: abs(bar[2] - bar[3]), reverse=True)[:_CATEGORIES]
    largest = max(max(share, in_city) for _label, _n, share, in_city in shown)
    title = escape(_("Unlike the city"))
    words = _("Bars: shares here. Lines across: shares in the whole city.")
    items = "".join(_bar(*bar, largest) for bar in shown)
    return (
        f'<p class="gz-mix-title">{title}</p><ul class="gz-mix" aria-label="{title}">{items}</ul>'
        f'<p class="gz-fine">{escape(words)}</p>'
    )


def _bar(label: str, n: int, share: float, city: float, largest: float) -> str:
    said = _("{share} here, {city} in the city", share=f"{share:.0%}", city=f"{city:.0%}")
    return (
        f'<li><span>{escape(label)}</span><span class="gz-mix-bar" role="img" aria-label="{escape(said)}" '
        f'title="{escape(said)}"><i style="width:{share / largest:.2%}"></i>'
        f'<b style="left:{city / largest:.2%}"></b></span>'
        f'<span class="gz-mix-n" title="{n:,}">{share:.0%}</span></li>'
    )


def _change(text: str) -> None:
    session.show(selection.select(session.current_view(), text))
    st.session_state.pop(session.LISTED, None)


def _fit() -> None:
    session.look(box=saved_selections.box_around(session.current_view().where.cells))


def _grow() -> None:
    _try(selection.grown)


def _shrink() -> None:
    _try(selection.shrunk)


def _invert(workspace: Workspace, where: Filter) -> None:
    resolution = cells.resolution_of(where.cells)
    counted = workspace.cube.counts(where.but(cells=()), resolution).cells
    _try(lambda view: selection.inverted(view, counted))


def _try(change: Callable[[View], View]) -> None:
    try:
        changed = change(session.current_view())
    except CellError as error:
        st.session_state[session.SELECTION_FAULT] = str(error)
        return
    _change(cell_sets.pack(changed.where.cells))
