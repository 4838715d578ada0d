"""Pairs of teams cut anew along random trees: whole, with their pins, and never less even."""

import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest

from geo import territory_input, territory_kernels
from geo.territory_graph import Graph
from geo.territory_pieces import positions_m, share_out
from geo.territory_recut import recut
from geo.territory_start import whole

MIDDLE = h3.latlng_to_cell(38.3, 116.9, 10)


def spread_out(seed: int, teams: int) -> Graph:
    """Half of a disk's cells, joined by bridges, with two pinned ones."""
    random = np.random.default_rng(seed)
    ids = np.sort(random.choice(np.array(h3.grid_disk(MIDDLE, 6), np.uint64), 64, replace=False))
    load = pd.Series(random.gamma(1, 1, len(ids)), index=ids)
    task, _ = territory_input.read(
        load, teams, previous=None, pins={ids[0]: 0, ids[-1]: 1}, barriers=None, keep_together=None
    )
    at = positions_m(task)
    areas = share_out(task, at)
    assert len(areas) == 1
    return Graph.of(task, areas[0], at, [])


@pytest.mark.parametrize("seed", range(8))
def test_teams_stay_whole_keep_their_pins_and_become_more_even(seed: int) -> None:
    random = np.random.default_rng(seed)
    graph = spread_out(seed, 4)
    team = whole(graph, random.integers(0, 4, len(graph.load)), random)
    cut = recut(graph, team, limit=1.0, random=random)
    assert len(np.unique(territory_kernels.parts(*graph.links, cut))) == 4
    assert set(cut) == {0, 1, 2, 3}
    assert (cut[graph.pin >= 0] == graph.pin[graph.pin >= 0]).all()
    before, after = (np.bincount(teams, graph.load) for teams in (team, cut))
    assert (after**2).sum() <= (before**2).sum() + 1e-9


def test_teams_within_the_limit_are_left_as_they_are() -> None:
    graph = spread_out(1, 4)
    random = np.random.default_rng(0)
    team = whole(graph, random.integers(0, 4, len(graph.load)), random)
    assert (recut(graph, team, limit=4.0, random=random) == team).all()
