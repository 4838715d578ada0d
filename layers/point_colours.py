"""Colours for categories: eight that colour-blind people can tell apart, and a grey for all others.

Chosen by search over colours of published sets (Okabe and Ito; Tol; Brewer) for the largest least distance
between any two as seen with normal sight, protanopia, deuteranopia and tritanopia: 21 in CIELAB, where the
seven of Okabe and Ito that are no black or grey come to 16.
"""

from typing import Final

from layers.palettes import Theme

_COLOURS: Final[dict[Theme, tuple[str, ...]]] = {
    "light": ("#7570b3", "#d55e00", "#009e73", "#e6ab02", "#66ccee", "#882255", "#b66dff", "#920000"),
    "dark": ("#4477aa", "#ee6677", "#aaaa00", "#eedd88", "#b6dbff", "#b15928", "#ffaabb", "#6db6ff"),
}
_OTHERS: Final[dict[Theme, str]] = {"light": "#9aa0a6", "dark": "#7d8791"}

#: How many categories have a colour of their own.
KINDS: Final = 8


def kind_colours(theme: Theme) -> list[str]:
    """Return the colour of each kind as `#rrggbb`, that of all others last."""
    return [*_COLOURS[theme], _OTHERS[theme]]
