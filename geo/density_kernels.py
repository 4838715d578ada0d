# ruff: noqa: PLR0917 - kernels are called by position, with arrays that numba can type
"""Compiled: share points out among the nodes of a grid, the one loop of `geo.density` over all of them."""

import math

import numba
import numpy as np
import numpy.typing as npt

from geo.compiled import kernel, part

_Degrees = npt.NDArray[np.float64]
_Weights = npt.NDArray[np.float32]
_Nodes = npt.NDArray[np.float32]

_POINTS = numba.types.Array(numba.float64, 1, "A", readonly=True)
_NODES_IN = numba.types.Array(numba.float32, 2, "C", readonly=True)
_EACH = numba.types.Array(numba.float32, 1, "A", readonly=True)


@part
def _place(lon: float, lat: float, left: float, top: float, step: float) -> tuple[float, float]:
    """Return column and row of a point, in steps from the first node; NaN at the poles and beyond."""
    sine = math.sin(lat * (math.pi / 180))
    if not -1 < sine < 1:
        return math.nan, math.nan
    north = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return (lon / 360 + 0.5 - left) / step, (north - top) / step


@part
def _add(nodes: _Nodes, i: int, j: int, east: float, south: float, weight: float) -> None:
    """Share a weight out among the four nodes around a point."""
    nodes[j, i] += weight * (1 - east) * (1 - south)
    nodes[j, i + 1] += weight * east * (1 - south)
    nodes[j + 1, i] += weight * (1 - east) * south
    nodes[j + 1, i + 1] += weight * east * south


@kernel((_POINTS, _POINTS, _EACH, numba.float64, numba.float64, numba.float64, numba.float32[:, ::1]))
def share_out(
    lon: _Degrees, lat: _Degrees, weights: _Weights, left: float, top: float, step: float, nodes: _Nodes
) -> None:
    """Add each point's weight to the four nodes around it, the nearer the more (cloud in cell).

    Parameters
    ----------
    lon, lat
        Shape (n,), WGS-84 degrees; a point that is NaN or off the grid adds nothing.
    weights
        Shape (n,), or (0,) where each point weighs 1.
    left, top, step
        Of the first node and between two, as fractions of the world in Web Mercator.
    nodes
        Shape (rows, columns), changed in place.

    Source: Birdsall & Fuss (1969), Journal of Computational Physics 3(4), 494-511.
    """
    rows, columns = nodes.shape
    for k in range(lon.size):
        x, y = _place(lon[k], lat[k], left, top, step)
        if not (0 <= x < columns - 1 and 0 <= y < rows - 1):
            continue
        i, j = int(x), int(y)
        east, south = x - i, y - j
        weight = weights[k] if weights.size else 1.0
        _add(nodes, i, j, east, south, weight)


@kernel(
    (
        _POINTS,
        _POINTS,
        _EACH,
        numba.float64,
        numba.float64,
        numba.float64,
        _NODES_IN,
        _NODES_IN,
        numba.float64,
        numba.float32[:, ::1],
        numba.float32[:, ::1],
    )
)
def share_out_inside(
    lon: _Degrees,
    lat: _Degrees,
    weights: _Weights,
    left: float,
    top: float,
    step: float,
    inside: _Nodes,
    shares: _Nodes,
    least: float,
    nodes: _Nodes,
    beyond: _Nodes,
) -> None:
    """Share points out as `share_out` does; those inside an area weigh more, those beyond lie apart.

    Parameters
    ----------
    inside
        Shape (rows, columns): whether a node lies inside (1) or not (0); that of the nearest node counts.
    shares
        How much of a kernel at each node lies inside: the weight of points inside is divided by it.
    least
        No share is taken to be less.
    nodes, beyond
        Shape (rows, columns), changed in place.
    """
    rows, columns = inside.shape
    for k in range(lon.size):
        x, y = _place(lon[k], lat[k], left, top, step)
        if not (0 <= x < columns - 1 and 0 <= y < rows - 1):
            continue
        i, j = int(x), int(y)
        east, south = x - i, y - j
        weight = weights[k] if weights.size else 1.0
        into = beyond
        if inside[int(y + 0.5), int(x + 0.5)] > 0:
            into = nodes
            north_share = shares[j, i] * (1 - east) + shares[j, i + 1] * east
            south_share = shares[j + 1, i] * (1 - east) + shares[j + 1, i + 1] * east
            weight /= max(north_share * (1 - south) + south_share * south, least)
        _add(into, i, j, east, south, weight)
