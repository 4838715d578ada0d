# ruff: noqa: PLR0917 - kernels are called by position, with arrays that numba can type
"""The compiled part of `geo.lattice` and `geo.neighbourhood`: places on the lattice, links, sums over disks.

Every kernel does rows `begin` to `end` of its answer, so that threads can share the rows.
"""

from typing import Any, Final

from numba import types

from geo.compiled import kernel, part


def _given(dtype: Any, dimensions: int = 1) -> Any:
    return types.Array(dtype, dimensions, "C", readonly=True)


_IDS: Final = _given(types.uint64)
_LONGS: Final = _given(types.int64)
_ROWS: Final = _given(types.int32)
_FLOATS: Final = _given(types.float64)
_OUT_LONGS: Final = types.int64[::1]
_INT: Final = types.int64
_NONE: Final = types.void
_BASE_SHIFT: Final = 45


@kernel((_IDS, _given(types.int64, 3), _INT, _OUT_LONGS, _OUT_LONGS, _INT, _INT))
def place(ids: Any, steps: Any, resolution: int, a: Any, b: Any, begin: int, end: int) -> None:
    """Write the place of each cell within its base cell; `steps[r, digit]` is how far a digit leads."""
    for i in range(begin, end):
        digits = ids[i] >> types.uint64(3 * (15 - resolution))
        x = y = 0
        for r in range(resolution - 1, -1, -1):
            digit = digits & types.uint64(7)
            digits >>= types.uint64(3)
            x += steps[r, digit, 0]
            y += steps[r, digit, 1]
        a[i] = x
        b[i] = y


@kernel((_LONGS, types.int32[::1]))
def lay(at: Any, grid: Any) -> int:
    """Write the row of each cell, from 1, at its place of the grid; return how many places were taken."""
    taken = 0
    for i in range(len(at)):
        if grid[at[i]]:
            taken += 1
        grid[at[i]] = i + 1
    return taken


@part
def _leads_out(a: int, b: int, resolution: int, pentagon: bool) -> bool:
    """Say whether a place of the lattice is no cell of the base cell, or one that a pentagon lacks.

    Source: the parent of a place, as H3 rounds it; see `geo.lattice`.
    """
    first_x = first_y = 0
    for r in range(resolution, 0, -1):
        if r & 1:
            x, y = (3 * a - b + 3) // 7, (a + 2 * b + 3) // 7
            step_x, step_y = a - (2 * x + y), b - (3 * y - x)
        else:
            x, y = (2 * a + b + 3) // 7, (3 * b - a + 3) // 7
            step_x, step_y = a - (3 * x - y), b - (x + 2 * y)
        if step_x or step_y:
            first_x, first_y = step_x, step_y
        a, b = x, y
    if a or b:
        return True
    return pentagon and first_x == -1 and first_y == -1


@kernel(
    (
        *(_LONGS, _LONGS, _LONGS, _LONGS, _given(types.boolean), types.boolean),
        *(_ROWS, _given(types.int64, 2), _LONGS, _INT, _OUT_LONGS, types.boolean[::1], _INT, _INT),
    )
)
def count_links(
    at: Any,
    a: Any,
    b: Any,
    width: Any,
    pentagon: Any,
    one_base: bool,
    grid: Any,
    offsets: Any,
    base: Any,
    resolution: int,
    sizes: Any,
    far: Any,
    begin: int,
    end: int,
) -> None:
    """Count the neighbours of each row; `far` says that some may lie where this lattice does not lead."""
    for i in range(begin, end):
        wide = width[base[i]]
        found = 0
        for k in range(len(offsets)):
            found += grid[at[i] + offsets[k, 0] + offsets[k, 1] * wide] != 0
        sizes[i] = found
        if found < len(offsets) and (pentagon[base[i]] or not one_base):
            for k in range(len(offsets)):
                if grid[at[i] + offsets[k, 0] + offsets[k, 1] * wide] == 0 and _leads_out(
                    a[i] + offsets[k, 0], b[i] + offsets[k, 1], resolution, pentagon[base[i]]
                ):
                    far[i] = True
                    break


@kernel(
    (
        *(_LONGS, _LONGS, _LONGS, _ROWS, _given(types.int64, 2), _given(types.boolean)),
        *(_LONGS, _OUT_LONGS, _INT, _INT),
    )
)
def write_links(
    at: Any,
    width: Any,
    base: Any,
    grid: Any,
    offsets: Any,
    far: Any,
    indptr: Any,
    indices: Any,
    begin: int,
    end: int,
) -> None:
    """Write the neighbours of each row that is not far, ascending."""
    for i in range(begin, end):
        if far[i]:
            continue
        wide, first = width[base[i]], indptr[i]
        end_of_row = first
        for k in range(len(offsets)):
            row = grid[at[i] + offsets[k, 0] + offsets[k, 1] * wide] - 1
            if row < 0:
                continue
            free = end_of_row
            while free > first and indices[free - 1] > row:
                indices[free] = indices[free - 1]
                free -= 1
            indices[free] = row
            end_of_row += 1


@kernel((_LONGS, _LONGS, _FLOATS, types.float64[::1], _INT, _INT))
def sum_disks(indptr: Any, indices: Any, values: Any, sums: Any, begin: int, end: int) -> None:
    """Add up the values of each row and its neighbours."""
    for i in range(begin, end):
        total = values[i]
        for k in range(indptr[i], indptr[i + 1]):
            total += values[indices[k]]
        sums[i] = total


@kernel((_LONGS, _LONGS, _given(types.float64, 2), types.float64[:, ::1], _INT, _INT))
def sum_disks_of_columns(indptr: Any, indices: Any, values: Any, sums: Any, begin: int, end: int) -> None:
    """Add up each column of the values of each row and its neighbours."""
    columns = values.shape[1]
    for i in range(begin, end):
        for c in range(columns):
            sums[i, c] = values[i, c]
        for k in range(indptr[i], indptr[i + 1]):
            row = indices[k]
            for c in range(columns):
                sums[i, c] += values[row, c]
