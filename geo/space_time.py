"""Space-time Gi*: how unusual the disk around a cell is in a step and the steps before it."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from geo.errors import NotEnoughDataError
from geo.neighbourhood import Neighbourhood, Values

#: How many steps before its own a bin's neighbourhood reaches, unless another number is asked for.
USUAL_PREVIOUS: Final = 1


@dataclass(frozen=True, slots=True)
class Bins:
    """All bins of a cube, cells times steps: what a neighbourhood is compared with.

    Attributes
    ----------
    n
        Their number.
    mean, deviation
        Of their values; the deviation divides by n.
    """

    n: int
    mean: float
    deviation: float

    @classmethod
    def of(cls, values: npt.NDArray[Any]) -> Self:
        """Take mean and deviation of values of shape (n, steps).

        Raises
        ------
        NotEnoughDataError
            All values are the same.
        """
        low, high = values.min(), values.max()
        if low == high:
            what = "no report in any of them" if high == 0 else f"all values are {high:g}"
            raise NotEnoughDataError(
                f"{values.shape[0]:,} cells and {values.shape[1]:,} steps, but {what}: nothing is hotter "
                "than the rest. Take a longer period, more categories or a wider area."
            )
        mean = float(values.mean(dtype=np.float64))
        flat = values.reshape(-1)
        squares = float(sum(np.dot(part, part) for part in _as_floats(flat)))
        return cls(values.size, mean, float(np.sqrt(squares / values.size - mean**2)))


def gi_star_of_bins(sums: Values, sizes: npt.NDArray[np.int64], *, bins: Bins, previous: int) -> Values:
    """Score bins from the sums over their disks.

    Parameters
    ----------
    sums
        Shape (n, steps): the sum over the disk of each cell in each step alone.
    sizes
        Shape (n,): cells in each disk, itself included.
    bins
        The whole cube that they are compared with.
    previous
        How many steps before its own a neighbourhood reaches; at the start of the cube it is cut to what is
        there.

    Returns
    -------
    Shape (n, steps), in standard deviations; NaN where the neighbourhood holds the whole cube.
    """
    steps = sums.shape[1]
    reach = min(previous, steps - 1)
    z = sums.copy()
    for back in range(1, reach + 1):
        z[:, back:] += sums[:, : steps - back]
    for first in range(reach + 1):
        # From step `reach` on every neighbourhood is whole, and so has the same size in all steps.
        part = slice(first, first + 1) if first < reach else slice(reach, steps)
        members = sizes * float(first + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = 1 / (bins.deviation * np.sqrt((bins.n * members - members**2) / (bins.n - 1)))
        scale[~np.isfinite(scale)] = np.nan
        z[:, part] -= (bins.mean * members)[:, None]
        z[:, part] *= scale[:, None]
    return z


def space_time_gi_star(values: npt.NDArray[Any], around: Neighbourhood, *, previous: int) -> Values:
    """Score each bin of a cube by the Getis-Ord Gi* statistic over its disk in its step and the steps before.

    Parameters
    ----------
    values
        Shape (n, steps): finite, a row for each cell of `around`.
    previous
        How many steps before.

    Returns
    -------
    Shape (n, steps): z in standard deviations, compared with mean and deviation of all bins of the cube.

    Raises
    ------
    NotEnoughDataError
        All values are the same.

    Source: Ord & Getis (1995), Geographical Analysis 27(4), 286-306, with binary weights in space and time.
    """
    bins = Bins.of(values)
    return gi_star_of_bins(around.sums(values), around.sizes, bins=bins, previous=previous)


def least_significant(z: Values, *, alpha: float) -> float:
    """Return the smallest |z| that is significant after Benjamini-Hochberg over all bins.

    Parameters
    ----------
    z
        Any shape; what is NaN was not tested.
    alpha
        Share of false ones among the significant bins that is accepted, two-sided.

    Returns
    -------
    Infinite where nothing is significant.

    Source: Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    from scipy.special import erfc, ndtri

    height = np.abs(z).reshape(-1)
    tests = height.size - int(np.count_nonzero(np.isnan(height)))
    # The correction never accepts a p above alpha, so only the few below it have to be put in order.
    candidates = np.sort(height[height >= -ndtri(alpha / 2) * (1 - 1e-12)])[::-1]
    accepted = erfc(candidates / np.sqrt(2)) <= np.arange(1, candidates.size + 1) * (alpha / max(tests, 1))
    return float(candidates[np.flatnonzero(accepted)[-1]]) if accepted.any() else np.inf


def _as_floats(flat: npt.NDArray[Any]) -> Any:
    """Yield a long row of numbers in pieces, as float64."""
    for begin in range(0, flat.size, 1 << 20):
        yield flat[begin : begin + (1 << 20)].astype(np.float64)
