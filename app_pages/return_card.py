"""Card: which closed cases came back, by category, by unit and by cell."""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any, Final

import polars as pl
import streamlit as st

from app_pages import effect_result, empty, figures, filters, glossary, session
from app_pages.case_facts import unit_label
from app_pages.filters import used_categories
from app_pages.markdown import plain
from data.filters import NO_UNIT, Filter
from data.place_rates import UNCERTAIN_BELOW
from data.recurrence import BY, NEAR_M, USUAL_WINDOW, WINDOWS, By, Returns, returns
from data.workspace import Workspace
from geo import cells
from i18n import gettext as _
from i18n import ngettext, sentences

_PAGE: Final = 25


def render(here: Workspace) -> None:
    """Draw the choices, the share of all together, and the league."""
    where = filters.meant_on_map(here, session.current_view())
    by, days, near = _choices()
    found = returns(here.cube, where, by, days=days, within_m=near)
    if not found.judged + found.waiting:
        _nothing(here, where)
        return
    st.markdown(plain(sum_words(found, days, near)))
    st.caption(
        _("Surely worst first: by the lower end of the 95 % interval, so that chance does not lead.")
        + " "
        + glossary.meaning("returns")
    )
    length = st.session_state.get(session.RETURN_LISTED, _PAGE)
    st.html(league(found.table.head(length), by, _words(here, by)))
    left = min(_PAGE, found.table.height - length)
    if left > 0:
        st.button(
            ngettext("Show {n} more", "Show {n} more", left),
            key="more_returns",
            on_click=_more,
            args=(length,),
        )


def _choices() -> tuple[By, int, int]:
    """Draw by what the league is, the window and how near; all three stand in the address."""
    row = st.container(horizontal=True, vertical_alignment="bottom", key="return_choices")
    words = {"category": _("By category"), "unit": _("By unit"), "cell": _("By cell")}
    _begin(session.RETURN_BY, "by", BY)
    _begin(session.RETURN_DAYS, "days", (USUAL_WINDOW, *WINDOWS))
    _begin(session.RETURN_NEAR, "near", NEAR_M)
    by = row.segmented_control(
        _("League"),
        BY,
        key=session.RETURN_BY,
        format_func=words.__getitem__,
        required=True,
        on_change=_from_the_top,
    )
    days = row.selectbox(
        _("Again within"),
        WINDOWS,
        key=session.RETURN_DAYS,
        format_func=lambda n: ngettext("{n} day", "{n} days", n),
        on_change=_from_the_top,
        width=150,
    )
    near = row.selectbox(
        _("Where"),
        NEAR_M,
        key=session.RETURN_NEAR,
        format_func=lambda m: _("within {m} m", m=m) if m else _("in the same cell"),
        on_change=_from_the_top,
        width=200,
    )
    by = by or BY[0]
    _remember(
        {
            "by": "" if by == BY[0] else by,
            "days": "" if days == USUAL_WINDOW else str(days),
            "near": str(near) if near else "",
        }
    )
    return by, days, near


def _begin(key: str, name: str, known: tuple[Any, ...]) -> None:
    """Give a widget its first value: what the address says, or the usual one, which comes first."""
    if st.session_state.get(key) not in known:
        asked = {str(one): one for one in known}
        st.session_state[key] = asked.get(str(st.query_params.get(name, "")), known[0])
    else:
        st.session_state[key] = st.session_state[key]


def _remember(params: Mapping[str, str]) -> None:
    for name, value in params.items():
        if not value:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def sum_words(found: Returns, days: int, near: int) -> str:
    """Say how many of all closed cases came back, and how many cannot be judged yet."""
    where = _("within {m} m", m=near) if near else _("in the same cell")
    said = []
    if found.judged:
        said.append(
            _(
                "{share} of {n} closed cases came back ({low} to {high}): the same was reported again "
                "{where} within {days} days.",
                share=f"{found.share:.0%}",
                n=f"{found.judged:,}",
                low=f"{found.low:.1%}",
                high=f"{found.high:.1%}",
                where=where,
                days=days,
            )
        )
    if found.waiting:
        said.append(
            ngettext(
                "{n} case was closed too recently to be judged.",
                "{n} cases were closed too recently to be judged.",
                found.waiting,
            ).replace(str(found.waiting), f"{found.waiting:,}")
        )
    return sentences(said)


