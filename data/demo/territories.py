"""The first territories of the demo zone: each team goes round what lies about the point that it starts from.

They are drawn as a zone would draw them before anybody had counted work: every team grows from its own point,
always the one that has least. So they hang together, and are not even: a proposal has something to do.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from data.actors import SYSTEM
from data.case_cells import cells as case_cells
from data.demo.zone import SOURCE
from data.store import Store
from data.territory_ground import LINES, Pairs, barriers
from geo.cells import ANALYSIS_RESOLUTION, Cells, centres, fill_area, from_points, neighbours
from geo.errors import ConflictError
from geo.territory_input import without

_NAME: Final = "首版责任区 · First territories"
_NOTE: Final = "各队从驻点向外划分 · Drawn around the point that each team starts from"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def write(store: Store) -> int:
    """Publish territories in a zone that has teams and never had any; return how many cells those have."""
    if store.editions(actor=SYSTEM):
        return 0
    teams = {team.place_id: team.id for team in store.teams(actor=SYSTEM) if team.place_id}
    places = store.places(actor=SYSTEM, kinds=["team", "boundary"], sources=[SOURCE])
    posts = places[places["id"].isin(list(teams))]
    if posts.empty:
        return 0
    counted = _counted(store.changed_since(0, actor=SYSTEM))
    edge = places.geometry[places["kind"] == "boundary"].union_all()
    starts = from_points(posts.geometry.x, posts.geometry.y, ANALYSIS_RESOLUTION)
    cells = np.unique(np.concatenate([fill_area(edge, ANALYSIS_RESOLUTION), counted["cell"], starts]))
    reports = np.zeros(len(cells))
    reports[np.searchsorted(cells, counted["cell"])] = counted["n"]
    walls = barriers(store, cells, kinds=LINES, drawn=(), actor=SYSTEM)
    grown = grow(cells, reports + 1, np.searchsorted(cells, starts), walls=walls)
    numbers = np.array([teams[place] for place in posts["id"]], np.int64)
    frame = pl.DataFrame({"cell": cells, "team_id": numbers[grown]}).filter(grown >= 0)
    made = store.draft_territories(_NAME, frame, note=_NOTE, actor=SYSTEM)
    try:
        store.publish_territories(made.id, actor=SYSTEM, version=made.version, replaces=None)
    except ConflictError:  # another program opens the zone at this moment, and was first
        store.drop_territories(made.id, actor=SYSTEM, version=made.version)
    return frame.height


def grow(cells: Cells, work: Floats, starts: Ints, *, walls: Pairs) -> Ints:
    """Let teams grow over cells from where they start; the one with least work takes its nearest cell beside.

    Parameters
    ----------
    cells
        Shape (n,), each once.
    work
        Shape (n,): what a cell adds. Half of it is shared out evenly: a cell without any is ground to go
        over too.
    starts
        Shape (k,): rows of `cells`. Of two teams on one cell the second goes to the nearest that is free.
    walls
        Pairs of neighbouring cells between which nobody walks.

    Returns
    -------
    Shape (n,): the team of each cell, 0 to k - 1; -1 where no way over cells leads to any.
    """
    indptr, indices = without(walls, cells, *neighbours(cells))
    weight = work + work.mean() / 2
    lon, lat = centres(cells)
    x, y = lon * np.cos(np.radians(lat.mean())), lat
    team = np.full(len(cells), -1, np.int64)
    beside: list[list[tuple[float, int]]] = [[] for _ in starts]
    loads: list[tuple[float, int]] = []

    def take(number: int, row: int) -> None:
        team[row] = number
        for other in indices[indptr[row] : indptr[row + 1]]:
            if team[other] < 0:
                away = (x[other] - x[starts[number]]) ** 2 + (y[other] - y[starts[number]]) ** 2
                heappush(beside[number], (float(away), int(other)))

    for number, row in enumerate(starts):
        free = np.flatnonzero(team < 0)
        nearest = int(free[np.argmin((x[free] - x[row]) ** 2 + (y[free] - y[row]) ** 2)])
        take(number, nearest)
        loads.append((float(weight[nearest]), number))
    heapify(loads)
    while loads:
        load, number = heappop(loads)
        while beside[number]:
            _, row = heappop(beside[number])
            if team[row] < 0:
                take(number, row)
                heappush(loads, (load + float(weight[row]), number))
                break
    return team


def _counted(batches: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Count the reports of each cell: `cell` (uint64) and `n`."""
    counts = [batch.group_by(case_cells()).agg(n=pl.len()).drop_nulls() for batch in batches]
    if not counts:
        return pl.DataFrame(schema={"cell": pl.UInt64, "n": pl.Int64})
    whole = pl.concat(counts).group_by("cell").agg(pl.col("n").sum().cast(pl.Int64))
    return whole.select(pl.col("cell").cast(pl.UInt64), "n").sort("cell")
