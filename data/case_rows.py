"""A case's row in the store, and the state that it stands for."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, RowMapping, select

from data import given, schema
from data.bulk_reading import fetch, row_frame
from data.events import Event, decode
from data.lifecycle import STAGE_TIMES, Pause, State
from data.records import CASE_COUNTS, EVENT, ISSUE
from data.replay import CASE, Replay
from data.schema import REPORT
from geo.errors import StoreError
from i18n import gettext as _

#: The columns of the issue table that the events of a case decide.
STATE_COLUMNS: Final = (
    "version",
    "status",
    "resumes",
    "restores",
    "merged_into",
    "unit",
    "reporter",
    *STAGE_TIMES,
    "reopened_at",
    *CASE_COUNTS,
)

#: The types of a row's columns in a frame.
ROW: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    **CASE,
    **REPORT,
    "id": pl.Int64,
    "issue_id": pl.Int64,
    **schema.LOCATED,
    "cell": pl.Int64,
    "due_at": schema.UTC,
    "said": pl.String,
}
_MOMENTS: Final = (*STAGE_TIMES, "reopened_at")
#: Stored moments count from here.
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
#: The columns of events that a replay needs.
EVENT_QUERY: Final = select(EVENT.c.issue_id, EVENT.c.seq, EVENT.c.kind, EVENT.c.at, EVENT.c.payload)
#: The types of its columns in a frame.
EVENT_ROW: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "issue_id": pl.Int64,
    "seq": pl.Int64,
    "kind": pl.String,
    "at": schema.UTC,
    "payload": pl.String,
}
#: A statement takes a limited number of values.
_AT_ONCE: Final = 500
#: Stands for a field that did not change: nothing equals it.
_NOT: Final = object()


def to_moment(value: int | None) -> datetime | None:
    """Return a stored moment as a time."""
    return None if value is None else EPOCH + timedelta(microseconds=value)


def to_micros(moment: datetime | None) -> int | None:
    """Return a time as the store keeps it."""
    return None if moment is None else (moment - EPOCH) // _MICROSECOND


def state_of(row: Mapping[Any, Any]) -> State:
    """Return the state that a row stands for.

    Suspensions and extensions lie in the events (`breaks`): one that lasts counts from the report on here,
    which no transition asks for.
    """
    values = {name: row[name] for name in STATE_COLUMNS}
    values |= {name: to_moment(values[name]) for name in _MOMENTS}
    pauses = (Pause(values["reported_at"]),) if values["resumes"] else ()
    return State(**values, pauses=pauses)


def values_of(state: State) -> dict[str, Any]:
    """Return what the row of a case in this state holds."""
    values = {name: getattr(state, name) for name in STATE_COLUMNS}
    return values | {name: to_micros(values[name]) for name in _MOMENTS}


def values_after(
    row: Mapping[Any, Any], state: State, changes: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the columns of a row after an event, with what the feed said where the case is otherwise now."""
    stored = {
        name: to_micros(value) if isinstance(value, datetime) else value
        for name, value in (changes or {}).items()
    }
    values = stored | values_of(state)
    changed = {name: values[name] for name in REPORT if name in values}
    return values | {"said": said_after(row["said"], row, changed)}


def said_after(said: str | None, before: Mapping[Any, Any], after: Mapping[str, Any]) -> str | None:
    """Return what the feed said last where the case is otherwise, once fields of its report have changed.

    `before` holds these fields as they were, moments as a row holds them; `after` as they are now.
    """
    told = from_json(said)
    for name, value in after.items():
        if value != before[name]:
            told.setdefault(name, before[name])
    return said_json({name: value for name, value in told.items() if after.get(name, _NOT) != value})


def row_of(connection: Connection, issue_id: int) -> RowMapping:
    """Read one row.

    Raises
    ------
    StoreError
        There is no such case.
    """
    query = select(ISSUE).where(ISSUE.c.id == issue_id)
    row = connection.execute(query).mappings().first() if given.is_number(issue_id) else None
    if row is None:
        raise StoreError(_("There is no case {id} in this store.", id=issue_id))
    return row


def read(connection: Connection, ids: Sequence[int], columns: Sequence[str]) -> pl.DataFrame:
    """Read columns of some cases' rows, in any order; moments come as times in UTC."""
    rows: list[Any] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = select(*(ISSUE.c[name] for name in columns)).where(
            ISSUE.c.id.in_(ids[start : start + _AT_ONCE])
        )
        rows += fetch(connection, query)
    return row_frame(rows, {name: ROW[name] for name in columns})


def report_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the report's own fields, with times as times."""
    return {
        name: to_moment(row[name]) if dtype == schema.UTC else row[name] for name, dtype in REPORT.items()
    }


def history(connection: Connection, issue_id: int, *, after: int = 0) -> list[Event]:
    """Read the events of one case, the first ones left out."""
    query = select(EVENT).where(EVENT.c.issue_id == issue_id).order_by(EVENT.c.seq).offset(after)
    found = []
    for event in connection.execute(query):
        moment = EPOCH + timedelta(microseconds=event.at)
        found.append(Event.from_payload(event.kind, moment, event.actor, json.loads(event.payload)))
    return found


def breaks(connection: Connection, ids: Sequence[int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the suspensions and extensions of cases, as `data.deadlines.judge` takes them."""
    replay = Replay.of(decode(events_of(connection, ids)))
    return replay.pauses, replay.extensions


def events_of(connection: Connection, ids: Sequence[int]) -> pl.DataFrame:
    """Read all events of some cases, as `data.events.decode` takes them."""
    rows: list[Any] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = EVENT_QUERY.where(EVENT.c.issue_id.in_(ids[start : start + _AT_ONCE]))
        rows += fetch(connection, query)
    return event_frame(rows)


def event_frame(rows: Sequence[Any]) -> pl.DataFrame:
    """Make a frame of event rows (`EVENT_QUERY`)."""
    return row_frame(list(rows), EVENT_ROW)


def as_json(values: Mapping[str, Any]) -> str:
    """Write fields as the store keeps them in an event; times as ISO 8601 in UTC.

    Raises
    ------
    StoreError
        A value that JSON has no words for, such as a number without end.
    """
    plain = {name: _text(value) for name, value in values.items()}
    try:
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StoreError(_("This cannot be written: {why}.", why=error)) from error


def from_json(text: str | None) -> dict[str, Any]:
    """Read fields of a report back as a row holds them."""
    values: dict[str, Any] = json.loads(text) if text else {}
    for name, value in values.items():
        if value is not None and REPORT.get(name) == schema.UTC:
            values[name] = to_micros(datetime.fromisoformat(value))
    return values


def said_json(said: Mapping[str, Any]) -> str | None:
    """Write what a feed said last, None where that is nothing; moments come as a row holds them."""
    times = {name: to_moment(value) for name, value in said.items() if REPORT[name] == schema.UTC}
    return as_json({**said, **times}) if said else None


def _text(value: Any) -> Any:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value
