"""What was done on site: the events of cases that somebody cannot make happen without having been there.

Only events have places, and of nobody is it kept where they are: a place is that of the answer, where the
person who gave it allowed that, else that of the case.
"""

from datetime import datetime
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, and_, func, or_, select

from data.actors import Actor
from data.bulk_reading import read_frame
from data.case_rows import to_micros
from data.records import EVENT, ISSUE
from data.rights import scope
from data.schema import UTC
from geo.cells import ANALYSIS_RESOLUTION, from_points

#: The columns of a frame of them. `kind` is what a team answered (`not_found`, …), else the event's kind.
ON_SITE: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "seq": pl.Int64,
    "issue_id": pl.Int64,
    "kind": pl.String,
    "at": UTC,  # when it took place
    "actor": pl.String,
    "team_id": pl.Int64,  # the field team that answered; null where it was another way
    "cell": pl.UInt64,  # of the analysis resolution
    "place_id": pl.Int64,  # the ground or street that the case belongs to
    "category": pl.String,
    "reported_at": UTC,
}

#: A problem that a field team reports, from where it is, comes from this feed.
REPORT: Final = "report"
_FIELD: Final = "field"
#: What only somebody on site tells, whoever writes it down.
_BY_ANYBODY: Final = ("fix", "verify", REPORT)
#: What is so where a member of a team does it; in an office the same means less.
_BY_TEAMS: Final = ("start", "fix", "verify", "return", "photo", "note")
_TOLD: Final = pl.Struct(
    {
        "role": pl.String,
        "happened_at": pl.String,
        "field": pl.Struct({"act": pl.String, "team": pl.Int64, "lon": pl.Float64, "lat": pl.Float64}),
    }
)
_READ: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "seq": pl.Int64,
    "issue_id": pl.Int64,
    "kind": pl.String,
    "at": UTC,
    "actor": pl.String,
    "payload": pl.String,
    "cell": pl.Int64,
    "place_id": pl.Int64,
    "category": pl.String,
    "reported_at": UTC,
}


def on_site(connection: Connection, since: datetime, until: datetime | None, *, actor: Actor) -> pl.DataFrame:
    """Read what was done on site from one moment to before another; see `OnSiteStore.on_site`."""
    columns: dict[str, Any] = {name: EVENT.c[name] for name in ("seq", "issue_id", "kind", "at", "actor")}
    columns |= {"payload": EVENT.c.payload}
    columns |= {name: ISSUE.c[name] for name in ("cell", "place_id", "category", "reported_at")}
    query = (
        select(*(columns[name] for name in _READ))
        .select_from(EVENT.join(ISSUE, ISSUE.c.id == EVENT.c.issue_id))
        .where(EVENT.c.seq >= _first_since(connection, since), scope(actor))
        .where(or_(EVENT.c.kind.in_(_BY_TEAMS), and_(EVENT.c.kind == REPORT, ISSUE.c.source == _FIELD)))
    )
    told = read_frame(connection, query, _READ).sort("seq")
    return _located(_meant(told)).filter(
        pl.col("at") >= since, *([] if until is None else [pl.col("at") < until])
    )


def _first_since(connection: Connection, since: datetime) -> int:
    """Return the number of the first event that was recorded at a moment or later.

    Events are numbered as they are recorded, so that it is found by halving, without an index of moments.
    """
    low, high = 1, int(connection.execute(select(func.coalesce(func.max(EVENT.c.seq), 0))).scalar_one()) + 1
    moment = to_micros(since)
    while low < high:
        middle = (low + high) // 2
        query = select(EVENT.c.seq, EVENT.c.at).where(EVENT.c.seq >= middle).order_by(EVENT.c.seq).limit(1)
        row = connection.execute(query).one()
        if row.at >= moment:
            high = middle
        else:
            low = row.seq + 1
    return low


def _meant(told: pl.DataFrame) -> pl.DataFrame:
    """Leave what was done on site, with what the payload says of it."""
    found = told.with_columns(pl.col("payload").str.json_decode(_TOLD)).unnest("payload").unnest("field")
    happened = pl.col("happened_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", time_zone="UTC")
    by_team = pl.col("act").is_not_null() | (pl.col("role") == "team_member").fill_null(value=False)
    return found.filter(by_team | pl.col("kind").is_in(_BY_ANYBODY)).with_columns(
        kind=pl.coalesce("act", "kind"),
        at=pl.when(pl.col("kind") == REPORT).then("reported_at").otherwise(pl.coalesce(happened, "at")),
        team_id=pl.col("team"),
    )


def _located(rows: pl.DataFrame) -> pl.DataFrame:
    """Give each the cell of its own place where it has one, else that of its case."""
    cell = rows["cell"].cast(pl.UInt64)
    own = rows["lon"].is_not_null() & rows["lat"].is_not_null()
    if own.any():
        there = rows.filter(own)
        given = from_points(there["lon"], there["lat"], ANALYSIS_RESOLUTION)
        cell = cell.scatter(own.arg_true(), pl.Series(given, dtype=pl.UInt64))
    return rows.with_columns(cell.alias("cell")).select(*ON_SITE)
