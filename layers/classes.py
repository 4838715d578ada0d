"""Sort counts into a few classes with whole numbers as edges, so that a legend can say its numbers."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Method = Literal["quantile", "fixed"]

METHODS: Final[tuple[Method, ...]] = ("quantile", "fixed")


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
        what a frequent value takes too much is shared by the classes above it. `fixed`: steps of
        1, 2, 5, 10, 20, 50, … up to the largest value, which stay the same from one filter to the next.

    Returns
    -------
    Strictly ascending; class i holds `edges[i] <= count < edges[i + 1]`, the last one all from its edge
    on. The first edge is the smallest value (`quantile`) or 1 (`fixed`). Empty where there are no values.
    """
    if n < 1:
        raise ValueError(f"n is {n}. Expected at least one class.")
    counts = np.asarray(values)
    counts = counts[counts >= 1]
    if not counts.size:
        return []
    if method == "fixed":
        return _steps(int(counts.max()), n)
    if method == "quantile":
        return _quantiles(counts, n)
    raise ValueError(f"'{method}' is not a method. Expected one of {', '.join(METHODS)}.")


def classify(values: npt.ArrayLike, lowest: Sequence[int]) -> npt.NDArray[np.intp]:
    """Return each value's class, from 0; -1 for a value below the first edge."""
    return np.searchsorted(np.asarray(lowest), np.asarray(values), side="right") - 1


def ranges(lowest: Sequence[int]) -> list[tuple[int, int | None]]:
    """Return each class's first and last count, both included; None for the open end."""
    closed: list[tuple[int, int | None]] = [(first, after - 1) for first, after in pairwise(lowest)]
    return closed + [(first, None) for first in lowest[-1:]]


def _quantiles(counts: npt.NDArray[np.integer], n: int) -> list[int]:
    distinct, cells = np.unique(counts, return_counts=True)
    if distinct.size <= n:
        return [int(value) for value in distinct]
    below = np.concatenate(([0], np.cumsum(cells)))  # cells with a smaller value than distinct[i]
    chosen = [0]
    for left in range(n - 1, 0, -1):
        begun = chosen[-1]
        target = below[begun] + (below[-1] - below[begun]) / (left + 1)
        nearest = begun + 1 + int(np.argmin(np.abs(below[begun + 1 : -1] - target)))
        chosen.append(min(nearest, distinct.size - left))  # leave a value for each class above
    return [int(distinct[i]) for i in chosen]


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
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    whole = np.floor(value / unit) if down else np.round(value / unit)
    return float(f"{whole * unit:.2g}")
