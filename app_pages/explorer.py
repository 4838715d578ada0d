"""Cards: the charts that filter, the time line and the row of what is active; what was done in them."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from app_pages import active, filters, offered, session
from app_pages.history import History
from app_pages.view import View
from data.filters import Filter
from data.statuses import STATUS_GROUPS
from data.workspace import Workspace
from geo.errors import FilterError
from i18n import current_locale
from layers import explorer

#: The sides of a filter that the charts may set, as they stand in an address.
SIDES: Final = ("category", "status", "unit", "hours", "from", "to", "in")


def render_active(here: Workspace, view: View, where: Filter) -> None:
    """Draw the row of what is active above the map, and take note of the view as a step of the session."""
    history = History.of_session()
    history.note(view)
    params, meant = where.to_params(), filters.meaning(here)

    def leads_to(other: View | None) -> dict[str, str] | None:
        return None if other is None else changes(params, meant(other).to_params())

    shown = active.chips(here, view, where)
    cleared = view.without_filters()
    explorer.active(
        session.EXPLORER,
        query=urlencode(params | {"lang": current_locale()}),
        taken=st.session_state.get(session.TAKEN, 0),
        version=here.cube.version,
        implied=active.implied(view),
        offered=offered.kept(),
        chips=[
            {
                "side": chip.side,
                "title": chip.title,
                "words": chip.words,
                "params": leads_to(active.without(view, chip.side)),
            }
            for chip in shown
        ],
        steps={
            "undo": leads_to(history.past[-1] if history.past else None),
            "redo": leads_to(history.future[-1] if history.future else None),
            "clear": leads_to(cleared if shown else None),
        },
        on_operations=lambda: take_operations(here),
    )


def render_charts() -> None:
    """Draw the charts; they get their figures from `/api/figures` themselves."""
    explorer.charts(session.CHARTS, status_groups=STATUS_GROUPS)


def render_timeline() -> None:
    """Draw the time line below the map."""
    explorer.timeline(session.TIMELINE)


def take_operations(here: Workspace) -> None:
    """Take up what was done in the browser since the last time, in its order; each is a step of its own."""
    said: Mapping[str, Any] = st.session_state.get(session.EXPLORER) or {}
    taken = st.session_state.get(session.TAKEN, 0)
    history = History.of_session()
    before = view = session.current_view()
    for operation in _newer(said.get("operations"), taken):
        taken = operation["n"]
        view = after(here, view, operation, history)
    st.session_state[session.TAKEN] = taken
    if view != before:
        st.session_state.pop(session.LISTED, None)
        session.choose(view)


def _newer(operations: Any, taken: int) -> list[Mapping[str, Any]]:
    """Return the operations with a later stamp; what is none is left out."""
    known = [one for one in operations if isinstance(one, Mapping)] if isinstance(operations, list) else []
    return [one for one in known if isinstance(one.get("n"), int) and one["n"] > taken]


def after(here: Workspace, view: View, operation: Mapping[str, Any], history: History) -> View:
    """Return the view after an operation; one that makes no sense changes nothing."""
    what, params = operation.get("do"), operation.get("params")
    if what in {"undo", "redo"}:
        return (history.undo() if what == "undo" else history.redo()) or view
    if what == "clear":
        view = view.without_filters()
    elif what == "drop":
        view = active.without(view, str(operation.get("side")))
    elif what == "set" and isinstance(params, Mapping):
        said = {name: str(value) for name, value in params.items() if name in SIDES}
        try:
            view = active.chosen(here, view, said)
        except FilterError:
            return view
    history.push(view)
    return view


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that differ, with their new values; an empty one is left out of an address."""
    names = before.keys() | now.keys()
    return {name: now.get(name, "") for name in names if before.get(name) != now.get(name)}
