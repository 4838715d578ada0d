"""Why a row was rejected, doubted or changed on its way in: stable codes, and the words for them."""

from dataclasses import dataclass, field
from typing import Any, Final

from i18n import N_
from i18n import gettext as _

#: Why a row was not taken. Codes are stable: others count on them. Fields are filled from the row.
REJECTIONS: Final[dict[str, str]] = {
    "wrong_fields": N_("the row has {found} fields where the header has {expected}"),
    "empty_row": N_("nothing in the row says what, where or when"),
    "header_again": N_("the header stands here again"),
    "no_id": N_("the id is missing"),
    "no_coordinates": N_("the coordinates are missing"),
    "unreadable_coordinates": N_("the coordinates are no numbers"),
    "zero_coordinates": N_("the coordinates are 0, 0: the address was not found"),
    "out_of_range": N_("the coordinates are not on the earth"),
    "swapped_coordinates": N_("longitude and latitude are swapped"),
    "no_date": N_("the date of the report is missing"),
    "unreadable_date": N_("the date of the report cannot be read"),
    "closed_before_reported": N_("it was closed before it was reported"),
    "repeated_id": N_("the id is repeated; row {kept} is kept"),
}

#: The words for many rows, where those for one have fields.
_IN_GENERAL: Final[dict[str, str]] = {
    "wrong_fields": N_("the row has more or fewer fields than the header"),
    "repeated_id": N_("the id is repeated; the latest row is kept"),
}

#: The order of the codes is their number in arrays.
REJECTION_CODES: Final = tuple(REJECTIONS)

#: Why the position of a report that was taken is doubted; the column `suspect` holds the code.
SUSPICIONS: Final[dict[str, str]] = {
    "far": N_("far from everything else in the file"),
    "outside_area": N_("outside the area that the profile covers"),
}

#: What was noticed in rows that were taken, or in the file as a whole.
WARNINGS: Final[dict[str, str]] = {
    "closing_date_dropped": N_("{count} reports are not closed but have a closing date; it was dropped"),
    "unreadable_closing_date": N_("{count} closing dates cannot be read; those reports have none"),
    "unreadable_update_date": N_("{count} dates of the last change cannot be read; those reports have none"),
    "future_date": N_("{count} reports are dated in the future"),
    "unknown_status": N_("{count} reports have a status that is not known: {examples}"),
    "repaired_text": N_("{count} texts were damaged by a wrong decoding and have been repaired"),
    "damaged_text": N_(
        "{count} texts in columns that are not used are damaged by a wrong decoding: {examples}"
    ),
    "zero_characters": N_("{count} texts held zero characters, which no store takes; they were left out"),
    "half_characters": N_("{count} texts held half a character; it reads �"),
    "lost_characters": N_("{count} characters could not be decoded as {encoding}; they read �"),
    "identical_rows": N_(
        "rows that repeat an earlier one word for word and count as reports of their own: {count}"
    ),
    "no_rows": N_("the file has a header and no rows"),
    "no_id_column": N_("no column holds an id; each report is known by the content of its row"),
    "no_date_column": N_(
        "no column holds a date; all reports carry {day}, the day the file was last changed "
        "(another: --map reported_at==2024-09-01)"
    ),
    "ambiguous_dates": N_(
        "dates such as {examples} may put the day or the month first; read as {format} "
        "(otherwise: --map date_format={other})"
    ),
    "datum_guessed": N_("{words} (otherwise: --crs, or --force to take the file as it stands)"),
    "datum_forced": N_("imported as declared all the same: {words}"),
    "datum_unknown": N_("{words} Say it with --crs wgs84, gcj02 or bd09."),
    "zone_doubtful": N_(
        "times were read as {zone}, but the points lie far from there; set the zone with --tz"
    ),
    "other_zone": N_("the file's times are of {zone}, the store's days are of {store_zone}"),
    "swapped_columns": N_("most rows lie right once longitude and latitude are swapped; is it {option}?"),
    "scattered": N_(
        "the points lie in several places, none of them the main one; none is doubted for its distance"
    ),
    "sheets_left": N_("the sheet {sheet} was read; left aside: {examples} (another: --map sheet=NAME)"),
    "layers_left": N_("the layer {layer} was read; left aside: {examples} (another: --map layer=NAME)"),
    "broken_quotes": N_("a quotation mark is opened and never closed; the file was read line by line"),
}


#: The codes of what the datum guard notices.
DATUM_CODES: Final = ("datum_guessed", "datum_forced", "datum_unknown")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something noticed that did not stop a row or a file: a code, how often, and what fills its words."""

    code: str
    count: int = 1
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _(WARNINGS[self.code], count=f"{self.count:,}", **self.values)


def rejection_words(code: str, **values: Any) -> str:
    """Say in the locale in use why a row was rejected; without the row's values why rows are."""
    return _(REJECTIONS[code], **values) if values else _(_IN_GENERAL.get(code, REJECTIONS[code]))


def suspicion_words(code: str) -> str:
    """Say in the locale in use why a position is doubted."""
    return _(SUSPICIONS[code]) if code in SUSPICIONS else code
