"""Several cells of the map that are looked at together: what a message or a button makes of them."""

from collections.abc import Iterable

import numpy as np

from app_pages.view import View
from data.filters import Filter
from geo import cells
from geo.cell_sets import MOST_CELLS
from geo.errors import CellError
from i18n import gettext as _


def select(view: View, text: str) -> View:
    """Return the view with these cells (`geo.cell_sets`) selected instead, the open cell or place closed.

    Raises
    ------
    FilterError
        Text that is no set of cells.
    """
    return view.but(where=view.where.but(cells=Filter.from_params({"in": text}).cells), cell=None, at=None)


def grown(view: View) -> View:
    """Return the view with the ring of cells around its selection selected too.

    Raises
    ------
    CellError
        More cells than may be selected.
    """
    return _selecting(view, cells.grow(_cells(view)))


def shrunk(view: View) -> View:
    """Return the view without those selected cells that lie beside one that is not selected."""
    return _selecting(view, cells.shrink(_cells(view)))


def inverted(view: View, counted: cells.Cells) -> View:
    """Return the view with those of the counted cells selected that were not.

    Raises
    ------
    CellError
        More cells than may be selected.
    """
    return _selecting(view, np.setdiff1d(counted, _cells(view)))


def area_km2(chosen: Iterable[int]) -> float:
    """Return how large cells are together."""
    return float(cells.area_m2(list(chosen)).sum()) / 1e6


def _cells(view: View) -> cells.Cells:
    return np.array(view.where.cells, np.uint64)


def _selecting(view: View, chosen: cells.Cells) -> View:
    if chosen.size > MOST_CELLS:
        raise CellError(
            _(
                "These would be {n} cells. At most {most} can be selected.",
                n=f"{chosen.size:,}",
                most=f"{MOST_CELLS:,}",
            )
        )
    return view.but(where=view.where.but(cells=tuple(chosen.tolist())))
