"""A store's contents into a file and back, or into another database: checked on arrival, or not kept.

A backup is one zip file: `manifest.json` with rows and checksum of every table, and the tables as Parquet. It
is read in one transaction, so it shows one moment while others go on writing, and either database takes it.
Photos are files of their own and not in it.
"""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, Engine, Table, func, make_url, select

from data import contents, foreign_keys
from data.accesses import What, note_taking
from data.actors import Actor
from data.bulk import insert_rows
from data.database import connect, make_own_folder, read_transaction, sqlite_file, write_transaction
from data.migration import HEAD, build, migrate, prepare, revision_of
from data.rights import require
from geo.errors import GezhiError, NotAllowedError, StoreError
from i18n import gettext as _

_FORMAT: Final = "gezhi-backup-1"
#: What reading a damaged file raises, beside Polars.
_DAMAGED: Final = (
    OSError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, TypeError, ValueError,
    RuntimeError, OverflowError, MemoryError,
)  # fmt: skip
#: A store without rows in these was made and never used: a copy may take its place. Those of older steps lack
#: what came later.
_USED: Final = ("issue", "import", "place")
_USED_TOO: Final = (*_USED, "saved", "visit", "team", "edition")


@dataclass(frozen=True, slots=True)
class Copied:
    """What arrived of a table; the checksum is that of the source and of what was read back."""

    table: str
    rows: int
    digest: str


def backup(url: str, path: Path, *, actor: Actor) -> list[Copied]:
    """Write a store into a file while others may write to the store; an older file is replaced at the end.

    Raises
    ------
    StoreError
        There is no store, or the file cannot be written; an older file is as it was.
    """
    make_own_folder(path)
    engine = connect(url, create=False)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _let_take(engine, "backup", actor=actor, detail=path.name)
        with read_transaction(engine) as connection:
            revision = _revision(connection)
            with aside.open("wb") as file:
                copied = _write(file, connection, revision)
                file.flush()
                os.fsync(file.fileno())
        aside.replace(path)
    except NotAllowedError:
        raise
    except OSError as error:
        raise StoreError(
            _("The backup '{path}' cannot be written: {why}.", path=path, why=error.strerror or error)
        ) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        engine.dispose()
    return copied


