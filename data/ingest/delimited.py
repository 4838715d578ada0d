"""CSV and its kin in any encoding, compressed or not."""

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from data.ingest.dialect import Dialect, records, sniff
from data.ingest.encoding import Scan, Utf8, scan
from data.ingest.files import Source
from data.ingest.reasons import Notice
from data.ingest.tables import BATCH_ROWS, Batch, Broken, ReadAgain, Table
from geo.errors import ImportFileError
from i18n import gettext as _

Numbers = npt.NDArray[np.int64]

_BLOCK_BYTES: Final = 4 << 20
_SAMPLE_BYTES: Final = 512 << 10
_NAMES: Final = {",": "CSV", "\t": "TSV"}


class DelimitedTable(Table):
    """An opened delimited text."""

    def __init__(self, source: Source, *, encoding: str | None = None, delimiter: str | None = None) -> None:
        with closing(source.open()) as stream:
            self._scan: Scan = scan(stream, encoding=encoding)
        with closing(self._utf8(source)) as stream:
            start = b""
            while len(start) < _SAMPLE_BYTES and (data := stream.read(_SAMPLE_BYTES)):
                start += data
        self._dialect: Dialect = sniff(start.decode("utf-8", "ignore"), delimiter=delimiter)
        if not any(name for name in self._dialect.columns) or not start.strip():
            raise ImportFileError(_("{name} holds no text at all.", name=source.path.name))
        kind = _NAMES.get(self._dialect.delimiter, f"CSV ({self._dialect.delimiter})")
        super().__init__(source, kind=kind, columns=self._dialect.columns)
        self.encoding = self._scan.encoding
        self._patient = False

    @property
    def estimate(self) -> int:
        """The number of lines that may hold rows."""
        return max(self._scan.lines + 1 - self._dialect.lines_before_rows, 0)

    def batches(self) -> Iterator[Batch]:
        """Read the rows; once a quotation mark was found open, line by line."""
        self.notices.clear()
        with closing(self._rows_stream()) as stream:
            if self._patient:
                yield from self._read_patiently(stream)
            else:
                try:
                    yield from self._read_fast(stream)
                except _OpenQuote:
                    self._patient = True
                    raise ReadAgain from None
            if stream.lost:
                self.notices.append(Notice("lost_characters", stream.lost, {"encoding": self._scan.encoding}))

    def _utf8(self, source: Source) -> Utf8:
        return Utf8(source.open(), self._scan)

    def _rows_stream(self) -> "_Rows":
        return _Rows(
            self._utf8(self.source), skip=self._dialect.lines_before_rows, blank=self._scan.blank_lines
        )

    def _read_fast(self, stream: "_Rows") -> Iterator[Batch]:
        """Read with Arrow's parser, which hands rows that do not fit the header to `note`."""
        broken: list[tuple[int, str]] = []
        open_quote: list[int] = []

        def note(row: Any) -> str:
            if "\n" in row.text and row.text.count('"') % 2:
                open_quote.append(row.number)
            broken.append((row.number, row.text))
            return "skip"

        reader = _open_arrow(stream, self._dialect, note)
        numbers = _Numbers(stream.removed, self._dialect)
        done = 0  # records, broken ones included
        for block in _grouped(reader):
            if open_quote:
                raise _OpenQuote
            frame = _frame(block, self.columns)
            records_of_rows, bad = _place(done, len(frame), broken)
            del broken[: len(bad)]
            done = int(records_of_rows[-1]) if len(records_of_rows) else done
            yield numbers.number(frame, records_of_rows, bad, spanning=_spanning(block, self.columns))
        if open_quote:
            raise _OpenQuote
        if broken:
            yield numbers.number(_frame(None, self.columns), np.zeros(0, np.int64), broken)

    def _read_patiently(self, stream: "_Rows") -> Iterator[Batch]:
        """Read with the csv module, record by record."""
        first = self._dialect.lines_before_rows
        width = len(self.columns)
        self.notices.append(Notice("broken_quotes"))
        text = io.TextIOWrapper(io.BufferedReader(stream), "utf-8", newline="")
        found = records(iter(text), self._dialect.delimiter)
        while part := list(itertools.islice(found, BATCH_ROWS)):
            good = [(number, fields) for fields, number, _text in part if len(fields) == width]
            bad = tuple(
                Broken(first + number, tuple(fields))
                for fields, number, _text in part
                if len(fields) != width
            )
            columns = list(zip(*(fields for _number, fields in good), strict=True)) or [()] * width
            frame = pl.DataFrame(
                {
                    name: pl.Series(list(values), dtype=pl.String)
                    for name, values in zip(self.columns, columns, strict=True)
                }
            )
            rows = np.array([first + number for number, _fields in good], dtype=np.int64)
            yield Batch(rows, frame, bad)


class _OpenQuote(Exception):  # noqa: N818 - never leaves this module
    """A quotation mark is opened and never closed."""


