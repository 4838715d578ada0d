"""The box on the map that finds a place by its name."""

from collections.abc import Mapping

from i18n import current_locale
from layers import words
from layers.element import ScriptLayer


class SearchBox(ScriptLayer):
    """A search box in the map's corner; what is chosen there is gone to, a cell is selected as by a click.

    It asks `/api/search` while somebody types. The key `/` leads to it, Escape back to the map.

    Parameters
    ----------
    kinds
        What the kinds of places are called; one without a name is told by its name alone.
    labels
        Words to change (`words.labels`); the others are in the locale in use.
    locale
        Of names: `name_en` before `name` for `en`; the one in use where left out.
    """

    part = "search"

    def __init__(
        self,
        *,
        kinds: Mapping[str, str] | None = None,
        labels: dict[str, str] | None = None,
        locale: str | None = None,
    ) -> None:
        super().__init__(
            {
                "kinds": dict(kinds or {}),
                "labels": words.labels(**(labels or {})),
                "locale": locale or current_locale(),
            }
        )