def league(rows: pl.DataFrame, by: By, words: Callable[[Any], tuple[str, str]]) -> str:
    """Write the league as an HTML table.

    Parameters
    ----------
    rows
        As in `Returns.table`.
    words
        The name of a key and the address of the map that shows it; names are escaped here.
    """
    titles = {"category": _("Category"), "unit": _("Unit"), "cell": _("Cell")}
    heads = (
        ("", ""),
        ("gz-name", titles[by]),
        ("gz-n", _("Came back")),
        ("gz-n", _("Closed")),
        ("gz-n", _("Too new")),
        ("gz-rate", _("Share that came back")),
        ("", ""),
    )
    head = "".join(f'<th class="{name}" scope="col">{escape(title)}</th>' for name, title in heads)
    lines = "".join(
        _line(number, row, *words(row["key"])) for number, row in enumerate(rows.iter_rows(named=True), 1)
    )
    return f'<table class="gz-places"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'


def _line(number: int, row: Mapping[str, Any], name: str, link: str) -> str:
    title = escape(_("Show on the map"))
    counts = (("returned", _("Came back")), ("judged", _("Closed")), ("waiting", _("Too new")))
    numbers = "".join(_number(row[column], words) for column, words in counts)
    go = f'<a href="{escape(link)}" target="_self" title="{title}" aria-label="{title}">⬡</a>'
    return (
        f'<tr><td class="gz-rank">{number}</td>'
        f'<td class="gz-name"><a href="{escape(link)}" target="_self">{escape(name)}</a></td>{numbers}'
        f'<td class="gz-rate">{share_cell(row)}</td><td class="gz-go">{go}</td></tr>'
    )


def _number(n: int, words: str) -> str:
    return f'<td class="gz-n{"" if n else " gz-zero"}" data-words="{escape(words)}">{n:,}</td>'


def share_cell(row: Mapping[str, Any]) -> str:
    """Write a share with its interval as a whisker, pale where few cases are behind it."""
    if row["share"] is None:
        words = escape(_("not judged yet"))
        return f'<span class="gz-nothing">{words}</span>'
    share, low, high = (100 * row[name] for name in ("share", "low", "high"))
    unsure = ' class="gz-unsure"' if row["judged"] < UNCERTAIN_BELOW else ""
    title = escape(_("95 % interval {low} to {high}", low=f"{low:.0f}\u00a0%", high=f"{high:.0f}\u00a0%"))
    return (
        f'<span{unsure} title="{title}"><b>{share:.0f}\u00a0%</b>'
        f'<i class="gz-whisker"><i style="left:{low:.1f}%;width:{max(high - low, 0.5):.1f}%"></i>'
        f'<i style="left:{share:.1f}%"></i></i><small>{low:.0f} – {high:.0f}</small></span>'
    )


def _words(here: Workspace, by: By) -> Callable[[Any], tuple[str, str]]:
    if by == "category":
        labels = dict(used_categories(here).select("slug", "label").iter_rows())
        return lambda slug: (labels.get(slug, slug), _map(category=slug))
    if by == "unit":
        return partial(_unit, here)
    return partial(_cell, here)


def _unit(here: Workspace, unit: str) -> tuple[str, str]:
    return (_("No unit yet") if unit == NO_UNIT else unit_label(here, unit)), _map(unit=unit)


def _cell(here: Workspace, cell: int) -> tuple[str, str]:
    text = str(cells.to_text([cell])[0])
    name = figures.whereabouts(here, here.cube.version, int(cell)) or text
    return name, effect_result.map_link((int(cell),), {"cell": text})


def _map(**side: str) -> str:
    return session.map_link(**Filter.from_params({name: [value] for name, value in side.items()}).to_params())


def _nothing(here: Workspace, where: Filter) -> None:
    if here.cube.total(where):
        st.info(
            _("None of the cases that pass the filters is closed yet."), icon=":material/hourglass_empty:"
        )
    elif here.cube.is_empty:
        empty.no_reports()
    else:
        empty.nothing_passes("clear_from_returns")


def _more(length: int) -> None:
    st.session_state[session.RETURN_LISTED] = length + _PAGE


def _from_the_top() -> None:
    st.session_state.pop(session.RETURN_LISTED, None)
