"""The open cases of a field team as its phone shows them: the most urgent first, with what can be done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from heapq import nsmallest
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, func, select

from data import case_photos
from data.actors import Actor
from data.bulk_reading import fetch
from data.case_rows import to_micros, to_moment
from data.categories import labels
from data.field_acts import ANSWERS_HELP, NEEDS, WORK, act_label, offered
from data.records import CATEGORY, EVENT, FIELD_ANSWER, ISSUE, OPEN, PHOTO, PLACE
from data.rights import scope
from data.statuses import label
from data.transitions import possible
from geo.cells import to_text
from geo.urgency import urgency
from i18n import N_, current_locale, gettext

#: A phone is sent so many cases at most, the most urgent; nobody walks to more in a day.
MOST_CASES: Final = 300

#: Classes of hot spots as people are told them.
HOT_WORDS: Final[dict[str, str]] = {
    "new_hot": N_("New hot spot"),
    "consecutive_hot": N_("Consecutive hot spot"),
    "intensifying_hot": N_("Intensifying hot spot"),
    "persistent_hot": N_("Persistent hot spot"),
    "diminishing_hot": N_("Diminishing hot spot"),
    "sporadic_hot": N_("Sporadic hot spot"),
    "oscillating_hot": N_("Oscillating hot spot"),
    "historical_hot": N_("Historical hot spot"),
}

#: In microseconds, as the store keeps moments.
_HOUR: Final = 3_600_000_000
_COLUMNS: Final = (
    "id", "version", "category", "status", "lon", "lat", "cell", "place_id", "address", "description",
    "reported_at", "due_at",
)  # fmt: skip

#: Cells with a class of hot spot: `geo.emerging_classes` by cell.
Hot = Mapping[int, str]


def listed(
    connection: Connection, *, actor: Actor, now: datetime, hot: Hot, most: int = MOST_CASES
) -> tuple[list[dict[str, Any]], int]:
    """Return the open cases in the actor's cells, and how many more there are.

    What is to be worked on comes first, then what may be looked at; each by urgency, then by deadline.
    """
    light = select(ISSUE.c.id, ISSUE.c.status, ISSUE.c.cell, ISSUE.c.due_at).where(OPEN, scope(actor))
    micros = to_micros(now) or 0
    order = [
        (status not in WORK, -_urgency(cell, due_at, micros, hot), due_at is None, due_at or 0, number)
        for number, status, cell, due_at in fetch(connection, light)
    ]
    ids = [place[-1] for place in nsmallest(most, order)]
    return told(connection, ids, actor=actor, now=now, hot=hot), len(order) - len(ids)


def told(
    connection: Connection, ids: Sequence[int], *, actor: Actor, now: datetime, hot: Hot
) -> list[dict[str, Any]]:
    """Return cases as a phone shows them, in this order; those out of the actor's cells are left out."""
    query = select(*(ISSUE.c[name] for name in _COLUMNS)).where(ISSUE.c.id.in_(ids), scope(actor))
    rows = {row.id: row for row in connection.execute(query)}
    if not rows:
        return []
    names = category_names(connection)
    places = _places(connection, {row.place_id for row in rows.values() if row.place_id is not None})
    repeats, photos, help_wanted = (
        _repeats(connection, rows),
        _photos(connection, rows, actor),
        _help(connection, rows),
    )
    cells = dict(zip(rows, to_text([row.cell for row in rows.values()]), strict=True))
    can = {status: acts(status, actor) for status in {row.status for row in rows.values()}}
    micros = to_micros(now) or 0
    found = []
    for row in (rows[number] for number in ids if number in rows):
        own_class = hot.get(row.cell)
        hours = _hours(row.due_at, micros)
        found.append(
            {
                "id": row.id,
                "version": row.version,
                "category": row.category,
                "category_name": names.get(row.category, row.category),
                "status": row.status,
                "status_name": label(row.status),
                "lon": row.lon,
                "lat": row.lat,
                "cell": str(cells[row.id]),
                "place": places.get(row.place_id, ""),
                "address": row.address or "",
                "description": row.description or "",
                "reported_at": _text(row.reported_at),
                "due_at": _text(row.due_at),
                "hours_left": None if hours is None else round(hours, 2),
                "urgency": _urgency(row.cell, row.due_at, micros, hot),
                "hot": own_class,
                "hot_words": gettext(HOT_WORDS[own_class]) if own_class in HOT_WORDS else None,
                "repeats": repeats.get(row.id, 0),
                "help": row.id in help_wanted,
                "photos": photos.get(row.id, []),
                "acts": can[row.status],
            }
        )
    return found


