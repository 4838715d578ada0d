"""How the map is coloured: classes, palette, opacity; and how that stands in the page's address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

from layers import palettes

#: Ways to choose classes (`layers.classes`), the usual one first.
METHODS: Final = ("quantile", "natural", "fixed", "steps")
#: Edges given by hand.
STEPS: Final = METHODS[-1]
#: Numbers of classes that are offered.
CLASSES: Final = range(3, 8)
#: The usual number of classes and the usual opacity, in percent.
_CLASSES, _OPACITY = 5, 78
#: As many classes as a palette tells apart.
MOST_EDGES: Final = max(CLASSES)


@dataclass(frozen=True, slots=True)
class Look:
    """How cells are coloured.

    Attributes
    ----------
    method
        `quantile`, `natural` (breaks), `fixed` (1, 2, 5, 10, …) or `steps`: the edges given in `edges`.
    classes
        How many classes are wanted.
    edges
        Lowest value of each class, ascending: given by hand (`steps`), or held while filters change.
    palette
        One of `layers.palettes.PALETTES`.
    opacity
        In percent, 10 to 100.
    """

    method: str = METHODS[0]
    classes: int = _CLASSES
    edges: tuple[float, ...] = ()
    palette: str = palettes.DEFAULT
    opacity: int = _OPACITY

    @classmethod
    def from_params(cls, params: Mapping[str, str]) -> "Look":
        """Read a look from an address; what is unknown there counts as not said."""
        method, palette = params.get("classes_by", ""), params.get("palette", "")
        classes, opacity = params.get("classes", ""), params.get("opacity", "")
        return cls(
            method=method if method in METHODS else METHODS[0],
            classes=int(classes) if classes in map(str, CLASSES) else _CLASSES,
            edges=edges_from(params.get("edges", "")),
            palette=palette if palette in palettes.PALETTES else palettes.DEFAULT,
            opacity=int(opacity) if opacity in map(str, range(10, 101)) else _OPACITY,
        )

    @property
    def keeps(self) -> bool:
        """Whether classes are kept that were chosen for another filter."""
        return bool(self.edges) and self.method != STEPS

    def without_edges(self) -> "Look":
        """Return the look for another measure: edges of the one before mean nothing for it."""
        return replace(self, edges=(), method=METHODS[0] if self.method == STEPS else self.method)

    def to_params(self) -> dict[str, str]:
        """Write the look for an address; the usual is left empty."""
        said: dict[str, tuple[Any, Any]] = {
            "classes_by": (self.method, METHODS[0]),
            "classes": (self.classes, _CLASSES),
            "palette": (self.palette, palettes.DEFAULT),
            "opacity": (self.opacity, _OPACITY),
        }
        params = {name: "" if value == usual else str(value) for name, (value, usual) in said.items()}
        return params | {"edges": ",".join(f"{edge:g}" for edge in self.edges)}


def edges_from(text: str) -> tuple[float, ...]:
    """Read at most seven ascending numbers; a list with anything else in it counts as none."""
    try:
        found = tuple(float(part) for part in text.replace("，", ",").split(",") if part.strip())
    except ValueError:
        return ()
    ascending = all(a < b for a, b in pairwise(found))
    return found if ascending and len(found) <= MOST_EDGES and all(map(_is_finite, found)) else ()


def _is_finite(number: float) -> bool:
    return abs(number) < 1e12
