"""Territories: the cells of a zone split into one connected area for each team, with even loads.

**Connected** means: from each cell of a team one comes to every other over neighbouring cells of that team,
and no step crosses a barrier. Where the zone has islands (cells that no such steps join), an island gets
teams of its own if a whole number of them would carry `LIGHTEST` to `HEAVIEST` of the mean each; else it is
joined to the nearest other island by one bridge, from cell to nearest cell, which counts as a step and is
named in the answer. So only a team that holds both ends of a named bridge is in several pieces.

**Even** means that the heaviest load is at most `HEAVIEST` times the mean. That is not always possible (a
single cell may weigh more); `Proposal.heaviest` and `balance` say what was reached.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import territory_input
from geo.errors import AnalysisError
from geo.territory_balance import balance
from geo.territory_barriers import pairs_across
from geo.territory_compounds import Compounds
from geo.territory_input import Floats, Ints, Task
from geo.territory_pieces import HEAVIEST, LIGHTEST, Area, positions_m, share_out
from geo.territory_search import search
from geo.territory_start import NoWayError

__all__ = ["HEAVIEST", "LIGHTEST", "Proposal", "balance", "pairs_across", "propose", "split"]

#: An area whose teams are heavy by its own work alone is even where they differ by less.
_CLOSE: Final = 1.01


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Teams of cells, and what a manager should know before they are published.

    Attributes
    ----------
    teams
        Index of the load that was split: int64, 0 to k − 1, named `team`.
    heaviest
        Heaviest load over the mean; 1 is even.
    bridges
        Shape (b, 2), uint64: pairs of cells that count as neighbours so that islands have a team.
    apart
        Compounds whose cells are not with one team, by name, with the reason in words.
    changed
        How many cells have another team than before; cells that had none are not counted.
    """

    teams: "pd.Series[Any]"
    heaviest: float
    bridges: npt.NDArray[np.uint64]
    apart: dict[Any, str]
    changed: int


def split(
    load: "pd.Series[Any]",
    k: int,
    *,
    previous: Any = None,
    seed: int = 0,
    pins: Any = None,
    barriers: Any = None,
    keep_together: Any = None,
) -> "pd.Series[Any]":
    """Split cells into exactly k connected areas of even load; `propose` without what is to be known beside.

    Returns
    -------
    Index of `load`: the team of each cell, int64, 0 to k − 1, named `team`; each team has a cell.

    Raises
    ------
    AnalysisError, NotEnoughDataError, CellError
        As `propose`.
    """
    return propose(
        load, k, previous=previous, seed=seed, pins=pins, barriers=barriers, keep_together=keep_together
    ).teams


def propose(
    load: "pd.Series[Any]",
    k: int,
    *,
    previous: Any = None,
    seed: int = 0,
    pins: Any = None,
    barriers: Any = None,
    keep_together: Any = None,
) -> Proposal:
    """Split cells into exactly k connected areas of even load.

    Parameters
    ----------
    load
        Shape (n,), indexed by unique H3 cells of one resolution: expected work, 0 or more, in any unit. Where
        all of it is 0 each cell counts the same. The order of rows does not matter.
    k
        Number of teams, 1 to n.
    previous
        Series or dictionary of cell to team: the teams there were. Cells that are new may be missing; cells
        that are gone, and teams from k on, are passed over. Teams keep their numbers, and as few cells as are
        found change hands so that the heaviest load is within `HEAVIEST`: none where it still is.
    seed
        Of the search; the same input and seed give the same teams.
    pins
        Series or dictionary of cell to team: these cells have that team, whatever it costs.
    barriers
        Shape (b, 2): pairs of neighbouring cells between which nobody walks (`pairs_across`). Pairs with a
        cell that is not in `load` are passed over.
    keep_together
        Sets of cells that stay with one team where that is possible: a dictionary of names to cells, or a
        list (names are then 0, 1, …). Cells that are not in `load` are left out; sets that share cells are
        one. A set that was split before and can be whole now is made whole.

    Raises
    ------
    AnalysisError
        Loads that are missing, infinite or below zero; a `k` or a seed that is no number; team numbers that
        are none; a cell pinned to two teams, pins of unknown cells or teams, or such that cannot be kept
        together; barriers between cells that are no neighbours.
    NotEnoughDataError
        More teams than cells.
    CellError
        Ids that are no cells, cells given twice, or mixed resolutions.
    """
    task, place = territory_input.read(
        load, k, previous=previous, pins=pins, barriers=barriers, keep_together=keep_together
    )
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise AnalysisError(f"{seed!r} is no seed. Expected a whole number of 0 or more.")
    at = positions_m(task)
    team = np.empty(len(task.cells), np.int64)
    areas = share_out(task, at)
    compounds = Compounds(task)
    for number, area in enumerate(areas):
        team[area.rows] = _split_area(task, area, at, compounds, int(seed) + number)
    team = _numbered(task, team)
    loads = np.bincount(team, task.load, minlength=task.teams)
    bridges = np.concatenate([area.bridges for area in areas])
    return Proposal(
        teams=pd.Series(team[place], index=load.index, name="team"),
        heaviest=float(loads.max()) / task.mean,
        bridges=task.cells[bridges],
        apart=compounds.apart(team),
        changed=int(np.count_nonzero((task.previous >= 0) & (task.previous != team))),
    )


def _split_area(task: Task, area: Area, at: Floats, compounds: Compounds, seed: int) -> Ints:
    """Split one area, with its compounds whole where that is possible."""
    limit = _limit(task, area)
    tries: list[tuple[float, Ints]] = []
    for graph in compounds.graphs(area, at):
        try:
            found = search(graph, limit=limit, seed=seed)
        except NoWayError as error:
            if compounds.give_up(area, None):
                continue
            raise AnalysisError(
                f"Team {area.teams[error.team]} {error.why}. Take pins back, or remove barriers between them."
            ) from error
        tries.append((found.over, area.teams[found.team[graph.node]]))
        if found.over <= 0 or not compounds.give_up(area, tries[-1][1]):
            break
    return min(tries, key=lambda one: one[0])[1]


def _limit(task: Task, area: Area) -> float:
    """Return the heaviest load that is right, as a share of the area's mean: what no split can avoid is."""
    load, pins = task.load[area.rows], task.pins[area.rows]
    own_mean = float(load.sum()) / len(area.teams)
    pinned = np.bincount(pins[pins >= 0], load[pins >= 0], minlength=1)
    unavoidable = max(float(load.max()), float(pinned.max()), own_mean * _CLOSE)
    return max(HEAVIEST * task.mean, unavoidable) / own_mean


def _numbered(task: Task, team: Ints) -> Ints:
    """Number teams that nobody knows yet by their first cells; a past and pins keep their numbers."""
    if (task.previous >= 0).any():
        return team
    fixed = np.unique(task.pins[task.pins >= 0])
    firsts = np.unique(team, return_index=True)[1]
    free = [number for number in np.argsort(firsts) if number not in fixed]
    number = np.arange(task.teams)
    number[free] = np.setdiff1d(number, fixed)
    return number[team]
