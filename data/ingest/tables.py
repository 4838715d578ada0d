"""A file as a table of rows, read in batches: what every reader gives and every later step takes."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.ingest.files import Source
from data.ingest.reasons import Notice

BATCH_ROWS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Broken:
    """A row with too few or too many fields: its number in the file, and what stands in them."""

    row: int
    fields: tuple[str, ...]

    def values(self, width: int) -> list[str]:
        """Return as many values as there are columns; what is left over comes after them."""
        padded = [*self.fields[:width], *[""] * (width - len(self.fields))]
        return [*padded, *self.fields[width:]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of a file.

    `rows` holds their numbers as a person would count them (line, sheet row, record), `frame` the
    file's own columns, text as it stands there, `broken` the rows that do not fit the header.
    """

    rows: npt.NDArray[np.int64]
    frame: pl.DataFrame
    broken: tuple[Broken, ...] = ()


class ReadAgain(Exception):  # noqa: N818 - no error: a reader found out how the file has to be read
    """The rows have to be read again from the start, which the table is now prepared for."""


class Table(ABC):
    """An opened file."""

    def __init__(self, source: Source, *, kind: str, columns: Sequence[str]) -> None:
        self.source = source
        self.kind = kind  # in words for people: "CSV", "Excel"
        self.columns = tuple(columns)
        self.encoding: str | None = None
        self.crs: str | None = None  # the file's own, where it carries one
        self.place: tuple[str, str] | None = None  # columns that hold the geometry's x and y
        self.needs_crs = False  # the file holds shapes and does not say in which system
        self.notices: list[Notice] = []

    @property
    @abstractmethod
    def estimate(self) -> int:
        """About how many rows there are."""

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """Read the rows from the start, about `BATCH_ROWS` at a time, in the order of the file.

        Raises
        ------
        ImportFileError
            The file is damaged further down.
        ReadAgain
            The file has to be read in another way, from the start; once at most.
        """

    def sample(self, rows: int = 5_000) -> pl.DataFrame:
        """Return the first rows."""
        try:
            return self._first(rows)
        except ReadAgain:
            return self._first(rows)

    def _first(self, rows: int) -> pl.DataFrame:
        parts: list[pl.DataFrame] = []
        for batch in self.batches():
            parts.append(batch.frame)
            if sum(map(len, parts)) >= rows:
                break
        return (
            pl.concat(parts).head(rows)
            if parts
            else pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
        )


class FrameTable(Table):
    """A file that is read as a whole: a sheet, a list of records, a layer."""

    def __init__(
        self, source: Source, frame: pl.DataFrame, rows: npt.NDArray[np.int64] | None = None, *, kind: str
    ) -> None:
        super().__init__(source, kind=kind, columns=frame.columns)
        self._frame = frame
        self._rows = np.arange(1, len(frame) + 1) if rows is None else rows

    @property
    def estimate(self) -> int:
        """How many rows there are."""
        return len(self._frame)

    def batches(self) -> Iterator[Batch]:
        """Hand the rows out in batches."""
        for start in range(0, len(self._frame), BATCH_ROWS):
            part = slice(start, start + BATCH_ROWS)
            yield Batch(self._rows[part], self._frame[part])


def unique_names(names: Sequence[str | None]) -> list[str]:
    """Give every column a name of its own: blanks trimmed, nameless ones numbered, repeated ones too."""
    taken: set[str] = set()
    result = []
    for position, name in enumerate(names, start=1):
        base = " ".join((name or "").split()) or f"column {position}"
        unique, n = base, 1
        while unique in taken:
            n += 1
            unique = f"{base} ({n})"
        taken.add(unique)
        result.append(unique)
    return result


def plain_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Open structs into columns of their own, leave out what no report can hold, name every column."""
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Struct):
            fields = [
                frame[name].struct.field(part.name).alias(f"{name}.{part.name}") for part in dtype.fields
            ]
            frame = frame.drop(name).with_columns(fields)
    simple = [name for name, dtype in frame.schema.items() if not dtype.is_nested() and dtype != pl.Binary]
    frame = frame.select(simple).with_columns(pl.selectors.categorical().cast(pl.String))
    frame.columns = unique_names(frame.columns)
    return frame
