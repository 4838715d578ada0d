"""How the classes of hot spots look: a colour, a mark in the cell, and which family they belong to.

Hot classes are warm and cold ones cool: an axis that no kind of colour blindness folds together. Within a
family the classes differ by lightness, the more urgent ones standing out from the ground, and each has a mark
of its own that is drawn into the cell where there is room, so that nobody has to tell eight oranges apart.
Cold cells also have a line within their edge, for those who read a map in grey. `ink`, the palette for print,
is grey throughout: cold classes keep to its light half and hot ones to its dark half.
"""

from dataclasses import dataclass
from typing import Final, Literal

from layers import palettes
from layers.palettes import Theme

Family = Literal["hot", "cold", "unseen"]

#: From the calmest class of a family to the one that stands out most.
_PATHS: Final[dict[Family, dict[Theme, tuple[str, ...]]]] = {
    "hot": {
        "light": ("#fbd68f", "#f59a44", "#d9482b", "#a0142f", "#5c0426"),
        "dark": ("#5c2636", "#a3313f", "#e3572f", "#f9a640", "#ffeb9c"),
    },
    "cold": {
        "light": ("#b4d7f2", "#6aabdc", "#2f78b7", "#174f9c", "#0d2a66"),
        "dark": ("#21386b", "#2a5fa3", "#3f90cf", "#7dc0ee", "#d3edff"),
    },
    "unseen": {
        "light": ("#ddd3ea", "#a384c4", "#6b3f98", "#331052"),
        "dark": ("#43385a", "#7a58a6", "#b48ade", "#ecd6ff"),
    },
}
#: Greys for print: the ends of each family, from calm to standing out.
_INKS: Final[dict[Family, dict[Theme, tuple[str, ...]]]] = {
    "hot": {"light": ("#8f8f8f", "#101010"), "dark": ("#9c9c9c", "#f6f6f6")},
    "cold": {"light": ("#e6e6e6", "#b4b4b4"), "dark": ("#383838", "#767676")},
    "unseen": {"light": ("#dcdcdc", "#101010"), "dark": ("#4e4e4e", "#f6f6f6")},
}
#: Marks are black on light cells and white on dark ones.
_MARK_INKS: Final = ("#14100e", "#ffffff")
#: Linear sRGB to luminance, and the one at which black and white stand out alike. Source: WCAG 2.2.
_LUMINANCE: Final = (0.2126, 0.7152, 0.0722)
_EVEN: Final = 0.179


@dataclass(frozen=True, slots=True)
class Look:
    """How one class looks.

    Attributes
    ----------
    family
        Hot, cold, or about where nobody looked.
    strength
        0 (calm) to 1: how much it stands out from the map.
    mark
        A name of `hot_marks.js`.
    """

    family: Family
    strength: float
    mark: str


#: Of the eight kinds that are hot and cold alike: how they stand out, and their marks.
_OVER_TIME: Final = {
    "new": (4 / 7, "plus"),
    "consecutive": (5 / 7, "run"),
    "intensifying": (1.0, "up"),
    "persistent": (6 / 7, "bar"),
    "diminishing": (1 / 7, "down"),
    "sporadic": (2 / 7, "dots"),
    "oscillating": (3 / 7, "wave"),
    "historical": (0.0, "ring"),
}
_SURE: Final = {"90": (0.15, "one"), "95": (0.55, "two"), "99": (0.95, "three")}
_SIDES: Final[tuple[Family, Family]] = ("hot", "cold")

#: The looks of the classes of each kind by slug, in the order of a legend; "none" has none.
LOOKS: Final[dict[str, dict[str, Look]]] = {
    "classes": {
        f"{name}_{family}": Look(family, strength, mark)
        for family in _SIDES
        for name, (strength, mark) in _OVER_TIME.items()
    },
    "now": {
        f"{family}{percent}": Look(family, strength, mark)
        for family in _SIDES
        for percent, (strength, mark) in reversed(_SURE.items())
    },
    "outliers": {
        "high_high": Look("hot", 0.5, "bar"),
        "high_low": Look("hot", 1.0, "up"),
        "low_high": Look("cold", 1.0, "down"),
        "low_low": Look("cold", 0.5, "bar"),
    },
    "stability": {
        "holds": Look("hot", 0.95, "bar"),
        "mostly": Look("hot", 0.5, "two"),
        "shaky": Look("hot", 0.05, "wave"),
    },
    "blind": {
        "blind": Look("unseen", 0.9, "cross"),
        "seldom": Look("unseen", 0.45, "one"),
        "seen": Look("unseen", 0.0, ""),
    },
    "forecast": {
        "next_held": Look("hot", 0.9, "bar"),
        "next": Look("hot", 0.4, "plus"),
    },
}


def colour_of(look: Look, theme: Theme = "light", *, palette: str = palettes.DEFAULT) -> str:
    """Return the colour of a class, `#rrggbb`.

    Parameters
    ----------
    theme
        Of the map under it.
    palette
        `palettes.PRINT` for greys; every other palette has the same warm and cool colours, since they mean
        something here.
    """
    paths = _INKS if palette == palettes.PRINT else _PATHS
    return palettes.along(paths[look.family][theme], [look.strength])[0]


def ink_of(colour: str) -> str:
    """Return the colour of a mark that is seen on a cell of this colour."""
    encoded = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in encoded]
    luminance = sum(share * part for share, part in zip(_LUMINANCE, linear, strict=True))
    return _MARK_INKS[luminance < _EVEN]
