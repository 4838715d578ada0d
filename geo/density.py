"""Kernel density: how many points lie per km² around each place, as a surface on a grid.

The kernel is the quartic one, K(d) = 3 / (π h²) · (1 − d²/h²)² within the bandwidth h and nothing beyond. It
ends at the bandwidth, so "counts within 200 m" can be said and drawn, and the choice of kernel matters far
less than that of the bandwidth. Distances are metres on the ground at the latitude of each row: a bandwidth
means the same from the equator to the far north, and at every scale of the map.

Edges: points beyond the grid count as far as the kernel reaches, if they are given. At the border of the area
that reports come from, where that is known, the part of a kernel that lies beyond is given back
(`geo.density_edges`); without a border the surface falls off over one bandwidth. Either way the whole of it
sums to the number of points.

Source: Silverman (1986), Density Estimation for Statistics and Data Analysis, eq. 4.5.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from geo.density_edges import LEAST_SHARE, Outline
from geo.distances import metres_per_degree
from geo.errors import FrameError

Surface = npt.NDArray[np.float32]

#: Web Mercator ends here; what lies closer to a pole is not on the map.
MOST_LATITUDE: Final = 85.051_128_78
#: Nodes at most this share of a bandwidth apart give the surface itself; wider ones its average.
FINE_SHARE: Final = 0.25

#: Per axis, in units of its own width squared: the variance of the quartic kernel, and of sharing out.
_KERNEL_VARIANCE: Final = 1 / 8
_SHARING_VARIANCE: Final = 1 / 6
#: By how much the size of a pixel may differ within the rows that share a kernel.
_SCALE_TOLERANCE: Final = 0.001
_M2_PER_KM2: Final = 1e6
#: Powers of two: grids of one step have their nodes at the same places, wherever they begin.
_FINEST_POWER: Final = 40


@dataclass(frozen=True, slots=True)
class Grid:
    """Nodes at equal distances on the map, in Web Mercator as fractions of the world (x east, y south).

    Attributes
    ----------
    left, top
        Of the first node.
    step
        Between two nodes, on both axes.
    rows, columns
        How many nodes.
    """

    left: float
    top: float
    step: float
    rows: int
    columns: int

    @classmethod
    def over(cls, box: tuple[float, float, float, float], *, power: int) -> Self:
        """Return the grid of the nodes at multiples of 2 ** -power that surrounds a box.

        Parameters
        ----------
        box
            West, south, east, north in WGS-84 degrees; what lies off the map is cut off.
        """
        west, south, east, north = box
        count = 2**power
        limit = MOST_LATITUDE
        left, right = (math.floor(_world_x(west) * count), math.ceil(_world_x(east) * count))
        top = max(0, math.floor(_world_y(max(-limit, min(limit, north))) * count))
        bottom = min(count, math.ceil(_world_y(max(-limit, min(limit, south))) * count))
        return cls(left / count, top / count, 1 / count, bottom - top + 1, right - left + 1)

    @property
    def lat(self) -> npt.NDArray[np.float64]:
        """Shape (rows,): the latitude of each row, degrees."""
        y = self.top + self.step * np.arange(self.rows, dtype=np.float64)
        lat: npt.NDArray[np.float64] = np.degrees(np.arctan(np.sinh((0.5 - y) * 2 * np.pi)))
        return lat

    @property
    def lon(self) -> npt.NDArray[np.float64]:
        """Shape (columns,): the longitude of each column, degrees."""
        return (self.left + self.step * np.arange(self.columns, dtype=np.float64) - 0.5) * 360

    @property
    def steps_m(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Metres between neighbours to the east and to the south, each of shape (rows,)."""
        return steps_m(self.lat, self.step)

    def widened(self, nodes: int) -> "Grid":
        """Return the grid with so many more nodes on each side."""
        away = nodes * self.step
        return Grid(
            self.left - away, self.top - away, self.step, self.rows + 2 * nodes, self.columns + 2 * nodes
        )


