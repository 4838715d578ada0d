"""What a drive came to: its cells week by week, beside matched cells and beside their neighbours."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from data.cube import Cube
from data.drives import Drive
from data.filters import Filter
from data.place_counts import filter_for
from data.step_counts import StepCounts, step_counts
from geo import cells
from geo.effect import LEAST_STEPS, Effect, effect
from geo.effect_verdict import cell_verdict
from geo.errors import NotEnoughDataError
from geo.rate_ratios import Ratio
from i18n import gettext as _

#: Whole weeks that are looked at before a drive, and after it, at most.
WEEKS_BEFORE: Final = 26
WEEKS_AFTER: Final = 52
#: The fewest cells that hold this share of a place's reports stand for the place.
_OF_A_PLACE: Final = 0.95

#: The columns of `MeasuredDrive.cells`.
CELLS: Final = pl.Schema(
    {
        "cell": pl.UInt64,
        "before": pl.Int64,
        "after": pl.Int64,
        "expected": pl.Float64,
        "ratio": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "verdict": pl.String,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredDrive:
    """A drive and its effect.

    Attributes
    ----------
    weeks
        The first day of each week, Mondays, ascending: those before, those of the drive, those after.
    found
        The effect; its steps are positions in `weeks`.
    area, matched_cells, neighbour_cells
        All cells that were compared; those that stand for the rest of the city; those beside the drive's.
    """

    drive: Drive
    weeks: tuple[date, ...]
    found: Effect
    area: cells.Cells

    @property
    def matched_cells(self) -> cells.Cells:
        """The cells that the drive's are compared with."""
        return self.area[self.found.matched.rows]

    @property
    def neighbour_cells(self) -> cells.Cells:
        """The cells beside those of the drive."""
        return self.area[self.found.neighbours.rows]

    @property
    def cells(self) -> pl.DataFrame:
        """Each cell of the drive (`CELLS`): most reports before first; `verdict` of `geo.effect_verdict`."""
        singles = self.found.singles
        ratio = singles.ratio
        verdicts = [
            cell_verdict(Ratio(*ends), before=float(had), expected=float(usual))
            for *ends, had, usual in zip(
                ratio.estimate, ratio.low, ratio.high, singles.before, singles.expected, strict=True
            )
        ]
        columns = {
            "cell": self.area[self.found.treated.rows],
            "before": singles.before,
            "after": singles.after,
            "expected": singles.expected,
            "ratio": ratio.estimate,
            "low": ratio.low,
            "high": ratio.high,
            "verdict": verdicts,
        }
        frame = pl.DataFrame(columns, schema=CELLS).with_columns(
            pl.when(pl.col(name).is_finite()).then(name).alias(name) for name in ("ratio", "low", "high")
        )
        return frame.sort("before", "cell", descending=[True, False])

    @property
    def series(self) -> pl.DataFrame:
        """Each week's reports: `week`, `treated`, `matched`, `neighbours`, and `period`.

        `matched` is raised or lowered to what the treated cells had before, so that only the course differs;
        it is null in weeks that chose the matched cells and so tell nothing of them (`geo.effect`). `period`
        is `before`, `during` or `after`.
        """
        found = self.found
        level = found.treated.before / found.matched.before if found.matched.before else 1.0
        period = np.full(len(self.weeks), "during", dtype="<U6")
        period[found.before], period[found.after] = "before", "after"
        told = ~np.isin(np.arange(len(self.weeks)), np.setdiff1d(found.before, found.matched.told_by))
        return pl.DataFrame(
            {
                "week": self.weeks,
                "treated": found.treated.series,
                "matched": pl.Series(found.matched.series * level).set(pl.Series(~told), None),
                "neighbours": found.neighbours.series,
                "period": period,
            }
        )


@lru_cache(maxsize=64)
def _kept(cube: Cube, version: str, drive: Drive, weeks: tuple[date, ...]) -> MeasuredDrive:
    del version, weeks
    return _measured(cube, drive)


def measured(cube: Cube, drive: Drive) -> MeasuredDrive:
    """Measure a drive by the weeks that lie whole before and after it; kept until the data change.

    At most `WEEKS_BEFORE` weeks before and `WEEKS_AFTER` after it are looked at. Weeks that a day of the
    drive lies in belong to neither. Where the cube is a part of the city, so are the matched cells.

    Raises
    ------
    NotEnoughDataError
        Too few weeks before or after, or too few cells to compare with; the message says so in words.
    """
    counted = _counted(cube, drive)
    return _kept(cube, cube.version, drive, counted.starts)


def _measured(cube: Cube, drive: Drive) -> MeasuredDrive:
    counted = _counted(cube, drive)
    starts, ends = np.array(counted.starts, "datetime64[D]"), np.array(counted.ends, "datetime64[D]")
    before = np.flatnonzero(ends < np.datetime64(drive.first))[-WEEKS_BEFORE:]
    after = np.flatnonzero(starts > np.datetime64(drive.last))[:WEEKS_AFTER]
    _check_weeks(len(before), len(after))
    first, last = int(before[0]), int(after[-1]) + 1
    area = np.union1d(counted.cells, np.array(drive.cells, np.uint64))
    counts = np.zeros((len(area), last - first), np.int32)
    counts[np.searchsorted(area, counted.cells)] = counted.counts[:, first:last]
    treated = np.isin(area, np.array(drive.cells, np.uint64))
    try:
        found = effect(counts, area, treated, before=before - first, after=after - first)
    except NotEnoughDataError as error:
        raise NotEnoughDataError(
            _("There are too few cells outside the drive and its neighbours to compare it with.")
        ) from error
    return MeasuredDrive(drive, counted.starts[first:last], found, area)


def _counted(cube: Cube, drive: Drive) -> StepCounts:
    resolution = cells.resolution_of(np.array(drive.cells, np.uint64))
    return step_counts(cube, drive.everywhere, resolution=resolution, step="week")


def _check_weeks(before: int, after: int) -> None:
    if before < LEAST_STEPS:
        raise NotEnoughDataError(
            _(
                "Reports are known of {n} whole weeks before the drive; {least} are needed at least.",
                n=before,
                least=LEAST_STEPS,
            )
        )
    if after < LEAST_STEPS:
        raise NotEnoughDataError(
            _(
                "{n} whole weeks have passed since the drive; after {least} a first verdict is possible.",
                n=after,
                least=LEAST_STEPS,
            )
        )


def place_cells(cube: Cube, place_id: int, kind: str) -> tuple[int, ...]:
    """Return the fewest cells that hold nearly all reports of a place, ascending; none where it has none."""
    counted = cube.counts(filter_for(Filter(), place_id, kind), cells.ANALYSIS_RESOLUTION)
    if not counted.cells.size:
        return ()
    order = np.argsort(-counted.counts.astype(np.int64), kind="stable")
    upto = np.cumsum(counted.counts[order], dtype=np.int64)
    n = int(np.searchsorted(upto, _OF_A_PLACE * upto[-1])) + 1
    return tuple(int(cell) for cell in np.sort(counted.cells[order[:n]]))
