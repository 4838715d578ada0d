"""Cells with their figures for an export, in the classes and colours of the map."""

from pathlib import Path

from data.codes import Box
from data.filters import Filter
from data.workspace import Workspace
from i18n import gettext as _
from layers import classes, palettes
from reports import files, kepler, qgis_style
from reports.provenance import Provenance
from reports.tables import cell_table


def write_cells(
    here: Workspace, where: Filter, path: Path, about: Provenance, *, resolution: int, bbox: Box | None
) -> None:
    """Write the cells that hold the reports meant."""
    counted = here.cube.counts(where, resolution, bbox=bbox)
    table = cell_table(counted.cells, {"count": counted.counts})
    edges = classes.edges(here.cube.counts(where, resolution).counts)
    colours = palettes.colours(palettes.DEFAULT, len(edges)) if edges else []
    title = _("Reports per cell")
    if path.name.endswith(".kepler.json"):
        kepler.write_cells(
            table,
            path,
            column="count",
            label=title,
            edges=edges,
            colours=colours,
            opacity=0.8,
            about=about,
        )
        return
    words = [_range(first, last) for first, last in classes.ranges(edges)]
    style = qgis_style.graduated(title, "count", edges, colours, words, opacity=0.8)
    files.write(table, path, files.form_of(path), layer="cells", about=about, style=style)


def _range(first: int, last: int | None) -> str:
    if last is None:
        return _("{first} and more", first=first)
    return str(first) if first == last else _("{first} to {last}", first=first, last=last)
