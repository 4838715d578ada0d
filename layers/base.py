"""Streets, boundaries and other places under the cells, their names above them."""

from collections.abc import Mapping, Sequence
from typing import Any

from i18n import current_locale
from layers import words
from layers.element import ScriptLayer
from layers.online import OnlineMap
from layers.palettes import Theme


class BaseLayer(ScriptLayer):
    """The offline base of a map, fetched from `/api/places` as the map moves; see `wire` for the shape.

    Parameters
    ----------
    source
        None to fetch; or a GeoJSON FeatureCollection with the properties that `wire` names, for a page
        without a server.
    labels
        Words to change (`words.labels`); the others are in the locale in use.
    theme
        `light` or `dark`.
    version
        Of the places: another one makes the map fetch again.
    tiles
        Address of a PMTiles file with the same places, on the server of the scripts; where it cannot be read
        the places themselves are fetched.
    locale
        Of names: `name_en` before `name` for `en`; the one in use where left out.
    online
        Online maps that may lie under the cells instead: only with them a request leaves the machine, and
        only when somebody chooses one, by hand or by `base=` in the page's address.
    first
        What lies there at first: `own`, `none` or the name of one of `online`.
    """

    part = "base"

    def __init__(
        self,
        source: Mapping[str, Any] | None = None,
        *,
        labels: dict[str, str] | None = None,
        theme: Theme = "light",
        version: str = "",
        tiles: str = "",
        locale: str | None = None,
        online: Sequence[OnlineMap] = (),
        first: str = "own",
    ) -> None:
        super().__init__(
            {
                "query": "" if source is None else None,
                "answer": dict(source) if source is not None else None,
                "labels": words.labels(**(labels or {})),
                "theme": theme,
                "version": version,
                "tiles": tiles,
                "locale": locale or current_locale(),
                "online": [service.options for service in online] or None,
                "first": first,
            }
        )
