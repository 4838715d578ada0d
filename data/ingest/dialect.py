"""How a delimited text is laid out: what parts its fields, and which line names them."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from data.ingest.tables import unique_names

_DELIMITERS: Final = (",", "\t", ";", "|", "^")
_RECORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """The layout of a delimited text."""

    delimiter: str
    columns: tuple[str, ...]
    lines_before_rows: int  # titles and header


def sniff(text: str, *, delimiter: str | None = None) -> Dialect:
    """Find the layout from the start of a text.

    The delimiter is the one that parts most records into the same number of fields. The header is the
    first record of that width: titles above it are skipped. Where the rows end in a delimiter that
    the header lacks, the header gets a nameless last column.
    """
    candidates = (delimiter,) if delimiter else _DELIMITERS
    layouts = [(_records(text, candidate), candidate) for candidate in candidates]
    records, best = max(layouts, key=lambda layout: _regularity(layout[0]))
    widths = Counter(len(fields) for fields, _line in records if any(fields))
    width = max(widths, key=lambda fields: (widths[fields], fields), default=0)
    header, line = next(
        ((fields, line) for fields, line in records if _names_columns(fields, width)),
        (records[0] if records else ([], 0)),
    )
    rows = [fields for fields, at in records if at > line and any(fields)]
    surplus = [fields for fields in rows if len(fields) == len(header) + 1 and not fields[-1].strip()]
    if rows and len(surplus) > len(rows) / 2:
        header = [*header, ""]
    return Dialect(best, tuple(unique_names(header)), line)


def records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[list[str], int, str]]:
    """Read records one by one: fields, number of the first line, the text.

    Slow and patient, for texts whose quotation marks do not match: one that is not closed within
    200 lines belongs to its own line alone, which comes back with what it holds.
    """
    ahead: list[str] = []
    number = 0
    while True:
        line = ahead.pop(0) if ahead else next(lines, None)
        if line is None:
            return
        number += 1
        taken = [line]
        while (fields := _closed(taken, delimiter)) is None and len(taken) < _RECORDS:
            following = ahead.pop(0) if ahead else next(lines, None)
            if following is None:
                break
            taken.append(following)
        if fields is None:
            ahead = taken[1:] + ahead
            taken = taken[:1]
            fields = line.rstrip("\r\n").split(delimiter)[:1]  # too few fields: the row is broken
        text = "".join(taken).rstrip("\r\n")
        if text:
            yield fields, number, text
        number += len(taken) - 1


def _closed(lines: list[str], delimiter: str) -> list[str] | None:
    """Return the fields of a record, or None while a quotation mark is open."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None if "unexpected end" in str(error) else lines[0].rstrip("\r\n").split(delimiter)
    return rows[0] if rows else []


def _records(text: str, delimiter: str) -> list[tuple[list[str], int]]:
    """Read the first records with the number of their last line; the very last may be cut off."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: list[tuple[list[str], int]] = []
    try:
        for fields in reader:
            found.append((fields, reader.line_num))
            if len(found) > _RECORDS:
                break
    except csv.Error:  # a quotation mark that is never closed
        pass
    return found[:-1] if len(found) > 2 and not text.endswith(("\n", "\r")) else found


def _regularity(records: list[tuple[list[str], int]]) -> tuple[float, int]:
    widths = Counter(len(fields) for fields, _line in records if any(fields))
    if not widths:
        return (0.0, 0)
    width, often = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return (often / widths.total() if width > 1 else 0.0, width)


def _names_columns(fields: list[str], width: int) -> bool:
    """Tell a header from a title: about as wide as the rows, at least half of it filled."""
    filled = sum(bool(field.strip()) for field in fields)
    return len(fields) >= max(width - 1, 1) and filled >= max(len(fields) / 2, min(width, 2))
