"""The cube: a columnar copy of the store that counts reports per cell in milliseconds."""

import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from data import snapshot as snapshots
from data.actors import SYSTEM
from data.area_tree import AreaTree
from data.case_deadlines import DEADLINES_VERSION
from data.codes import Box
from data.counts import Choice, Counts, chosen, count_by
from data.cube_choice import OPEN_CODES, checked, choice_of, shown, tallied
from data.cube_extent import extent_of
from data.cube_state import TAKEN_UP, State
from data.filters import Filter
from data.kept import Kept
from data.mapped import mapped
from data.settings import settings
from data.store import Store
from data.visits import VISITS_VERSION
from geo.cells import Cells
from geo.errors import StoreError
from i18n import gettext as _

#: What tells the age of a report, the coarsest first.
_AGE: Final = ("day", "minute", "id")

_log: Final = logging.getLogger(__name__)

#: From so many rows on, the columns that few questions ask for lie in a file (`data.mapped`).
_MANY_ROWS: Final = 1_000_000
_ASIDE: Final = ("id", "minute", "place", "area", "due", "took", "lon", "lat")

#: Figures of cells kept for the next pan, and for the next user with the same filter.
_KEPT_BYTES: Final = 40_000_000


@dataclass(frozen=True, slots=True)
class CellCounts:
    """How many reports lie in each cell: `cells` sorted and unique, `counts` at least 1."""

    cells: Cells
    counts: Counts


