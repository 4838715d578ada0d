"""The density near a border: what falls beyond it is given back."""

import math

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.cell_shapes import boundaries
from geo.cells import from_points
from geo.density import Grid, density, power_for
from geo.density_edges import LEAST_SHARE, Outline
from geo.distances import from_local_m, to_local_m

LON, LAT = 116.9, 38.3
HERE = (LON, LAT)
BANDWIDTH_M = 200.0
Degrees = npt.NDArray[np.float64]


def shape(*metres: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon(np.column_stack(from_local_m(*np.array(metres, float).T, around=HERE)))


def rectangle(east: float, north: float, *, west: float = 0, south: float = 0) -> shapely.Polygon:
    return shape((west, south), (east, south), (east, north), (west, north))


def grid_around(*, metres: float = 2_400, share: float = 1 / 8) -> Grid:
    (west, east), (south, north) = from_local_m([-600, metres], [-600, metres], around=HERE)
    return Grid.over((west, south, east, north), power=power_for(BANDWIDTH_M, LAT, share=share))


def total(surface: npt.NDArray[np.float32], grid: Grid) -> float:
    east, south = grid.steps_m
    return float((surface * (east * south)[:, None]).sum(dtype=np.float64) / 1e6)


def evenly(side_m: float, *, spacing_m: float = 20) -> tuple[Degrees, Degrees]:
    """Lay reports evenly over a square, in the middle of little squares."""
    ways = np.arange(spacing_m / 2, side_m, spacing_m)
    east, north = (axis.ravel() for axis in np.meshgrid(ways, ways))
    return from_local_m(east, north, around=HERE)


def test_an_even_city_keeps_most_of_its_density_at_its_border() -> None:
    lon, lat = evenly(1_500)
    grid = grid_around()
    border = Outline.of([rectangle(1_500, 1_500)])
    plain = density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M)
    corrected = density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M, border=border)
    inside = border.mask(grid) > 0
    truth = 1e6 / 20**2
    east, north = to_local_m(*np.meshgrid(grid.lon, grid.lat), around=HERE)
    edge = inside & ((np.abs(east - 750) > 700) ^ (np.abs(north - 750) > 700))
    assert plain[edge].mean() < 0.65 * truth
    assert corrected[edge].mean() > 0.8 * truth
    wrong, more_wrong = (np.abs(surface - truth)[inside].mean() for surface in (corrected, plain))
    assert wrong < 0.65 * more_wrong
    middle = (np.abs(east - 750) < 300) & (np.abs(north - 750) < 300)
    assert np.abs(corrected - plain)[middle].max() <= 1e-3 * truth
    assert not corrected[~inside].any()


@given(seed=st.integers(0, 10_000), share=st.sampled_from([1 / 8, 1 / 4]))
@settings(max_examples=15, deadline=None)
def test_the_whole_of_it_is_the_number_of_points_inside_and_out(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    reach = rng.uniform(500, 900, 9)
    area = shape(*zip(800 + reach * np.cos(angles), 800 + reach * np.sin(angles), strict=True)).buffer(0)
    lon, lat = from_local_m(*rng.uniform(-100, 1_700, (2, 300)), around=HERE)
    weights = rng.integers(1, 4, 300)
    grid = grid_around(share=share)
    found = density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M, weights=weights, border=Outline.of([area]))
    # In a corner sharper than a right angle a point is taken for four at most: a little is lost there.
    assert total(found, grid) == pytest.approx(weights.sum(), rel=0.02)
    assert total(found, grid) <= weights.sum() * 1.001
    assert (found >= 0).all()


