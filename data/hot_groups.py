"""Hot spots as people speak of them: adjoining cells of one kind are one, and it lies somewhere."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotCells
from data.place_counts import mostly
from geo.cells import Cells
from geo.neighbourhood import Neighbourhood

#: Families of classes, in the order of a list.
FAMILIES: Final = ("hot", "next", "high_low", "blind", "low_high", "cold")
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
        The one of them that the others are spoken of by: with the largest figure, and of those with most
        reports.
    slug
        Class of the strongest cell.
    n
        Reports in all of them.
    strength
        The figure of the strongest cell, without its sign; NaN where it has none.
    """

    family: str
    cells: Cells
    strongest: int
    slug: str
    n: int
    strength: float


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
    figures = np.abs(found.figures[rows])
    order = np.lexsort((-found.n[rows].astype(np.int64), -np.nan_to_num(figures, nan=-1.0)))
    rows, figures = rows[order], figures[order]
    labels = _joined(found.cells[rows])
    members = np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1])
    return [
        HotGroup(
            family,
            np.sort(found.cells[rows[own]]),
            int(found.cells[rows[own[0]]]),
            found.classes[found.codes[rows[own[0]]]],
            int(found.n[rows[own]].sum()),
            float(figures[own[0]]),
        )
        for own in sorted(members, key=lambda own: int(own[0]))
    ]


def _joined(cells: Cells) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    """Number the connected parts of a set of cells; shape (n,)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    around = Neighbourhood.of(cells, 1)
    ones, shape = np.ones(len(around.indices)), (len(cells), len(cells))
    links: Any = csr_array((ones, around.indices, around.indptr), shape=shape)
    labels: np.ndarray[tuple[int], np.dtype[np.int32]] = connected_components(links, directed=False)[1]
    return labels


def mostly_in(cube: Cube, where: Filter, group: HotGroup) -> list[tuple[int, float]]:
    """Return the places that a group's reports mostly lie in, with their share; as `place_counts.mostly`.

    Where no report of the filter lies in it, those of all reports.
    """
    cells = tuple(group.cells.tolist())
    return mostly(cube, where.but(cells=cells)) or mostly(cube, Filter(cells=cells))
