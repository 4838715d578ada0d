"""The connection to the database: how it is opened, how a writer gets its turn, what its errors mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.types import UserDefinedType

from data.settings import settings
from geo.errors import StoreError
from i18n import gettext as _

#: A writer waits this long for others.
BUSY_S: Final = 60
#: A server that was reached before may be away this long: its restart is not an error yet.
RESTART_S: Final = 30
#: SQLite waits 1, 2, 5 and 10 ms between its looks, then longer.
_LOOK_MS: Final = 18
#: The log is emptied when its readers are done so soon.
_LOG_MS: Final = 1_000
_COMING_UP: Final = ("starting up", "not yet accepting", "in recovery")
_AWAY: Final = ("refused", "No such file", "shutting down", "closed the connection", "terminating")
#: PostgreSQL's codes for a connection that it does not give: user, password, database, too many.
_UNREACHED: Final = ("connection failed", "connection is bad", "[Errno", "failed to resolve")
_SHUT: Final = ("28000", "28P01", "3D000", "53300")
_reached: Final[WeakSet[Engine]] = WeakSet()
#: The only writer keeps many pages, so that a large import writes few of them twice; readers are many.
_WRITER_CACHE_KIB: Final = 65_536
_READER_CACHE_KIB: Final = 4_096
#: The one lock that PostgreSQL's writers queue for, as SQLite's do by themselves.
_WRITER_LOCK: Final = 0x6765_7A68
#: Options of a connection. A writer on PostgreSQL must see what was committed while it waited for the lock.
_READER: Final = {"gezhi_writer": False, "isolation_level": "REPEATABLE READ"}
_WRITER: Final = {"gezhi_writer": True, "isolation_level": "READ COMMITTED"}


class _Geometry(UserDefinedType[bytes]):
    """PostGIS's type, which is looked at and never written."""

    def __init__(self, *_kind: object, **_options: object) -> None:
        pass


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
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_S}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
        yield connection


def empty_log(engine: Engine) -> None:
    """Write SQLite's log into the file and cut it, so that nothing that was deleted is left in it.

    Raises
    ------
    StoreError
        Readers still need what is in it.
    """
    if engine.dialect.name != "sqlite":
        return
    with explained(engine):
        raw = engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {_LOG_MS}")  # other writers wait as long
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_S * 1_000}")
        finally:
            raw.close()
    if busy:
        raise StoreError(
            _(
                "What was deleted from '{name}' is still in its log, which others are reading. "
                "Do the same again when they have finished.",
                name=sqlite_file(engine.url),
            )
        )


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn the database's errors into a StoreError that says what to do."""
    try:
        yield
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise StoreError(_explain(error, engine.url)) from error


