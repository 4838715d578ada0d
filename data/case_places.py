"""Where cases belong, in the store: noted when they are reported, by events when it turns out otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import ColumnElement, Connection, func, select, update

from data import case_rows
from data.actors import SYSTEM
from data.bulk import insert_rows, update_rows
from data.bulk_reading import read_frame
from data.case_deadlines import JUDGED, deadlines
from data.case_rows import ROW, to_micros
from data.clock import moment, not_before
from data.facts import fact, set_fact
from data.known_places import KnownPlaces, known_places
from data.place_finder import ASKED
from data.records import EVENT, ISSUE
from data.schema import LOCATED

#: The event that tells where a case belongs from now on.
KIND: Final = "locate"
#: The corrections after which a case may belong elsewhere.
DECIDING: Final = frozenset(ASKED)
#: Where the answer stands in the payload of a report or of such an event.
FIELD: Final = "located"

#: The edition of places and rules that all cases were located by.
_FACT: Final = "located_by"
_NOTED: Final = ("id", "version", *ASKED, *LOCATED)
_EXACT_M: Final = 1e-6

#: Told (cases looked at, cases in all, how many belong elsewhere).
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What a part of the cases gave: the last id that was looked at, how many there were, how many moved."""

    last: int
    seen: int
    moved: int


def told(located: pl.DataFrame) -> pl.Series:
    """Write answers (`LOCATED`) as JSON, `{"located":{…}}`."""
    return located.select(
        pl.concat_str(pl.lit(f'{{"{FIELD}":'), pl.struct(*LOCATED).struct.json_encode(), pl.lit("}")).alias(
            "payload"
        )
    ).to_series()


def with_answer(payload: pl.Expr) -> pl.Expr:
    """Put the answer (`LOCATED`) into the payload of reports; one that belongs nowhere says nothing."""
    answer = pl.struct(*LOCATED).struct.json_encode()
    added = pl.concat_str(payload.str.head(-1), pl.lit(f',"{FIELD}":'), answer, pl.lit("}"))
    return pl.when(pl.any_horizontal(pl.col(*LOCATED).is_not_null())).then(added).otherwise(payload)


def last_told(events: pl.DataFrame) -> pl.DataFrame:
    """Return where the events (`EVENT_QUERY`) say that their cases belong: `issue_id` and `LOCATED`."""
    said = events.filter(pl.col("kind").is_in(["report", KIND])).sort("seq")
    last = said.unique("issue_id", keep="last")
    return (
        last.select("issue_id", pl.col("payload").str.json_decode(pl.Struct({FIELD: pl.Struct(LOCATED)})))
        .unnest("payload")
        .unnest(FIELD)
    )


def differs(name: str, other: str) -> pl.Expr:
    """Say where a column of `LOCATED` is otherwise than another column."""
    if LOCATED[name] != pl.Float64:
        return pl.col(name).ne_missing(pl.col(other))
    both = (pl.col(name) - pl.col(other)).abs() > _EXACT_M
    return both.fill_null(pl.col(name).is_null() != pl.col(other).is_null())


def locate(connection: Connection, ids: Sequence[int]) -> int:
    """Note where some cases belong after they were corrected, and return how many belong elsewhere."""
    moved = 0
    for start in range(0, len(ids), 500):  # a statement takes a limited number of values
        some = list(ids[start : start + 500])
        moved += _relocate(connection, known_places(connection), ISSUE.c.id.in_(some)).moved
    return moved


def locate_part(connection: Connection, *, after: int, most: int) -> Step:
    """Note where the next cases belong, at most so many, by id; nothing is left where `seen` is 0."""
    ids = select(ISSUE.c.id).where(ISSUE.c.id > after).order_by(ISSUE.c.id).limit(most).subquery()
    last: int | None = connection.execute(select(func.max(ids.c.id))).scalar()
    if last is None:
        return Step(after, 0, 0)
    part = ISSUE.c.id.between(after + 1, last)
    return _relocate(connection, known_places(connection), part)


