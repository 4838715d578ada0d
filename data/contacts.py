"""How to reach reporters, apart from the cases: read by few, each reading written down, forgotten in time."""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from data.actors import Actor
from data.issue_writing import now
from data.records import ACCESS, CONTACT, ISSUE, OPEN
from data.schema import UTC
from data.settings import settings


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


def write(connection: Connection, reporter: str, contact: Contact) -> None:
    """Keep how to reach a reporter, in place of what was known."""
    values = {"name": contact.name, "phone": contact.phone, "email": contact.email, "given_at": now()}
    if connection.execute(update(CONTACT).filter_by(reporter=reporter).values(values)).rowcount == 0:
        connection.execute(insert(CONTACT).values(reporter=reporter, **values))


def read(connection: Connection, issue_id: int, *, actor: Actor) -> list[Contact]:
    """Return the contacts of a case's reporter and of its duplicates', and note who asked."""
    own = select(ISSUE.c.reporter).where(or_(ISSUE.c.id == issue_id, ISSUE.c.merged_into == issue_id))
    found = connection.execute(select(CONTACT).where(CONTACT.c.reporter.in_(own)).order_by("reporter")).all()
    last: int = connection.execute(select(func.coalesce(func.max(ACCESS.c.id), 0))).scalar_one()
    moment = now()
    for number, reporter in enumerate([row.reporter for row in found] or [None], start=last + 1):
        noted = {"id": number, "at": moment, "actor": actor.name, "role": actor.role}
        connection.execute(insert(ACCESS).values(**noted, issue_id=issue_id, reporter=reporter))
    return [Contact(row.name, row.phone, row.email) for row in found]


def accesses(connection: Connection, *, limit: int) -> pl.DataFrame:
    """Return the readings, newest first."""
    schema = {"id": pl.Int64, "at": pl.Int64, "actor": pl.String, "role": pl.String}
    schema |= {"issue_id": pl.Int64, "reporter": pl.String}
    rows = connection.execute(select(ACCESS).order_by(ACCESS.c.id.desc()).limit(limit)).all()
    frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    return frame.with_columns(pl.col("at").cast(UTC))


def forget(connection: Connection, *, days: int | None) -> int:
    """Remove the contacts whose cases are all done for some days."""
    kept_days = settings().contact_days if days is None else days
    before = now() - timedelta(days=kept_days) // timedelta(microseconds=1)
    needed = select(ISSUE.c.reporter).where(
        ISSUE.c.reporter.is_not(None), or_(OPEN, ISSUE.c.closed_at >= before)
    )
    gone = delete(CONTACT).where(CONTACT.c.given_at < before, CONTACT.c.reporter.not_in(needed))
    return connection.execute(gone).rowcount
