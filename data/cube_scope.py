"""The part of the cube that an actor may see: the same questions, answered from the rows in scope alone.

Units and cells are columns of the cube, so their part is cut out in memory. Areas and reporters are not: the
store says which cases those are.
"""

from dataclasses import replace
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.actors import Actor
from data.cube import Cube
from data.cube_state import State
from data.filters import Filter
from data.rights import is_scoped, require
from data.store import Store
from geo.cells import ANALYSIS_RESOLUTION, Cells

#: What tells one part of the city from another: a resident's name, units, areas, team.
Part = tuple[str, tuple[str, ...] | None, tuple[str, ...] | None, int | None]

#: Parts of one cube that are kept; each holds a copy of its rows.
_KEPT_PARTS: Final = 32
_NO_CELLS: Final[Cells] = np.empty(0, np.uint64)


def seen_by(cube: Cube, actor: Actor) -> Cube:
    """Return the cube as an actor may see it: itself for the whole city, else the part in scope.

    Actors with the same scope share a part; a part of a part is asked of the whole again.

    Raises
    ------
    NotAllowedError
        The actor's role is unknown, so nothing is to be seen.
    """
    whole = cube.whole if isinstance(cube, PartCube) else cube
    part = part_of(actor)
    if part is None:
        return whole
    kept = whole.parts
    with whole.parts_lock:
        if part not in kept:
            kept[part] = PartCube(whole, actor)
            while len(kept) > _KEPT_PARTS:
                kept.popitem(last=False)
        kept.move_to_end(part)
        return kept[part]


def part_of(actor: Actor) -> Part | None:
    """Name the part of the city that an actor sees; None is all of it, and equal parts have equal names.

    Raises
    ------
    NotAllowedError
        The actor's role is unknown.
    """
    require(actor, "open")
    if not is_scoped(actor):
        return None
    if actor.role == "resident":
        return (actor.name, None, None, None)
    units, areas = (None if names is None else tuple(sorted(names)) for names in (actor.units, actor.areas))
    return ("", units, areas, actor.team)


class PartCube(Cube):
    """A cube of the cases in an actor's scope; it follows the whole one."""

    def __init__(self, whole: Cube, actor: Actor) -> None:
        self.whole = whole
        self._actor = actor
        self._seen: tuple[str, int] | None = None
        super().__init__(whole.store, whole.state.without_rows(), snapshot=None)
        self.refresh()

    def refresh(self, *, wait: bool = True) -> int:
        """Let the whole cube take up what was written since, and cut this part out of it anew."""
        self.whole.refresh(wait=wait)
        if not self._refreshing.acquire(blocking=wait):
            return 0
        try:
            state = self.whole.state
            seen = (state.version, edition_of(self._store, self._actor))
            if self._seen == seen:
                return 0
            before = self._state.seq
            self._state = cut(state, self._store, self._actor)
            self._seen = seen
            return max(0, self._state.seq - before)
        finally:
            self._refreshing.release()

    def cells_of(self, resolution: int) -> Cells:
        """Return the cell of each code; 0 where no report in scope lies, since that is nobody's business."""
        cells = super().cells_of(resolution).copy()
        cells[~self._used(f"cell{resolution}", len(cells))] = 0
        return cells

    def words_of(self, column: str) -> tuple[str, ...]:
        """Return the word of each code; an empty one where no report in scope has it."""
        words = super().words_of(column)
        used = self._used(column, len(words))
        return tuple(word if there else "" for word, there in zip(words, used, strict=True))

    def sources(self) -> list[str]:
        """Return the feeds there are reports of."""
        return sorted(word for word in self.words_of("source") if word)

    def categories(self) -> list[str]:
        """Return the categories there are reports of."""
        return sorted(self.by_category(Filter())["category"])

    def _used(self, column: str, n: int) -> npt.NDArray[np.bool_]:
        used = np.zeros(n, np.bool_)
        used[self.frame[column].unique().to_numpy()] = True
        return used


def cut(state: State, store: Store, actor: Actor) -> State:
    """Return the state with the rows that the actor may see, and with no other; codes stay as they are."""
    part = part_of(actor)
    if part is None:
        return state
    resident, units, areas, team = part
    edition = edition_of(store, actor)
    kept: list[pl.Expr] = []
    if units is not None:
        kept.append(pl.col("unit").is_in(list(state.words["unit"].codes(units))))
    if team is not None:
        column = f"cell{ANALYSIS_RESOLUTION}"
        theirs = store.territories(edition, actor=actor)["cell"].to_numpy() if edition else _NO_CELLS
        codes = state.cells[ANALYSIS_RESOLUTION].find(theirs)
        kept.append(pl.col(column).is_in(pl.Series(codes[codes >= 0], dtype=state.schema[column]).implode()))
    if resident or areas is not None:
        ids = store.visible_ids(actor=actor)
        kept = [pl.col("id").is_in(ids.cast(pl.UInt32).implode())]
    name = blake2b(repr((part, edition)).encode(), digest_size=6).hexdigest()
    return replace(state, base=state.base.filter(kept), tail=state.tail.filter(kept), part=name)


def edition_of(store: Store, actor: Actor) -> int:
    """Return the number of the territories that an actor's part follows; 0 where there are none, or no team.

    Territories come into force without an event of any case.
    """
    if actor.role == "resident" or actor.team is None:
        return 0
    edition = store.edition_in_force(actor=actor)
    return edition.id if edition else 0
