"""The parts of the page around the map that answer a click themselves: charts, time line, what is active.

They are one components-v2 component of Streamlit, its scripts and styles from our own server. A click changes
charts and map at once, in the browser; Python is told a moment later (`layers/assets/js/choices.js`) by the
component's state `operations`, a list of `{"n": stamp, "do": …, "side": …, "params": {…}}`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from i18n import current_locale
from i18n import gettext as _
from layers.components import scripted

_component: Final = scripted("gezhi_explorer", script="explorer.js", style="explorer.css", mount="mount")


def active(
    key: str,
    *,
    query: str,
    taken: int,
    version: str,
    implied: Sequence[str],
    offered: Sequence[Mapping[str, Any]],
    chips: Sequence[Mapping[str, Any]],
    steps: Mapping[str, Mapping[str, str] | None],
    on_operations: Callable[[], None],
) -> None:
    """Draw the row of what is active; it also carries the word from and to Python for the other parts.

    Parameters
    ----------
    query
        The filter as a query string.
    taken
        Stamp of the last operation that is in it.
    version
        Of the data: another one makes the charts ask again.
    implied
        Sides that are chosen as a whole group: a click within narrows them down.
    offered
        Widgets beside the map and what their choices are, as `layers/assets/js/sidebar.js` reads them: `key`,
        `side`, and `buttons` (a value for each), `tags` (values by what is written on them) or `clear`.
    chips
        `side`, `title`, `words` and `params`, what of the query changes when the chip is taken off.
    steps
        `undo`, `redo` and `clear`: what of the query they change; None where they lead nowhere.
    on_operations
        Called when `operations` were told.
    """
    labels = {
        "active": _("Active filters"),
        "none": _("All reports: no filter is active"),
        "remove": _("Remove {what}"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "clear": _("Clear all"),
        "undo_hint": _("Take the last step back (Ctrl+Z)"),
        "redo_hint": _("Take the step again (Ctrl+Shift+Z)"),
        "clear_hint": _("Remove every filter"),
    }
    said = {"query": query, "taken": taken, "version": version, "implied": implied}
    _mount(
        key,
        "active",
        labels,
        said | {"offered": offered, "chips": chips, "steps": steps},
        on_operations_change=on_operations,
    )


def charts(key: str, *, status_groups: Mapping[str, Sequence[str]]) -> None:
    """Draw bars of categories, states and units and the grid of weekdays and hours; each is a filter."""
    labels = {
        "category": _("Kinds of problems"),
        "status": _("Status"),
        "unit": _("Responsible unit"),
        "hours": _("Weekday and hour"),
        "rest": _("all others ({kinds}): {n}"),
        "fewer": _("Show fewer"),
        "clear": _("All"),
        "clear_side": _("{side}: show all"),
        "bar": _("{name}: {n} reports, {share}"),
        "hour": _("{day} {hour} to {end}: {n} reports"),
        "row": _("All of {day}: {n} reports"),
        "column": _("Every day {hour} to {end}: {n} reports"),
        "hint": _("Drag over hours, or choose a weekday or an hour; Shift adds."),
        "failed": _("The figures could not be loaded."),
        "retry": _("Try again"),
    }
    _mount(key, "charts", labels, {"status_groups": status_groups})


def timeline(key: str) -> None:
    """Draw the time line: reports per week, the period as a range on it, and play."""
    labels = {
        "per_week": _("Reports per week"),
        "per_day": _("Reports per day"),
        "most_week": _("up to {n} a week"),
        "most_day": _("up to {n} a day"),
        "play": _("Play"),
        "pause": _("Pause"),
        "speed": _("Speed"),
        "per_second": _("{n} steps a second"),
        "range": _("{first} to {last}: {n} reports"),
        "all_time": _("All of the time: {n} reports"),
        "move": _("Period: arrow keys move it"),
        "first": _("Begin of the period"),
        "last": _("End of the period"),
    }
    _mount(key, "timeline", labels, {})


def _mount(key: str, part: str, labels: Mapping[str, str], data: Mapping[str, Any], **on: Any) -> None:
    _component(key=key, data={**data, "part": part, "labels": labels, "locale": current_locale()}, **on)
