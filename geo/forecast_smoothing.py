"""Space-time smoothing: each cell's own fading average, drawn to that around it where it is uncertain.

A cell's rate is taken for a draw from a gamma distribution whose mean m is the rate around the cell and whose
shape is a. After E steps with D reports in them (older ones in part) it is expected to be

    λ = m (a + D) / (a + E m),

so a busy cell is judged by itself and a quiet one by where it lies (empirical Bayes). How fast the past
fades, how far "around" reaches and a are those with the highest likelihood of what came next so far.

Source: Clayton & Kaldor (1987), Empirical Bayes Estimates of Age-standardized Relative Risks for Use in
Disease Mapping, Biometrics 43(3), 671-681.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.forecast_memory import Lessons, Memory
from geo.neighbourhood import Neighbourhood

Values = npt.NDArray[np.float64]

_SHAPES: Final = (0.5, 2.0, 8.0)
#: The part of the mean that is the city's: no cell is taken for one where nothing can happen.
_EVERYWHERE: Final = 0.05
_LEAST: Final = 1e-9
#: What is forecast with before anything is fitted: steps, which kernel, shape.
_USUAL_SPAN: Final = 20.0
_USUAL_SHAPE: Final = 2.0


class Setting(NamedTuple):
    """How it smooths: which span and which kernel of a memory, and the shape of the distribution."""

    span: int
    width: int
    shape: float


@dataclass(slots=True)
class Smoothing:
    """Chooses its setting by a memory's lessons now and then, and forecasts with the last one between.

    `every` is after how many steps it chooses again.
    """

    every: int = 8
    name: ClassVar[str] = "smoothing"
    variant: ClassVar[str] = ""
    setting: Setting | None = None
    _fitted_at: int = 0

    def scores(self, memory: Memory) -> Values:
        """Return the expected reports of each cell."""
        if self.setting is None or memory.known - self._fitted_at >= self.every:
            self.setting, self._fitted_at = fitted(memory.lessons(), memory.spans), memory.known
        span, width, shape = self.setting
        rates = memory.rates
        found: Values = drawn_together(
            rates[:, 0, span].astype(np.float64),
            rates[:, 1 + width, span].astype(np.float64),
            float(memory.weights[span]),
            shape,
        )
        return found


def fitted(lessons: Lessons, spans: tuple[float, ...]) -> Setting:
    """Return the setting with the highest likelihood."""
    some = lessons.happened > 0
    counts = lessons.happened[some].astype(np.float64)
    best, most = Setting(len(spans) - 1, lessons.rates.shape[2] - 2, _USUAL_SHAPE), -np.inf
    for span, width in product(range(1, len(spans)), range(lessons.rates.shape[2] - 1)):
        own, around = lessons.rates[:, :, 0, span], lessons.rates[:, :, 1 + width, span]
        weight = lessons.weights[:, span][:, None].astype(np.float32)
        for shape in _SHAPES:
            expected = drawn_together(own, around, weight, shape)
            likelihood = float(counts @ np.log(expected[some]) - expected.sum(dtype=np.float64))
            if likelihood > most:
                best, most = Setting(span, width, shape), likelihood
    return best


def drawn_together(own: Any, around: Any, weight: Any, shape: float) -> Any:
    """Return the expected reports, each cell drawn to the rate around it.

    Parameters
    ----------
    own, around
        Reports per step, the cells along the last axis.
    weight
        The steps that they are averages of.
    shape
        Of the gamma distribution, above 0: the larger, the more cells are taken for alike.
    """
    everywhere = own.mean(axis=-1, keepdims=True)
    mean = (1 - _EVERYWHERE) * around + _EVERYWHERE * everywhere + _LEAST
    return mean * (shape + weight * own) / (shape + weight * mean)


def smoothed(counts: npt.ArrayLike, disks: Neighbourhood, *, span: float = _USUAL_SPAN) -> Values:
    """Forecast the next step at once, by a usual setting that nothing was fitted to.

    Parameters
    ----------
    counts
        Shape (n, steps), oldest first, one step at least.
    disks
        Of the n cells: the mean over a disk is the rate around its middle.
    span
        In how many steps what happened loses two thirds of its weight.

    Returns
    -------
    Shape (n,), reports per step.
    """
    known = np.asarray(counts, dtype=np.float32)
    fading = np.exp(-np.arange(known.shape[1])[::-1] / span)
    own = (known @ fading.astype(np.float32)).astype(np.float64) / fading.sum()
    found: Values = drawn_together(own, disks.sums(own) / disks.sizes, fading.sum(), _USUAL_SHAPE)
    return found
