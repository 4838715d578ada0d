"""Gradient-boosted trees: they learn from all cells alike what the past of a cell and its surroundings mean.

Each tree corrects those before it where the Poisson deviance is steepest (scikit-learn's histogram trees).
They see a memory's fading averages, the last two steps, the same season a year before, and how much the whole
city reports.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from geo.forecast_memory import Features, Memory

Values = npt.NDArray[np.float64]

#: How the trees grow: slowly and shallow, since weekly counts of a cell are mostly chance.
_GROWN: Final = {
    "max_iter": 60,
    "learning_rate": 0.05,
    "max_leaf_nodes": 12,
    "l2_regularization": 5.0,
    "early_stopping": False,
}
#: Lessons that a leaf is the mean of: a share of all, within these limits.
_LEAF_SHARE: Final = 1 / 200
_LEAF: Final = (20, 300)
#: Which of a memory's spans tells how much the whole city reports.
_LEVEL: Final = 1


@dataclass(slots=True)
class Trees:
    """Grows its trees from a memory's lessons now and then; between, it forecasts with those that are there.

    `every` is after how many steps they are grown anew.
    """

    every: int = 13
    seed: int = 0
    name: ClassVar[str] = "trees"
    variant: ClassVar[str] = ""
    _grown: Any = None
    _grown_at: int = 0

    def scores(self, memory: Memory) -> Values:
        """Return the expected reports of each cell; the mean of all the past before anything happened."""
        if self._grown is None or memory.known - self._grown_at >= self.every:
            self._grow(memory)
        if self._grown is None:
            return memory.rates[:, 0, -1].astype(np.float64)
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no types

        level = memory.rates[:, 0, _LEVEL].mean()
        with threadpool_limits(1, user_api="openmp"):
            seen = _seen(memory.rates, memory.recent, np.full(len(memory.rates), level))
            found: Values = self._grown.predict(seen)
        return found

    def _grow(self, memory: Memory) -> None:
        from sklearn.ensemble import HistGradientBoostingRegressor
        from threadpoolctl import threadpool_limits

        lessons = memory.lessons()
        happened = lessons.happened.reshape(-1).astype(np.float64)
        if not happened.any():
            return
        steps, n = lessons.happened.shape
        level = np.repeat(lessons.rates[:, :, 0, _LEVEL].mean(axis=1), n)
        seen = _seen(
            lessons.rates.reshape(steps * n, *lessons.rates.shape[2:]),
            lessons.recent.reshape(steps * n, -1),
            level,
        )
        leaf = min(max(int(len(happened) * _LEAF_SHARE), _LEAF[0]), _LEAF[1])
        trees = HistGradientBoostingRegressor(
            loss="poisson", random_state=self.seed, min_samples_leaf=leaf, **_GROWN
        )
        # Threads that wait for each other on a busy machine took twelve times as long as one alone.
        with threadpool_limits(1, user_api="openmp"):
            self._grown = trees.fit(seen, happened)
        self._grown_at = memory.known


def _seen(rates: Features, recent: Features, level: Any) -> Features:
    """Return a row for each cell; shape (n, features)."""
    # A column without any figure cannot be cut into bins: what is not known is below every count.
    known = np.nan_to_num(recent, nan=-1.0)
    return np.column_stack([rates.reshape(len(rates), -1), known, level]).astype(np.float32)
