"""Streets in the colours of how densely reports lie along them."""

from i18n import current_locale
from i18n import gettext as _
from layers import palettes, words
from layers.element import ScriptLayer
from layers.palettes import Theme


class StreetDensityLayer(ScriptLayer):
    """Streets coloured by reports per km, from `/api/street-lines` and `/api/street-density`.

    See `street_wire` for their shapes. It takes the place of `HexLayer`: only one of the two is on a map.

    Parameters
    ----------
    query
        A filter as a query string.
    bandwidth
        In metres along streets: how far one report counts.
    weight
        What is weighed: `count`, `open`, …
    title
        Of the legend; what is weighed, per km of street.
    places
        Version of the places: another one makes the map fetch the streets again.
    labels, palette, theme, opacity, version, locale
        See `HexLayer`.
    """

    part = "along"

    def __init__(
        self,
        query: str = "",
        *,
        bandwidth: int = 200,
        weight: str = "count",
        title: str | None = None,
        places: str = "",
        labels: dict[str, str] | None = None,
        palette: str = palettes.DEFAULT,
        theme: Theme = "light",
        opacity: float = 0.85,
        version: str = "",
        locale: str | None = None,
    ) -> None:
        if bandwidth <= 0:
            raise ValueError(f"A bandwidth of {bandwidth} m. Expected metres above 0.")
        super().__init__(
            {
                "query": query.lstrip("?"),
                "bandwidth": bandwidth,
                "weight": weight,
                "title": title or _("Reports per km of street"),
                "places": places,
                "labels": words.labels(**(labels or {})),
                "stops": palettes.colours(palette, palettes.CLASSES[-1], theme),
                "theme": theme,
                "opacity": opacity,
                "version": version,
                "locale": locale or current_locale(),
            }
        )
