"""The proof that a store holds: every row is the replay of its events; and rows made from the events anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Select, bindparam, func, select, update

from data import case_cells, case_places, case_rows, saved
from data.bulk_reading import read_frame, row_frame
from data.case_deadlines import JUDGED, deadlines
from data.case_rows import EVENT_QUERY, EVENT_ROW, ROW, STATE_COLUMNS, said_json
from data.city_rules import CityRules, city_rules
from data.events import decode
from data.records import CONTACT, EVENT, IMPORT, ISSUE
from data.replay import Replay, differences
from data.schema import LOCATED, REPORT, UTC
from data.statuses import STATUS_GROUPS
from i18n import gettext as _
from i18n import ngettext

#: Cases that are replayed together; the memory depends on it.
_AT_ONCE: Final = 50_000
#: Faults that are kept as examples.
_SHOWN: Final = 20
_EXACT_DEGREES: Final = 1e-12
#: What a value raises that its column cannot hold: SQLite takes any into any, and text need not be JSON.
_UNREADABLE: Final = (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError)
#: The columns of a row that are read, beside its id.
_COLUMNS: Final = tuple(dict.fromkeys(("seq", *STATE_COLUMNS, *REPORT, *LOCATED, "cell", "due_at", "said")))
_PLACE: Final = ("lon", "lat")
#: What a report says and no transition touches.
TOLD: Final = tuple(name for name in REPORT if name not in ("status", "unit", "reported_at", "closed_at"))


@dataclass(slots=True)
class Checked:
    """What a check of a whole store found, in figures."""

    issues: int = 0
    events: int = 0
    imports: int = 0
    contacts: int = 0
    last_seq: int = 0
    kinds: dict[str, int] = field(default_factory=dict)  # events of each kind
    statuses: dict[str, int] = field(default_factory=dict)
    differing: int = 0  # values of rows that are not the replay of the events
    impossible: int = 0  # events that cannot have happened
    orphans: int = 0  # events without their issue
    missing: int = 0  # numbers of events that are not there
    unreadable: int = 0  # rows and events that hold what none can hold
    beyond: int = 0  # rows that are further than their events: events were lost
    misdated: int = 0  # open cases that are due at another moment than the limits say
    misplaced: int = 0  # cases that belong to other places or areas than is noted
    outdated: int = 0  # those that will, once they are located by the places that came since; no fault
    astray: int = 0  # duplicates of a case that is not there
    lost_saved: int = 0  # views and selections that were kept and cannot be read
    photos: int = 0  # rows, those that were taken away included
    astray_photos: int = 0  # rows that are not what the events say
    photo_files: int = 0
    photo_bytes: int = 0
    missing_photos: int = 0  # files
    damaged_photos: int = 0
    stray_photos: int = 0  # files that no case refers to; no fault
    foreign_files: int = 0  # in the photo folder, and none of a store; no fault
    photo_folder: str = ""  # why it cannot be looked at
    damage: list[str] = field(default_factory=list)  # what the database says about its own file
    examples: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        rows = (self.differing, self.misdated, self.misplaced, self.astray, self.lost_saved)
        photos = (self.astray_photos, self.missing_photos, self.damaged_photos, self.photo_folder)
        return self.whole and not any(rows) and not any(photos)

    @property
    def whole(self) -> bool:
        """Whether the events themselves are all there, so that rows can be made of them anew."""
        lost = (self.impossible, self.orphans, self.missing, self.unreadable, self.beyond, len(self.damage))
        return not any(lost)

    @property
    def repairable(self) -> bool:
        """Whether there are rows that can be made from their events anew."""
        return self.whole and any((self.differing, self.misdated, self.misplaced, self.astray_photos))

    def words(self) -> list[str]:
        """Say in the language in use what holds and what does not, a line each."""
        lines = [
            ngettext(
                "{n} case is the replay of its events",
                "{n} cases are the replay of their events",
                self.issues,
            )
            if not self.differing
            else ngettext(
                "{n} value differs from the replay of the events",
                "{n} values differ from the replay of the events",
                self.differing,
            ),
            ngettext("{n} event has its case", "{n} events have their case", self.events)
            if not self.orphans
            else _("{n} events have no case", n=self.orphans),
        ]
        faults = {
            _("{n} events cannot have happened", n=self.impossible): self.impossible,
            _("{n} events are missing", n=self.missing): self.missing,
            _("{n} rows or events cannot be read", n=self.unreadable): self.unreadable,
            _("{n} cases are further than their events, of which some were lost", n=self.beyond): self.beyond,
            ngettext(
                "{n} open case is due at another moment than the limits say",
                "{n} open cases are due at another moment than the limits say",
                self.misdated,
            ): self.misdated,
            _("{n} cases belong elsewhere than is noted", n=self.misplaced): self.misplaced,
            _("{n} duplicates repeat a case that is not there", n=self.astray): self.astray,
            _("{n} saved views or selections cannot be read", n=self.lost_saved): self.lost_saved,
        }
        faulty = [words for words, n in faults.items() if n]
        if self.outdated:
            lines.append(
                _(
                    "Places or rules have changed: {n} cases belong elsewhere now, "
                    "and `gezhi places --locate` notes it",
                    n=self.outdated,
                )
            )
        return lines + faulty + self._photo_words() + self.damage + self.examples

    def _photo_words(self) -> list[str]:
        if self.photo_folder:
            n = ngettext(
                "{n} photo could not be looked at.", "{n} photos could not be looked at.", self.photos
            )
            return [f"{n} {self.photo_folder}"]
        files = self.photo_files
        found = {
            ngettext(
                "{n} photo file is what its name says ({size:.1f} MB)",
                "{n} photo files are what their names say ({size:.1f} MB)",
                files,
                size=self.photo_bytes / 1e6,
            ): files and not self.damaged_photos,
            ngettext(
                "{n} photo is not what the events say",
                "{n} photos are not what the events say",
                self.astray_photos,
            ): self.astray_photos,
            _("{n} photo files are missing", n=self.missing_photos): self.missing_photos,
            _("{n} of {files} photo files are damaged", n=self.damaged_photos, files=files): (
                self.damaged_photos
            ),
            _(
                "{n} photo files belong to no case: `gezhi db tidy` removes those older than a day",
                n=self.stray_photos,
            ): self.stray_photos,
            _("{n} other files lie in the photo folder", n=self.foreign_files): self.foreign_files,
        }
        return [words for words, n in found.items() if n]


def check(connection: Connection) -> Checked:
    """Replay every event and compare; nothing is changed."""
    found = Checked()
    found.issues = _one(connection, select(func.count()).select_from(ISSUE))
    found.events = _one(connection, select(func.count()).select_from(EVENT))
    found.imports = _one(connection, select(func.count()).select_from(IMPORT))
    found.contacts = _one(connection, select(func.count()).select_from(CONTACT))
    found.last_seq = _one(connection, select(func.coalesce(func.max(EVENT.c.seq), 0)))
    found.missing = found.last_seq - found.events
    issue_ids = select(ISSUE.c.id)
    found.orphans = _one(connection, select(func.count()).where(EVENT.c.issue_id.not_in(issue_ids)))
    found.astray = _one(connection, select(func.count()).where(ISSUE.c.merged_into.not_in(issue_ids)))
    found.kinds = _counts(connection, EVENT.c.kind)
    found.statuses = _counts(connection, ISSUE.c.status)
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("PRAGMA quick_check(10)").scalars().all()
        found.damage = [str(row) for row in rows if row != "ok"]
    lost = saved.unreadable(connection)
    found.lost_saved = len(lost)
    found.examples += lost[:_SHOWN]
    rules = city_rules(connection)
    for stored, events in parts(connection, found):
        replay = Replay.of(decode(events))
        kept = stored.select("issue_id", *STATE_COLUMNS, "seq")
        _note(found, differences(replay.cases, kept))
        told = told_last(events, stored)
        _note(found, _told_otherwise(told))
        _note(found, _celled_otherwise(told))
        _note(found, _located_otherwise(events, stored))
        both = kept.join(replay.cases, on="issue_id", suffix="_replayed")
        further = (pl.col("seq") > pl.col("seq_replayed")) & (pl.col("version") > pl.col("version_replayed"))
        found.beyond += both.filter(further).height
        wrong = misdated(connection, rules, stored, replay.cases)
        found.misdated += wrong.height
        for row in wrong.head(max(_SHOWN - len(found.examples), 0)).to_dicts():
            found.examples.append(
                _(
                    "case {id}: due {stored}, by the limits {due}",
                    id=row["issue_id"],
                    stored=row["due_at"],
                    due=row["due"],
                )
            )
        found.impossible += replay.impossible.height
        for row in replay.impossible.head(max(_SHOWN - len(found.examples), 0)).to_dicts():
            found.examples.append(
                _("case {id}, event {seq}: '{kind}' after '{before}'", id=row["issue_id"], **_rest(row))
            )
    if not found.unreadable:
        n = case_places.misplaced(connection)
        if case_places.is_current(connection):
            found.misplaced = n
        else:
            found.outdated = n
    return found


def misdated(
    connection: Connection, rules: CityRules, stored: pl.DataFrame, cases: pl.DataFrame
) -> pl.DataFrame:
    """Return the open cases (`issue_id`, `due_at` as stored, `due`) that are due at another moment."""
    kept = stored.select("issue_id", "category", "areas", "due_at").join(
        cases.filter(~pl.col("status").is_in(STATUS_GROUPS["done"])), on="issue_id", maintain_order="left"
    )
    due = deadlines(connection, rules, kept.select(JUDGED))["due"]
    found = kept.select("issue_id", "due_at").with_columns(due=due)
    return found.filter(pl.col("due").ne_missing(pl.col("due_at")))


def derive(connection: Connection) -> int:
    """Set every row to the replay of its events, with its deadline; what a feed said otherwise is kept.

    Returns
    -------
    How many rows were otherwise.
    """
    changed = 0
    rules = city_rules(connection)
    names = [*STATE_COLUMNS, "due_at", "said"]
    statement = update(ISSUE).where(ISSUE.c.id == bindparam("the_id"))
    statement = statement.values({name: bindparam(f"new_{name}") for name in names})
    for stored, events in parts(connection):
        cases = Replay.of(decode(events)).cases
        both = stored.join(cases, on="issue_id", suffix="_replayed", maintain_order="left")
        kept = stored.select("issue_id", "category", "areas").join(
            cases, on="issue_id", maintain_order="left"
        )
        due = deadlines(connection, rules, kept.select(JUDGED))["due"]
        differs = [pl.col(name).ne_missing(pl.col(f"{name}_replayed")) for name in STATE_COLUMNS]
        rows = both.with_columns(due=due).filter(
            pl.any_horizontal(*differs) | pl.col("due").ne_missing(pl.col("due_at"))
        )
        rows = rows.with_columns(pl.selectors.datetime().to_physical())
        values = [_derived(row) for row in rows.to_dicts()]
        if values:
            connection.execute(statement, values)
        changed += len(values)
    return changed


def _derived(row: dict[str, Any]) -> dict[str, Any]:
    said = case_rows.from_json(row["said"])
    for name in set(REPORT) & set(STATE_COLUMNS):
        if row[name] != row[f"{name}_replayed"]:
            said.setdefault(name, row[name])
    told = {name: value for name, value in said.items() if row.get(f"{name}_replayed", row[name]) != value}
    values = {f"new_{name}": row[f"{name}_replayed"] for name in STATE_COLUMNS}
    return values | {"the_id": row["issue_id"], "new_due_at": row["due"], "new_said": said_json(told)}


def parts(
    connection: Connection, found: Checked | None = None
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Read the rows of some cases and all of their events, then of some more.

    Rows and events that cannot be read are left out, with their cases, and noted in `found`; without it they
    are errors.
    """
    ids = select(ISSUE.c.id).order_by(ISSUE.c.id).limit(_AT_ONCE)
    last = -1
    while True:
        some = ids.where(ISSUE.c.id > last).subquery()
        first, last = connection.execute(select(func.min(some.c.id), func.max(some.c.id))).one()
        if first is None:
            return
        rows = select(ISSUE.c.id, *(ISSUE.c[name] for name in _COLUMNS)).where(
            ISSUE.c.id.between(first, last)
        )
        events = EVENT_QUERY.where(EVENT.c.issue_id.between(first, last))
        try:
            part = _in_columns(connection, rows, events)
        except _UNREADABLE:
            if found is None:
                raise
            single = connection.execute(rows).all(), connection.execute(events).all()
            part = _frames(*_readable(found, *single))
        yield part


