"""Card: a place beside another one of its kind."""

from html import escape

import altair as alt
import polars as pl
import streamlit as st

from app_pages import session
from app_pages.figures import labelled_mix
from app_pages.markdown import plain
from app_pages.place_words import change_words, place_name, rate_words
from app_pages.view import known_id
from data.filters import Filter
from data.periods import period_before
from data.place_counts import filter_for
from data.place_profile import Profile, profile
from data.place_tables import place_table
from data.workspace import Workspace
from i18n import gettext as _

_KINDS = 6
_WEEKS_AT_MOST = 40
_COLOURS = ("#2a7f9e", "#d97706")


def render(here: Workspace, where: Filter, one: Profile) -> None:
    """Draw the choice of another place, and both side by side once one is chosen."""
    st.markdown("###### " + _("Beside another one"))
    chosen = _choose(here, one)
    if chosen is None:
        return
    other = profile(here.cube, chosen, where, period_before(where), actor=session.actor(here))
    pair = (one, other)
    st.markdown(verdict(one, other))
    left, right = st.columns(2, gap="large")
    with left:
        st.html(side_by_side(pair))
    with right:
        _courses(here, where, pair)
    if parts := mixes(here, where, pair):
        st.html(parts)


def _choose(here: Workspace, one: Profile) -> int | None:
    table = place_table(here.store, one.kind, actor=session.actor(here)).filter(pl.col("id") != one.id)
    names = {row["id"]: place_name(row) for row in table.iter_rows(named=True)}
    options = sorted(names, key=lambda number: (names[number], number))
    kept = st.session_state.get(session.BESIDE)
    if session.BESIDE not in st.session_state or (kept is not None and kept not in names):
        asked = known_id(st.query_params.get("with", ""))
        st.session_state[session.BESIDE] = asked if asked in names else None
    chosen = st.selectbox(
        _("Compare with"),
        options,
        key=session.BESIDE,
        index=None,
        format_func=lambda number: names.get(number, str(number)),
        placeholder=_("Choose a place of the same kind"),
        label_visibility="collapsed",
        width=420,
    )
    _remember(chosen)
    return chosen


def _remember(chosen: int | None) -> None:
    if chosen is None:
        st.query_params.pop("with", None)
    elif st.query_params.get("with") != str(chosen):
        st.query_params["with"] = str(chosen)


def verdict(one: Profile, other: Profile) -> str:
    """Say which of two places has more by its rate, or that chance may have made the difference."""
    rows = (one.row, other.row)
    if any(row["rate"] is None for row in rows):
        return _("One of the two has no figure, so that their rates cannot be compared.")
    if rows[0]["low"] <= rows[1]["high"] and rows[1]["low"] <= rows[0]["high"]:
        return _("Their intervals overlap: the difference may be chance.")
    more, less = sorted(rows, key=lambda row: -row["rate"])
    if not less["rate"]:
        return _("{name} has more, beyond chance.", name=f"**{plain(place_name(more))}**")
    return _(
        "{name} has {times} times as many, beyond chance.",
        name=f"**{plain(place_name(more))}**",
        times=f"{more['rate'] / less['rate']:.1f}",
    )


def side_by_side(pair: tuple[Profile, Profile]) -> str:
    """Write the figures of two places as a table; every text of other people is escaped."""
    lines = [
        (_("Reports"), [f"{one.n:,}" for one in pair]),
        (_("Share of all"), [f"{one.share:.1%}" if one.share is not None else "–" for one in pair]),
        (_("Open"), [f"{one.open:,}" for one in pair]),
        (_("Overdue"), [f"{one.late:,}" for one in pair]),
        (pair[0].measure.words, [rate_words(one.row["rate"]) for one in pair]),
        (
            _("95 % interval"),
            [f"{rate_words(one.row['low'])} – {rate_words(one.row['high'])}" for one in pair],
        ),
        (_("Change"), [change_words(one.n, one.before) for one in pair]),
    ]
    head = "".join(f'<th class="gz-n" scope="col">{_linked(one)}</th>' for one in pair)
    body = "".join(
        f'<tr><th scope="row">{escape(words)}</th>'
        + "".join(f'<td class="gz-n">{escape(value)}</td>' for value in values)
        + "</tr>"
        for words, values in lines
        if any(values)
    )
    return f'<table class="gz-beside"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'


def _linked(one: Profile) -> str:
    return f'<a href="{escape(session.place_link(one.id))}" target="_self">{escape(place_name(one.row))}</a>'


def _courses(here: Workspace, where: Filter, pair: tuple[Profile, Profile]) -> None:
    """Draw the weeks of both as two lines; the months where there are many weeks."""
    names = [place_name(one.row) for one in pair]
    if names[0] == names[1]:
        names[1] = f"{names[1]} ({pair[1].id})"
    weeks = [
        here.cube.by_week(filter_for(where, one.id, one.kind)).with_columns(name=pl.lit(name))
        for one, name in zip(pair, names, strict=True)
    ]
    drawn = pl.concat(weeks)
    if max(own.height for own in weeks) > _WEEKS_AT_MOST:
        month = pl.col("week").dt.truncate("1mo")
        drawn = drawn.group_by("name", month).agg(pl.col("n").sum()).sort("name", "week")
    if drawn.is_empty():
        st.caption(_("No report of either passes the filters."))
        return
    chart = (
        alt.Chart(drawn)
        .mark_line(strokeWidth=1.6)
        .encode(
            x=alt.X("week:T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=5, grid=False)),
            y=alt.Y("n:Q", title=None, axis=alt.Axis(tickCount=3, tickMinStep=1)),
            color=alt.Color(
                "name:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(_COLOURS)),
                legend=alt.Legend(orient="bottom", labelLimit=220),
            ),
            tooltip=[
                alt.Tooltip("name:N", title=_("Place")),
                alt.Tooltip("week:T", title=_("From"), format="%Y-%m-%d"),
                alt.Tooltip("n:Q", title=_("Reports")),
            ],
        )
    )
    st.altair_chart(chart.properties(height=220), width="stretch")


def mixes(here: Workspace, where: Filter, pair: tuple[Profile, Profile]) -> str:
    """Write which kinds of problems each of two places has, as shares; labels are escaped."""
    counted = [labelled_mix(here, filter_for(where, one.id, one.kind)) for one in pair]
    shares = [
        dict(zip(own["label"], (own["n"] / max(int(own["n"].sum()), 1)).to_list(), strict=True))
        for own in counted
    ]
    labels = sorted({*shares[0], *shares[1]}, key=lambda label: -max(one.get(label, 0) for one in shares))
    lines = "".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        + "".join(
            f'<td class="gz-n">{_bar(one.get(label, 0.0), place)}</td>' for place, one in enumerate(shares)
        )
        + "</tr>"
        for label in labels[:_KINDS]
    )
    if not lines:
        return ""
    head = "".join(f'<th scope="col">{_linked(one)}</th>' for one in pair)
    title = escape(_("Kinds of problems"))
    return (
        f'<table class="gz-beside gz-mixes"><thead><tr><th scope="col">{title}</th>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def _bar(share: float, place: int) -> str:
    return (
        f'<b>{share:.0%}</b><i class="gz-share gz-share-{place}"><i style="width:{100 * share:.0f}%"></i></i>'
    )
