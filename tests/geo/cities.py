"""Counts in ragged sets of cells, and their weights as libpysal writes them."""

import warnings
from typing import Any

import h3
import libpysal
import numpy as np
import pandas as pd

from geo import cells

CENTRE = h3.latlng_to_cell(38.3, 116.85, 10)
DISK = np.sort(cells.parse(list(h3.grid_disk(CENTRE, 10))))


def city(seed: int, *, n: int = 250, mean: float = 2.0) -> "pd.Series[Any]":
    """Return counts in a ragged set of cells with holes, in no order."""
    random = np.random.default_rng(seed)
    ids = random.choice(DISK, n, replace=False)
    return pd.Series(random.poisson(random.gamma(0.5, 2 * mean, n)), index=ids)


def esda_weights(ids: list[int], ring: int) -> Any:
    """Return each cell's neighbours by h3's own disks."""
    known = set(ids)
    near = {
        cell: [
            other
            for other in map(h3.str_to_int, h3.grid_disk(h3.int_to_str(cell), ring))
            if other in known and other != cell
        ]
        for cell in ids
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a ragged set has islands: that is what it is for
        return libpysal.weights.W(near, id_order=ids, silence_warnings=True)
