"""What is known about files: cities' exports by their headers, and the usual words for columns and states."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from geo.errors import ImportFileError
from i18n import gettext as _

_FOLDER: Final = Path(__file__).parent / "profiles"
_NOT_A_WORD: Final = re.compile(r"[\W_]+")
_EMPTY: Final[Mapping[str, str]] = MappingProxyType({})
#: A column name in a Shapefile has ten bytes at most; of much less it cannot be told what it was.
_SHORT: Final = 10
_LEAST_SHORT: Final = 6


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of export whose columns and words are known; the files in `profiles/` are the facts."""

    name: str
    title: str
    source: str
    signatures: tuple[tuple[str, ...], ...]
    columns: Mapping[str, tuple[str, ...]]  # field -> header spellings; the first value that is there counts
    tz: str | None = None
    crs: str | None = None
    extent: tuple[float, float, float, float] | None = None  # west, south, east, north of what it covers
    date_formats: tuple[str, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    categories: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    closed_at_is_update: bool = False  # the closing date is the last change of what is closed

    @classmethod
    def from_toml(cls, name: str, text: str) -> "Profile":
        """Read a profile."""
        facts = tomllib.loads(text)
        return cls(
            name=name,
            signatures=tuple(tuple(plain(header) for header in one) for one in facts.pop("signatures")),
            columns={key: tuple(headers) for key, headers in facts.pop("columns").items()},
            extent=tuple(facts.pop("extent", ())) or None,
            date_formats=tuple(facts.pop("date_formats", ())),
            statuses=_words(facts.pop("statuses", {})),
            categories=_words(facts.pop("categories", {})),
            **facts,
        )

    def fits(self, columns: Sequence[str], *, short_names: bool = False) -> bool:
        """Tell whether a file with these columns is such an export.

        Parameters
        ----------
        columns
            The file's columns.
        short_names
            Whether they may be cut off, as a Shapefile cuts them.
        """
        there = {plain(column) for column in columns}
        return any(
            all(
                header in there or (short_names and any(is_cut(column, header) for column in there))
                for header in signature
            )
            for signature in self.signatures
        )

    def knows(self, columns: set[str]) -> int:
        """Count the columns, by their letters alone, that the profile has a use for."""
        return sum(plain(header) in columns for headers in self.columns.values() for header in headers)


def plain(text: str) -> str:
    """Reduce a header or a word to its letters and digits, in lower case."""
    return _NOT_A_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def is_cut(column: str, header: str) -> bool:
    """Tell whether a column's name, letters alone, is a header cut off after ten bytes."""
    return _LEAST_SHORT <= len(column.encode()) <= _SHORT and header.startswith(column)


def word(text: str) -> str:
    """Reduce a state or a type to how it is compared: lower case, blanks single, "_" as a blank."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the profiles by name."""
    files = sorted(_FOLDER.glob("*.toml"))
    return {path.stem: Profile.from_toml(path.stem, path.read_text("utf-8")) for path in files}


def choose(columns: Sequence[str], name: str | None = None, *, short_names: bool = False) -> Profile | None:
    """Return the profile with this name, else the one that fits the columns, else None.

    Raises
    ------
    ImportFileError
        There is no profile of this name.
    """
    if name:
        wanted = plain(name)
        for profile in profiles().values():
            if wanted in {plain(profile.name), plain(profile.source), plain(profile.title)}:
                return profile
        raise ImportFileError(
            _(
                "There is no profile '{name}'. Expected one of {names}.",
                name=name,
                names=", ".join(profiles()),
            )
        )
    fitting = [profile for profile in profiles().values() if profile.fits(columns, short_names=short_names)]
    there = {plain(column) for column in columns}
    return max(fitting, key=lambda profile: profile.knows(there), default=None)


@cache
def headers() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return what columns may be called in files that no profile knows: field -> "whole" and "words"."""
    facts = tomllib.loads((_FOLDER.parent / "headers.toml").read_text("utf-8"))
    return {
        name: {kind: tuple(plain(header) for header in spellings[kind]) for kind in ("whole", "words")}
        for name, spellings in facts.items()
    }


@cache
def common_statuses() -> Mapping[str, str]:
    """Return the usual words for states: word -> one of STATUSES."""
    facts = tomllib.loads((_FOLDER.parent / "statuses.toml").read_text("utf-8"))
    return {word(text): status for status, texts in facts.items() for text in (status, *texts)}


def _words(table: dict[str, Any]) -> Mapping[str, str]:
    return {word(text): str(ours) for text, ours in table.items()}
