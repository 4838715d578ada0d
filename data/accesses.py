"""Who took personal data out of the store, or tried to: contacts, exports, backups and copies of it all."""

import logging
from typing import Final, Literal

import polars as pl
from sqlalchemy import Connection, Engine, func, insert, select

from data.actors import Actor
from data.clock import now
from data.database import read_transaction, write_transaction
from data.migration import HEAD, revision_of
from data.records import ACCESS, ISSUE
from data.schema import UTC
from geo.errors import StoreError

_log: Final = logging.getLogger(__name__)

#: What was taken. Descriptions, addresses and photos can hold a name or a number plate as well as a contact.
What = Literal["contact", "export", "backup", "copy", "photo"]

#: The columns of a list of accesses.
LISTED: Final = {
    "id": pl.Int64,
    "at": pl.Int64,
    "actor": pl.String,
    "role": pl.String,
    "what": pl.String,
    "issue_id": pl.Int64,
    "reporter": pl.String,
    "refused": pl.Int64,
    "detail": pl.String,
}


def note(
    connection: Connection,
    what: What,
    *,
    actor: Actor,
    issue_id: int | None = None,
    reporter: str | None = None,
    refused: bool = False,
    detail: str = "",
) -> None:
    """Add a line; a case that is not there is left out of it."""
    there = issue_id is not None and connection.execute(select(ISSUE.c.id).filter_by(id=issue_id)).first()
    last: int = connection.execute(select(func.coalesce(func.max(ACCESS.c.id), 0))).scalar_one()
    connection.execute(
        insert(ACCESS).values(
            id=last + 1,
            at=now(),
            actor=actor.name,
            role=actor.role,
            what=what,
            issue_id=issue_id if there else None,
            reporter=reporter,
            refused=int(refused),
            detail=detail or None,
        )
    )


def note_taking(engine: Engine, what: What, *, actor: Actor, refused: bool = False, detail: str = "") -> None:
    """Note that somebody takes a whole store away, in a transaction of its own.

    A store of an older step has no place for it, and one on a full disk cannot keep it: a backup is then
    needed all the more, so that only goes to the log.
    """
    try:
        with read_transaction(engine) as connection:
            current = revision_of(connection) == HEAD
        if current:
            with write_transaction(engine) as connection:
                note(connection, what, actor=actor, refused=refused, detail=detail)
            return
    except StoreError as why:
        _log.warning("Could not be noted in the store: %s", why)
    _log.warning("%s (%s): %s %s%s", actor.name, actor.role, what, detail, ", refused" if refused else "")


def listed(connection: Connection, *, limit: int) -> pl.DataFrame:
    """Return the accesses, newest first: the columns `LISTED`, `at` in UTC."""
    query = select(*(ACCESS.c[name] for name in LISTED)).order_by(ACCESS.c.id.desc()).limit(limit)
    rows = [tuple(row) for row in connection.execute(query)]
    frame = pl.DataFrame(rows, schema=LISTED, orient="row")
    return frame.with_columns(pl.col("at").cast(UTC), pl.col("refused").cast(pl.Boolean))
