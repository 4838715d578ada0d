"""Hot spots as people speak of them: adjoining cells of one kind are one, and it lies somewhere."""

from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotCells
from data.place_counts import mostly
from geo.cells import Cells
from geo.neighbourhood import Neighbourhood

#: The family whose smallest figures say most.
BLIND: Final = "blind"
#: Families of classes, in the order of a list.
FAMILIES: Final = ("hot", "next", "high_low", BLIND, "low_high", "cold")
#: A figure that is this part of the largest is as good.
_AS_STRONG: Final = 0.9
#: The family of each class that is not told by its name; what is in none is not worth a line.
_FAMILY_OF: Final = {
    "high_high": "hot",
    "high_low": "high_low",
    "low_high": "low_high",
    "low_low": "cold",
    "holds": "hot",
    "mostly": "hot",
    "shaky": "hot",
    "blind": "blind",
    "seldom": "blind",
    "next": "next",
    "next_held": "next",
}


@dataclass(frozen=True, slots=True, eq=False)
class HotGroup:
    """Adjoining cells of one family.

    Attributes
    ----------
    family
        One of `FAMILIES`.
    cells
        Shape (m,), ascending.
    strongest
        The one of them that the others are spoken of by: of those with the largest figures whatever the sign
        (of blind cells the smallest: they are told by their visits) the one with most reports. Gi* sees a
        single busy cell from all sides: its neighbours score as high as it does.
    slug
        Class of that cell.
    n
        Reports in all of them.
    figure
        That of the same cell; NaN where it has none.
    """

    family: str
    cells: Cells
    strongest: int
    slug: str
    n: int
    figure: float


def family_of(slug: str) -> str:
    """Return the family of a class; empty for one that is not worth a line in a list."""
    if slug in _FAMILY_OF:
        return _FAMILY_OF[slug]
    return next((name for name in ("hot", "cold") if slug.startswith(name) or slug.endswith(f"_{name}")), "")


def hot_groups(found: HotCells, *, only: str = "") -> list[HotGroup]:
    """Join adjoining cells of one family, the strongest first, family by family.

    Parameters
    ----------
    only
        A class: groups of its cells alone; empty for all.
    """
    slugs = [only] if only else found.classes
    return [
        group
        for family in FAMILIES
        for group in _of_family(found, family, [slug for slug in slugs if family_of(slug) == family])
    ]


def _of_family(found: HotCells, family: str, slugs: list[str]) -> list[HotGroup]:
    rows = np.flatnonzero(np.isin(found.codes, [found.classes.index(slug) for slug in slugs]))
    if not rows.size:
        return []
    labels = _joined(found.cells[rows])
    members = np.split(rows[np.argsort(labels, kind="stable")], np.cumsum(np.bincount(labels))[:-1])
    groups = [_group(found, family, own) for own in members]
    return sorted(groups, key=lambda one: (_weakness(one.figure, family), -one.n, one.strongest))


def _group(found: HotCells, family: str, rows: npt.NDArray[np.intp]) -> HotGroup:
    """Make the group of some rows; it is spoken of by its strongest cell."""
    weakness = np.array([_weakness(figure, family) for figure in found.figures[rows].tolist()])
    least = weakness.min()
    strong = rows[weakness <= (least * _AS_STRONG if least < 0 else least)]
    first = strong[np.argmax(found.n[strong])]
    return HotGroup(
        family,
        found.cells[rows],
        int(found.cells[first]),
        found.classes[found.codes[first]],
        int(found.n[rows].sum()),
        float(found.figures[first]),
    )


def _weakness(figure: float, family: str) -> float:
    """Return by what cells and groups are put in order, the strongest first."""
    if not isfinite(figure):
        return inf
    return figure if family == BLIND else -abs(figure)


def _joined(cells: Cells) -> npt.NDArray[np.int32]:
    """Number the connected parts of a set of cells; shape (n,)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    around = Neighbourhood.of(cells, 1)
    ones, shape = np.ones(len(around.indices)), (len(cells), len(cells))
    links: Any = csr_array((ones, around.indices, around.indptr), shape=shape)
    labels: npt.NDArray[np.int32] = connected_components(links, directed=False)[1]
    return labels


def mostly_in(cube: Cube, where: Filter, cells: tuple[int, ...]) -> list[tuple[int, float]]:
    """Return the places that reports of some cells mostly lie in, with their share, as `place_counts.mostly`.

    Where no report of the filter lies in them, those of all reports.
    """
    return mostly(cube, where.but(cells=cells)) or mostly(cube, Filter(cells=cells))
