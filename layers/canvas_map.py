"""A folium map that asks nothing of any other machine: own scripts, own styles, canvases for layers.

The scripts keep latitude, longitude and zoom in the address of the page that the map is shown in, and begin
there when the address has them: a view is its address, without a rerun. Back from another page of the app,
the same tab sees the view that it left. For tests and benches they describe what was painted last:

- `window.__gezhi` in the map's own frame: `state` (`ready`, `empty`, `failed`), `query`, `resolution`,
  `cells` (drawn), `total` (reports of the filter), `inView` (reports in the fetched box), `edges`,
  `requestedAt` and `paintedAt` (milliseconds of `performance.now()`), `fetchMs`, `decodeMs`, `drawMs`,
  `paints` (how many so far).
- `window.__gezhiPoints` likewise for points: `state`, `query`, `inView` and `open` (reports), `singles` and
  `clusters` (drawn), `largest`, and the times. Where the map shows points alone, they are `__gezhi` too.
- on the map's container: `data-gezhi-state` (`loading`, `ready`, `empty`, `failed`), `data-gezhi-query` (the
  query of the last paint) and `data-gezhi-paints`.
- a selection is also a DOM event `gezhi:select` on the container, its detail what Streamlit gets.
"""

from typing import Any, Final

import folium
from branca.element import Element, MacroElement
from folium.template import Template

from layers import assets, words
from layers.palettes import Theme

#: Loaded one after the other, in this order.
SCRIPTS: Final = ("leaflet.js", "h3.js", "gezhi.js")
STYLES: Final = ("leaflet.css", "gezhi.css")

MIN_ZOOM: Final = 3
MAX_ZOOM: Final = 19


def canvas_map(
    center: tuple[float, float],
    zoom: int,
    *,
    theme: Theme = "light",
    attribution: str = "",
    bounds: tuple[float, float, float, float] | None = None,
    keep_view: bool = True,
    embed: bool = False,
    labels: dict[str, str] | None = None,
) -> folium.Map:
    """Return an empty map.

    Build a new one for each run of a page; it is cheap, and streamlit-folium adds to the one it is given.
    As long as the arguments stay the same, the map in the browser stays and only its layers change.

    Parameters
    ----------
    center
        Latitude and longitude in degrees, in folium's order: where the map begins unless the page's address
        has another view.
    zoom
        From 3 to 19, likewise.
    bounds
        West, south, east, north in degrees: what the map shows first, instead of `center` and `zoom`, at
        whatever size it has on the screen, until somebody moves it.
    theme
        Of the background; a `HexLayer` with another theme changes it in place.
    attribution
        Who the data come from; plain text, shown in the corner.
    keep_view
        Keep the view in the address of the page around the map.
    embed
        Put all scripts and styles into the page, for a notebook or a file that stands alone.
    labels
        Words to change (`words.labels`); the others are in the locale in use.
    """
    return CanvasMap(
        center,
        zoom,
        embed=embed,
        options={
            "theme": theme,
            "attribution": attribution,
            "bounds": bounds,
            "keepView": keep_view and not embed,
            "labels": words.labels(**(labels or {})),
        },
    )


class CanvasMap(folium.Map):
    """See `canvas_map`; a class of its own only to carry its scripts and styles."""

    def __init__(
        self, center: tuple[float, float], zoom: int, *, embed: bool, options: dict[str, Any]
    ) -> None:
        super().__init__(
            location=center,
            zoom_start=zoom,
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            world_copy_jump=True,
        )
        self.options |= {"min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM}
        self.embed = embed
        self.default_js = [] if embed else [(name, assets.url(name)) for name in SCRIPTS]
        self.default_css = [] if embed else [(name, assets.url(name)) for name in STYLES]
        self.add_child(_Setup(options))

    def render(self, **kwargs: Any) -> Any:
        """Render into the figure, scripts and styles first."""
        if self.embed:
            figure: Any = self.get_root()
            figure.header.add_child(_Embedded(), name="gezhi_assets", index=0)
        return super().render(**kwargs)  # type: ignore[no-untyped-call]  # folium is not typed throughout


class _Setup(MacroElement):
    """The call that makes a Leaflet map one of ours, before any layer."""

    # The style comes with the page, not with the style sheets: those load while the map already measures its
    # frame. In streamlit-folium (`map_div`) the page decides the frame's height.
    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <style>#map_div { height: 100vh !important; }</style>
        {% endmacro %}
        {% macro script(this, kwargs) %}
            gezhi.prepare({{ this._parent.get_name() }}, {{ this.options|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # folium is not typed throughout
        self._name = "Setup"
        self.options = options


class _Embedded(Element):
    """All scripts and styles as part of the page."""

    def render(self, **_: Any) -> str:
        """Return the tags."""
        styles = [f"<style>{assets.stylesheet(name)}</style>" for name in STYLES]
        scripts = [f"<script>{assets.asset(name).text}</script>" for name in SCRIPTS]
        return "\n".join(styles + scripts)
