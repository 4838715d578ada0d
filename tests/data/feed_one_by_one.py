"""What a feed that is read again does to one case, event by event: the truth that `data.feed` is held to."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from data import case_rows
from data.events import CLEARABLE, Event
from data.feed import CHANGEABLE
from data.lifecycle import State, advance
from data.transitions import Node, path

_FINAL: Final = ("close", "reject", "merge")


def take_up(
    row: Mapping[Any, Any],
    told: Mapping[str, Any],
    changed: Collection[str],
    *,
    at: datetime,
    actor: str,
    reason: str,
) -> tuple[list[tuple[Event, dict[str, Any]]], dict[str, Any]]:
    """Work out what a new reading of a report makes of its case.

    Parameters
    ----------
    row
        The case's row.
    told
        What the feed says now, the columns of `CHANGEABLE` as a row holds them.
    changed
        The columns in which the feed said something else before.
    at, actor, reason
        Of the events. They happen as if an administrator made them.

    Returns
    -------
    The events with what the store keeps of each, and the row's columns after them. Without events only what
    the feed said has changed.
    """
    before = case_rows.state_of(row)
    common = {"at": at, "actor": actor, "role": "administrator"}
    events = _moves(before, told, common, reason) if "status" in changed else []
    state = before
    for event in events:
        state = advance(state, event)
    kept = [(event, event.payload()) for event in events]
    fields = _corrections(row, told, changed, state)
    if any(event.kind in _FINAL for event in events) and fields.get("closed_at", "") is None:
        del fields["closed_at"]  # that it was noticed now is better than nothing
    untold = _refused(told, changed, state)
    if fields or untold:
        event = _correction(fields, common)
        state = advance(state, event)
        times = {name: case_rows.to_moment(value) for name, value in fields.items() if name.endswith("_at")}
        kept.append((event, {**fields, **times} | ({"told": untold} if untold else {})))
    values = {**fields, **case_rows.values_of(state)}
    said = {name: told[name] for name in CHANGEABLE if told[name] != values.get(name, row[name])}
    return kept, values | {"said": case_rows.said_json(said)}


def _moves(state: State, told: Mapping[str, Any], common: dict[str, Any], reason: str) -> list[Event]:
    """Return the events that lead to the feed's status."""
    found = []
    for kind in _way(state.node, told["status"]):
        ended = told["closed_at"] if kind in _FINAL else None
        moment = told["updated_at"] if ended is None else ended
        unit = told["unit"] or state.unit if kind == "dispatch" else None
        happened = case_rows.to_moment(moment)
        found.append(Event(kind=kind, **common, happened_at=happened, reason=reason, unit=unit))
    return found


@cache
def _way(node: Node, status: str) -> tuple[str, ...]:
    """Return the events to a status. None leads back to a mere report: a case is accepted again instead."""
    found = path(node, status)
    return (path(node, "accepted") or ()) if found is None else found


def _corrections(
    row: Mapping[Any, Any], told: Mapping[str, Any], changed: Collection[str], state: State
) -> dict[str, Any]:
    own = case_rows.values_of(state)
    here = {name: own.get(name, row[name]) for name in CHANGEABLE}
    moved = {"unit"} if own["unit"] != row["unit"] else set()
    return {
        name: told[name]
        for name in CHANGEABLE
        if (name in changed or name in moved)
        and told[name] != here[name]
        and name != "status"
        and (name != "closed_at" or state.done)
    }


def _refused(told: Mapping[str, Any], changed: Collection[str], state: State) -> dict[str, Any]:
    """Return what the feed says and no event can bring about."""
    untold: dict[str, Any] = {}
    if "status" in changed and told["status"] != state.status:
        untold["status"] = told["status"]
    return untold


def _correction(fields: Mapping[str, Any], common: dict[str, Any]) -> Event:
    return Event(
        kind="update",
        **common,
        unit=fields.get("unit"),
        reported_at=case_rows.to_moment(fields.get("reported_at")),
        closed_at=case_rows.to_moment(fields.get("closed_at")),
        cleared=tuple(name for name in CLEARABLE if name in fields and fields[name] is None),
    )
