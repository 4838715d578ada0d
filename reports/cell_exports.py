"""Cells with their figures for an export, in the classes and colours of the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.codes import Box
from data.cube import Cube
from data.filters import Filter
from data.measured import CellFigures, cell_figures
from data.measures import MEASURES, Measure, measure
from data.periods import Period, period_of
from data.workspace import Workspace
from geo.cells import Cells
from i18n import gettext as _
from layers import classes, palettes
from reports import files, kepler, qgis_style
from reports.provenance import Provenance
from reports.tables import cell_table

#: Column of the reports behind a measure that is no count.
_BEHIND: Final = "{name}_n"


@dataclass(frozen=True, slots=True)
class Colouring:
    """By what cells are coloured, and how.

    Attributes
    ----------
    measure
        One of `data.measures.MEASURES`.
    against
        The period that a change is against; as many days right before where None.
    edges
        Lowest value of each class; about equally many cells in each of five where empty.
    palette
        One of `layers.palettes.PALETTES`.
    opacity
        0 to 1.
    """

    measure: str = MEASURES[0]
    against: Period | None = None
    edges: tuple[float, ...] = ()
    palette: str = palettes.DEFAULT
    opacity: float = 0.78


def write_cells(
    here: Workspace,
    where: Filter,
    path: Path,
    about: Provenance,
    *,
    resolution: int,
    bbox: Box | None,
    how: Colouring,
) -> None:
    """Write the cells that hold the reports meant, with every measure that they have."""
    chosen = measure(how.measure)
    figures = all_figures(here.cube, where, resolution, bbox, how)
    table = cell_table(*figures)
    edges = how.edges or _edges(here.cube, where, resolution, how)
    paint = palettes.diverging if chosen.signed else palettes.colours
    colours = paint(how.palette, len(edges)) if edges else []
    if path.name.endswith(".kepler.json"):
        kepler.write_cells(
            table,
            path,
            column=how.measure,
            label=chosen.words,
            edges=edges,
            colours=colours,
            opacity=how.opacity,
            about=about,
        )
        return
    style = qgis_style.graduated(
        chosen.words, how.measure, edges, colours, _ranges(edges, chosen), opacity=how.opacity
    )
    files.write(table, path, files.form_of(path), layer="cells", about=about, style=style)


def all_figures(
    cube: Cube, where: Filter, resolution: int, bbox: Box | None, how: Colouring
) -> tuple[Cells, dict[str, npt.NDArray[Any]]]:
    """Return the cells that have a report and their measures, each a column, with the reports behind it."""
    compares = period_of(where) is not None
    found = {
        name: cell_figures(cube, where, resolution, name, against=how.against, bbox=bbox)
        for name in MEASURES
        if compares or measure(name).kind != "change"
    }
    cells = np.unique(np.concatenate([figures.cells for figures in found.values()]))
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, figures in found.items():
        kind = measure(name)
        columns[name] = _beside(cells, figures, kind)
        if kind.kind not in {"count", "rate"}:
            columns[_BEHIND.format(name=name)] = _spread(cells, figures.cells, figures.n, np.uint32(0))
    return cells, columns


def _beside(cells: Cells, figures: CellFigures, kind: Measure) -> npt.NDArray[Any]:
    if kind.counts:
        return _spread(cells, figures.cells, figures.n, np.uint32(0))
    return _spread(cells, figures.cells, figures.values.round(kind.decimals), np.float64(np.nan))


def _spread(cells: Cells, known: Cells, values: npt.NDArray[Any], missing: np.generic) -> npt.NDArray[Any]:
    """Lay the values of some cells beside all of them; both ascending."""
    spread = np.full(cells.size, missing, dtype=missing.dtype)
    spread[np.searchsorted(cells, known)] = values
    return spread


def _edges(cube: Cube, where: Filter, resolution: int, how: Colouring) -> list[float]:
    """Choose classes from all cells of the filter, those outside of a box included."""
    chosen = measure(how.measure)
    found = cell_figures(cube, where, resolution, how.measure, against=how.against)
    if chosen.counts:
        return [float(edge) for edge in classes.edges(found.n)]
    values = np.round(found.values, chosen.decimals)
    return classes.change_edges(values) if chosen.signed else classes.figure_edges(values)


def _ranges(edges: Sequence[float], chosen: Measure) -> list[str]:
    """Say each class in words."""
    if not edges:
        return []
    unit = f" {chosen.unit}" if chosen.unit else ""
    between = [_between(low, high, chosen, unit) for low, high in pairwise(edges)]
    return [*between, _("{first} and more", first=f"{edges[-1]:g}{unit}")]


def _between(low: float, high: float, chosen: Measure, unit: str) -> str:
    if not chosen.counts:
        return _("{first} up to {last}", first=f"{low:g}", last=f"{high:g}{unit}")
    first, last = int(low), int(high) - 1
    return str(first) if first == last else _("{first} to {last}", first=first, last=last)
