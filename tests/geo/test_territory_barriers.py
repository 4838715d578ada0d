"""Barriers from lines: what a railway parts, and where a bridge leads over it."""

import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import cells
from geo.errors import CellError, PlaceError
from geo.territories import balance, pairs_across, propose

LAT, LON = 38.3, 116.9
AREA = h3.grid_disk(h3.latlng_to_cell(LAT, LON, 10), 8)
RIVER = shapely.LineString([(LON - 1, LAT - 0.3), (LON + 0.0003, LAT + 0.0002), (LON + 1, LAT + 0.25)])


def north_of(line: shapely.LineString, ids: list[int]) -> np.ndarray:
    lon, lat = cells.centres(ids)
    along = np.array(line.coords)
    return lat > np.interp(lon, along[:, 0], along[:, 1])


def test_a_line_across_the_zone_parts_exactly_the_neighbours_on_its_two_sides() -> None:
    north = dict(zip(AREA, north_of(RIVER, AREA).tolist(), strict=True))
    beside = {(a, b) for a in AREA for b in h3.grid_disk(a, 1) if b in north and a < b}
    expected = {pair for pair in beside if north[pair[0]] != north[pair[1]]}
    assert {tuple(map(int, pair)) for pair in pairs_across(AREA, RIVER)} == expected


@given(st.floats(-0.004, 0.004), st.floats(-0.02, 0.02))
@settings(max_examples=4)
def test_no_team_crosses_a_river(shift: float, slope: float) -> None:
    river = shapely.LineString([(LON - 0.05, LAT + shift - slope), (LON + 0.05, LAT + shift + slope)])
    shut = pairs_across(AREA, river)
    load = pd.Series(1.0, index=AREA)
    found = propose(load, 9, barriers=shut)
    even = balance(load, found.teams, barriers=shut)
    if not len(found.bridges):
        north = pd.Series(north_of(river, AREA), index=AREA)
        assert (north.groupby(found.teams).nunique() == 1).all()
    assert even["pieces"].sum() == 9 + sum(
        found.teams.nunique() == 9 and found.teams[int(a)] == found.teams[int(b)] for a, b in found.bridges
    )


def test_a_bridge_leaves_the_way_open_where_it_is_and_nowhere_else() -> None:
    bridge = shapely.LineString([(LON + 0.002, LAT - 0.003), (LON + 0.002, LAT + 0.004)])
    shut = {tuple(pair) for pair in pairs_across(AREA, RIVER).tolist()}
    still = {tuple(pair) for pair in pairs_across(AREA, RIVER, crossings=bridge).tolist()}
    opened = shut - still
    assert still < shut
    assert 1 <= len(opened) <= 4
    near = shapely.Point(bridge.intersection(RIVER))
    assert all(shapely.distance(cells.boundaries(list(pair)), near).max() < 0.002 for pair in opened)


def test_a_road_along_the_river_opens_nothing() -> None:
    quay = shapely.transform(RIVER, lambda at: at + np.array([0, 0.0004]))
    assert len(pairs_across(AREA, RIVER, crossings=quay)) == len(pairs_across(AREA, RIVER))


def test_a_line_through_the_middle_of_a_cell_does_not_shut_the_cell_in() -> None:
    lon, lat = cells.centres(AREA[:1])
    line = shapely.LineString([(lon[0] - 1, lat[0]), (lon[0] + 1, lat[0])])
    shut = pairs_across(AREA, line)
    assert 0 < np.count_nonzero(shut == AREA[0]) < 6


def test_lines_elsewhere_and_none_at_all_part_nobody() -> None:
    away = shapely.LineString([(0, 0), (1, 1)])
    assert pairs_across(AREA, [away, None]).shape == (0, 2)
    assert pairs_across(AREA, None).shape == (0, 2)
    assert pairs_across([], RIVER).shape == (0, 2)


def test_what_is_no_line_or_no_cell_is_refused() -> None:
    with pytest.raises(PlaceError, match="no lines"):
        pairs_across(AREA, shapely.Point(LON, LAT))
    with pytest.raises(CellError, match="not of resolution"):
        pairs_across([*AREA, h3.cell_to_parent(AREA[0])], RIVER)