def sqlite_file(url: str | URL) -> Path | None:
    """Return the file behind a SQLite URL; None for another database."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def make_own_folder(path: Path) -> None:
    """Make the folder of a file that is to be written, where it is the home folder or lies in it.

    Another one that is not there is likely mistyped, and would hide a store or a backup where nobody looks.

    Raises
    ------
    StoreError
        There is no such folder.
    OSError
        It cannot be made.
    """
    folder, home = path.absolute().parent, settings().home.absolute()
    if folder.is_relative_to(home):
        folder.mkdir(parents=True, exist_ok=True)
    elif not folder.is_dir():
        raise StoreError(
            _(
                "There is no folder {folder} for {name}. Check the path, or make it.",
                folder=folder,
                name=path.name,
            )
        )


def _connected(engine: Engine, options: dict[str, Any]) -> Connection:
    if engine.dialect.name == "sqlite":  # its readers see one state, its writers come one by one
        options = {"gezhi_writer": options["gezhi_writer"]}
    deadline = monotonic() + RESTART_S
    while True:
        try:
            return engine.connect().execution_options(**options)
        except OperationalError as error:
            if not _restarts(engine, error) or monotonic() > deadline:
                raise
            sleep(0.2)


def _restarts(engine: Engine, error: OperationalError) -> bool:
    """Say whether the server is coming up, or was there before and is on its way down or back."""
    words = str(error.orig)
    return any(phrase in words for phrase in _COMING_UP) or (
        engine in _reached and any(phrase in words for phrase in _AWAY)
    )


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
            make_own_folder(path)
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
        if writer:
            _wait_for_turn(connection.connection.cursor())
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _wait_for_turn(cursor: Any) -> None:
    """Begin to write in a SQLite file as soon as its writer has finished.

    SQLite looks for its turn ever more seldom, in the end ten times a second, and would miss the short rest
    between the steps of an import every time; asking anew each time it is told no, it looks every few ms.
    """
    deadline = monotonic() + BUSY_S
    cursor.execute(f"PRAGMA busy_timeout = {_LOOK_MS}")
    try:
        while True:
            try:
                cursor.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                    raise
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_S * 1_000}")


def _postgresql(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(url, pool_pre_ping=True, max_overflow=40)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            _(
                "A PostgreSQL store needs the driver '{name}', which is not installed: make driver.",
                name=getattr(error, "name", None) or url.drivername,
            )
        ) from error

    @event.listens_for(engine, "connect")
    def _on_connect(_connection: Any, _record: Any) -> None:
        _reached.add(engine)

    dialect: Any = engine.dialect
    dialect.ischema_names = {**dialect.ischema_names, "geometry": _Geometry}
    return engine


def _explain(error: Exception, url: URL) -> str:
    own = getattr(error, "orig", None) or error
    name = str(sqlite_file(url) or url.render_as_string(hide_password=True))
    code = getattr(own, "sqlstate", None)
    if url.get_backend_name() == "postgresql":
        return _explain_server(str(own).strip(), code, name)
    return _explain_file(str(own), name)


def _explain_file(why: str, name: str) -> str:
    if "locked" in why or "busy" in why:
        return _busy(name)
    if "disk is full" in why or "disk I/O" in why:
        return _full(name)
    if "readonly" in why:
        return _(
            "The store '{name}' may only be read: check the rights of the file and its folder.", name=name
        )
    if "not a database" in why or "malformed" in why:
        return _("The file '{name}' is not a store, or it is damaged: {why}.", name=name, why=why)
    if "unable to open" in why:
        return _("The store '{name}' cannot be opened: check the path and its rights.", name=name)
    return _("The store '{name}' refused: {why}", name=name, why=why)


def _explain_server(why: str, code: str | None, name: str) -> str:
    """Go by PostgreSQL's error codes: its words come in the server's language."""
    if code == "55P03":
        return _busy(name)
    if code == "53100":
        return _full(name)
    if (code is None and why.startswith(_UNREACHED)) or code in _SHUT:
        words = _(
            "The server of the store '{name}' does not let this program in: {why}. "
            "Check the URL, the password and that the server runs.",
            name=name,
            why=why,
        )
    elif code is None or code.startswith(("08", "57P")):
        words = _(
            "The connection to the store '{name}' was lost. What was being written may or may not be kept: "
            "look, or do it again; reports that are known already are not taken twice.",
            name=name,
        )
    elif code in ("22021", "22P05"):
        words = _(
            "The store '{name}' cannot hold a text with a zero character in it; nothing of this was kept.",
            name=name,
        )
    elif code in ("25006", "42501"):
        words = _("The store '{name}' may not be written by this user: {why}.", name=name, why=why)
    else:
        words = _("The store '{name}' refused: {why}", name=name, why=why)
    return words


def _busy(name: str) -> str:
    return _(
        "Another program has been writing to the store '{name}' for more than {seconds} seconds. "
        "Try again when it has finished.",
        name=name,
        seconds=BUSY_S,
    )


def _full(name: str) -> str:
    return _("The disk with the store '{name}' is full; nothing of this was kept.", name=name)
