"""The categories: their table as delivered, and the slug of a type that nobody listed."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import polars as pl

from i18n import N_, gettext

#: The columns of the category table, all text.
CATEGORY_COLUMNS: Final = ("slug", "zh", "en", "code", "code_kind", "group", "version", "source")

#: The groups in the order in which people are shown them, with their names.
GROUPS: Final[dict[str, str]] = {
    "parking": N_("Parking"),
    "cables": N_("Cables"),
    "posters": N_("Posters and signs"),
    "fire_safety": N_("Fire safety"),
    "structures": N_("Structures"),
    "trading": N_("Trading"),
    "cleanliness": N_("Cleanliness"),
    "order": N_("Public order"),
    "other": N_("Other"),
}

#: The slug of a report whose type is empty.
UNKNOWN: Final = "unknown"

_TABLE: Final = Path(__file__).parent / "tables" / "categories.csv"
_NOT_A_WORD: Final = re.compile(r"[\W_]+")


def delivered() -> pl.DataFrame:
    """Return the category table that a new store starts with; the city edits its own copy."""
    return pl.read_csv(_TABLE, schema=dict.fromkeys(CATEGORY_COLUMNS, pl.String))


@lru_cache(maxsize=10_000)
def slug_of(text: str | None) -> str:
    """Turn a source's own word for a type into a slug, so that `PLUMBING` and `Plumbing` are one.

    A Chinese or English name of the delivered table becomes its slug. Of anything else the letters and
    digits of every script stay, in lower case, and what stands between them becomes "_".

    Returns
    -------
    The slug; `unknown` where the text is empty.
    """
    plain = _plain(text or "")
    return _known().get(plain, plain) or UNKNOWN


def group_label(group: str) -> str:
    """Return the words for a group in the language in use."""
    return gettext(GROUPS[group]) if group in GROUPS else group


def labels(table: pl.DataFrame, locale: str) -> dict[str, str]:
    """Return the name of each category of a table, by slug; the other language's where one is missing."""
    first, second = ("zh", "en") if locale == "zh" else ("en", "zh")
    named = table.select("slug", pl.coalesce(first, second, "slug").alias("label"))
    return {UNKNOWN: gettext("uncategorised")} | dict(named.iter_rows())


def named(row: dict[str, str | None]) -> dict[str, str | None]:
    """Return a row of the table with names in both languages and a group, made up where they are missing."""
    words = (row["slug"] or UNKNOWN).replace("_", " ")
    zh, en = row.get("zh"), row.get("en")
    return {**row, "zh": zh or en or words, "en": en or zh or words, "group": row.get("group") or "other"}


def _plain(text: str) -> str:
    return _NOT_A_WORD.sub("_", unicodedata.normalize("NFKC", text).casefold()).strip("_")


@cache
def _known() -> dict[str, str]:
    """Return the slug of every name in the delivered table, each of several names alone included."""
    return {
        _plain(name): row["slug"]
        for row in delivered().iter_rows(named=True)
        for name in (row["slug"], row["en"], row["zh"], *row["zh"].split("、"))
    }
