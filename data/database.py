"""The connection to the database: how it is opened, how a writer gets its turn, what its errors mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from geo.errors import StoreError
from i18n import gettext as _

#: A writer waits this long for another one; an import of a million rows is one transaction.
BUSY_S: Final = 60
#: The only writer keeps many pages, so that a large import writes few of them twice; readers are many.
_WRITER_CACHE_KIB: Final = 65_536
_READER_CACHE_KIB: Final = 4_096
#: The one lock that PostgreSQL's writers queue for, as SQLite's do by themselves.
_WRITER_LOCK: Final = 0x6765_7A68
#: Options of a connection. A writer on PostgreSQL must see what was committed while it waited for the lock.
_READER: Final = {"gezhi_writer": False, "isolation_level": "REPEATABLE READ"}
_WRITER: Final = {"gezhi_writer": True, "isolation_level": "READ COMMITTED"}


def connect(url: str, *, create: bool) -> Engine:
    """Make the engine for a store's URL; nothing is written yet.

    Raises
    ------
    StoreError
        A URL that is none, a database that is not supported, a missing file where `create` is False.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            _("'{url}' is not the URL of a store. Expected sqlite:///path or postgresql://…", url=url)
        ) from error
    if parsed.get_backend_name() == "sqlite":
        _prepare_file(parsed, create=create)
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed)
    raise StoreError(
        _(
            "A store cannot be kept in '{name}'. Expected sqlite:///path or postgresql://…",
            name=parsed.drivername,
        )
    )


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one state of the store, whatever others write meanwhile."""
    with explained(engine), _connected(engine, _READER) as connection, connection.begin():
        yield connection


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Open the one transaction that may write now; commit at the end, or roll everything back."""
    with explained(engine), _connected(engine, _WRITER) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
        yield connection


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn the database's errors into a StoreError that says what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(_explain(error, engine.url)) from error


def sqlite_file(url: str | URL) -> Path | None:
    """Return the file behind a SQLite URL; None for another database."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _connected(engine: Engine, options: dict[str, Any]) -> Connection:
    if engine.dialect.name == "sqlite":  # its readers see one state, its writers come one by one
        options = {"gezhi_writer": options["gezhi_writer"]}
    return engine.connect().execution_options(**options)


def _prepare_file(url: URL, *, create: bool) -> None:
    path = sqlite_file(url)
    if path is None or str(path) == ":memory:" or str(path).startswith("file:"):
        raise StoreError(
            _(
                "A store is a file that several programs open; '{url}' names none. Expected sqlite:///path.",
                url=url,
            )
        )
    if path.is_dir():
        raise StoreError(_("'{path}' is a folder. Expected the path of a store's file.", path=path))
    if create:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                _(
                    "The folder for the store '{path}' cannot be made: {why}.",
                    path=path,
                    why=error.strerror or error,
                )
            ) from error
    elif not path.exists():
        raise StoreError(
            _("There is no store at '{path}'. Import a file first or check the path.", path=path)
        )


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False}, max_overflow=40)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where this module says so
        for pragma in (
            "foreign_keys = ON",
            "synchronous = FULL",  # a report that was acknowledged survives a power cut
            "temp_store = MEMORY",
            "journal_size_limit = 67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writer = connection.get_execution_options().get("gezhi_writer")
        connection.exec_driver_sql(
            f"PRAGMA cache_size = {-_WRITER_CACHE_KIB if writer else -_READER_CACHE_KIB}"
        )
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            _(
                "A PostgreSQL store needs the driver '{name}', which is not installed: "
                "pip install 'psycopg[binary]' and write postgresql+psycopg://…",
                name=getattr(error, "name", None) or url.drivername,
            )
        ) from error


def _explain(error: SQLAlchemyError, url: URL) -> str:
    why = str(getattr(error, "orig", None) or error)
    name = sqlite_file(url) or url.render_as_string(hide_password=True)
    if "locked" in why or "busy" in why:
        return _(
            "Another program has been writing to the store '{name}' for more than {seconds} seconds. "
            "Try again when it has finished.",
            name=name,
            seconds=BUSY_S,
        )
    if "disk is full" in why or "disk I/O" in why:
        return _("The disk with the store '{name}' is full; nothing of this was kept.", name=name)
    if "readonly" in why:
        return _(
            "The store '{name}' may only be read: check the rights of the file and its folder.", name=name
        )
    if "not a database" in why or "malformed" in why:
        return _("The file '{name}' is not a store, or it is damaged: {why}.", name=name, why=why)
    if "unable to open" in why:
        return _("The store '{name}' cannot be opened: check the path and its rights.", name=name)
    return _("The store '{name}' refused: {why}", name=name, why=why)
