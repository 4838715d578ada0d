"""Points in squares against a loop over the points with another formula of the projection."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CellError
from geo.point_squares import MOST_LATITUDE, Gathered, Grid, gather, grid_over

SIDE = 2**14
BOX = (116.8, 38.2, 117.0, 38.4)
KIND_OF = np.array([0, 2, 1, 2], np.uint8)
IS_MARKED = np.array([1, 0, 1], np.uint8)


def square_of(lon: float, lat: float, side: int) -> tuple[int, int]:
    """Return row and column, by the tangent instead of the sine."""
    angle = math.radians(lat)
    y = (1 - math.asinh(math.tan(angle)) / math.pi) / 2
    return math.floor(y * side), math.floor((lon + 180) / 360 * side)


def city(n: int, seed: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "lon": rng.normal(116.9, 0.05, n),
        "lat": rng.normal(38.3, 0.05, n),
        "code": rng.integers(0, 4, n).astype(np.uint16),
        "state": rng.integers(0, 3, n).astype(np.uint8),
    }


def gathered(grid: Grid, points: dict[str, np.ndarray]) -> Gathered:
    return gather(grid, **points, kind_of=KIND_OF, is_marked=IS_MARKED, kinds=3)


@pytest.mark.parametrize("side", [2**12, 2**16, 2**20])
def test_each_square_holds_what_a_loop_finds_in_it(side: int) -> None:
    points = city(3_000)
    grid = grid_over(BOX, side=side, most=10**7)
    expected: dict[tuple[int, int], list[int]] = {}
    for i, (lon, lat) in enumerate(zip(points["lon"], points["lat"], strict=True)):
        row, column = square_of(lon, lat, side)
        if 0 <= row - grid.top < grid.rows and 0 <= column - grid.left < grid.columns:
            expected.setdefault((row, column), []).append(i)

    found = gathered(grid, points)

    assert len(found) == len(expected)
    for i, square in enumerate(sorted(expected)):
        rows = expected[square]
        lon, lat = points["lon"][rows], points["lat"][rows]
        kinds = KIND_OF[points["code"][rows]]
        assert found.n[i] == len(rows)
        assert found.marked[i] == IS_MARKED[points["state"][rows]].sum()
        assert found.kinds[i].tolist() == np.bincount(kinds, minlength=3).tolist()
        assert found.row[i] == rows[-1]
        assert (found.lon[i], found.lat[i]) == pytest.approx((lon.mean(), lat.mean()), abs=1e-10)
        box = (found.west[i], found.south[i], found.east[i], found.north[i])
        assert box == (lon.min(), lat.min(), lon.max(), lat.max())


def test_a_single_point_keeps_its_position_to_the_last_digit() -> None:
    points = city(500)
    found = gathered(grid_over(BOX, side=2**22, most=10**8), points)
    alone = found.n == 1
    assert alone.sum() > 100
    assert (found.lon[alone] == points["lon"][found.row[alone]]).all()
    assert (found.lat[alone] == points["lat"][found.row[alone]]).all()


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-180, 179.999), st.floats(-85, 85)), max_size=30),
    st.integers(0, 18),
    st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(0, 60), st.floats(0, 60)),
)
def test_squares_cover_the_box_and_lose_no_point_in_it(
    places: list[tuple[float, float]], zoom: int, at: tuple[float, float, float, float]
) -> None:
    west, south, wide, high = at
    box = (west, south, min(west + wide, 180.0), min(south + high, 90.0))
    grid = grid_over(box, side=2**zoom, most=5_000)
    west, south, east, north = grid.bounds
    assert grid.rows * grid.columns <= 5_000
    n = len(places)
    lon, lat = (np.array([place[axis] for place in places], float) for axis in (0, 1))
    plain = {"code": np.zeros(n, np.uint16), "state": np.zeros(n, np.uint8)}
    found = gather(grid, lon, lat, **plain, kind_of=[0], is_marked=[1], kinds=1)
    inside = (lon >= west) & (lon < east) & (lat > south) & (lat <= north)
    assert found.n.sum() == inside.sum() == found.marked.sum()
    deep = (lon > box[0]) & (lon < box[2]) & (lat > box[1]) & (lat < box[3])
    slack = 0.01 / grid.side * 360  # a side that nearly is a square's is meant to be it
    deep &= (lon > box[0] + slack) & (lon < box[2] - slack)
    deep &= (lat > box[1] + slack) & (lat < box[3] - slack)
    assert not (deep & ~inside).any()


def test_neighbouring_boxes_agree_about_their_squares() -> None:
    points = city(5_000)
    whole = gathered(grid_over(BOX, side=SIDE, most=10**6), points)
    west, south, east, north = grid_over(BOX, side=SIDE, most=10**6).bounds
    middle = grid_over((116.9, south, east, north), side=SIDE, most=10**6).bounds[0]
    halves = [(west, south, middle, north), (middle, south, east, north)]
    parts = [gathered(grid_over(half, side=SIDE, most=10**6), points) for half in halves]
    assert sum(int(part.n.sum()) for part in parts) == whole.n.sum()
    assert sum(len(part) for part in parts) == len(whole)


def test_the_sides_of_a_grid_are_those_of_its_squares() -> None:
    grid = grid_over((-180, -MOST_LATITUDE, 180, MOST_LATITUDE), side=8, most=64)
    assert (grid.left, grid.top, grid.columns, grid.rows) == (0, 0, 8, 8)
    assert grid.bounds == pytest.approx((-180, -MOST_LATITUDE, 180, MOST_LATITUDE))
    rounded = tuple(round(edge, 6) for edge in grid_over(BOX, side=SIDE, most=10**6).bounds)
    assert grid_over(rounded, side=SIDE, most=10**6) == grid_over(BOX, side=SIDE, most=10**6)


def test_too_many_squares_become_larger_ones() -> None:
    assert grid_over(BOX, side=2**26, most=1_000).side < 2**16


def test_no_points_are_in_no_square() -> None:
    found = gathered(grid_over(BOX, side=SIDE, most=10**6), city(0))
    assert len(found) == 0
    assert found.kinds.shape == (0, 3)


def test_columns_that_do_not_belong_together_are_refused() -> None:
    points = city(5)
    with pytest.raises(CellError, match="differ in length"):
        gathered(grid_over(BOX, side=SIDE, most=100), points | {"lat": points["lat"][1:]})
    with pytest.raises(CellError, match="Code 9 has no entry"):
        gathered(grid_over(BOX, side=SIDE, most=100), points | {"code": np.full(5, 9, np.uint16)})
    with pytest.raises(CellError, match="Kind 2 is not one of 2"):
        gather(grid_over(BOX, side=SIDE, most=100), **points, kind_of=KIND_OF, is_marked=IS_MARKED, kinds=2)
