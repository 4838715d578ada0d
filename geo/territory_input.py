"""What `geo.territories` is given: loads, teams before, pins, barriers and compounds, read and checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import cell_counts
from geo.cell_ids import Cells, check, resolution_of
from geo.cell_links import Links, neighbours
from geo.errors import AnalysisError, CellError, NotEnoughDataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: How many wrong things of one kind a message names.
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Cells to be split, ascending, with all that is known of them; rows are places in `cells`.

    Attributes
    ----------
    load
        Shape (n,): work of each cell; all 1 where nobody has any work.
    teams
        How many teams.
    previous, pins
        Shape (n,): the team that a cell had, or must have; -1 for none.
    links
        Who is beside whom with no barrier between.
    compounds
        Names of what stays together, with their rows.
    """

    cells: Cells
    load: Floats
    teams: int
    previous: Ints
    pins: Ints
    links: Links
    compounds: dict[Any, Ints]

    @property
    def mean(self) -> float:
        """Load of the average team."""
        return float(self.load.sum()) / self.teams


def read(
    load: "pd.Series[Any]", k: Any, *, previous: Any, pins: Any, barriers: Any, keep_together: Any
) -> tuple[Task, npt.NDArray[np.intp]]:
    """Check everything that a split is given.

    Returns
    -------
    The task, and the row of the task that each row of `load` became.

    Raises
    ------
    AnalysisError, NotEnoughDataError, CellError
        As `geo.territories.propose`.
    """
    given, values = cell_counts.read(load, name="load")
    teams = _count_of_teams(k, len(given))
    resolution_of(given)
    order = np.argsort(given, kind="stable")
    cells = given[order]
    indptr, indices = neighbours(cells)
    work = values[order]
    if not work.any():
        work = np.ones(len(work))
    place = np.empty(len(order), np.intp)
    place[order] = np.arange(len(order))
    before = np.full(len(cells), -1, np.int64)
    if previous is not None:
        rows, numbers, _ = assigned(previous, cells, name="previous")
        there = (rows >= 0) & (numbers < teams)
        before[rows[there]] = numbers[there]
    task = Task(
        cells=cells,
        load=work,
        teams=teams,
        previous=before,
        pins=_pins(pins, cells, teams),
        links=without(barriers, cells, indptr, indices),
        compounds=_compounds(keep_together, cells),
    )
    return task, place


def rows_of(wanted: Cells, cells: Cells) -> Ints:
    """Return the row of each wanted cell among ascending cells, -1 where it is none of them."""
    at = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
    return np.where(cells[at] == wanted, at, -1).astype(np.int64)


def assigned(teams: Any, cells: Cells, *, name: str) -> tuple[Ints, Ints, Cells]:
    """Read which cell has which team; cells whose team is missing are left out.

    Returns
    -------
    The row of each among the ascending `cells` (-1 where it is none of them), its team, and its id.

    Raises
    ------
    AnalysisError
        No series or mapping, team numbers that are no whole numbers of 0 or more, a cell of two teams.
    CellError
        An index that holds ids that are no cells.
    """
    if not isinstance(teams, pd.Series | Mapping):
        raise AnalysisError(
            f"'{name}' is of type {type(teams).__name__}. Expected a pandas Series of team numbers indexed "
            "by cells, or a dictionary of cell to team number."
        )
    series = pd.Series(dict(teams), dtype=object) if isinstance(teams, Mapping) else teams
    series = series.dropna()
    if series.empty:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64)
    try:
        values = series.to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise AnalysisError(f"'{name}' holds team numbers that are not numbers: {error}.") from error
    wrong = ~(np.isfinite(values) & (values >= 0) & (values == np.floor(values)))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise AnalysisError(
            f"{np.count_nonzero(wrong):,} of {len(values):,} values in '{name}' are no teams; first: "
            f"{values[row]:g} (row {row}). Expected whole numbers from 0; leave out a cell without a team."
        )
    ids = check(series.index, column=f"{name}.index")
    numbers = values.astype(np.int64)
    order = np.lexsort((numbers, ids))
    twice = (np.diff(ids[order]) == 0) & (np.diff(numbers[order]) != 0)
    if twice.any():
        first = order[int(np.argmax(twice))]
        both = numbers[ids == ids[first]]
        raise AnalysisError(
            f"{np.count_nonzero(twice):,} cells in '{name}' are given to two teams; first: '{ids[first]:x}' "
            f"to {both.min()} and {both.max()}. Expected one team for each."
        )
    return rows_of(ids, cells), numbers, ids


