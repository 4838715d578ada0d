"""Answers about hot spots that are kept for the next one who asks."""

from collections.abc import Callable, Hashable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.hot_cells import HotAsked, HotCells

_ROW: Final = np.dtype([("cell", np.uint64), ("figure", np.float64), ("n", np.uint32), ("code", np.uint8)])
#: Why there is no answer: too few steps, too few cells, all the same, no visits or nothing else to count by.
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
    rows = cube.kept.get((cube.version, "hot", asked, *also), lambda: _rows(make()))
    told = rows[:-1]
    note = _NOTES[int(rows["code"][-1])]
    return HotCells(told["cell"], told["code"], classes, told["figure"], told["n"], note)


def without_answer(cells: npt.NDArray[np.uint64], n: Any, classes: tuple[str, ...], note: str) -> HotCells:
    """Return what is said where nothing can be said: every cell of the first class, and why."""
    return HotCells(
        cells, np.zeros(len(cells), np.uint8), classes, np.full(len(cells), np.nan), np.asarray(n), note
    )


def _rows(answer: HotCells) -> npt.NDArray[np.void]:
    """Put an answer into one array; a row more than cells holds the note."""
    rows = np.zeros(len(answer.cells) + 1, _ROW)
    for column, values in (
        ("cell", answer.cells),
        ("figure", answer.figures),
        ("n", answer.n),
        ("code", answer.codes),
    ):
        rows[column][:-1] = values
    rows["code"][-1] = _NOTES.index(answer.note)
    return rows
