# ruff: noqa: PLR0917 - kernels are called by position, with arrays that numba can type
"""The compiled part of `geo.places`: shapes into a grid's cells, points to polygons and to lines.

A grid has tiles, and each tile has side × side cells, more where more lies in it. It is handed round as
`frame` (west, south, tiles per degree east, tiles per degree north, tiles east, tiles north, east, north)
and `tiles`: one number per tile, its first cell shifted by `SIDE_BITS` plus its side. Segments are rows of
x1, y1, x2, y2 in degrees. Lists per cell have the form of a `csr_array`: what is in cell c is at
`start[c]:start[c + 1]`.
"""

from typing import Any, Final

import numpy as np
from numba import types

from geo.compiled import kernel, part

_FLOATS: Final = types.Array(types.float64, 1, "C", readonly=True)
_TABLE: Final = types.Array(types.float64, 2, "C", readonly=True)
_INTS: Final = types.Array(types.int32, 1, "C", readonly=True)
_INTS_OUT: Final = types.int32[::1]
_GRID: Final = (_FLOATS, types.Array(types.int64, 1, "C", readonly=True))

#: Bits that hold the side of a tile.
SIDE_BITS: Final = 11
_SIDE: Final = (1 << SIDE_BITS) - 1

#: Degrees by which a segment's way through the cells is widened: far above rounding, a micrometre on the
#: ground. A cell without a mark is therefore on one side of every edge.
_SLACK: Final = 1e-11
#: Shewchuk's bound of the error of a 2 × 2 determinant of differences.
_ORIENTATION_ERROR: Final = 3.330_669_073_875_472e-16
_SPLITTER: Final = 134_217_729.0

_SEMI_MAJOR_M: Final = 6_378_137.0
_ECCENTRICITY_SQUARED: Final = 0.006_694_379_990_141_33
_RADIANS: Final = 0.017_453_292_519_943_295


@part
def _clamped(position: float, count: int) -> int:
    if position <= 0:
        return 0
    return count - 1 if position >= count else int(position)


@part
def _tile(value: float, low: float, per_degree: float, count: int) -> int:
    return _clamped((value - low) * per_degree, count)


@part
def _in_tile(value: float, low: float, per_degree: float, tile: int, side: int) -> int:
    """Return which row or column of a tile's cells a coordinate lies in, the nearest where outside."""
    if side == 1:
        return 0
    return _clamped(((value - low) * per_degree - tile) * side, side)


@part
def _span(xa: float, ya: float, xb: float, yb: float, low: float, high: float) -> tuple[float, float]:
    """Return west and east of the part of a segment, upwards or level, between two heights."""
    begin, end = 0.0, 1.0
    if yb - ya > _SLACK:
        begin = min(max((low - _SLACK - ya) / (yb - ya), 0.0), 1.0)
        end = min(max((high + _SLACK - ya) / (yb - ya), 0.0), 1.0)
    one, other = xa + (xb - xa) * begin, xa + (xb - xa) * end
    return min(one, other) - _SLACK, max(one, other) + _SLACK


@part
def _room(cells: Any, items: Any, found: int) -> Any:
    """Return two arrays that have a place left after so many entries."""
    if found < len(cells):
        return cells, items
    return np.concatenate((cells, np.empty_like(cells))), np.concatenate((items, np.empty_like(items)))


@kernel((_TABLE, *_GRID))
def segment_cells(segments: Any, frame: Any, tiles: Any) -> Any:
    """Return pairs of cell and segment, in the order of the segments: every cell that a segment passes."""
    west, south, per_x, per_y = frame[0], frame[1], frame[2], frame[3]
    tiles_x, tiles_y = int(frame[4]), int(frame[5])
    cells = np.empty(4 * len(segments) + 16, np.int32)
    rows = np.empty(len(cells), np.int32)
    found = 0
    for row in range(len(segments)):
        xa, ya, xb, yb = segments[row, 0], segments[row, 1], segments[row, 2], segments[row, 3]
        if ya > yb:
            xa, ya, xb, yb = xb, yb, xa, ya
        low_tile = _tile(ya - _SLACK, south, per_y, tiles_y)
        high_tile = _tile(yb + _SLACK, south, per_y, tiles_y)
        for ty in range(low_tile, high_tile + 1):
            x_low, x_high = _span(xa, ya, xb, yb, south + ty / per_y, south + (ty + 1) / per_y)
            for tx in range(_tile(x_low, west, per_x, tiles_x), _tile(x_high, west, per_x, tiles_x) + 1):
                tile = ty * tiles_x + tx
                n, first = tiles[tile] & _SIDE, tiles[tile] >> SIDE_BITS
                bottom = _in_tile(ya - _SLACK, south, per_y, ty, n)
                top = _in_tile(yb + _SLACK, south, per_y, ty, n)
                for j in range(bottom, top + 1):
                    low, high = south + (ty + j / n) / per_y, south + (ty + (j + 1) / n) / per_y
                    x_left, x_right = _span(xa, ya, xb, yb, low, high)
                    # A row's part may lie in another tile than the whole tile's part.
                    if (x_right - west) * per_x < tx or (x_left - west) * per_x > tx + 1:
                        continue
                    left = _in_tile(x_left, west, per_x, tx, n)
                    right = _in_tile(x_right, west, per_x, tx, n)
                    for i in range(left, right + 1):
                        cells, rows = _room(cells, rows, found)
                        cells[found] = first + j * n + i
                        rows[found] = row
                        found += 1
    return cells[:found].copy(), rows[:found].copy()


