# ruff: noqa: PLR0917 - kernels are called by position, with arrays that numba can type
"""The compiled part of `geo.network_density`: points walk along the streets."""

from typing import Any, Final

import numpy as np
from numba import types

from geo.compiled import kernel, part

_FLOATS: Final = types.Array(types.float64, 1, "C", readonly=True)
_INTS: Final = types.Array(types.int32, 1, "C", readonly=True)


@part
def _mass(table: Any, steps: float) -> Any:
    """Return the kernel's mass up to so many steps, straight between two of them."""
    i = int(steps)
    if i >= len(table) - 1:
        return table[-1]
    return table[i] + (table[i + 1] - table[i]) * (steps - i)


@part
def _lay(
    way: int,
    begun: float,
    travelled: float,
    amount: float,
    length: float,
    first: Any,
    table: Any,
    amounts: Any,
) -> None:
    """Leave on the lixels of a way, from a spot on, what a walker has to leave there.

    Parameters
    ----------
    begun, length
        Where on the way it begins, and how long the edge is, in steps.
    travelled
        Steps until it got there.
    """
    edge = way >> 1
    low, high = first[edge], first[edge + 1]
    each = length / (high - low)
    i = min(int(begun / each), high - low - 1)
    before = _mass(table, travelled)
    while i < high - low:
        after = _mass(table, travelled + (i + 1) * each - begun)
        at = high - 1 - i if way & 1 else low + i
        amounts[at] += amount * (after - before)
        if after >= table[-1]:
            return
        before = after
        i += 1


@part
def _arrive(arrived: Any, way: int, travelled: float, amount: float) -> None:
    """Note an arrival at the end of a way, shared between the two steps around its distance."""
    i = int(travelled)
    if i + 1 >= len(arrived):
        return
    rest = travelled - i
    arrived[i, way] += amount * (1 - rest)
    if i + 2 < len(arrived):
        arrived[i + 1, way] += amount * rest


@part
def _onwards(came: float, together: float, streets: int, continuous: bool) -> float:
    """Return how much goes into a street, of which so much came, where so much arrives from all streets."""
    if continuous:
        return 2 * together / streets - came
    if streets == 1:
        return came
    return max(together - came, 0.0) / (streets - 1)


@kernel(
    (
        _INTS,
        _FLOATS,
        _FLOATS,
        _FLOATS,
        _INTS,
        _INTS,
        _INTS,
        _FLOATS,
        types.float64,
        types.boolean,
        types.float64[::1],
    )
)
def spread(
    edge: Any,
    along: Any,
    weight: Any,
    lengths: Any,
    first: Any,
    out: Any,
    begins: Any,
    table: Any,
    step: float,
    continuous: bool,
    amounts: Any,
) -> None:
    """Add to the amount of each lixel what points leave on it.

    Points walk both ways from where they are; `arrived` holds what comes to the end of each way after so many
    steps, and is worked off in the order of the distance, so that each arrival is complete when it goes on.
    """
    steps = len(table) - 1
    arrived = np.zeros((steps + 1, 2 * len(lengths)), np.float32)
    for k in range(len(edge)):
        one = edge[k]
        length = max(lengths[one] / step, 1.0)
        begun = along[k] / lengths[one] * length
        for back in range(2):
            way = 2 * one + back
            at = length - begun if back else begun
            _lay(way, at, 0.0, weight[k], length, first, table, amounts)
            _arrive(arrived, way, length - at, weight[k])
    for travelled in range(steps):
        here = arrived[travelled]
        for node in range(len(begins) - 1):
            ways = out[begins[node] : begins[node + 1]]
            together, any_here = 0.0, False
            for way in ways:
                together += here[way ^ 1]
                any_here |= here[way ^ 1] != 0
            if not any_here:
                continue
            for way in ways:
                goes = _onwards(here[way ^ 1], together, len(ways), continuous)
                length = max(lengths[way >> 1] / step, 1.0)
                if goes != 0:
                    _lay(way, 0.0, travelled, goes, length, first, table, amounts)
                    _arrive(arrived, way, travelled + length, goes)
