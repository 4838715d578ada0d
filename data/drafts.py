"""What is common to all that is drafted, changed by who saw the newest version, and published for good."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, true, update

from data.actors import Actor
from data.clock import now
from geo.errors import TeamError
from i18n import gettext as _


def seen_by(table: Table, actor: Actor) -> ColumnElement[bool]:
    """Leave out the drafts for those who go round: they follow what was published."""
    if actor.team is None and actor.role != "team_member":
        return true()
    return table.c.published_at.is_not(None)


def stamp(
    connection: Connection, table: Table, number: int, *, actor: Actor, version: int, **values: Any
) -> None:
    """Write values into a row, with who changed it and the version that comes after the one that was seen."""
    stamps = {"version": version + 1, "changed_at": now(), "changed_by": actor.name}
    connection.execute(update(table).where(table.c.id == number).values(values | stamps))


def note_words(text: str, *, most: int) -> str:
    """Return a note as it is kept.

    Raises
    ------
    TeamError
        It is longer than `most` characters.
    """
    words = text.replace("\0", "").strip()
    if len(words) > most:
        raise TeamError(_("A note has at most {most} characters; this one has {n}.", most=most, n=len(words)))
    return words