def steps_m(lat: Any, step: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the metres, east-west and north-south, that a step of Web Mercator spans at latitudes.

    Parameters
    ----------
    lat
        Degrees.
    step
        A fraction of the world's width.
    """
    east, north = metres_per_degree(lat)
    degrees = step * 360
    return east * degrees, north * degrees * np.cos(np.radians(lat))


def power_for(bandwidth_m: float, lat: float, *, share: float = FINE_SHARE) -> int:
    """Return the coarsest power of two whose nodes lie at most a share of the bandwidth apart.

    Parameters
    ----------
    lat
        The latitude, degrees, where it shall hold.
    """
    world_m = float(steps_m(lat, 1.0)[0])
    return min(_FINEST_POWER, max(0, math.ceil(math.log2(world_m / (bandwidth_m * share)))))


def density(
    lon: Any,
    lat: Any,
    *,
    grid: Grid,
    bandwidth_m: float,
    weights: Any | None = None,
    border: Outline | None = None,
) -> Surface:
    """Estimate the density of points at the nodes of a grid.

    Parameters
    ----------
    lon, lat
        Shape (n,), WGS-84 degrees. Give all points of the grid and those within the bandwidth around it; what
        lies further off changes nothing, nor does a missing position.
    grid
        See `Grid.over`. Across the 180th meridian nothing is joined.
    bandwidth_m
        Metres on the ground, above 0: how far a point counts.
    weights
        Shape (n,): what each point counts; 1 each where left out.
    border
        Of the area that points come from: near it they count more, beyond it there is no density of them.

    Returns
    -------
    Shape (rows, columns), points (or weight) per km². The sum of density times area is the sum of the
    weights, to 0.1 %, where the grid reaches a bandwidth beyond all points.

    With nodes at most a quarter of the bandwidth apart (`FINE_SHARE`) the surface of a lone point differs
    from its exact kernel by at most 6 % of the peak, and that of hundreds by at most 2 % of the highest one;
    with nodes an eighth apart by 1 % and 0.5 %. With nodes further apart it is the average between them:
    peaks get lower, the sum stays.

    Raises
    ------
    FrameError
        A bandwidth that is not above 0, or shapes that differ.
    """
    lon, lat = (np.asarray(degrees, dtype=np.float64) for degrees in (lon, lat))
    each = np.empty(0, np.float32) if weights is None else np.asarray(weights, dtype=np.float32)
    _check(lon, lat, None if weights is None else each, bandwidth_m)

    from geo.density_kernels import share_out, share_out_inside

    # With a border, shares are needed around the grid too, where nodes may lie a little closer together.
    reach = _reach(grid, bandwidth_m) + (border is not None)
    wide = grid.widened(reach + 1)
    at = (wide.left, wide.top, wide.step)
    masses = np.zeros((wide.rows, wide.columns), np.float32)
    inside = None if border is None else _inside(border, wide, bandwidth_m, reach)
    if inside is None:
        share_out(lon, lat, each, *at, masses)
        amounts = _spread(masses, grid, bandwidth_m, reach)
    else:
        beyond = np.zeros_like(masses)
        share_out_inside(lon, lat, each, *at, inside.nodes, inside.shares, LEAST_SHARE, masses, beyond)
        amounts = _spread(masses, grid, bandwidth_m, reach)
        amounts *= inside.nodes[reach + 1 : -reach - 1, reach + 1 : -reach - 1]
        if beyond.any():
            amounts += _spread(beyond, grid, bandwidth_m, reach)
    east, south = grid.steps_m
    amounts *= (_M2_PER_KM2 / (east * south)).astype(np.float32)[:, None]
    return amounts


class _Inside(NamedTuple):
    """Which nodes lie inside a border (1 or 0), and how much of a kernel at each does."""

    nodes: Surface
    shares: Surface


@lru_cache(maxsize=8)
def _inside(border: Outline, wide: Grid, bandwidth_m: float, reach: int) -> _Inside | None:
    """Return what lies inside of a border, None where all does; kept for the next filter in the same view."""
    nodes = border.mask(wide.widened(reach + 1))
    if nodes.all():
        return None
    shares = _spread(nodes, wide, bandwidth_m, reach)
    return _Inside(np.ascontiguousarray(nodes[reach + 1 : -reach - 1, reach + 1 : -reach - 1]), shares)


def _spread(masses: Surface, grid: Grid, bandwidth_m: float, reach: int) -> Surface:
    """Spread what lies at the nodes of a grid and of `reach` + 1 more on each side by the kernel."""
    spread = np.empty((grid.rows, grid.columns), np.float32)
    for first, last in _bands(grid):
        rows = masses[first + 1 : last + 2 * reach + 1, 1:-1]
        spread[first:last] = _smoothed(rows, _kernel(grid, first, last, bandwidth_m), reach)
    return spread


def _check(lon: Any, lat: Any, weights: Any | None, bandwidth_m: float) -> None:
    if not (math.isfinite(bandwidth_m) and bandwidth_m > 0):
        raise FrameError(f"A bandwidth of {bandwidth_m} m. Expected metres above 0.")
    shapes = [array.shape for array in (lon, lat, weights) if array is not None]
    if lon.ndim != 1 or len(set(shapes)) > 1:
        raise FrameError(f"Points and weights of shapes {shapes}. Expected one length.")


def _reach(grid: Grid, bandwidth_m: float) -> int:
    """Return how many nodes the kernel reaches to each side where nodes lie closest together."""
    east, south = grid.steps_m
    return math.ceil(bandwidth_m / float(min(east.min(), south.min())))


def _bands(grid: Grid) -> Iterator[tuple[int, int]]:
    """Yield first and last (excluded) of the rows that may share a kernel: their scales hardly differ."""
    logs = np.log(grid.steps_m[0])
    first = 0
    while first < grid.rows:
        off = np.abs(logs[first:] - logs[first]) > 2 * _SCALE_TOLERANCE
        last = first + int(np.argmax(off)) if off.any() else grid.rows
        yield first, last
        first = last


def _kernel(grid: Grid, first: int, last: int, bandwidth_m: float) -> Surface:
    """Return the share of a point at the middle node that each node around it gets; they sum to 1."""
    east, south = (float(step) for step in steps_m(grid.lat[(first + last) // 2], grid.step))
    # What sharing out has spread already, the kernel must not spread again.
    spread = _SHARING_VARIANCE / _KERNEL_VARIANCE
    squared_east, squared_south = (bandwidth_m**2 - spread * step**2 for step in (east, south))
    if min(squared_east, squared_south) <= 0:
        return np.ones((1, 1), np.float32)
    right, down = (math.floor(bandwidth_m / step) for step in (east, south))
    x2 = (np.arange(-right, right + 1) * east) ** 2 / squared_east
    y2 = (np.arange(-down, down + 1) * south) ** 2 / squared_south
    shares = np.clip(1 - x2[None, :] - y2[:, None], 0, None) ** 2
    result: Surface = (shares / shares.sum()).astype(np.float32)
    return result


def _smoothed(masses: Surface, kernel: Surface, reach: int) -> Surface:
    """Convolve, and cut the margin of `reach` nodes off each side."""
    rows, columns = (size - 2 * reach for size in masses.shape)
    if kernel.size == 1 or not masses.any():
        return masses[reach : reach + rows, reach : reach + columns]
    down, right = (size // 2 for size in kernel.shape)
    shape = tuple(_fast_length(size) for size in masses.shape)
    spectrum = np.fft.rfft2(masses, shape)
    spectrum *= np.fft.rfft2(kernel, shape)
    whole = np.fft.irfft2(spectrum, shape)
    # What wraps round lies in the margin. Rounding leaves traces of less than nothing far from any point.
    inner = whole[reach + down : reach + down + rows, reach + right : reach + right + columns]
    result: Surface = np.clip(inner, 0, None)
    return result


def _fast_length(size: int) -> int:
    """Return the next length without a prime factor above 5."""
    while True:
        rest = size
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return size
        size += 1


def _world_x(lon: float) -> float:
    return lon / 360 + 0.5


def _world_y(lat: float) -> float:
    sine = math.sin(math.radians(lat))
    return 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
