"""Streets, compounds and areas in the colours of their rates."""

from i18n import current_locale
from layers import palettes, words
from layers.element import ScriptLayer
from layers.palettes import Theme


class PlaceRateLayer(ScriptLayer):
    """A layer of places of one kind, fetched from `/api/place-shapes` and `/api/place-rates`.

    It takes the place of `HexLayer`: only one of the two is on a map.

    Parameters
    ----------
    kind
        Of place, such as `street`.
    query
        A filter as a query string.
    title, unit, missing
        Words: of the legend ("Reports per 100 m"), of the rate ("per 100 m"), and for a place that has none
        ("length unknown").
    places
        Version of the places: another one makes the map fetch their shapes again.
    selected
        Id of the selected place; it is outlined. None selects nothing.
    labels, palette, theme, opacity, version, locale
        See `HexLayer`.

    In Streamlit a click becomes the component's value: `{"place": 17 | None, "view": {…}, "stamp"}`.
    """

    part = "rates"

    def __init__(
        self,
        kind: str,
        query: str = "",
        *,
        title: str,
        unit: str,
        missing: str,
        places: str = "",
        selected: int | None = None,
        labels: dict[str, str] | None = None,
        palette: str = palettes.DEFAULT,
        theme: Theme = "light",
        opacity: float = 0.88,
        version: str = "",
        locale: str | None = None,
    ) -> None:
        super().__init__(
            {
                "kind": kind,
                "query": query.lstrip("?"),
                "title": title,
                "unit": unit,
                "missing": missing,
                "places": places,
                "selected": selected,
                "labels": words.labels(**(labels or {})),
                "palettes": [palettes.colours(palette, n, theme) for n in palettes.CLASSES],
                "theme": theme,
                "opacity": opacity,
                "version": version,
                "locale": locale or current_locale(),
            }
        )