def test_a_point_counts_as_much_more_as_its_kernel_has_less_inside() -> None:
    """The share by summing the kernel over the area in steps of 2 m."""
    border = Outline.of([rectangle(1_000, 1_000), rectangle(-200, 1_000, west=-600)])
    grid = grid_around()
    ways = np.arange(-700, 1_400, 2.0) + 1
    east, north = np.meshgrid(ways, ways)
    inside = (north > 0) & (north < 1_000) & (((east > 0) & (east < 1_000)) | ((east > -600) & (east < -200)))
    for at in ((500, 500), (500, 40), (10, 12), (30, 500), (-210, 990)):
        squared = ((east - at[0]) ** 2 + (north - at[1]) ** 2) / BANDWIDTH_M**2
        kernel = np.where(squared < 1, (1 - squared) ** 2, 0) * 3 / (math.pi * BANDWIDTH_M**2)
        share = (kernel * inside).sum() * 4
        lon, lat = from_local_m(*np.array(at, float), around=HERE)
        found = density([lon], [lat], grid=grid, bandwidth_m=BANDWIDTH_M, border=border)
        plain = density([lon], [lat], grid=grid, bandwidth_m=BANDWIDTH_M)
        seen = (found > 0.05 * found.max()) & (plain > 0)
        assert np.median(found[seen] / plain[seen]) == pytest.approx(1 / max(share, LEAST_SHARE), rel=0.08)


def test_a_point_outside_counts_as_if_there_were_no_border() -> None:
    lon, lat = from_local_m(np.array([-300.0]), np.array([500.0]), around=HERE)
    grid = grid_around()
    border = Outline.of([rectangle(1_000, 1_000)])
    found = density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M, border=border)
    assert np.allclose(found, density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M), rtol=1e-5, atol=1e-4)


def test_a_part_of_the_map_shows_what_the_whole_shows() -> None:
    rng = np.random.default_rng(1)
    lon, lat = from_local_m(*rng.uniform(0, 1_000, (2, 400)), around=HERE)
    border = Outline.of([rectangle(1_000, 1_000)])
    whole = grid_around()
    part = Grid(whole.left + 9 * whole.step, whole.top + 31 * whole.step, whole.step, 40, 35)
    seen = density(lon, lat, grid=part, bandwidth_m=BANDWIDTH_M, border=border)
    all_of_it = density(lon, lat, grid=whole, bandwidth_m=BANDWIDTH_M, border=border)
    assert np.abs(seen - all_of_it[31:71, 9:44]).max() <= 3e-3 * all_of_it.max()


def test_a_mask_is_what_polygons_hold_with_holes_and_overlaps() -> None:
    hole = rectangle(1_500, 1_500).difference(rectangle(900, 800, west=300, south=200))
    areas = [hole, rectangle(1_900, 700, west=1_200), shape((-500, -500), (0, -400), (-400, 0))]
    grid = grid_around()
    lon, lat = np.meshgrid(grid.lon, grid.lat)
    truth = shapely.contains_xy(shapely.union_all(areas), lon.ravel(), lat.ravel()).reshape(lon.shape)
    found = Outline.of(areas).mask(grid) > 0
    # Borders are straight in degrees, on the map not quite: a node on one may fall to either side.
    assert np.count_nonzero(found != truth) <= 3
    assert truth.any() and not truth.all()


def test_cells_beside_each_other_need_no_union() -> None:
    lon, lat = from_local_m(*np.random.default_rng(3).uniform(0, 1_500, (2, 60)), around=HERE)
    hexagons = boundaries(np.unique(from_points(lon, lat, 10)))
    grid = grid_around()
    quick, slow = (Outline.of(hexagons, overlapping=way).mask(grid) for way in (False, True))
    assert np.count_nonzero(quick != slow) <= 2
    assert 0 < quick.mean() < 1


def test_a_border_far_away_changes_nothing() -> None:
    lon, lat = evenly(500)
    grid = grid_around(metres=1_000)
    far = Outline.of([rectangle(9_000, 9_000, west=-9_000, south=-9_000)])
    assert np.allclose(
        density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M, border=far),
        density(lon, lat, grid=grid, bandwidth_m=BANDWIDTH_M),
        rtol=1e-4,
        atol=1e-2,
    )
