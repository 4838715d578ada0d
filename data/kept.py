"""Answers that are kept for the next time the same is asked."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]


class Kept:
    """The arrays that were asked for last; threads may share it.

    Parameters
    ----------
    most_bytes
        Of all arrays together; the ones not asked for longest go first.
    """

    def __init__(self, *, most_bytes: int) -> None:
        self._most = most_bytes
        self._size = 0
        self._arrays: OrderedDict[Hashable, Array] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Array]) -> Array:
        """Return the array of a key, made now if it is not kept; nobody may change it."""
        with self._lock:
            found = self._arrays.get(key)
            if found is not None:
                self._arrays.move_to_end(key)
                return found
        made = make()
        made.flags.writeable = False
        with self._lock:
            if key not in self._arrays:
                self._arrays[key] = made
                self._size += made.nbytes
            while self._size > self._most and len(self._arrays) > 1:
                self._size -= self._arrays.popitem(last=False)[1].nbytes
        return made
