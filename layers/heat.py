"""The density of reports as a smooth surface."""

from i18n import current_locale
from i18n import gettext as _
from layers import palettes, words
from layers.element import ScriptLayer
from layers.palettes import Theme


class HeatLayer(ScriptLayer):
    """A surface of reports per km², fetched from `/api/heat` as the map moves; see `heat_wire` for the shape.

    It takes the place of `HexLayer`: only one of the two is on a map.

    Parameters
    ----------
    query
        A filter as a query string.
    bandwidth
        In metres: how far one report counts.
    weight
        What is weighed: `count`, `open`, …
    title
        Of the legend; what is weighed, per km².
    labels, palette, theme, opacity, version, locale
        See `HexLayer`.
    """

    part = "heat"

    def __init__(
        self,
        query: str = "",
        *,
        bandwidth: int = 200,
        weight: str = "count",
        title: str | None = None,
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
                "title": title or _("Reports per km²"),
                "labels": words.labels(**(labels or {})),
                "stops": palettes.colours(palette, palettes.CLASSES[-1], theme),
                "theme": theme,
                "opacity": opacity,
                "version": version,
                "locale": locale or current_locale(),
            }
        )
