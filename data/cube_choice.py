"""A filter put into the codes of one state of the cube, and the counts of what it chooses."""

from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
from h3 import average_hexagon_edge_length

from data.codes import Box, CellCodes
from data.counts import Choice, Counts, tally
from data.cube_state import ID_COLUMNS, State
from data.filters import HOURS, NO_UNIT, Filter
from data.statuses import STATUS_GROUPS, STATUSES, expand
from geo.cells import RESOLUTIONS, Cells, centres, resolution_of
from geo.errors import CellError
from i18n import gettext as _

#: The codes of the states in which somebody still has to do something, and of those that are closed.
OPEN_CODES: Final = tuple(code for code, name in enumerate(STATUSES) if name not in STATUS_GROUPS["done"])
CLOSED_CODES: Final = (STATUSES.index("closed"),)

#: From a cell's middle to its farthest corner, in degrees of latitude: the mean edge and a third more.
_REACH_DEGREES: Final = {r: 1.33 * average_hexagon_edge_length(r, unit="m") / 111_000 for r in RESOLUTIONS}

_DAY_ZERO: Final = date(1970, 1, 1).toordinal()


def checked(resolution: int) -> int:
    """Return a resolution that the cube has.

    Raises
    ------
    CellError
        Another one.
    """
    if resolution not in RESOLUTIONS:
        raise CellError(
            _(
                "The cube has no cells of resolution {resolution}. Expected one of 7 to 12.",
                resolution=resolution,
            )
        )
    return resolution


def choice_of(state: State, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> Choice:
    """Put a filter into the codes of a state; a name that no report has chooses nothing."""
    words = state.words
    return Choice(
        category=words["category"].codes(where.categories) if where.categories else None,
        status=tuple(STATUSES.index(name) for name in expand(where.statuses)) if where.statuses else None,
        source=words["source"].codes(where.sources) if where.sources else None,
        place=where.places or None,
        area=tuple(sorted(state.tree.below(where.areas))) if where.areas else None,
        exempt={"without": False, "only": True}.get(where.exempt),
        first=_day_number(where.start),
        last=_day_number(where.end),
        unit=_unit_codes(state, where.units) if where.units else None,
        hour=where.hours or None,
        cells=_cell_codes(state, where.cells, cell),
        box=bbox,
    )


def _unit_codes(state: State, units: tuple[str, ...]) -> tuple[int, ...]:
    return state.words["unit"].codes(["" if unit == NO_UNIT else unit for unit in units])


def _cell_codes(state: State, cells: tuple[int, ...], cell: int | None) -> tuple[str, tuple[int, ...]] | None:
    """Return column and codes of the chosen cells: the one that is asked for rules over a selection."""
    asked = (cell,) if cell is not None else cells
    if not asked:
        return None
    resolution = checked(asked[0] >> 52 & 0xF)
    codes = state.cells[resolution].find(np.array(asked, np.uint64))
    return f"cell{resolution}", tuple(codes[codes >= 0].tolist())


def _day_number(day: date | None) -> int | None:
    return None if day is None else day.toordinal() - _DAY_ZERO


def shown(
    codes: CellCodes, resolution: int, wanted: npt.NDArray[np.bool_], *, bbox: Box | None
) -> npt.NDArray[np.integer]:
    """Return the wanted codes of cells in the order of the cells, of a box those that may touch it.

    Parameters
    ----------
    codes
        Of the resolution.
    wanted
        Shape (n,), by code.
    """
    if bbox is None:
        return codes.order[wanted[codes.order]]
    near = np.flatnonzero(codes.near(bbox, reach=_REACH_DEGREES[resolution]) & wanted)
    return near[np.argsort(codes.cells[near])]


def near(cells: Cells, bbox: Box) -> npt.NDArray[np.bool_]:
    """Say of each of some cells of one resolution whether it may touch a box.

    Parameters
    ----------
    bbox
        West, south, east, north in degrees.
    """
    if not cells.size:
        return np.zeros(0, np.bool_)
    lon, lat = (degrees.astype(np.float32) for degrees in centres(cells))
    return CellCodes.of(cells, lon, lat).near(bbox, reach=_REACH_DEGREES[resolution_of(cells)])


def size_of(state: State, column: str) -> int:
    """Return how many codes a column may have: all are smaller."""
    if column in ID_COLUMNS:
        return state.last_place + 1
    if column.startswith("cell"):
        return len(state.cells[int(column[4:])])
    return len(HOURS) if column == "hour" else len(state.words[column].words)


def tallied(state: State, column: str, choice: Choice) -> Counts:
    """Count what is chosen for each code of a column: shape (`size_of`,)."""
    size = size_of(state, column)
    total = np.zeros(size, np.uint32)
    for part in state.pieces:
        total += tally(part, column, choice, size)
    return total
