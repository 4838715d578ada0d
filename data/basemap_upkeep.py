"""The base map follows the places: the app has it built again when they change, in a process of its own."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Final

from data.basemap import places_version, read_about
from data.workspace import Workspace
from geo.errors import GezhiError, StoreError

_log: Final = logging.getLogger(__name__)

_ROOT: Final = Path(__file__).parents[1]
#: How often the places are looked at; they must be the same twice, so an import is waited for.
_LOOK_S: Final = 5.0
#: Pages come first.
_NICENESS: Final = 10

Build = Callable[[Workspace, Path], str | None]


class BasemapUpkeep:
    """Looks whether the tiles are of the places as they are now; it never fails for its caller.

    Building takes a process of its own: the library that cuts the tiles holds Python up for seconds.

    Parameters
    ----------
    shown
        Returns what the app shows.
    build
        Builds the tiles of a workspace into a file; returns what went wrong, None where nothing did.
    """

    def __init__(
        self, shown: Callable[[], Workspace], *, look_s: float = _LOOK_S, build: Build | None = None
    ) -> None:
        self._shown = shown
        self._look_s = look_s
        self._build = build or self._run
        self._seen: tuple[str, str] | None = None
        self._failed: tuple[str, str] | None = None
        self._process: subprocess.Popen[str] | None = None
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread = Thread(target=self._go_on, name="basemap", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, and a build with it: the file that is there stays as it is."""
        self._stopped.set()
        if self._process is not None:
            with suppress(OSError):
                self._process.terminate()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> bool:
        """Build the tiles where they are not of these places; say whether that was done.

        Places that changed since the last look wait for the next one; those that could not be built are not
        tried again until they change.
        """
        try:
            here = self._shown()
            if here.basemap is None:
                return False
            version = places_version(here.store, actor=here.viewer)
        except GezhiError as why:  # a store that is away today
            _log.warning("The places could not be looked at: %s", why)
            return False
        now = (here.store.identity, version)
        before, self._seen = self._seen, now
        if version == "0" or before != now or self._failed == now or _is_built(here, here.basemap):
            return False
        why_not = self._build(here, here.basemap)
        if why_not is None:
            return True
        if not self._stopped.is_set():
            self._failed = now
            _log.warning("The base map could not be built, places are sent one by one: %s", why_not)
        return False

    def _go_on(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(self._look_s)

    def _run(self, here: Workspace, path: Path) -> str | None:
        """Run `gezhi basemap build` beside the app; the store's URL is in its environment alone."""
        told = {"GEZHI_STORE": here.address, "GEZHI_HOME": str(path.parent.resolve())}
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cli", "basemap", "build"],
                cwd=_ROOT,
                env=os.environ | told,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
        except OSError as why:
            return str(why)
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _NICENESS)
        if self._stopped.is_set():  # while it was being started
            self._process.terminate()
        _out, said = self._process.communicate()
        return None if self._process.returncode == 0 else said.strip()[-500:] or "it was ended"


def _is_built(here: Workspace, path: Path) -> bool:
    try:
        return read_about(path).is_of(here.store, actor=here.viewer)
    except StoreError:
        return False