def restore(path: Path, url: str, *, actor: Actor) -> list[Copied]:
    """Make a store from a backup, in an empty database or in place of a store that was never used.

    Raises
    ------
    StoreError
        The file is no backup or is damaged, or the place is taken; nothing was changed there.
    """
    require(actor, "write")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            names = list(manifest["tables"])
            return _load(url, manifest["revision"], lambda name: _parts(archive, manifest, name), names)
    except GezhiError:
        raise
    except FileNotFoundError as error:
        raise StoreError(_("There is no backup at '{path}'. Check the path.", path=path)) from error
    # A damaged file deceives its readers in many ways: an unknown compression, a password, a table too many.
    except (*_DAMAGED, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise StoreError(
            _(
                "'{path}' is not a backup, or it is damaged: {why}. Nothing was restored.",
                path=path,
                why=error,
            )
        ) from error


def copy(source: str, target: str, *, actor: Actor) -> list[Copied]:
    """Copy a store into another database; the source may be in use and shows one moment.

    Raises
    ------
    StoreError
        There is no store at the source, or the target is taken; nothing was changed there.
    """
    engine = connect(source, create=False)
    try:
        _let_take(engine, "copy", actor=actor, detail=make_url(target).render_as_string(hide_password=True))
        with read_transaction(engine) as connection:
            revision = _revision(connection)
            tables = {table.name: table for table in contents.tables(connection)}
            return _load(target, revision, lambda name: contents.read(connection, tables[name]), list(tables))
    finally:
        engine.dispose()


def digests(url: str, *, actor: Actor) -> list[Copied]:
    """Compute rows and checksum of every table of a store."""
    require(actor, "read")
    engine = connect(url, create=False)
    try:
        with read_transaction(engine) as connection:
            _revision(connection)
            return [
                Copied(table.name, made.rows, made.hexdigest())
                for table in contents.tables(connection)
                for made in [contents.digest(connection, table)]
            ]
    finally:
        engine.dispose()


def _let_take(engine: Engine, what: What, *, actor: Actor, detail: str) -> None:
    """Let somebody pass who may take everything out of the store's hands, and note who comes."""
    try:
        require(actor, "write")
    except NotAllowedError:
        note_taking(engine, what, actor=actor, detail=detail, refused=True)
        raise
    note_taking(engine, what, actor=actor, detail=detail)


def _write(file: Any, connection: Connection, revision: str) -> list[Copied]:
    copied = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for table in contents.tables(connection):
            made = contents.Digest()
            for number, frame in enumerate(contents.read(connection, table)):
                made.update(frame)
                part = BytesIO()
                frame.write_parquet(part, compression="zstd")
                archive.writestr(f"{table.name}/{number:06}.parquet", part.getbuffer())
            copied.append(Copied(table.name, made.rows, made.hexdigest()))
        manifest = {
            "format": _FORMAT,
            "revision": revision,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "tables": {one.table: {"rows": one.rows, "digest": one.digest} for one in copied},
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return copied


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    except (KeyError, ValueError) as error:
        raise StoreError(_("'{path}' is not a backup of a store.", path=path)) from error
    if manifest.get("format") != _FORMAT or manifest["revision"] > HEAD:
        raise StoreError(_("The backup '{path}' was made by a newer Gezhi. Update the program.", path=path))
    return manifest


def _parts(archive: zipfile.ZipFile, manifest: dict[str, Any], name: str) -> Iterator[pl.DataFrame]:
    """Read a table out of a backup, and say at the end whether it is the one that was written."""
    made = contents.Digest()
    for part in sorted(file for file in archive.namelist() if file.startswith(f"{name}/")):
        frame = pl.read_parquet(BytesIO(archive.read(part)))
        made.update(frame)
        yield frame
    if made.hexdigest() != manifest["tables"][name]["digest"]:
        raise StoreError(
            _(
                "The backup '{path}' is damaged: its table '{table}' is not as it was written. "
                "Nothing was restored.",
                path=archive.filename,
                table=name,
            )
        )


def _load(
    url: str, revision: str, source: Callable[[str], Iterator[pl.DataFrame]], names: list[str]
) -> list[Copied]:
    """Fill a database in one transaction, read everything back, and keep it only if it is the same."""
    new = (file := sqlite_file(url)) is not None and not file.exists()
    engine = connect(url, create=True)
    try:
        prepare(engine)
        with write_transaction(engine) as connection:
            _make_room(connection, engine)
            build(connection, revision)
            tables = {table.name: table for table in contents.tables(connection)}
            with foreign_keys.checked_at_the_end(connection):
                copied = [_fill(connection, tables[name], source(name)) for name in names]
            for one in copied:
                _verify(connection, tables[one.table], one)
        migrate(engine)
    except BaseException:
        engine.dispose()
        if new and file is not None:
            _remove_empty(file)
        raise
    finally:
        engine.dispose()
    return copied


def _remove_empty(file: Path) -> None:
    """Remove the file that was made for a store which did not come, unless somebody else made one of it."""
    engine = connect(f"sqlite:///{file}", create=True)
    try:
        with write_transaction(engine) as connection:
            empty = not contents.tables(connection)
    except StoreError:  # on a disk that is full not even that can be found out: it was no store before
        empty = True
    finally:
        engine.dispose()
    if empty:
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            with suppress(OSError):
                file.with_name(name).unlink(missing_ok=True)


def _fill(connection: Connection, table: Table, frames: Iterator[pl.DataFrame]) -> Copied:
    made = contents.Digest()
    for frame in frames:
        if dict(frame.schema) != contents.columns(table):
            raise StoreError(
                _("The backup's table '{table}' has other columns than a store's.", table=table.name)
            )
        made.update(frame)
        _refuse_zeros(connection, table, frame)
        insert_rows(connection, table, frame)
    return Copied(table.name, made.rows, made.hexdigest())


def _refuse_zeros(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Name the row whose text PostgreSQL cannot hold; older programs let one into a file."""
    if connection.dialect.name == "sqlite":
        return
    case = {"issue": "id", "event": "issue_id"}.get(table.name)
    keys = [case] if case else [key.name for key in table.primary_key]
    for name in frame.select(pl.col(pl.String)).columns:
        wrong = frame.filter(pl.col(name).str.contains("\0", literal=True))
        if wrong.height:
            row = ", ".join(str(value) for value in wrong.select(keys).row(0))
            raise StoreError(
                _(
                    "{n} texts of '{table}' hold a zero character, which this database does not take; "
                    "first: '{column}' of {row}. Correct them there first; nothing was kept.",
                    n=wrong.height,
                    table=table.name,
                    column=name,
                    row=_("case {id}", id=row) if case else row,
                )
            )


def _verify(connection: Connection, table: Table, expected: Copied) -> None:
    found = contents.digest(connection, table)
    if found.hexdigest() != expected.digest:
        raise StoreError(
            _(
                "The table '{table}' did not arrive as it was ({found} of {rows} rows, another checksum); "
                "nothing was kept.",
                table=table.name,
                found=found.rows,
                rows=expected.rows,
            )
        )


def _make_room(connection: Connection, engine: Engine) -> None:
    """Take away a store that was never used.

    Raises
    ------
    StoreError
        There is something in the database.
    """
    present = contents.tables(connection)
    names = {table.name for table in present}
    used = names and not names.issuperset(_USED)
    for table in present:
        if table.name in _USED_TOO and connection.scalar(select(func.count()).select_from(table)):
            used = True
    if used:
        raise StoreError(
            _(
                "'{name}' is not empty. A copy goes into a new file, an empty database or a store that was "
                "never used.",
                name=engine.url.render_as_string(hide_password=True),
            )
        )
    for table in reversed(present):
        table.drop(connection)
    connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")


def _revision(connection: Connection) -> str:
    revision = revision_of(connection)
    if revision is None:
        name = connection.engine.url.render_as_string(hide_password=True)
        raise StoreError(_("There is no store in '{name}'.", name=name))
    return revision
