"""What happens to cases: one event as a value, and many as a frame."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, Self

import polars as pl

from data import schema

_MOMENTS: Final = ("happened_at", "reported_at", "closed_at")

#: The columns of a frame of events, with their types; those after `at` may be null or missing.
EVENT: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "issue_id": pl.Int64,
    "seq": pl.Int64,  # the order in which they were recorded, in the whole store
    "kind": pl.String,
    "at": schema.UTC,
    "happened_at": schema.UTC,
    "status": pl.String,
    "unit": pl.String,
    "reporter": pl.String,
    "reported_at": schema.UTC,
    "closed_at": schema.UTC,
    "into": pl.Int64,
    "amount": pl.Float64,
    "amount_unit": pl.String,
    "no_unit": pl.Boolean,
    "no_closed_at": pl.Boolean,
}

#: What a correction may take away: the payload names it with null.
CLEARABLE: Final = ("unit", "closed_at")

_CLEARED: Final = {f"no_{name}": name for name in CLEARABLE}

#: The columns that must be there.
REQUIRED: Final = ("issue_id", "seq", "kind", "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a case.

    `at` is when it was recorded, `happened_at` when it took place where that is known better: a status in
    a feed, an answer that waited in a phone without network. Times carry their zone.
    """

    kind: str
    at: datetime
    actor: str = ""
    role: str = ""
    happened_at: datetime | None = None
    reason: str = ""
    note: str = ""
    unit: str | None = None
    status: str | None = None  # of a report that has a history elsewhere
    reporter: str | None = None  # names the reporter; contact data live apart from the case
    reported_at: datetime | None = None  # of a report and its correction
    closed_at: datetime | None = None
    into: int | None = None  # the case that a duplicate repeats; a feed often does not say
    amount: float | None = None
    amount_unit: str = "work_hours"
    cleared: tuple[str, ...] = ()  # what a correction takes away, of `CLEARABLE`

    @property
    def moment(self) -> datetime:
        """When it took place."""
        return self.happened_at or self.at

    def payload(self) -> dict[str, Any]:
        """Return what the store keeps of the event beside kind, time and actor: plain values, none empty."""
        kept = {name: getattr(self, name) for name in _own_fields()}
        if not self.amount:
            del kept["amount_unit"]
        given = {name: _text(value) if name in _MOMENTS else value for name, value in kept.items() if value}
        return given | dict.fromkeys(self.cleared)

    @classmethod
    def from_payload(cls, kind: str, at: datetime, actor: str, payload: dict[str, Any]) -> Self:
        """Make the event again from what the store kept; what else the payload holds is left out."""
        values = {name: payload[name] for name in _own_fields() if payload.get(name) is not None}
        values |= {name: datetime.fromisoformat(values[name]) for name in _MOMENTS if name in values}
        gone = (name for name in CLEARABLE if name in payload and payload[name] is None)
        return cls(kind=kind, at=at, actor=actor, cleared=tuple(gone) if kind == "update" else (), **values)


def decode(events: pl.DataFrame) -> pl.DataFrame:
    """Turn the store's events into a frame of events: the JSON in `payload` becomes columns.

    Parameters
    ----------
    events
        Columns issue_id, seq, kind, at (UTC) and payload; others are left out.
    """
    facts = {name: EVENT[name] for name in EVENT if name not in REQUIRED and name not in _CLEARED}
    texts = pl.Struct({name: pl.String if dtype == schema.UTC else dtype for name, dtype in facts.items()})
    # Most payloads that hold a fact are reports; decoding "{}" for the rest costs little.
    gone = {
        column: (pl.col("kind") == "update") & pl.col("payload").str.contains(rf'"{name}":\s*null')
        for column, name in _CLEARED.items()
    }
    found = events.select(*REQUIRED, facts=pl.col("payload").str.json_decode(texts), **gone).unnest("facts")
    return found.select(*EVENT).with_columns(
        pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC")
        for name, dtype in facts.items()
        if dtype == schema.UTC
    )


def frame(events: dict[int, list[Event]]) -> pl.DataFrame:
    """Turn the events of some cases, by the case's id, into a frame of events."""
    rows = [
        {"issue_id": case, "kind": event.kind, "at": event.at}
        | {name: getattr(event, name) for name in EVENT if name not in REQUIRED and name not in _CLEARED}
        | {column: name in event.cleared for column, name in _CLEARED.items()}
        for case, own in events.items()
        for event in own
    ]
    numbered = [{**row, "seq": seq} for seq, row in enumerate(rows, start=1)]
    return pl.DataFrame(numbered, schema=EVENT)


def _own_fields() -> list[str]:
    return [own.name for own in fields(Event) if own.name not in ("kind", "at", "actor", "cleared")]


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
