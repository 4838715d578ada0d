"""What a smooth surface and coloured streets share: a bandwidth, a weight, a scale of colours."""

from typing import ClassVar

from i18n import current_locale, gettext
from layers import palettes, words
from layers.element import ScriptLayer
from layers.palettes import Theme


class DensityLayer(ScriptLayer):
    """How densely reports lie; it takes the place of `HexLayer`: only one of the two is on a map.

    Parameters
    ----------
    query
        A filter as a query string.
    bandwidth
        In metres: how far one report counts.
    weight
        What is weighed: `count`, `open`, …
    title
        Of the legend: what is weighed, per unit of ground.
    labels, palette, theme, opacity, version, locale
        See `HexLayer`.

    Raises
    ------
    ValueError
        A bandwidth that is not above 0.
    """

    #: The title of the legend where nobody gives another one.
    usual_title: ClassVar[str]

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
                "title": title or gettext(self.usual_title),
                "labels": words.labels(**(labels or {})),
                "stops": palettes.colours(palette, palettes.CLASSES[-1], theme),
                "theme": theme,
                "opacity": opacity,
                "version": version,
                "locale": locale or current_locale(),
            }
        )
