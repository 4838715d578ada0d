"""What the import page decides: where an upload is kept, what its reader chose. Knows no Streamlit."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, TypedDict

import polars as pl

from data.ingest import Summary, Survey
from data.ingest.mapping import FIELDS, Use
from data.ingest.space import full_disk_explained
from data.schema import UTC
from data.statuses import STATUSES, label
from i18n import N_
from i18n import gettext as _

#: File endings that the page offers; the content decides what a file is.
ENDINGS: Final = (
    "csv", "tsv", "txt", "gz", "xlsx", "xls", "ods", "json", "geojson", "gpkg", "zip", "parquet", "xml",
)  # fmt: skip
#: Coordinate systems that the page offers by name; the first is what a file without a word is taken for.
SYSTEMS: Final = ("", "EPSG:4326", "gcj02", "bd09", "EPSG:4490")

_FIELD_WORDS: Final[dict[str, str]] = {
    "external_id": N_("Number"),
    "lat": N_("Latitude"),
    "lon": N_("Longitude"),
    "location": N_("Both coordinates in one"),
    "reported_at": N_("Reported at"),
    "closed_at": N_("Closed at"),
    "updated_at": N_("Updated at"),
    "kind": N_("Category"),
    "description": N_("Description"),
    "status": N_("Status"),
    "address": N_("Address"),
    "unit": N_("Responsible unit"),
    "duplicate": N_("Is a duplicate"),
    "source": N_("Source"),
}
_KEEP_BYTES: Final = 1 << 20


class ReadingOptions(TypedDict):
    """The keywords of `import_file` and `survey` that say how a file is read."""

    crs: str | None
    tz: str | None
    profile: str | None
    mapping: dict[str, str] | None
    force: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read, as far as its reader said."""

    crs: str | None = None
    tz: str | None = None
    profile: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    force: bool = False

    def options(self) -> ReadingOptions:
        """Return the choices as keywords."""
        return {
            "crs": self.crs,
            "tz": self.tz,
            "profile": self.profile,
            "mapping": dict(self.mapping) or None,
            "force": self.force,
        }

    def but(self, **changes: Any) -> "Reading":
        """Return a copy with some choices changed."""
        return replace(self, **changes)


def keep_upload(upload: BinaryIO, name: str, folder: Path) -> Path:
    """Write an upload into a folder of its own, under its own name without any path.

    The same content under the same name is the same file, so that a rerun of the page finds it again.

    Raises
    ------
    ImportFileError
        The disk is full; what was written of the upload is removed.
    """
    digest = hashlib.blake2b(digest_size=8)
    while block := upload.read(_KEEP_BYTES):
        digest.update(block)
    upload.seek(0)
    safe = Path(name.replace("\\", "/")).name or "upload"
    path = folder / digest.hexdigest() / safe
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{safe}.part")
        try:
            with full_disk_explained(safe), aside.open("wb") as target:
                shutil.copyfileobj(upload, target, _KEEP_BYTES)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        upload.seek(0)
    return path


def field_label(field: str) -> str:
    """Return the words for a field of a report."""
    return _(_FIELD_WORDS[field]) if field in _FIELD_WORDS else field


def offered_fields(survey: Survey) -> list[str]:
    """Return the fields whose column can be chosen on the page, those that are missing first."""
    shown = [field for field in FIELDS if field not in {"source", "duplicate"}]
    return sorted(shown, key=lambda field: field not in survey.missing)


def column_of(use: Use | None) -> str | None:
    """Return the column that a field comes from, None where it comes from none."""
    return use.columns[0] if use and use.columns else None


def changed_mapping(survey: Survey, chosen: Mapping[str, str | None]) -> dict[str, str]:
    """Return what the reader changed against the guess: field -> column."""
    return {
        field: column
        for field, column in chosen.items()
        if column is not None and column != column_of(survey.mapping.get(field))
    }


def sample_in_words(survey: Survey) -> pl.DataFrame:
    """Return the first reports as they would be taken: named columns, times of the city, words for states."""
    times = [name for name, dtype in survey.sample.schema.items() if dtype == UTC]
    words = {status: label(status) for status in STATUSES}
    shown = survey.sample.select(
        *(
            pl.col(name).dt.convert_time_zone(survey.tz).dt.strftime("%Y-%m-%d %H:%M")
            if name in times
            else pl.col(name).replace(words)
            if name == "status"
            else pl.col(name)
            for name in survey.sample.columns
            if name not in {"category", "suspect", "source"}
        )
    )
    return shown.rename({name: field_label(name) for name in shown.columns})


def can_go(survey: Survey) -> bool:
    """Return whether there is something to import, and no doubt about the datum in its way."""
    return survey.taken > 0 and not (survey.datum and survey.datum.stops)


def sum_in_words(summary: Summary) -> str:
    """Return the figures of an import as the sum that they are."""
    return _(
        "{read} rows read = {taken} new + {updated} updated + {unchanged} unchanged + {rejected} rejected",
        read=f"{summary.read:,}",
        taken=f"{summary.taken:,}",
        updated=f"{summary.updated:,}",
        unchanged=f"{summary.unchanged:,}",
        rejected=f"{summary.rejected:,}",
    )


def went_on_in_words(summary: Summary) -> str:
    """Say that an import went on where an earlier one had stopped."""
    return _(
        "It went on at row {rows}; the figures are those of the whole file.", rows=f"{summary.went_on_at:,}"
    )


def state_in_words(row: Mapping[str, Any]) -> str:
    """Say how an import of `Store.imports` ended, or how far it is."""
    if row["state"] == "failed":
        return _("failed: {error}", error=json.loads(row["summary"] or "{}").get("error", ""))
    words = {
        "done": N_("whole"),
        "running": N_("under way: row {rows} of {total}"),
        "stopped": N_("stopped at row {rows} of {total}; import the file again, and it goes on there"),
    }[row["state"]]
    return _(words, rows=f"{row['rows_done'] or 0:,}", total=f"{row['rows_total'] or 0:,}")


def way_on_in_words(row: Mapping[str, Any]) -> str:
    """Say how an import that stopped goes on."""
    return _(
        "An import of this file stopped at row {rows} of {total}. Read in the same way, it goes on there.",
        rows=f"{row['rows_done'] or 0:,}",
        total=f"{row['rows_total'] or 0:,}",
    )
