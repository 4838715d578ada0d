"""When garbage is collected: in a quiet moment, not after each run of a page.

Streamlit collects all garbage whenever a run has ended. That stops the whole server while others wait for
their map, the longer the more sessions there are; ten people who click at once wait for ten collections.
"""

import gc
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import Any, Final

from streamlit.runtime.scriptrunner import script_runner

#: So long nobody's page has run; but after the longest wait it is done in any case.
QUIET_S: Final = 2.0
LONGEST_S: Final = 30.0


class Collector:
    """Stands for the module `gc` where a run ends: what is asked for is done later, by an own thread."""

    def __init__(self, collect: Callable[[], Any] = gc.collect) -> None:
        self._collect = collect
        self._asked: tuple[float, float] | None = None
        self._changed = Condition()
        self._thread: Thread | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(gc, name)

    def collect(self, generation: int = 2) -> int:
        """Take note that all garbage is to be collected; nothing is, by now."""
        del generation
        with self._changed:
            now = monotonic()
            self._asked = (self._asked[0] if self._asked else now, now)
            if self._thread is None:
                self._thread = Thread(target=self._go_on, daemon=True, name="garbage")
                self._thread.start()
            self._changed.notify()
        return 0

    def _go_on(self) -> None:
        while True:
            with self._changed:
                while self._asked is None:
                    self._changed.wait()
                if (left := wait_s(*self._asked, now=monotonic())) > 0:
                    self._changed.wait(left)
                    continue
                self._asked = None
            self._collect()


def wait_s(first: float, last: float, *, now: float) -> float:
    """Return how many seconds a collection is to wait that was asked for `first` and `last` then."""
    return min(last + QUIET_S, first + LONGEST_S) - now


def collect_when_quiet() -> None:
    """Let what Streamlit asks for after each run wait for a quiet moment."""
    vars(script_runner)["gc"] = Collector()
