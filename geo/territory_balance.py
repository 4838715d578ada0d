"""How even teams are, whoever drew them."""

from typing import Any

import numpy as np
import pandas as pd

from geo import cell_counts, territory_input
from geo.cell_ids import resolution_of
from geo.cell_links import neighbours
from geo.errors import AnalysisError, CellError
from geo.territory_pieces import pieces


def balance(
    load: "pd.Series[Any]", teams: Any, *, barriers: Any = None, k: int | None = None
) -> pd.DataFrame:
    """Count the cells and the work of each team, and how many pieces it is in.

    Parameters
    ----------
    load
        Shape (n,), indexed by unique H3 cells of one resolution: work, 0 or more.
    teams
        Series or dictionary of cell to team number; every cell of `load` has one, others are passed over.
    barriers
        Pairs of neighbouring cells between which nobody walks.
    k
        Number of teams; without it as many as the highest number says. A team without cells has a row too.

    Returns
    -------
    Indexed by `team`: `cells`; `load`; `share`, the load over the mean of all teams (NaN where there is no
    work at all); `pieces`, connected over neighbouring cells without bridges (0 without cells).

    Raises
    ------
    AnalysisError
        Loads or team numbers that are none, cells without a team, a team number from `k` on.
    CellError
        Ids that are no cells, cells given twice, or mixed resolutions.
    """
    given, values = cell_counts.read(load, name="load")
    if not len(given):
        raise CellError("No cells in 'load'. Expected at least one.")
    resolution_of(given)
    order = np.argsort(given)
    cells, work = given[order], values[order]
    indptr, indices = territory_input.without(barriers, cells, *neighbours(cells))
    rows, numbers, _ = territory_input.assigned(teams, cells, name="teams")
    team = np.full(len(cells), -1, np.int64)
    team[rows[rows >= 0]] = numbers[rows >= 0]
    if (team < 0).any():
        first = cells[np.argmax(team < 0)]
        raise AnalysisError(
            f"{np.count_nonzero(team < 0):,} of {len(cells):,} cells have no team; first: '{first:x}'. "
            "Expected a team for every cell of 'load'."
        )
    count = int(team.max()) + 1 if k is None else int(k)
    if team.max() >= count:
        raise AnalysisError(f"There is a team {team.max()}. Expected numbers from 0 to {count - 1}.")
    loads = np.bincount(team, work, minlength=count)
    own = np.repeat(team, np.diff(indptr)) == team[indices]
    ends = np.concatenate([[0], np.cumsum(own)])[indptr]
    part = pieces((ends, indices[own]))
    first_of_part = np.unique(part, return_index=True)[1]
    mean = loads.mean()
    return pd.DataFrame(
        {
            "cells": np.bincount(team, minlength=count),
            "load": loads,
            "share": loads / mean if mean else np.full(count, np.nan),
            "pieces": np.bincount(team[first_of_part], minlength=count),
        },
        index=pd.RangeIndex(count, name="team"),
    )
