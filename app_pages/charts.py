"""Small charts of the panels: what kinds, and how it went week by week."""

from typing import Literal

import altair as alt
import polars as pl
import streamlit as st

from data.cube import Cube
from data.filters import Filter
from i18n import gettext as _

_ACCENT = "#2a7f9e"
#: A grey that is read on light and on dark ground.
_NUMBERS = "#76838f"
_WEEKS_FOR_A_CURVE = 4
_DAYS_FOR_A_TICK_EACH = 6
_WIDE_ENOUGH_FOR_WORDS = 150


def mix(counted: pl.DataFrame, *, most: int = 8) -> None:
    """Draw bars for the most frequent categories; the rest is one bar.

    Parameters
    ----------
    counted
        Columns `label` and `n`, most first.
    """
    shown = counted.select("label", "n").head(most)
    rest = int(counted["n"].slice(most).sum())
    if rest:
        others = pl.DataFrame({"label": [_("all others")], "n": [rest]}, schema=shown.schema)
        shown = pl.concat([shown, others])
    st.altair_chart(bars(shown), width="stretch")


def bars(counted: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Make a bar for each row (columns `label`, `n`), with its number at the end."""
    axis = alt.Axis(labelLimit=_WIDE_ENOUGH_FOR_WORDS, labelOverlap=False, ticks=False, domain=False)
    base = alt.Chart(counted).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=axis),
        x=alt.X("n:Q", title=None, axis=None, scale=alt.Scale(domainMin=0)),
        tooltip=[
            alt.Tooltip("label:N", title=_("Category")),
            alt.Tooltip("n:Q", title=_("Reports"), format=","),
        ],
    )
    drawn = base.mark_bar(color=_ACCENT, cornerRadiusEnd=2, height={"band": 0.72})
    numbers = base.mark_text(align="left", dx=4, color=_NUMBERS).encode(text=alt.Text("n:Q", format=","))
    return alt.layer(drawn, numbers, height=max(60, 24 * counted.height))


def over_time(cube: Cube, where: Filter, *, cell: int | None = None) -> None:
    """Draw the reports of each week as an area, of each day as bars where there are few weeks."""
    days = cube.by_day(where, cell=cell)
    if days.height < 2:
        st.caption(_("All of one day, {day}", day=days["day"][0].isoformat()))
        return
    weeks = cube.by_week(where, cell=cell)
    if weeks.height < _WEEKS_FOR_A_CURVE:
        chart = _by_time(days, "day", _("Day")).mark_bar(color=_ACCENT, size=10).properties(height=120)
    else:
        chart = by_week(weeks)
    st.altair_chart(chart, width="stretch")


def by_week(counted: pl.DataFrame, words: str = "") -> alt.Chart:
    """Make an area over the weeks (columns `week`, `n`); `words` say what is counted, reports where empty."""
    chart: alt.Chart = _by_time(counted, "week", _("Week from"), words).mark_area(
        color=_ACCENT,
        opacity=0.25,
        line={"color": _ACCENT, "strokeWidth": 1.5},
        interpolate="step-after",
    )
    tall: alt.Chart = chart.properties(height=120)
    return tall


def _by_time(counted: pl.DataFrame, column: str, words: str, of: str = "") -> alt.Chart:
    form = "%Y-%m" if column == "week" else "%m-%d"
    ticks: Literal["day"] | int = "day" if column == "day" and counted.height < _DAYS_FOR_A_TICK_EACH else 4
    axis = alt.Axis(format=form, tickCount=ticks, labelOverlap=True, grid=False)
    return alt.Chart(counted).encode(
        x=alt.X(f"{column}:T", title=None, axis=axis),
        y=alt.Y(
            "n:Q",
            title=None,
            axis=alt.Axis(tickCount=3, tickMinStep=1, format="~s"),
            scale=alt.Scale(domainMin=0),
        ),
        tooltip=[
            alt.Tooltip(f"{column}:T", title=words, format="%Y-%m-%d"),
            alt.Tooltip("n:Q", title=of or _("Reports"), format=","),
        ],
    )
