"""What a store needs every day, done by the app as long as it runs: contacts are forgotten in time."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from data import clock
from data.actors import SYSTEM
from data.store import Store
from geo.errors import GezhiError

_log: Final = logging.getLogger(__name__)

_DAY_US: Final = 24 * 3_600 * 10**6
#: How often the clock is looked at: a machine that slept over the hour does it soon after.
_LOOK_S: Final = 600.0


class Upkeep:
    """Does at its start and then daily what must not wait for a command; it never fails for its caller."""

    def __init__(self, store: Callable[[], Store], *, look_s: float = _LOOK_S) -> None:
        self._store = store
        self._look_s = look_s
        self._last: int | None = None
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread = Thread(target=self._go_on, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, and wait for what it is at."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> bool:
        """Do the day's work if a day has passed, or the clock was put back; say whether it was done."""
        moment = clock.now()
        if self._last is not None and 0 <= moment - self._last < _DAY_US:
            return False
        try:
            n = self._store().forget_contacts(actor=SYSTEM)
        except GezhiError as why:  # a store that is away or full today is not so tomorrow
            _log.warning("Contacts could not be forgotten: %s", why)
            return False
        except Exception:  # a thread that ends is not missed by anybody: the next look comes all the same
            _log.exception("Contacts could not be forgotten")
            return False
        if n:
            _log.info("%s reporters were forgotten", n)
        self._last = moment
        return True

    def _go_on(self) -> None:
        while True:
            self.look()
            if self._stopped.wait(self._look_s):
                return
