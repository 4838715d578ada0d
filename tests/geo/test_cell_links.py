"""Neighbours within a set against h3-py's disks, one cell at a time, all over the globe."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cells
from geo.cell_links import searched
from geo.errors import CellError
from geo.lattice import Laid

MIDDLE = h3.latlng_to_cell(38.3, 116.9, 9)


def neighbours_by_loop(ids: list[int], ring: int) -> list[list[int]]:
    row = {cell: number for number, cell in enumerate(ids)}
    return [
        sorted(row[other] for other in h3.grid_disk(cell, ring) if other in row and other != cell)
        for cell in ids
    ]


def as_lists(indptr: np.ndarray, indices: np.ndarray) -> list[list[int]]:
    return [part.tolist() for part in np.split(indices, indptr[1:-1])] if len(indptr) > 1 else []


def some_of(area: list[int], seed: int) -> list[int]:
    """Return nine tenths of an area, in no order: most disks are whole, many are not."""
    random = np.random.default_rng(seed)
    return random.permutation(random.choice(area, int(len(area) * 0.9), replace=False)).tolist()


def test_no_cells_have_no_neighbours() -> None:
    assert [part.tolist() for part in cells.neighbours([])] == [[0], []]


@given(st.sets(st.sampled_from(h3.grid_disk(MIDDLE, 4)), max_size=61), st.integers(0, 3), st.randoms())
def test_neighbours_within_a_set_are_those_of_a_loop_in_any_order(ids: set[int], ring: int, random) -> None:
    shuffled = sorted(ids)
    random.shuffle(shuffled)
    assert as_lists(*cells.neighbours(shuffled, ring)) == neighbours_by_loop(shuffled, ring)


@pytest.mark.parametrize("resolution", [9, 10])
def test_neighbours_across_an_edge_of_the_icosahedron_are_complete(resolution: int) -> None:
    area = h3.grid_disk(h3.latlng_to_cell(38.3, 116.95, resolution), 25)
    indptr, indices = cells.neighbours(area)
    assert as_lists(indptr, indices) == neighbours_by_loop(area, 1)


def test_to_be_a_neighbour_is_mutual() -> None:
    area = np.array(h3.grid_disk(MIDDLE, 10), dtype=np.uint64)
    indptr, indices = cells.neighbours(area, 2)
    rows = np.repeat(np.arange(len(area)), np.diff(indptr))
    links = set(zip(rows.tolist(), indices.tolist(), strict=True))
    assert links == {(b, a) for a, b in links}


def test_a_cell_given_twice_has_no_place_in_a_set() -> None:
    with pytest.raises(CellError, match="1 of 3 cells are given twice"):
        cells.neighbours([MIDDLE, h3.grid_ring(MIDDLE, 1)[0], MIDDLE])


def test_cells_of_two_resolutions_are_no_neighbours() -> None:
    with pytest.raises(CellError, match="not of resolution 9"):
        cells.neighbours([MIDDLE, h3.cell_to_parent(MIDDLE, 8)])


@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 15), st.integers(1, 3))
def test_neighbours_anywhere_are_those_of_a_loop(lat: float, lon: float, resolution: int, ring: int) -> None:
    ids = some_of(h3.grid_disk(h3.latlng_to_cell(lat, lon, resolution), 6), resolution)

    assert as_lists(*cells.neighbours(ids, ring)) == neighbours_by_loop(ids, ring)


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("resolution", [1, 2, 5, 10])
def test_neighbours_around_a_pentagon_are_those_of_a_loop(number: int, resolution: int) -> None:
    pentagon = sorted(h3.get_pentagons(resolution))[number]
    ids = some_of(h3.grid_disk(pentagon, 6), number)

    for ring in (1, 3):
        assert as_lists(*cells.neighbours(ids, ring)) == neighbours_by_loop(ids, ring)


@pytest.mark.parametrize("resolution", [0, 1, 2])
def test_neighbours_of_a_whole_globe_are_those_of_a_loop(resolution: int) -> None:
    globe = [child for base in h3.get_res0_cells() for child in h3.cell_to_children(base, resolution)]

    assert as_lists(*cells.neighbours(globe, 2)) == neighbours_by_loop(globe, 2)


def test_neighbours_along_the_gap_of_a_pentagon_far_from_it_are_those_of_a_loop() -> None:
    base = sorted(h3.get_pentagons(0))[2]
    ids = some_of(sorted(h3.cell_to_children(base, 4)), 1)

    assert as_lists(*cells.neighbours(ids, 2)) == neighbours_by_loop(ids, 2)


def test_two_base_cells_side_by_side_are_linked() -> None:
    random = np.random.default_rng(3)
    sites = [
        h3.latlng_to_cell(lat, lon, 3)
        for lat, lon in zip(random.uniform(20, 50, 400), random.uniform(75, 125, 400), strict=True)
    ]
    border = next(c for c in sites if len({h3.get_base_cell_number(x) for x in h3.grid_disk(c, 1)}) > 1)
    ids = some_of(h3.grid_disk(border, 8), 3)
    assert len({h3.get_base_cell_number(cell) for cell in ids}) > 1

    assert as_lists(*cells.neighbours(ids)) == neighbours_by_loop(ids, 1)


def test_cells_too_far_apart_for_a_grid_are_searched() -> None:
    ids = [*h3.grid_disk(MIDDLE, 3), *h3.grid_disk(h3.latlng_to_cell(23.1, 113.3, 9), 3)]
    corners = (h3.latlng_to_cell(38.3, 116.9, 13), h3.latlng_to_cell(39, 117, 13))
    fine = [cell for corner in corners for cell in h3.grid_disk(corner, 3)]
    assert Laid.of(np.array(ids, np.uint64), 1) is not None  # of two base cells
    assert Laid.of(np.array(fine, np.uint64), 1) is None

    for apart in (ids, fine):
        assert as_lists(*cells.neighbours(apart)) == neighbours_by_loop(apart, 1)
    with pytest.raises(CellError, match="1 of 75 cells are given twice"):
        cells.neighbours([*fine, fine[0]])


def test_a_large_city_has_the_neighbours_that_the_library_finds() -> None:
    area = np.sort(np.array(h3.grid_disk(h3.latlng_to_cell(38.3, 116.9, 10), 90), np.uint64))
    random = np.random.default_rng(1)
    ids = random.choice(area, 20_000, replace=False)
    indptr, indices = cells.neighbours(ids, 2)
    rows, columns = searched(ids, np.arange(len(ids)), 2)

    np.testing.assert_array_equal(np.repeat(np.arange(len(ids)), np.diff(indptr)), rows)
    np.testing.assert_array_equal(indices, columns)


def test_every_other_cell_of_an_array_has_its_neighbours_too() -> None:
    area = np.array(h3.grid_disk(MIDDLE, 4), np.uint64)[::2]

    assert as_lists(*cells.neighbours(area)) == neighbours_by_loop(area.tolist(), 1)