class Cube:
    """Counts and finds reports of a store. Threads may share it; a refresh never disturbs a reader.

    What readers see is one `State`; a refresh makes the next state beside it and then puts it in place.
    It holds the whole city; `data.cube_scope.seen_by` leaves what an actor may see.
    """

    def __init__(self, store: Store, state: State, *, snapshot: Path | None) -> None:
        self._store = store
        self._state = state
        self._snapshot = snapshot
        self._snapshot_seq = state.seq
        self._rows_aside = 0
        self._refreshing = Lock()
        #: What was counted last; a key begins with the state's version.
        self.kept = Kept(most_bytes=_KEPT_BYTES)
        #: What `data.cube_scope` keeps for actors who see a part of the city.
        self.parts: OrderedDict[Any, Cube] = OrderedDict()
        self.parts_lock = Lock()

    @classmethod
    def open(cls, store: Store, *, snapshot: Path | None = None) -> Self:
        """Read the snapshot where it fits the store, and take up what came since.

        A snapshot of another store, of another time zone, of an older schema, damaged, or ahead of the
        store is left aside, and the cube is made again from the store.
        """
        state = State(identity=store.identity, tz=_tz(store))
        if snapshot and snapshot.exists():
            try:
                state = _fitting(snapshot, store, tz=state.tz)
            except StoreError as why:
                _log.warning("The cube is made again, its snapshot %s is of no use: %s", snapshot, why)
        cube = cls(store, state, snapshot=snapshot)
        cube.refresh()
        return cube

    def refresh(self, *, wait: bool = True) -> int:
        """Take up what was written since, by this process or another.

        Parameters
        ----------
        wait
            Whether to wait where another thread is refreshing already.

        Returns
        -------
        How many events were taken up.
        """
        if not self._refreshing.acquire(blocking=wait):
            return 0
        try:
            state, tz = self._state, _tz(self._store)
            tree = self._tree(state.tree)
            judged = self._store.fact(DEADLINES_VERSION, "", actor=SYSTEM) or ""
            last_seq = self._store.last_seq(actor=SYSTEM)
            if tz != state.tz or last_seq < state.seq:
                # Other days, or an older copy was put in the store's place.
                state = State(identity=state.identity, tz=tz, cells=state.cells, words=state.words)
            if tree is not state.tree:
                state = replace(state, tree=tree)
            before = state.seq
            if last_seq > before:
                state = state.after(self._store.changed_since(before, actor=SYSTEM, columns=TAKEN_UP))
            if judged != state.judged:
                dues = self._store.due_moments(actor=SYSTEM) if before else None
                state = state.judged_by(judged, dues)
            visited = self._store.fact(VISITS_VERSION, "", actor=SYSTEM) or ""
            if visited != state.visited:
                state = replace(state, visited=visited)
            if state.base.height != self._rows_aside:
                state = self._put_aside(state)
            self._state = state
            return state.seq - before
        finally:
            self._refreshing.release()

    def _put_aside(self, state: State) -> State:
        """Put columns of a large base, newly made, into a file beside the snapshot.

        One that changes afterwards is in memory again until the base is made anew, or the cube is opened.
        """
        self._rows_aside = state.base.height
        if self._snapshot is None or state.base.height < _MANY_ROWS:
            return state
        try:
            return replace(state, base=mapped(state.base, _ASIDE, self._snapshot.parent))
        except OSError as why:
            _log.warning("Columns of the cube could not be put into a file, they stay in memory: %s", why)
            return state

    def _tree(self, known: AreaTree) -> AreaTree:
        """Return the chain of areas as it is now."""
        edition = self._store.fact("places_version", "", actor=SYSTEM) or ""
        if edition == known.edition:
            return known
        return AreaTree.of(self._store.areas(actor=SYSTEM), edition=edition)

    @property
    def store(self) -> Store:
        """The store that it follows."""
        return self._store

    @property
    def state(self) -> State:
        """What readers see now."""
        return self._state

    @property
    def version(self) -> str:
        """A word that changes when the data change."""
        return self._state.version

    @property
    def is_empty(self) -> bool:
        """Whether there is no report at all."""
        return not len(self._state)

    @property
    def frame(self) -> pl.DataFrame:
        """All rows: ids, codes, days and coordinates; see `cube_state.COLUMNS`."""
        return self._state.frame

    def cells_of(self, resolution: int) -> Cells:
        """Return the cell of each code of a resolution's column."""
        return self._state.cells[checked(resolution)].cells

    def words_of(self, column: str) -> tuple[str, ...]:
        """Return the word of each code of `category`, `status`, `source` or `unit`."""
        return self._state.words[column].words

    def choice(self, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> Choice:
        """Put a filter into the codes of `frame`, for a query of one's own (`data.counts`)."""
        return choice_of(self._state, where, cell=cell, bbox=bbox)

    def write_snapshot(self) -> None:
        """Write the cube beside the store, for the next start; a reader finds the old file or the new one."""
        if self._snapshot is None:
            return
        state = self._state
        snapshots.write(self._snapshot, state, mark=self._store.event_mark(state.seq, actor=SYSTEM))
        self._snapshot_seq = state.seq

    @property
    def events_since_snapshot(self) -> int:
        """How many events the snapshot on disk lacks."""
        return self._state.seq - self._snapshot_seq

    # Counting

    def counts(self, where: Filter, resolution: int, *, bbox: Box | None = None) -> CellCounts:
        """Count reports per cell, each in the very hexagon it lies in.

        Parameters
        ----------
        bbox
            West, south, east, north: only cells that may touch this box; their counts are whole.
        """
        state = self._state
        column, codes = f"cell{checked(resolution)}", state.cells[resolution]
        counts = self.kept.get(
            (state.version, column, where), lambda: tallied(state, column, choice_of(state, where))
        )
        found = shown(codes, resolution, counts > 0, bbox=bbox)
        return CellCounts(codes.cells[found], counts[found])

    def total(self, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> int:
        """Count the reports; those of one cell, or of a box, where these are given."""
        state = self._state
        return int(tallied(state, "status", choice_of(state, where, cell=cell, bbox=bbox)).sum())

    def by_category(self, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> pl.DataFrame:
        """Count by category (`category`, `n`), most first."""
        return self._by_word("category", where, cell, bbox).sort("n", "category", descending=[True, False])

    def by_status(self, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> pl.DataFrame:
        """Count by status (`status`, `n`), in the order of life."""
        return self._by_word("status", where, cell, bbox)

    def by_day(self, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> pl.DataFrame:
        """Count by day (`day`, `n`), days without a report between the first and the last included."""
        state = self._state
        choice = choice_of(state, where, cell=cell, bbox=bbox)
        parts: list[pl.DataFrame] = [
            count_by(part, "day", choice).collect().to_native() for part in state.pieces
        ]
        counted = pl.concat(parts).group_by(pl.col("day").cast(pl.Date)).agg(pl.col("n").sum())
        if counted.is_empty():
            return counted
        every = counted.select(pl.date_range(pl.col("day").min(), pl.col("day").max()).alias("day"))
        return every.join(counted, on="day", how="left").with_columns(pl.col("n").fill_null(0)).sort("day")

    def by_week(self, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> pl.DataFrame:
        """Count by week (`week` is its Monday, `n`), weeks without a report in between included."""
        days = self.by_day(where, cell=cell, bbox=bbox)
        return (
            days.group_by(pl.col("day").dt.truncate("1w").alias("week")).agg(pl.col("n").sum()).sort("week")
        )

    def by_place(self, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> pl.DataFrame:
        """Count by ground and street (`place_id`, `n`, `open`, `exempt`), most first.

        The id is null for open ground. `open` are the cases that somebody still has to do something about,
        `exempt` those in an exempt zone.
        """
        counted = self._by_id("place", where, cell, bbox, exempt=True)
        return counted.sort("n", "place_id", descending=[True, False], nulls_last=True)

    def by_area(self, where: Filter, *, cell: int | None = None, bbox: Box | None = None) -> pl.DataFrame:
        """Count by area, from the smallest ones up the chain (`area_id`, `own`, `n`, `open`), by id.

        `own` lie in no smaller area, `n` is with those below; so `n` is `own` and the sum of `n` of the areas
        right below. The id is null for what lies in no area, and one that the chain has no more stands alone:
        the sum of `own` is the total, whatever the areas are like.
        """
        return self._state.tree.sums(self._by_id("area", where, cell, bbox))

    def exempt(self, where: Filter) -> int:
        """Count the chosen reports that lie in an exempt zone."""
        return 0 if where.exempt == "without" else self.total(where.but(exempt="only"))

    def sources(self) -> list[str]:
        """Return the feeds there are reports of."""
        return sorted(self._state.words["source"].words)

    def categories(self) -> list[str]:
        """Return the categories there are reports of."""
        return sorted(self._state.words["category"].words)

    # Finding

    def ids(
        self,
        where: Filter,
        *,
        cell: int | None = None,
        bbox: Box | None = None,
        limit: int | None = None,
        newest_first: bool = True,
    ) -> npt.NDArray[np.int64]:
        """Return the ids of reports: of one cell (those in that very hexagon), or in a box."""
        state = self._state
        choice = choice_of(state, where, cell=cell, bbox=bbox)
        if newest_first:
            rows = _newest(state, choice, *_AGE, limit=limit).sort(_AGE, descending=True)
        else:
            rows = _rows(state, choice, "id")
        return rows["id"].head(rows.height if limit is None else limit).to_numpy().astype(np.int64)

    def points(self, where: Filter, bbox: Box, *, limit: int) -> pl.DataFrame:
        """Return reports in a box (id, lon, lat, category, status), the newest where there are too many."""
        state = self._state
        words = state.words
        columns = ("lon", "lat", "category", "status")
        rows = _newest(state, choice_of(state, where, bbox=bbox), *columns, *_AGE, limit=limit)
        return rows.select(
            pl.col("id").cast(pl.Int64),
            "lon",
            "lat",
            *(
                pl.col(name).replace_strict(dict(enumerate(words[name].words)), return_dtype=pl.String)
                for name in ("category", "status")
            ),
        )

    def extent(self) -> Box | None:
        """Return the box where 99 % of the reports lie, along each axis; None where there are none.

        Points that lie far outside are left out (`data.cube_extent`).
        """
        return extent_of(self._state)

    def period(self) -> tuple[date, date] | None:
        """Return the first and the last day with a report, in the city's time zone."""
        state = self._state
        if not len(state):
            return None
        first, last = state.frame.select(
            first=pl.col("day").min().cast(pl.Date), last=pl.col("day").max().cast(pl.Date)
        ).row(0)
        return first, last

    def _by_id(
        self, column: str, where: Filter, cell: int | None, bbox: Box | None, *, exempt: bool = False
    ) -> pl.DataFrame:
        state = self._state
        choice = choice_of(state, where, cell=cell, bbox=bbox)
        n = tallied(state, column, choice)
        asked = {"n": choice, "open": choice.of_status(OPEN_CODES)}
        if exempt:
            asked["exempt"] = choice.exempt_ones()
        found = np.flatnonzero(n)
        counts = {
            name: (n if own is choice else tallied(state, column, own))[found] for name, own in asked.items()
        }
        ids = pl.Series(f"{column}_id", found, dtype=pl.Int64).replace(0, None)
        return pl.DataFrame([ids]).with_columns(
            **{name: pl.Series(own, dtype=pl.Int64) for name, own in counts.items()}
        )

    def _by_word(self, column: str, where: Filter, cell: int | None, bbox: Box | None) -> pl.DataFrame:
        state = self._state
        counts = tallied(state, column, choice_of(state, where, cell=cell, bbox=bbox))
        words = state.words[column].words
        return pl.DataFrame({column: pl.Series(words, dtype=pl.String), "n": counts}).filter(pl.col("n") > 0)


def _fitting(path: Path, store: Store, *, tz: str) -> State:
    """Read a snapshot.

    Raises
    ------
    StoreError
        It does not fit the store as it is now, or cannot be read.
    """
    state, mark = snapshots.read(path)
    if state.identity != store.identity:
        raise StoreError(_("it is of another store"))
    if state.tz != tz:
        raise StoreError(_("its days are those of {tz}", tz=state.tz))
    if store.event_mark(state.seq, actor=SYSTEM) != mark:
        raise StoreError(_("it is newer than the store, or the store took another way"))
    return state


def _tz(store: Store) -> str:
    return store.fact("tz", actor=SYSTEM) or settings().tz


def _rows(state: State, choice: Choice, *columns: str) -> pl.DataFrame:
    parts: list[pl.DataFrame] = [chosen(part, choice, *columns).collect().to_native() for part in state.parts]
    return pl.concat(parts)


def _newest(state: State, choice: Choice, *columns: str, limit: int | None) -> pl.DataFrame:
    """Return the chosen rows, the newest of them where there is a limit, in any order."""
    if limit is None:
        return _rows(state, choice, *columns)
    parts: list[pl.DataFrame] = [
        chosen(part, choice, *columns).top_k(limit, by=_AGE).collect().to_native() for part in state.parts
    ]
    return pl.concat(parts).top_k(limit, by=_AGE)
