"""Compiled kernels: numba with its cache on disk where a folder can be written, without it where none can.

Importing this module imports numba, which takes some tenths of a second: import it, and what holds kernels,
inside the functions that need them.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")

#: Rows that one thread takes at a time: small enough to share evenly, large enough to hide the hand-over.
_CHUNK_ROWS: Final = 65_536


def kernel(arguments: tuple[Any, ...]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function for these argument types when it is defined; it runs without Python's lock.

    The machine code is kept where numba keeps it: `NUMBA_CACHE_DIR`, else `__pycache__` beside the module,
    else the user's cache folder. Where none of them can be written, or what lies there cannot be read, the
    function is compiled without a cache, for this process alone.

    A kernel's answer may not depend on another module's kernels: the cache knows only its own file's text.
    """

    def compiled(function: Callable[P, R]) -> Callable[P, R]:
        njit: Any = numba.njit
        options = {"nogil": True, "error_model": "numpy"}
        try:
            fast: Callable[P, R] = njit(arguments, cache=True, **options)(function)
        except Exception:
            # No place for a cache, a full disk, a damaged file; a fault of the kernel itself is raised here.
            fast = njit(arguments, **options)(function)
        return fast

    return compiled


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function usable inside the kernels of its own module, compiled into each of them."""
    inside: Callable[P, R] = numba.njit(error_model="numpy")(function)
    return inside


def in_chunks(run: Callable[[int, int], None], rows: int) -> None:
    """Call `run(begin, end)` for chunks of rows, on as many threads as `NUMBA_NUM_THREADS` says.

    Threads of Python and not numba's own: those may not be entered from two requests at once where only
    numba's built-in layer is there. The chunks do not depend on the number of threads.
    """
    settings: Any = numba.config
    begins = range(0, rows, _CHUNK_ROWS)
    threads = min(settings.NUMBA_NUM_THREADS, len(begins))
    if threads <= 1:
        for begin in begins:
            run(begin, min(begin + _CHUNK_ROWS, rows))
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(run, begin, min(begin + _CHUNK_ROWS, rows)) for begin in begins]:
            done.result()
