"""Kernel density against the sum of kernels written out, at any latitude."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.density import MOST_LATITUDE, Grid, density, power_for, steps_m
from geo.distances import haversine_m, metres_per_degree
from geo.errors import FrameError

LON = 116.9
LATITUDES = (0.0, 38.3, 65.0, -80.0)
Degrees = npt.NDArray[np.float64]


def town(lat: float, *, n: int = 1_500, seed: int = 1, spread_m: float = 500) -> tuple[Degrees, Degrees]:
    """Scatter points around a place, half of them in a heap."""
    rng = np.random.default_rng(seed)
    east_m, north_m = rng.normal(0, spread_m, (2, n))
    heap = slice(n // 2)
    east_m[heap], north_m[heap] = east_m[heap] / 4 + 300, north_m[heap] / 4
    east, north = metres_per_degree(lat)
    return LON + east_m / east, lat + north_m / north


def around(lat: float, *, metres: float = 3_000) -> tuple[float, float, float, float]:
    east, north = (float(length) for length in metres_per_degree(lat))
    return LON - metres / east, lat - metres / north, LON + metres / east, lat + metres / north


def exact(lon: Degrees, lat: Degrees, at_lon: Degrees, at_lat: Degrees, bandwidth_m: float) -> Degrees:
    """Sum the kernels of all points at some places, as the formula says; points per km²."""
    found = []
    for east, north in zip(at_lon, at_lat, strict=True):
        squared = (haversine_m(lon, lat, east, north) / bandwidth_m) ** 2
        kernel = np.where(squared < 1, (1 - squared) ** 2, 0)
        found.append(kernel.sum() * 3 / (math.pi * bandwidth_m**2) * 1e6)
    return np.array(found)


def total(surface: npt.NDArray[np.float32], grid: Grid) -> float:
    """Integrate a surface over its area."""
    east, south = grid.steps_m
    return float((surface * (east * south)[:, None]).sum(dtype=np.float64) / 1e6)


@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("bandwidth_m", [60, 400])
@pytest.mark.parametrize(("share", "most"), [(1 / 4, 0.02), (1 / 8, 0.006)])
def test_the_surface_is_the_sum_of_kernels_within_the_stated_error(
    lat: float, bandwidth_m: float, share: float, most: float
) -> None:
    lon, lats = town(lat)
    grid = Grid.over(around(lat, metres=1_500), power=power_for(bandwidth_m, lat, share=share))
    surface = density(lon, lats, grid=grid, bandwidth_m=bandwidth_m)

    rng = np.random.default_rng(3)
    rows, columns = rng.integers(0, grid.rows, 150), rng.integers(0, grid.columns, 150)
    truth = exact(lon, lats, grid.lon[columns], grid.lat[rows], bandwidth_m)
    # The sphere of `haversine_m` and the ellipsoid differ by up to 0.5 % in length.
    assert np.abs(surface[rows, columns] - truth).max() <= (most + 0.012) * truth.max()


@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize(("share", "most"), [(1 / 4, 0.06), (1 / 8, 0.012)])
def test_a_lone_point_is_its_kernel(lat: float, share: float, most: float) -> None:
    peak = 3 / (math.pi * 200**2) * 1e6
    grid = Grid.over(around(lat, metres=600), power=power_for(200, lat, share=share))
    for seed in range(5):
        lon, lats = town(lat, n=1, seed=seed, spread_m=20)
        surface = density(lon, lats, grid=grid, bandwidth_m=200)
        squared = (haversine_m(lon[0], lats[0], grid.lon[None, :], grid.lat[:, None]) / 200) ** 2
        truth = np.where(squared < 1, (1 - squared) ** 2, 0) * peak
        assert np.abs(surface - truth).max() <= (most + 0.01) * peak


@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("power", [14, 17, 20])
def test_the_sum_over_the_area_is_the_number_of_points_at_any_spacing(lat: float, power: int) -> None:
    lon, lats = town(lat)
    grid = Grid.over(around(lat, metres=4_000), power=power).widened(2)
    surface = density(lon, lats, grid=grid, bandwidth_m=200)
    assert total(surface, grid) == pytest.approx(len(lon), rel=1e-3)
    assert (surface >= 0).all()


def test_weights_count_as_so_many_points_would() -> None:
    lon, lats = town(38.3, n=200)
    times = np.random.default_rng(5).integers(0, 4, 200)
    grid = Grid.over(around(38.3), power=20)
    weighed = density(lon, lats, grid=grid, bandwidth_m=300, weights=times)
    repeated = density(np.repeat(lon, times), np.repeat(lats, times), grid=grid, bandwidth_m=300)
    assert np.abs(weighed - repeated).max() <= 1e-4 * repeated.max()


@given(seed=st.integers(0, 1000), shift=st.integers(-40, 40), power=st.integers(18, 21))
@settings(max_examples=20, deadline=None)
def test_a_part_of_the_map_shows_what_the_whole_shows(seed: int, shift: int, power: int) -> None:
    """Panning changes nothing: nodes lie at the same places, and what lies beyond the edge still counts."""
    lon, lats = town(38.3, n=300, seed=seed)
    whole = Grid.over(around(38.3), power=power)
    rows, columns = whole.rows // 2, whole.columns // 2
    down, right = whole.rows // 4, max(0, min(whole.columns - columns, whole.columns // 4 + shift))
    step = whole.step
    part = Grid(whole.left + right * step, whole.top + down * step, step, rows, columns)

    seen = density(lon, lats, grid=part, bandwidth_m=250)
    all_of_it = density(lon, lats, grid=whole, bandwidth_m=250)

    cut = all_of_it[down : down + rows, right : right + columns]
    assert np.abs(seen - cut).max() <= 3e-3 * all_of_it.max()


def test_a_bandwidth_is_as_wide_on_the_ground_in_the_north_as_at_the_equator() -> None:
    widths = []
    for lat in (0.0, 60.0, 75.0):
        grid = Grid.over(around(lat, metres=900), power=power_for(500, lat, share=1 / 16))
        surface = density([LON], [lat], grid=grid, bandwidth_m=500)
        reached = surface > 1e-4 * surface.max()
        east = haversine_m(LON, lat, grid.lon[reached.any(axis=0)], lat).max()
        south = haversine_m(LON, lat, LON, grid.lat[reached.any(axis=1)]).max()
        widths += [float(east), float(south)]
    assert widths == pytest.approx([500] * 6, rel=0.05)


def test_over_a_tall_country_each_row_has_its_own_scale() -> None:
    """From the tropics to the far north in one grid: every heap has the peak that its latitude asks for."""
    lats = np.array([5.0, 25.0, 45.0, 65.0])
    grid = Grid.over((LON - 0.5, 0.0, LON + 0.5, 68.0), power=17)
    surface = density(np.full(4, LON), lats, grid=grid, bandwidth_m=4_000)
    peak = 3 / (math.pi * 4_000**2) * 1e6
    rows = [int(np.abs(grid.lat - lat).argmin()) for lat in lats]
    peaks = [float(surface[row - 20 : row + 21].max()) for row in rows]
    assert peaks == pytest.approx([peak] * 4, rel=0.04)


def test_what_has_no_place_on_the_map_adds_nothing() -> None:
    lon, lats = town(38.3, n=50)
    grid = Grid.over(around(38.3), power=19)
    clean = density(lon, lats, grid=grid, bandwidth_m=200)
    strange = density(
        np.r_[lon, np.nan, 0.0, 500.0, LON, LON, np.inf],
        np.r_[lats, 38.3, 0.0, 38.3, 90.0, np.nan, 38.3],
        grid=grid,
        bandwidth_m=200,
    )
    assert np.array_equal(clean, strange)


def test_no_point_is_a_surface_of_zeros() -> None:
    grid = Grid.over(around(38.3), power=19)
    assert not density([], [], grid=grid, bandwidth_m=200).any()


def test_input_stays_as_it_was() -> None:
    lon, lats = town(38.3, n=50)
    before = lon.copy(), lats.copy()
    density(lon, lats, grid=Grid.over(around(38.3), power=19), bandwidth_m=200)
    assert np.array_equal(lon, before[0]) and np.array_equal(lats, before[1])


@pytest.mark.parametrize("bandwidth_m", [0, -5, math.nan, math.inf])
def test_a_bandwidth_that_is_none_is_refused(bandwidth_m: float) -> None:
    with pytest.raises(FrameError, match="bandwidth"):
        density([LON], [38.3], grid=Grid.over(around(38.3), power=15), bandwidth_m=bandwidth_m)


def test_shapes_that_differ_are_refused() -> None:
    grid = Grid.over(around(38.3), power=15)
    with pytest.raises(FrameError, match="shapes"):
        density([LON, LON], [38.3], grid=grid, bandwidth_m=100)
    with pytest.raises(FrameError, match="shapes"):
        density([LON], [38.3], grid=grid, bandwidth_m=100, weights=[1, 2])


@given(
    lon=st.floats(-179, 178),
    lat=st.floats(-84, 83),
    width=st.floats(0.001, 0.9),
    power=st.integers(4, 14),
)
def test_a_grid_surrounds_its_box_with_nodes_at_multiples_of_its_step(
    lon: float, lat: float, width: float, power: int
) -> None:
    grid = Grid.over((lon, lat, lon + width, lat + width), power=power)
    assert grid.lon[0] <= lon + 1e-9 and grid.lon[-1] >= lon + width - 1e-9
    assert grid.lat[0] >= lat + width - 1e-9 and grid.lat[-1] <= lat + 1e-9
    assert (grid.left * 2**power).is_integer() and (grid.top * 2**power).is_integer()


def test_a_grid_ends_where_the_map_ends() -> None:
    grid = Grid.over((-180, -90, 180, 90), power=6)
    assert (grid.rows, grid.columns) == (65, 65)
    assert np.abs(grid.lat[[0, -1]]) == pytest.approx(MOST_LATITUDE)


@given(
    lat=st.floats(-80, 80), bandwidth_m=st.sampled_from([50, 200, 1600]), share=st.sampled_from([0.25, 0.5])
)
def test_a_power_is_the_coarsest_that_is_fine_enough(lat: float, bandwidth_m: int, share: float) -> None:
    power = power_for(bandwidth_m, lat, share=share)
    assert float(steps_m(lat, 2.0**-power)[0]) <= share * bandwidth_m
    assert float(steps_m(lat, 2.0 ** -(power - 1))[0]) > share * bandwidth_m
