"""Look words up in the catalogue of the locale in use."""

import io
from collections.abc import Iterable
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

_CATALOGUES = Path(__file__).parent / "locales"
_locale: ContextVar[str] = ContextVar("locale", default="en")


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


def current_locale() -> str:
    """Return the locale in use, one of `LOCALES`."""
    return _locale.get()


def gettext(message: str, **values: object) -> str:
    """Return the message in the locale in use, with its `{name}` fields filled."""
    text = _catalogue(_locale.get()).gettext(message) if message else ""
    return text.format(**values) if values else text


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """Return the form of the message for `n`, which also fills the field `{n}`."""
    return _catalogue(_locale.get()).ngettext(singular, plural, n).format(n=n, **values)


def listed(names: Iterable[str]) -> str:
    """Write names as a list of the locale in use: `a, b, and c`, `a、b和c`."""
    return format_list(list(names), locale=_locale.get())


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
