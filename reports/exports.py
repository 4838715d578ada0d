"""The files that can be taken away: cells with their figures, or single reports, for other programs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from data.codes import Box
from data.filters import Filter
from data.workspace import Workspace
from i18n import current_locale
from reports import files, kepler
from reports.cell_exports import Colouring, write_cells
from reports.hot_exports import HotLook, write_hotspots
from reports.provenance import Provenance
from reports.report_exports import write_reports

KEPLER: Final = "kepler.json"
#: The endings of the files that can be asked for.
ENDINGS: Final = (*files.MEDIA_TYPES, KEPLER)
CELLS: Final = "cells"
REPORTS: Final = "reports"
HOTSPOTS: Final = "hotspots"


class Export(NamedTuple):
    """A file that was made: where it lies, how the reader's copy is called, and what it is."""

    path: Path
    name: str
    media_type: str


class Exports:
    """Everything that can be taken away, by name: `cells.csv`, `reports.gpkg`, …

    Parameters
    ----------
    words
        Says a filter for people.
    """

    def __init__(self, words: Callable[[Workspace, Filter], str] = lambda _here, _where: "") -> None:
        self._words = words

    @property
    def names(self) -> tuple[str, ...]:
        """What can be asked for."""
        tables = tuple(f"{what}.{ending}" for what in (CELLS, REPORTS) for ending in ENDINGS)
        return (*tables, *(f"{HOTSPOTS}.{ending}" for ending in files.MEDIA_TYPES))

    def write(
        self,
        here: Workspace,
        name: str,
        where: Filter,
        folder: Path,
        *,
        resolution: int,
        bbox: Box | None = None,
        how: Mapping[str, Any] | None = None,
    ) -> Export:
        """Write a file into a folder.

        Parameters
        ----------
        name
            One of `names`.
        where, bbox
            The reports that are meant, everywhere or in a part of the map (west, south, east, north).
        resolution, how
            Of cells: their size, and the fields of `Colouring`; of hot spots those of `HotLook`.

        Raises
        ------
        GezhiError
            More reports than one file may have.
        """
        what, _dot, ending = name.partition(".")
        about = provenance(here, where, words=self._words(here, where))
        path = folder / f"export.{ending}"
        if what == CELLS:
            write_cells(
                here, where, path, about, resolution=resolution, bbox=bbox, how=Colouring(**(how or {}))
            )
        elif what == HOTSPOTS:
            write_hotspots(here, path, about, bbox=bbox, look=HotLook(**(how or {})))
        else:
            write_reports(here, where, path, about, bbox=bbox)
        media_type = kepler.MEDIA_TYPE if ending == KEPLER else files.MEDIA_TYPES[files.form_of(path)]
        return Export(path, about.file_name(what, ending), media_type)


def provenance(here: Workspace, where: Filter, *, words: str) -> Provenance:
    """Say where the figures of a document come from that is made now."""
    return Provenance(
        title=here.title(current_locale()),
        filter=where.to_params(),
        words=words,
        version=here.cube.version,
        made_at=datetime.now(ZoneInfo(here.tz)),
        sources=tuple(here.cube.sources()),
        synthetic=here.synthetic,
    )
