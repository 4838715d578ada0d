"""The warning beside a hot spot whose reports rose, or fell, with the patrols' visits and nothing else."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotAsked, HotCells
from data.patrol_sources import patrol_sources
from data.step_counts import StepCounts, step_counts
from data.visit_counts import visit_days, visits_by_step
from geo import effort
from geo.cells import Cells
from geo.neighbourhood import Neighbourhood
from i18n import gettext as _
from i18n import sentences

#: What a cell did with the visits: nothing, its reports rose, or they fell.
MOVES: Final = ("none", "hot_patrols", "cold_patrols")
_FIGURES: Final = ("visits", "reports", "rate")
_ROW: Final = np.dtype([("moved", np.int8), ("since", np.int64), *((name, np.float64) for name in _FIGURES)])


@dataclass(frozen=True, slots=True, eq=False)
class PatrolMoves:
    """Which cells' reports moved with the visits; arrays of the shape (n,), in the order of `cells`.

    Attributes
    ----------
    cells
        The study area, ascending; none where no visits are known or the weeks are too few.
    moved
        1 where the reports rose with the visits alone, -1 where they fell with them, else 0.
    since
        For each cell the first week after its visits changed, as an index into `starts`; 0 for no change.
    visits, reports, rate
        Visits, reports, and patrols' reports per visit after the change by those before; the last two against
        the cells whose visits did not change.
    starts
        The Mondays of the weeks that were compared.
    told_apart
        Whether it is known which feeds are patrols; else all reports are taken as theirs.
    """

    cells: Cells
    moved: npt.NDArray[np.int8]
    since: npt.NDArray[np.int64]
    visits: npt.NDArray[np.float64]
    reports: npt.NDArray[np.float64]
    rate: npt.NDArray[np.float64]
    starts: tuple[date, ...]
    told_apart: bool


def patrol_moves(cube: Cube, asked: HotAsked) -> PatrolMoves:
    """Set the reports of each cell's disk against the visits, week by week, before and after these changed.

    The weeks are those up to the end of the filter that visits are known of, earlier ones than the filter's
    included: what the patrols changed before it began still makes a hot spot in it. Which feeds are patrols
    tells `data.patrol_sources`; where none is, all reports are taken as theirs. What others report is looked
    at whatever sources the filter chooses.
    """
    counted = _weeks(cube, asked)
    own = patrol_sources(cube)
    chosen = asked.where.sources
    patrols = tuple(name for name in own if not chosen or name in chosen)
    if counted is None or (own and not patrols):
        return _told(np.zeros(0, np.uint64), np.zeros(0, _ROW), (), told_apart=False)
    where = asked.where.but(start=None)
    key = (cube.version, "patrol moves", where, asked.resolution, asked.ring, patrols, counted.starts)
    rows = cube.kept.get(key, lambda: _compared(cube, asked, counted, patrols))
    return _told(counted.cells, rows, counted.starts, told_apart=bool(patrols))


def patrol_warning(cube: Cube, cell: int, asked: HotAsked) -> str | None:
    """Say why a cell's hot spot may be the patrols' doing; None where nothing speaks for that.

    Parameters
    ----------
    cell
        Of the resolution that is asked at.
    """
    found = patrol_moves(cube, asked)
    row = int(np.searchsorted(found.cells, np.uint64(cell)))
    if row >= len(found.cells) or int(found.cells[row]) != cell or not found.moved[row]:
        return None
    return warning_words(found, np.array([row]))


def group_warning(cube: Cube, group: Cells, asked: HotAsked) -> str:
    """Say the same of adjoining cells that moved one way, with the figures of the usual one among them."""
    found = patrol_moves(cube, asked)
    return warning_words(found, np.searchsorted(found.cells, group))


def moved_cells(cube: Cube, asked: HotAsked) -> HotCells:
    """Return which cells moved with the visits as a list of hot spots takes them (`data.hot_groups`).

    Returns
    -------
    `figures` are how many times as many reports there are, as a power of two; `n` reports of the filter.
    """
    found = patrol_moves(cube, asked)
    counted = cube.counts(asked.where, asked.resolution)
    n = np.zeros(len(found.cells), np.uint32)
    inside = np.isin(counted.cells, found.cells)
    n[np.searchsorted(found.cells, counted.cells[inside])] = counted.counts[inside]
    codes = np.select([found.moved > 0, found.moved < 0], [1, 2], default=0).astype(np.uint8)
    figures = np.where(codes > 0, np.log2(np.maximum(found.reports, 1e-9)), np.nan)
    return HotCells(found.cells, codes, MOVES, figures, n, "" if found.cells.size else "visits")


def warning_words(found: PatrolMoves, rows: npt.NDArray[np.int64]) -> str:
    """Return the sentences for cells that moved one way with the visits; of several the usual figures."""
    more, times = bool(found.moved[rows[0]] > 0), float(np.median(found.visits[rows]))
    day = found.starts[int(np.median(found.since[rows]))].isoformat()
    if times == 0:
        words = _("This may be the patrols: since {day} they come here no more.", day=day)
    elif not np.isfinite(times):
        words = _("This may be the patrols: they come here only since {day}.", day=day)
    else:
        words = _(
            "This may be the patrols: since {day} they come {times} times as often as before. There are "
            "{reports} times as many reports, but {rate} times as many for each visit.",
            day=day,
            times=f"{times:.1f}",
            reports=f"{float(np.median(found.reports[rows])):.1f}",
            rate=f"{float(np.median(found.rate[rows])):.1f}",
        )
    if not found.told_apart:
        return words
    others = _("Others report no more than before.") if more else _("Others report no less than before.")
    return sentences([words, others])


def _weeks(cube: Cube, asked: HotAsked) -> StepCounts | None:
    """Count the weeks up to the filter's end that visits are known of as a whole; None for too few."""
    days = visit_days(cube, Filter(end=asked.where.end))
    if days is None:
        return None
    where = asked.where.but(start=days[0], end=days[1])
    counted = step_counts(cube, where, resolution=asked.resolution, step="week")
    return counted if len(counted.starts) >= 2 * effort.FEWEST_STEPS and counted.cells.size else None


def _compared(cube: Cube, asked: HotAsked, counted: StepCounts, patrols: tuple[str, ...]) -> npt.NDArray[Any]:
    def made_by(*sources: str) -> npt.NDArray[np.int32]:
        where = asked.where.but(start=counted.starts[0], end=counted.ends[-1], sources=sources)
        return step_counts(cube, where, resolution=asked.resolution, step="week").counts

    if patrols:
        found, others = made_by(*patrols), made_by() - made_by(*patrol_sources(cube))
    else:
        found, others = counted.counts, np.zeros_like(counted.counts)
    around = Neighbourhood.of(counted.cells, asked.ring)
    told = effort.moved_with_visits(found, others, visits_by_step(cube, counted), around)
    rows = np.zeros(len(counted.cells), _ROW)
    rows["moved"], rows["since"], rows["visits"] = told.moved, told.change.split, told.change.ratio
    rows["reports"], rows["rate"] = told.reports, told.per_visit
    return rows


def _told(cells: Cells, rows: npt.NDArray[Any], starts: tuple[date, ...], *, told_apart: bool) -> PatrolMoves:
    visits, reports, rate = (rows[name] for name in _FIGURES)
    return PatrolMoves(cells, rows["moved"], rows["since"], visits, reports, rate, starts, told_apart)
