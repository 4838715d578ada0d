"""Space-time Gi*: how unusual the disk around a cell is in a step and the steps before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from geo.errors import NotEnoughDataError
from geo.neighbourhood import Values
from geo.tails import two_sided_p

#: How many steps before its own a bin's neighbourhood reaches, unless another number is asked for.
USUAL_PREVIOUS: Final = 1
_PIECE_VALUES: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Bins:
    """All bins of a cube, cells times steps: what a neighbourhood is compared with.

    Attributes
    ----------
    n
        Their number.
    mean, deviation
        Of their values; the deviation divides by n.
    skewness
        Third moment of the values about the mean of their own cell, by the cube of the deviation: how far
        chance alone lets single bins stick out. About the mean of all bins it would count the hot spots as
        chance.
    """

    n: int
    mean: float
    deviation: float
    skewness: float

    @classmethod
    def of(cls, values: npt.NDArray[Any]) -> Self:
        """Take the moments of values of shape (n, steps), of at least three steps.

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
        moments = [_moments(piece, mean) for piece in _pieces(values)]
        squares, cubes = map(sum, zip(*moments, strict=True))
        deviation = float(np.sqrt(squares / values.size))
        steps = values.shape[1]
        third = cubes / len(values) * steps / ((steps - 1) * (steps - 2))
        return cls(values.size, mean, deviation, float(third / deviation**3))


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


def p_of_bins(
    z: Values, sizes: npt.NDArray[np.int64], column: npt.NDArray[np.int64], *, bins: Bins, previous: int
) -> Values:
    """Return the two-sided p of bins, not corrected for their number.

    Parameters
    ----------
    z
        Shape (m,).
    sizes
        Shape (m,): cells in the disk of each bin.
    column
        Shape (m,): its step, counted from 0.
    bins, previous
        As for `gi_star_of_bins`.
    """
    members = sizes * np.minimum(column + 1, previous + 1)
    return two_sided_p(z, bins.skewness / np.sqrt(members))


def significance(
    z: Values, sizes: npt.NDArray[np.int64], *, bins: Bins, previous: int, alpha: float
) -> tuple[npt.NDArray[np.int8], float]:
    """Tell which bins are significant after Benjamini-Hochberg over all bins of the cube at once.

    Parameters
    ----------
    z
        Shape (n, steps); what is NaN was not tested.
    sizes
        Shape (n,): cells in each disk.
    bins, previous
        As for `gi_star_of_bins`.
    alpha
        Share of false ones among the significant bins that is accepted, two-sided.

    Returns
    -------
    Shape (n, steps), int8: 1 hot, -1 cold, 0 neither; and the largest p that is significant, 0 where none is.

    Source: Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300;
    `geo.tails` for p.
    """
    from scipy.special import ndtri

    flat, steps = z.reshape(-1), z.shape[1]
    # No p is smaller than that of the normal tail, and none above alpha is accepted: few need to be looked
    # at.
    at = np.flatnonzero(np.abs(flat) >= -ndtri(alpha / 2) * (1 - 1e-12))
    row, column = np.divmod(at, steps)
    p = p_of_bins(flat[at], sizes[row], column, bins=bins, previous=previous)
    ascending = np.sort(p)
    tests = flat.size - int(np.count_nonzero(np.isnan(flat)))
    accepted = np.flatnonzero(ascending <= np.arange(1, p.size + 1) * (alpha / max(tests, 1)))
    critical = float(ascending[accepted[-1]]) if accepted.size else 0.0
    found = np.zeros(z.shape, np.int8)
    found.reshape(-1)[at] = np.sign(flat[at]) * (p <= critical)
    return found, critical


def _pieces(values: npt.NDArray[Any]) -> Iterator[Values]:
    """Yield rows of a cube in pieces that a processor's cache holds, as float64."""
    rows = max(1, _PIECE_VALUES // values.shape[1])
    for begin in range(0, len(values), rows):
        yield values[begin : begin + rows].astype(np.float64)


def _moments(values: Values, mean: float) -> tuple[float, float]:
    """Return the sum of squares about a mean, and that of cubes about the mean of each row."""
    about = values - values.mean(axis=1, keepdims=True)
    # Not as dot products: waking the threads of a linear algebra library takes longer than the sums.
    cubes = about * about
    cubes *= about
    return float(np.square(values - mean).sum()), float(cubes.sum())
