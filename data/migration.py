"""Bring a store up to date when it is opened; many programs may open it at once."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, inspect, select, text
from sqlalchemy.exc import OperationalError

from data import case_cells, case_places, geometry_columns, place_records
from data.actors import Actor
from data.case_check import derive
from data.categories import delivered
from data.database import BUSY_S, connect, explained, read_transaction, write_transaction
from data.records import CATEGORY, FACT
from data.rights import require
from geo.errors import StoreError
from i18n import gettext as _

_VERSIONS: Final = Path(__file__).parent / "migrations" / "versions"

#: Every step in data/migrations/versions, the oldest first: its number and what it is about.
STEPS: Final = tuple(
    (path.stem[:4], path.stem[5:]) for path in sorted(_VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py"))
)
#: The newest one.
HEAD: Final = STEPS[-1][0]
#: What PostGIS puts beside the tables of an empty database.
_OF_POSTGIS: Final = frozenset({"spatial_ref_sys"})

#: The step that gave the rows what their events say about the life of a case.
_CASES: Final = "0002"
#: The step that gave places their rank, measures and parents.
_PLACES: Final = "0007"
#: The step that gave cases their place.
_LOCATED: Final = "0009"
#: The step that gave cases the cell that they lie in.
_CELLS: Final = "0012"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did to a store."""

    url: str  # a password hidden
    before: str | None  # the step it was at; None where there was nothing
    steps: tuple[tuple[str, str], ...]  # the ones that were run: number and what it is about
    geometry: bool  # whether geometry columns were added that PostGIS had been missing for

    @property
    def step(self) -> str:
        """The step it is at now."""
        return HEAD


def upgrade(url: str, *, actor: Actor) -> Upgraded:
    """Bring a store that is there up to date, and give it geometries where PostGIS has come since.

    Raises
    ------
    StoreError
        There is no store, or one of a newer Gezhi; nothing was changed.
    """
    require(actor, "write")
    engine = connect(url, create=False)
    try:
        with read_transaction(engine) as connection:
            before = revision_of(connection)
        name = engine.url.render_as_string(hide_password=True)
        if before is None:
            raise StoreError(_("There is no store in '{name}'.", name=name))
        migrate(engine)
        with read_transaction(engine) as connection:
            lacking = geometry_columns.lacking(connection)
        added = False
        if lacking:
            with write_transaction(engine) as connection:
                added = geometry_columns.add(connection)
        return Upgraded(name, before, tuple(step for step in STEPS if step[0] > before), added)
    finally:
        engine.dispose()


def migrate(engine: Engine) -> None:
    """Run the steps that the store lacks, in one transaction; a store of today is only looked at.

    Both databases change tables within a transaction, so a program that dies half-way leaves the store as it
    was, and the next one does all of it.

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
            return
        if revision < _CASES:
            derive(connection)
        if revision < _PLACES:
            place_records.derive(connection)
        if revision < _LOCATED:
            case_places.begin(connection)
        if revision < _CELLS:
            case_cells.fill(connection)


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
