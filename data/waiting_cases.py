"""Cases that wait to be dispatched: where each would go, and what else there is beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

import polars as pl
from sqlalchemy import Connection, func, select

from data import case_list, schema, territories
from data.actors import Actor
from data.bulk_reading import read_frame
from data.case_list import WAITING, Part
from data.case_rows import ROW, to_micros
from data.city_rules import city_rules
from data.records import ISSUE, PLACE

#: The columns of cases that wait.
WAITING_CASES: Final = {
    "issue_id": pl.Int64,
    "version": pl.Int64,
    "category": pl.String,
    "reported_at": schema.UTC,
    "due_at": schema.UTC,
    "unit": pl.String,  # where it would go; null where no rule names one
    "team_id": pl.Int64,  # in whose cells it lies; null where they are nobody's
}
#: The states in which somebody has been sent to a case already.
SENT: Final = ("dispatched", "in_progress")

_LISTED: Final = ("id", "version", "category", "areas", "cell", "reported_at", "due_at")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What there is to dispatch: to be looked at before.

    Attributes
    ----------
    cases
        The columns `WAITING_CASES`, the newest report first.
    older
        How many more wait that were reported before the moment that was asked for.
    sent
        How many somebody is at already.
    resting
        How many are suspended, or wait to be verified or closed.
    """

    cases: pl.DataFrame
    older: int = 0
    sent: int = 0
    resting: int = 0

    @property
    def ready(self) -> pl.DataFrame:
        """Those of the cases that have a unit to go to."""
        return self.cases.filter(pl.col("unit").is_not_null())

    @property
    def without_rule(self) -> int:
        """How many no rule names a unit for."""
        return self.cases["unit"].null_count()

    def since(self, moment: datetime) -> "Waiting":
        """Leave out what was reported before a moment."""
        cases = self.cases.filter(pl.col("reported_at") >= moment)
        return replace(self, cases=cases, older=self.older + self.cases.height - cases.height)

    def by(self, column: Literal["unit", "team_id"]) -> pl.DataFrame:
        """Count what would go to each unit, or into the cells of each team (null: nobody's): most first."""
        counted = self.ready.group_by(column).agg(n=pl.len())
        return counted.sort("n", column, descending=[True, False], nulls_last=True)


def waiting(
    connection: Connection,
    *,
    actor: Actor,
    to: str | None,
    since: datetime | None,
    unit: str | None,
    categories: Sequence[str],
    part: Part,
    issues: Sequence[int] | None,
    now: datetime | None,
) -> Waiting:
    """Say what there is to dispatch; see `Store.waiting_cases`."""

    def among(query: Any) -> list[Any]:
        return case_list.some_open(
            connection,
            query,
            actor=actor,
            unit=unit,
            categories=categories,
            part=part,
            issues=issues,
            now=now,
        )

    counted: dict[str, int] = {}
    for query in among(select(ISSUE.c.status, func.count())):
        for status, n in connection.execute(query.group_by(ISSUE.c.status)):
            counted[status] = counted.get(status, 0) + n
    kinds = {name: ROW[name] for name in _LISTED} | {"place": pl.String}
    columns = [ISSUE.c[name] for name in _LISTED]
    listed = select(*columns, PLACE.c.kind.label("place"))
    listed = listed.join_from(ISSUE, PLACE, PLACE.c.id == ISSUE.c.place_id, isouter=True)
    listed = listed.where(ISSUE.c.status.in_(WAITING))
    if since is not None:
        listed = listed.where(ISSUE.c.reported_at >= to_micros(since))
    found = pl.concat([read_frame(connection, query, kinds) for query in among(listed)])
    rules = city_rules(connection)
    units = (
        pl.repeat(to, found.height, dtype=pl.String, eager=True)
        if to
        else rules.routing.assign(found)["unit"]
    )
    teams = _teams(connection, actor)
    cases = found.with_columns(units.alias("unit")).join(teams, on="cell", how="left")
    cases = cases.select(
        pl.col("id").alias("issue_id"), *(name for name in WAITING_CASES if name != "issue_id")
    )
    all_waiting = sum(counted.get(status, 0) for status in WAITING)
    sent = sum(counted.get(status, 0) for status in SENT)
    return Waiting(
        cases.sort("reported_at", "issue_id", descending=[True, False]),
        older=all_waiting - cases.height,
        sent=sent,
        resting=sum(counted.values()) - all_waiting - sent,
    )


def _teams(connection: Connection, actor: Actor) -> pl.DataFrame:
    """Return whose cells they are by the territories in force: `cell` as an issue has it, and `team_id`."""
    edition = territories.in_force(connection)
    if edition is None:
        return pl.DataFrame(schema={"cell": pl.Int64, "team_id": pl.Int64})
    found = territories.read(connection, edition.id, actor=actor)
    return found.select(pl.col("cell").cast(pl.Int64), pl.col("team_id").cast(pl.Int64))
