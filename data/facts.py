"""What the store knows about itself and its city, as words under a name."""

from sqlalchemy import Connection, insert, select, update

from data.records import FACT


def fact(connection: Connection, name: str, default: str | None = None) -> str | None:
    """Return a fact, or the default where nothing is known."""
    value: str | None = connection.execute(select(FACT.c.value).where(FACT.c.name == name)).scalar()
    return default if value is None else value


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Note a fact, in place of what was known."""
    if connection.execute(update(FACT).where(FACT.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(insert(FACT).values(name=name, value=value))
