"""Mann-Kendall: whether series rise or fall, whatever the shape of the rise."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.errors import AnalysisError, NotEnoughDataError

Values = npt.NDArray[np.float64]

#: With fewer steps no order of them would be unusual.
LEAST_STEPS: Final = 4
#: Serial correlation of a lag counts where it is significant at this level (1.96 standard deviations).
_LAG_Z: Final = 1.959963984540054
#: Values that differ by less, relative to the largest of their series, are equal.
_ROUNDING: Final = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class MannKendall:
    """The test of each series; all shapes are (n,).

    Attributes
    ----------
    s
        Kendall's score: pairs of steps that rise, less those that fall.
    var_s
        Its variance without a trend, ties and, where asked for, serial correlation considered.
    tau
        From -1 to 1; NaN where all values are the same.
    z
        Standard deviations; 0 where all values are the same.
    p
        Two-sided.
    """

    s: npt.NDArray[np.int64]
    var_s: Values
    tau: Values
    z: Values
    p: Values

    def trend(self, alpha: float = 0.10) -> npt.NDArray[np.int8]:
        """Return 1 where a series rises significantly, -1 where it falls, 0 elsewhere."""
        found: npt.NDArray[np.int8] = (np.sign(self.z) * (self.p <= alpha)).astype(np.int8)
        return found


def mann_kendall(series: Any, *, modified: bool = False) -> MannKendall:
    """Test each series for a monotonic trend.

    Parameters
    ----------
    series
        Shape (n, steps), or (steps,) for one; at least four steps, evenly spaced.
    modified
        Whether to widen (or narrow) the variance where the series, freed of its trend, depends on what it was
        some steps earlier. Without it such series seem to have a trend too often.

    Raises
    ------
    NotEnoughDataError
        Fewer than four steps.
    AnalysisError
        Values that are not finite, or another shape.

    Source: Mann (1945), Econometrica 13, 245-259; Kendall (1975), Rank Correlation Methods; for `modified`
    Hamed & Rao (1998), Journal of Hydrology 204, 182-196, with lags significant at 5 %. Where their variance
    is not positive, which strongly alternating series can bring about, the plain one is kept.
    """
    from scipy.special import erfc

    given = _checked(series)
    steps = given.shape[1]
    score, tied_pairs, tied_groups = _scores(given)
    pairs = steps * (steps - 1) // 2
    variance: Values = (steps * (steps - 1) * (2 * steps + 5) - tied_groups) / 18
    if modified:
        factor = _correlated(given)
        variance = np.where(factor > 0, variance * factor, variance)
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = score / np.sqrt(pairs * (pairs - tied_pairs))
        z = np.where(score == 0, 0.0, (score - np.sign(score)) / np.sqrt(variance))
    return MannKendall(score, variance, tau, z, erfc(np.abs(z) / np.sqrt(2)))


def sen_slopes(series: Any) -> Values:
    """Return the median slope of each series over all pairs of its steps, per step; shape (n,).

    Raises
    ------
    NotEnoughDataError, AnalysisError
        As `mann_kendall`.

    Source: Sen (1968), Journal of the American Statistical Association 63, 1379-1389.
    """
    from geo.compiled import in_chunks
    from geo.mann_kendall_kernels import fill_slopes

    given = _checked(series)
    slopes = np.empty(len(given))
    in_chunks(lambda begin, end: fill_slopes(given, begin, end, slopes), len(given))
    return slopes


def _checked(series: Any) -> Values:
    given = np.ascontiguousarray(np.atleast_2d(np.asarray(series, dtype=np.float64)))
    if given.ndim != 2:
        raise AnalysisError(f"The series have shape {given.shape}. Expected (series, steps).")
    if given.shape[1] < LEAST_STEPS:
        raise NotEnoughDataError(
            f"The series have {given.shape[1]} steps. Expected at least {LEAST_STEPS}: with fewer no order "
            "of them would be unusual."
        )
    if not np.isfinite(given).all():
        wrong = int(np.count_nonzero(~np.isfinite(given)))
        raise AnalysisError(f"{wrong:,} of {given.size:,} values of the series are not finite numbers.")
    return given


def _scores(given: Values) -> npt.NDArray[np.int64]:
    """Return score, tied pairs and tied groups; shape (3, n)."""
    from geo.compiled import in_chunks
    from geo.mann_kendall_kernels import score_pairs

    found = np.empty((len(given), 3), np.int64)
    in_chunks(lambda begin, end: score_pairs(given, begin, end, found), len(given))
    return np.ascontiguousarray(found.T)


def _correlated(given: Values) -> Values:
    """Return by how much serial correlation widens the variance of each score; shape (n,)."""
    from scipy.stats import rankdata

    steps = given.shape[1]
    detrended = given - sen_slopes(given)[:, None] * np.arange(steps)
    # Counts less their slope are tied but for rounding; ranks may not depend on that.
    grain = np.abs(given).max(axis=1, keepdims=True, initial=0.0) * _ROUNDING
    ranks = rankdata(np.round(detrended / np.where(grain > 0, grain, 1.0)), axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(ranks, 2 * steps, axis=1)
    shifted = np.fft.irfft(spectrum * spectrum.conj(), 2 * steps, axis=1)[:, :steps]
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.nan_to_num(shifted[:, 1:] / shifted[:, :1])
    correlation[np.abs(correlation) <= _LAG_Z / np.sqrt(steps)] = 0
    left = steps - np.arange(1, steps)
    weights = left * (left - 1) * (left - 2)
    factor: Values = 1 + 2 / (steps * (steps - 1) * (steps - 2)) * (correlation @ weights)
    return factor
