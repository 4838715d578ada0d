"""Reports into the tables: issues and their events, in the transaction that the caller holds."""

from dataclasses import dataclass
from time import time_ns
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.schema import CreateTable

from data.actors import Actor
from data.issue_reading import frame as stored_frame
from data.records import BATCH, EVENT, IMPORT, ISSUE
from data.schema import REPORT, REQUIRED, UTC
from data.statuses import STATUSES
from geo.errors import StoreError
from i18n import gettext as _

#: Rows that are looked up and written together; the memory of an import depends on it, the speed hardly.
BATCH_ROWS: Final = 50_000

_KEY: Final = ("source", "external_id")
#: What a later reading of the same report may change.
_CHANGEABLE: Final = tuple(name for name in REPORT if name not in _KEY)


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
        if (
            import_id is not None
            and not connection.execute(select(IMPORT.c.id).filter_by(id=import_id)).first()
        ):
            raise StoreError(_("There is no import {id} in this store.", id=import_id))
        connection.execute(CreateTable(BATCH, if_not_exists=True))

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

    def finish(self) -> None:
        """Say that this is all; the store calls it before it commits.

        Raises
        ------
        StoreError
            A frame was taken up in part: its error was caught and passed over.
        """
        if not self._whole:
            raise StoreError(_("Some of these reports could not be written; nothing of the import was kept."))

    def _write(self, frame: pl.DataFrame) -> Written:
        known = self._known(frame)
        rows = frame.with_row_index("n")
        changed = _changed(rows, known)
        new = rows.join(known, on="n", how="anti") if known.height else rows
        self._insert(new.drop("n"))
        self._update(changed)
        return Written(new.height, changed.height, frame.height - new.height - changed.height)

    def _known(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Find the issues that these reports are about: `n` is the row of the frame."""
        self._connection.execute(delete(BATCH))
        _insert_many(self._connection, BATCH, frame.select(*_KEY).with_row_index("n"))
        columns = ("id", *_CHANGEABLE)
        query = select(BATCH.c.n, ISSUE.c.version, *(ISSUE.c[name] for name in columns)).join_from(
            BATCH, ISSUE, (BATCH.c.source == ISSUE.c.source) & (BATCH.c.external_id == ISSUE.c.external_id)
        )
        rows = self._connection.execute(query).all()
        return stored_frame([row[2:] for row in rows], columns).with_columns(
            pl.Series("n", [row[0] for row in rows], dtype=pl.UInt32),
            pl.Series("version", [row[1] for row in rows], dtype=pl.Int64),
        )

    def _insert(self, new: pl.DataFrame) -> None:
        if new.is_empty():
            return
        first_id, first_seq = self._last_id + 1, self._last_seq + 1
        self._last_id += new.height
        self._last_seq += new.height
        numbered = new.with_columns(
            pl.int_range(first_id, first_id + new.height, dtype=pl.Int64).alias("id"),
            pl.int_range(first_seq, first_seq + new.height, dtype=pl.Int64).alias("seq"),
            pl.lit(1).alias("version"),
        )
        _insert_many(self._connection, ISSUE, numbered)
        self._add_events("report", numbered.select("seq", issue_id="id", payload=payload(tuple(REPORT))))

    def _update(self, changed: pl.DataFrame) -> None:
        if changed.is_empty():
            return
        first_seq = self._last_seq + 1
        self._last_seq += changed.height
        numbered = changed.sort("id").with_columns(
            pl.int_range(first_seq, first_seq + changed.height, dtype=pl.Int64).alias("seq")
        )
        statement = (
            update(ISSUE)
            .where(ISSUE.c.id == bindparam("issue_id"), ISSUE.c.version == bindparam("old_version"))
            .values(
                {name: bindparam(f"new_{name}") for name in (*_CHANGEABLE, "seq")}
                | {"version": ISSUE.c.version + 1}
            )
        )
        values = _stored(
            numbered.select(
                pl.col(*_CHANGEABLE, "seq").name.prefix("new_"), issue_id="id", old_version="version"
            )
        )
        self._connection.execute(statement, values.to_dicts())
        self._add_events(
            "update",
            numbered.select("seq", issue_id="id", payload=payload(_CHANGEABLE, where="changed_{}")),
        )

    def _add_events(self, kind: str, events: pl.DataFrame) -> None:
        _insert_many(
            self._connection,
            EVENT,
            events.with_columns(
                pl.lit(kind).alias("kind"),
                pl.lit(now()).alias("at"),
                pl.lit(self._actor.name).alias("actor"),
                pl.lit(self._import_id, dtype=pl.Int64).alias("import_id"),
            ),
        )


def now() -> int:
    """Return this moment in microseconds since 1970, UTC."""
    return time_ns() // 1_000


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
        if REPORT[name] == UTC:
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
        pl.col(name).ne_missing(pl.col(f"{name}_known")).alias(f"changed_{name}") for name in _CHANGEABLE
    ]
    return both.with_columns(differs).filter(pl.any_horizontal("^changed_.*$"))


def _stored(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.datetime().cast(pl.Int64))


def _insert_many(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Insert a frame's rows by the driver's own `executemany`, with no Python object a row but its tuple."""
    frame = _stored(frame)
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=frame.columns)
    order = compiled.positiontup  # None where the driver takes values by name
    rows: list[Any] = frame.to_dicts() if order is None else frame.select(order).rows()
    connection.exec_driver_sql(str(compiled), rows)
