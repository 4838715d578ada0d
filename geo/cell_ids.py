"""Ids of H3 cells: what is one, which resolution it has, how it is written."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import polars_h3

from geo.errors import CellError

#: H3 ids, one a row. Everything in `geo` hands cells round in this form.
Cells: TypeAlias = npt.NDArray[np.uint64]

_EXPECTED = (
    "Expected 15 hex digits such as '8a2a1072b59ffff', or the same as an integer; "
    "from coordinates use cells.from_points."
)
_FINEST = 15


def check(ids: Any, *, column: str = "cell", resolution: int | None = None) -> Cells:
    """Return the ids as cells, or say which of them are none.

    Parameters
    ----------
    ids
        Shape (n,): integers or hex texts, as an array, a list or a Polars or pandas column.
    column
        What the caller calls the ids, for the message.
    resolution
        Where given, every cell must have it.

    Returns
    -------
    Shape (n,), uint64; the array itself where it was such an array.

    Raises
    ------
    CellError
        Ids that are not H3 cells (edges, vertices and nulls included), or of another resolution.
    """
    ids = _as_rows(ids, column)
    series = _as_series(ids, column)
    valid = _valid(series)
    if not valid.all():
        row = int(np.argmin(valid))
        raise CellError(
            f"{np.count_nonzero(~valid):,} of {len(valid):,} ids in column '{column}' are not H3 cells; "
            f"first: {_quoted(ids, row)} (row {row}). {_EXPECTED}"
        )
    if series.dtype == pl.String:
        cells = series.to_frame("cell").select(polars_h3.str_to_int("cell")).to_series().to_numpy()
    else:
        cells = series.to_numpy()
    if resolution is not None:
        _check_one_resolution(cells, check_resolution(resolution), column)
    return cells


def check_resolution(resolution: Any) -> int:
    """Return the resolution as an int, or raise `CellError` where H3 has no such resolution."""
    if _is_id(resolution) and resolution <= _FINEST:
        return int(resolution)
    raise CellError(f"{resolution!r} is not an H3 resolution. Expected a whole number from 0 to {_FINEST}.")


def parse(texts: Any) -> Cells:
    """Read cells from their texts of 15 hex digits, small or capital.

    Raises
    ------
    CellError
        Texts that name no cell.
    """
    return check(pl.Series("cell", texts, dtype=pl.String) if len(texts) == 0 else texts)


def to_text(cells: Any) -> pl.Series:
    """Write cells as texts of 15 hex digits.

    Returns
    -------
    Shape (n,), String; the form for JavaScript, GeoJSON and people, whose numbers end at 53 bits.
    """
    return _frame(check(cells)).select(polars_h3.int_to_str("cell")).to_series()


def resolution_of(cells: Any) -> int:
    """Return the one resolution that all cells have.

    Raises
    ------
    CellError
        Cells of several resolutions, or no cells at all.
    """
    cells = check(cells)
    if len(cells) == 0:
        raise CellError("No cells, so no resolution. Expected at least one cell.")
    resolution = int(resolutions(cells[:1])[0])
    _check_one_resolution(cells, resolution, "cell")
    return resolution


def resolutions(cells: Cells) -> npt.NDArray[np.uint8]:
    """Return each cell's own resolution, 0 to 15."""
    return ((cells >> np.uint64(52)) & np.uint64(15)).astype(np.uint8)


def _check_one_resolution(cells: Cells, resolution: int, column: str) -> None:
    other = resolutions(cells) != resolution
    if other.any():
        row = int(np.argmax(other))
        first = cells[row : row + 1]
        raise CellError(
            f"{np.count_nonzero(other):,} of {len(cells):,} cells in column '{column}' are not of resolution "
            f"{resolution}; first: '{int(first[0]):x}' (row {row}) of resolution {resolutions(first)[0]}. "
            "Expected one resolution; count the points again at the resolution you want."
        )


def _as_rows(ids: Any, column: str) -> Any:
    """Return the ids as something that has rows: a set or an iterator has none yet."""
    if isinstance(ids, str | bytes) or not hasattr(ids, "__iter__"):
        raise CellError(
            f"Column '{column}' is a single {type(ids).__name__}: {ids!r}. Expected a list of ids."
        )
    return ids if hasattr(ids, "__getitem__") else list(ids)


def _as_series(ids: Any, column: str) -> pl.Series:
    """Return the ids as a UInt64 or String column in which a value that cannot be an id is null."""
    if isinstance(ids, np.ndarray) and ids.dtype == np.uint64 and ids.ndim == 1:
        return pl.Series(column, ids)
    if getattr(ids, "ndim", 1) != 1:
        raise CellError(f"The ids in column '{column}' have shape {ids.shape}. Expected one dimension.")
    series = ids if isinstance(ids, pl.Series) else _gathered(ids, column)
    if series.dtype in (pl.String, pl.UInt64):
        return series
    if series.dtype.is_integer() or series.dtype == pl.Null:
        return series.cast(pl.UInt64, strict=False)
    if series.dtype in (pl.Categorical, pl.Enum):
        return series.cast(pl.String)
    raise CellError(f"The ids in column '{column}' are of type {series.dtype}. {_EXPECTED}")


def _gathered(ids: Any, column: str) -> pl.Series:
    if getattr(getattr(ids, "dtype", None), "kind", "O") in "iu" and not hasattr(ids, "mask"):
        return pl.Series(column, np.asarray(ids))
    values = ids.tolist() if hasattr(ids, "tolist") else list(ids)
    if any(isinstance(value, str) for value in values):
        return pl.Series(column, [_text(value) for value in values], dtype=pl.String)
    whole = [int(value) if _is_id(value) else None for value in values]
    return pl.Series(column, whole, dtype=pl.UInt64)


def _text(value: Any) -> str | None:
    """Return a text as it is and an integer in hex digits, for lists that hold both."""
    return value if isinstance(value, str) else f"{int(value):x}" if _is_id(value) else None


def _is_id(value: Any) -> bool:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and 0 <= int(value) < 2**64


def _valid(series: pl.Series) -> npt.NDArray[np.bool_]:
    valid = series.to_frame("cell").select(polars_h3.is_valid_cell("cell").fill_null(value=False))
    return valid.to_series().to_numpy()


def _quoted(ids: Any, row: int) -> str:
    value = (ids.iloc if hasattr(ids, "iloc") else ids)[row]
    return repr(value.item() if isinstance(value, np.generic) else value)


def _frame(cells: Cells) -> pl.DataFrame:
    return pl.DataFrame({"cell": cells})
