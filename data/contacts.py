"""How to reach reporters, apart from the cases: read by few, each reading written down, forgotten in time."""

from dataclasses import dataclass, fields
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from data import accesses, given, merges
from data.actors import Actor
from data.clock import now
from data.records import CONTACT, ISSUE, OPEN
from data.settings import settings


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


def write(connection: Connection, reporter: str, contact: Contact) -> None:
    """Keep how to reach a reporter, in place of what was known."""
    told = {field.name: getattr(contact, field.name) for field in fields(contact)}
    texts = {name: None if value is None else given.text(name, value) for name, value in told.items()}
    values = {**texts, "given_at": now()}
    if connection.execute(update(CONTACT).filter_by(reporter=reporter).values(values)).rowcount == 0:
        connection.execute(insert(CONTACT).values(reporter=reporter, **values))


def read(connection: Connection, issue_id: int, *, actor: Actor) -> list[Contact]:
    """Return the contacts of a case's reporter and of all its duplicates', and note who asked."""
    own = select(ISSUE.c.reporter).where(
        or_(ISSUE.c.id == issue_id, ISSUE.c.id.in_(merges.repeats(issue_id)))
    )
    found = connection.execute(select(CONTACT).where(CONTACT.c.reporter.in_(own)).order_by("reporter")).all()
    for reporter in [row.reporter for row in found] or [None]:
        accesses.note(connection, "contact", actor=actor, issue_id=issue_id, reporter=reporter)
    return [Contact(row.name, row.phone, row.email) for row in found]


def forget(connection: Connection, *, days: int | None) -> int:
    """Remove the contacts whose cases are all done for some days, out of a file's free pages too.

    A duplicate is done when the case that it repeats is.
    """
    kept_days = settings().contact_days if days is None else days
    before = now() - timedelta(days=kept_days) // timedelta(microseconds=1)
    worked_on = or_(OPEN, ISSUE.c.closed_at >= before)
    needed = select(ISSUE.c.reporter).where(ISSUE.c.reporter.is_not(None), worked_on)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    gone = delete(CONTACT).where(
        CONTACT.c.given_at < before,
        CONTACT.c.reporter.not_in(needed),
        CONTACT.c.reporter.not_in(merges.reporters_of_repeats(worked_on)),
    )
    return connection.execute(gone).rowcount
