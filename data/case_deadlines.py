"""The deadlines of stored cases: judged when something happens, kept in the row, listed by urgency."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import polars as pl
from sqlalchemy import Connection, bindparam, select, update

from data import case_rows, clock, schema
from data.city_rules import CityRules
from data.clock import moment
from data.deadlines import judge
from data.facts import set_fact
from data.records import CASE_TIMES, ISSUE, OPEN
from data.worktime import to_moments

#: What the judgement needs of a row.
JUDGED: Final = (
    "issue_id",
    "category",
    "areas",
    "status",
    "reported_at",
    *CASE_TIMES,
    "closed_at",
    "suspended",
    "extended",
)

#: The fact that names the edition of the due moments.
DEADLINES_VERSION: Final = "deadlines_version"

_TIMES: Final = ("reported_at", *CASE_TIMES, "closed_at")
#: The calendar's span, with room for the longest limit.
_FIRST: Final = np.datetime64("1990-01-03", "us")
_LAST: Final = np.datetime64("2077-12-31", "us")


def deadlines(
    connection: Connection, rules: CityRules, cases: pl.DataFrame, *, now: datetime | None = None
) -> pl.DataFrame:
    """Judge cases by the limits, their suspensions and extensions included.

    Parameters
    ----------
    cases
        The columns `JUDGED`, times in UTC; one that is unknown may be missing. A case that lies beyond the
        calendar has no deadline.

    Returns
    -------
    The columns of `DEADLINE`, a row for each case in the given order; `due` is null while a case is
    suspended.
    """
    within = _within(cases)
    broken = (within["suspended"].to_numpy() > 0) | (within["extended"].to_numpy() > 0)
    special = within["issue_id"].to_numpy()[broken].tolist()
    pauses, extensions = case_rows.breaks(connection, special) if special else (None, None)
    found = judge(
        within,
        rules.limits,
        rules.clock,
        now=_sane(now or moment()),
        pauses=pauses,
        extensions=extensions,
    ).with_columns(due=pl.when(pl.col("paused") & ~pl.col("stopped")).then(None).otherwise("due"))
    if within.height == cases.height:
        return found
    return cases.select("issue_id").join(found, on="issue_id", how="left", maintain_order="left")


def _sane(now: datetime) -> datetime:
    """Bring a moment into the calendar: a machine whose battery is empty wakes up in 1970."""
    first: datetime = _FIRST.astype(datetime).replace(tzinfo=UTC)
    last: datetime = _LAST.astype(datetime).replace(tzinfo=UTC)
    return min(max(now, first), last)


def _within(cases: pl.DataFrame) -> pl.DataFrame:
    """Leave out what lies beyond the calendar."""
    inside = np.ones(cases.height, dtype=np.bool_)
    for name in _TIMES:
        if name in cases.columns:
            moments = to_moments(cases[name])
            inside &= np.isnat(moments) | ((moments >= _FIRST) & (moments <= _LAST))
    return cases if inside.all() else cases.filter(pl.Series(inside))


def judged_frame(rows: Sequence[Any]) -> pl.DataFrame:
    """Make the frame `JUDGED` of rows of the issue table, in these columns' order."""
    kinds = dict.fromkeys(JUDGED, pl.String) | dict.fromkeys(("issue_id", "suspended", "extended"), pl.Int64)
    kinds |= dict.fromkeys(_TIMES, pl.Int64)
    values = zip(*rows, strict=True) if rows else ((),) * len(JUDGED)
    frame = pl.DataFrame(
        [pl.Series(name, list(own), dtype=kinds[name]) for name, own in zip(JUDGED, values, strict=True)]
    )
    return frame.with_columns(pl.col(_TIMES).cast(schema.UTC))


def judged_columns() -> list[Any]:
    """Return the columns of the issue table that `judged_frame` takes."""
    return [ISSUE.c.id.label("issue_id"), *(ISSUE.c[name] for name in JUDGED[1:])]


def rejudge(connection: Connection, rules: CityRules, *, batch_rows: int = 50_000) -> int:
    """Judge all open cases anew, after the limits or the calendar have changed.

    No event tells of it: the fact `deadlines_version` changes with the due moments.

    Returns
    -------
    How many got another due moment.
    """
    changed = _rejudge(connection, rules, batch_rows)
    if changed:
        set_fact(connection, DEADLINES_VERSION, str(clock.now()))
    return changed


def _rejudge(connection: Connection, rules: CityRules, batch_rows: int) -> int:
    changed = 0
    last = -1
    while True:
        query = select(*judged_columns(), ISSUE.c.due_at).where(OPEN, ISSUE.c.id > last)
        rows = connection.execute(query.order_by(ISSUE.c.id).limit(batch_rows)).all()
        if not rows:
            return changed
        last = rows[-1].issue_id
        due = deadlines(connection, rules, judged_frame([row[:-1] for row in rows]))["due"].to_physical()
        values = [
            {"the_id": row.issue_id, "due": new}
            for row, new in zip(rows, due.to_list(), strict=True)
            if row.due_at != new
        ]
        changed += len(values)
        if values:
            statement = update(ISSUE).where(ISSUE.c.id == bindparam("the_id"))
            connection.execute(statement.values(due_at=bindparam("due")), values)
