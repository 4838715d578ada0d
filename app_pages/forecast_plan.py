"""Card: the cells of a plan, the way to them on the map, and the plan as a file."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import streamlit as st

from app_pages import figures, forecast_tables, session
from app_pages.active import in_words
from app_pages.forecast_tables import CellLine
from app_pages.forecast_words import days_words
from data.forecasts import Basis, ForecastAsked, Plan, held
from data.workspace import Workspace
from geo import cells as h3_cells
from geo.forecast import usual_km2
from i18n import gettext as _
from i18n import ngettext
from reports.exports import provenance
from reports.files import MEDIA_TYPES, Format
from reports.forecast_exports import plan_file

#: Cells that are listed at first.
_LISTED: Final = 12
#: How close the map looks when a cell is opened.
_ZOOM: Final = "17"
_FILES: Final[tuple[Format, ...]] = ("csv", "geojson")


def render(here: Workspace, asked: ForecastAsked, made_from: Basis, plan: Plan) -> None:
    """Draw the plan in place."""
    n, expected = len(plan.rows), float(plan.expected[plan.rows].sum())
    st.caption(
        _(
            "{cells} on {km2} km², about {n} reports expected in them.",
            cells=ngettext("{n} cell", "{n} cells", n),
            km2=f"{made_from.km2:.2f}",
            n=f"{expected:,.0f}",
        )
    )
    _ways_on(here, asked, made_from, plan)
    length = min(st.session_state.get(session.FORECAST_LISTED, _LISTED), n)
    lines = _lines(here, asked, made_from, plan, length)
    st.html(forecast_tables.cells_table(lines, expected=True, last=_last(made_from)))
    if length < n:
        st.button(
            _("Show all {n}", n=n), key="forecast_all_cells", on_click=_list, args=(n,), type="tertiary"
        )


def _last(made_from: Basis) -> str:
    """Return the days of the last whole step where another is under way between it and the plan's."""
    counted = made_from.counted
    return days_words(counted.starts[-1], counted.ends[-1]) if made_from.lead > 1 else ""


def cell_link(asked: ForecastAsked, cell: int | None = None) -> str:
    """Return the address of the map that shows the plan, near a cell where one is given."""
    params = {"show": "hot", "hot": "forecast", "step": asked.step, "res": str(asked.resolution)}
    if cell is not None:
        known = np.array([cell], np.uint64)
        lon, lat = h3_cells.centres(known)
        params |= {"cell": str(h3_cells.to_text(known)[0]), "zoom": _ZOOM}
        params |= {"lat": f"{lat[0]:.5f}", "lon": f"{lon[0]:.5f}"}
    if asked.where.categories:
        params["category"] = asked.where.to_params()["category"]
    return session.map_link(**params)


def where(here: Workspace, cell: int) -> str:
    """Return what a cell is called: the address that its reports name most often, or else its number."""
    found = figures.whereabouts(here, here.cube.version, cell)
    return found or str(h3_cells.to_text(np.array([cell], np.uint64))[0])


def _ways_on(here: Workspace, asked: ForecastAsked, made_from: Basis, plan: Plan) -> None:
    row = st.container(key="forecast_ways", horizontal=True, vertical_alignment="center")
    on_map = _("Show on the map")
    row.markdown(f"[:material/hexagon: {on_map}]({cell_link(asked)})", width="content")
    labels = {"csv": _("As a table (CSV)"), "geojson": _("For maps (GeoJSON)")}
    about = provenance(here, asked.where, words=in_words(here, asked.where))
    for form in _FILES:
        row.download_button(
            labels[form],
            _file(here, asked, made_from, plan, form),
            file_name=about.file_name("forecast", form),
            mime=MEDIA_TYPES[form],
            key=f"forecast_{form}",
            icon=":material/download:",
            on_click="ignore",
        )
    if made_from.km2 != usual_km2(made_from.study_km2) or (
        made_from.can_be_under_way and made_from.lead == 1
    ):
        st.caption(_("The map shows the plan on the usual area, for the days that have not begun."))


def _lines(
    here: Workspace, asked: ForecastAsked, made_from: Basis, plan: Plan, length: int
) -> Sequence[CellLine]:
    last = made_from.counted.counts[:, -1]
    found = []
    for row, full in zip(plan.rows.tolist()[:length], held(last, plan.rows).tolist(), strict=False):
        cell = int(made_from.counted.cells[row])
        found.append(
            CellLine(where(here, cell), cell_link(asked, cell), plan.expected[row], int(last[row]), full)
        )
    return found


def _file(
    here: Workspace, asked: ForecastAsked, made_from: Basis, plan: Plan, form: Format
) -> Callable[[], bytes]:
    """Return what makes the file once somebody asks for it."""
    about = provenance(here, asked.where, words=in_words(here, asked.where))

    def make() -> bytes:
        cells = made_from.counted.cells[plan.rows]
        columns = {
            "rank": np.arange(1, len(cells) + 1),
            "first_day": np.full(len(cells), made_from.start.isoformat()),
            "last_day": np.full(len(cells), made_from.end.isoformat()),
            "expected": plan.expected[plan.rows].round(3),
            "last_reports": made_from.counted.counts[plan.rows, -1],
            "address": np.array([where(here, int(cell)) for cell in cells], dtype=object),
        }
        return plan_file(cells, columns, form, about)

    return make


def _list(length: int) -> None:
    st.session_state[session.FORECAST_LISTED] = length
