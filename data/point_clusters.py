"""Reports of a part of the map gathered into clusters that split by category, single ones told apart."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from data.codes import Box
from data.counts import chosen
from data.cube import Cube
from data.filters import Filter
from data.statuses import STATUS_GROUPS, STATUSES
from geo.point_squares import Gathered, grid_over
from geo.point_squares import gather as gather_points

#: So many categories are told apart; all others are one kind.
SHOWN_CATEGORIES: Final = 8

#: Side of the squares in pixels, from each zoom on; a map tile of 256 pixels is whole squares.
SQUARE_PX: Final[dict[int, int]] = {0: 64, 17: 32, 19: 16}
_TILE_PX: Final = 256
#: A view has fewer squares; for one that has not, they are made larger.
_MOST_SQUARES: Final = 60_000

_IS_OPEN: Final = np.array([status in STATUS_GROUPS["open"] for status in STATUSES], np.uint8)


@dataclass(frozen=True, slots=True)
class Clusters:
    """What lies in the squares of a part of the map.

    Attributes
    ----------
    side
        Squares from 180° west to 180° east.
    kinds
        The categories that are told apart; in `gathered.kinds` all others follow as the last kind.
    gathered
        The squares with reports; marked are those that somebody still has to do something about.
    singles
        `id`, `category`, `status` of the reports that are alone in their square, in the squares' order.
    """

    side: int
    kinds: tuple[str, ...]
    gathered: Gathered
    singles: pl.DataFrame


def clusters(cube: Cube, where: Filter, bbox: Box, *, zoom: int) -> Clusters:
    """Gather the reports of all squares that a box touches, whole: neighbouring boxes agree about a square.

    Parameters
    ----------
    bbox
        West, south, east, north in WGS-84 degrees.
    zoom
        Of the map; it chooses the size of the squares.
    """
    grid = grid_over(bbox, side=squares_around(zoom), most=_MOST_SQUARES)
    kinds = shown_categories(cube, cube.version)
    choice = cube.choice(where, bbox=grid.bounds)
    columns = ("id", "lon", "lat", "category", "status")
    rows: pl.DataFrame = chosen(cube.frame, choice, *columns).collect().to_native()
    words = cube.words_of("category")
    place = {name: number for number, name in enumerate(kinds)}
    gathered = gather_points(
        grid,
        rows["lon"],
        rows["lat"],
        code=rows["category"],
        kind_of=np.array([place.get(word, len(kinds)) for word in words], np.uint8),
        state=rows["status"],
        is_marked=_IS_OPEN,
        kinds=len(kinds) + 1,
    )
    alone = rows[gathered.row[gathered.n == 1]]
    singles = alone.select(
        pl.col("id").cast(pl.Int64),
        *(
            pl.Series(name, cube.words_of(name), dtype=pl.String).gather(alone[name]).alias(name)
            for name in ("category", "status")
        ),
    )
    return Clusters(grid.side, kinds, gathered, singles)


def squares_around(zoom: int) -> int:
    """Return how many squares go around the world at a zoom."""
    pixels = max((start, side) for start, side in SQUARE_PX.items() if start <= zoom)[1]
    return int(2**zoom * (_TILE_PX // pixels))


@lru_cache(maxsize=64)
def shown_categories(cube: Cube, version: str) -> tuple[str, ...]:
    """Return the categories that are told apart: the city's most frequent ones, whatever the filter.

    `version` is the cube's: it only tells states of the data apart.
    """
    del version
    return tuple(cube.by_category(Filter())["category"].head(SHOWN_CATEGORIES))
