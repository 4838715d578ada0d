"""Chinese and English by gettext: the words of every room, chosen per thread of work."""

from i18n.words import (
    LOCALES,
    N_,
    ask_for_locale,
    clauses,
    current_locale,
    gettext,
    listed,
    match_locale,
    ngettext,
    sentences,
    use_locale,
)

__all__ = [
    "LOCALES",
    "N_",
    "ask_for_locale",
    "clauses",
    "current_locale",
    "gettext",
    "listed",
    "match_locale",
    "ngettext",
    "sentences",
    "use_locale",
]
