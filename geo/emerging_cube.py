"""The cube that emerging hot spots are looked for in: what it must be like, and the disks of its cells."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.errors import AnalysisError, NotEnoughDataError
from geo.mann_kendall import LEAST_STEPS
from geo.neighbourhood import Neighbourhood

#: A step may be this much longer than another (months are), but none may be missing.
_LONGER: Final = 1.25


def checked_cube(cube: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any], Any]:
    """Return values, starts and the index of a frame (None for an array), or say what is wrong with them.

    Starts in a time zone come back as its local times.

    Raises
    ------
    AnalysisError, NotEnoughDataError
        As `geo.emerging.analyse`.
    """
    is_frame = hasattr(cube, "columns") and hasattr(cube, "to_numpy") and hasattr(cube, "index")
    values = _numbers(cube, is_frame=is_frame)
    _check_counts(values)
    if not is_frame:
        return values, np.arange(values.shape[1]), None
    columns = cube.columns
    if getattr(columns, "tz", None) is not None:
        columns = columns.tz_localize(None)  # numpy knows no zones: what counts is the city's own calendar
    starts = np.asarray(columns)
    _check_steps(starts)
    return values, starts, cube.index


def _numbers(cube: Any, *, is_frame: bool) -> npt.NDArray[Any]:
    """Return the values of a cube of enough steps as numbers, shape (cells, steps)."""
    try:
        values: npt.NDArray[Any] = cube.to_numpy() if is_frame else np.asarray(cube)
    except ValueError as why:
        raise AnalysisError(
            "The rows of the cube are of different lengths. Expected (cells, steps)."
        ) from why
    if values.ndim != 2:
        raise AnalysisError(f"The cube has shape {values.shape}. Expected (cells, steps).")
    steps = values.shape[1]
    if steps < LEAST_STEPS:
        raise NotEnoughDataError(
            f"The cube has {steps} steps. Expected at least {LEAST_STEPS}: take a longer period or shorter "
            "steps."
        )
    if values.dtype.kind not in "uif":
        try:
            values = values.astype(np.float64, casting="unsafe" if values.dtype.kind == "O" else "safe")
        except (TypeError, ValueError) as why:
            raise AnalysisError(f"The cube holds {values.dtype} values. Expected numbers.") from why
    return values


def _check_counts(values: npt.NDArray[Any]) -> None:
    """Raise where a value is missing, infinite or negative."""
    if values.dtype.kind == "f" and not (finite := np.isfinite(values)).all():
        row, column = np.argwhere(~finite)[0]
        raise AnalysisError(
            f"{np.count_nonzero(~finite):,} of {values.size:,} values of the cube are missing or infinite; "
            f"first: row {row}, step {column}. A cell without a report counts 0; leave out what is unknown."
        )
    if values.dtype.kind != "u" and (negative := values < 0).any():
        row, column = np.argwhere(negative)[0]
        raise AnalysisError(
            f"{np.count_nonzero(negative):,} of {values.size:,} values of the cube are negative; first: "
            f"{values[row, column]:g} (row {row}, step {column}). Expected counts or rates, 0 or more."
        )


def _check_steps(starts: npt.NDArray[Any]) -> None:
    """Raise where columns that can be put in order are not, or one is missing among them."""
    order = starts
    if order.dtype == object:
        try:
            order = order.astype("datetime64[s]")
        except (TypeError, ValueError):
            return
    if order.dtype.kind not in "iufM":
        return
    gaps = np.diff(order).astype(np.float64)
    if not (gaps > 0).all():
        at = int(np.argmin(gaps > 0))
        raise AnalysisError(
            f"The steps of the cube are not in order: {starts[at + 1]} comes after {starts[at]}. Expected "
            "each step once, ascending."
        )
    if gaps.max() > _LONGER * gaps.min():
        at = int(np.argmax(gaps))
        raise AnalysisError(
            f"The steps of the cube are not of one length: there is a gap between {starts[at]} and "
            f"{starts[at + 1]}. Expected every step; one without a report is a column of zeros."
        )


def neighbourhood_of(n: int, cells: Any, around: Neighbourhood | None, ring: int) -> Neighbourhood:
    """Return the disks of the n rows of a cube, or say why none can be compared with others.

    Raises
    ------
    AnalysisError, NotEnoughDataError, CellError
        As `geo.emerging.analyse`.
    """
    if around is None:
        if cells is None:
            raise AnalysisError(
                "An array has no cells. Give them as `cells`, or a frame with cells as its index."
            )
        if n < 2:
            raise NotEnoughDataError(
                f"{n} cells. Expected more: a hot spot is hotter than the cells elsewhere."
            )
        around = Neighbourhood.of(cells, ring)
    if len(around.cells) != n:
        raise AnalysisError(
            f"{len(around.cells):,} cells for {n:,} rows of the cube. Expected one for each row."
        )
    if not (around.sizes < n).any():
        raise NotEnoughDataError(
            f"{n:,} cells, all of which lie in every disk of ring {around.ring}: there is nothing elsewhere "
            "to compare with. Take a wider area or a smaller ring."
        )
    return around
