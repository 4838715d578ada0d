"""Back-tests beside everything else: whoever asks is told at once what is known, a thread finds the rest."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from threading import Lock, Thread
from typing import Final

from data.forecasts import Basis, Forecast, forecast_of
from geo.backtest import Progress

_log: Final = logging.getLogger(__name__)

#: Forecasts that are kept, and tests that may wait; the ones not asked for longest go first.
_KEPT: Final = 16
_WAITING: Final = 4
#: A test that nobody has asked for so long makes way for one that somebody waits for.
_FORGOTTEN_S: Final = 15.0

Test = Callable[[Basis, Progress], Forecast]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a forecast is.

    Attributes
    ----------
    share
        The part of the work that is done, 0 to 1.
    forecast
        None until it is there.
    fault
        Why there will be none; None while there may be one.
    """

    share: float = 0.0
    forecast: Forecast | None = None
    fault: Exception | None = None


@dataclass(slots=True, eq=False)
class _Job:
    made_from: Basis
    asked_at: float
    share: float = 0.0


class _MadeWayError(Exception):
    """Nobody waits for this test any more, and somebody for another one."""


class ForecastRuns:
    """Tests one forecast at a time, the one asked for last first; threads may share it.

    Parameters
    ----------
    test
        Makes the forecast.
    clock
        Seconds that never go back.
    """

    def __init__(self, test: Test = forecast_of, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._test = test
        self._clock = clock
        self._lock = Lock()
        self._found: OrderedDict[str, Standing] = OrderedDict()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._thread: Thread | None = None

    def ask(self, made_from: Basis) -> Standing:
        """Return how far a forecast is, and see to it that somebody works on it; it never waits."""
        with self._lock:
            known = self._known(made_from.key)
            if known is not None:
                return known
            job = self._jobs.setdefault(made_from.key, _Job(made_from, self._clock()))
            job.asked_at = self._clock()
            self._jobs.move_to_end(made_from.key)
            while len(self._jobs) > _WAITING:
                self._jobs.popitem(last=False)
            if self._thread is None:
                self._thread = Thread(target=self._work, name="forecasts", daemon=True)
                self._thread.start()
            return Standing(job.share)

    def found(self, made_from: Basis) -> Forecast | None:
        """Return the forecast where it is there; nothing is begun."""
        with self._lock:
            known = self._known(made_from.key)
            return known.forecast if known else None

    def forget(self, made_from: Basis) -> None:
        """Forget what was found, a fault for example, so that it is tried again."""
        with self._lock:
            self._found.pop(made_from.key, None)

    def _known(self, key: str) -> Standing | None:
        if key in self._found:
            self._found.move_to_end(key)
        return self._found.get(key)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._thread = None
                    return
                key, job = next(reversed(self._jobs.items()))
            try:
                found = Standing(1.0, self._test(job.made_from, partial(self._on_the_way, job)))
            except _MadeWayError:
                with self._lock:
                    self._jobs.pop(key, None)
                continue
            except Exception as why:  # whoever waits must be told, whatever it was
                _log.warning("A forecast could not be tested: %s", why)
                found = Standing(1.0, fault=why)
            with self._lock:
                self._jobs.pop(key, None)
                self._found[key] = found
                while len(self._found) > _KEPT:
                    self._found.popitem(last=False)

    def _on_the_way(self, job: _Job, done: int, of: int) -> None:
        """Note how far a test is.

        Raises
        ------
        _MadeWayError
            It is to end here.
        """
        with self._lock:
            job.share = done / of
            alone = all(other is job for other in self._jobs.values())
            if not alone and self._clock() - job.asked_at > _FORGOTTEN_S:
                raise _MadeWayError


@cache
def forecast_runs() -> ForecastRuns:
    """Return the runs of this process."""
    return ForecastRuns()
