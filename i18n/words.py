"""Look words up in the catalogue of the locale in use."""

import io
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

#: The locales there are words for, the source language first.
LOCALES = ("en", "zh")

#: What stands between sentences, and between the parts of one.
_BETWEEN = {"en": (" ", ", "), "zh": ("", "，")}
#: A number and its sign of percent stay on one line.
_PERCENT = re.compile(r"(?<=\d) (?=%)")
_CATALOGUES = Path(__file__).parent / "locales"
_locale: ContextVar[str] = ContextVar("locale")
#: Who is asked where no locale is in use.
_asked: list[Callable[[], str]] = []


def match_locale(*wanted: str | None) -> str:
    """Choose the first of the wanted locales (`zh-CN`, `en_US`, an Accept-Language header) that has words.

    Returns
    -------
    One of `LOCALES`; English where none fits.
    """
    for header in wanted:
        for part in (header or "").split(","):
            tag = part.split(";")[0].strip().replace("-", "_")
            try:
                language = Locale.parse(tag).language
            except (UnknownLocaleError, ValueError, TypeError):
                continue
            if language in LOCALES:
                return language
    return LOCALES[0]


def use_locale(locale: str) -> None:
    """Use these words from here on, in this thread or task alone."""
    _locale.set(match_locale(locale))


def ask_for_locale(ask: Callable[[], str]) -> None:
    """Have somebody asked for the locale wherever `use_locale` has not been called in that thread or task.

    What is done before a page is drawn, such as what a click does, has words too.
    """
    _asked[:] = [ask]


def current_locale() -> str:
    """Return the locale in use, one of `LOCALES`; English where none is and nobody knows better."""
    said = _locale.get(None)
    return said or next((ask() for ask in _asked), LOCALES[0])


def gettext(message: str, **values: object) -> str:
    """Return the message in the locale in use, with its `{name}` fields filled and percentages unbroken."""
    text = _catalogue(current_locale()).gettext(message) if message else ""
    return _PERCENT.sub("\u00a0", text.format(**values) if values else text)


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """Return the form of the message for `n`, which also fills the field `{n}`."""
    text = _catalogue(current_locale()).ngettext(singular, plural, n)
    return _PERCENT.sub("\u00a0", text.format(n=n, **values))


def listed(names: Iterable[str]) -> str:
    """Write names as a list of the locale in use: `a, b, and c`, `a、b和c`."""
    return format_list(list(names), locale=current_locale())


def sentences(said: Iterable[str]) -> str:
    """Put sentences one after the other; empty ones are left out, Chinese ones need no space between."""
    return _BETWEEN[current_locale()][0].join(one for one in said if one)


def clauses(said: Iterable[str]) -> str:
    """Put the parts of a sentence one after the other: `a, b`, `a，b`."""
    return _BETWEEN[current_locale()][1].join(one for one in said if one)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, translate later"
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


@cache
def _catalogue(locale: str) -> NullTranslations:
    """Read a `.po` file straight away: no compiled file can be out of step with it."""
    path = _CATALOGUES / locale / "LC_MESSAGES" / "gezhi.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
