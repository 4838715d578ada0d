"""The cells of a plan as a file, for the telephone of who goes there or for another program."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from geo.cells import Cells
from reports import files, qgis_style
from reports.files import Format
from reports.provenance import Provenance
from reports.tables import cell_table


def plan_file(
    cells: Cells, columns: Mapping[str, npt.NDArray[Any]], form: Format, about: Provenance
) -> bytes:
    """Write the cells of a plan, the first first.

    Parameters
    ----------
    cells
        Shape (n,).
    columns
        Columns of shape (n,) beside those of `reports.tables.cell_table`, by name.

    Returns
    -------
    The file; texts that a spreadsheet would take for formulas are none.
    """
    table = cell_table(cells, columns)
    plain = qgis_style.graduated("forecast", "expected", [], [], [], opacity=0.8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"plan.{form}"
        files.write(table, path, form, layer="forecast", about=about, style=plain)
        return path.read_bytes()
