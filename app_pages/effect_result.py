"""Part of the effect card: what a drive came to, as words, as a chart over the weeks and cell by cell."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import altair as alt
import polars as pl
import streamlit as st

from app_pages import figures, glossary, session
from app_pages.filters import used_categories
from app_pages.markdown import plain
from app_pages.place_table import fitting_zoom
from app_pages.saved_selections import box_around
from data.drives import Drive
from data.effect import MeasuredDrive
from data.effect_words import (
    cautions,
    change_words,
    next_door_words,
    quotient_words,
    short_words,
    spared_words,
    verdict_words,
)
from data.workspace import Workspace
from geo import cell_sets, cells
from geo.effect_verdict import Verdict, next_door, verdict
from i18n import gettext as _
from i18n import listed, ngettext, sentences

_OWN: Final = "#2a7f9e"
_OTHERS: Final = "#76838f"
_BESIDE: Final = "#d97706"
_GOOD: Final = frozenset({"fell"})
_BAD: Final = frozenset({"rose", "came_back", "partly_back"})
_CELLS_LISTED: Final = 40
#: Weeks that the line of the matched cells is averaged over.
_SMOOTH_WEEKS: Final = 5


def facts(here: Workspace, drive: Drive) -> None:
    """Say when, about what and where the drive was, with the way to its cells on the map."""
    words = dict(used_categories(here).select("slug", "label").iter_rows())
    about = [words.get(slug, slug) for slug in drive.categories] or [_("everything")]
    days = _("{first} to {last}", first=drive.first.isoformat(), last=drive.last.isoformat())
    where = ngettext("{n} cell", "{n} cells", len(drive.cells))
    link = f"[{where}]({map_link(drive.cells, {'category': drive.to_params().get('category', '')})})"
    st.caption(f"{days} · {plain(listed(about))} · {link}")
    view = session.current_view()
    shown = view.but(where=view.where.but(cells=()))
    if shown.without_filters() != shown:
        st.caption(
            ":material/filter_alt_off: "
            + _("The filters do not change this: all reports of the drive's categories count.")
        )


def render(here: Workspace, result: MeasuredDrive) -> None:
    """Draw the verdict, the chart, the table of cells, and how it was computed."""
    _verdict(result)
    st.altair_chart(chart(result), width="stretch")
    st.caption(
        _(
            "Reports a week. The grey line is what the matched cells did, averaged over {n} weeks and drawn "
            "at the level that these cells had before; the band is the drive.",
            n=_SMOOTH_WEEKS,
        )
    )
    st.markdown("###### " + _("Cell by cell"))
    st.html(cell_table(here, result))
    _how(result)


def _verdict(result: MeasuredDrive) -> None:
    found = result.found
    said = verdict(found)
    show = st.success if said in _GOOD else st.warning if said in _BAD else st.info
    parts = [verdict_words(found), spared_words(found), next_door_words(found)]
    icon = ":material/trending_down:" if said in _GOOD else ":material/trending_flat:"
    if said in _BAD or next_door(found) == "moved":
        show, icon = st.warning, ":material/warning:"
    show(plain(sentences(parts)), icon=icon)
    for caution in cautions(found):
        st.caption(":material/info: " + plain(caution))


def chart(result: MeasuredDrive) -> alt.LayerChart | alt.FacetChart:
    """Make the chart of the weeks: treated, matched and neighbouring cells, the drive as a band."""
    names = {
        "treated": _("These cells"),
        "matched": _("Matched cells"),
        "neighbours": _("Cells beside"),
    }
    long = (
        result.series.with_columns(_smooth("matched"))
        .drop("period")
        .unpivot(index="week", variable_name="side", value_name="n")
        .drop_nulls("n")
        .with_columns(pl.col("side").replace_strict(names))
    )
    drive = pl.DataFrame({"first": [result.drive.first], "last": [result.drive.last]})
    band = (
        alt.Chart(drive)
        .mark_rect(color=_OTHERS, opacity=0.25)
        .encode(
            x="first:T",
            x2="last:T",
            tooltip=[
                alt.Tooltip("first:T", title=_("The drive, from"), format="%Y-%m-%d"),
                alt.Tooltip("last:T", title=_("to"), format="%Y-%m-%d"),
            ],
        )
    )
    side = alt.Color(
        "side:N",
        title=None,
        scale=alt.Scale(domain=list(names.values()), range=[_OWN, _OTHERS, _BESIDE]),
        legend=alt.Legend(orient="bottom", symbolType="stroke"),
    )
    dash = alt.StrokeDash(
        "side:N",
        scale=alt.Scale(domain=list(names.values()), range=[[1, 0], [5, 3], [2, 2]]),
        legend=None,
    )
    lines = (
        alt.Chart(long)
        .mark_line(strokeWidth=1.8)
        .encode(
            x=alt.X("week:T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=6, grid=False)),
            y=alt.Y("n:Q", title=None, axis=alt.Axis(tickCount=4), scale=alt.Scale(domainMin=0)),
            color=side,
            strokeDash=dash,
            tooltip=[
                alt.Tooltip("side:N", title=_("Where")),
                alt.Tooltip("week:T", title=_("Week from"), format="%Y-%m-%d"),
                alt.Tooltip("n:Q", title=_("Reports"), format=".1f"),
            ],
        )
    )
    return alt.layer(band, lines, height=260)


def _smooth(column: str) -> pl.Expr:
    return pl.col(column).rolling_mean(_SMOOTH_WEEKS, min_samples=1, center=True)


def cell_table(here: Workspace, result: MeasuredDrive) -> str:
    """Write the cells of a drive as an HTML table, each the way to the map; addresses are escaped."""
    rows = result.cells.head(_CELLS_LISTED)
    heads = (
        ("gz-name", _("Cell")),
        ("gz-n", _("Before")),
        ("gz-n", _("After")),
        ("gz-n", _("To be expected")),
        ("gz-n", _("Change")),
        ("gz-n", _("95 % interval")),
        ("gz-name", _("Verdict")),
    )
    head = "".join(f'<th class="{name}" scope="col">{escape(words)}</th>' for name, words in heads)
    lines = "".join(_line(here, row) for row in rows.iter_rows(named=True))
    return f'<table class="gz-places gz-effect"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'


def _line(here: Workspace, row: Mapping[str, Any]) -> str:
    cell = int(row["cell"])
    text = str(cells.to_text([cell])[0])
    name = figures.whereabouts(here, here.cube.version, cell) or text
    told: Verdict = row["verdict"]
    faint = " gz-zero" if told == "few" else ""
    change, between = "–", "–"
    if row["ratio"] is not None:
        change = change_words(row["ratio"])
        high = float("inf") if row["high"] is None else row["high"]
        between = f"{change_words(row['low'])} … {change_words(high)}"
    expected = "–" if row["expected"] is None else f"{row['expected']:,.1f}"
    link = escape(map_link((cell,), {"cell": text}))
    counts = (
        (f"{row['before']:,}", _("Before")),
        (f"{row['after']:,}", _("After")),
        (expected, _("To be expected")),
    )
    numbers = "".join(
        f'<td class="gz-n" data-words="{escape(words)}">{value}</td>' for value, words in counts
    )
    return (
        f'<tr data-cell="{text}"><td class="gz-name"><a href="{link}" target="_self">{escape(name)}</a></td>'
        f'{numbers}<td class="gz-n{faint}">{escape(change)}</td>'
        f'<td class="gz-n{faint}">{escape(between)}</td>'
        f'<td class="gz-verdict">{escape(short_words(told))}</td></tr>'
    )


def map_link(chosen: tuple[int, ...], params: Mapping[str, str]) -> str:
    """Return the address of the map that shows some cells: selected, or as `params` say."""
    west, south, east, north = box_around(chosen)
    row = {"west": west, "south": south, "east": east, "north": north}
    at = {
        "lat": f"{(south + north) / 2:.5f}",
        "lon": f"{(west + east) / 2:.5f}",
        "zoom": str(fitting_zoom(row)),
    }
    own = {name: value for name, value in params.items() if value}
    selection = {} if "cell" in own else {"in": cell_sets.pack(list(chosen))}
    return session.map_link(**(own | selection | at))


def _how(result: MeasuredDrive) -> None:
    found = result.found
    with st.expander(_("How this was computed"), icon=":material/calculate:"):
        st.markdown(
            plain(
                _(
                    "Compared are {before} whole weeks before with {after} whole weeks after the drive. Each "
                    "cell of the drive has 10 matched cells: outside the drive and its neighbours, with the "
                    "most similar number of reports before it and the most similar trend. The change is that "
                    "of these cells divided by that of the matched ones, with a 95 % interval.",
                    before=len(found.before),
                    after=len(found.after),
                )
            )
        )
        st.markdown(
            plain(
                _(
                    "Before and after: {own} reports in these cells, {matched} in as many matched cells, "
                    "{beside} in the cells beside.",
                    own=_pair(found.treated.before, found.treated.after),
                    matched=_pair(found.matched.before, found.matched.after),
                    beside=_pair(found.neighbours.before, found.neighbours.after),
                )
            )
        )
        if words := quotient_words(found):
            st.markdown(plain(words))
        matched = map_link(tuple(int(cell) for cell in result.matched_cells), {})
        on_map = _("The matched cells on the map")
        st.markdown(f"[{on_map}]({matched}) · {glossary.meaning('effect')}")
        st.caption(_("Of twenty single cells in which nothing changed about one looks changed by chance."))


def _pair(before: float, after: float) -> str:
    return f"{before:,.0f} → {after:,.0f}"
