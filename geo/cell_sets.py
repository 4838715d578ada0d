"""Sets of cells as short text, for an address: `10~` and a few letters for each cell.

A cell's *path* is its base cell and its digits down to its resolution, without the unused digits: at most 43
bits, which a JavaScript number holds exactly. Paths of neighbours are close to each other, so the differences
of ascending paths are mostly small.
"""

import base64
import binascii
from typing import Any, Final

import numpy as np

from geo import varints
from geo.cell_ids import Cells, check, resolution_of
from geo.errors import CellError

#: An address holds about so many cells: two letters or three for each.
MOST_CELLS: Final = 5_000

_RESOLUTION_SHIFT: Final = 52
_MODE_CELL: Final = 1 << 59
_FINEST: Final = 15


def pack(cells: Any) -> str:
    """Write cells of one resolution; those given twice are written once, the empty set is the empty text.

    Raises
    ------
    CellError
        Ids that are no cells, mixed resolutions, or more than `MOST_CELLS`.
    """
    if isinstance(cells, tuple) and not cells:
        return ""  # asked for with every filter, most of which have none
    unique = np.unique(check(cells))
    if not unique.size:
        return ""
    if unique.size > MOST_CELLS:
        raise CellError(
            f"{unique.size:,} cells are too many for an address. Expected {MOST_CELLS:,} at most."
        )
    resolution = resolution_of(unique)
    steps = np.diff(paths(unique, resolution), prepend=np.uint64(0))
    return f"{resolution}~{base64.urlsafe_b64encode(varints.pack(steps)).decode().rstrip('=')}"


def unpack(text: str) -> Cells:
    """Read what `pack` wrote, ascending.

    Raises
    ------
    CellError
        Text that `pack` did not write, or that was cut off.
    """
    if not text:
        return np.zeros(0, np.uint64)
    resolution, tilde, letters = text.partition("~")
    known = tilde and resolution.isascii() and resolution.isdigit() and int(resolution) <= _FINEST
    try:
        if not known or not letters:
            raise CellError("There is no resolution before the cells.")
        steps = varints.unpack(base64.b64decode(letters + "=" * (-len(letters) % 4), b"-_", validate=True))
        cells = from_paths(np.cumsum(steps, dtype=np.uint64), int(resolution))
        cells = check(np.unique(cells))
        if cells.size > MOST_CELLS or cells.size != steps.size:
            raise CellError(f"{steps.size:,} cells, some twice. Expected at most {MOST_CELLS:,}, each once.")
    except (CellError, binascii.Error, ValueError) as error:
        raise CellError(f"'{text[:40]}' is not a set of cells: {error}") from error
    return cells


def paths(ids: Cells, resolution: int) -> Cells:
    """Cut mode, resolution and unused digits off cells of one resolution."""
    shift = _unused_bits(resolution)
    mask = (np.uint64(1) << (np.uint64(_RESOLUTION_SHIFT) - shift)) - np.uint64(1)
    return (ids >> shift) & mask


def from_paths(cut: Cells, resolution: int) -> Cells:
    """Put back what `paths` cut off; the unused digits are all ones."""
    shift = _unused_bits(resolution)
    head = np.uint64(_MODE_CELL | (resolution << _RESOLUTION_SHIFT))
    return head | (cut << shift) | ((np.uint64(1) << shift) - np.uint64(1))


def _unused_bits(resolution: int) -> np.uint64:
    return np.uint64(3 * (_FINEST - resolution))
