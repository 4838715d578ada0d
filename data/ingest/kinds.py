"""The source's own words for what a report is about: our slugs for them, and their names in the store."""

from collections.abc import Iterable

import polars as pl

from data.categories import UNKNOWN, slug_of
from data.ingest.plan import Plan
from data.ingest.profiles import word


def categories_of(kinds: pl.Series, plan: Plan) -> pl.Series:
    """Turn words into slugs: by the profile's own table, else as `slug_of` does."""
    listed = plan.profile.categories if plan.profile else {}
    distinct = kinds.unique().drop_nulls()
    slugs = pl.Series([listed.get(word(text)) or slug_of(text) for text in distinct], dtype=pl.String)
    return kinds.replace_strict(distinct, slugs, default=UNKNOWN, return_dtype=pl.String).fill_null(UNKNOWN)


class Names:
    """What the categories of a file are called there."""

    def __init__(self) -> None:
        self._spellings: dict[str, str] = {}

    def note(self, categories: pl.Series, kinds: pl.Series) -> None:
        """Remember a spelling of each category, rather one that is not all capitals."""
        pairs = pl.DataFrame({"slug": categories, "kind": kinds}).drop_nulls().unique(maintain_order=True)
        for slug, kind in pairs.iter_rows():
            known = self._spellings.get(slug)
            if known is None or (known.isupper() and not kind.isupper()):
                self._spellings[slug] = kind

    def unknown_to(self, slugs: Iterable[str], *, source: str) -> pl.DataFrame:
        """Return rows for the category table: those whose slug it does not have."""
        known = {*slugs, UNKNOWN}
        rows = [
            (slug, *_in_languages(kind), "other", source)
            for slug, kind in self._spellings.items()
            if slug not in known
        ]
        schema = dict.fromkeys(("slug", "zh", "en", "group", "source"), pl.String)
        return pl.DataFrame(rows, schema=schema, orient="row")


def _in_languages(kind: str) -> tuple[str | None, str | None]:
    """Return the Chinese and the English name, as far as the source's word is one."""
    if any("\u4e00" <= letter <= "\u9fff" for letter in kind):
        return kind, None
    return None, kind.replace("_", " ").capitalize() if kind.isupper() or "_" in kind else kind
