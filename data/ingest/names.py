"""The categories that only a file knows: they enter the category table under the file's own words."""

from collections import Counter
from collections.abc import Container

import polars as pl

from data.categories import CATEGORY_COLUMNS


class Names:
    """How often each category was called what, over all batches of a file."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, reports: pl.DataFrame) -> None:
        """Take up a batch (columns `category`, `kind`)."""
        counted = reports.drop_nulls("kind").group_by("category", "kind").len()
        self._counts.update({(slug, kind): n for slug, kind, n in counted.iter_rows()})

    def unlisted(self, known: Container[str], *, source: str) -> pl.DataFrame:
        """Return the rows that the category table lacks; the commonest spelling is the name."""
        names: dict[str, str] = {}
        for (slug, kind), _n in sorted(self._counts.items(), key=lambda item: (-item[1], item[0])):
            if slug not in known:
                names.setdefault(slug, _as_name(kind))
        rows = [
            {
                "slug": slug,
                "zh": None if name.isascii() else name,
                "en": name,
                "group": "other",
                "source": source,
            }
            for slug, name in names.items()
        ]
        return pl.DataFrame(
            rows, schema=dict.fromkeys(("slug", "zh", "en", "group", "source"), pl.String)
        ).select(name for name in CATEGORY_COLUMNS if name in {"slug", "zh", "en", "group", "source"})


def _as_name(kind: str) -> str:
    """Write capitals as a sentence is written, underscores as blanks; else as the source has it."""
    text = " ".join(kind.replace("_", " ").split())
    return text.capitalize() if text.isupper() and text.isascii() else text
