"""Points on grids half a cell aside, against moving each point and asking the library."""

from itertools import combinations

import numpy as np
import pytest

from geo import cells
from geo.errors import CellError
from geo.shifted_grids import GRIDS, on_grids


def half_steps(own: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return half the way to the next cell, of each point, along the axes of the middle point's cell."""

    def steps(cell: int) -> list[tuple[float, float]]:
        near = np.setdiff1d(cells.disk([cell], 1)[1], [cell])
        (x0,), (y0,) = cells.centres([cell])
        x, y = cells.centres(near)
        return list(zip(((x - x0 + 180) % 360 - 180) / 2, (y - y0) / 2, strict=True))

    every = {cell: steps(cell) for cell in set(own.tolist())}
    axes = [step for step in every[own[len(own) // 2]] if step[1] > 0]
    assert len(axes) == 3
    found = []
    for axis in axes:
        nearest = {
            cell: min(known, key=lambda step: np.hypot(step[0] - axis[0], step[1] - axis[1]))
            for cell, known in every.items()
        }
        east, north = np.array([nearest[cell] for cell in own.tolist()]).T
        found.append((east, north))
    return found


@pytest.mark.parametrize("resolution", [9, 10, 11])
@pytest.mark.parametrize(
    ("lon0", "lat0"), [(116.9, 38.3), (121.5, 31.2), (-74.0, 40.7), (179.999, -17.0), (10.0, 60.0)]
)
def test_points_are_where_the_library_puts_them_when_they_are_moved_half_a_cell(
    lon0: float, lat0: float, resolution: int
) -> None:
    random = np.random.default_rng(resolution)
    lon = (lon0 + random.normal(0, 0.03, 600) + 180) % 360 - 180
    lat = lat0 + random.normal(0, 0.03, 600)
    own = cells.from_points(lon, lat, resolution)

    laid = on_grids(lon, lat, own)

    assert laid.rows.shape == (GRIDS, 600)
    np.testing.assert_array_equal(laid.cells[laid.rows[0]], own)
    moved = [
        cells.from_points((lon + east + 180) % 360 - 180, lat + north, resolution)
        for east, north in half_steps(own)
    ]
    for rows in laid.rows[1:]:
        assert max((laid.cells[rows] == known).mean() for known in moved) > 0.996
        # So much of a hexagon is common with itself half a step aside.
        assert (laid.cells[rows] == own).mean() == pytest.approx(5 / 12, abs=0.07)
    for one, other in combinations(laid.rows, 2):
        assert (one == other).mean() < 0.5


def test_no_points_are_on_no_grid_and_one_grid_is_that_of_h3() -> None:
    nothing = np.zeros(0)
    assert on_grids(nothing, nothing, np.zeros(0, np.uint64)).rows.shape == (GRIDS, 0)

    lon, lat = np.array([116.9, 116.91]), np.array([38.3, 38.3])
    own = cells.from_points(lon, lat, 10)
    laid = on_grids(lon, lat, own, grids=1)
    np.testing.assert_array_equal(laid.cells[laid.rows], [own])


def test_as_many_cells_as_not_points_are_refused() -> None:
    with pytest.raises(CellError, match="2 longitudes, 2 latitudes and 1 cells"):
        on_grids(np.zeros(2), np.zeros(2), cells.from_points([0], [0], 10))
