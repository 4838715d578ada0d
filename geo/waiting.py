"""How long things wait, where some of them still do."""

import numpy as np
import numpy.typing as npt

from geo.errors import AnalysisError


def median_wait(waited: npt.ArrayLike, over: npt.ArrayLike) -> float:
    """Return the middle waiting time, those that still wait counted by how long they have waited so far.

    Left out, they would make the time shorter the more of them there are.

    Parameters
    ----------
    waited
        Shape (n,): how long each has waited, up to its end or up to now; 0 or more, in any unit.
    over
        Shape (n,): whether its waiting is over.

    Returns
    -------
    The time after which at most half still wait (Kaplan-Meier), in the unit of `waited`; NaN where more than
    half do for as long as is known, or where there is none.

    Raises
    ------
    AnalysisError
        Times that are no numbers or negative, or of another number than `over`.

    Source: Kaplan & Meier (1958), Journal of the American Statistical Association 53(282), 457-481.
    """
    time, done = np.asarray(waited, np.float64), np.asarray(over, bool)
    if time.shape != done.shape or time.ndim != 1:
        raise AnalysisError(
            f"{time.size} waiting times and {done.size} ends. Expected one of each for each thing."
        )
    if wrong := int((~np.isfinite(time) | (time < 0)).sum()):
        raise AnalysisError(f"{wrong} of {time.size} waiting times are no numbers of 0 or more.")
    moments, ended = np.unique(time[done], return_counts=True)
    at_risk = time.size - np.searchsorted(np.sort(time), moments, side="left")
    still = np.cumprod(1 - ended / at_risk)
    reached = np.flatnonzero(still <= 0.5 + 1e-12)
    return float(moments[reached[0]]) if reached.size else float("nan")
