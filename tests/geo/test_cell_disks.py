"""Disks and neighbours against h3-py, one cell at a time."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cells
from geo.errors import CellError

any_cell = st.builds(h3.latlng_to_cell, st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 15))
MIDDLE = h3.latlng_to_cell(38.3, 116.9, 9)


def neighbours_by_loop(ids: list[int], ring: int) -> list[list[int]]:
    row = {cell: number for number, cell in enumerate(ids)}
    return [
        sorted(row[other] for other in h3.grid_disk(cell, ring) if other in row and other != cell)
        for cell in ids
    ]


def as_lists(indptr: np.ndarray, indices: np.ndarray) -> list[list[int]]:
    return [part.tolist() for part in np.split(indices, indptr[1:-1])] if len(indptr) > 1 else []


@given(st.lists(any_cell, max_size=8), st.integers(0, 4))
def test_a_disk_is_that_of_h3(ids: list[int], ring: int) -> None:
    rows, members = cells.disk(ids, ring)
    assert members.dtype == np.uint64
    for row, cell in enumerate(ids):
        assert sorted(members[rows == row].tolist()) == sorted(h3.grid_disk(cell, ring))


def test_a_disk_of_two_rings_holds_nineteen_cells() -> None:
    rows, members = cells.disk([MIDDLE, MIDDLE], 2)
    assert np.bincount(rows).tolist() == [19, 19]
    assert len(np.unique(members)) == 19


def test_a_disk_beside_a_pentagon_holds_fewer_cells() -> None:
    pentagon = h3.get_pentagons(9)[0]
    assert len(cells.disk([pentagon], 1)[1]) == 6
    assert sorted(cells.disk([pentagon], 3)[1].tolist()) == sorted(h3.grid_disk(pentagon, 3))


def test_no_cells_have_no_disks_and_no_neighbours() -> None:
    assert [part.tolist() for part in cells.disk([], 2)] == [[], []]
    assert [part.tolist() for part in cells.neighbours([])] == [[0], []]


@pytest.mark.parametrize("ring", [-1, 1.5, "1", None, True])
def test_a_ring_that_is_no_number_of_steps_is_refused(ring: object) -> None:
    with pytest.raises(CellError, match="is not a ring"):
        cells.disk([MIDDLE], ring)


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


@given(st.integers(7, 12), st.integers(0, 3), st.sets(st.integers(0, 60), max_size=50))
def test_growing_adds_every_neighbour_and_shrinking_drops_the_edge(
    resolution: int, ring: int, picked: set[int]
) -> None:
    disk = sorted(h3.grid_disk(h3.latlng_to_cell(38.3466, 116.8606, resolution), 4))
    chosen = {disk[i] for i in picked}
    ids = list(chosen)
    grown = {near for cell in chosen for near in h3.grid_disk(cell, ring)}
    assert cells.grow(ids, ring).tolist() == sorted(grown)
    kept = {cell for cell in chosen if set(h3.grid_disk(cell, ring)) <= chosen}
    assert cells.shrink(ids, ring).tolist() == sorted(kept)
    assert set(cells.shrink(cells.grow(ids, ring), ring).tolist()) >= chosen
