"""Counts that are indexed by cells, read and checked once for every statistic."""

from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.cell_ids import Cells, check
from geo.errors import AnalysisError, NotEnoughDataError

Values = npt.NDArray[np.float64]
Kind = TypeVar("Kind", bound=np.generic)

#: Whole numbers above are not told apart any more, and the squares of far larger ones are infinite: every
#: score would be zero.
_MOST: Final = 2.0**53


def read(counts: "pd.Series[Any]", *, name: str = "counts") -> tuple[Cells, Values]:
    """Return the cells and the numbers of a series of counts.

    Parameters
    ----------
    counts
        Shape (n,), indexed by cells: numbers from 0 to 2**53.
    name
        What the caller calls them, for the message.

    Raises
    ------
    AnalysisError
        No series, values that are missing, infinite, below zero, too large or no numbers.
    CellError
        An index that holds ids that are no cells.
    """
    if not isinstance(counts, pd.Series):
        raise AnalysisError(
            f"'{name}' is of type {type(counts).__name__}. Expected a pandas Series indexed by cells."
        )
    try:
        values = counts.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise AnalysisError(f"'{name}' holds values that are not numbers: {error}.") from error
    wrong = ~((values >= 0) & (values <= _MOST))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise AnalysisError(
            f"{np.count_nonzero(wrong):,} of {len(values):,} values in '{name}' are no counts; first: "
            f"{values[row]} (row {row}). Expected numbers from 0 to 2⁵³; a cell of the study area without a "
            "report is a 0, a cell that nobody knows of is left out."
        )
    cells = check(counts.index, column=f"{name}.index") if len(values) else np.zeros(0, np.uint64)
    return cells, values


def over_all(
    answers: npt.NDArray[Kind], known: npt.NDArray[np.bool_], *, unknown: Any = np.nan
) -> npt.NDArray[Kind]:
    """Lay the answers of known cells over all cells.

    Parameters
    ----------
    answers
        Shape (m,): one of each known cell, in their order.
    known
        Shape (n,), m of them true.
    unknown
        What is said of the other cells.

    Returns
    -------
    Shape (n,), of the dtype of `answers`.
    """
    everywhere = np.full(known.shape, unknown, answers.dtype)
    everywhere[known] = answers
    return everywhere


def require_difference(values: Values, *, of: str = "counts") -> None:
    """Check that there is something to tell apart.

    Raises
    ------
    NotEnoughDataError
        Fewer than two values, or values that are all the same.
    """
    if values.size <= 1:
        raise NotEnoughDataError(
            f"Too few cells: {values.size} with {of}. Expected two or more; add the empty cells of the study "
            "area (`cells.fill`)."
        )
    if values.min() == values.max():
        raise NotEnoughDataError(
            f"All {values.size:,} {of} are {values[0]:g}: no cell differs from the others. Were the empty "
            "cells of the study area added (`cells.fill`)?"
        )
