"""Excel workbooks and their kin: the sheet with the reports, its header, its rows as text."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import polars as pl

from data.ingest.files import Source
from data.ingest.mapping import guess
from data.ingest.profiles import choose
from data.ingest.reasons import Notice
from data.ingest.tables import FrameTable, unique_names
from geo.errors import ImportFileError
from i18n import gettext as _

_LOOK: Final = 30


def open_workbook(source: Source, options: Mapping[str, str]) -> FrameTable:
    """Open the sheet that is named, else the one whose columns say most about reports.

    Rows keep the numbers that the spreadsheet shows beside them; rows without any text are none.

    Raises
    ------
    ImportFileError
        A workbook that is damaged, protected or empty, or has no sheet of that name.
    """
    import fastexcel

    try:
        book = fastexcel.read_excel(source.path)
    except Exception as error:  # the library raises its own kinds and OSError
        raise ImportFileError(
            _("{name} cannot be read as a workbook: {error}.", name=source.path.name, error=_short(error))
        ) from error
    wanted = options.get("sheet")
    if wanted is not None and wanted not in book.sheet_names:
        raise ImportFileError(
            _(
                "{name} has no sheet '{sheet}'. Its sheets are {sheets}.",
                name=source.path.name,
                sheet=wanted,
                sheets=", ".join(book.sheet_names),
            )
        )
    tables = {}
    for name in [wanted] if wanted is not None else book.sheet_names:
        try:
            table = _sheet(source, book, name)
        except ImportFileError:
            if name == wanted or len(book.sheet_names) == 1:
                raise
            continue  # a sheet of charts
        if table is not None:
            tables[name] = table
    if not tables:
        raise ImportFileError(_("{name} holds no rows in any sheet.", name=source.path.name))
    best = max(tables, key=lambda name: _worth(tables[name]))
    others = [name for name in tables if name != best]
    if others:
        tables[best].notices.append(
            Notice("sheets_left", len(others), {"sheet": best, "examples": ", ".join(others)})
        )
    return tables[best]


def _sheet(source: Source, book: Any, name: str) -> FrameTable | None:
    """Read a sheet below its header; titles above it are skipped."""
    try:
        cells: pl.DataFrame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except Exception as error:
        raise ImportFileError(
            _(
                "The sheet {sheet} of {name} cannot be read: {error}.",
                sheet=name,
                name=source.path.name,
                error=_short(error),
            )
        ) from error
    if cells.is_empty():
        return None
    header = _header_row(cells)
    named = cells.row(header)
    cells = cells[header + 1 :]
    wanted = [
        position
        for position, title in enumerate(named)
        if title is not None or cells.to_series(position).null_count() < len(cells)
    ]
    frame = cells[:, wanted]
    frame.columns = unique_names([named[position] for position in wanted])
    filled = frame.select(
        pl.any_horizontal(pl.all().str.strip_chars() != "").fill_null(value=False)
    ).to_series()
    rows = np.flatnonzero(filled.to_numpy()) + header + 2
    return FrameTable(source, frame.filter(filled), rows.astype(np.int64), kind="Excel")


def _header_row(cells: pl.DataFrame) -> int:
    """Find the header: the first row that is nearly as full as the fullest of the first rows."""
    counts = [
        sum(cell is not None and bool(cell.strip()) for cell in row) for row in cells.head(_LOOK).iter_rows()
    ]
    return next(row for row, count in enumerate(counts) if count >= max(counts) * 0.6)


def _worth(table: FrameTable) -> tuple[int, int]:
    """Rank sheets: by what is known of their columns, then by their rows."""
    sample = table.sample(500)
    known = (
        100
        if choose(table.columns)
        else len(guess(sample).keys() & {"lat", "lon", "location", "reported_at"})
    )
    return known, table.estimate


def _short(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")
