"""Colours for classes: palettes that colour-blind people can tell apart, on light and dark maps and on paper.

A palette is a short path through OKLab, a colour space in which equal steps look equal; its lightness only
falls (light map) or only rises (dark map), so that more always stands out more, also in grey.

Each has a companion for figures that fall or rise (`diverging`): from a calm middle two paths lead away from
the ground, one for less and one for more, in hues that no kind of colour blindness brings together. In grey
the strength of a change is read, not its direction; `ink`, the palette for print, gives up the calm middle
and has one path of greys instead, on which less and more are at its ends.

Source of the space: Björn Ottosson, "A perceptual color space for image processing" (2020).
"""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Theme = Literal["light", "dark"]

#: How many classes a palette can colour.
CLASSES: Final = range(1, 8)

#: The path of each palette from few to many, as colours to pass through.
_ANCHORS: Final[dict[str, dict[Theme, tuple[str, ...]]]] = {
    "ember": {
        "light": ("#ffe9a0", "#fdb04e", "#ee6a2f", "#b9223c", "#5f0f3f"),
        "dark": ("#5a2340", "#a62a47", "#e4572e", "#fba63c", "#ffee94"),
    },
    "tide": {
        "light": ("#d9efd6", "#93d0c3", "#42a2b5", "#23689b", "#172f66"),
        "dark": ("#1f3d6e", "#2470a0", "#33a6b2", "#86d6b9", "#eafbd0"),
    },
    "dusk": {
        "light": ("#f3e6c9", "#c9bd9a", "#93928b", "#56627f", "#102a5c"),
        "dark": ("#27406f", "#626d80", "#99968a", "#d0c27c", "#fdee6b"),
    },
    "ink": {
        "light": ("#dcdcdc", "#8b8b8b", "#101010"),
        "dark": ("#4a4f55", "#9a9da0", "#f6f6f6"),
    },
}

#: The two paths of each palette's companion, both from the middle outwards: less, more.
_SIDES: Final[dict[str, dict[Theme, tuple[tuple[str, ...], tuple[str, ...]]]]] = {
    "ember": {
        "light": (("#d8d6d0", "#8fb7d8", "#3f82bd", "#0d3a75"), ("#d8d6d0", "#eda766", "#cc5f1e", "#7a1d0c")),
        "dark": (("#3a424b", "#2f6ba3", "#5aa5de", "#a5d4ff"), ("#3a424b", "#9c4a22", "#e8853c", "#ffc183")),
    },
    "tide": {
        "light": (("#d8d6d0", "#74c2b6", "#1d8c84", "#00463f"), ("#d8d6d0", "#dcae64", "#ad6d20", "#5f2c00")),
        "dark": (("#3a424b", "#14807a", "#38c2b4", "#8ff5e2"), ("#3a424b", "#8f5720", "#dd963f", "#ffcb85")),
    },
    "dusk": {
        "light": (("#d8d6d0", "#ce9ed2", "#9f4ba4", "#54145c"), ("#d8d6d0", "#acbd52", "#6d821e", "#2d3c00")),
        "dark": (("#3a424b", "#88478e", "#cc80d2", "#f2baf7"), ("#3a424b", "#607424", "#9fba42", "#d6f074")),
    },
}

PALETTES: Final = tuple(_ANCHORS)
#: The palette whose companion is one path of greys.
PRINT: Final = "ink"
DEFAULT: Final = "ember"

#: Linear sRGB to the cone responses of OKLab, and those to lightness and the two opponent axes.
_TO_CONES: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

_Array = npt.NDArray[np.float64]


def colours(name: str, n: int, theme: Theme = "light") -> list[str]:
    """Return `n` colours of a palette, from few to many.

    Parameters
    ----------
    name
        One of `PALETTES`.
    n
        Number of classes, 1 to 7. Few classes take the palette's far ends, one class its middle.
    theme
        Of the map under them: `light` or `dark`.

    Returns
    -------
    `#rrggbb` each.
    """
    _check(name, n, theme)
    shares = np.linspace(0, 1, n) if n > 1 else np.array([0.5])
    return _to_hex(_along(_ANCHORS[name][theme], shares))


def diverging(name: str, n: int, theme: Theme = "light") -> list[str]:
    """Return the colours of a palette's companion, from the greatest fall to the greatest rise.

    Parameters
    ----------
    name
        One of `PALETTES`.
    n
        Number of classes on each side of the middle, 1 to 7.
    theme
        Of the map under them: `light` or `dark`.

    Returns
    -------
    2 n + 1 colours, `#rrggbb` each; the one in the middle is for no or little change and is the same for
    every `n`.
    """
    _check(name, n, theme)
    if name == PRINT:
        return _to_hex(_along(_ANCHORS[name][theme], np.linspace(0, 1, 2 * n + 1)))
    less, more = (_along(path, np.linspace(0, 1, n + 1)) for path in _SIDES[name][theme])
    return _to_hex(np.vstack([less[:0:-1], more]))


def along(anchors: Sequence[str], shares: Sequence[float]) -> list[str]:
    """Return the colours on a path of one's own, at these shares of its way from 0 to 1.

    Parameters
    ----------
    anchors
        `#rrggbb` to pass through, their lightness only rising or only falling.
    """
    return _to_hex(_along(anchors, np.asarray(shares, np.float64)))


def _check(name: str, n: int, theme: str) -> None:
    if name not in _ANCHORS:
        raise ValueError(f"'{name}' is not a palette. Expected one of {', '.join(PALETTES)}.")
    if theme not in ("light", "dark"):
        raise ValueError(f"'{theme}' is not a theme. Expected light or dark.")
    if n not in CLASSES:
        raise ValueError(f"A palette has {CLASSES[0]} to {CLASSES[-1]} classes, not {n}.")


def _along(anchors: Sequence[str], shares: _Array) -> _Array:
    """Return the places on a path of one-way lightness at these shares of its way."""
    path = _to_oklab(anchors)
    lightness = path[:, 0]
    places = lightness[0] + shares * (lightness[-1] - lightness[0])
    ascending = slice(None) if lightness[0] < lightness[-1] else slice(None, None, -1)
    return np.column_stack([np.interp(places, lightness[ascending], axis[ascending]) for axis in path.T])


def _to_oklab(hexes: Sequence[str]) -> _Array:
    encoded = np.array([[int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)] for text in hexes])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    result: _Array = np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T
    return result


def _to_hex(oklab: _Array) -> list[str]:
    linear = (oklab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return ["#" + "".join(f"{round(part * 255):02x}" for part in colour) for colour in encoded]