@kernel((_INTS, types.int64))
def listed(keys: Any, count: int) -> Any:
    """Return `start` per key from 0 to `count`, and the rows in the order of their keys, stable."""
    start = np.zeros(count + 1, np.int32)
    for key in keys:
        start[key + 1] += 1
    for key in range(count):
        start[key + 1] += start[key]
    free = start[:-1].copy()
    order = np.empty(len(keys), np.int32)
    for row in range(len(keys)):
        order[free[keys[row]]] = row
        free[keys[row]] += 1
    return start, order


@kernel((_FLOATS, _FLOATS, *_GRID, types.int64, types.int64))
def neighbourhoods(lon: Any, lat: Any, frame: Any, tiles: Any, cell_count: int, count: int) -> Any:
    """Return for each point which of `count` neighbourhoods it lies in; points near each other share one."""
    west, south, per_x, per_y = frame[0], frame[1], frame[2], frame[3]
    tiles_x, tiles_y = int(frame[4]), int(frame[5])
    found = np.zeros(len(lon), np.int32)
    for row in range(len(lon)):
        x, y = lon[row], lat[row]
        if np.isfinite(x) and np.isfinite(y):
            tx, ty = _tile(x, west, per_x, tiles_x), _tile(y, south, per_y, tiles_y)
            tile = ty * tiles_x + tx
            n, first = tiles[tile] & _SIDE, tiles[tile] >> SIDE_BITS
            cell = first + _in_tile(y, south, per_y, ty, n) * n + _in_tile(x, west, per_x, tx, n)
            found[row] = cell * count // cell_count
    return found


@part
def _product(a: float, b: float) -> tuple[float, float]:
    """Return a product and its rounding error, together exact (Dekker)."""
    product = a * b
    spread = _SPLITTER * a
    a_high = spread - (spread - a)
    spread = _SPLITTER * b
    b_high = spread - (spread - b)
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


@part
def _difference(a: float, b: float) -> tuple[float, float]:
    """Return a difference and its rounding error, together exact (Knuth)."""
    difference = a - b
    round_b = a - difference
    round_a = difference + round_b
    return difference, (a - round_a) + (round_b - b)


