"""Answers about hot spots that are kept for the next one who asks."""

from collections.abc import Callable, Hashable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.hot_cells import HotAsked, HotCells
from geo.cell_counts import over_all

#: The columns of an answer, the widest first, so that each begins where its numbers may.
_COLUMNS: Final = (np.uint64, np.float64, np.uint32, np.uint8)
#: Bytes of a cell in all of them.
_ROW_BYTES: Final = sum(np.dtype(column).itemsize for column in _COLUMNS)
#: Why there is no answer: too few steps, too few cells (or cells with something to count by), all the same,
#: no visits.
_NOTES: Final = ("", "steps", "cells", "same", "visits")


def kept(
    cube: Cube,
    asked: HotAsked,
    classes: tuple[str, ...],
    make: Callable[[], HotCells],
    *,
    also: tuple[Hashable, ...] = (),
) -> HotCells:
    """Return the answer to a question, made now if it is not kept for this version of the cube.

    Parameters
    ----------
    classes
        Of every answer that `make` gives.
    make
        Called where no answer is kept.
    also
        What else the answer depends on: the state of the places, today.
    """
    packed = cube.kept.get((cube.version, "hot", asked, *also), lambda: _packed(make()))
    cells, figures, n, codes = _unpacked(packed[:-1])
    return HotCells(cells, codes, classes, figures, n, _NOTES[int(packed[-1])])


def without_answer(cells: npt.NDArray[np.uint64], n: Any, classes: tuple[str, ...], note: str) -> HotCells:
    """Return what is said where nothing can be said: every cell of the first class, and why."""
    return HotCells(
        cells, np.zeros(len(cells), np.uint8), classes, np.full(len(cells), np.nan), np.asarray(n), note
    )


def with_answer(
    cells: npt.NDArray[np.uint64],
    n: Any,
    classes: tuple[str, ...],
    *,
    known: npt.NDArray[np.bool_],
    codes: Any,
    figures: Any,
) -> HotCells:
    """Return the answer of the known cells among all of them; the rest are of the first class.

    Parameters
    ----------
    known
        Shape (n,): the cells that there is something to say of.
    codes, figures
        Shape (m,), of these.
    """
    return HotCells(
        cells,
        over_all(np.asarray(codes, np.uint8), known, unknown=0),
        classes,
        over_all(np.asarray(figures, np.float64), known),
        np.asarray(n),
    )


def _packed(answer: HotCells) -> npt.NDArray[np.uint8]:
    """Put an answer into one array, column after column; a byte more holds the note."""
    packed = np.empty(len(answer.cells) * _ROW_BYTES + 1, np.uint8)
    columns = answer.cells, answer.figures, answer.n, answer.codes
    for place, values in zip(_unpacked(packed[:-1]), columns, strict=True):
        place[:] = values
    packed[-1] = _NOTES.index(answer.note)
    return packed


def _unpacked(packed: npt.NDArray[np.uint8]) -> tuple[Any, ...]:
    """Return the columns as parts of the array that holds them."""
    rows, first, columns = len(packed) // _ROW_BYTES, 0, []
    for column in _COLUMNS:
        after = first + rows * np.dtype(column).itemsize
        columns.append(packed[first:after].view(column))
        first = after
    return tuple(columns)
