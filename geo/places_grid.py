"""Grids of segments and polygons: few cells where little lies, many where much does."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.distances import metres_per_degree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

#: Tiles along the longer side of what a grid covers, so a single place far away costs no memory.
_TILES: Final = 512
#: Cells narrower than these gain nothing: a search for lines looks around, polygons are seldom smaller.
_LINE_CELL_DEG: Final = 0.0004
_POLYGON_CELL_DEG: Final = 0.0001
#: Cells of a tile for each segment in it, and at most so many along a side.
_CELLS_PER_SEGMENT: Final = 3
_MOST_SIDE: Final = 1024
#: Entries of cell and polygon; many polygons over each other get coarser cells, and then fewer tiles.
_MOST_ENTRIES: Final = 16_000_000
_COARSER: Final = ((_TILES, _CELLS_PER_SEGMENT), (128, 1), (32, 0), (8, 0))
#: Heights into which a polygon's edges are put; fewer where long edges stand in many of them.
_MOST_BINS: Final = 4096
_BIN_ENTRIES_PER_EDGE: Final = 6
#: Points are asked about neighbourhood by neighbourhood, unless they are so few that it does not pay.
_NEIGHBOURHOODS: Final = 32_768
_FEW_POINTS: Final = 4096


@dataclass(frozen=True, slots=True)
class Tiles:
    """A box in tiles, and each tile in cells; the form that the kernels take."""

    frame: Floats
    tiles: npt.NDArray[np.int64]
    cell_count: int

    @property
    def parts(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """The two arrays."""
        return self.frame, self.tiles

    @classmethod
    def of_sides(cls, frame: Floats, side: npt.NDArray[np.int64]) -> "Tiles":
        """Number the cells of tiles that have side × side cells each, tile by tile."""
        from geo.places_kernels import SIDE_BITS

        last = np.cumsum(side**2)
        return cls(frame, ((last - side**2) << SIDE_BITS) + side, int(last[-1]))

    @classmethod
    def over(
        cls, segments: Floats, *, narrowest: float, most: int, density: int
    ) -> tuple["Tiles", Ints, Ints]:
        """Lay tiles over segments, shape (n, 4) and n at least 1, and cells into them by how many there are.

        Returns
        -------
        The tiles, and pairs of a cell and a segment that passes it, in the order of the segments.
        """
        low, high = segments.min(axis=0), segments.max(axis=0)
        west, south = np.minimum(low[:2], low[2:]).tolist()
        east, north = np.maximum(high[:2], high[2:]).tolist()
        # As wide as high in metres, near the middle of what is covered.
        east_m, north_m = metres_per_degree((south + north) / 2)
        slant = float(np.clip(north_m / np.maximum(east_m, 1.0), 1.0, 100.0))
        height = max((north - south) / most, (east - west) / slant / most, narrowest)
        width = height * slant
        columns = max(int(np.ceil((east - west) / width)), 1)
        rows = max(int(np.ceil((north - south) / height)), 1)
        frame = np.array([west, south, 1 / width, 1 / height, columns, rows, east, north], dtype=np.float64)
        tiles = columns * rows
        coarse = cls.of_sides(frame, np.ones(tiles, dtype=np.int64))
        cells, passing = _segment_cells(segments, coarse)
        finest = int(np.clip(np.floor(height / narrowest), 1, _MOST_SIDE))
        if density == 0 or finest == 1:
            return coarse, cells, passing
        wanted = np.ceil(np.sqrt(density * np.bincount(cells, minlength=tiles)))
        fine = cls.of_sides(frame, np.clip(wanted, 1, finest).astype(np.int64))
        return fine, *_segment_cells(segments, fine)


@dataclass(frozen=True, slots=True)
class LineGrid:
    """Segments of lines by the cells that they pass: those of cell c at `start[c]:start[c + 1]`."""

    tiles: Tiles
    start: Ints
    segments: Floats
    lines: Ints

    @classmethod
    def build(cls, segments: Floats, lines: Ints) -> "LineGrid":
        """Sort segments (x1, y1, x2, y2 in degrees), and the line of each, into cells."""
        tiles, cells, rows = Tiles.over(
            segments, narrowest=_LINE_CELL_DEG, most=_TILES, density=_CELLS_PER_SEGMENT
        )
        start, order = _listed(cells, tiles.cell_count)
        rows = rows[order]
        return cls(tiles, start, segments[rows], lines[rows])


@dataclass(frozen=True, slots=True)
class PolygonGrid:
    """Polygons by the cells that they touch, and the edges of each by their height.

    `items` of a cell are twice the polygon, plus 1 where the cell lies wholly inside; ascending.
    """

    tiles: Tiles
    start: Ints
    items: Ints
    bins: Floats
    bin_start: Ints
    edges: Floats

    @classmethod
    def build(cls, edges: Floats, polygons: Ints, bounds: Floats) -> "PolygonGrid":
        """Sort the edges of polygons, given polygon by polygon, into heights and cells.

        `bounds` has a row for each polygon, of any numbers where it is empty.
        """
        by_height = _edges_by_height(edges, polygons, len(bounds))
        for most, density in _COARSER:
            tiles, marked, rows = Tiles.over(edges, narrowest=_POLYGON_CELL_DEG, most=most, density=density)
            marked_start = np.searchsorted(polygons[rows], np.arange(len(bounds) + 1)).astype(np.int32)
            cells, items = _polygon_cells(marked, marked_start, bounds, by_height, tiles)
            if len(cells) <= _MOST_ENTRIES:
                break
        start, order = _listed(cells, tiles.cell_count)
        return cls(tiles, start, items[order], *by_height)


def segments_of(shapes: npt.NDArray[np.object_]) -> tuple[Floats, Ints]:
    """Return the segments of lines or of polygons' rings, and the row of the shape that each belongs to.

    Returns
    -------
    Shape (n, 4): x1, y1, x2, y2; and the rows, ascending. A line without length is a segment without length.
    """
    rings, row_of_ring = shapely.get_parts(shapes, return_index=True)
    if len(rings) and shapely.get_type_id(rings[0]) == shapely.GeometryType.POLYGON:
        rings, part_of_ring = shapely.get_rings(rings, return_index=True)
        row_of_ring = row_of_ring[part_of_ring]
    at, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    segments = np.ascontiguousarray(np.column_stack([at[:-1], at[1:]])[joined])
    return segments, row_of_ring[ring[1:][joined]].astype(np.int32)


def order_near(lon: Floats, lat: Floats, tiles: Tiles) -> Ints:
    """Return the rows of points in an order in which neighbours follow each other."""
    from geo import places_kernels

    if len(lon) < _FEW_POINTS:
        return np.arange(len(lon), dtype=np.int32)
    keys = places_kernels.neighbourhoods(lon, lat, *tiles.parts, tiles.cell_count, _NEIGHBOURHOODS)
    return _listed(keys, _NEIGHBOURHOODS)[1]


def _edges_by_height(edges: Floats, polygons: Ints, count: int) -> tuple[Floats, Ints, Floats]:
    """Sort each polygon's edges into bins of height.

    Returns
    -------
    A row per polygon (first bin, number of bins, south, bins per degree), `start` per bin, and the edges
    in the order of the bins, once for each bin that they stand in.
    """
    low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    number = np.bincount(polygons, minlength=count)
    south, north = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(south, polygons, low)
    np.maximum.at(north, polygons, high)
    south[number == 0], north[number == 0] = 0, 0
    height = np.where(north > south, north - south, 1.0)
    bin_count = np.clip(number // 2, 1, _MOST_BINS)
    while True:
        per_degree = bin_count / height
        begin, end = (
            np.clip((value - south[polygons]) * per_degree[polygons], 0, bin_count[polygons] - 1).astype(
                np.int64
            )
            for value in (low, high)
        )
        entries = np.bincount(polygons, weights=end - begin + 1, minlength=count)
        crowded = (entries > _BIN_ENTRIES_PER_EDGE * number) & (bin_count > 1)
        if not crowded.any():
            break
        bin_count = np.where(crowded, np.maximum(bin_count // 2, 1), bin_count)
    first = np.cumsum(bin_count) - bin_count
    spans = end - begin + 1
    edge = np.repeat(np.arange(len(edges)), spans)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(spans) - spans, spans)
    keys = first[polygons[edge]] + begin[edge] + step
    start, order = _listed(keys.astype(np.int32), int(bin_count.sum()))
    return np.column_stack([first, bin_count, south, per_degree]), start, edges[edge[order]]


def _segment_cells(segments: Floats, tiles: Tiles) -> tuple[Ints, Ints]:
    from geo import places_kernels

    found: tuple[Ints, Ints] = places_kernels.segment_cells(segments, *tiles.parts)
    return found


def _polygon_cells(
    marked: Ints, marked_start: Ints, bounds: Floats, by_height: tuple[Floats, Ints, Floats], tiles: Tiles
) -> tuple[Ints, Ints]:
    from geo import places_kernels

    found: tuple[Ints, Ints] = places_kernels.polygon_cells(
        marked, marked_start, bounds, *by_height, *tiles.parts, tiles.cell_count, _MOST_ENTRIES
    )
    return found


def _listed(keys: Ints, count: int) -> tuple[Ints, Ints]:
    from geo import places_kernels

    found: tuple[Ints, Ints] = places_kernels.listed(keys, count)
    return found


def by_area(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return the rows of polygons from the smallest to the largest; of equal ones the earlier first."""
    _, south, _, north = shapely.bounds(shapes).T if len(shapes) else np.zeros((4, 0))
    east_m, north_m = metres_per_degree((south + north) / 2)
    # To the square decimetre: the same ring begun at another vertex is as large.
    area_m2: Any = np.round(shapely.area(shapes) * east_m * north_m, 2)
    return np.argsort(area_m2, kind="stable")
