"""One state of the cube: it never changes, a refresh makes the next one beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt
import polars as pl

from data import cube_times
from data.area_tree import AreaTree
from data.codes import CellCodes, Words
from data.statuses import STATUSES
from geo.cells import RESOLUTIONS, Cells, point_cells

#: The columns of the cube. A row is an issue, in the order of the ids. Codes of cells and words, ids of
#: places and days are narrower while they are few or small: see `State.schema`.
COLUMNS: Final = pl.Schema(
    {
        "id": pl.UInt32,
        **{f"cell{resolution}": pl.UInt32 for resolution in RESOLUTIONS},  # codes of the exact cells
        "category": pl.UInt16,  # codes, as are status, source and unit
        "status": pl.UInt8,
        "source": pl.UInt16,
        "unit": pl.UInt16,
        "day": pl.Int32,  # since 1970, in the city's time zone, as is the minute
        "minute": pl.UInt16,  # since midnight
        "hour": pl.UInt8,  # of the week: weekday × 24 + hour, Monday is 0
        "place": pl.UInt32,  # ids of places, 0 for none, as is the smallest area
        "area": pl.UInt32,
        "exempt": pl.Boolean,
        "due": pl.UInt32,  # minute since 1970, 0 for no deadline: see `data.cube_times`, as for the next two
        "took": pl.UInt16,  # code of the time from report to closing
        "late": pl.Boolean,  # closed after its deadline
        "lon": pl.Float64,
        "lat": pl.Float64,
    }
)

#: What the cube takes up of an issue.
TAKEN_UP: Final = (
    *("id", "seq", "source", "category", "status", "reported_at", "lon", "lat", "unit"),
    *("place_id", "area_id", "exempt_id", "closed_at", "due_at"),
)

#: Columns of words whose dictionary grows with the data; the empty word stands for none.
WORD_COLUMNS: Final = ("category", "source", "unit")

#: Columns of ids of places, which are dense enough to count by as they are.
ID_COLUMNS: Final = ("place", "area")

#: Codes that fit into two bytes, and into one.
_FEW: Final = 65_536
_FEWER: Final = 256
#: Days from 1970 to this one, in 2059, fit into two bytes, as does the distance of any two of them.
_LAST_NEAR_DAY: Final = 32_767

_NARROW: Final = {
    **{name: pl.UInt16() for name in (*(f"cell{r}" for r in RESOLUTIONS), *ID_COLUMNS)},
    **{name: pl.UInt8() for name in WORD_COLUMNS},
    "day": pl.Int16(),
}
_EMPTY: Final = pl.DataFrame(schema={**COLUMNS, **_NARROW})

#: Rows that are counted at a time.
_PIECE_ROWS: Final = 1_000_000

#: Rows that may lie behind the base before both are made one again.
_TAIL_ROWS: Final = 500_000


@dataclass(frozen=True)
class State:
    """The rows and dictionaries as they were after the event `seq` of one store.

    The rows are `base`, large and in one piece, and `tail`, what came since: a refresh copies the tail alone.
    """

    identity: str
    tz: str
    seq: int = 0
    base: pl.DataFrame = field(default_factory=lambda: _EMPTY)
    tail: pl.DataFrame = field(default_factory=lambda: _EMPTY)
    cells: dict[int, CellCodes] = field(default_factory=lambda: {r: CellCodes() for r in RESOLUTIONS})
    words: dict[str, Words] = field(
        default_factory=lambda: {name: Words() for name in WORD_COLUMNS} | {"status": Words(STATUSES)}
    )
    tree: AreaTree = field(default_factory=AreaTree)
    last_place: int = 0  # the largest id in `place` and `area`
    far_days: bool = False  # whether there ever was a day before 1970 or after 2059
    judged: str = ""  # by which edition of the city's rules the cases have their due moments
    visited: str = ""  # which edition of the visits figures are set against
    part: str = ""  # names the part of the city that the rows are; empty is the whole

    def __len__(self) -> int:
        """Return the number of issues."""
        return self.base.height + self.tail.height

    @property
    def schema(self) -> pl.Schema:
        """The columns with the narrowest types that hold the codes."""
        few: dict[str, pl.DataType] = {
            f"cell{r}": pl.UInt16() for r, codes in self.cells.items() if len(codes) <= _FEW
        }
        if self.last_place < _FEW:
            few |= {name: pl.UInt16() for name in ID_COLUMNS}
        few |= {name: pl.UInt8() for name in WORD_COLUMNS if len(self.words[name].words) <= _FEWER}
        if not self.far_days:
            few["day"] = pl.Int16()
        return pl.Schema({**COLUMNS, **few})

    @property
    def version(self) -> str:
        """A word that no other state has."""
        part = f"-{self.part}" if self.part else ""
        rules = crc32(f"{self.tz} {self.tree.edition} {self.judged} {self.visited}".encode())
        return f"{self.identity[:8]}-{self.seq}-{rules:08x}{part}"

    @property
    def frame(self) -> pl.DataFrame:
        """All rows; nothing is copied."""
        return pl.concat(self.parts, rechunk=False)

    @property
    def parts(self) -> tuple[pl.DataFrame, ...]:
        """The rows in pieces that are contiguous in memory."""
        return (self.base, self.tail) if self.tail.height else (self.base,)

    @property
    def pieces(self) -> Iterator[pl.DataFrame]:
        """The same rows in slices of a million, nothing copied: counting them takes little memory beside.

        Ten browsers that ask at once would else each hold a copy of columns of the whole city for a moment.
        """
        for part in self.parts:
            for start in range(0, max(part.height, 1), _PIECE_ROWS):
                yield part.slice(start, _PIECE_ROWS)

    def without_rows(self) -> "State":
        """Return a state that knows the words and cells and has not one report."""
        return replace(self, base=self.base.clear(), tail=_EMPTY)

    def judged_by(self, edition: str, dues: pl.DataFrame | None) -> "State":
        """Return the state after the cases were judged by other rules.

        Parameters
        ----------
        dues
            The due moments of the open cases (`id`, `due_at`; by id); None where the rows have them already.
        """
        state = replace(self, judged=edition)
        if dues is None:
            return state
        rows = dues.select(pl.col("id").cast(pl.UInt32), cube_times.due())
        base, tail = (_with_dues(part, rows) for part in (self.base, self.tail))
        return replace(state, base=base, tail=tail)

    def after(self, changes: Iterable[pl.DataFrame]) -> "State":
        """Return the state after taking up changed issues (`TAKEN_UP` columns, by id, each once)."""
        intake = _Intake(self)
        for frame in changes:
            if frame.height:
                intake.take(frame)
        return intake.state()


class _Intake:
    """Codes rows batch by batch, and numbers new cells once at the end."""

    def __init__(self, state: State) -> None:
        self._before = state
        self._seq = state.seq
        self._last_place = state.last_place
        self._far_days = state.far_days
        self._words = dict(state.words)
        self._parts: list[pl.DataFrame] = []
        self._cells: dict[int, list[Cells]] = {resolution: [] for resolution in RESOLUTIONS}

    def take(self, changes: pl.DataFrame) -> None:
        self._seq = max(self._seq, int(changes["seq"].to_numpy().max()))
        named = changes.with_columns(
            pl.col("unit").fill_null(""),
            pl.col("place_id").fill_null(0).alias("place"),
            pl.col("area_id").fill_null(0).alias("area"),
            pl.col("exempt_id").is_not_null().alias("exempt"),
        )
        most = named.select(pl.max_horizontal(pl.col(*ID_COLUMNS).max())).item()
        self._last_place = max(self._last_place, int(most))
        for name in WORD_COLUMNS:
            self._words[name] = self._words[name].with_words(named[name].unique(maintain_order=True))
        local = pl.col("reported_at").dt.convert_time_zone(self._before.tz)
        points = named.select(
            point_cells("lon", "lat", resolution).alias(f"cell{resolution}") for resolution in RESOLUTIONS
        )
        days = named.select(local.dt.date().cast(pl.Int32).alias("day"))["day"]
        self._far_days |= not days.is_between(0, _LAST_NEAR_DAY).all()
        coded = {}
        for resolution in RESOLUTIONS:
            column = points[f"cell{resolution}"]
            cells = column.unique().sort()
            self._cells[resolution].append(cells.to_numpy())
            coded[f"cell{resolution}"] = cells.search_sorted(column)
        self._parts.append(
            named.select(
                "id",
                *(series.alias(name) for name, series in coded.items()),
                *(
                    self._words[name].encode(named[name], COLUMNS[name]).alias(name)
                    for name in (*WORD_COLUMNS, "status")
                ),
                days,
                (local.dt.hour().cast(pl.UInt16) * 60 + local.dt.minute()).alias("minute"),
                (local.dt.weekday().cast(pl.UInt8) * 24 - 24 + local.dt.hour().cast(pl.UInt8)).alias("hour"),
                *ID_COLUMNS,
                "exempt",
                cube_times.due(),
                cube_times.took(),
                cube_times.late(),
                "lon",
                "lat",
            )
            .select(*COLUMNS)
            .cast(COLUMNS)
        )

    def state(self) -> State:
        if not self._parts:
            return replace(self._before, seq=self._seq)
        cells = dict(self._before.cells)
        for resolution in RESOLUTIONS:
            batches = self._cells[resolution]
            union = batches[0] if len(batches) == 1 else np.unique(np.concatenate(batches))
            cells[resolution] = cells[resolution].with_cells(union)
        after = replace(
            self._before,
            seq=self._seq,
            words=self._words,
            cells=cells,
            last_place=self._last_place,
            far_days=self._far_days,
        )
        rows = _in_one_piece(self._numbered(cells), after.schema)
        self._parts.clear()
        return _merged(after, rows)

    def _numbered(self, cells: dict[int, CellCodes]) -> Iterator[pl.DataFrame]:
        """Turn each batch's own numbers of cells into the dictionaries' codes."""
        for place, part in enumerate(self._parts):
            codes = {}
            for resolution in RESOLUTIONS:
                name = f"cell{resolution}"
                known = cells[resolution].find(self._cells[resolution][place]).astype(np.uint32)
                codes[name] = pl.Series(known[part[name]])
            yield part.with_columns(**codes)


def _merged(state: State, rows: pl.DataFrame) -> State:
    """Put changed rows in place of the old ones, and new rows behind them; ids only ever grow."""
    schema = state.schema
    if not len(state):
        return replace(state, base=rows, tail=_EMPTY)
    last = state.parts[-1]["id"][-1]
    base = _replaced(state.base.cast(schema), rows)
    tail = _replaced(state.tail.cast(schema), rows)
    tail = _in_one_piece([tail, rows.filter(pl.col("id") > last)], schema)
    if tail.height > _TAIL_ROWS:
        base, tail = _in_one_piece([base, tail], schema), _EMPTY
    return replace(state, base=base, tail=tail)


def _with_dues(rows: pl.DataFrame, dues: pl.DataFrame) -> pl.DataFrame:
    places, known = _places(rows, dues)
    if not known.any():
        return rows
    return rows.with_columns(rows["due"].clone().scatter(places[known], dues["due"].filter(pl.Series(known))))


def _places(rows: pl.DataFrame, changed: pl.DataFrame) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return where among the rows each of the others' ids is or would be, and whether it is there."""
    if rows.is_empty():
        return np.zeros(changed.height, np.intp), np.zeros(changed.height, np.bool_)
    ids, new_ids = rows["id"].to_numpy(), changed["id"].to_numpy()
    places = np.minimum(np.searchsorted(ids, new_ids), len(ids) - 1)
    return places, ids[places] == new_ids


def _replaced(rows: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """Put changed rows in place of those of the same id; a column that stays the same is not copied."""
    if rows.is_empty() or changed.is_empty():
        return rows
    places, known = _places(rows, changed)
    places, changed = places[known], changed.filter(pl.Series(known))
    columns = []
    for name in COLUMNS:
        old, new = rows[name].gather(places), changed[name]
        differs = (old != new).to_numpy()
        if differs.any():
            columns.append(rows[name].clone().scatter(places[differs], new.filter(pl.Series(differs))))
    return rows.with_columns(columns)


def _in_one_piece(parts: Iterable[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    """Join frames column by column, so that at no time two copies of all exist."""
    pieces = list(parts)
    columns = []
    for name, dtype in schema.items():
        columns.append(pl.concat([piece[name].cast(dtype) for piece in pieces], rechunk=True))
        pieces = [piece.drop(name) for piece in pieces]
    return pl.DataFrame(columns)
