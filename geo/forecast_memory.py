"""What a forecast remembers: it is told one step after the other and has never seen the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.nearness import Nearness

Values = npt.NDArray[np.float64]
Features = npt.NDArray[np.float32]

#: In how many steps what happened loses two thirds of its weight; the last memory forgets nothing.
USUAL_SPANS: Final = (1.0, 3.0, 8.0, 20.0, 52.0, np.inf)
#: Lessons are drawn from so many pairs of cell and step at most, from whole cells.
MOST_LESSONS: Final = 500_000
#: Memories of fewer steps teach little.
_FEWEST_STEPS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What was remembered before, and what then happened.

    Attributes
    ----------
    rates
        Shape (steps, cells, places, spans): see `Memory.rates`.
    recent
        Shape (steps, cells, 3): see `Memory.recent`.
    weights
        Shape (steps, spans): see `Memory.weights`.
    happened
        Shape (steps, cells): the reports of the step that was to be forecast.
    """

    rates: Features
    recent: Features
    weights: Values
    happened: Features


class Memory:
    """The past of each cell as averages that fade, of itself and around it.

    Parameters
    ----------
    near
        Of the cells.
    spans
        See `USUAL_SPANS`, in steps.
    season
        After how many steps the seasons come again; None where that is not known.
    lead
        Which step after the last known one is forecast, 1 for the next.
    seed
        Chooses the cells that lessons are taken from where there are many.
    """

    def __init__(
        self,
        near: Nearness,
        *,
        steps: int,
        spans: Sequence[float] = USUAL_SPANS,
        season: int | None = 52,
        lead: int = 1,
        seed: int = 0,
    ) -> None:
        n = near.links[0].shape[0]
        self.near = near
        self.spans = tuple(spans)
        self.lead = lead
        self._season = season
        self._keeps = np.exp(-1 / np.asarray(spans))
        self._sums = np.zeros((n, len(spans)))
        self._weight = np.zeros(len(spans))
        self._counts = np.zeros((n, steps), np.float32)
        self.known = 0
        most = max(1, MOST_LESSONS // max(steps, 1))
        self._pupils = (
            np.arange(n) if n <= most else np.sort(np.random.default_rng(seed).permutation(n)[:most])
        )
        shape = (steps, len(self._pupils))
        self._rates = np.zeros((*shape, 1 + len(near.links), len(spans)), np.float32)
        self._recent = np.zeros((*shape, 3), np.float32)
        self._weights = np.zeros((steps, len(spans)))
        self._now: Features | None = None

    def take(self, counts: npt.ArrayLike) -> None:
        """Take up the reports of the next step, shape (n,)."""
        step = self.known
        self._rates[step] = self.rates[self._pupils]
        self._recent[step] = self.recent[self._pupils]
        self._weights[step] = self._weight
        happened = np.asarray(counts, dtype=np.float64)
        self._sums = self._sums * self._keeps + happened[:, None]
        self._weight = self._weight * self._keeps + 1
        self._counts[:, step] = happened
        self.known += 1
        self._now = None

    @property
    def counts(self) -> Features:
        """Shape (n, known): the reports of the steps so far."""
        return self._counts[:, : self.known]

    @property
    def weights(self) -> Values:
        """Shape (spans,): the steps that a rate is the average of, older ones in part."""
        return self._weight.copy()

    @property
    def rates(self) -> Features:
        """Shape (n, places, spans): reports per step, of the cell alone, then with each width around it."""
        if self._now is None:
            own = self._sums / np.maximum(self._weight, 1e-9)
            around = [self.near.around(own, width) for width in range(len(self.near.links))]
            self._now = np.stack([own, *around], axis=1).astype(np.float32)
        return self._now

    @property
    def recent(self) -> Features:
        """Shape (n, 3): the last step, the one before, and around the same season before (NaN: not known)."""
        known = np.full((len(self._sums), 3), np.nan, np.float32)
        for back in (1, 2):
            if self.known >= back:
                known[:, back - 1] = self._counts[:, self.known - back]
        if self._season is not None:
            middle = self.known + self.lead - 1 - self._season
            half = max(1, self._season // 24)
            if middle - half >= 0:
                known[:, 2] = self._counts[:, middle - half : min(middle + half + 1, self.known)].mean(axis=1)
        return known

    def lessons(self, *, most_steps: int | None = None) -> Lessons:
        """Return what was remembered at earlier steps with what happened after so many steps (`lead`)."""
        last = max(self.known - self.lead + 1, 0)
        first = min(_FEWEST_STEPS, last)
        if most_steps is not None:
            first = max(first, last - most_steps)
        happened = self._counts[self._pupils, first + self.lead - 1 : last + self.lead - 1].T
        return Lessons(self._rates[first:last], self._recent[first:last], self._weights[first:last], happened)
