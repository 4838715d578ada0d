"""Rows that were not taken, and rows whose position is doubted, in files that a spreadsheet opens."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

from data.settings import settings
from geo.errors import ImportFileError
from i18n import gettext as _

_PART: Final = ".part"


class RowsFile:
    """A CSV file of rows with what was found about each; it appears under its name once it is whole.

    UTF-8 with a byte-order mark, so that spreadsheets show Chinese. Columns: the row's number in the
    file, the stable code, the reason in words, then the row as it was; a row with too many fields has
    the last ones under `surplus`.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.rows = 0
        self._part = path.with_name(f"{path.name}.{uuid4().hex[:8]}{_PART}")  # others may write the same
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise ImportFileError(
                _(
                    "{path} cannot be written: {error}. Choose another place with --rejects.",
                    path=path,
                    error=error.strerror,
                )
            ) from error
        self._writer = csv.writer(self._file)
        self._writer.writerow(["row", "reason", "explanation", *columns, "surplus"])

    def write(self, rows: Iterable[tuple[int, str, str, Sequence[Any]]]) -> None:
        """Write rows: number, code, words, values."""
        for number, code, words, values in rows:
            self._writer.writerow(
                [number, code, words, *("" if value is None else value for value in values)]
            )
            self.rows += 1

    def keep(self) -> None:
        """Give the file its name."""
        self._file.close()
        self._part.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Return the open file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what was not kept."""
        if self._part.exists():
            self.discard()
        self._file.close()


def remove_leftovers(path: Path) -> None:
    """Remove what programs that were killed left of a file of rows."""
    for left in path.parent.glob(f"{escape(path.name)}.*{_PART}"):
        left.unlink(missing_ok=True)


def rejects_path(path: Path, wanted: Path | str | None, *, suffix: str = ".csv") -> Path:
    """Say where the rejects of a file go, never over another file unless asked to.

    Parameters
    ----------
    wanted
        Where somebody wants them; a new file in the imports folder of the home where left out.
    suffix
        Of that new file.

    Raises
    ------
    ImportFileError
        The place that is wanted is the file itself.
    """
    if wanted:
        place = Path(wanted)
        if place.exists() and place.samefile(path):
            raise ImportFileError(
                _("{path} is the file that is imported; the rejects need a file of their own.", path=path)
            )
        return place
    folder = settings().home / "imports"
    stem = f"{path.name.split('.')[0]}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    unique, n = folder / f"{stem}-rejects{suffix}", 1
    while unique.exists():
        n += 1
        unique = folder / f"{stem}-{n}-rejects{suffix}"
    return unique
