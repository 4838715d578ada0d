"""Card: why a cell is hot: its class and the reason in words, its history, and how sure that is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from math import isfinite
from typing import Final

import numpy as np
import streamlit as st

from app_pages import glossary, hot_marks
from app_pages.hot_answers import NONE, PENDING, OfCell, answer, of_cell, other, row_of
from app_pages.hot_chart import draw
from app_pages.hot_choices import figure_words, signed
from app_pages.markdown import plain
from app_pages.view import View
from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotAsked, Kind
from data.hot_groups import family_of
from data.hot_kinds import why as reasons
from data.patrol_warning import patrol_warning
from data.workspace import Workspace
from geo import cells
from i18n import gettext as _
from layers import hot_words


@dataclass(frozen=True, slots=True)
class Fact:
    """A line below the chart.

    Attributes
    ----------
    figure
        The entry of the glossary that says what it means.
    title, words, detail
        What it is, what it is here, and the numbers behind it.
    kind, slug
        The class whose colour is shown; an empty kind shows none.
    """

    figure: str
    title: str
    words: str
    detail: str = ""
    kind: str = ""
    slug: str = ""


#: What else is said of a cell besides what the map shows, in this order.
_BESIDE: Final[tuple[Kind, ...]] = ("classes", "stability", "outliers", "forecast", "blind")


@contextmanager
def why(here: Workspace, view: View, where: Filter, cell: int) -> Iterator[None]:
    """Draw why a cell has its colour; `where` are the reports on the map.

    What the other kinds of map say of it, which may have to be computed first, comes to its place only after
    the rest of the panel, which is drawn within.
    """
    asked = view.hot_asked(where)
    if not _class(here, view, asked, cell):
        yield
        return
    warning = st.container()
    draw(here, asked, cell)
    beside = st.container()
    yield
    if words := patrol_warning(here.cube, cell, asked):
        warning.warning(f"{plain(words)} {glossary.meaning('hot_patrols')}", icon=":material/local_police:")
    beside.html(facts_html(facts(here.cube, asked, cell), palette=view.look.palette))


def _class(here: Workspace, view: View, asked: HotAsked, cell: int) -> bool:
    """Draw the class of a cell with the reason for it, or why it has none; say whether there is one."""
    if cells.resolution_of([cell]) != asked.resolution:
        st.caption(
            _(
                "The map shows hot spots of resolution {resolution}: choose one of its cells to see why it "
                "is hot.",
                resolution=asked.resolution,
            )
        )
        return False
    told = answer(here.cube, asked)
    if told.found is None:
        icon = ":material/hourglass_top:" if told.slug == PENDING else ":material/query_stats:"
        st.info(told.words, icon=icon)
        return False
    own = of_cell(here.cube, asked, cell)
    st.markdown("###### " + title(own))
    if own is None:
        st.caption(_("Outside of the study area: nothing was ever reported around here."))
        return False
    reason = reasons(here.cube, asked, np.array([cell], np.uint64))[0] or own.help
    st.html(why_html(asked.kind, own, reason, palette=view.look.palette))
    return True


def title(own: OfCell | None) -> str:
    """Return the question that the panel answers."""
    family = family_of(own.slug) if own else ""
    words = {
        "hot": _("Why is this hot?"),
        "cold": _("Why is this cold?"),
        "blind": _("Did anybody look here?"),
        "next": _("Why is this expected next?"),
    }
    usual = _("Why does this stand out?") if family else _("Does this stand out?")
    return words.get(family, usual)


def why_html(kind: str, own: OfCell, reason: str, *, palette: str) -> str:
    """Write the class of a cell and the reason for it as HTML."""
    mark = hot_marks.swatch(kind, own.slug, own.label, palette=palette)
    return f'<p class="gz-hot-why"><strong>{mark}</strong><br>{escape(reason[:1].upper() + reason[1:])}</p>'


def facts(cube: Cube, asked: HotAsked, cell: int) -> list[Fact]:
    """Return what else is known of a cell: how sure it is, how it goes on, what the other maps say."""
    found = [_score(cube, asked, cell), _trend(cube, asked, cell)]
    found += [_of_kind(cube, other(asked, kind), cell) for kind in _BESIDE if kind != asked.kind]
    return [fact for fact in found if fact]


def _score(cube: Cube, asked: HotAsked, cell: int) -> Fact | None:
    """Return Gi* of the period: z, p and q of the cell with its disk."""
    from geo.false_discovery import q_values
    from geo.hotspots import two_sided

    found = answer(cube, other(asked, "now")).found
    row = None if found is None else row_of(found.cells, cell)
    if found is None or row is None or not isfinite(found.figures[row]):
        return None
    p = two_sided(found.figures)
    q = q_values(p)
    slug = found.classes[found.codes[row]]
    detail = _("z {z}, p {p}, q {q}", z=signed(found.figures[row]), p=small(p[row]), q=small(q[row]))
    label = hot_words.one_class("now", slug).label
    return Fact("hot_now", _("Over the period"), label, detail, "now", slug)


def _trend(cube: Cube, asked: HotAsked, cell: int) -> Fact | None:
    """Return the trend of the z-scores step by step."""
    from data.hot_classes import series

    row = series(cube, asked, cell).figures
    if row is None:
        return None
    words = {1: _("rising"), -1: _("falling"), 0: _("neither rising nor falling")}[int(row["trend"])]
    detail = _("Mann-Kendall z {z}, p {p}", z=signed(row["trend_z"]), p=small(row["trend_p"]))
    return Fact("hot_trend", _("Trend"), words, detail)


def _of_kind(cube: Cube, asked: HotAsked, cell: int) -> Fact | None:
    title = hot_words.titles()[asked.kind]
    told = answer(cube, asked)
    if told.slug == PENDING:
        return Fact(f"hot_{asked.kind}", title, told.words)
    own = of_cell(cube, asked, cell)
    if own is None or (own.slug == NONE and asked.kind == "stability"):
        return None
    figure = "" if own.figure is None or own.slug == NONE else figure_words(asked.kind, own.figure)
    return Fact(f"hot_{asked.kind}", title, own.label, figure, asked.kind, own.slug)


def facts_html(known: Sequence[Fact], *, palette: str) -> str:
    """Write facts as an HTML list, each with the way to what it means."""
    return f'<dl class="gz-facts">{"".join(_fact(fact, palette) for fact in known)}</dl>'


def _fact(fact: Fact, palette: str) -> str:
    words = escape(fact.words)
    if fact.kind:
        words = hot_marks.swatch(fact.kind, fact.slug, fact.words, palette=palette)
    detail = f" <small>{escape(fact.detail)}</small>" if fact.detail else ""
    way = f'<a href="{escape(glossary.link(fact.figure))}" target="_self">{escape(fact.title)}</a>'
    return f"<div><dt>{way}</dt><dd>{words}{detail}</dd></div>"


def small(share: float) -> str:
    """Write a probability."""
    return "< 0.001" if share < 0.001 else f"{share:.3f}"
