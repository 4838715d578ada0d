"""Reports into the tables: issues and their events, in the transaction that the caller holds."""

from dataclasses import dataclass
from typing import Final

import polars as pl
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.schema import CreateTable

from data import case_cells, case_places, case_rows
from data.actors import Actor
from data.bulk import insert_rows, update_rows
from data.bulk_reading import read_frame
from data.case_deadlines import JUDGED, deadlines
from data.case_rows import from_json, to_micros
from data.city_rules import city_rules
from data.clock import moment, not_before
from data.feed import CHANGEABLE, NEEDED, take_up
from data.known_places import known_places
from data.payloads import payload
from data.records import BATCH, EVENT, IMPORT, ISSUE
from data.schema import LOCATED, REPORT, REQUIRED
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


_RARE: Final = ("resumes", "restores", "said", "reporter", "updated_at", "suspect", *LOCATED)

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
        frame = frame.with_columns(pl.col("unit").replace("", None))  # an empty name is no unit's
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
        query = select(
            BATCH.c.n, ISSUE.c.said, ISSUE.c.id, *(ISSUE.c[name] for name in CHANGEABLE)
        ).join_from(
            BATCH, ISSUE, (BATCH.c.source == ISSUE.c.source) & (BATCH.c.external_id == ISSUE.c.external_id)
        )
        kinds = {"n": pl.UInt32, **{name: case_rows.ROW[name] for name in ("said", "id", *CHANGEABLE)}}
        return _told(read_frame(self._connection, query, kinds)).drop("said")

    def _insert(self, new: pl.DataFrame, *, reporter: str | None = None) -> None:
        if new.is_empty():
            return
        first_id, first_seq = self._last_id + 1, self._last_seq + 1
        self._last_id += new.height
        self._last_seq += new.height
        new = new.hstack(known_places(self._connection).locate(new))
        numbered = new.with_columns(
            pl.int_range(first_id, first_id + new.height, dtype=pl.Int64).alias("id"),
            pl.int_range(first_seq, first_seq + new.height, dtype=pl.Int64).alias("seq"),
            pl.lit(reporter, dtype=pl.String).alias("reporter"),
        )
        told = (*REPORT, "reporter") if reporter else tuple(REPORT)
        events = numbered.select("seq", issue_id="id", payload=case_places.with_answer(payload(told)))
        said = pl.when(_STRANGE).then(payload(("closed_at",))).alias("said")
        begun = numbered.with_columns(said, case_cells.cells(), **_BEGINNING).drop("n", strict=False)
        due = deadlines(
            self._connection,
            self._rules,
            begun.select(
                "category",
                "status",
                "reported_at",
                "closed_at",
                "areas",
                issue_id="id",
                suspended=pl.lit(0, dtype=pl.Int64),
                extended=pl.lit(0, dtype=pl.Int64),
            ),
        )["due"]
        suspended = pl.col("status") == "suspended"
        begun = begun.with_columns(due_at=pl.when(~suspended).then(due))
        empty = [name for name in _RARE if begun[name].null_count() == begun.height]
        insert_rows(self._connection, ISSUE, begun.drop(empty))  # each column takes its time
        self._add_events(events.with_columns(pl.lit("report").alias("kind")))

    def _update(self, changed: pl.DataFrame) -> int:
        """Take up what the feed says otherwise than before, and return how many cases that changed."""
        if changed.is_empty():
            return 0
        self._at = not_before(self._connection, self._at, changed["id"].to_list())
        rows = case_rows.read(self._connection, changed["id"].to_list(), (*NEEDED, "due_at"))
        told = changed.select(
            "id", *(pl.col(name).name.prefix("told_") for name in CHANGEABLE), "^changed_.*$"
        )
        taken = take_up(rows.join(told, on="id"), at=self._at, reason=self._reason)
        first, height = self._last_seq + 1, taken.events.height
        self._last_seq += height
        events = taken.events.with_columns(pl.int_range(first, first + height, dtype=pl.Int64).alias("seq"))
        self._add_events(events)
        last = events.group_by(id="issue_id").agg(last_seq=pl.col("seq").max())
        cases = taken.cases.join(last, on="id", how="left", maintain_order="left")
        self._write_rows(rows.sort("id"), cases.with_columns(seq=pl.coalesce("last_seq", "seq")))
        elsewhere = pl.any_horizontal(f"changed_{name}" for name in sorted(case_places.DECIDING))
        ids = changed.filter(elsewhere)["id"].to_list()
        self._last_seq += case_places.locate(self._connection, ids)
        return last.height

    def _write_rows(self, before: pl.DataFrame, after: pl.DataFrame) -> None:
        judged = after.rename({"id": "issue_id"}).select(JUDGED)
        after = after.with_columns(due_at=deadlines(self._connection, self._rules, judged)["due"])
        # Each column takes its time, an index on it more.
        same = [name for name in (*NEEDED, "due_at") if before[name].equals(after[name], null_equal=True)]
        if not {"lon", "lat"} <= set(same):
            after = after.with_columns(case_cells.cells())
        values = after.select(pl.all().exclude("last_seq", *same)).with_columns(
            id=after["id"], old_version=before["version"]
        )
        update_rows(self._connection, ISSUE, values, where={"id": "id", "version": "old_version"})

    def _add_events(self, events: pl.DataFrame) -> None:
        insert_rows(
            self._connection,
            EVENT,
            events.with_columns(
                pl.lit(to_micros(self._at)).alias("at"),
                pl.lit(self._actor.name).alias("actor"),
                pl.lit(self._import_id, dtype=pl.Int64).alias("import_id"),
            ),
        )


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
        "category is empty": pl.col("category").str.strip_chars() == "",
        "a text holds a zero character": pl.any_horizontal(
            pl.col(pl.String).str.contains("\0", literal=True)
        ),
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


def _told(known: pl.DataFrame) -> pl.DataFrame:
    """Put what the feed said last in place of what an issue is now."""
    otherwise = known.filter(pl.col("said").is_not_null())
    if otherwise.is_empty():
        return known
    stored = otherwise.with_columns(pl.selectors.datetime().to_physical())
    rows = [row | from_json(row["said"]) for row in stored.to_dicts()]
    told = pl.DataFrame(rows, schema=stored.schema).cast(known.schema)
    return pl.concat([known.filter(pl.col("said").is_null()), told])
