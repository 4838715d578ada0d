"""What kinds of places there are, and which facts are known about one: two tables that a city reads."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from data import exempt_hours
from data.city_table import TABLES, CityTable
from i18n import current_locale
from i18n import gettext as _

#: The shapes that a kind can have.
GEOMETRIES: Final = ("area", "line", "point")
#: How important a street is.
RANKS: Final = ("main", "side", "lane")
#: The whole of a named street, and the pieces that it is made of.
STREET: Final = "street"
SEGMENT: Final = "street_segment"

#: An exempt zone, and the facts that only such a place has.
ZONE: Final = "exemption"
ZONE_FIELDS: Final = ("hours", "dates", "categories")

_TYPES: Final = (
    *("text", "whole", "metres", "square_metres", "yes_no", "adcode", "rank"),
    *("hours", "dates", "names"),  # of zones
)
_YES: Final = frozenset({"1", "1.0", "yes", "y", "true", "t", "是", "有"})
_NO: Final = frozenset({"0", "0.0", "no", "n", "false", "f", "否", "无", "没有"})
_RANK_WORDS: Final = {
    "主干道": "main",
    "主街": "main",
    "次干道": "side",
    "次街": "side",
    "支路": "side",
    "背街小巷": "lane",
    "小巷": "lane",
    "巷": "lane",
    "街巷": "lane",
}
_ADCODE_DIGITS: Final = (6, 9, 12)


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the table of kinds.

    Attributes
    ----------
    geometry
        Which of `GEOMETRIES` it may have.
    level
        Its place in the chain of areas, 1 for the largest; None where it is no part of it.
    """

    slug: str
    zh: str
    en: str
    geometry: tuple[str, ...]
    group: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Field:
    """One fact about a place: its name in the store, its type, and what files call it."""

    name: str
    type: str
    aliases: tuple[str, ...]

    def read(self, value: Any) -> Any:
        """Return a file's value in the field's type; None where it is none."""
        return _READERS[self.type](str(value).strip())


@cache
def kinds() -> Mapping[str, Kind]:
    """Return the kinds by slug, in the order of the table."""
    table = CityTable.read(
        TABLES / "place_kinds.csv", ("slug", "zh", "en", "geometry", "group", "level"), name="place_kinds.csv"
    )
    found = {
        line.text("slug"): Kind(
            line.needed("slug"),
            line.needed("zh"),
            line.needed("en"),
            line.words("geometry", GEOMETRIES),
            line.needed("group"),
            int(line.text("level")) if line.text("level") else None,
        )
        for line in table
    }
    table.check()
    return found


@cache
def fields() -> Mapping[str, Field]:
    """Return the facts that can be known about a place, by name."""
    table = CityTable.read(TABLES / "place_fields.csv", ("field", "type", "aliases"), name="place_fields.csv")
    found = {
        line.text("field"): Field(line.needed("field"), line.word("type", _TYPES), line.names("aliases"))
        for line in table
    }
    table.check()
    return found


@cache
def chain() -> tuple[str, ...]:
    """Return the kinds of the chain of areas, the largest first."""
    levels = [(kind.level, kind.slug) for kind in kinds().values() if kind.level is not None]
    return tuple(slug for _level, slug in sorted(levels))


def slug_of(text: str) -> str | None:
    """Return the kind of a slug or of a name in either language; None where there is no such kind."""
    return _words().get(text.strip().casefold())


def label(slug: str) -> str:
    """Return the words for a kind in the language in use."""
    kind = kinds().get(slug)
    if kind is None:
        return slug
    return kind.zh if current_locale().startswith("zh") else kind.en


def faults(row: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Say what is wrong with the kinds and facts of places.

    Parameters
    ----------
    row
        Kind and attributes of each.

    Returns
    -------
    A sentence each, which names the row from 0 on; attributes that are no field are anybody's own.
    """
    found = []
    for number, (kind, attributes) in enumerate(row):
        if kind not in kinds():
            found.append(_("row {row}: '{kind}' is no kind of place", row=number, kind=kind))
        for name, value in attributes.items():
            field = fields().get(name) if kind == ZONE or name not in ZONE_FIELDS else None
            if field is not None and value is not None and field.read(value) is None:
                found.append(_wrong(number, field, value))
    return found


def type_words(type_: str) -> str:
    """Say what a type expects."""
    return {
        "text": _("a text"),
        "whole": _("a whole number, 0 or more"),
        "metres": _("metres above 0"),
        "square_metres": _("square metres above 0"),
        "yes_no": _("yes or no"),
        "adcode": _("6, 9 or 12 digits"),
        "rank": _("main, side or lane"),
        "hours": _("days and hours such as mon-fri 08:00-20:00"),
        "dates": _("days such as 2026-05-01..2026-10-31"),
        "names": _("names between semicolons"),
    }[type_]


def _wrong(number: int, field: Field, value: Any) -> str:
    return _(
        "row {row}: {field} is '{value}', expected {type}",
        row=number,
        field=field.name,
        value=value,
        type=type_words(field.type),
    )


@cache
def _words() -> Mapping[str, str]:
    named: dict[str, str] = {}
    for kind in kinds().values():
        for name in (kind.slug, kind.zh, kind.en, kind.slug.replace("_", " ")):
            named.setdefault(name.casefold(), kind.slug)
    extra = {
        "小区": "compound",
        "街道": "street_office",
        "社区": "community",
        "网格": "grid",
        "道路": "street",
    }
    return {**extra, **named}


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _whole(text: str) -> int | None:
    number = _number(text)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


def _positive(text: str) -> float | None:
    number = _number(text)
    return number if number is not None and number > 0 else None


def _yes_no(text: str) -> bool | None:
    word = text.casefold()
    return True if word in _YES else False if word in _NO else None


def _adcode(text: str) -> str | None:
    digits = text.removesuffix(".0")
    return digits if digits.isascii() and digits.isdigit() and len(digits) in _ADCODE_DIGITS else None


def _rank(text: str) -> str | None:
    word = text.casefold()
    return word if word in RANKS else _RANK_WORDS.get(word)


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "text": lambda text: text or None,
    "whole": _whole,
    "metres": _positive,
    "square_metres": _positive,
    "yes_no": _yes_no,
    "adcode": _adcode,
    "rank": _rank,
    "hours": lambda text: text if exempt_hours.read_windows(text) is not None else None,
    "dates": lambda text: text if exempt_hours.read_dates(text) is not None else None,
    "names": lambda text: text or None,
}
