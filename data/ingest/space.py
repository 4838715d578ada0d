"""Room on the disk: looked for before an import begins, and missed in plain words when it runs out."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geo.errors import NoRoomError, StoreError
from i18n import gettext as _

#: What a report takes in a SQLite store with its event and indexes, and once more in the write-ahead log.
BYTES_A_REPORT: Final = 1_600
_MEGABYTE: Final = 1_000_000


def free_bytes(folder: Path) -> int:
    """Return the bytes that are free where a folder lies; its nearest parent that exists counts."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def check_room(store_file: Path | None, reports: int) -> None:
    """Raise where a store's disk plainly cannot take so many reports.

    Raises
    ------
    NoRoomError
        With what is needed, what is free, and where.
    """
    if store_file is None:
        return
    needed, free = reports * BYTES_A_REPORT, free_bytes(store_file.parent)
    if needed > free:
        raise NoRoomError(
            _(
                "{reports} reports need about {needed} MB, but only {free} MB are free where the store lies "
                "({folder}). Nothing was imported. Free space, or choose a store elsewhere with --store.",
                reports=f"{reports:,}",
                needed=f"{needed / _MEGABYTE:,.0f}",
                free=f"{free / _MEGABYTE:,.0f}",
                folder=store_file.parent,
            )
        )


@contextmanager
def full_disk_explained(name: str) -> Iterator[None]:
    """Say in plain words that the disk ran full while a file was imported."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise NoRoomError(
            _(
                "The disk is full. Free some space and import {name} again.",
                name=name,
            )
        ) from error
    except StoreError as error:
        if not _is_full(error):
            raise
        raise NoRoomError(
            _("The disk with the store is full. Free some space and import {name} again.", name=name)
        ) from error


def _is_full(error: StoreError) -> bool:
    """Go by SQLite's words and PostgreSQL's code."""
    cause = error.__cause__ or error
    own = getattr(cause, "orig", None) or cause
    return "disk is full" in str(own) or getattr(own, "sqlstate", None) == "53100"
