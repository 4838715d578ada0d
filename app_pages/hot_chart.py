"""Chart: how unusual a cell and its neighbours were, step by step, with the significant steps marked."""

from datetime import timedelta
from math import isfinite
from typing import TYPE_CHECKING

import altair as alt
import polars as pl
import streamlit as st

from app_pages import glossary, hot_marks
from data.hot_cells import HotAsked
from data.workspace import Workspace
from i18n import gettext as _

if TYPE_CHECKING:
    from data.hot_classes import CellSeries

_HEIGHT_PX = 130
#: What is not significant is pale on light and on dark ground.
_PALE = "#98a3ad"


def draw(here: Workspace, asked: HotAsked, cell: int) -> None:
    """Draw the z-scores of a cell; nothing where there is no series."""
    from data.hot_classes import series

    known = series(here.cube, asked, cell)
    if not known.starts:
        return
    words = {
        "week": _("How unusual each week was, as z-scores; significant weeks are coloured."),
        "month": _("How unusual each month was, as z-scores; significant months are coloured."),
    }
    st.caption(f"{words[known.step]} {glossary.meaning('hot_z')}")
    st.altair_chart(chart(known), width="stretch")


def chart(known: "CellSeries") -> alt.LayerChart | alt.FacetChart:
    """Make a bar for each step, its significance told by colour and by the lines that it has to pass."""
    words = {1: _("hot"), -1: _("cold"), 0: _("neither")}
    table = pl.DataFrame(
        {
            "start": known.starts,
            "end": [*known.starts[1:], known.starts[-1] + timedelta(days=7 if known.step == "week" else 30)],
            "z": known.z,
            "n": known.counts,
            "sign": [words[int(sign)] for sign in known.significant],
        }
    )
    colours = [hot_marks.colour("now", "hot95"), hot_marks.colour("now", "cold95"), _PALE]
    months = alt.Axis(format="%Y-%m", tickCount=4, labelOverlap=True, grid=False)
    bars = (
        alt.Chart(table)
        .mark_bar(binSpacing=0.5)
        .encode(
            x=alt.X("start:T", title=None, axis=months),
            x2="end:T",
            y=alt.Y("z:Q", title=None, axis=alt.Axis(tickCount=4)),
            y2=alt.Y2Datum(0),
            color=alt.Color(
                "sign:N", scale=alt.Scale(domain=[words[1], words[-1], words[0]], range=colours), legend=None
            ),
            tooltip=[
                alt.Tooltip("start:T", title=_("From"), format="%Y-%m-%d"),
                alt.Tooltip("z:Q", title="z", format=".1f"),
                alt.Tooltip("sign:N", title=_("Significant")),
                alt.Tooltip("n:Q", title=_("Reports in this cell"), format=","),
            ],
        )
    )
    table = pl.DataFrame({"y": lines(known)}, schema={"y": pl.Float64})
    rules = alt.Chart(table).mark_rule(color=_PALE, strokeDash=[4, 3]).encode(y="y:Q")
    return alt.layer(bars, rules, height=_HEIGHT_PX)


def lines(known: "CellSeries") -> list[float]:
    """Return from which z-scores on a step is significant; one that the bars stay far from is left out."""
    low, high = float(known.z.min()), float(known.z.max())
    hot = [known.least_z] if isfinite(known.least_z) and high >= known.least_z / 2 else []
    return hot + ([known.cold_z] if isfinite(known.cold_z) and low <= known.cold_z / 2 else [])
