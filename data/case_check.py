"""The proof that a store holds: every row is the replay of its events; and rows made from the events anew."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Select, bindparam, func, select, update

from data import case_cells, case_places, case_rows, saved
from data.bulk_reading import read_frame, row_frame
from data.case_deadlines import JUDGED, deadlines
from data.case_rows import EVENT_QUERY, EVENT_ROW, ROW, STATE_COLUMNS, said_json
from data.checked import Checked
from data.city_rules import CityRules, city_rules
from data.events import decode
from data.records import CONTACT, EVENT, IMPORT, ISSUE
from data.replay import Replay, differences
from data.schema import LOCATED, REPORT, UTC
from data.statuses import STATUS_GROUPS
from i18n import gettext as _

#: Cases that are replayed together; the memory depends on it.
_AT_ONCE: Final = 50_000
_EXACT_DEGREES: Final = 1e-12
#: What a value raises that its column cannot hold: SQLite takes any into any, and text need not be JSON.
_UNREADABLE: Final = (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError)
#: The columns of a row that are read, beside its id.
_COLUMNS: Final = tuple(dict.fromkeys(("seq", *STATE_COLUMNS, *REPORT, *LOCATED, "cell", "due_at", "said")))
_PLACE: Final = ("lon", "lat")
#: What a report says and no transition touches.
TOLD: Final = tuple(name for name in REPORT if name not in ("status", "unit", "reported_at", "closed_at"))


def check(connection: Connection) -> Checked:
    """Replay every event and compare; nothing is changed."""
    found = Checked()
    _count(connection, found)
    lost = saved.unreadable(connection)
    found.lost_saved = len(lost)
    found.show(lost)
    rules = city_rules(connection)
    for stored, events in parts(connection, found):
        _compare(connection, found, rules, stored, events)
    if not found.unreadable:
        n = case_places.misplaced(connection)
        if case_places.is_current(connection):
            found.misplaced = n
        else:
            found.outdated = n
    return found


def _count(connection: Connection, found: Checked) -> None:
    """Note how much there is, what refers to nothing, and what the database says about its own file."""
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


def _compare(
    connection: Connection, found: Checked, rules: CityRules, stored: pl.DataFrame, events: pl.DataFrame
) -> None:
    """Note where the rows of some cases differ from the replay of their events."""
    replay = Replay.of(decode(events))
    kept = stored.select("issue_id", *STATE_COLUMNS, "seq")
    told = told_last(events, stored)
    for differing in (
        differences(replay.cases, kept),
        _told_otherwise(told),
        _celled_otherwise(told),
        _located_otherwise(events, stored),
    ):
        found.differing += differing.height
        found.show(map(_differing_words, differing.iter_rows(named=True)))
    both = kept.join(replay.cases, on="issue_id", suffix="_replayed")
    further = (pl.col("seq") > pl.col("seq_replayed")) & (pl.col("version") > pl.col("version_replayed"))
    found.beyond += both.filter(further).height
    wrong = misdated(connection, rules, stored, replay.cases)
    found.misdated += wrong.height
    found.show(map(_misdated_words, wrong.iter_rows(named=True)))
    found.impossible += replay.impossible.height
    found.show(map(_impossible_words, replay.impossible.iter_rows(named=True)))


def _differing_words(row: dict[str, Any]) -> str:
    return _(
        "case {id}: {field} is '{stored}', by its events '{replayed}'",
        id=row["issue_id"],
        field=row["field"],
        stored=row["stored"],
        replayed=row["replayed"],
    )


def _misdated_words(row: dict[str, Any]) -> str:
    return _(
        "case {id}: due {stored}, by the limits {due}",
        id=row["issue_id"],
        stored=row["due_at"],
        due=row["due"],
    )


def _impossible_words(row: dict[str, Any]) -> str:
    return _(
        "case {id}, event {seq}: '{kind}' after '{before}'",
        id=row["issue_id"],
        seq=row["seq"],
        kind=row["kind"],
        before=row["before"],
    )


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
    found.show(_("case {id} cannot be read", id=case) for case in sorted(bad))
    seqs = {event.seq for event in good_events}
    unread = [event for event in events if event.seq not in seqs]
    found.show(
        _("case {id}, event {seq} cannot be read", id=event.issue_id, seq=event.seq) for event in unread
    )
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


def _one(connection: Connection, query: Select[Any]) -> int:
    n: int = connection.execute(query).scalar_one()
    return n


def _counts(connection: Connection, column: Any) -> dict[str, int]:
    query = select(column, func.count()).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}
