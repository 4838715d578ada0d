"""The different combinations of values among many rows: a rule is asked once for each, not once a row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl


def of(columns: Sequence[pl.Series]) -> tuple[list[tuple[Any, ...]], npt.NDArray[np.int64]]:
    """Find the different rows of some columns.

    Parameters
    ----------
    columns
        At least one, of the same length, without nulls.

    Returns
    -------
    The different rows, and for each row which of them it is.
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    values = [column.unique() for column in columns]
    for column, own in zip(columns, values, strict=True):
        place = column.replace_strict(own, pl.int_range(len(own), eager=True), return_dtype=pl.Int64)
        code = code * len(own) + place.to_numpy()
    present, which = np.unique(code, return_inverse=True)
    if not len(present):
        return [], which
    places = np.unravel_index(present, [len(own) for own in values])
    found = [own.gather(place).to_list() for own, place in zip(values, places, strict=True)]
    return list(zip(*found, strict=True)), which
