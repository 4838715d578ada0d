"""Figures of cells, painted as hexagons."""

import base64
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from i18n import current_locale
from layers import classes, palettes, wire, words
from layers.element import ScriptLayer
from layers.palettes import Theme

#: Finest resolution whose hexagons are still well seen (about 12 to 40 pixels across) from each zoom on.
RESOLUTION_BY_ZOOM: Final[Mapping[int, int]] = {0: 7, 11: 8, 13: 9, 14: 10, 16: 11, 17: 12}
RESOLUTIONS: Final = (7, 8, 9, 10, 11, 12)


def resolution_for(zoom: float) -> int:
    """Return the resolution that an automatic layer shows at a zoom."""
    return max(resolution for start, resolution in RESOLUTION_BY_ZOOM.items() if start <= zoom)


class HexLayer(ScriptLayer):
    """A layer of hexagons that fetches its own cells as the map moves.

    Parameters
    ----------
    source
        A filter as a query string for `/api/cells` (`category=flyposting&from=2026-01-01`, may be empty);
        or, for a page without a server, what `wire.pack` returned: one pack, or one for each of several
        resolutions, from which the nearest is shown.
    resolution
        `auto` (by zoom) or 7 to 12.
    measure
        What the figures are, as `/api/cells` knows it; its words come from `words.measure_labels`.
    against
        First and last day that a change is against; None leaves them to the server.
    swipe
        First and last day of another period, shown beside the filter's own: left of a line that is drawn to
        and fro, in the same classes.
    classes_by, classes, edges
        How classes are chosen and how many of them; or their lowest values, which then stay as they are.
        None leaves each to the server.
    keep
        Whether the legend offers to keep its classes: None does not, True says that they are kept.
    selected
        The selected cell as text; it is outlined. None selects nothing.
    labels
        Words to change (`words.labels`); the others are in the locale in use.
    palette, theme
        See `palettes.colours`; what can fall and rise takes `palettes.diverging`.
    opacity
        Of the hexagons, 0 to 1; they get clearer where single points are shown.
    version
        Of the data (`cube.version`): another one makes the map fetch again.
    locale
        For the way numbers are written, such as `zh`; the one in use where left out.

    In Streamlit a click becomes the component's value: `{"cell": "8a…" | None, "view": {"lat", "lon", "zoom",
    "bounds": [west, south, east, north], "resolution"}, "stamp"}`; the cell None means deselected.
    Streamlit gives the same value again at every rerun: `stamp`, new for each click, tells them apart.
    Classes that are to be kept are a message of their own: `{"keep": [edges], "stamp"}`, without edges to let
    them go.
    """

    part = "cells"

    @classmethod
    def from_counts(
        cls,
        cells: npt.ArrayLike,
        counts: npt.ArrayLike,
        *,
        n: int = 5,
        method: classes.Method = "quantile",
        **options: Any,
    ) -> "HexLayer":
        """Make a layer that carries its counts, for a notebook or a file that stands alone.

        Parameters
        ----------
        cells, counts
            Shape (n,), uint64 H3 cells of one resolution, each once, and a whole number for each.
        n, method
            See `classes.edges`.
        options
            Those of `HexLayer`.
        """
        ids, values = np.asarray(cells, dtype=np.uint64), np.asarray(counts)
        meta = {
            "resolution": int(ids[0] >> np.uint64(52)) & 15 if ids.size else 10,
            "edges": classes.edges(values, n, method),
            "total": int(values.sum()),
        }
        return cls(wire.pack(ids, values, meta), **options)

    def __init__(
        self,
        source: str | bytes | Sequence[bytes] = "",
        *,
        resolution: int | Literal["auto"] = "auto",
        measure: str = words.COUNT,
        against: tuple[date, date] | None = None,
        swipe: tuple[date, date] | None = None,
        classes_by: str | None = None,
        classes: int | None = None,
        edges: Sequence[float] = (),
        keep: bool | None = None,
        selected: str | None = None,
        labels: dict[str, str] | None = None,
        palette: str = palettes.DEFAULT,
        theme: Theme = "light",
        opacity: float = 0.78,
        version: str = "",
        locale: str | None = None,
    ) -> None:
        if resolution != "auto" and resolution not in RESOLUTIONS:
            raise ValueError(f"Resolution {resolution} cannot be drawn. Expected 'auto' or 7 to 12.")
        packs = None if isinstance(source, str) else [source] if isinstance(source, bytes) else list(source)
        super().__init__(
            {
                "query": source.lstrip("?") if isinstance(source, str) else None,
                "packs": packs and [base64.b64encode(pack).decode() for pack in packs],
                "resolution": resolution,
                "resolutionByZoom": sorted(RESOLUTION_BY_ZOOM.items()),
                "ask": _asked(measure, against, classes_by, classes, edges),
                "swipe": swipe and {"from": swipe[0].isoformat(), "to": swipe[1].isoformat()},
                "keep": keep,
                "selected": selected,
                "labels": words.labels(**words.measure_labels(measure) | (labels or {})),
                "palettes": [palettes.colours(palette, n, theme) for n in palettes.CLASSES],
                "changes": [palettes.diverging(palette, n, theme) for n in palettes.CLASSES],
                "theme": theme,
                "opacity": opacity,
                "version": version,
                "locale": locale or current_locale(),
            }
        )


def _asked(
    measure: str,
    against: tuple[date, date] | None,
    classes_by: str | None,
    classes: int | None,
    edges: Sequence[float],
) -> dict[str, str]:
    """Return what the map asks of `/api/cells` besides filter and view; the usual is left out."""
    said = {
        "measure": "" if measure == words.COUNT else measure,
        "vs": "~".join(day.isoformat() for day in against or ()),
        "classes_by": classes_by or "",
        "classes": str(classes or ""),
        "edges": ",".join(f"{edge:.12g}" for edge in edges),
    }
    return {name: value for name, value in said.items() if value}
