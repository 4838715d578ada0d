"""Islands among the cells of a zone: which get teams of their own, which are joined, and by which bridge."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.cell_links import Links
from geo.cell_shapes import centres
from geo.distances import to_local_m
from geo.territory_input import Floats, Ints, Task

#: A team's load over the mean: within these an island is worth whole teams, and no team is heavier.
LIGHTEST: Final = 0.8
HEAVIEST: Final = 1.05
#: Loads that add up to the same by another way differ by less.
ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """Cells that are split on their own: one piece, or several that bridges join.

    Attributes
    ----------
    rows
        Rows of the task, ascending.
    teams
        The numbers of its teams, ascending.
    bridges
        Shape (b, 2), rows of the task: cells that count as neighbours though they are none.
    """

    rows: Ints
    teams: Ints
    bridges: Ints


@dataclass(slots=True, eq=False)
class _Group:
    rows: Ints
    load: float
    pinned: set[int]
    bridges: list[tuple[int, int]] = field(default_factory=list)

    @property
    def least(self) -> int:
        return max(1, len(self.pinned))


def positions_m(task: Task) -> Floats:
    """Return the middles of the cells, in metres east and north of the first; shape (n, 2)."""
    lon, lat = centres(task.cells)
    lon = lon[0] + (lon - lon[0] + 180) % 360 - 180
    return np.column_stack(to_local_m(lon, lat, around=(float(lon[0]), float(lat[0]))))


def pieces(links: Links) -> Ints:
    """Number the connected pieces of a graph from 0; shape (n,)."""
    indptr, indices = links
    graph = csr_array((np.ones(len(indices), np.int8), indices, indptr), shape=(len(indptr) - 1,) * 2)
    return connected_components(graph, directed=False)[1].astype(np.int64)


def share_out(task: Task, at: Floats) -> list[Area]:
    """Give each piece its teams, and join those that cannot have whole ones to the nearest.

    A piece has teams of its own where a whole number of them would each carry `LIGHTEST` to `HEAVIEST` of
    the mean. Else it is joined to the piece whose cell is nearest to one of its own, lightest first; so are
    pieces that hold pins of one team.

    Parameters
    ----------
    at
        Shape (n, 2): where the cells are, in metres.
    """
    groups = _join_pinned(_groups(task), at)
    while True:
        counts, wrong = _counts(task, groups)
        if wrong < 0:
            break
        groups = _join(groups, wrong, _nearest(groups, wrong, at), at)
    return _areas(task, groups, counts)


def _groups(task: Task) -> list[_Group]:
    piece = pieces(task.links)
    order = np.argsort(piece, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(piece[order])) + 1)
    return [
        _Group(rows, float(task.load[rows].sum()), {int(team) for team in task.pins[rows] if team >= 0})
        for rows in parts
    ]


def _join_pinned(groups: list[_Group], at: Floats) -> list[_Group]:
    while True:
        holders: dict[int, int] = {}
        both = next(
            (
                (holders[team], number)
                for number, group in enumerate(groups)
                for team in sorted(group.pinned)
                if holders.setdefault(team, number) != number
            ),
            None,
        )
        if both is None:
            return groups
        groups = _join(groups, *both, at)


def _counts(task: Task, groups: list[_Group]) -> tuple[Ints, int]:
    """Return how many teams each group gets, and the group to be joined, -1 where all is well."""
    loads = np.array([group.load for group in groups])
    least = np.array([group.least for group in groups])
    if least.sum() > task.teams:
        bare = [number for number, group in enumerate(groups) if not group.pinned]
        return least, min(bare, key=lambda number: float(loads[number]))
    most = np.array([len(group.rows) for group in groups])
    counts = _held(task, groups)
    if counts is None or (_wrong(task, loads, counts) & (len(groups) > 1)).any():
        counts = least.copy()
        for _ in range(task.teams - int(least.sum())):
            counts[np.argmax(np.where(counts < most, loads / counts, -1.0))] += 1
    wrong = _wrong(task, loads, counts)
    if len(groups) == 1 or not wrong.any():
        return counts, -1
    return counts, int(np.argmin(np.where(wrong, loads, np.inf)))


def _wrong(task: Task, loads: Floats, counts: Ints) -> npt.NDArray[np.bool_]:
    share = loads / counts / task.mean
    heaviest = max(HEAVIEST, float(task.load.max()) / task.mean)
    return (share > heaviest + ROUNDING) | (share < LIGHTEST - ROUNDING)


def _held(task: Task, groups: list[_Group]) -> Ints | None:
    """Return how many teams each group had before, where all teams are still there."""
    homes = _homes(task, groups)
    counts = np.bincount(homes[homes >= 0], minlength=len(groups))
    known = (homes >= 0).all() and all(
        group.least <= count <= len(group.rows) for group, count in zip(groups, counts, strict=True)
    )
    return counts if known else None


def _homes(task: Task, groups: list[_Group]) -> Ints:
    """Return the group of each team: where its pins are, else where most of its load was before; else -1."""
    before = np.zeros((task.teams, len(groups)))
    homes = np.full(task.teams, -1, np.int64)
    for number, group in enumerate(groups):
        known = group.rows[task.previous[group.rows] >= 0]
        # A share of a cell each, so that teams without any work have a home too.
        work = task.load[known] + task.mean * ROUNDING
        before[:, number] = np.bincount(task.previous[known], work, minlength=task.teams)
    there = before.any(axis=1)
    homes[there] = before[there].argmax(axis=1)
    for number, group in enumerate(groups):
        homes[sorted(group.pinned)] = number
    return homes


def _areas(task: Task, groups: list[_Group], counts: Ints) -> list[Area]:
    homes = _homes(task, groups)
    teams: list[list[int]] = [sorted(group.pinned) for group in groups]
    taken = {team for numbers in teams for team in numbers}
    for team in np.flatnonzero(homes >= 0).tolist():
        if team not in taken and len(teams[homes[team]]) < counts[homes[team]]:
            teams[homes[team]].append(team)
            taken.add(team)
    rest = [team for team in range(task.teams) if team not in taken]
    for numbers, count in zip(teams, counts.tolist(), strict=True):
        while len(numbers) < count:
            numbers.append(rest.pop(0))
    return [
        Area(np.sort(group.rows), np.array(sorted(numbers)), np.array(group.bridges, np.int64).reshape(-1, 2))
        for group, numbers in zip(groups, teams, strict=True)
    ]


def _nearest(groups: list[_Group], number: int, at: Floats) -> int:
    others = [other for other in range(len(groups)) if other != number]
    of = np.repeat(others, [len(groups[other].rows) for other in others])
    rows = np.concatenate([groups[other].rows for other in others])
    _, place = _closest(at, groups[number].rows, rows)
    return int(of[place])


def _join(groups: list[_Group], one: int, other: int, at: Floats) -> list[_Group]:
    one, other = sorted((one, other))
    left, right = groups[one], groups[other]
    near, far = _closest(at, left.rows, right.rows)
    bridge = int(left.rows[near]), int(right.rows[far])
    joined = _Group(
        np.concatenate([left.rows, right.rows]),
        left.load + right.load,
        left.pinned | right.pinned,
        [*left.bridges, *right.bridges, bridge],
    )
    return [*groups[:one], joined, *groups[one + 1 : other], *groups[other + 1 :]]


def _closest(at: Floats, rows: Ints, others: Ints) -> tuple[int, int]:
    """Return which of these rows and which of the others are nearest to each other, as places in both."""
    found: Any = cKDTree(at[others]).query(at[rows])
    away, place = found
    near = int(np.argmin(away))
    return near, int(place[near])
