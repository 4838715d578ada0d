"""Density along streets: a large city's reports on its network, beside a search for the shortest ways."""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.distances import from_local_m
from geo.network import Snapped, Streets
from geo.network_density import Lixels, kernel_mass, network_density
from tests.bench import city
from tests.bench.rows import Row

REPORTS: Final = 73_000
#: Streets to each side; with 99 blocks each they are 20,000 segments.
_SIDE: Final = 100
_SPACING_M: Final = 110.0
BANDWIDTH_M: Final = 200.0
#: The peer needs so much longer that it gets fewer reports; so do we beside it.
_FEW: Final = 500
_SEED: Final = 20_240_902

Floats = npt.NDArray[np.float64]


def rows() -> Iterator[Row]:
    """Measure all reports on all streets, then a part of them beside the peer."""
    lines, lon, lat = _city()
    streets = Streets.from_lines(lines)

    def whole() -> Any:
        network = Streets.from_lines(lines)
        return network_density(network, network.snap((lon, lat)), bandwidth_m=BANDWIDTH_M)

    whole()  # compiled, or read from the cache
    taken = _times(whole)
    figure = f"density of {REPORTS:,} reports along {len(streets):,} segments, network included"
    yield Row(figure, taken, "ms", "", None, "≤ 5000 ms", taken <= 5000)

    spots = streets.snap((lon, lat))
    taken = _times(lambda: network_density(streets, spots, bandwidth_m=BANDWIDTH_M))
    yield Row(f"the same, the network kept: {BANDWIDTH_M:.0f} m", taken, "ms", "", None, "", None)

    few = Snapped(spots.edge[:_FEW], spots.along_m[:_FEW], spots.distance_m[:_FEW])
    ours = _times(lambda: network_density(streets, few, bandwidth_m=BANDWIDTH_M))
    peer = _times(lambda: by_shortest_ways(streets, few, BANDWIDTH_M), times=1)
    figure = f"density of {_FEW:,} reports along {len(streets):,} street segments"
    note = "the peer takes shortest ways alone and does not split at junctions"
    yield Row(
        figure, ours, "ms", "scipy dijkstra from the ends of each report's street", peer, "", None, note
    )


def _city() -> tuple[Any, Floats, Floats]:
    """Draw bent streets with common corners, and reports beside them in heaps."""
    rng = np.random.default_rng(_SEED)
    ways = np.arange(_SIDE) * _SPACING_M
    east, north = (axis + rng.normal(0, 12, axis.shape) for axis in np.meshgrid(ways, ways))
    corners = np.stack(from_local_m(east, north, around=(city.LON, city.LAT)), axis=-1)
    lines = [shapely.LineString(line) for line in (*corners, *corners.transpose(1, 0, 2))]
    heaps = rng.integers(0, _SIDE, (300, 2))[rng.integers(0, 300, REPORTS)]
    at = corners[heaps[:, 0], heaps[:, 1]] + rng.normal(0, 0.002, (REPORTS, 2))
    return np.array(lines, dtype=object), *at.T.copy()


def by_shortest_ways(streets: Streets, points: Snapped, bandwidth_m: float) -> Floats:
    """Lay the kernel over the shortest way from each report to each piece of street, one report at a time."""
    lixels, lengths = Lixels.of(streets), streets.lengths_m
    begin, end = streets.ends.T
    ways = csr_array((lengths, (begin, end)), shape=(streets.nodes, streets.nodes))
    owner = np.repeat(np.arange(len(streets)), np.diff(lixels.first))
    within = np.cumsum(lixels.lengths_m) - lixels.lengths_m / 2
    within -= np.repeat(
        within[lixels.first[:-1]] - lixels.lengths_m[lixels.first[:-1]] / 2, np.diff(lixels.first)
    )
    amounts = np.zeros(len(owner))
    for edge, along in zip(points.edge, points.along_m, strict=True):
        if edge < 0:
            continue
        far = dijkstra(ways, directed=False, indices=streets.ends[edge], limit=bandwidth_m)
        nodes = np.minimum(far[0] + along, far[1] + lengths[edge] - along)
        away = np.minimum(nodes[begin[owner]] + within, nodes[end[owner]] + lengths[owner] - within)
        own = owner == edge
        away[own] = np.abs(within[own] - along)
        half = lixels.lengths_m / 2
        amounts += kernel_mass((away + half) / bandwidth_m) - kernel_mass((away - half) / bandwidth_m)
    return amounts / lixels.lengths_m * 1000


def _times(run: Callable[[], Any], *, times: int = 5) -> float:
    """Return the median in milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
