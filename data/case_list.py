"""Open cases by urgency."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, select, true

from data import clock, merges
from data.actors import Actor
from data.case_deadlines import JUDGED, deadlines, judged_columns, judged_frame
from data.case_rows import to_micros
from data.city_rules import city_rules
from data.records import ISSUE, OPEN
from data.rights import scope

#: What a list shows of a case besides its deadline.
_SHOWN: Final = ("version", "unit", "address", "description", "lon", "lat")
_DEADLINE: Final = ("due", "left_hours", "overdue", "paused", "provisional")

#: The columns of a list of cases.
LISTED: Final = ("issue_id", "category", "status", "reported_at", *_SHOWN, *_DEADLINE)

#: A part of the open cases: past their due moment, due before the city's midnight, or with the clock stopped.
Part = Literal["all", "overdue", "today", "suspended"]

#: The states of a case that nobody was sent to yet.
WAITING: Final = ("reported", "accepted")

#: The columns of a work load.
WORKLOAD: Final = {
    "unit": pl.String,
    "open": pl.Int64,
    "overdue": pl.Int64,
    "today": pl.Int64,
    "suspended": pl.Int64,
    "waiting": pl.Int64,  # nobody was sent to them yet
}

#: The columns of open cases in their order of urgency.
URGENCY: Final = {"issue_id": pl.Int64, "overdue": pl.Boolean}

#: A question to a database carries so many ids at most.
_AT_ONCE: Final = 10_000

#: Stands for "no unit yet" where a unit is asked for.
NO_UNIT: Final = ""


def open_cases(
    connection: Connection,
    *,
    actor: Actor,
    unit: str | None,
    limit: int,
    now: datetime | None,
    categories: Sequence[str] = (),
    part: Part = "all",
    issues: Sequence[int] | None = None,
) -> pl.DataFrame:
    """List the open cases that are due first; see `Store.open_cases`."""
    if issues is not None and len(issues) > _AT_ONCE:
        pages = [
            open_cases(
                connection,
                actor=actor,
                unit=unit,
                limit=limit,
                now=now,
                categories=categories,
                part=part,
                issues=some,
            )
            for some in _portions(issues)
        ]
        return pl.concat(pages).sort("due", "issue_id", nulls_last=True).head(limit)
    query = _among(select(*judged_columns(), *(ISSUE.c[name] for name in _SHOWN)), actor, unit, categories)
    if issues is not None:
        query = query.where(ISSUE.c.id.in_(list(issues)))
    query = query.where(_is_in(part, *_day(connection, now)))
    dated = query.where(ISSUE.c.due_at.is_not(None)).order_by(ISSUE.c.due_at, ISSUE.c.id)
    rows = [tuple(row) for row in connection.execute(dated.limit(limit))]
    if len(rows) < limit:
        undated = query.where(ISSUE.c.due_at.is_(None)).order_by(ISSUE.c.id)
        rows += [tuple(row) for row in connection.execute(undated.limit(limit - len(rows)))]
    found = judged_frame([row[: len(JUDGED)] for row in rows])
    types = {"version": pl.Int64, "lon": pl.Float64, "lat": pl.Float64}
    shown = pl.DataFrame(
        [
            pl.Series(name, [row[len(JUDGED) + place] for row in rows], dtype=types.get(name, pl.String))
            for place, name in enumerate(_SHOWN)
        ]
    )
    judged = deadlines(connection, city_rules(connection), found, now=now)
    return pl.concat(
        [found.select("issue_id", "category", "status", "reported_at"), shown, judged.select(_DEADLINE)],
        how="horizontal",
    )


def overdue(
    connection: Connection, *, actor: Actor, unit: str | None, now: datetime | None
) -> tuple[int, int]:
    """Count the open cases and those that are overdue."""
    moment = to_micros(now or clock.moment())
    counted = _among(select(func.count(), func.count().filter(ISSUE.c.due_at < moment)), actor, unit)
    n, late = connection.execute(counted).one()
    return int(n), int(late)


def urgency(connection: Connection, *, actor: Actor, now: datetime | None = None) -> pl.DataFrame:
    """Return all open cases, the most urgent first; see `Store.urgency`."""
    moment = to_micros(now or clock.moment())
    late = func.coalesce(ISSUE.c.due_at < moment, false())
    query = _among(select(ISSUE.c.id, late), actor, None)
    found = connection.execute(query.order_by(ISSUE.c.due_at.is_(None), ISSUE.c.due_at, ISSUE.c.id))
    return pl.DataFrame([(number, bool(state)) for number, state in found], schema=URGENCY, orient="row")


def workload(
    connection: Connection,
    *,
    actor: Actor,
    categories: Sequence[str] = (),
    now: datetime | None = None,
    issues: Sequence[int] | None = None,
) -> pl.DataFrame:
    """Count the open cases of each unit; see `Store.workload`."""
    day = _day(connection, now)
    counts = [func.count().filter(_is_in(part, *day)) for part in ("overdue", "today", "suspended")]
    counts.append(func.count().filter(ISSUE.c.status.in_(WAITING)))
    query = _among(select(ISSUE.c.unit, func.count(), *counts), actor, None, categories)
    query = query.group_by(ISSUE.c.unit)
    queries = [query] if issues is None else [query.where(ISSUE.c.id.in_(some)) for some in _portions(issues)]
    rows = [tuple(row) for some in queries for row in connection.execute(some)]
    found = pl.DataFrame(rows, schema=WORKLOAD, orient="row").group_by("unit").sum()
    return found.sort("open", "unit", descending=[True, False], nulls_last=True)


def repeats(connection: Connection, issue_id: int) -> list[int]:
    """Return the cases that were merged into a case, by way of others too, oldest first."""
    return sorted(connection.execute(merges.repeats(issue_id)).scalars())


def some_open(
    connection: Connection,
    query: Select[*tuple[Any, ...]],
    *,
    actor: Actor,
    unit: str | None = None,
    categories: Sequence[str] = (),
    part: Part = "all",
    issues: Sequence[int] | None = None,
    now: datetime | None = None,
) -> list[Select[*tuple[Any, ...]]]:
    """Narrow a query of the issue table to some open cases, as `Store.open_cases` names them.

    Returns
    -------
    One query, or some that have the cases between them: one may carry so many ids alone.
    """
    query = _among(query, actor, unit, categories).where(_is_in(part, *_day(connection, now)))
    return [query] if issues is None else [query.where(ISSUE.c.id.in_(some)) for some in _portions(issues)]


def _portions(issues: Sequence[int]) -> list[list[int]]:
    """Cut ids into lists that one question may carry."""
    return [list(issues[start : start + _AT_ONCE]) for start in range(0, len(issues), _AT_ONCE)]


def _among(
    query: Select[*tuple[Any, ...]], actor: Actor, unit: str | None, categories: Sequence[str] = ()
) -> Select[*tuple[Any, ...]]:
    query = query.where(OPEN, scope(actor))
    if unit is not None:
        query = query.where(ISSUE.c.unit.is_(None) if unit == NO_UNIT else ISSUE.c.unit == unit)
    return query.where(ISSUE.c.category.in_(sorted(categories))) if categories else query


def _day(connection: Connection, now: datetime | None) -> tuple[int | None, int | None]:
    """Return this moment and the city's next midnight, as the store keeps them."""
    moment = now or clock.moment()
    zone = ZoneInfo(city_rules(connection).clock.tz)
    tomorrow = moment.astimezone(zone).date() + timedelta(days=1)
    return to_micros(moment), to_micros(datetime.combine(tomorrow, time.min, zone))


def _is_in(part: str, moment: int | None, midnight: int | None) -> ColumnElement[bool]:
    due = ISSUE.c.due_at
    return {
        "all": true(),
        "overdue": due < moment,
        "today": and_(due >= moment, due < midnight),
        "suspended": ISSUE.c.status == "suspended",
    }[part]
