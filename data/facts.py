"""What the store knows about itself and its city, as words under a name."""

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.records import FACT


def fact(connection: Connection, name: str, default: str | None = None) -> str | None:
    """Return a fact, or the default where nothing is known."""
    value: str | None = connection.execute(select(FACT.c.value).where(FACT.c.name == name)).scalar()
    return default if value is None else value


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Note a fact, in place of what was known."""
    if connection.execute(update(FACT).where(FACT.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(insert(FACT).values(name=name, value=value))


def replace_fact(connection: Connection, name: str, value: str, *, seen: str | None) -> bool:
    """Note a fact if it still is what was seen (None: nothing was known); return whether that was so.

    Of two programs that do this at the same time one is told no.
    """
    if seen is not None:
        same = (FACT.c.name == name, FACT.c.value == seen)
        return connection.execute(update(FACT).where(*same).values(value=value)).rowcount == 1
    try:
        with connection.begin_nested():
            connection.execute(insert(FACT).values(name=name, value=value))
    except IntegrityError:
        return False
    return True
