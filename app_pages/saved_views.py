"""Popover: views of the map that people keep under names, and addresses of the one that is shown."""

from urllib.parse import urlencode

import streamlit as st

from app_pages import saved_list, session
from app_pages.markdown import plain
from app_pages.saved_list import Sort
from app_pages.view import View
from app_pages.view_words import view_words
from data.saved import Saved
from data.workspace import Workspace
from i18n import gettext as _
from layers.copy_link import copy_link
from layers.position import position


def render(here: Workspace, view: View) -> None:
    """Draw the popover; what is in it is drawn while it is open."""
    with st.popover(
        _("Saved"),
        icon=":material/bookmark:",
        key=session.SAVED,
        on_change="rerun",
        help=_("Keep this view, open a kept one, pass it on, show it on a wall"),
    ) as shown:
        if shown.open:
            with st.container(key="saved_panel"):
                _panel(here, view)


def _panel(here: Workspace, view: View) -> None:
    st.markdown("**" + _("Now shown:") + "** " + plain(" · ".join(view_words(here, view))))
    copy_link(_("Copy link"), key="copy_view", title=_("The address of this view, to send to somebody"))
    _wall(view)
    saved_list.render(
        here,
        Sort(
            kind="view",
            described=lambda one: " · ".join(view_words(here, View.from_params(one.params))),
            open=_open,
            content=_now,
            query=lambda one: urlencode(session.with_language(one.params)),
            overwrite=_("Overwrite with this view"),
            ask=_("Keep this view as"),
            hint=_("A name, such as: parking at night"),
            empty=_(
                "Nothing is kept yet. Set filters and measure, move the map, then give that view a name here."
            ),
        ),
    )
    position(key=session.LOOKS_AT)


def _wall(view: View) -> None:
    """Give the address for a screen at a wall: the map alone, which keeps itself up to date."""
    with st.expander(_("Wall screen"), icon=":material/tv:"):
        st.caption(
            _(
                "The map alone with title, legend and date, for a screen that nobody touches or a page of "
                "the intranet. It keeps itself up to date."
            )
        )
        figures = st.toggle(_("With figures"), value=True, key="wall_figures")
        query = wall_query(view, session.position(), figures=figures)
        row = st.container(horizontal=True, vertical_alignment="center")
        row.link_button(_("Open it here"), f"./?{query}", icon=":material/open_in_new:")
        with row:
            copy_link(_("Copy address"), query, key="copy_wall")


def wall_query(view: View, at: dict[str, str], *, figures: bool) -> str:
    """Return the parameters of the address that shows a view on a wall."""
    shown = view.but(cell=None, at=None).to_params() | at
    own = {"embed": "true", session.WALL: "figures" if figures else "map"}
    return urlencode(session.with_language(shown) | own)


def position_in(params: dict[str, str]) -> tuple[float, float, int] | None:
    """Read where the map looks out of a kept view; None where it does not say, or what no map shows."""
    try:
        lat, lon, zoom = (float(params[name]) for name in session.POSITION)
    except (KeyError, ValueError):
        return None
    seen = abs(lat) <= 85 and abs(lon) <= 180 and 0 <= zoom <= 24
    return (lat, lon, int(zoom)) if seen else None


def _open(one: Saved) -> None:
    session.open_view(View.from_params(one.params), position_in(dict(one.params)))


def _now() -> dict[str, dict[str, str]]:
    return {"params": session.current_view().to_params() | session.position()}
