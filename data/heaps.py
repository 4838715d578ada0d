"""The C library's heaps: a long-running server gives back what was freed in them.

Arrays live there. Left to itself glibc gives every thread a heap of its own, up to eight for each core, and
keeps in each what its largest arrays needed once: with ten browsers that is memory ten times over. Two heaps
are enough for two threads that compute at a time, and what lies free in them is given back when it is said.
Where there is no glibc nothing is done.
"""

import ctypes
import platform
from functools import cache
from threading import Event, Thread
from typing import Any, Final

from data.mapped import let_go

#: glibc's name of the setting "how many heaps" (`M_ARENA_MAX` of malloc.h).
_ARENA_MAX: Final = -8
_HEAPS: Final = 2
_EVERY_S: Final = 30.0


def share_heaps() -> bool:
    """Let all threads that start from now on share two heaps; say whether the C library does it."""
    library = _glibc()
    return library is not None and bool(library.mallopt(_ARENA_MAX, _HEAPS))


def give_back() -> bool:
    """Give free pages of all heaps, and those of mapped columns, back to the system.

    Takes milliseconds. Says whether heaps had any.
    """
    let_go()
    library = _glibc()
    return library is not None and bool(library.malloc_trim(0))


@cache
def _glibc() -> Any | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


class HeapUpkeep:
    """Gives back every half minute what answers have left free, and lets go of mapped columns."""

    def __init__(self, *, every_s: float = _EVERY_S) -> None:
        self._every_s = every_s
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread = Thread(target=self._go_on, name="heaps", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, and wait for what it is at."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _go_on(self) -> None:
        while not self._stopped.wait(self._every_s):
            give_back()
