"""Disks against h3-py, one cell at a time."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cells
from geo.errors import CellError

any_cell = st.builds(h3.latlng_to_cell, st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 15))
MIDDLE = h3.latlng_to_cell(38.3, 116.9, 9)


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


def test_no_cells_have_no_disks() -> None:
    assert [part.tolist() for part in cells.disk([], 2)] == [[], []]


@pytest.mark.parametrize("ring", [-1, 1.5, "1", None, True])
def test_a_ring_that_is_no_number_of_steps_is_refused(ring: object) -> None:
    with pytest.raises(CellError, match="is not a ring"):
        cells.disk([MIDDLE], ring)


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
