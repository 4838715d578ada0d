"""Which column of a file holds what: as a profile knows it, as it is guessed, or as it is said by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from data.ingest import positions, times
from data.ingest.profiles import Profile, common_statuses, headers, is_cut, plain, word
from geo.errors import ImportFileError
from i18n import gettext as _

#: What a report is made of; `location` holds both coordinates, `duplicate` says yes where it is merged.
FIELDS: Final = (
    "external_id",
    "lat",
    "lon",
    "location",
    "reported_at",
    "closed_at",
    "updated_at",
    "kind",
    "description",
    "status",
    "address",
    "unit",
    "duplicate",
    "source",
)
#: What can be said by hand about the file itself.
OPTIONS: Final = ("sheet", "layer", "encoding", "delimiter", "date_format")
_ALIASES: Final = {
    "id": "external_id",
    "latitude": "lat",
    "y": "lat",
    "longitude": "lon",
    "long": "lon",
    "lng": "lon",
    "x": "lon",
    "date": "reported_at",
    "created": "reported_at",
    "created_at": "reported_at",
    "opened": "reported_at",
    "closed": "closed_at",
    "updated": "updated_at",
    "category": "kind",
    "type": "kind",
}
_GUESSED: Final = tuple(name for name in FIELDS if name not in {"source", "duplicate"})
#: This share of the values has to be what the header says; less where it says it in so many words.
_ENOUGH: Final = 0.8
_ENOUGH_IF_NAMED: Final = 0.3
_NAMED: Final = 2.0
_MOST_STATES: Final = 40


@dataclass(frozen=True, slots=True)
class Use:
    """Where a field comes from: the first of these columns that holds something, or one text for all rows."""

    columns: tuple[str, ...] = ()
    constant: str | None = None
    reason: str = ""

    def __str__(self) -> str:
        return f"={self.constant}" if self.constant is not None else " | ".join(self.columns)


def by_hand(
    wanted: Mapping[str, str] | None, columns: Sequence[str]
) -> tuple[dict[str, Use], dict[str, str]]:
    """Read what was said by hand: `{"lat": "Y", "kind": "=graffiti", "sheet": "2024"}`.

    Returns
    -------
    The fields, and the options of the file. A value that begins with "=" is one text for every row.

    Raises
    ------
    ImportFileError
        Fields that do not exist, columns that the file does not have: all of them at once.
    """
    by_plain = {plain(column): column for column in reversed(columns)}
    uses: dict[str, Use] = {}
    options: dict[str, str] = {}
    faults = []
    for name, value in (wanted or {}).items():
        field = _ALIASES.get(name.strip().lower(), name.strip().lower())
        if field in OPTIONS:
            options[field] = value
        elif field not in FIELDS:
            faults.append(
                _(
                    "'{name}' is no field; fields are {fields}",
                    name=name,
                    fields=", ".join((*FIELDS, *OPTIONS)),
                )
            )
        elif value.startswith("=") or field == "source":
            uses[field] = Use(constant=value.removeprefix("="), reason=_("said by hand"))
        elif value in columns or plain(value) in by_plain:
            column = value if value in columns else by_plain[plain(value)]
            uses[field] = Use((column,), reason=_("said by hand"))
        else:
            faults.append(_("there is no column '{name}'", name=value))
    if faults:
        raise ImportFileError(
            _(
                "{faults}. The file has the columns {columns}.",
                faults="; ".join(faults),
                columns=listed(columns),
            )
        )
    return uses, options


def from_profile(profile: Profile, columns: Sequence[str], *, short_names: bool = False) -> dict[str, Use]:
    """Return where a profile's fields come from in a file with these columns."""
    by_plain = {plain(column): column for column in reversed(columns)}
    if short_names:
        known = [plain(header) for spellings in profile.columns.values() for header in spellings]
        by_plain = {
            header: column for header in known for column in columns if is_cut(plain(column), header)
        } | by_plain
    uses = {}
    for field, spellings in profile.columns.items():
        found = dict.fromkeys(by_plain[plain(header)] for header in spellings if plain(header) in by_plain)
        if found:
            uses[field] = Use(tuple(found), reason=_("profile {name}", name=profile.title))
    return uses


