"""Sort figures into a few classes whose edges are numbers that a legend can say."""

from collections.abc import Sequence
from itertools import pairwise
from math import floor, log10
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from layers import breaks

Method = Literal["quantile", "natural", "fixed"]

METHODS: Final[tuple[Method, ...]] = ("quantile", "natural", "fixed")

#: Percent of change that part the classes on either side of none, by how many there are on a side.
_CHANGES: Final = {0: [], 1: [10.0], 2: [10.0, 50.0], 3: [5.0, 20.0, 50.0]}
#: Nothing can shrink by more. Classes of growth end before, so that shrinking has as many.
_ALL_GONE: Final = -100.0
_MOST_SHRUNK: Final = 95.0
_DIGITS: Final = 12

_Values = npt.NDArray[Any]


def edges(values: npt.ArrayLike, n: int = 5, method: Method = "quantile") -> list[int]:
    """Choose the lowest count of each class.

    Parameters
    ----------
    values
        Shape (m,), whole numbers; those below 1 are left out (an empty cell is not drawn).
    n
        Most classes wanted, at least 1. Fewer come back where there are fewer distinct values.
    method
        `quantile`: about equally many cells in each class; a value is never split over two classes, and
        what a frequent value takes too much is shared by the classes above it. `natural`: within a class the
        values are as alike as can be (`layers.breaks`). `fixed`: steps of 1, 2, 5, 10, 20, 50, … up to the
        largest value, which stay the same from one filter to the next.

    Returns
    -------
    Strictly ascending; class i holds `edges[i] <= count < edges[i + 1]`, the last one all from its edge
    on. The first edge is the smallest value, or 1 (`fixed`). Empty where there are no values.
    """
    _check(n, method)
    counts = np.asarray(values)
    counts = counts[counts >= 1]
    if not counts.size:
        return []
    if method == "fixed":
        return _steps(int(counts.max()), n)
    return [int(value) for value in _lowest(counts, n, method)]


def figure_edges(
    values: npt.ArrayLike, n: int = 5, method: Method = "quantile", *, top: float | None = None
) -> list[float]:
    """Choose the lowest value of each class of figures that are no counts.

    Parameters
    ----------
    values
        Shape (m,), at least 0; those that are NaN or infinite are left out.
    n, method
        As of `edges`.
    top
        The largest value that there can be, such as 100 of a share: `fixed` are then equal parts of it.

    Returns
    -------
    As of `edges`; rounded, to two digits where that leaves no class without a value. The first edge is the
    smallest value rounded down, or 0 (`fixed`).
    """
    _check(n, method)
    figures = np.asarray(values, np.float64)
    figures = figures[np.isfinite(figures)]
    if not figures.size:
        return []
    if method != "fixed":
        return _said(np.unique(figures), _lowest(figures, n, method))
    if top is not None:
        return [round(top * part / n, 1) for part in range(n)]
    largest = float(figures.max())
    # So that there are some steps of 1, 2, 5 below it.
    unit = 10.0 ** (floor(log10(largest)) - 1) if 0 < largest < 10 else 1.0
    steps = _steps(floor(largest / unit), n - 1) if largest > 0 and n > 1 else []
    return [0.0, *(round(step * unit, _DIGITS) for step in steps)]


def change_edges(values: npt.ArrayLike, n: int = 5, method: Method = "quantile") -> list[float]:
    """Choose the lowest value of each class of changes in percent: those of growth mirror those of shrinking.

    Parameters
    ----------
    values
        Shape (m,), from -100 on; those that are NaN or infinite are left out.
    n
        Most classes wanted, at least 1. Of an odd number the one in the middle is for next to no change.
    method
        As of `edges`, of the sizes of the changes; `fixed` are 5, 20 and 50 percent (seven classes and more),
        10 and 50 (five), or 10 (three).

    Returns
    -------
    As of `edges`; the first edge is -100. Classes of one side may hold nothing.
    """
    _check(n, method)
    changes = np.asarray(values, np.float64)
    sizes = np.abs(changes[np.isfinite(changes)])
    if not sizes.size:
        return []
    sides = (n - 1) // 2
    if method == "fixed":
        outer = _CHANGES[min(sides, max(_CHANGES))]
    else:
        some = np.minimum(sizes[sizes > 0], _MOST_SHRUNK)
        # The class in the middle takes the smallest changes, each of the others is one on either side.
        outer = _said(np.unique(some), _lowest(some, sides + 1, method))[1:] if some.size else []
    middle = [0.0] if n % 2 == 0 else []
    return [_ALL_GONE, *(-edge for edge in reversed(outer)), *middle, *outer]


