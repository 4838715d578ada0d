"""A made zone with winding streets, and points along them as reports lie, from a seed."""

import numpy as np
import numpy.typing as npt
import shapely

from geo.distances import from_local_m

Floats = npt.NDArray[np.float64]
CANGZHOU = (116.86, 38.30)


def streets(
    seed: int, *, around: tuple[float, float] = CANGZHOU, n: int = 60, reach_m: float = 4_000
) -> npt.NDArray[np.object_]:
    """Draw streets that cross the zone in any direction and bend a little, in WGS-84."""
    rng = np.random.default_rng(seed)
    lines = []
    for _street in range(n):
        start, angle = rng.uniform(-reach_m, reach_m, 2), rng.uniform(0, 2 * np.pi)
        angles = angle + np.cumsum(rng.normal(0, 0.15, 12))
        steps = 250 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        east, north = (start + np.vstack([[0, 0], np.cumsum(steps, axis=0)])).T
        lines.append(shapely.linestrings(*from_local_m(east, north, around=around)))
    return np.array(lines, dtype=object)


def along(
    lines: npt.NDArray[np.object_], n: int, seed: int, *, noise_m: float = 8, strays: float = 0.1
) -> tuple[Floats, Floats]:
    """Draw points beside the streets, a share of them anywhere in the zone, in WGS-84."""
    rng = np.random.default_rng(seed)
    chosen = lines[rng.integers(0, len(lines), n)]
    lon, lat = shapely.get_coordinates(
        shapely.line_interpolate_point(chosen, rng.random(n), normalized=True)
    ).T
    middle = float(lon.mean()), float(lat.mean())
    east, north = from_local_m(rng.normal(0, noise_m, n), rng.normal(0, noise_m, n), around=middle)
    lon, lat = lon + east - middle[0], lat + north - middle[1]
    stray = rng.random(n) < strays
    west, south, right, top = shapely.total_bounds(lines)
    return (
        np.where(stray, rng.uniform(west, right, n), lon),
        np.where(stray, rng.uniform(south, top, n), lat),
    )
