"""How unlikely a z-score is where sums of counts are not normal: few reports make long tails."""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def two_sided_p(z: npt.ArrayLike, skewness: npt.ArrayLike = 0.0) -> Values:
    """Return the two-sided p of z-scores whose distribution leans to one side.

    On the long side the tail is that of Pearson's type III curve with mean 0, variance 1 and this skewness (a
    shifted gamma), but never shorter than that of the normal one; on the short side it is the normal tail,
    which is the longer one there. Sums of few counts lean to the high side: a normal tail calls far too many
    of them unusual.

    Parameters
    ----------
    z
        Any shape, in standard deviations; NaN stays NaN.
    skewness
        Of the same shape, or one that can be repeated to it; 0 for the normal distribution.

    Source: Mielke & Berry (2007), Permutation Methods, section 2.3, on type III approximations by the first
    three moments.
    """
    from scipy.special import erfc, gammaincc

    scores, leaning = np.broadcast_arrays(np.asarray(z, dtype=np.float64), skewness)
    p: Values = np.atleast_1d(erfc(np.abs(scores) / np.sqrt(2)))
    long = np.atleast_1d(scores * leaning > 0)
    height = np.abs(np.atleast_1d(scores)[long])
    scale = 2 / np.abs(np.atleast_1d(leaning)[long])
    p[long] = np.maximum(p[long], np.minimum(2 * gammaincc(scale**2, scale**2 + height * scale), 1.0))
    return p.reshape(scores.shape)


def least_z(p: float, skewness: float = 0.0) -> float:
    """Return the smallest positive z-score whose `two_sided_p` is at most so much; infinite where p is 0."""
    from scipy.special import gammainccinv, ndtri

    normal = -ndtri(p / 2)
    if skewness <= 0 or not np.isfinite(normal):
        return float(normal)
    scale = 2 / skewness
    return float(max(normal, gammainccinv(scale**2, p / 2) / scale - scale))
