"""Reports into the tables: issues and their events, in the transaction that the caller holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.schema import CreateTable

from data.actors import Actor
from data.bulk import insert_rows, update_rows
from data.case_deadlines import JUDGED, deadlines, judged_frame
from data.case_rows import STATE_COLUMNS, as_json, from_json, to_micros
from data.city_rules import city_rules
from data.clock import moment, not_before
from data.feed import CHANGEABLE, take_up
from data.issue_reading import frame as stored_frame
from data.records import BATCH, EVENT, IMPORT, ISSUE
from data.schema import REPORT, REQUIRED, UTC
from data.statuses import STATUS_GROUPS, STATUSES
from data.transitions import NOTHING, find
from geo.errors import StoreError
from i18n import gettext as _

#: Rows that are looked up and written together; the memory of an import depends on it, the speed hardly.
BATCH_ROWS: Final = 50_000

_KEY: Final = ("source", "external_id")


_DONE: Final = pl.col("status").is_in(STATUS_GROUPS["done"])
_STRANGE: Final = ~_DONE & pl.col("closed_at").is_not_null()


def _places(field: str) -> dict[str, str | None]:
    """Return where a case that arrives in a status goes back to."""
    ways = {status: find("report", "", carried=status) for status in STATUSES}
    return {status: getattr(way.step(NOTHING), field) for status, way in ways.items() if way}


_RARE: Final = ("resumes", "restores", "said", "reporter", "updated_at", "suspect")

#: The columns of a new case besides its report; one that is open has no time of closing, whatever is said.
_BEGINNING: Final[dict[str, pl.Expr]] = {
    "closed_at": pl.when(_DONE).then("closed_at"),
    "version": pl.lit(1),
    "resumes": pl.col("status").replace_strict(_places("resumes"), return_dtype=pl.String),
    "restores": pl.col("status").replace_strict(_places("restores"), return_dtype=pl.String),
    "suspended": (pl.col("status") == "suspended").cast(pl.Int64),
}


@dataclass(frozen=True, slots=True)
class Written:
    """How many reports were new, changed an issue, or were known already."""

    taken: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Written") -> "Written":
        """Add up two writings."""
        return Written(
            self.taken + other.taken, self.updated + other.updated, self.unchanged + other.unchanged
        )


class Batch:
    """A transaction that takes reports; the store hands it out and commits it."""

    def __init__(self, connection: Connection, *, actor: Actor, import_id: int | None) -> None:
        self._connection = connection
        self._actor = actor
        self._import_id = import_id
        self._last_id: int = connection.execute(select(func.coalesce(func.max(ISSUE.c.id), 0))).scalar_one()
        self._last_seq: int = connection.execute(select(func.coalesce(func.max(EVENT.c.seq), 0))).scalar_one()
        self._whole = True
        self._reason = _("the feed says so")
        if import_id is not None:
            name = connection.execute(select(IMPORT.c.name).filter_by(id=import_id)).scalar()
            if name is None:
                raise StoreError(_("There is no import {id} in this store.", id=import_id))
            self._reason = _("import {id}: {name}", id=import_id, name=name)
        connection.execute(CreateTable(BATCH, if_not_exists=True))
        #: Of the events of this transaction; later where the clock was put back after a case's last event.
        self._at = moment()
        self._rules = city_rules(connection)

    def write_reports(self, frame: pl.DataFrame) -> Written:
        """Take up reports: new ones become issues, changed ones a new version, known ones nothing.

        Parameters
        ----------
        frame
            The columns of `REPORT`; (source, external_id) is unique.

        Raises
        ------
        StoreError
            Columns, types or values that no report can have. Nothing of the transaction is kept.
        """
        check(frame)
        written = Written()
        self._whole = False
        for part in frame.iter_slices(BATCH_ROWS):
            written += self._write(part)
        self._whole = True
        return written

    def write_report(self, frame: pl.DataFrame, *, reporter: str | None) -> int:
        """Take up one new report with the name of who reported it, and return the case's id."""
        check(frame)
        self._write(frame, reporter=reporter)
        return self._last_id

    def finish(self) -> None:
        """Say that this is all; the store calls it before it commits.

        Raises
        ------
        StoreError
            A frame was taken up in part: its error was caught and passed over.
        """
        if not self._whole:
            raise StoreError(_("Some of these reports could not be written; nothing of the import was kept."))

    def _write(self, frame: pl.DataFrame, *, reporter: str | None = None) -> Written:
        known = self._known(frame)
        rows = frame.with_row_index("n")
        changed = _changed(rows, known)
        new = rows.join(known, on="n", how="anti") if known.height else rows
        self._insert(new.drop("n"), reporter=reporter)
        updated = self._update(changed)
        return Written(new.height, updated, frame.height - new.height - updated)

    def _known(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Find what was said last about the issues of these reports: `n` is the row of the frame."""
        self._connection.execute(delete(BATCH))
        insert_rows(self._connection, BATCH, frame.select(*_KEY).with_row_index("n"))
        columns = ("id", *CHANGEABLE)
        query = select(BATCH.c.n, ISSUE.c.said, *(ISSUE.c[name] for name in columns)).join_from(
            BATCH, ISSUE, (BATCH.c.source == ISSUE.c.source) & (BATCH.c.external_id == ISSUE.c.external_id)
        )
        rows = self._connection.execute(query).all()
        told = [row[2:] if row[1] is None else _told(row, columns) for row in rows]
        return stored_frame(told, columns).with_columns(
            pl.Series("n", [row[0] for row in rows], dtype=pl.UInt32)
        )

    def _insert(self, new: pl.DataFrame, *, reporter: str | None = None) -> None:
        if new.is_empty():
            return
        first_id, first_seq = self._last_id + 1, self._last_seq + 1
        self._last_id += new.height
        self._last_seq += new.height
        numbered = new.with_columns(
            pl.int_range(first_id, first_id + new.height, dtype=pl.Int64).alias("id"),
            pl.int_range(first_seq, first_seq + new.height, dtype=pl.Int64).alias("seq"),
            pl.lit(reporter, dtype=pl.String).alias("reporter"),
        )
        told = (*REPORT, "reporter") if reporter else tuple(REPORT)
        events = numbered.select("seq", issue_id="id", payload=payload(told))
        said = pl.when(_STRANGE).then(payload(("closed_at",))).alias("said")
        begun = numbered.with_columns(said, **_BEGINNING).drop("n", strict=False)
        due = deadlines(
            self._connection,
            self._rules,
            begun.select(
                "category",
                "status",
                "reported_at",
                "closed_at",
                issue_id="id",
                suspended=pl.lit(0, dtype=pl.Int64),
                extended=pl.lit(0, dtype=pl.Int64),
            ),
        )["due"]
        suspended = pl.col("status") == "suspended"
        begun = begun.with_columns(due_at=pl.when(~suspended).then(due))
        empty = [name for name in _RARE if begun[name].null_count() == begun.height]
        insert_rows(self._connection, ISSUE, begun.drop(empty))  # each column takes its time
        self._add_events("report", events)

    def _update(self, changed: pl.DataFrame) -> int:
        """Take up what the feed says otherwise than before, and return how many cases that changed."""
        if changed.is_empty():
            return 0
        self._at = not_before(self._connection, self._at, changed["id"].to_list())
        rows = self._rows(changed["id"].to_list())
        told = _stored(changed.select("id", *CHANGEABLE))
        flags = changed.select(f"changed_{name}" for name in CHANGEABLE).rows()
        events: list[dict[str, Any]] = []
        after: list[dict[str, Any]] = []
        n = 0
        for said, flag in sorted(zip(told.to_dicts(), flags, strict=True), key=lambda pair: pair[0]["id"]):
            row = rows[said["id"]]
            names = {name for name, differs in zip(CHANGEABLE, flag, strict=True) if differs}
            happened, values = take_up(
                row, said, names, at=self._at, actor=self._actor.name, reason=self._reason
            )
            n += bool(happened)
            for event, kept in happened:
                self._last_seq += 1
                events.append(self._event(row["id"], event.kind, kept))
            after.append({**row, **values, "seq": self._last_seq if happened else row["seq"]})
        if events:
            insert_rows(self._connection, EVENT, _frame(events, EVENT))
        self._write_rows(rows, after)
        return n

    def _event(self, issue_id: int, kind: str, kept: dict[str, Any]) -> dict[str, Any]:
        return {
            "seq": self._last_seq,
            "issue_id": issue_id,
            "kind": kind,
            "at": to_micros(self._at),
            "actor": self._actor.name,
            "import_id": self._import_id,
            "payload": as_json(kept),
        }

    def _rows(self, ids: list[int]) -> dict[int, Mapping[Any, Any]]:
        found: dict[int, Mapping[Any, Any]] = {}
        for start in range(0, len(ids), 500):  # a statement takes a limited number of values
            query = select(ISSUE).where(ISSUE.c.id.in_(ids[start : start + 500]))
            found |= {row["id"]: row for row in self._connection.execute(query).mappings()}
        return found

    def _write_rows(self, rows: dict[int, Mapping[Any, Any]], after: list[dict[str, Any]]) -> None:
        cases = judged_frame([[row["id"], *(row[name] for name in JUDGED[1:])] for row in after])
        due = deadlines(self._connection, self._rules, cases)["due"].to_physical()
        columns = [*dict.fromkeys((*CHANGEABLE, *STATE_COLUMNS, "said", "seq", "due_at"))]
        values = [
            {name: row[name] for name in columns}
            | {"id": row["id"], "old_version": rows[row["id"]]["version"], "due_at": moment}
            for row, moment in zip(after, due.to_list(), strict=True)
        ]
        frame = _frame(values, ISSUE, old_version=pl.Int64)
        update_rows(self._connection, ISSUE, frame, where={"id": "id", "version": "old_version"})

    def _add_events(self, kind: str, events: pl.DataFrame) -> None:
        insert_rows(
            self._connection,
            EVENT,
            events.with_columns(
                pl.lit(kind).alias("kind"),
                pl.lit(to_micros(self._at)).alias("at"),
                pl.lit(self._actor.name).alias("actor"),
                pl.lit(self._import_id, dtype=pl.Int64).alias("import_id"),
            ),
        )


def payload(columns: tuple[str, ...], *, where: str | None = None) -> pl.Expr:
    """Write columns as one JSON object a row, vectorised; times as ISO 8601 in UTC.

    Parameters
    ----------
    where
        Name of the boolean column that says whether a field is written, with "{}" for the field's name;
        every field is written where it is None.
    """
    fields = []
    for name in columns:
        value = pl.col(name)
        if REPORT.get(name) == UTC:
            value = value.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        text = pl.struct(value.alias(name)).struct.json_encode()  # {"name":value}
        field = text.str.slice(1, text.str.len_chars() - 2)
        fields.append(field if where is None else pl.when(pl.col(where.format(name))).then(field))
    return pl.concat_str(pl.lit("{"), pl.concat_str(fields, separator=",", ignore_nulls=True), pl.lit("}"))


def check(frame: pl.DataFrame) -> None:
    """Refuse a frame that does not hold reports.

    Raises
    ------
    StoreError
        With every fault of the frame.
    """
    faults = [
        f"{name}: {dict(frame.schema).get(name, 'missing')}, expected {dtype}"
        for name, dtype in REPORT.items()
        if frame.schema.get(name) != dtype
    ]
    faults += [f"{name}: not a column of a report" for name in frame.columns if name not in REPORT]
    if not faults:
        faults = _value_faults(frame)
    if faults:
        raise StoreError(_("This frame does not hold reports: {faults}.", faults="; ".join(faults)))


def _value_faults(frame: pl.DataFrame) -> list[str]:
    wrong = {
        **{f"{name} is null": pl.col(name).is_null() for name in REQUIRED},
        "status is unknown": ~pl.col("status").is_in(STATUSES),
        "lon is not within -180 and 180": ~pl.col("lon").is_between(-180, 180),
        "lat is not within -90 and 90": ~pl.col("lat").is_between(-90, 90),
        "the key (source, external_id) repeats": pl.struct(_KEY).is_duplicated(),
    }
    counts = frame.select(**{fault: rows.sum() for fault, rows in wrong.items()})
    return (
        [f"{fault} in {n} rows" for fault, n in counts.row(0, named=True).items() if n]
        if frame.height
        else []
    )


def _changed(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the reports that differ from their issue, with a column `changed_…` for each field."""
    both = rows.join(known, on="n", suffix="_known")
    differs = [
        pl.col(name).ne_missing(pl.col(f"{name}_known")).alias(f"changed_{name}") for name in CHANGEABLE
    ]
    return both.with_columns(differs).filter(pl.any_horizontal("^changed_.*$"))


def _told(row: Any, columns: tuple[str, ...]) -> tuple[Any, ...]:
    """Return what the feed said last about an issue that is otherwise now."""
    said = from_json(row[1])
    return tuple(said.get(name, value) for name, value in zip(columns, row[2:], strict=True))


def _frame(rows: list[dict[str, Any]], table: Table, **others: type[pl.DataType]) -> pl.DataFrame:
    """Make a frame of rows as the table holds them."""
    types: dict[type, type[pl.DataType]] = {int: pl.Int64, float: pl.Float64, str: pl.String}
    schema = {name: others.get(name) or types[table.c[name].type.python_type] for name in rows[0]}
    return pl.DataFrame(rows, schema=schema)


def _stored(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.datetime().cast(pl.Int64))
