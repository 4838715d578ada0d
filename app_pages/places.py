"""Page: streets, compounds and areas side by side, the worst first."""

import polars as pl
import streamlit as st

from app_pages import empty, filters, glossary, place_league, place_table, session
from app_pages.case_facts import unit_label
from app_pages.place_league import ORDERS, Order, order_label
from app_pages.place_words import COUNTED, kinds_label, title_words
from app_pages.view import View
from data.filters import Filter
from data.periods import period_before
from data.place_counts import Sum, is_area, summed
from data.place_rates import UNCERTAIN_BELOW, measure_of
from data.place_tables import kinds_there
from data.rights import is_scoped
from data.workspace import Workspace, workspace
from i18n import gettext as _
from i18n import ngettext

_PAGE = 50


def render(here: Workspace) -> None:
    """Compose the page: filters in the sidebar, the kind and the order, the table and its sum."""
    here.cube.refresh()
    with st.sidebar:
        view = filters.render(here, session.current_view(), with_cells=False)
    kinds = [kind for kind in COUNTED if kind in kinds_there(here.store, actor=here.viewer)]
    if not kinds:
        session.show(view)
        empty.no_places()
        return
    kind = _kind(kinds)
    where = filters.meant_on_map(here, view)
    before = period_before(where)
    row = st.container(key="list_filters", horizontal=True, vertical_alignment="bottom")
    order, names = _order(row, with_change=before is not None), _names(row)
    _remember(view, kind, order, names)
    overdue = here.store.urgency(actor=session.actor(here)).filter("overdue")["issue_id"]
    every = place_league.league(here, where, kind, before=before, overdue=overdue)
    found = place_league.named(place_league.in_order(every, order), names)
    csv = place_league.to_csv(found, kind, lambda unit: unit_label(here, unit))
    row.download_button(
        _("As a table (CSV)"), csv, file_name=f"{kind}.csv", mime="text/csv", icon=":material/download:"
    )
    _explain(kind, before)
    if found.is_empty():
        _nothing(names)
        return
    if not here.cube.total(where):
        empty.nothing_passes("clear_from_places")
    length = st.session_state.get(session.PLACES_LISTED, _PAGE)
    sums = sums_html(every, kind, summed(here.cube, where, kind, actor=here.viewer))
    st.html(place_table.table(found.head(length), measure_of(kind), sums=sums))
    _more(found.height - length)
    st.caption(
        sum_words(kind, summed(here.cube, where, kind, actor=here.viewer), whole=not is_scoped(here.viewer))
    )


def sums_html(every: pl.DataFrame, kind: str, total: Sum) -> str:
    """Write the line of sums: all places of the kind together, whichever are listed."""
    words = _("All {kinds} together", kinds=kinds_label(kind))
    return place_table.sums_line(words, total.here, int(every["open"].sum()), int(every["late"].sum()))


def sum_words(kind: str, total: Sum, *, whole: bool) -> str:
    """Say how the places of a kind add up to all reports of the filter."""
    parts = [_("{n} in {kinds}", n=f"{total.here:,}", kinds=kinds_label(kind))]
    if is_area(kind):
        parts += [
            _("{n} in larger areas alone", n=f"{total.elsewhere:,}") if total.elsewhere else "",
            _("{n} outside any area", n=f"{total.nowhere:,}") if total.nowhere else "",
        ]
    else:
        parts += [
            _("{n} in other places", n=f"{total.elsewhere:,}") if total.elsewhere else "",
            _("{n} on open ground", n=f"{total.nowhere:,}") if total.nowhere else "",
        ]
    said = " + ".join(part for part in parts if part)
    reports = ngettext("{n} report", "{n} reports", total.total).replace(str(total.total), f"{total.total:,}")
    if whole:
        return _("{parts} = {reports} that pass the filters.", parts=said, reports=reports)
    return _(
        "{parts} = {reports} in your part of the city that pass the filters.", parts=said, reports=reports
    )


def _kind(kinds: list[str]) -> str:
    if st.session_state.get(session.PLACE_KIND) not in kinds:
        asked = st.query_params.get("kind", "")
        st.session_state[session.PLACE_KIND] = asked if asked in kinds else kinds[0]
    chosen = st.segmented_control(
        _("Kind of place"),
        kinds,
        key=session.PLACE_KIND,
        format_func=kinds_label,
        required=True,
        label_visibility="collapsed",
        on_change=_from_the_top,
    )
    return chosen or kinds[0]


def _order(row: st.delta_generator.DeltaGenerator, *, with_change: bool) -> Order:
    offered = [order for order in ORDERS if order != "change" or with_change]
    if st.session_state.get(session.PLACE_ORDER) not in offered:
        asked = st.query_params.get("order", "")
        st.session_state[session.PLACE_ORDER] = asked if asked in offered else offered[0]
    return row.selectbox(
        _("Order"),
        offered,
        key=session.PLACE_ORDER,
        format_func=order_label,
        on_change=_from_the_top,
        width=230,
    )


def _names(row: st.delta_generator.DeltaGenerator) -> str:
    if session.PLACE_NAMES not in st.session_state:
        st.session_state[session.PLACE_NAMES] = st.query_params.get("q", "")
    return row.text_input(
        _("Name or area"),
        key=session.PLACE_NAMES,
        icon=":material/search:",
        on_change=_from_the_top,
        width=260,
    )


def _remember(view: View, kind: str, order: Order, names: str) -> None:
    session.show(view, kind=kind, order="" if order == "low" else order, q=names)


def _explain(kind: str, before: Filter | None) -> None:
    parts = [
        _("Rate: {title}.", title=title_words(measure_of(kind))),
        _("The line is its 95 % interval; pale: fewer than {n} reports.", n=UNCERTAIN_BELOW),
        _('"Surely worst first" goes by the lower end, so that chance does not lead.'),
    ]
    if before is not None and before.start and before.end:
        parts.append(
            _(
                "Change: against {start} to {end}, red where it grew beyond chance.",
                start=before.start,
                end=before.end,
            )
        )
    parts.append(glossary.meaning("rate"))
    st.caption(" ".join(parts))


def _more(left: int) -> None:
    if left <= 0:
        return
    n = min(_PAGE, left)
    st.button(
        ngettext("Show {n} more place", "Show {n} more places", n), key="more_places", on_click=_list_more
    )


def _list_more() -> None:
    st.session_state[session.PLACES_LISTED] = st.session_state.get(session.PLACES_LISTED, _PAGE) + _PAGE


def _from_the_top() -> None:
    st.session_state.pop(session.PLACES_LISTED, None)


def _nothing(names: str) -> None:
    if not names:
        empty.nothing_passes("clear_from_places")
        return
    st.info(_("No place here has this in its name or its area."), icon=":material/search_off:")
    st.button(_("Show all places"), key="all_places", on_click=_forget_names)


def _forget_names() -> None:
    st.session_state[session.PLACE_NAMES] = ""


if __name__ == "__main__":
    render(workspace())
