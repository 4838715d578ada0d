"""Where the figures of a document come from: every file that leaves the product says so in itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from i18n import gettext as _
from i18n import listed

PROGRAM: Final = "Gezhi 格治"
#: What a file's name may not hold anywhere, and how much of a title it holds.
_NOT_IN_NAMES: Final = re.compile(r"[^\w-]+")
_MOST_LETTERS: Final = 40


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a document shows, of which data, and when.

    Attributes
    ----------
    title
        The city.
    filter
        The filter as parameters of an address (`Filter.to_params`): it selects the same reports again.
    words
        The same for people; empty where everything is meant.
    version
        Of the data (`Cube.version`).
    made_at
        With the city's time zone.
    sources
        The feeds of the reports.
    synthetic
        Whether the reports are made up.
    """

    title: str
    filter: Mapping[str, str]
    words: str
    version: str
    made_at: datetime
    sources: tuple[str, ...]
    synthetic: bool = False

    @property
    def query(self) -> str:
        """The filter as one line; empty where everything is meant."""
        return urlencode(self.filter)

    def to_dict(self) -> dict[str, Any]:
        """Return it for the head of a file, under names that do not depend on a language."""
        return {
            "program": PROGRAM,
            "title": self.title,
            "filter": dict(self.filter),
            "filter_words": self.words,
            "data_version": self.version,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "sources": list(self.sources),
            "synthetic": self.synthetic,
        }

    def lines(self) -> list[str]:
        """Return it in words, line by line, for a reader."""
        made = _(
            "Made on {time} from data version {version}.",
            time=self.made_at.strftime("%Y-%m-%d %H:%M %Z"),
            version=self.version,
        )
        found = [self.title, self.words or _("All reports"), made]
        if self.synthetic:
            found.append(_("Synthetic demo data: no real place or person."))
        elif self.sources:
            found.append(_("Sources: {sources}", sources=listed(self.sources)))
        return found

    def file_name(self, what: str, ending: str) -> str:
        """Return a name that sorts by day and is possible on every system."""
        title = _NOT_IN_NAMES.sub("-", self.title).strip("-")[:_MOST_LETTERS] or "gezhi"
        return f"{title}-{what}-{self.made_at:%Y-%m-%d-%H%M}.{ending}"