class _Rows(io.RawIOBase):
    """The lines after the header, without blank ones; `removed` holds the numbers of those."""

    def __init__(self, stream: Utf8, *, skip: int, blank: bool) -> None:
        super().__init__()
        self._stream = stream
        self._skip = skip
        self._blank = blank
        self._open = False  # inside quotation marks
        self._line = 1
        self._rest = b""
        self._ready = b""
        self.removed: list[int] = []

    @property
    def lost(self) -> int:
        """Characters that could not be decoded."""
        return self._stream.lost

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes; b"" at the end."""
        if not self._ready:
            self._ready = self._following(size)
        part, self._ready = (self._ready[:size], self._ready[size:]) if size > 0 else (self._ready, b"")
        return part

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        """Close the file below."""
        self._stream.close()
        super().close()

    def _following(self, size: int) -> bytes:
        """Read on past the header; decoding may give more bytes than were asked for."""
        data = self._stream.read(size)
        while self._skip:
            data = self._rest + data
            end = data.find(b"\n") + 1
            if end:
                self._skip -= 1
                self._line += 1
                self._rest, data = b"", data[end:]
                continue
            more = self._stream.read(size)
            if not more:
                return b""
            self._rest, data = data, more
        return self._without_blank_lines(data, size) if self._blank else data or self._stream.read(size)

    def _without_blank_lines(self, data: bytes, size: int) -> bytes:
        """Cut whole lines off the data and leave the blank ones out, those inside quotation marks not."""
        while data:
            data = self._rest + data
            end = data.rfind(b"\n") + 1
            lines, self._rest = (data[:end], data[end:]) if end else (b"", data)
            kept = []
            for line in lines.splitlines(keepends=True):
                if line.strip(b"\r\n") or self._open:
                    kept.append(line)
                    self._open ^= bool(line.count(b'"') % 2)
                else:
                    self.removed.append(self._line)
                self._line += 1
            if kept:
                return b"".join(kept)
            data = self._stream.read(size)
        last, self._rest = self._rest, b""
        return last


class _Numbers:
    """Counts lines: records may span several, blank ones were left out."""

    def __init__(self, removed: list[int], dialect: Dialect) -> None:
        self._removed = removed
        self._delimiter = dialect.delimiter
        self._first = dialect.lines_before_rows + 1
        self._surplus = 0  # lines inside records so far

    def number(
        self,
        frame: pl.DataFrame,
        record: Numbers,
        broken: list[tuple[int, str]],
        *,
        spanning: Sequence[str] = (),
    ) -> Batch:
        """Turn record numbers (from 1) into the numbers of their first lines.

        `spanning` names the columns in which some text goes over several lines.
        """
        numbers = np.concatenate([record, [number for number, _text in broken]]).astype(np.int64)
        inside = [text.count("\n") for _number, text in broken]
        extra = np.concatenate([_lines_inside(frame, spanning), inside]).astype(np.int64)
        order = np.argsort(numbers, kind="stable") if broken else slice(None)
        before = np.zeros(len(numbers), np.int64)
        before[order] = self._surplus + np.cumsum(extra[order]) - extra[order]
        self._surplus += int(extra.sum())
        lines = numbers + before + self._first - 1
        if self._removed:
            # A line moves down by the blank ones above it; the k-th of them counts once k lines are passed.
            blanks = np.asarray(self._removed, dtype=np.int64)
            lines = lines + np.searchsorted(blanks - np.arange(len(blanks)), lines, side="right")
        found = tuple(
            Broken(int(line), tuple(self._fields(text)))
            for line, (_number, text) in zip(lines[len(record) :], broken, strict=True)
        )
        return Batch(lines[: len(record)], frame, found)

    def _fields(self, text: str) -> list[str]:
        lines = csv.reader(text.splitlines(keepends=True), delimiter=self._delimiter)
        return next(lines, [])


def _open_arrow(stream: _Rows, dialect: Dialect, note: Any) -> Any:
    names = [str(position) for position in range(len(dialect.columns))]
    try:
        return arrow_csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=_BLOCK_BYTES, column_names=names
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=dialect.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                null_values=[],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return iter(())
        raise _open_quote_or(error) from error


def _grouped(reader: Any) -> Iterator[Any]:
    """Join Arrow's blocks into batches of about `BATCH_ROWS`."""
    waiting: list[Any] = []
    blocks = iter(reader)
    while True:
        try:
            block = next(blocks, None)
        except pa.ArrowInvalid as error:
            raise _open_quote_or(error) from error
        if block is not None:
            waiting.append(block)
        if waiting and (block is None or sum(part.num_rows for part in waiting) >= BATCH_ROWS):
            yield pa.Table.from_batches(waiting)
            waiting = []
        if block is None:
            return


def _open_quote_or(error: Exception) -> Exception:
    if "straddl" in str(error):
        return _OpenQuote()
    return ImportFileError(_("The file cannot be read as a table: {error}.", error=error))


def _frame(block: Any, columns: tuple[str, ...]) -> pl.DataFrame:
    if block is None:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    frame = pl.DataFrame(block)
    frame.columns = list(columns)
    return frame


def _place(done: int, rows: int, broken: list[tuple[int, str]]) -> tuple[Numbers, list[tuple[int, str]]]:
    """Number the records of good rows after `done`, and take the broken ones that lie among them."""
    records = np.arange(done + 1, done + 1 + rows, dtype=np.int64)
    taken = []
    for bad in broken:
        if not len(records) or bad[0] > records[-1]:
            break
        records[records >= bad[0]] += 1
        taken.append(bad)
    return records, taken


def _spanning(block: Any, columns: Sequence[str]) -> list[str]:
    """Name the columns in which some text holds a line end; a search of the bytes finds it at once."""
    return [
        name
        for name, column in zip(columns, block.columns, strict=True)
        if any(b"\n" in chunk.buffers()[2].to_pybytes() for chunk in column.chunks if chunk.buffers()[2])
    ]


def _lines_inside(frame: pl.DataFrame, spanning: Sequence[str]) -> Numbers:
    """Count the line ends within the fields of each row."""
    if not spanning:
        return np.zeros(len(frame), np.int64)
    counts = frame.select(
        pl.sum_horizontal(pl.col(name).str.count_matches("\n", literal=True) for name in spanning)
    )
    return counts.to_series().to_numpy().astype(np.int64)
