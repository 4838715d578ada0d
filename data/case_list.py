"""Open cases by urgency."""

from datetime import datetime
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Select, func, select

from data import clock
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


def open_cases(
    connection: Connection, *, actor: Actor, unit: str | None, limit: int, now: datetime | None
) -> pl.DataFrame:
    """List the open cases that are due first; see `Store.open_cases`."""
    query = _among(select(*judged_columns(), *(ISSUE.c[name] for name in _SHOWN)), actor, unit)
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


def _among(query: Select[*tuple[Any, ...]], actor: Actor, unit: str | None) -> Select[*tuple[Any, ...]]:
    query = query.where(OPEN, scope(actor))
    return query if unit is None else query.where(ISSUE.c.unit == unit)
