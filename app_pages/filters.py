"""Card: which reports the map shows."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl
import streamlit as st

from app_pages import filter_places, session
from app_pages.markdown import plain
from app_pages.offered import Offered
from app_pages.view import AUTO, CUSTOM, PERIODS, View
from data import categories as category_table
from data.cube import Cube
from data.filters import Filter
from data.statuses import STATUS_GROUPS, STATUSES, label
from data.workspace import Workspace
from geo import cells
from i18n import current_locale, ngettext
from i18n import gettext as _


def render(workspace: Workspace, view: View, *, with_cells: bool = True) -> View:
    """Draw the card and return the view with the choices made in it; the size of cells only `with_cells`."""
    cube, offered = workspace.cube, Offered()
    table = used_categories(workspace)
    period, start, end = _period(view, cube.period(), offered)
    groups = _groups(view, table, offered)
    chosen = _categories(view, table, groups, offered)
    states = _status_choices(view, cube.by_status(Filter()))
    offered.buttons(session.STATUSES, "status", states)
    statuses = _pills(_("Status"), states, view.where.statuses, session.STATUSES, label)
    sources = _sources(view, cube.sources(), offered)
    sides = filter_places.render(workspace, view, offered)
    resolution = _resolution(view) if with_cells else view.resolution
    st.button(
        _("Clear all filters"),
        key=session.CLEAR,
        on_click=session.forget_filters,
        width="stretch",
        icon=":material/filter_alt_off:",
    )
    offered.clear(session.CLEAR)
    offered.keep()
    where = view.where.but(
        categories=chosen, statuses=statuses, sources=sources, start=start, end=end, **sides
    )
    return view.but(where=where, groups=groups, period=period, resolution=resolution)


def meant(workspace: Workspace, view: View) -> Filter:
    """Return the reports that a view means, its groups and quick period spelt out, those of selected cells.

    Figures, charts and lists beside the map count these; the map itself shows `meant_on_map`.
    """
    return meaning(workspace)(view)


def meaning(workspace: Workspace) -> Callable[[View], Filter]:
    """Return `meant` for many views at once: what it needs is read once."""
    known, table = workspace.cube.period(), used_categories(workspace)
    return lambda view: view.filter(table, known[1] if known else None)


def meant_on_map(workspace: Workspace, view: View) -> Filter:
    """Return the reports that a view means whatever cells are selected: what the map colours.

    A selection is drawn on the map and filters what stands beside it; pages without a map leave it aside too.
    """
    return meant(workspace, view).but(cells=())


def used_categories(workspace: Workspace) -> pl.DataFrame:
    """Return the categories that have reports: `slug`, `group`, `label`, `n`; most first."""
    known = workspace.store.categories(actor=workspace.viewer).select("slug", "group", "zh", "en")
    return _used(workspace.cube, workspace.cube.version, tuple(known.iter_rows()), current_locale())


@lru_cache(maxsize=64)
def _used(cube: Cube, version: str, known: tuple[tuple[str, ...], ...], locale: str) -> pl.DataFrame:
    """Return `used_categories` of a cube, once for each state of the data (`version`); several cards ask."""
    del version
    table = pl.DataFrame(known, schema=dict.fromkeys(("slug", "group", "zh", "en"), pl.String), orient="row")
    words = category_table.labels(table, locale)
    counted = cube.by_category(Filter())
    return (
        counted.join(table.select("slug", "group"), left_on="category", right_on="slug", how="left")
        .select(
            slug="category",
            group=pl.col("group").fill_null("other"),
            label=pl.col("category").replace(words),
            n="n",
        )
        .sort("n", "slug", descending=[True, False])
    )


def _period(
    view: View, known: tuple[date, date] | None, offered: Offered
) -> tuple[str, date | None, date | None]:
    words = {
        "all": _("All"),
        "7d": _("7 days"),
        "30d": _("30 days"),
        "90d": _("90 days"),
        "365d": _("A year"),
        CUSTOM: _("Days…"),
    }
    choices = [*PERIODS, CUSTOM]
    offered.periods(session.PERIOD, choices, known[1] if known else None)
    _remember(session.PERIOD, view.period)
    period = st.segmented_control(
        _("Period"), choices, key=session.PERIOD, format_func=words.__getitem__, required=True
    )
    if period != CUSTOM or known is None:
        if known and period not in {"all", CUSTOM}:
            st.caption(_("Up to the newest report, {day}", day=known[1].isoformat()))
        return period or "all", None, None
    start = view.where.start or known[0]
    end = view.where.end or max(start, known[1])
    _remember(session.DAYS, (min(start, end), end))
    days = st.date_input(_("From and to"), key=session.DAYS, format="YYYY-MM-DD")
    if not isinstance(days, tuple) or len(days) != 2:  # the second day is still to be chosen
        return CUSTOM, view.where.start, view.where.end
    return CUSTOM, days[0], days[1]


def _groups(view: View, table: pl.DataFrame, offered: Offered) -> tuple[str, ...]:
    counted = table.group_by("group").agg(pl.col("slug"), pl.col("n").sum()).sort("n", descending=True)
    names = counted["group"].to_list()
    offered.groups(session.GROUPS, names, dict(counted.select("group", "slug").iter_rows()))
    return _pills(
        _("Kind of problem"),
        names,
        view.groups,
        session.GROUPS,
        category_table.group_label,
    )


def _categories(
    view: View, table: pl.DataFrame, groups: tuple[str, ...], offered: Offered
) -> tuple[str, ...]:
    of_groups = table.filter(pl.col("group").is_in(groups)) if groups else table
    words = {row["slug"]: f"{row['label']} · {row['n']:,}" for row in of_groups.iter_rows(named=True)}
    offered.tags(session.CATEGORIES, "category", words)
    known = [slug for slug in _chosen(session.CATEGORIES, view.where.categories) if slug in words]
    st.session_state[session.CATEGORIES] = known
    chosen = st.multiselect(
        _("Category"),
        list(words),
        key=session.CATEGORIES,
        format_func=lambda slug: words.get(slug, slug),
        placeholder=ngettext("{n} category, all shown", "{n} categories, all shown", len(words)),
    )
    return tuple(chosen)


def _status_choices(view: View, counted: pl.DataFrame) -> list[str]:
    """Offer the groups and the states that reports are in; `closed` alone is said by its own name."""
    present = [state for state in STATUSES if state in set(counted["status"])] + list(view.where.statuses)
    hidden = {"reported", *STATUS_GROUPS} - (set(view.where.statuses) - {"open"})
    return ["open", *(state for state in dict.fromkeys(present) if state not in hidden)]


def _sources(view: View, known: list[str], offered: Offered) -> tuple[str, ...]:
    if len(known) < 2:
        return ()
    offered.buttons(session.SOURCES, "source", known)
    return _pills(_("Source"), known, view.where.sources, session.SOURCES, lambda source: plain(_(source)))


def _resolution(view: View) -> int | None:
    options = [AUTO, *cells.RESOLUTIONS]
    _remember(session.RESOLUTION, view.resolution or AUTO)
    chosen = st.select_slider(
        _("Size of the cells"), options, key=session.RESOLUTION, format_func=_resolution_words
    )
    return chosen if isinstance(chosen, int) else None


def _resolution_words(resolution: object) -> str:
    return _("by zoom") if resolution == AUTO else _("H3 resolution {resolution}", resolution=resolution)


def _pills(
    words: str, options: list[str], default: tuple[str, ...], key: str, format_func: Any
) -> tuple[str, ...]:
    """Draw a row of choices of which none, some or all can be on; none means that there is no limit."""
    st.session_state[key] = [name for name in _chosen(key, default) if name in options]
    return tuple(st.pills(words, options, selection_mode="multi", key=key, format_func=format_func))


def _chosen(key: str, default: tuple[str, ...]) -> list[str]:
    return list(st.session_state.get(key, default))


def _remember(key: str, value: Any) -> None:
    """Give a widget its first value; afterwards its own state rules.

    That state is said again at every run: the same widget on another page would else begin anew.
    """
    st.session_state[key] = st.session_state.get(key, value)
