"""A proposal for the teams that there are: even by expected work, with what is wanted of it."""

import ast
from inspect import getsource

import numpy as np
import pandas as pd
import polars as pl
import pytest

from data.actors import VIEWER
from data.cube import Cube
from data.store import Store
from data.territory_ground import LINES, barriers, city_cells, compounds
from data.territory_load import expected_work
from data.territory_proposal import REASONS, heaviest, propose_territories
from data.territory_wishes import NOTHING, change, wishes
from geo import territory_compounds
from geo.cells import centres, to_text
from geo.errors import NotEnoughDataError, TeamError
from geo.territories import balance


def test_the_proposal_is_even_and_few_cells_change_hands(zone_cube: Cube) -> None:
    store, teams = zone_cube.store, zone_cube.store.teams(actor=VIEWER)
    before = store.territories(actor=VIEWER)
    cells = city_cells(store, zone_cube, actor=VIEWER)
    load = expected_work(store, zone_cube, cells, actor=VIEWER)
    found = propose_territories(store, zone_cube, teams=teams, previous=before, actor=VIEWER)
    own = pd.Series(found.frame["team_id"].to_numpy() - 1, index=found.frame["cell"].to_numpy())
    walls = barriers(store, cells, kinds=LINES, drawn=(), actor=VIEWER)
    table = balance(load, own, barriers=walls, k=19)
    assert list(found.frame["cell"]) == cells.tolist()
    assert (
        found.heaviest
        == pytest.approx(table["share"].max())
        == pytest.approx(heaviest(load, found.frame, 19))
    )
    assert found.heaviest <= 1.05 < (found.before or 0)
    assert found.bridges or list(table["pieces"]) == [1] * 19
    was = dict(before.iter_rows())
    assert (
        found.changed
        == sum(was.get(cell, team) != team for cell, team in found.frame.iter_rows())
        < len(cells) / 4
    )
    whole = compounds(store, cells, actor=VIEWER)
    split = [place for place, inside in whole.items() if own[inside].nunique() > 1]
    assert len(split) == len(found.apart) and set(found.apart.values()) <= set(REASONS)


def test_drawn_anew_each_team_is_near_where_it_starts(zone_cube: Cube) -> None:
    store, teams = zone_cube.store, zone_cube.store.teams(actor=VIEWER)[:5]
    found = propose_territories(store, zone_cube, teams=teams, previous=None, actor=VIEWER)
    assert set(found.frame["team_id"]) == {1, 2, 3, 4, 5} and found.before is None and found.changed == 0
    lon, lat = centres(found.frame["cell"].to_numpy())
    middles = found.frame.with_columns(lon=lon, lat=lat).group_by("team_id").agg(pl.col("lon", "lat").mean())
    posts = store.places(actor=VIEWER, kinds=["team"]).set_index("id").geometry
    starts = np.array([posts[team.place_id].coords[0] for team in teams])
    at = middles.sort("team_id").select("lon", "lat").to_numpy()
    away = np.hypot(*((at[:, None] - starts[None]) * (0.785, 1)).transpose(2, 0, 1))
    swapped = [away[i, i] + away[j, j] <= away[i, j] + away[j, i] + 1e-12 for i in range(5) for j in range(i)]
    assert all(swapped)


def test_pins_of_cells_and_compounds_hold(zone_cube: Cube) -> None:
    store, teams = zone_cube.store, zone_cube.store.teams(actor=VIEWER)[:3]
    cells = city_cells(store, zone_cube, actor=VIEWER)
    home = next(iter(compounds(store, cells, actor=VIEWER)))
    far = to_text(cells[-1:])[0]
    seen = wishes(store, actor=VIEWER).version
    change(store, actor=VIEWER, version=seen, pins={far: 2}, homes={home: 3})
    try:
        found = propose_territories(store, zone_cube, teams=teams, previous=None, actor=VIEWER)
    finally:
        change(store, actor=VIEWER, version=seen + 1, pins=NOTHING.pins, homes=NOTHING.homes)
    own = dict(found.frame.iter_rows())
    assert own[int(cells[-1])] == 2
    assert {own[int(cell)] for cell in compounds(store, cells, actor=VIEWER)[home]} == {3}


def test_without_teams_or_cells_nothing_is_proposed(store: Store, zone_cube: Cube) -> None:
    with pytest.raises(TeamError, match="no field teams"):
        propose_territories(zone_cube.store, zone_cube, teams=[], previous=None, actor=VIEWER)
    team = store.add_team("东村", actor=VIEWER)
    with pytest.raises(NotEnoughDataError, match="Import reports first"):
        propose_territories(store, Cube.open(store), teams=[team], previous=None, actor=VIEWER)


def test_every_reason_that_can_be_given_can_be_translated() -> None:
    tree = ast.parse(getsource(territory_compounds))
    documented = [
        node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]
    docs = {ast.get_docstring(node, clean=False) for node in documented}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)} - docs
    assert {text for text in texts if isinstance(text, str) and text.endswith(".")} == set(REASONS)
