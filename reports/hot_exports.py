"""Hot spots for an export: each cell that stands out, with its class, what that was chosen by, and why."""

from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.codes import Box
from data.cube_choice import near
from data.hot_cells import HotAsked, HotCells
from data.hot_kinds import hot_cells, why
from data.workspace import Workspace
from geo.errors import NotEnoughDataError
from layers import hot_looks, hot_words, palettes
from reports import files, qgis_style
from reports.provenance import Provenance
from reports.tables import cell_table

#: Column of what the class was chosen by.
_FIGURES: Final = {
    "classes": "z",
    "now": "z",
    "outliers": "z",
    "stability": "share",
    "blind": "visits",
    "forecast": "expected",
}


@dataclass(frozen=True, slots=True)
class HotLook:
    """Which hot spots, and how they look.

    Attributes
    ----------
    palette
        One of `layers.palettes.PALETTES`.
    opacity
        0 to 1.
    """

    asked: HotAsked = field(default_factory=HotAsked)
    palette: str = palettes.DEFAULT
    opacity: float = 0.86


def write_hotspots(
    here: Workspace, path: Path, about: Provenance, *, bbox: Box | None, look: HotLook
) -> None:
    """Write the cells that have a class.

    Columns: `cell`, `resolution`, `class` (a slug), `class_name` and `reason` (in words), what the class was
    chosen by, `reports`, `lon`, `lat`, `geometry`. What was asked stands beside the filter in the file.

    Raises
    ------
    NotEnoughDataError
        There is no answer; in words why.
    """
    asked = look.asked
    found = hot_cells(here.cube, asked)
    if found.note:
        raise NotEnoughDataError(hot_words.note(found.note))
    rows = np.flatnonzero(found.codes)
    if bbox is not None:
        rows = rows[near(found.cells[rows], bbox)]
    words = hot_words.class_words(asked.kind)
    slugs = np.array(found.classes, object)[found.codes[rows]]
    table = cell_table(
        found.cells[rows],
        {
            "class": slugs,
            "class_name": np.array([words[slug].label for slug in slugs], object),
            "reason": _reasons(here, asked, found, rows),
            _FIGURES[asked.kind]: found.figures[rows].round(4),
            "reports": found.n[rows],
        },
    )
    looks = hot_looks.LOOKS[asked.kind]
    style = qgis_style.categorised(
        hot_words.titles()[asked.kind],
        "class",
        {slug: hot_looks.colour_of(one, palette=look.palette) for slug, one in looks.items()},
        {slug: one.label for slug, one in words.items()},
        other=hot_words.one_class(asked.kind, "none").label,
        areas=True,
        opacity=look.opacity,
    )
    files.write(table, path, files.form_of(path), layer="hotspots", about=_with(about, asked), style=style)


def _reasons(
    here: Workspace, asked: HotAsked, found: HotCells, rows: npt.NDArray[np.intp]
) -> npt.NDArray[Any]:
    """Say why each cell has its class: in words of its own, else what the class means."""
    said = why(here.cube, asked, found.cells[rows])
    told = zip(said, found.codes[rows].tolist(), found.figures[rows].tolist(), strict=True)
    words = [
        own or hot_words.meaning(asked.kind, found.classes[code], figure if isfinite(figure) else None)
        for own, code, figure in told
    ]
    return np.array(words, object)


def _with(about: Provenance, asked: HotAsked) -> Provenance:
    """Say beside the filter what was asked of hot spots: the same address gives the same answer again."""
    title = hot_words.titles()[asked.kind]
    how = hot_words.how(asked.step, asked.ring, asked.per, kind=asked.kind)
    return replace(
        about,
        filter={**about.filter, **asked.to_params()},
        words="; ".join(filter(None, [about.words, title, how])),
    )