@part
def _orientation(x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> float:
    """Return a number above 0 where a point lies left of the way from 1 to 2, 0 where on it, else below 0."""
    left, right = (x1 - x) * (y2 - y), (y1 - y) * (x2 - x)
    found = left - right
    if abs(found) > _ORIENTATION_ERROR * (abs(left) + abs(right)):
        return found
    ax, ax_low = _difference(x1, x)
    ay, ay_low = _difference(y1, y)
    bx, bx_low = _difference(x2, x)
    by, by_low = _difference(y2, y)
    one, one_low = _product(ax, by)
    other, other_low = _product(ay, bx)
    high, low = _difference(one, other)
    low += one_low - other_low
    low += (ax * by_low + ax_low * by) - (ay * bx_low + ay_low * bx) + (ax_low * by_low - ay_low * bx_low)
    return high + low


@part
def _covers(x: float, y: float, polygon: int, bins: Any, bin_start: Any, edges: Any) -> bool:
    """Say whether a polygon holds a point or has it on an edge: even-odd over the edges at its height.

    `bins` has a row per polygon: its first bin, number of bins, south, bins per degree.
    """
    number = int(bins[polygon, 0]) + _clamped(
        (y - bins[polygon, 2]) * bins[polygon, 3], int(bins[polygon, 1])
    )
    inside = False
    for row in range(bin_start[number], bin_start[number + 1]):
        x1, y1, x2, y2 = edges[row, 0], edges[row, 1], edges[row, 2], edges[row, 3]
        if x > max(x1, x2) or y > max(y1, y2) or y < min(y1, y2):
            continue
        if (y1 > y) == (y2 > y):
            # Level with the point, or ending below at its height: it can only lie on it.
            if y1 == y2:
                if x >= min(x1, x2):
                    return True
            elif (x == x1 and y == y1) or (x == x2 and y == y2):
                return True
        elif x < min(x1, x2):
            inside = not inside
        else:
            side = _orientation(x1, y1, x2, y2, x, y)
            if side == 0:
                return True
            if (side > 0) == (y2 > y1):
                inside = not inside
    return inside


@kernel((_INTS, _INTS, _TABLE, _TABLE, _INTS, _TABLE, *_GRID, types.int64, types.int64))
def polygon_cells(
    marked: Any,
    marked_start: Any,
    bounds: Any,
    bins: Any,
    bin_start: Any,
    edges: Any,
    frame: Any,
    tiles: Any,
    cell_count: int,
    most: int,
) -> Any:
    """Return pairs of cell and twice the polygon, plus 1 where the cell lies wholly inside.

    `marked[marked_start[p]:marked_start[p + 1]]` are the cells that the edges of polygon p pass. With more
    than `most` pairs it stops, and returns one pair more than that.
    """
    west, south, per_x, per_y = frame[0], frame[1], frame[2], frame[3]
    tiles_x, tiles_y = int(frame[4]), int(frame[5])
    edge_of = np.full(cell_count, -1, np.int32)
    cells = np.empty(4 * len(marked) + 16, np.int32)
    items = np.empty(len(cells), np.int32)
    found = 0
    for polygon in range(len(bounds)):
        if marked_start[polygon] == marked_start[polygon + 1]:
            continue
        edge_of[marked[marked_start[polygon] : marked_start[polygon + 1]]] = polygon
        x_min, y_min = bounds[polygon, 0], bounds[polygon, 1]
        x_max, y_max = bounds[polygon, 2], bounds[polygon, 3]
        for ty in range(_tile(y_min, south, per_y, tiles_y), _tile(y_max, south, per_y, tiles_y) + 1):
            for tx in range(_tile(x_min, west, per_x, tiles_x), _tile(x_max, west, per_x, tiles_x) + 1):
                tile = ty * tiles_x + tx
                n, first = tiles[tile] & _SIDE, tiles[tile] >> SIDE_BITS
                left, right = _in_tile(x_min, west, per_x, tx, n), _in_tile(x_max, west, per_x, tx, n)
                bottom, top = _in_tile(y_min, south, per_y, ty, n), _in_tile(y_max, south, per_y, ty, n)
                for j in range(bottom, top + 1):
                    # Cells beside each other without an edge in them lie on the same side of the polygon.
                    known, inside = False, False
                    for i in range(left, right + 1):
                        cell = first + j * n + i
                        on_edge = edge_of[cell] == polygon
                        if not on_edge and not known:
                            x, y = west + (tx + (i + 0.5) / n) / per_x, south + (ty + (j + 0.5) / n) / per_y
                            inside = _covers(x, y, polygon, bins, bin_start, edges)
                        known = not on_edge
                        if not (on_edge or inside):
                            continue
                        cells, items = _room(cells, items, found)
                        cells[found] = cell
                        items[found] = 2 * polygon + (0 if on_edge else 1)
                        found += 1
                        if found > most:
                            return cells[:found].copy(), items[:found].copy()
    return cells[:found].copy(), items[:found].copy()


@kernel((_FLOATS, _FLOATS, _INTS, _INTS, _INTS, _TABLE, _INTS, _TABLE, *_GRID, _INTS_OUT, types.boolean[::1]))
def containing(
    lon: Any,
    lat: Any,
    order: Any,
    start: Any,
    items: Any,
    bins: Any,
    bin_start: Any,
    edges: Any,
    frame: Any,
    tiles: Any,
    polygons: Any,
    in_several: Any,
) -> None:
    """Write the first polygon of its cell's list that holds each point, -1 for none; and if others do too.

    The points are taken in `order`: one near the last one finds its cells in the processor's cache.
    """
    west, south, per_x, per_y = frame[0], frame[1], frame[2], frame[3]
    tiles_x, tiles_y = int(frame[4]), int(frame[5])
    for row in order:
        x, y = lon[row], lat[row]
        polygons[row] = -1
        in_several[row] = False
        if not (west <= x <= frame[6] and south <= y <= frame[7]):
            continue
        tx, ty = _tile(x, west, per_x, tiles_x), _tile(y, south, per_y, tiles_y)
        tile = ty * tiles_x + tx
        n, first = tiles[tile] & _SIDE, tiles[tile] >> SIDE_BITS
        cell = first + _in_tile(y, south, per_y, ty, n) * n + _in_tile(x, west, per_x, tx, n)
        for place in range(start[cell], start[cell + 1]):
            item = items[place]
            if item % 2 == 1 or _covers(x, y, item // 2, bins, bin_start, edges):
                if polygons[row] >= 0:
                    in_several[row] = True
                    break
                polygons[row] = item // 2


@part
def _nearer(
    x: float,
    y: float,
    east_m: float,
    north_m: float,
    begin: int,
    end: int,
    segments: Any,
    lines: Any,
    best_mm: float,
    best: int,
) -> tuple[float, int]:
    """Return the nearest line of a cell, unless the best so far is nearer; the lower number among equals."""
    limit_m = (best_mm + 0.5) / 1000
    for row in range(begin, end):
        x1, y1, x2, y2 = segments[row, 0], segments[row, 1], segments[row, 2], segments[row, 3]
        ax, ay = (x1 - x) * east_m, (y1 - y) * north_m
        dx, dy = (x2 - x1) * east_m, (y2 - y1) * north_m
        length = dx * dx + dy * dy
        along = min(max(-(ax * dx + ay * dy) / length, 0.0), 1.0) if length > 0 else 0.0
        ax, ay = ax + along * dx, ay + along * dy
        square = ax * ax + ay * ay
        if square <= limit_m * limit_m:
            mm = np.rint(np.sqrt(square) * 1000)
            line = lines[row]
            if mm < best_mm or (mm == best_mm and (best < 0 or line < best)):
                best_mm, best = mm, line
                limit_m = (best_mm + 0.5) / 1000
    return best_mm, best


@kernel((_FLOATS, _FLOATS, _INTS, _FLOATS, _INTS, _TABLE, _INTS, *_GRID, _INTS_OUT, types.float64[::1]))
def nearest(
    lon: Any,
    lat: Any,
    order: Any,
    within_m: Any,
    start: Any,
    segments: Any,
    lines: Any,
    frame: Any,
    tiles: Any,
    nearest_line: Any,
    distance_m: Any,
) -> None:
    """Write the nearest line within `within_m` (one, or one a point) of each point and its distance.

    -1 and NaN for none. Metres are those of the plane that touches the ellipsoid at the point.
    """
    west, south, per_x, per_y = frame[0], frame[1], frame[2], frame[3]
    tiles_x, tiles_y = int(frame[4]), int(frame[5])
    for row in order:
        x, y = lon[row], lat[row]
        nearest_line[row] = -1
        distance_m[row] = np.nan
        sine = np.sin(y * _RADIANS)
        flattened = 1 - _ECCENTRICITY_SQUARED * sine * sine
        vertical_m = _SEMI_MAJOR_M / np.sqrt(flattened) * _RADIANS
        east_m = vertical_m * np.sqrt(max(1 - sine * sine, 0.0))
        north_m = vertical_m * (1 - _ECCENTRICITY_SQUARED) / flattened
        best_mm, best = np.rint(within_m[row if len(within_m) > 1 else 0] * 1000), -1
        reach_m = (best_mm + 1) / 1000
        reach_x, reach_y = reach_m / east_m, reach_m / north_m
        near_x = west - reach_x <= x <= frame[6] + reach_x
        if not (near_x and south - reach_y <= y <= frame[7] + reach_y):
            continue
        # The point's own cell first: what is found there narrows the search.
        tx, ty = _tile(x, west, per_x, tiles_x), _tile(y, south, per_y, tiles_y)
        tile = ty * tiles_x + tx
        n, first = tiles[tile] & _SIDE, tiles[tile] >> SIDE_BITS
        own = first + _in_tile(y, south, per_y, ty, n) * n + _in_tile(x, west, per_x, tx, n)
        best_mm, best = _nearer(
            x, y, east_m, north_m, start[own], start[own + 1], segments, lines, best_mm, best
        )
        reach_m = (best_mm + 1) / 1000
        x_low, x_high = x - reach_m / east_m, x + reach_m / east_m
        y_low, y_high = y - reach_m / north_m, y + reach_m / north_m
        for ty in range(_tile(y_low, south, per_y, tiles_y), _tile(y_high, south, per_y, tiles_y) + 1):
            for tx in range(_tile(x_low, west, per_x, tiles_x), _tile(x_high, west, per_x, tiles_x) + 1):
                tile = ty * tiles_x + tx
                n, first = tiles[tile] & _SIDE, tiles[tile] >> SIDE_BITS
                left, right = _in_tile(x_low, west, per_x, tx, n), _in_tile(x_high, west, per_x, tx, n)
                bottom, top = _in_tile(y_low, south, per_y, ty, n), _in_tile(y_high, south, per_y, ty, n)
                for j in range(bottom, top + 1):
                    for i in range(left, right + 1):
                        cell = first + j * n + i
                        if cell != own:
                            best_mm, best = _nearer(
                                x,
                                y,
                                east_m,
                                north_m,
                                start[cell],
                                start[cell + 1],
                                segments,
                                lines,
                                best_mm,
                                best,
                            )
        if best >= 0:
            nearest_line[row] = best
            distance_m[row] = best_mm / 1000
