"""Supervision: which cells were visited when, how long cases wait for a first visit, a day as it stands.

A cell was visited on a day when the log of visits says that at least half of it was gone over, or when
something was done on site there (`data.onsite`). The first visit of a case is the first thing done on site at
it, reporting it aside; of a case that came from elsewhere often only its closing is known, which then stands
for it.

Teams are those of the territories in force. Only events have places: of nobody is it known where they are.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from data.actors import Actor
from data.city_days import day_span
from data.closed_cases import closed_on
from data.cube import Cube
from data.cube_times import DAYS, NO_DUE, NOT_TAKEN
from data.filters import Filter
from data.onsite import REPORT
from data.statuses import STATUS_GROUPS
from data.visit_counts import visit_days, visits_by_day
from geo.cells import ANALYSIS_RESOLUTION, Cells
from geo.waiting import median_wait

#: So much of a cell has to be gone over for a visit.
SEEN_SHARE: Final = 0.5
#: Cells of no team are counted under this number, which no team has.
NOBODYS: Final = 0

_EPOCH: Final = date(1970, 1, 1)
_COLUMN: Final = f"cell{ANALYSIS_RESOLUTION}"
#: Where a report ended otherwise than by being worked on, and where it was, without its being known when.
_NEVER: Final = ("rejected", "merged")
_UNKNOWN: Final = ("fixed", "verified")

#: The columns of `cell_coverage`.
CELLS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "cell": pl.UInt64,
    "team_id": pl.Int64,
    "days": pl.Int64,  # with a visit
    "last": pl.Date,  # the last of them; null where there was none
}
#: The columns of `first_visits`.
WAITS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "id": pl.Int64,
    "team_id": pl.Int64,
    "hours": pl.Float64,  # to the first visit, or so far
    "visited": pl.Boolean,
    "by_closing": pl.Boolean,  # whether only its closing is known
}
#: The columns of `team_coverage`.
TEAMS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "team_id": pl.Int64,
    "cells": pl.Int64,
    "visited": pl.Int64,  # cells with a visit
    "longest": pl.Int64,  # days that its cell with the oldest visit had none; all of them where one had none
    "reports": pl.Int64,  # whose first visit is known, or is still to come
    "waiting": pl.Int64,
    "by_closing": pl.Int64,
    "median_hours": pl.Float64,  # to the first visit; null where it is not reached
}
#: The columns of `team_day`.
DAY: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "team_id": pl.Int64,
    "cells": pl.Int64,
    "visited": pl.Int64,  # of its cells, on the day
    "answers": pl.Int64,  # done on site on the day
    "reported": pl.Int64,
    "closed": pl.Int64,
    "open": pl.Int64,  # now
    "overdue": pl.Int64,  # now
    "last_at": pl.Datetime("us", "UTC"),  # of the last thing done on site on the day
}


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Whose cells are looked at: `cells` shape (n,), ascending, and `teams` shape (n,), their teams."""

    cells: Cells
    teams: npt.NDArray[np.int64]

    @classmethod
    def of(cls, territories: pl.DataFrame) -> "Ground":
        """Make it of the columns `data.territories.TERRITORIES`."""
        own = territories.sort("cell")
        return cls(own["cell"].to_numpy(), own["team_id"].to_numpy())

    def team_at(self, cells: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the team of each cell, `NOBODYS` for one that no team has."""
        asked = np.asarray(cells, np.uint64)
        if not len(self.cells):
            return np.full(len(asked), NOBODYS)
        row = np.minimum(np.searchsorted(self.cells, asked), len(self.cells) - 1)
        return np.where(self.cells[row] == asked, self.teams[row], NOBODYS)


def last_known(cube: Cube, today: date) -> date:
    """Return the last day of which anything is known: a report or a visit, today at the latest."""
    days = [day for span in (cube.period(), visit_days(cube, Filter())) if span for day in span[1:]]
    return min(max(days, default=today), today)


def cell_coverage(cube: Cube, ground: Ground, first: date, last: date, *, actor: Actor) -> pl.DataFrame:
    """Say of each cell on how many days it was visited, and when last.

    Parameters
    ----------
    first, last
        Days of the city's time zone, both included.

    Returns
    -------
    The columns `CELLS`, in the order of the ground.
    """
    seen = visits_by_day(cube, ground.cells, first, last) >= SEEN_SHARE
    since, until = day_span(cube.state.tz, first, last)
    done = cube.store.on_site(since, until=until, actor=actor).filter(pl.col("cell").is_not_null())
    if done.height and len(ground.cells):
        cells = done["cell"].to_numpy()
        row = np.minimum(np.searchsorted(ground.cells, cells), len(ground.cells) - 1)
        own = ground.cells[row] == cells
        local = done["at"].dt.convert_time_zone(cube.state.tz).dt.date()
        column = (local - first).dt.total_days().to_numpy()
        seen[row[own], column[own]] = True
    latest = np.where(seen.any(axis=1), seen.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1), -1)
    days = pl.Series(latest, dtype=pl.Int64).replace(-1, None)
    return pl.DataFrame(
        {
            "cell": ground.cells,
            "team_id": ground.teams,
            "days": seen.sum(axis=1),
            "last": (days + (first - _EPOCH).days).cast(pl.Int32).cast(pl.Date),
        },
        schema=CELLS,
    )


def first_visits(
    cube: Cube, ground: Ground, first: date, last: date, *, now: datetime, actor: Actor
) -> pl.DataFrame:
    """Say of each case that was reported in some days how long it waited for its first visit, or has so far.

    Left out are cases that were rejected or merged, and those that came from elsewhere as fixed: when is not
    known.

    Returns
    -------
    The columns `WAITS`, by id.
    """
    state = cube.state
    words = state.words["status"].words
    rows = state.frame.lazy().filter(
        pl.col("day").is_between((first - _EPOCH).days, (last - _EPOCH).days),
        ~pl.col("status").is_in([words.index(name) for name in _NEVER]),
    )
    known = rows.select("id", "status", _COLUMN, "day", "minute", "took").collect().sort("id")
    events = cube.store.on_site(day_span(state.tz, first)[0], until=now, actor=actor)
    events = events.filter(pl.col("kind") != REPORT)
    waited = (pl.col("at") - pl.col("reported_at")).dt.total_seconds() / 3600
    firsts = events.group_by("issue_id").agg(waited.min().clip(0).alias("came"))
    took = DAYS[known["took"].to_numpy()] * 24
    local = now.astimezone(ZoneInfo(state.tz))
    minutes = (local.date() - _EPOCH).days * 1440 + local.hour * 60 + local.minute
    so_far = minutes - known["day"].to_numpy().astype(np.int64) * 1440 - known["minute"].to_numpy()
    statuses = np.array(words)[known["status"].to_numpy()]
    frame = pl.DataFrame(
        {
            "id": known["id"].cast(pl.Int64),
            "team_id": ground.team_at(cube.cells_of(ANALYSIS_RESOLUTION)[known[_COLUMN].to_numpy()]),
            "closing": np.where(known["took"].to_numpy() == NOT_TAKEN, np.nan, took),
            "so_far": np.maximum(so_far, 0) / 60,
            "unknown": np.isin(statuses, _UNKNOWN),
        }
    ).with_columns(pl.col("closing").fill_nan(None))
    joined = frame.join(firsts, left_on="id", right_on="issue_id", how="left")
    ended = pl.min_horizontal("came", "closing")
    return (
        joined.filter(~(pl.col("unknown") & pl.col("came").is_null()))
        .with_columns(
            hours=pl.coalesce(ended, "so_far"),
            visited=ended.is_not_null(),
            by_closing=pl.col("came").is_null() & pl.col("closing").is_not_null(),
        )
        .select(pl.col(name).cast(kind) for name, kind in WAITS.items())
        .sort("id")
    )


def team_coverage(covered: pl.DataFrame, waits: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Sum up cells and waits by team.

    Parameters
    ----------
    covered, waits
        What `cell_coverage` and `first_visits` returned of the days from `first` to `last`.

    Returns
    -------
    The columns `TEAMS`, by team; reports in cells of no team are not among them.
    """
    without = (pl.lit(last) - pl.col("last")).dt.total_days().fill_null((last - first).days + 1)
    cells = covered.group_by("team_id").agg(
        cells=pl.len(), visited=(pl.col("days") > 0).sum(), longest=without.max()
    )
    counted = waits.group_by("team_id").agg(
        reports=pl.len(),
        waiting=(~pl.col("visited")).sum(),
        by_closing=pl.col("by_closing").sum(),
        hours="hours",
        over="visited",
    )
    medians = [median_wait(row["hours"], row["over"]) for row in counted.iter_rows(named=True)]
    timed = counted.with_columns(pl.Series("median_hours", medians, dtype=pl.Float64).fill_nan(None))
    joined = cells.join(timed, on="team_id", how="left").sort("team_id")
    filled = joined.with_columns(pl.col("reports", "waiting", "by_closing").fill_null(0))
    return filled.select(pl.col(name).cast(kind) for name, kind in TEAMS.items())


def team_day(
    cube: Cube, ground: Ground, day: date, done: pl.DataFrame, *, now: datetime, actor: Actor
) -> pl.DataFrame:
    """Say how a day stands for each team.

    Parameters
    ----------
    done
        What was done on site on that day (`Store.on_site`).

    Returns
    -------
    The columns `DAY`, by team; of cells that no team has under `NOBODYS`, where anything is in them.
    """
    covered = cell_coverage(cube, ground, day, day, actor=actor)
    cells = covered.group_by("team_id").agg(cells=pl.len(), visited=(pl.col("days") > 0).sum())
    there = pl.Series("there", ground.team_at(done["cell"].fill_null(0).to_numpy()), dtype=pl.Int64)
    by_team = done.with_columns(there).with_columns(pl.coalesce("team_id", "there").alias("team_id"))
    answers = by_team.group_by("team_id").agg(answers=pl.len(), last_at=pl.col("at").max())
    shut = closed_on(cube, day, actor=actor)
    closed = _tally(ground.team_at(shut["cell"].to_numpy()), "closed")
    joined = cells
    for frame in (answers, _standing(cube, ground, day, now), closed):
        joined = joined.join(frame, on="team_id", how="full", coalesce=True)
    numbers = [name for name, kind in DAY.items() if kind == pl.Int64 and name != "team_id"]
    filled = joined.with_columns(pl.col(numbers).fill_null(0)).sort("team_id")
    return filled.select(pl.col(name).cast(kind) for name, kind in DAY.items())


def _standing(cube: Cube, ground: Ground, day: date, now: datetime) -> pl.DataFrame:
    """Count by team what was reported on a day, and what is open and overdue now."""
    state = cube.state
    words = state.words["status"].words
    codes = [words.index(name) for name in STATUS_GROUPS["open"]]
    still_open = pl.col("status").is_in(codes)
    overdue = still_open & (pl.col("due") != NO_DUE) & (pl.col("due") < int(now.timestamp() // 60))
    counted = (
        state.frame.lazy()
        .group_by(_COLUMN)
        .agg(
            reported=(pl.col("day") == (day - _EPOCH).days).sum(),
            open=still_open.sum(),
            overdue=overdue.sum(),
        )
        .collect()
    )
    cells = cube.cells_of(ANALYSIS_RESOLUTION)[counted[_COLUMN].to_numpy()]
    return (
        counted.with_columns(team_id=pl.Series(ground.team_at(cells), dtype=pl.Int64))
        .group_by("team_id")
        .agg(pl.col("reported", "open", "overdue").sum())
        .filter(pl.sum_horizontal("reported", "open", "overdue") > 0)
    )


def _tally(teams: npt.NDArray[np.int64], name: str) -> pl.DataFrame:
    return pl.Series("team_id", teams, dtype=pl.Int64).value_counts(name=name)
