"""The classes of a filter's counts, kept ready: the same question is asked at every pan of every browser."""

from functools import lru_cache
from typing import NamedTuple

from data.cube import Cube
from data.filters import Filter
from layers import classes

#: Beyond this many cells in view a coarser resolution is sent: it is still fine enough for the eye.
MOST_CELLS = 120_000


class Classes(NamedTuple):
    """Lowest count of each class, and how many reports the filter selects everywhere."""

    edges: list[int]
    total: int


@lru_cache(maxsize=256)
def classes_of(cube: Cube, version: str, where: Filter, resolution: int) -> Classes:
    """Class the counts of the whole city, so that colours keep while panning.

    `version` is the cube's: it only tells states of the data apart.
    """
    del version
    counts = cube.counts(where, resolution).counts
    return Classes(classes.edges(counts), int(counts.sum()))