def acts(status: str, actor: Actor) -> list[dict[str, Any]]:
    """Return what the actor can do at a case of a status: act, the button's words, what it needs."""
    found = offered(possible(status, actor.role))
    return [{"act": act, "label": act_label(act), "needs": list(NEEDS.get(act, ()))} for act in found]


def done_since(connection: Connection, *, actor: Actor, since: int, most: int = 20) -> list[dict[str, Any]]:
    """Return the cases that the actor's team has dealt with since a moment, the last first, in short."""
    query = (
        select(
            ISSUE.c.id,
            ISSUE.c.category,
            ISSUE.c.status,
            ISSUE.c.place_id,
            ISSUE.c.address,
            FIELD_ANSWER.c.act,
            FIELD_ANSWER.c.at,
        )
        .join(ISSUE, ISSUE.c.id == FIELD_ANSWER.c.issue_id)
        .where(
            FIELD_ANSWER.c.team_id == actor.team,
            FIELD_ANSWER.c.at >= since,
            FIELD_ANSWER.c.act.in_(("fix", "not_found", "not_mine")),
            FIELD_ANSWER.c.state == "applied",
            scope(actor),
        )
        .order_by(FIELD_ANSWER.c.at.desc(), FIELD_ANSWER.c.uid)
    )
    latest: dict[int, Any] = {}
    for row in connection.execute(query):
        latest.setdefault(row.id, row)
    rows = list(latest.values())[:most]
    names = category_names(connection)
    places = _places(connection, {row.place_id for row in rows if row.place_id is not None})
    return [
        {
            "id": row.id,
            "category_name": names.get(row.category, row.category),
            "status": row.status,
            "status_name": label(row.status),
            "place": places.get(row.place_id, "") or row.address or "",
            "act": row.act,
            "act_name": act_label(row.act),
            "at": _text(row.at),
        }
        for row in rows
    ]


def category_names(connection: Connection) -> dict[str, str]:
    """Return the name of each category in the language in use, by slug."""
    rows = connection.execute(select(CATEGORY.c.slug, CATEGORY.c.zh, CATEGORY.c.en)).all()
    schema = dict.fromkeys(("slug", "zh", "en"), pl.String)
    return labels(pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row"), current_locale())


def _urgency(cell: int, due_at: int | None, now: int, hot: Hot) -> int:
    return urgency(hours_left=_hours(due_at, now), hot=hot.get(cell))


def _hours(due_at: int | None, now: int) -> float | None:
    """Return how many hours of the clock are left, moments in microseconds; negative where it is overdue."""
    return None if due_at is None else (due_at - now) / _HOUR


def _places(connection: Connection, ids: set[int]) -> dict[int | None, str]:
    rows = connection.execute(select(PLACE.c.id, PLACE.c.name).where(PLACE.c.id.in_(ids)))
    return {row.id: row.name or "" for row in rows}


def _repeats(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    query = select(ISSUE.c.merged_into, func.count()).where(ISSUE.c.merged_into.in_(list(ids)))
    return {
        into: n for into, n in connection.execute(query.group_by(ISSUE.c.merged_into)) if into is not None
    }


def _photos(connection: Connection, ids: Iterable[int], actor: Actor) -> dict[int, list[dict[str, Any]]]:
    query = (
        select(PHOTO.c.issue_id, PHOTO.c.full, PHOTO.c.role, EVENT.c.at)
        .join(EVENT, EVENT.c.seq == PHOTO.c.seq)
        .where(PHOTO.c.issue_id.in_(list(ids)), case_photos.shown(actor))
        .order_by(PHOTO.c.seq)
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.issue_id].append({"name": row.full, "when": row.role, "at": _text(row.at)})
    return found


def _help(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Return the cases for which a team has called for help, and nobody has moved them since."""
    query = (
        select(FIELD_ANSWER.c.issue_id, func.max(FIELD_ANSWER.c.event_seq))
        .where(FIELD_ANSWER.c.act == "needs_help", FIELD_ANSWER.c.issue_id.in_(list(ids)))
        .group_by(FIELD_ANSWER.c.issue_id)
    )
    called = {case: seq for case, seq in connection.execute(query) if seq is not None}
    if not called:
        return set()
    moves = (
        select(EVENT.c.issue_id, func.max(EVENT.c.seq))
        .where(EVENT.c.issue_id.in_(list(called)), EVENT.c.kind.in_(ANSWERS_HELP))
        .group_by(EVENT.c.issue_id)
    )
    moved = {case: seq for case, seq in connection.execute(moves) if seq is not None}
    return {case for case, seq in called.items() if moved.get(case, 0) < seq}


def _text(at: int | None) -> str | None:
    found = to_moment(at)
    return None if found is None else found.isoformat().replace("+00:00", "Z")
