"""Card: what the plans of the last weeks held and missed, and where."""

from datetime import timedelta
from typing import Final

import streamlit as st

from app_pages import forecast_plan, forecast_tables
from app_pages import forecast_words as words
from app_pages.forecast_tables import CellLine
from data.forecasts import Forecast, ForecastAsked
from data.step_counts import following
from data.workspace import Workspace
from i18n import gettext as _
from i18n import ngettext

#: Cells that are listed.
_LISTED: Final = 8
_DAY: Final = timedelta(days=1)


def render(here: Workspace, asked: ForecastAsked, found: Forecast) -> None:
    """Draw the last step that is over, in words and as a list, then all that judge as a chart."""
    start = found.starts[-1]
    after = following(start, asked.step)
    st.markdown(
        "###### " + _("What the last plan missed, {days}", days=words.days_words(start, after - _DAY))
    )
    hits = int(found.test.of(found.test.chosen).hits[-1])
    total = int(found.test.totals[-1])
    st.markdown(last_words(hits, total, int(found.test.best[-1])))
    missed = found.missed()
    lines = [
        CellLine(
            forecast_plan.where(here, int(found.cells[row])),
            forecast_plan.cell_link(asked, int(found.cells[row])),
            None,
            int(found.last[row]),
        )
        for row in missed[:_LISTED].tolist()
    ]
    if lines:
        st.html(forecast_tables.cells_table(lines, expected=False))
    rest = missed[_LISTED:]
    if len(rest):
        st.caption(
            _(
                "And {n} in {cells} more outside the plan.",
                n=f"{int(found.last[rest].sum()):,}",
                cells=ngettext("{n} cell", "{n} cells", len(rest)),
            )
        )
    st.markdown("###### " + _("Held and missed, time by time"))
    st.altair_chart(forecast_tables.hits_chart(found), width="stretch")


def last_words(hits: int, total: int, best: int) -> str:
    """Say how many reports the last plan held, of all and of those that any plan of its size could have."""
    if not total:
        return _("Nothing was reported in it.")
    return _(
        "**{hits} of {total} reports** lay in the plan that would have been made before it, **{missed}** did "
        "not. The best plan of the same area, known only afterwards, would have held {best}.",
        hits=f"{hits:,}",
        total=f"{total:,}",
        missed=f"{total - hits:,}",
        best=f"{best:,}",
    )
