"""Places in words: what kinds are called, what their rates are by, how they are named. Knows no Streamlit."""

import math
from collections.abc import Mapping
from typing import Any, Final

from data import place_kinds
from data.place_rates import Measure
from data.place_records import Place
from i18n import N_, current_locale, gettext
from i18n import gettext as _

#: Kinds that reports are counted for, as people look for them: streets, grounds, then areas from the largest.
COUNTED: Final[dict[str, str]] = {
    "street": N_("Streets"),
    "compound": N_("Compounds"),
    "market": N_("Markets"),
    "school": N_("Schools"),
    "hospital": N_("Hospitals"),
    "park": N_("Parks"),
    "square": N_("Squares"),
    "province": N_("Provinces"),
    "city": N_("Cities"),
    "district": N_("Districts"),
    "street_office": N_("Street offices"),
    "community": N_("Communities"),
    "grid": N_("Grids"),
}

_MISSING: Final = {
    "length_m": N_("length unknown"),
    "households": N_("households unknown"),
    "area_m2": N_("area unknown"),
}
_HECTARE_M2: Final = 10_000
_SURE: Final = 1.96


def kinds_label(kind: str) -> str:
    """Return what the places of a kind are called together."""
    return gettext(COUNTED[kind]) if kind in COUNTED else place_kinds.label(kind)


def missing_words(measure: Measure) -> str:
    """Say why a place has no rate."""
    return gettext(_MISSING[measure.column])


def title_words(measure: Measure) -> str:
    """Return the title of a legend or a column: what the rate is by."""
    return _("Reports {unit}", unit=measure.words)


def place_name(row: Mapping[str, Any]) -> str:
    """Return a place's name in the language in use, or what stands for it."""
    name = (row.get("name_en") if current_locale() == "en" else None) or row.get("name")
    if name:
        return str(name)
    return _("{kind} without a name, number {id}", kind=place_kinds.label(row["kind"]), id=row["id"])


def name_of(place: Place) -> str:
    """Return the name of a place as the store gives it."""
    english = place.attributes.get("name_en")
    return place_name({"id": place.id, "kind": place.kind, "name": place.name, "name_en": english})


def area_name(row: Mapping[str, Any]) -> str:
    """Return the name of the area around a place in the language in use; empty where there is none."""
    return str((row.get("area_en") if current_locale() == "en" else None) or row.get("area") or "")


def rate_words(rate: float | None) -> str:
    """Write a rate with two or three digits; a dash where there is none."""
    if rate is None:
        return "–"
    if rate >= 100:
        return f"{rate:,.0f}"
    return f"{rate:.1f}" if rate >= 10 else f"{rate:.2f}"


def size_words(row: Mapping[str, Any]) -> str:
    """Say how large a place is: metres, hectares, households; what is unknown is left out."""
    parts = []
    if row.get("length_m"):
        parts.append(_("{n} m long", n=f"{row['length_m']:,.0f}"))
    if row.get("area_m2"):
        parts.append(_("{n} ha", n=f"{row['area_m2'] / _HECTARE_M2:,.1f}"))
    if row.get("households"):
        parts.append(_("{n} households", n=f"{row['households']:,}"))
    return " · ".join(parts)


def change_words(now: int, before: int | None) -> str:
    """Say how a count changed against the period before; empty where that is not known."""
    if before is None:
        return ""
    if not before:
        return _("new") if now else "±0"
    return "±0 %" if now == before else f"{(now - before) / before:+.0%}"


def is_increase(now: int, before: int | None) -> bool:
    """Tell whether a count grew beyond chance: by more than 1.96 standard errors of two Poisson counts."""
    return before is not None and now - before > _SURE * math.sqrt(now + before)
