"""Card: what the map of hot spots shows: cells of each class, and the hot spots one by one."""

from functools import lru_cache
from html import escape
from typing import Final

import numpy as np
import streamlit as st

from app_pages import empty, explorer, glossary, hot_marks, session
from app_pages.figures import whereabouts
from app_pages.hot_answers import PENDING, answer
from app_pages.hot_choices import WITH_RING, WITH_STEPS, figure_words, kind_about
from app_pages.markdown import plain
from app_pages.place_words import name_of
from app_pages.view import View
from data.filters import Filter
from data.hot_cells import HOT_RESOLUTIONS, HotAsked, HotCells
from data.hot_groups import HotGroup, hot_groups, mostly_in
from data.hot_kinds import why
from data.workspace import Workspace
from geo import cells
from geo.cells import Cells
from i18n import gettext as _
from i18n import listed, ngettext
from layers import hot_words

_PAGE: Final = 6
#: In grid steps: how far around a hot spot without a place of its own one is looked for, and how much of the
#: map is shown around the one that somebody goes to.
_NEARBY: Final = 2
_ROOM: Final = 4


def render(here: Workspace, view: View, where: Filter) -> None:
    """Draw the classes with their cells, and the list of hot spots; `where` are the reports on the map."""
    asked = view.hot_asked(where)
    st.markdown("##### " + hot_words.titles()[asked.kind])
    st.caption(f"{kind_about(asked.kind)} {glossary.meaning(f'hot_{asked.kind}')}")
    if not here.cube.total(where):
        empty.nothing_passes("clear_from_hot")
        explorer.render_charts()
        return
    told = answer(here.cube, asked)
    if told.found is None:
        _no_answer(view, told.slug, told.words)
    else:
        if here.synthetic:
            st.caption(_("Demo: these hot spots were made up, to show what real ones look like."))
        only = _classes(view, asked, told.found)
        _list(here, view, asked, hot_groups(told.found, only=only))
    explorer.render_charts()


def _no_answer(view: View, slug: str, words: str) -> None:
    """Say why there is none, and what to do about it."""
    if slug == PENDING:
        st.info(words, icon=":material/hourglass_top:")
        st.button(_("Look again"), key="hot_again", icon=":material/refresh:")
        return
    st.info(plain(words), icon=":material/query_stats:")
    row = st.container(horizontal=True)
    if view.period != "all":
        row.button(_("All time"), key="hot_all_time", icon=":material/date_range:", on_click=_all_time)
    if view.step != "week":
        row.button(_("By week"), key="hot_weeks", icon=":material/calendar_view_week:", on_click=_weeks)
    if slug == "visits":
        with row:
            _to_the_visits()
    elif view.hot != "now":
        row.button(_("The period as a whole"), key="hot_whole", icon=":material/hexagon:", on_click=_now)


def _to_the_visits() -> None:
    st.page_link(
        "analysis.py",
        label=_("Take up a log of visits"),
        icon=":material/upload:",
        query_params=session.with_language({"tab": "patrols"}),
    )


def _nothing(view: View, asked: HotAsked) -> None:
    """Say that nothing stands out, and how to take more reports together where single ones are too few."""
    st.info(hot_words.labels(asked.kind)["nothing_stands_out"], icon=":material/check_circle:")
    if asked.kind not in WITH_RING:
        return
    st.caption(_("Where reports are few, more stands out when more of them are taken together."))
    row = st.container(horizontal=True)
    if asked.kind in WITH_STEPS:
        if view.step != "month":
            row.button(_("By month"), key="hot_months", on_click=_months)
        row.button(_("The period as a whole"), key="hot_whole", icon=":material/hexagon:", on_click=_now)
    if asked.resolution > HOT_RESOLUTIONS[0]:
        row.button(_("Larger cells"), key="hot_larger", on_click=_larger, args=(asked.resolution - 1,))


def _months() -> None:
    session.show(session.current_view().but(step="month"))


def _larger(resolution: int) -> None:
    session.choose(session.current_view().but(resolution=resolution, cell=None))


def _all_time() -> None:
    view = session.current_view()
    session.choose(view.but(period="all", where=view.where.but(start=None, end=None)))


def _weeks() -> None:
    session.show(session.current_view().but(step="week"))


def _now() -> None:
    session.show(session.current_view().but(hot="now"))