def _count_of_teams(k: Any, n: int) -> int:
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise AnalysisError(f"{k!r} is no number of teams. Expected a whole number of 1 or more.")
    if k > n:
        raise NotEnoughDataError(
            f"{n:,} cells cannot be split among {k:,} teams. Expected at most as many teams as cells; split "
            "finer cells, or among fewer teams."
        )
    return int(k)


def _pins(pins: Any, cells: Cells, teams: int) -> Ints:
    pinned = np.full(len(cells), -1, np.int64)
    if pins is None:
        return pinned
    rows, numbers, ids = assigned(pins, cells, name="pins")
    faults = []
    for wrong, why in (
        (rows < 0, "no cells of 'load'"),
        (numbers >= teams, f"pinned to teams that are not among 0 to {teams - 1}"),
    ):
        if wrong.any():
            some = ", ".join(f"'{ids[row]:x}' to {numbers[row]}" for row in np.flatnonzero(wrong)[:_NAMED])
            faults.append(f"{np.count_nonzero(wrong):,} of {len(ids):,} pins are {why}: {some}")
    if faults:
        raise AnalysisError(f"{'; '.join(faults)}. Take these pins back, or add what they need.")
    pinned[rows] = numbers
    return pinned


def without(barriers: Any, cells: Cells, indptr: Ints, indices: Ints) -> Links:
    """Leave out the links that a barrier runs between.

    Parameters
    ----------
    barriers
        Shape (b, 2): pairs of neighbouring cells, or None. Pairs with a cell that is none of these are passed
        over.
    cells
        Shape (n,), ascending.
    indptr, indices
        Links as rows of a sparse matrix: the neighbours of row r are `indices[indptr[r]:indptr[r + 1]]`.

    Raises
    ------
    AnalysisError
        Pairs of cells that are no neighbours.
    """
    if barriers is None or len(barriers) == 0:
        return indptr, indices
    table = _pairs(barriers)
    left, right = rows_of(table[:, 0], cells), rows_of(table[:, 1], cells)
    inside = (left >= 0) & (right >= 0)
    n = len(cells)
    rows = np.repeat(np.arange(n), np.diff(indptr))
    keys = rows * n + indices
    barred = np.concatenate([left[inside] * n + right[inside], right[inside] * n + left[inside]])
    far = ~np.isin(barred, keys)
    if far.any():
        row, other = divmod(int(barred[np.argmax(far)]), n)
        raise AnalysisError(
            f"{np.count_nonzero(far) // 2:,} of {len(table):,} pairs in 'barriers' are no neighbours; first: "
            f"'{cells[row]:x}' and '{cells[other]:x}'. Expected pairs of neighbouring cells, as "
            "territory_barriers.pairs_across makes them from lines."
        )
    kept = ~np.isin(keys, barred)
    ends = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(rows[kept], minlength=n), out=ends[1:])
    return ends, indices[kept]


def _pairs(barriers: Any) -> npt.NDArray[np.uint64]:
    pairs = barriers if isinstance(barriers, np.ndarray) else [*barriers]
    try:
        width = {len(pair) for pair in pairs}
    except TypeError:
        width = {1}
    if width != {2}:
        raise CellError("'barriers' are no pairs of cells. Expected rows of two neighbouring cells each.")
    sides = [check([pair[side] for pair in pairs], column=f"barriers[{side}]") for side in (0, 1)]
    return np.column_stack(sides)


def _compounds(keep_together: Any, cells: Cells) -> dict[Any, Ints]:
    if keep_together is None:
        return {}
    named = keep_together if isinstance(keep_together, Mapping) else dict(enumerate(keep_together))
    compounds = {}
    for name, members in named.items():
        ids: Iterable[Any] = members if hasattr(members, "__len__") else [*members]
        known = np.unique(check(ids, column=f"keep_together[{name!r}]")) if len(members) else np.zeros(0)
        rows = rows_of(known.astype(np.uint64), cells)
        compounds[name] = rows[rows >= 0]
    return compounds
