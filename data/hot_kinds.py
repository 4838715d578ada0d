"""The kinds of hot spots that a map can show, by name: each is computed by a module of its own."""

from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Any, Final
from weakref import WeakValueDictionary

from data.cube import Cube
from data.hot_cells import KINDS, HotAsked, HotCells, Kind
from geo.cells import Cells

HotFunction = Callable[[Cube, HotAsked], HotCells]
#: `why(cube, asked, cells)` of a kind's module, where it has one: words for each cell.
WhyFunction = Callable[[Cube, HotAsked, Cells], list[str]]

#: Where the function of each kind lies: module and name. They bring heavy libraries, so each is imported when
#: it is asked for first.
_FUNCTIONS: Final[dict[Kind, tuple[str, str]]] = {kind: (f"data.hot_{kind}", f"hot_{kind}") for kind in KINDS}

#: Who computes which answer now; a lock is gone with the last one that waits for it.
_TURNS: Final[WeakValueDictionary[tuple[int, str, HotAsked], Any]] = WeakValueDictionary()
_GUARD: Final = Lock()


def hot_cells(cube: Cube, asked: HotAsked) -> HotCells:
    """Class the cells of the study area as the kind that is asked does.

    A map and the page around it ask the same at the same moment: the second waits for what the first keeps,
    as both at once would take twice as long.

    Raises
    ------
    AnalysisError
        A question that the kind cannot answer.
    """
    with _GUARD:
        turn = _TURNS.setdefault((id(cube), cube.version, asked), Lock())
    with turn:
        return function_of(asked.kind)(cube, asked)


def why(cube: Cube, asked: HotAsked, cells: Cells) -> list[str]:
    """Return in words why cells have their classes; empty where the class itself says all."""
    of_kind: WhyFunction | None = getattr(import_module(_FUNCTIONS[asked.kind][0]), "why", None)
    return of_kind(cube, asked, cells) if of_kind else [""] * len(cells)


def function_of(kind: Kind) -> HotFunction:
    """Return the function of a kind."""
    module, name = _FUNCTIONS[kind]
    found: HotFunction = getattr(import_module(module), name)
    return found
