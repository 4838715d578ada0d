"""Disks of a set of cells and the sums over them, against h3's own disks."""

import h3
import numpy as np
import pytest

from geo import cells
from geo.errors import CellError
from geo.neighbourhood import Neighbourhood

CENTRE = h3.latlng_to_cell(38.3, 116.85, 10)


@pytest.mark.parametrize("ring", [1, 2, 3])
def test_sums_are_those_of_a_loop_over_the_disks(ring: int) -> None:
    random = np.random.default_rng(ring)
    every = h3.grid_disk(CENTRE, 9)
    ids = random.permutation(cells.parse(random.choice(every, 180, replace=False)))
    values = random.integers(0, 50, (len(ids), 3)).astype(float)
    row = {cell: i for i, cell in enumerate(ids.tolist())}

    around = Neighbourhood.of(ids, ring)
    disks = [
        [row[h3.str_to_int(c)] for c in h3.grid_disk(h3.int_to_str(cell), ring) if h3.str_to_int(c) in row]
        for cell in ids.tolist()
    ]

    assert around.sizes.tolist() == [len(disk) for disk in disks]
    np.testing.assert_array_equal(around.sums(values), [values[disk].sum(axis=0) for disk in disks])
    np.testing.assert_array_equal(around.sums(values[:, 0]), [values[disk, 0].sum() for disk in disks])


@pytest.mark.parametrize("ring", [0, -1, 1.5, True])
def test_a_ring_that_is_none_is_refused(ring: object) -> None:
    with pytest.raises(CellError, match="not a ring"):
        Neighbourhood.of([CENTRE], ring)