def classify(values: npt.ArrayLike, lowest: Sequence[float]) -> npt.NDArray[np.intp]:
    """Return each value's class, from 0; -1 for what is no figure. What is below all edges is in class 0."""
    figures = np.asarray(values, np.float64)
    places = np.maximum(np.searchsorted(np.asarray(lowest), figures, side="right") - 1, 0)
    return np.where(np.isnan(figures), -1, places)


def ranges(lowest: Sequence[int]) -> list[tuple[int, int | None]]:
    """Return each class's first and last count, both included; None for the open end."""
    closed: list[tuple[int, int | None]] = [(first, after - 1) for first, after in pairwise(lowest)]
    return closed + [(first, None) for first in lowest[-1:]]


def _check(n: int, method: str) -> None:
    if n < 1:
        raise ValueError(f"n is {n}. Expected at least one class.")
    if method not in METHODS:
        raise ValueError(f"'{method}' is not a method. Expected one of {', '.join(METHODS)}.")


def _lowest(values: _Values, n: int, method: Method) -> _Values:
    """Return the smallest value of each class."""
    return breaks.natural(values.astype(np.float64), n) if method == "natural" else _quantiles(values, n)


def _said(distinct: _Values, lowest: _Values) -> list[float]:
    """Round the smallest values of classes: to two digits, else only as far as each value keeps its class."""
    first = _two_digits(float(lowest[0]), down=True)
    rounded = [first, *(_two_digits(float(value)) for value in lowest[1:])]
    begins = np.searchsorted(distinct, rounded)
    if (np.diff(np.append(begins, distinct.size)) > 0).all() and all(a < b for a, b in pairwise(rounded)):
        return rounded
    below = distinct[np.searchsorted(distinct, lowest[1:]) - 1]
    return [first, *(_roundest(float(a), float(b)) for a, b in zip(below, lowest[1:], strict=True))]


def _roundest(under: float, edge: float) -> float:
    """Return the number with the fewest digits that is above one and at most the other."""
    first = floor(log10(edge))
    for digits in range(1, _DIGITS):
        unit = 10.0 ** (first - digits + 1)
        rounded = round(floor(edge / unit + 1e-9) * unit, max(0, digits - first - 1))
        if under < rounded <= edge:
            return rounded
    return edge


def _quantiles(values: _Values, n: int) -> _Values:
    distinct, cells = np.unique(values, return_counts=True)
    if distinct.size <= n:
        return distinct
    below = np.concatenate(([0], np.cumsum(cells)))  # cells with a smaller value than distinct[i]
    chosen = [0]
    for left in range(n - 1, 0, -1):
        begun = chosen[-1]
        target = below[begun] + (below[-1] - below[begun]) / (left + 1)
        nearest = begun + 1 + int(np.argmin(np.abs(below[begun + 1 : -1] - target)))
        chosen.append(min(nearest, distinct.size - left))  # leave a value for each class above
    return distinct[chosen]


def _steps(largest: int, n: int) -> list[int]:
    steps, decade = [], 1
    while decade <= largest:
        steps += [step * decade for step in (1, 2, 5) if step * decade <= largest]
        decade *= 10
    if len(steps) <= n:
        return steps
    places = np.linspace(0, len(steps) - 1, n).round().astype(int)
    return [steps[place] for place in places]


def rate_edges(rates: npt.ArrayLike, n: int = 5) -> list[float]:
    """Choose the lowest rate of each class: about equally many rates in each, with edges that can be said.

    Parameters
    ----------
    rates
        Shape (m,); those that are NaN or not above 0 are left out.
    n
        Most classes wanted, at least 1.

    Returns
    -------
    Strictly ascending, each of two digits; the first is the smallest rate rounded down, the lowest class
    takes what is below too. Empty where there are no rates.
    """
    if n < 1:
        raise ValueError(f"n is {n}. Expected at least one class.")
    values = np.asarray(rates, dtype=np.float64)
    values = np.sort(values[np.isfinite(values) & (values > 0)])
    if not values.size:
        return []
    cuts = values[(np.arange(1, n) * values.size) // n]
    said = [_two_digits(float(value)) for value in cuts]
    first = _two_digits(float(values[0]), down=True)
    return [first, *sorted({edge for edge in said if first < edge <= values[-1]})]


def _two_digits(value: float, *, down: bool = False) -> float:
    if value == 0:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    whole = np.floor(value / unit) if down else np.round(value / unit)
    return float(f"{whole * unit:.2g}")
