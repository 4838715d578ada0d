"""Single reports for an export, with the style that other programs show them in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import polars as pl

from data.categories import labels
from data.codes import Box
from data.filters import Filter
from data.statuses import STATUSES, label
from data.workspace import Workspace
from i18n import current_locale
from i18n import gettext as _
from layers import palettes
from reports import files, kepler, qgis_style
from reports.provenance import Provenance
from reports.tables import MOST_REPORTS, report_table, too_many

#: Reports are read from the store in pieces, so that others can write in between.
_PIECE: Final = 10_000
_COLOURED: Final = 7


def write_reports(here: Workspace, where: Filter, path: Path, about: Provenance, *, bbox: Box | None) -> None:
    """Write the reports meant; that somebody takes them is written down, as their words may name people.

    Raises
    ------
    GezhiError
        More reports than one file may have.
    """
    total = here.cube.total(where, bbox=bbox)
    if total > MOST_REPORTS:
        raise too_many(total)
    here.store.note_export(actor=here.viewer, detail=urlencode(where.to_params()))
    ids = here.cube.ids(where, bbox=bbox).tolist()
    pieces = [
        here.store.reports(ids[i : i + _PIECE], actor=here.viewer) for i in range(0, len(ids) or 1, _PIECE)
    ]
    words = labels(here.store.categories(actor=here.viewer), current_locale())
    table = report_table(pl.concat(pieces), words, {status: label(status) for status in STATUSES})
    colours = _colours(table["category"].value_counts().index.tolist())
    title = _("Reports")
    if path.name.endswith(".kepler.json"):
        kepler.write_reports(table, path, label=title, colours=list(colours.values()), about=about)
        return
    style = qgis_style.categorised(title, "category", colours, words, other=_("all others"))
    files.write(table, path, files.form_of(path), layer="reports", about=about, style=style)


def _colours(categories: list[str]) -> Mapping[str, str]:
    """Give the most frequent categories a colour each."""
    shown = categories[:_COLOURED]
    colours = palettes.colours(palettes.DEFAULT, len(shown)) if shown else []
    return dict(zip(shown, colours, strict=True))
