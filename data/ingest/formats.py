"""Open a file of any kind as a table."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from data.ingest.columnar import open_parquet
from data.ingest.delimited import DelimitedTable
from data.ingest.files import Kind, Source, recognise
from data.ingest.records import open_json, open_xml
from data.ingest.tables import Table
from data.ingest.vectors import open_layer
from data.ingest.workbook import open_workbook

_Opener = Callable[[Source, Mapping[str, str]], Table]


def open_table(path: Path, options: Mapping[str, str] | None = None) -> Table:
    """Open a file, whatever its kind.

    Parameters
    ----------
    path
        CSV or the like, Excel, GeoJSON, GeoPackage, Shapefile, Parquet, Open311 JSON or XML; gz too.
    options
        What was said by hand about the file: `encoding`, `delimiter`, `sheet`, `layer`.

    Raises
    ------
    ImportFileError
        What cannot be read, with the reason.
    """
    source = recognise(path)
    return _OPENERS[source.kind](source, options or {})


def _text(source: Source, options: Mapping[str, str]) -> Table:
    return DelimitedTable(source, encoding=options.get("encoding"), delimiter=options.get("delimiter"))


_OPENERS: Final[dict[Kind, _Opener]] = {
    "text": _text,
    "workbook": open_workbook,
    "vector": open_layer,
    "parquet": open_parquet,
    "json": open_json,
    "xml": open_xml,
}
