"""Counts that excite themselves: a background, and reports that make more likely for a while around them.

The expected reports of a cell in a step are

    λ = θ₀ · mean of all cells + θ₁ · the cell's background + θ₂ · the background around it + θ₃ · R(τ, h),

R the average of the reports before, fading by exp(-1/τ) a step and, by a Gaussian kernel of width h, with the
distance; the backgrounds fade more slowly or not at all. All θ ≥ 0. It is the discrete-time form of the
self-exciting point process: R is scaled so that θ₃ is the number of reports that each one draws after it.

The θ are those of the highest Poisson likelihood, found by expectation-maximisation (each report is shared
out over the terms that may have caused it); τ, h and the background's span are those of the best fit.

Source: Mohler, Short, Brantingham, Schoenberg & Tita (2011), Self-Exciting Point Process Modeling of Crime,
Journal of the American Statistical Association 106(493), 100-108.
"""

from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.forecast_memory import Lessons, Memory

Values = npt.NDArray[np.float64]

_ROUNDS: Final = 30
#: Which of a memory's spans may be the exciting one, and which the background's.
_QUICK: Final = slice(0, 3)
_SLOW: Final = slice(-3, None)
_LEAST: Final = 1e-12


class Fit(NamedTuple):
    """What fits best: the weights of the terms, which spans and which place of a memory, the likelihood."""

    thetas: Values
    quick: int
    place: int
    slow: int
    log_likelihood: float


@dataclass(slots=True)
class SelfExciting:
    """Fits itself to a memory's lessons now and then, and forecasts with the last fit between.

    `every` is after how many steps it is fitted again.
    """

    every: int = 8
    name: ClassVar[str] = "exciting"
    variant: ClassVar[str] = ""
    fit: Fit | None = None
    _fitted_at: int = 0

    def scores(self, memory: Memory) -> Values:
        """Return the expected reports of each cell."""
        if self.fit is None or memory.known - self._fitted_at >= self.every:
            self.fit, self._fitted_at = fitted(memory.lessons(), memory.spans), memory.known
        rates = memory.rates.astype(np.float64)
        found: Values = _terms(rates, self.fit.quick, self.fit.place, self.fit.slow) @ self.fit.thetas
        return found


def fitted(lessons: Lessons, spans: tuple[float, ...]) -> Fit:
    """Return the fit with the highest likelihood over all spans and places."""
    happened = lessons.happened.astype(np.float64)
    some = happened > 0
    counts = happened[some]
    everywhere = np.broadcast_to(
        lessons.rates[:, :, 0, -1].mean(axis=1, dtype=np.float64)[:, None], happened.shape
    )
    every = range(len(spans))
    best = Fit(np.zeros(4), 0, 0, 0, -np.inf)
    start = np.full(4, 0.25)
    for quick, slow in product(every[_QUICK], every[_SLOW]):
        for place in range(lessons.rates.shape[2]):
            terms = (
                everywhere,
                lessons.rates[:, :, 0, slow],
                lessons.rates[:, :, -1, slow],
                lessons.rates[:, :, place, quick],
            )
            sums = np.array([term.sum(dtype=np.float64) for term in terms])
            seen = np.stack([term[some] for term in terms], axis=1).astype(np.float64)
            thetas, likelihood = maximised(seen, sums, counts, start)
            if likelihood > best.log_likelihood:
                best, start = Fit(thetas, quick, place, slow, likelihood), np.maximum(thetas, 0.02)
    return best


def maximised(seen: Values, sums: Values, counts: Values, start: Values) -> tuple[Values, float]:
    """Return the weights θ ≥ 0 of the highest Poisson likelihood, and its logarithm up to a constant.

    Parameters
    ----------
    seen
        Shape (m, terms): the terms where something happened.
    sums
        Shape (terms,): their sums over all places and times, also where nothing happened.
    counts
        Shape (m,): what happened, above 0.
    start
        Shape (terms,), above 0.
    """
    thetas = start.astype(np.float64)
    if not len(counts):
        return np.where(sums > 0, 0.0, thetas), 0.0
    usable = np.maximum(sums, _LEAST)
    for _round in range(_ROUNDS):
        thetas = thetas * (counts / np.maximum(seen @ thetas, _LEAST) @ seen) / usable
    likelihood = float(counts @ np.log(np.maximum(seen @ thetas, _LEAST)) - sums @ thetas)
    return thetas, likelihood


def _terms(rates: Values, quick: int, place: int, slow: int) -> Values:
    everywhere = np.full(len(rates), rates[:, 0, -1].mean())
    return np.stack([everywhere, rates[:, 0, slow], rates[:, -1, slow], rates[:, place, quick]], axis=1)
