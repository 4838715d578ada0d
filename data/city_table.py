"""A table of city facts being read: its lines as typed values, and every fault in them at once."""

import csv
import io
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from geo.errors import TableError
from i18n import gettext as _

#: Where the tables lie that a new store starts with; a city edits its own copies.
TABLES: Final = Path(__file__).parent / "tables"

DAY_MINUTES: Final = 24 * 60

_TIME: Final = re.compile(r"(\d{1,2}):(\d\d)")
#: How many faults one message names.
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table; a value that cannot be read is a fault of the table and comes back as None."""

    number: int
    values: Mapping[str, str]
    faults: list[str] = field(repr=False)

    def fault(self, text: str) -> None:
        """Note what is wrong with this line."""
        self.faults.append(_("line {number}: {fault}", number=self.number, fault=text))

    def text(self, column: str) -> str:
        """Return the text without the blanks around it; empty where there is none."""
        return self.values[column]

    def needed(self, column: str) -> str:
        """Return the text, which must not be empty."""
        if not self.values[column]:
            self.fault(_("{column} is empty", column=column))
        return self.values[column]

    def word(self, column: str, among: Collection[str], *, default: str = "") -> str:
        """Return a word that must be one of a few."""
        word = self.values[column] or default
        if word not in among:
            self.fault(
                _(
                    "{column} is '{word}', expected one of {words}",
                    column=column,
                    word=word,
                    words=", ".join(among),
                )
            )
        return word

    def words(self, column: str, among: Collection[str] | None = None) -> tuple[str, ...]:
        """Return the words between blanks or semicolons, each once; they must be among the given."""
        found = tuple(dict.fromkeys(self.values[column].replace(";", " ").replace("；", " ").split()))
        unknown = [word for word in found if among is not None and word not in among]
        if unknown:
            self.fault(_("{column} names '{word}', which is not known", column=column, word=unknown[0]))
        return found

    def names(self, column: str) -> tuple[str, ...]:
        """Return the names between semicolons, each once; blanks may be part of a name."""
        parts = self.values[column].replace("；", ";").split(";")
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def day(self, column: str) -> date | None:
        """Return a day; None and no fault where it is empty."""
        text = self.values[column]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.fault(_("{column} is '{text}', expected a day such as 2026-10-01", column=column, text=text))
            return None

    def time(self, column: str, *, needed: bool = False) -> int | None:
        """Return a time of day in minutes, up to 24:00; None where it is empty, a fault only if `needed`."""
        text = self.values[column]
        if not text and not needed:
            return None
        if found := _TIME.fullmatch(text):
            hours, minutes = int(found[1]), int(found[2])
            if minutes < 60 and hours * 60 + minutes <= DAY_MINUTES:
                return hours * 60 + minutes
        self.fault(_("{column} is '{text}', expected a time such as 08:30", column=column, text=text))
        return None

    def positive(self, column: str) -> float | None:
        """Return a number above zero."""
        text = self.values[column]
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number) and number > 0:
            return number
        self.fault(_("{column} is '{text}', expected a number above 0", column=column, text=text))
        return None


@dataclass(frozen=True, slots=True)
class CityTable:
    """The lines of a table and the faults found so far."""

    name: str
    lines: tuple[Line, ...]
    faults: list[str]

    @classmethod
    def read(
        cls,
        source: Path | pl.DataFrame,
        columns: Sequence[str],
        *,
        optional: Collection[str] = (),
        name: str = "",
    ) -> "CityTable":
        """Read a CSV file or a frame.

        Parameters
        ----------
        source
            A CSV file in UTF-8 or, as spreadsheets in China write it, GB 18030; or a frame.
        columns
            The columns that are read; others are left alone.
        optional
            Those of them that may be missing; their values are empty.

        Raises
        ------
        TableError
            A file that cannot be read, columns that are missing.
        """
        name = name or (source.name if isinstance(source, Path) else "table")
        header, rows = _csv(source, name) if isinstance(source, Path) else _frame(source)
        missing = [column for column in columns if column not in header and column not in optional]
        if missing:
            raise TableError(
                _(
                    "{name} has no column {missing}. Expected {columns}.",
                    name=name,
                    missing=", ".join(missing),
                    columns=", ".join(columns),
                )
            )
        faults: list[str] = []
        lines = tuple(
            Line(number, {column: values.get(column, "") for column in columns}, faults)
            for number, values in rows
            if any(values.values())
        )
        return cls(name, lines, faults)

    def __iter__(self) -> Iterator[Line]:
        """Walk through the lines."""
        return iter(self.lines)

    def check(self) -> None:
        """Raise what was found.

        Raises
        ------
        TableError
            With every fault of every line.
        """
        if self.faults:
            more = len(self.faults) - _SHOWN
            shown = self.faults[:_SHOWN] + ([_("{n} more", n=more)] if more > 0 else [])
            raise TableError(_("{name} cannot be used: {faults}.", name=self.name, faults="; ".join(shown)))


def _csv(path: Path, name: str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise TableError(_("{name} cannot be read: {error}", name=name, error=error)) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [column.strip() for column in next(reader, [])]
    rows = [
        (reader.line_num, dict(zip(header, (value.strip() for value in row), strict=False))) for row in reader
    ]
    return header, rows


def _frame(frame: pl.DataFrame) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    texts = frame.select(pl.all().cast(pl.String).fill_null("").str.strip_chars())
    return frame.columns, list(enumerate(texts.iter_rows(named=True), start=1))
