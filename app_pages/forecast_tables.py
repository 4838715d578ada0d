"""The tables and the chart of a forecast: the cells to go to, how good each method was, what was missed."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import altair as alt
import polars as pl

from app_pages import forecast_words as words
from data.forecasts import Forecast
from data.step_counts import Step
from i18n import gettext as _

_HIT, _MISSED = "#2a7f9e", "#b9c2c9"


class CellLine(NamedTuple):
    """A cell in a list.

    Attributes
    ----------
    where
        Its address, as reports name it.
    link
        The way to it on the map.
    expected
        Reports in the next step; None where the list is not about that.
    last
        Reports in the last whole step.
    held
        Whether it was among the fullest then.
    """

    where: str
    link: str
    expected: float | None
    last: int
    held: bool = False


def cells_table(lines: Sequence[CellLine], *, expected: bool, last: str = "") -> str:
    """Write cells as an HTML table, each the way to the map; every text of theirs is escaped.

    `last` are the days of the last whole step, where it is not the one before that of the plan.
    """
    last = last or _("Last time")
    heads = ["", _("Where"), _("Expected"), last] if expected else ["", _("Where"), _("Reports")]
    head = "".join(
        f'<th class="{"gz-n" if n > 1 else ""}" scope="col">{escape(name)}</th>'
        for n, name in enumerate(heads)
    )
    body = "".join(_line(line, number, expected=expected) for number, line in enumerate(lines, 1))
    return f'<table class="gz-beside gz-plan"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _line(line: CellLine, number: int, *, expected: bool) -> str:
    held = escape(_("among the fullest last time too"))
    mark = f" <small>{held}</small>" if line.held else ""
    figures = [f"{line.expected:.1f}"] if expected and line.expected is not None else []
    figures.append(f"{line.last:,}")
    counted = "".join(f'<td class="gz-n">{figure}</td>' for figure in figures)
    where = f'<a href="{escape(line.link)}" target="_self">{escape(line.where)}</a>{mark}'
    return f'<tr><td class="gz-rank">{number}</td><td>{where}</td>{counted}</tr>'


def methods_table(found: Forecast, step: Step, apart_m: float) -> str:
    """Write how good each method was on the forecasts that judge, the best first, as an HTML table."""
    heads = (_("Method"), _("PAI"), _("PEI"), _("Hit rate"))
    head = "".join(
        f'<th class="{"gz-n" if n else ""}" scope="col">{escape(name)}</th>' for n, name in enumerate(heads)
    )
    lines = []
    for family, quality in words.by_quality(found.test):
        marks = [_("chosen")] if family.name == found.test.chosen else []
        marks += [_("simple")] if words.is_simple(family.name) else []
        said = " ".join(f'<i class="gz-mark">{escape(mark)}</i>' for mark in marks)
        about = escape(words.method_about(family, step, apart_m))
        name = escape(words.method_label(family.name))
        figures = "".join(
            f'<td class="gz-n"><b>{value}</b><small>{between}</small></td>'
            for value, between in (
                words.interval_words(quality.pai),
                words.interval_words(quality.pei, form=".3f"),
                words.interval_words(quality.hit_rate, form=".1%"),
            )
        )
        style = ' class="gz-chosen"' if family.name == found.test.chosen else ""
        lines.append(
            f'<tr{style}><th scope="row"><b>{name}</b> {said}<small>{about}</small></th>{figures}</tr>'
        )
    return (
        f'<table class="gz-beside gz-methods"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def hits_chart(found: Forecast) -> alt.Chart:
    """Draw what the chosen method's plans held and missed, step by step, where it was judged."""
    judged = slice(found.test.choosing, None)
    hits, totals = found.test.of(found.test.chosen).hits[judged], found.test.totals[judged]
    inside, outside = _("in the plan"), _("missed")
    starts = found.starts[judged]
    rows = pl.DataFrame(
        {
            "from": [*starts, *starts],
            "n": [*hits.tolist(), *(totals - hits).tolist()],
            "what": [inside] * len(starts) + [outside] * len(starts),
            "order": [0] * len(starts) + [1] * len(starts),
        }
    )
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("from:O", title=None, timeUnit="yearmonthdate", axis=_days_axis(len(starts))),
            y=alt.Y("n:Q", title=None, axis=alt.Axis(tickCount=3, tickMinStep=1)),
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(domain=[inside, outside], range=[_HIT, _MISSED]),
                legend=alt.Legend(orient="bottom"),
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("from:T", title=_("From"), format="%Y-%m-%d"),
                alt.Tooltip("what:N", title=_("Reports")),
                alt.Tooltip("n:Q", title=_("Number"), format=","),
            ],
        )
        .properties(height=210)
    )
    return chart


def _days_axis(steps: int) -> alt.Axis:
    return alt.Axis(
        format="%m-%d", labelAngle=0, labelOverlap="greedy", ticks=False, grid=False, tickCount=steps
    )