def _in_columns(
    connection: Connection, rows: Select[Any], events: Select[Any]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    told = read_frame(connection, events, EVENT_ROW)
    _told(told)
    decode(told)
    kinds = {name: ROW[name] for name in ("id", *_COLUMNS)}
    return read_frame(connection, rows, kinds).rename({"id": "issue_id"}), told


def _frames(rows: Any, events: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    told = case_rows.event_frame(events)
    _told(told)
    decode(told)
    return row_frame(list(rows), {name: ROW[name] for name in ("issue_id", *_COLUMNS)}), told


def _readable(found: Checked, rows: Any, events: Any) -> tuple[Any, Any]:
    """Leave out the cases that cannot be read, and note what of them that is."""
    good_rows = _good(rows, lambda some: _frames(some, []))
    good_events = _good(events, lambda some: _frames(rows[:0], some))
    bad = {row.id for row in rows} - {row.id for row in good_rows}
    for case in sorted(bad)[: max(_SHOWN - len(found.examples), 0)]:
        found.examples.append(_("case {id} cannot be read", id=case))
    seqs = {event.seq for event in good_events}
    unread = [event for event in events if event.seq not in seqs]
    for event in unread[: max(_SHOWN - len(found.examples), 0)]:
        found.examples.append(_("case {id}, event {seq} cannot be read", id=event.issue_id, seq=event.seq))
    found.unreadable += len(bad) + len(unread)
    bad |= {event.issue_id for event in unread}
    return (
        [row for row in rows if row.id not in bad],
        [event for event in events if event.issue_id not in bad],
    )


def _good(rows: Any, read: Callable[[Any], Any]) -> list[Any]:
    """Return those of some rows that can be read, halving what cannot."""
    try:
        read(rows)
    except _UNREADABLE:
        if len(rows) == 1:
            return []
        middle = len(rows) // 2
        return _good(rows[:middle], read) + _good(rows[middle:], read)
    return list(rows)


def _told_otherwise(both: pl.DataFrame) -> pl.DataFrame:
    """Compare what was reported and corrected last with the rows: the columns of `differences`."""
    return pl.concat(
        both.filter(otherwise(name)).select(
            "issue_id",
            field=pl.lit(name),
            stored=pl.col(name).cast(pl.String),
            replayed=pl.col(f"{name}_told").cast(pl.String),
        )
        for name in TOLD
    )


def told_last(events: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return what was told last beside the rows: `issue_id`, the columns `TOLD`, each of them `…_told`.

    With the `cell` of the rows, and `cell_told` of where they were told to lie.
    """
    told = _told(events)
    last = told.filter(pl.col("event") == "report").unique("issue_id", keep="last")
    updates = told.filter(pl.col("event") == "update")
    both = stored.select("issue_id", "cell", *TOLD).join(
        last.select("issue_id", pl.col(TOLD).name.suffix("_told")), on="issue_id", maintain_order="left"
    )
    for name in TOLD:
        given = updates.filter(pl.col("payload").str.contains(f'"{name}":', literal=True))
        if given.is_empty():
            continue
        newest = given.unique("issue_id", keep="last").select("issue_id", new=name, given=True)
        both = both.join(newest, on="issue_id", how="left", maintain_order="left")
        both = both.with_columns(pl.when("given").then("new").otherwise(f"{name}_told").alias(f"{name}_told"))
        both = both.drop("new", "given")
    # A number that is written out and read may end otherwise: the row's own is as good then.
    place = {f"at_{name}": pl.when(otherwise(name)).then(f"{name}_told").otherwise(name) for name in _PLACE}
    told_cell = case_cells.cells("at_lon", "at_lat").alias("cell_told")
    return both.with_columns(**place).with_columns(told_cell).drop(list(place))


def _celled_otherwise(both: pl.DataFrame) -> pl.DataFrame:
    """Compare the cells of the rows with where they were told to lie: the columns of `differences`."""
    return both.filter(pl.col("cell").ne_missing(pl.col("cell_told"))).select(
        "issue_id",
        field=pl.lit("cell"),
        stored=pl.col("cell").cast(pl.String),
        replayed=pl.col("cell_told").cast(pl.String),
    )


def _located_otherwise(events: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Compare where cases were said to belong with the rows: the columns of `differences`."""
    both = located_last(events, stored)
    return pl.concat(
        both.filter(case_places.differs(name, f"{name}_told")).select(
            "issue_id",
            field=pl.lit(name),
            stored=pl.col(name).cast(pl.String),
            replayed=pl.col(f"{name}_told").cast(pl.String),
        )
        for name in LOCATED
    )


def located_last(events: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return where cases were last said to belong, beside the rows: `issue_id`, `LOCATED`, each `…_told`."""
    told = case_places.last_told(events).select("issue_id", pl.col(*LOCATED).name.suffix("_told"))
    return stored.select("issue_id", *LOCATED).join(told, on="issue_id", maintain_order="left")


def otherwise(name: str) -> pl.Expr:
    """Say where a row of `told_last` is otherwise than was told."""
    here, told = pl.col(name), pl.col(f"{name}_told")
    if REPORT[name] == pl.Float64:  # a number that is written out and read may end otherwise
        return ((here - told).abs() > _EXACT_DEGREES).fill_null(value=True)
    return here.ne_missing(told)


def _told(events: pl.DataFrame) -> pl.DataFrame:
    """Decode what reports and corrections say of `TOLD`, in their order."""
    texts = {name: pl.String if REPORT[name] == UTC else REPORT[name] for name in TOLD}
    told = events.rename({"kind": "event"}).filter(pl.col("event").is_in(["report", "update"])).sort("seq")
    told = told.with_columns(told=pl.col("payload").str.json_decode(pl.Struct(texts))).unnest("told")
    return told.with_columns(
        pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC")
        for name in TOLD
        if REPORT[name] == UTC
    )


def _note(found: Checked, differing: pl.DataFrame) -> None:
    found.differing += differing.height
    for row in differing.head(max(_SHOWN - len(found.examples), 0)).to_dicts():
        found.examples.append(
            _(
                "case {id}: {field} is '{stored}', by its events '{replayed}'",
                id=row.pop("issue_id"),
                **row,
            )
        )


def _rest(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("seq", "kind", "before")}


def _one(connection: Connection, query: Select[Any]) -> int:
    n: int = connection.execute(query).scalar_one()
    return n


def _counts(connection: Connection, column: Any) -> dict[str, int]:
    query = select(column, func.count()).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}