def guess(sample: pl.DataFrame, *, degrees: bool = True, short_names: bool = False) -> dict[str, Use]:
    """Guess what the columns hold from their headers and from what stands in them.

    Parameters
    ----------
    sample
        The first rows of the file.
    degrees
        Whether coordinates are degrees; lengths in a declared system can have any value.
    short_names
        Whether the columns' names may be cut off, as a Shapefile cuts them.

    Returns
    -------
    For each field that was found its column, with the reason in words. Every column is used once.
    """
    cleaned = pl.DataFrame([times.clean(sample[name]).is_not_null().alias(name) for name in sample.columns])
    if sample.height:
        sample = sample.filter(cleaned.select(pl.any_horizontal(pl.all())).to_series())
    scored = [
        (score, field, column)
        for column in sample.columns
        for field in _GUESSED
        if (score := _header_score(field, plain(column), short_names=short_names)) > 0
    ]
    uses: dict[str, Use] = {}
    for score, field, column in sorted(scored, key=lambda item: -item[0]):
        taken = {name for use in uses.values() for name in use.columns}
        if field in uses or column in taken:
            continue
        enough = _ENOUGH_IF_NAMED if score >= _NAMED else _ENOUGH
        fits, why = _content(field, sample[column], degrees=degrees, enough=enough)
        if fits:
            uses[field] = Use(
                (column,), reason=_("the header says so; {why}", why=why) if why else _("the header says so")
            )
    if "reported_at" not in uses and (dated := _plainly_dated(scored, uses)):
        # No date can be read there: every row says so, rather than that all carry a day that is made up.
        uses["reported_at"] = Use((dated,), reason=_("the header says so"))
    if "lat" in uses and "lon" in uses:
        uses.pop("location", None)
    else:
        uses.pop("lat", None)
        uses.pop("lon", None)
    return uses


def _plainly_dated(scored: list[tuple[float, str, str]], uses: Mapping[str, Use]) -> str | None:
    """Return the column whose whole header promises the date of a report."""
    taken = {name for use in uses.values() for name in use.columns}
    whole = [(score, column) for score, field, column in scored if field == "reported_at" and score >= _NAMED]
    return next((column for _score, column in sorted(whole, reverse=True) if column not in taken), None)


def listed(columns: Sequence[str]) -> str:
    """Write column names for a message, not more than thirty."""
    shown = ", ".join(columns[:30])
    return shown if len(columns) <= 30 else _("{shown} and {n} more", shown=shown, n=len(columns) - 30)


def _header_score(field: str, header: str, *, short_names: bool) -> float:
    """Score a header: one that is wholly a spelling of the field before one that holds a word of it."""
    spellings = headers()[field]
    if header in spellings["whole"]:
        return 3 - spellings["whole"].index(header) / 100
    if short_names and any(is_cut(header, spelling) for spelling in spellings["whole"]):
        return 2
    held = [len(text) for text in spellings["words"] if text in header]
    return 1 + max(held) / max(len(header), 1) if held else 0.0


def _content(field: str, values: pl.Series, *, degrees: bool, enough: float) -> tuple[bool, str]:
    """Check that what stands in a column can be the field."""
    texts = times.clean(values).drop_nulls()
    if values.is_empty():
        return True, ""
    if texts.is_empty():
        return field not in {"lat", "lon", "location", "reported_at", "external_id"}, ""
    if field in {"lat", "lon"}:
        fits, why = _are_coordinates(texts, degrees=degrees, enough=enough)
    elif field == "location":
        fits, why = _share(texts.str.contains(PAIR).mean()) >= 0.5, _("pairs of numbers")
    elif field.endswith("_at"):
        fits, why = times.forms_of(values) is not None, _("dates such as {example}", example=texts[0])
    elif field == "external_id":
        # A few may be missing or repeated: those rows are told one by one.
        fits = len(texts) >= enough * len(values) and texts.n_unique() >= len(texts) * enough / 2
        why = _("{n} different values in {rows} rows", n=texts.n_unique(), rows=len(values))
    elif field == "status":
        known = pl.Series([word(text) in common_statuses() for text in texts])
        fits, why = _share(known.mean()) >= 0.3 or texts.n_unique() <= _MOST_STATES, ""
    else:
        fits, why = True, ""
    return fits, why


def _are_coordinates(texts: pl.Series, *, degrees: bool, enough: float) -> tuple[bool, str]:
    # Up to 180 for both: where they are swapped every row says so, and how to turn them round.
    numbers = pl.Series(positions.numbers(texts, texts), nan_to_null=True)
    fits = (numbers.abs() <= 180).fill_null(value=False) if degrees else numbers.is_not_null()
    words = _("values from {low} to {high}", low=numbers.min(), high=numbers.max())
    return _share(fits.mean()) >= enough, words


#: Two numbers side by side: "(41.8, -87.6)", "POINT (-87.6 41.8)", "116.85,38.30".
PAIR: Final = r"(-?\d{1,3}\.\d+)[\s,;，]+(-?\d{1,3}\.\d+)"


def _share(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
