"""Page: the map alone, for a screen at a wall or a page of the intranet; it keeps itself up to date.

Its address is that of a view with `wall=figures` or `wall=map`, Streamlit's own `embed=true`, and where
wanted `every=60`: how many seconds lie between two looks at the data.
"""

from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from app_pages import filters, map_card, session
from app_pages.markdown import plain
from app_pages.view import View
from app_pages.view_words import view_words
from data.filters import Filter
from data.statuses import STATUS_GROUPS
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import current_locale
from i18n import gettext as _

MAP, FIGURES = "map", "figures"
_EVERY_S: Final = 30
_EVERY: Final = range(2, 3_601)


def asked() -> str:
    """Return what the address asks for: `map`, `figures`, or nothing: no wall at all."""
    said = str(st.query_params.get(session.WALL, ""))
    return said if said in (MAP, FIGURES) else ""


def every_s() -> int:
    """Return the seconds between two looks at the data: those of the address from 2 to 3,600, else 30."""
    said = str(st.query_params.get(session.EVERY, ""))
    known = said.isascii() and said.isdigit() and len(said) <= 4 and int(said) in _EVERY
    return int(said) if known else _EVERY_S


def render(here: Workspace) -> None:
    """Draw it, and draw it anew from time to time: the map fetches only what has changed."""
    st.fragment(_draw, run_every=every_s())(here)


def _draw(here: Workspace) -> None:
    session.speak()
    view = session.current_view()
    try:
        here.cube.refresh()
        where = filters.meant(here, view)
        with st.container(key="wall", gap=None):
            st.html(heading(here, view, datetime.now(ZoneInfo(here.tz))))
            if asked() == FIGURES:
                st.html(strip(here, where))
            map_card.render(here, view, filters.meant_on_map(here, view), tools=False)
    except GezhiError as error:
        st.error(
            _("Not up to date: {why} It is tried again by itself.", why=plain(error)),
            icon=":material/sync_problem:",
        )


def heading(here: Workspace, view: View, now: datetime) -> str:
    """Write title, what is shown and of when it is, as HTML."""
    period = here.cube.period()
    newest = _("newest report {day}", day=period[1].isoformat()) if period else _("no report yet")
    demo = _("Demo: synthetic data")
    synthetic = f"<em>{escape(demo)}</em>" if here.synthetic else ""
    moment = _("As of {moment}", moment=f"{now:%Y-%m-%d %H:%M}")
    return (
        f'<header class="gz-wall"><h1>{escape(here.title(current_locale()))}</h1>{synthetic}'
        f"<p>{escape(' · '.join(view_words(here, view)))}</p>"
        f"<time>{escape(f'{moment} · {newest}')}</time></header>"
    )


def strip(here: Workspace, where: Filter) -> str:
    """Write the figures in a row, as HTML."""
    states = dict(here.cube.by_status(where).select("status", "n").iter_rows())
    total = sum(states.values())
    still_open = sum(states.get(state, 0) for state in STATUS_GROUPS["open"])
    share = f"{states.get('closed', 0) / total:.0%}" if total else "–"
    shown = {_("Reports"): f"{total:,}", _("Open"): f"{still_open:,}", _("Closed"): share}
    items = "".join(f"<div><span>{escape(n)}</span><strong>{v}</strong></div>" for n, v in shown.items())
    return f'<div class="gz-wall-figures">{items}</div>'
