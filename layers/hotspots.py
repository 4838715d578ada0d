"""Hot spots, painted as hexagons in the colour and with the mark of their class."""

import base64
from typing import Any, Final

from i18n import current_locale
from layers import hot_looks, hot_words, palettes, words
from layers.element import ScriptLayer
from layers.palettes import Theme

#: Resolutions that hot spots are looked for at.
RESOLUTIONS: Final = (9, 10, 11)


class HotLayer(ScriptLayer):
    """A layer of hot spots, fetched from `/api/hotspots` as the map moves; see `hot_wire` for the shape.

    It takes the place of `HexLayer`: only one of the two is on a map. What is selected and clicked is told
    alike, and tools that select cells work on either.

    Parameters
    ----------
    source
        A filter as a query string; or, for a page without a server, what `hot_wire.pack` returned.
    kind
        A key of `hot_looks.LOOKS`: `classes`, `now`, `outliers`, `stability`, `blind` or `forecast`.
    resolution
        9, 10 or 11, whatever the zoom: another size of cells is another question.
    ring
        Neighbours that count together, in grid steps.
    step
        `week` or `month`.
    per
        What a count is a rate of: `street`, `household` or `visit`; empty for counts as they are.
    selected
        The selected cell as text; it is outlined. None selects nothing.
    only
        Slug of the class that stands out, the others faint; None lets all stand alike.
    labels
        Words to change (`words.labels` and `hot_words.labels`).
    palette
        `palettes.PRINT` for greys; all others have the same warm and cool colours.
    theme, opacity, version, locale
        See `HexLayer`.

    In Streamlit a click becomes the component's value, as that of `HexLayer`. While the pointer rests on a
    cell, the tooltip fetches the reason from `/api/hotspots/reason`.
    """

    part = "hot"

    def __init__(
        self,
        source: str | bytes = "",
        *,
        kind: str = "classes",
        resolution: int = 10,
        ring: int = 1,
        step: str = "week",
        per: str = "",
        selected: str | None = None,
        only: str | None = None,
        labels: dict[str, str] | None = None,
        palette: str = palettes.DEFAULT,
        theme: Theme = "light",
        opacity: float = 0.86,
        version: str = "",
        locale: str | None = None,
    ) -> None:
        if kind not in hot_looks.LOOKS:
            known = ", ".join(hot_looks.LOOKS)
            raise ValueError(f"'{kind}' is no kind of hot spots. Expected one of {known}.")
        if resolution not in RESOLUTIONS:
            raise ValueError(f"Hot spots of resolution {resolution} are not looked for. Expected 9 to 11.")
        pack = None if isinstance(source, str) else base64.b64encode(source).decode()
        super().__init__(
            {
                "query": source.lstrip("?") if isinstance(source, str) else None,
                "packs": pack and [pack],
                "resolution": resolution,
                "ask": asked(kind, ring, step, per),
                "classes": classes_of(kind, theme, palette),
                "how": hot_words.how(step, ring, per, kind=kind),
                "selected": selected,
                "only": only,
                "labels": _labels(kind, labels or {}),
                "theme": theme,
                "opacity": opacity,
                "version": version,
                "locale": locale or current_locale(),
            }
        )


def _labels(kind: str, changes: dict[str, str]) -> dict[str, str]:
    own = hot_words.labels(kind)
    return words.labels(**{name: text for name, text in changes.items() if name not in own}) | own | changes


def asked(kind: str, ring: int, step: str, per: str) -> dict[str, str]:
    """Return what the map asks of `/api/hotspots` besides filter, resolution and view."""
    said = {"kind": kind, "ring": str(ring), "step": step, "per": per}
    return {name: value for name, value in said.items() if value}


def classes_of(kind: str, theme: Theme, palette: str = palettes.DEFAULT) -> list[dict[str, Any]]:
    """Return how the classes of a kind look and what they are called, in the order of the legend."""
    found = []
    words_of = hot_words.class_words(kind)
    for slug, look in hot_looks.LOOKS[kind].items():
        colour = hot_looks.colour_of(look, theme, palette=palette)
        found.append(
            {
                "slug": slug,
                **words_of[slug]._asdict(),
                "colour": colour,
                "mark": look.mark,
                "ink": hot_looks.ink_of(colour),
                "framed": look.family == "cold",
            }
        )
    return found
