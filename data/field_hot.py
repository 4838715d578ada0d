"""Which cells are hot spots now, for the urgency of their cases: known at once, looked for once a day."""

import logging
from threading import Lock, Thread
from typing import Final
from weakref import WeakKeyDictionary

from data.clock import moment
from data.cube import Cube
from data.cube_scope import PartCube
from data.hot_cells import HotAsked
from data.hot_kinds import hot_cells
from geo.errors import GezhiError
from geo.urgency import BY_CLASS

_log: Final = logging.getLogger(__name__)

#: Whoever asks first waits so long; a large city takes longer, and its classes are there for the next.
WAITED_S: Final = 0.1

#: What was found for each cube, and on which day it was looked for.
_FOUND: Final[WeakKeyDictionary[Cube, tuple[str, dict[int, str]]]] = WeakKeyDictionary()
_LOOKING: Final[WeakKeyDictionary[Cube, Thread]] = WeakKeyDictionary()
_GUARD: Final = Lock()


def hot_classes(cube: Cube, *, wait_s: float | None = WAITED_S) -> dict[int, str]:
    """Return the class of each cell that is a hot spot over time, by cell, as of the last whole week.

    They are those of the whole city, whatever part of it the cube shows. What comes in during a day changes
    the whole weeks before it hardly, so they are looked for anew on the next day, and until then the last
    ones hold.

    Parameters
    ----------
    wait_s
        How long to wait for the first answer, empty until it is there; None is until it is.
    """
    whole = cube.whole if isinstance(cube, PartCube) else cube
    today = moment().date().isoformat()
    day, found = _FOUND.get(whole, ("", {}))
    if day == today:
        return found
    with _GUARD:
        thread = _LOOKING.get(whole)
        if thread is None or not thread.is_alive():
            thread = Thread(target=_look, args=(whole, today), daemon=True)
            _LOOKING[whole] = thread
            thread.start()
    if not day or wait_s is None:
        thread.join(wait_s)
    return _FOUND.get(whole, ("", {}))[1]


def _look(cube: Cube, today: str) -> None:
    try:
        found = hot_cells(cube, HotAsked())
    except GezhiError as why:
        _log.info("No hot spots for the field teams: %s", why)
        _FOUND[cube] = (today, {})
        return
    slugs = [found.classes[code] for code in found.codes]
    hot = {int(cell): slug for cell, slug in zip(found.cells, slugs, strict=True) if slug in BY_CLASS}
    _FOUND[cube] = (today, hot)
