"""Rates of places: reports for each 100 m of a street, each 100 households of a compound, each hectare else.

A rate from few reports is mostly chance, so each comes with the interval in which the true rate lies at 95 %,
and places are ordered by its lower end: one report on a short lane does not make it the worst street.

Source: F. Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28(3/4), 437-442. Counts
from `_EXACT_BELOW` on: E. B. Wilson and M. M. Hilferty (1931), PNAS 17(12), 684-688, where the two agree.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from data import place_kinds
from i18n import N_, gettext

Floats = npt.NDArray[np.float64]
Order = Literal["low", "rate", "n"]

LEVEL: Final = 0.95
#: Below this many reports the standard error is about a third of the rate or more: the rate is marked.
UNCERTAIN_BELOW: Final = 10

_EXACT_BELOW: Final = 200
_HALVINGS: Final = 60


@dataclass(frozen=True, slots=True)
class Measure:
    """What the reports of a kind of place are divided by.

    Attributes
    ----------
    column
        Of a table of places: `length_m`, `households` or `area_m2`.
    per
        So many of it make the unit of the rate.
    """

    column: str
    per: float
    _words: str

    @property
    def words(self) -> str:
        """The unit, such as "per 100 m", in the language in use."""
        return gettext(self._words)


_MEASURES: Final = {
    place_kinds.STREET: Measure("length_m", 100, N_("per 100 m")),
    "compound": Measure("households", 100, N_("per 100 households")),
}
_GROUND: Final = Measure("area_m2", 10_000, N_("per hectare"))


def measure_of(kind: str) -> Measure:
    """Return what the rate of a kind of place is by."""
    return _MEASURES.get(kind, _GROUND)


def with_rates(frame: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Put rates beside counts.

    Parameters
    ----------
    frame
        A row for each place: `n` (reports, null counts as none) and the measure's column.

    Returns
    -------
    The frame with `rate`, `low`, `high` (in the measure's unit; null where the place's length, households or
    area is unknown or none: that is no figure, not zero) and `uncertain` (it has a rate, from few reports).
    """
    n = frame["n"].fill_null(0).cast(pl.Int64)
    base = frame[measure.column].cast(pl.Float64).fill_null(np.nan).to_numpy() / measure.per
    base = np.where(np.isfinite(base) & (base > 0), base, np.nan)
    low, high = poisson_interval(n.to_numpy())
    columns = {"rate": n.to_numpy() / base, "low": low / base, "high": high / base}
    rated = [pl.Series(name, values, dtype=pl.Float64, nan_to_null=True) for name, values in columns.items()]
    return frame.with_columns(n, *rated).with_columns(
        uncertain=pl.col("rate").is_not_null() & (pl.col("n") < UNCERTAIN_BELOW)
    )


def ordered(frame: pl.DataFrame, by: Order = "low") -> pl.DataFrame:
    """Order places, the worst first: by what the rate is at least, by the plain rate, or by reports.

    Places without a figure come last; equal ones by reports, then by id.
    """
    columns = list(dict.fromkeys([by, "n"]))
    return frame.sort([*columns, "id"], descending=[True] * len(columns) + [False], nulls_last=True)


def poisson_interval(counts: npt.ArrayLike, *, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return the ends of the exact interval for the mean of a Poisson count.

    Parameters
    ----------
    counts
        Whole numbers, 0 or more.
    level
        How sure the interval is, between 0 and 1; both tails are equal.

    Returns
    -------
    Lower and upper end, each of the shape of `counts`; the lower one of 0 is 0.
    """
    if not 0 < level < 1:
        raise ValueError(f"The level {level} is not between 0 and 1.")
    asked = np.asarray(counts, dtype=np.int64)
    if asked.size and asked.min() < 0:
        raise ValueError(f"A count is {asked.min()}. Expected 0 or more.")
    unique, place = np.unique(asked, return_inverse=True)
    tail = (1 - level) / 2
    low, high = _approximate(unique, tail)
    few = unique[unique < _EXACT_BELOW]
    # P(X >= n | low) = tail is P(X <= n - 1 | low) = 1 - tail.
    low[: few.size] = np.where(few == 0, 0.0, _mean_with(np.maximum(few - 1, 0), 1 - tail))
    high[: few.size] = _mean_with(few, tail)
    return low[place].reshape(asked.shape), high[place].reshape(asked.shape)


def _mean_with(counts: npt.NDArray[np.int64], share: float) -> Floats:
    """Find the mean at which a Poisson count is at most n with a probability, by halving."""
    below = np.zeros(counts.size)
    above = counts + 10 * np.sqrt(counts + 1.0) + 20
    for _step in range(_HALVINGS):
        middle = (below + above) / 2
        too_low = _at_most(counts, middle) > share
        below, above = np.where(too_low, middle, below), np.where(too_low, above, middle)
    found: Floats = (below + above) / 2
    return found


def _at_most(counts: npt.NDArray[np.int64], mean: Floats) -> Floats:
    """Return P(X <= n) of Poisson counts, for each n and its mean."""
    if not counts.size:
        return np.zeros(0)
    terms = np.arange(counts.max() + 1)
    factorials = np.concatenate([[0.0], np.cumsum(np.log(terms[1:]))])
    logs = terms * np.log(np.maximum(mean, 1e-300))[:, np.newaxis] - mean[:, np.newaxis] - factorials
    inside = np.where(terms <= counts[:, np.newaxis], np.exp(logs), 0.0)
    total: Floats = inside.sum(axis=1)
    return total


def _approximate(counts: npt.NDArray[np.int64], tail: float) -> tuple[Floats, Floats]:
    z = NormalDist().inv_cdf(1 - tail)

    def end(n: Any, sign: int) -> Floats:
        safe = np.maximum(n, 1).astype(np.float64)
        cube: Floats = safe * (1 - 1 / (9 * safe) + sign * z / (3 * np.sqrt(safe))) ** 3
        return cube

    return end(counts, -1), end(counts + 1, 1)