def locate_all(connection: Connection, *, most: int = 50_000) -> int:
    """Note where all cases belong, in one transaction."""
    moved, after = 0, 0
    while (step := locate_part(connection, after=after, most=most)).seen:
        moved, after = moved + step.moved, step.last
    finish(connection, known_places(connection).edition)
    return moved


def begin(connection: Connection) -> None:
    """Locate the cases of a store from before there were events of it.

    What was noted without an event is forgotten first: the events tell all of it now.
    """
    connection.execute(update(ISSUE).where(ISSUE.c.areas.is_not(None)).values(areas=None))
    locate_all(connection)


def finish(connection: Connection, edition: str) -> None:
    """Note that all cases were located by an edition of the places and rules."""
    if fact(connection, _FACT) != edition:
        set_fact(connection, _FACT, edition)


def is_current(connection: Connection) -> bool:
    """Return whether all cases were located by the places and rules of now."""
    return fact(connection, _FACT) == known_places(connection).edition


def misplaced(connection: Connection, *, most: int = 50_000) -> int:
    """Count the cases that belong elsewhere than is noted, by the places and rules of now."""
    known, after, found = known_places(connection), 0, 0
    while True:
        ids = select(ISSUE.c.id).where(ISSUE.c.id > after).order_by(ISSUE.c.id).limit(most).subquery()
        last: int | None = connection.execute(select(func.max(ids.c.id))).scalar()
        if last is None:
            return found
        found += _moved(connection, known, ISSUE.c.id.between(after + 1, last))[1].height
        after = last


def _relocate(connection: Connection, known: KnownPlaces, where: ColumnElement[bool]) -> Step:
    rows, moved = _moved(connection, known, where)
    last = int(rows["id"][-1]) if rows.height else 0
    if moved.height:
        _write(connection, known, moved)
    return Step(last, rows.height, moved.height)


def _moved(
    connection: Connection, known: KnownPlaces, where: ColumnElement[bool]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read cases by id, and those of them that belong elsewhere: what is noted is called `was_…` then."""
    query = select(*(ISSUE.c[name] for name in _NOTED)).where(where)
    rows = read_frame(connection, query, {name: ROW[name] for name in _NOTED}).sort("id")
    found = rows.select("id", "version", pl.col(*LOCATED).name.prefix("was_")).hstack(known.locate(rows))
    changed = [differs(name, f"was_{name}") for name in LOCATED]
    return rows, found.filter(pl.any_horizontal(changed))


def _write(connection: Connection, known: KnownPlaces, moved: pl.DataFrame) -> None:
    first: int = connection.execute(select(func.coalesce(func.max(EVENT.c.seq), 0) + 1)).scalar_one()
    at: datetime = not_before(connection, moment(), moved["id"].to_list())
    numbered = moved.with_columns(pl.int_range(first, first + moved.height, dtype=pl.Int64).alias("seq"))
    events = numbered.select(
        "seq",
        issue_id="id",
        kind=pl.lit(KIND),
        at=pl.lit(to_micros(at)),
        actor=pl.lit(SYSTEM.name),
        import_id=pl.lit(None, dtype=pl.Int64),
        payload=told(moved),
    )
    insert_rows(connection, EVENT, events)
    rows = numbered.select("id", pl.col("version").alias("was"), pl.col("version") + 1, "seq", *LOCATED)
    if not moved["areas"].equals(moved["was_areas"], null_equal=True):
        rows = rows.with_columns(_due(connection, known, rows))
    update_rows(connection, ISSUE, rows, where={"id": "id", "version": "was"})


def _due(connection: Connection, known: KnownPlaces, rows: pl.DataFrame) -> pl.Series:
    """Judge cases anew that lie in other areas: limits may be by area."""
    columns = tuple(name for name in JUDGED if name not in ("issue_id", "areas"))
    before = case_rows.read(connection, rows["id"].to_list(), ("id", *columns))
    cases = rows.select("id", "areas").join(before, on="id", maintain_order="left")
    judged = cases.rename({"id": "issue_id"}).select(JUDGED)
    return deadlines(connection, known.rules, judged)["due"].alias("due_at")
