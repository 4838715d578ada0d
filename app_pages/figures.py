"""Card: the figures of everything that the filter lets through."""

from functools import lru_cache
from typing import Final

import polars as pl
import streamlit as st

from app_pages import empty, explorer, session
from app_pages.filters import used_categories
from app_pages.glossary import help_words
from app_pages.markdown import plain
from app_pages.view import View
from data.filters import Filter
from data.measured import figures
from data.measures import Measure, measure
from data.periods import period_before
from data.workspace import Workspace
from geo import cells
from i18n import gettext as _

#: The measures that stand beside the map.
SHOWN: Final = ("count", "open", "overdue", "on_time", "days", "density")
_FIGURE_PX: Final = 93
_BUSIEST = 5
#: How many reports of a cell are asked where it is.
_ADDRESSES = 20


def render(workspace: Workspace, view: View, where: Filter) -> None:
    """Draw the totals, the charts that filter, and the busiest cells."""
    cube = workspace.cube
    total = cube.total(where)
    if not total:
        _empty(workspace)
        return
    _totals(workspace, where, total)
    explorer.render_charts()
    _subheading(_("Busiest cells"))
    _busiest(workspace, view, where)


def _subheading(words: str) -> None:
    st.markdown(f"###### {words}")


def labelled_mix(workspace: Workspace, where: Filter, *, cell: int | None = None) -> pl.DataFrame:
    """Return `label` and `n` of each category among the reports meant, most first."""
    words = used_categories(workspace).select("slug", "label")
    counted = workspace.cube.by_category(where, cell=cell)
    return counted.join(words, left_on="category", right_on="slug", how="left").sort(
        "n", "category", descending=[True, False]
    )


def _totals(workspace: Workspace, where: Filter, total: int) -> None:
    """Draw the measures of everything meant, the same as the map's and the notebooks'."""
    before = period_before(where)
    earlier = workspace.cube.total(before) if before else 0
    change = f"{(total - earlier) / earlier:+.0%}" if earlier else None
    row = st.container(key="figures", horizontal=True, gap="small")
    for name, found in figures(workspace.cube, where, names=SHOWN).items():
        about = measure(name)
        row.metric(
            about.short,
            written(about, found.value),
            delta=change if name == "count" else None,
            delta_color="inverse",
            help=help_words(about.help, name),
            width=_FIGURE_PX,
        )


def written(about: Measure, value: float | None) -> str:
    """Write a figure for people, with its percent sign; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.{about.decimals}f}{'%' if about.kind == 'share' else ''}"


def _busiest(workspace: Workspace, view: View, where: Filter) -> None:
    counted = workspace.cube.counts(where, view.resolution or cells.ANALYSIS_RESOLUTION)
    top = counted.counts.argsort(kind="stable")[::-1][:_BUSIEST]
    names = cells.to_text(counted.cells[top])
    column = st.container(key="busiest", gap=None)
    for cell, name, n in zip(counted.cells[top], names, counted.counts[top], strict=True):
        address = whereabouts(workspace, workspace.cube.version, int(cell))
        column.button(
            f"**{n:,}** · {plain(address or name)}",
            key=f"busiest_{name}",
            type="tertiary",
            on_click=_open_cell,
            args=(view, str(name)),
            help=str(name),
        )


@lru_cache(maxsize=1_000)
def whereabouts(workspace: Workspace, version: str, cell: int) -> str:
    """Return the address that a cell's newest reports name most often; empty where they name none.

    Reports of every kind are asked, so that the name is found once for each state of the data (`version`).
    """
    del version
    ids = workspace.cube.ids(Filter(), cell=cell, limit=_ADDRESSES)
    named = workspace.store.reports(ids.tolist(), actor=workspace.viewer)["address"].drop_nulls()
    return str(named.value_counts(sort=True)[0, "address"]) if named.len() else ""


def _open_cell(view: View, cell: str) -> None:
    session.show(view.but(cell=cell))


def _empty(workspace: Workspace) -> None:
    if workspace.cube.total(Filter()):
        empty.nothing_passes("clear_from_empty")
        explorer.render_charts()
    else:
        empty.no_reports()
