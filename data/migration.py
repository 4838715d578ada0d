"""Bring a store up to date when it is opened; many programs may open it at once."""

from pathlib import Path
from time import monotonic, sleep
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, inspect, select, text
from sqlalchemy.exc import OperationalError

from data.case_check import derive
from data.categories import delivered
from data.database import BUSY_S, explained, read_transaction, write_transaction
from data.records import CATEGORY, FACT
from geo.errors import StoreError
from i18n import gettext as _

#: The newest step of data/migrations/versions.
HEAD: Final = "0005"
#: What PostGIS puts beside the tables of an empty database.
_OF_POSTGIS: Final = frozenset({"spatial_ref_sys"})

#: The step that gave the rows what their events say about the life of a case.
_CASES: Final = "0002"


def migrate(engine: Engine) -> None:
    """Run the steps that the store lacks, in one transaction; a store of today is only looked at.

    Raises
    ------
    StoreError
        A database of something else, a store of a newer Gezhi, or one that cannot be written.
    """
    with read_transaction(engine) as connection:
        if revision_of(connection) == HEAD:
            return
    prepare(engine)
    with write_transaction(engine) as connection:
        revision = revision_of(connection)  # another program may have been first
        if revision == HEAD:
            return
        if revision is None and (found := set(inspect(connection).get_table_names()) - _OF_POSTGIS):
            raise StoreError(
                _(
                    "'{name}' is a database of something else (it has a table '{table}'). "
                    "Choose another path.",
                    name=engine.url.database,
                    table=sorted(found)[0],
                )
            )
        build(connection, HEAD)
        if revision is None:
            _furnish(connection)
        elif revision < _CASES:
            derive(connection)


def revision_of(connection: Connection) -> str | None:
    """Return the step the store is at; None for an empty database.

    Raises
    ------
    StoreError
        A step this program does not know.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is not None and revision > HEAD:
        raise StoreError(
            _(
                "The store '{name}' was made by a newer Gezhi (its step is {revision}, this program knows "
                "{head}). Update the program.",
                name=connection.engine.url.database,
                revision=revision,
                head=HEAD,
            )
        )
    return revision


def prepare(engine: Engine) -> None:
    """Let SQLite's readers go on while one writes; the file remembers it."""
    if engine.dialect.name != "sqlite":
        return
    deadline = monotonic() + BUSY_S
    with explained(engine):
        raw = engine.raw_connection()
        try:
            while True:
                try:
                    raw.cursor().execute("PRAGMA journal_mode = WAL")
                    return
                except (engine.dialect.loaded_dbapi.OperationalError, OperationalError) as error:
                    # The switch does not wait for another program's lock by itself.
                    if "locked" not in str(error) or monotonic() > deadline:
                        raise OperationalError("PRAGMA journal_mode", None, error) from error
                    sleep(0.01)
        finally:
            raw.close()


def build(connection: Connection, revision: str) -> None:
    """Run the steps up to one, in the caller's transaction; an empty database gets its tables, not a row."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _furnish(connection: Connection) -> None:
    """Give a new store its identity and the delivered category table."""
    connection.execute(insert(CATEGORY), delivered().to_dicts())
    if connection.execute(select(FACT.c.value).where(FACT.c.name == "identity")).first() is None:
        connection.execute(insert(FACT), {"name": "identity", "value": uuid4().hex})