def _classes(view: View, asked: HotAsked, found: HotCells) -> str:
    """Draw the classes that cells have, the way to the hot spots of one alone; return that one."""
    counts = dict(zip(found.classes, np.bincount(found.codes, minlength=len(found.classes)), strict=True))
    words = hot_words.class_words(asked.kind)
    there = [slug for slug in words if counts.get(slug)]
    if st.session_state.get(session.HOT_CLASS) not in {None, *there}:
        st.session_state.pop(session.HOT_CLASS)
    if not there:
        _nothing(view, asked)
        return ""
    st.html(f"<style>{hot_marks.choices_css(asked.kind, there, palette=view.look.palette)}</style>")
    chosen = st.pills(
        _("Cells of each class"),
        there,
        key=session.HOT_CLASS,
        format_func=lambda slug: f"{words[slug].label} · {counts[slug]:,}",
        on_change=_from_the_top,
        help=_("Choose a class to list its hot spots alone."),
    )
    if chosen:
        st.caption(words[chosen].help)
    return chosen or ""


def _list(here: Workspace, view: View, asked: HotAsked, groups: list[HotGroup]) -> None:
    if not groups:
        return
    st.markdown("###### " + summary(asked.kind, groups))
    length = st.session_state.get(session.HOT_LISTED, _PAGE)
    shown = groups[:length]
    said = why(here.cube, asked, np.array([group.strongest for group in shown], np.uint64))
    for rank, (group, reason) in enumerate(zip(shown, said, strict=True)):
        with st.container(key=f"hot_spot_{rank}", gap=None):
            _spot(here, view, asked, group, reason)
    left = len(groups) - length
    if left > 0:
        words = ngettext("Show {n} more", "Show {n} more", min(_PAGE, left))
        st.button(words, key="more_hot", width="stretch", on_click=_list_more)


def summary(kind: str, groups: list[HotGroup]) -> str:
    """Say how many there are of a list."""
    n, cold = len(groups), sum(one.family == "cold" for one in groups)
    if kind == "blind":
        return ngettext("{n} blind spot", "{n} blind spots", n)
    if kind == "forecast":
        return ngettext("{n} place to plan for", "{n} places to plan for", n)
    if kind == "outliers":
        return ngettext("{n} group of cells", "{n} groups of cells", n)
    said = [ngettext("{n} hot spot", "{n} hot spots", n - cold)] if n > cold else []
    return listed([*said, *([ngettext("{n} cold spot", "{n} cold spots", cold)] if cold else [])])


def _spot(here: Workspace, view: View, asked: HotAsked, group: HotGroup, reason: str) -> None:
    text = str(cells.to_text([group.strongest])[0])
    st.button(
        "**" + plain(name_words(here, asked.where, group)) + "**",
        key=f"hot_go_{text}",
        type="tertiary",
        icon=":material/arrow_forward:",
        icon_position="right",
        on_click=_go,
        args=(text, group.cells.tolist()),
    )
    words = hot_words.one_class(asked.kind, group.slug)
    facts = [
        ngettext("{n} report", "{n} reports", group.n).replace(str(group.n), f"{group.n:,}"),
        ngettext("{n} cell", "{n} cells", len(group.cells)),
        figure_words(asked.kind, group.figure),
    ]
    mark = hot_marks.swatch(asked.kind, group.slug, words.label, palette=view.look.palette)
    about = " · ".join(fact for fact in facts if fact)
    reason = reason or words.help
    st.html(
        f'<p class="gz-hot-spot">{mark} <small>{escape(about)}</small><br>'
        f"{escape(reason[:1].upper() + reason[1:])}</p>"
    )


def name_words(here: Workspace, where: Filter, group: HotGroup) -> str:
    """Say where a hot spot lies: the places of its reports, their address, places nearby, or its cell."""
    if places := _places_of(here, where, group.cells):
        return _("Mostly {places}", places=places)
    if address := whereabouts(here, here.cube.version, group.strongest):
        return address
    if places := _places_of(here, where, cells.disk(group.cells, _NEARBY)[1]):
        return _("Near {places}", places=places)
    return str(cells.to_text([group.strongest])[0])


def _places_of(here: Workspace, where: Filter, around: Cells) -> str:
    """Name the places that the reports of some cells mostly lie in; empty where they lie in none."""
    numbers = _found_places(here, here.cube.version, where, tuple(np.unique(around).tolist()))
    return listed([name_of(here.store.place(number, actor=here.viewer)) for number in numbers])


@lru_cache(maxsize=500)
def _found_places(here: Workspace, version: str, where: Filter, around: tuple[int, ...]) -> tuple[int, ...]:
    """Return the places of a hot spot, found once for each state of the data (`version`)."""
    del version
    return tuple(number for number, _share in mostly_in(here.cube, where, around))


def _go(cell: str, around: list[int]) -> None:
    session.show(session.current_view().but(cell=cell, at=None))
    st.session_state.pop(session.LISTED, None)
    lon, lat = cells.centres(cells.disk(around, _ROOM)[1])
    session.look(box=(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())))


def _list_more() -> None:
    st.session_state[session.HOT_LISTED] = st.session_state.get(session.HOT_LISTED, _PAGE) + _PAGE


def _from_the_top() -> None:
    st.session_state.pop(session.HOT_LISTED, None)
