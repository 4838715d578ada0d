"""Programs of their own, forked from one that has the libraries: to load them takes longest."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from types import ModuleType
from typing import TextIO

FORKS = multiprocessing.get_context("forkserver")
#: What programs of the tests need. To load it reads no setting and opens nothing, and a fork misses none of
#: the few threads that come with it (for memory): it is as good as a program that was started anew.
FORKS.set_forkserver_preload(
    [
        "alembic.command",
        "data.ingest",
        "hypothesis",
        "psycopg",
        "pytest",
        "sqlalchemy.dialects.postgresql.psycopg",
        "tests.data.file_imports",
        "tests.data.writers",
        "tests.torture.upgrades",
        "tests.torture.writer",
    ]
)


class Program:
    """A process that runs a function of a module, in a session of its own; what it prints can be heard.

    It has this process's environment and nothing else of it: no connection, no thread, no setting.
    """

    def __init__(self, run: Callable[..., object], *arguments: object) -> None:
        self.errors = ""  # what it printed to the other output, once it has ended
        told, self._tells = FORKS.Pipe(duplex=False)
        hears, says = FORKS.Pipe(duplex=False)
        laments, complains = FORKS.Pipe(duplex=False)
        theirs = (told, says, complains)
        self._process = FORKS.Process(
            target=_run, args=(theirs, dict(os.environ), run, arguments), daemon=True
        )
        with no_main():
            self._process.start()
        for end in theirs:
            end.close()
        self._hears, self._laments = _opened(hears), _opened(laments)
        assert self.hear() == _BEGUN, "the program did not begin"

    @property
    def status(self) -> int | None:
        """How it ended: its own status, a signal's negative number; None while it runs."""
        return self._process.exitcode

    def hear(self) -> str:
        """Wait for a line that it prints; empty where it ended without one."""
        return self._hears.readline().rstrip("\n")

    def __iter__(self) -> Iterator[str]:
        """Give the lines that it prints until it ends."""
        while line := self._hears.readline():
            yield line

    def tell(self, words: str) -> None:
        """Send it a line."""
        os.write(self._tells.fileno(), f"{words}\n".encode())

    def end(self, *, within_s: float = 120) -> str:
        """Wait for its end and return what it still printed."""
        watch = threading.Timer(within_s, self.kill)
        watch.start()
        with self._hears, self._laments, self._tells:
            said = self._hears.read()
            self.errors = self._laments.read()
        self._process.join()
        in_time = watch.is_alive()
        watch.cancel()
        assert in_time, f"a program did not come to its end: {said}{self.errors}"
        return said

    def kill(self) -> None:
        """End it, and what it forked itself, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.join()


_BEGUN = "begun"


def _run(
    streams: tuple[Connection, ...],
    environment: dict[str, str],
    run: Callable[..., object],
    arguments: tuple[object, ...],
) -> None:
    """Become a program: with a session, an environment and standard streams of its own."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    print(_BEGUN)
    run(*arguments)


def _opened(end: Connection) -> TextIO:
    """Read a pipe as text; whoever was killed may have left half a letter in it."""
    with end:
        return os.fdopen(os.dup(end.fileno()), encoding="utf-8", errors="replace")


@contextmanager
def no_main() -> Iterator[None]:
    """Hide the main module: a new process would run it, and after a test of a page it is that page."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
