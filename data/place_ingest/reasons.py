"""Why a feature was rejected, repaired or noticed: stable codes, and the words for them."""

from dataclasses import dataclass, field
from typing import Any, Final

from i18n import N_
from i18n import gettext as _

#: Why a feature is no place. Codes are stable: others count on them.
REJECTIONS: Final[dict[str, str]] = {
    "no_shape": N_("it has no shape"),
    "off_globe": N_("its coordinates are not on the earth in this coordinate system"),
    "zero_length": N_("a line without length"),
    "no_area": N_("an area without extent"),
    "wrong_shape": N_("this kind of place cannot have this shape"),
    "no_name": N_("an area of the chain without a name"),
    "zone_rules": N_("the hours, dates or categories of an exempt zone cannot be read"),
    "repeated_id": N_("the id is repeated; the first one is kept"),
    "repeated": N_("the same place stands in the file before"),
    "nodes_missing": N_("nodes of its outline are not in the file"),
    "members_missing": N_("parts of its outline are not in the file"),
    "open_rings": N_("its outline does not close"),
}

#: What was repaired in a shape that was kept.
REPAIRS: Final[dict[str, str]] = {
    "self_intersection": N_("the outline crossed itself"),
    "ring_touches": N_("the outline touched itself"),
    "hole_outside": N_("a hole lay outside"),
    "nested": N_("rings lay in each other"),
    "disconnected": N_("holes cut the area into pieces"),
    "repeated_ring": N_("a ring stood there twice"),
    "few_points": N_("a ring had too few points"),
    "open_ring": N_("a ring was not closed"),
    "mixed_parts": N_("parts of another kind were left out"),
    "closed_line": N_("a closed line became an area"),
    "repeated_points": N_("points stood there twice"),
    "nodes_missing": N_("nodes that are not in the file were left out"),
    "invalid": N_("the shape was not valid"),
}

#: What was noticed in the file as a whole.
WARNINGS: Final[dict[str, str]] = {
    "unreadable_value": N_("{count} values cannot be read and were left out: {examples}"),
    "unknown_kind": N_("{count} kinds are not known, the shape decided: {examples}"),
    "nameless": N_("{count} places have no name: {examples}"),
    "repeated_names": N_("names that stand at several places: {examples}"),
    "overlaps": N_("{count} pairs of areas overlap; a report in both belongs to the smaller: {examples}"),
    "perhaps_gcj02": N_(
        "district files such as this one are mostly in GCJ-02 and say nothing of it; "
        "if this one is, import it with --crs gcj02"
    ),
    "crs_kept": N_("the file says that it is in {own}; it was read in {said}, as was asked for"),
    "datum_agrees": "{words}",  # the guard's own words, in the language in use
    "datum_doubt": "{words}",
    "datum_unknown": "{words}",
    "reduced": N_("{count} shapes lost a part of their area by the repair: {examples}"),
}


@dataclass(frozen=True, slots=True)
class PlaceNotice:
    """Something noticed that did not stop a feature: a code, how often, and what fills its words."""

    code: str
    count: int = 1
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.code.startswith("datum_"):
            return str(self.values["words"])
        return _(WARNINGS[self.code], count=f"{self.count:,}", **self.values)


def rejection_words(code: str) -> str:
    """Say in the locale in use why features are no places."""
    return _(REJECTIONS[code])


def repair_words(code: str) -> str:
    """Say in the locale in use what was repaired."""
    return _(REPAIRS[code])
