"""How far a point should count in a density: the bandwidth that foretells other points best.

Each of some points is foretold from all points that do not lie at the same place, with every bandwidth that
is tried; chosen is the one with the highest mean log-likelihood ("likelihood cross-validation"). Points at
one place are left out together: a hundred reports of one address would otherwise vouch for each other, and
the best bandwidth would be none at all. A hundredth of all points is supposed to lie anywhere, so that a lone
point does not decide.

Rules of thumb from the spread of all points (Scott, Silverman) see a city as one hill: where it has many,
they blur them into one (docs/decisions). Cross-validation is up to twice too wide, not ten times.

Sources: Habbema, Hermans & van den Broek (1974), A stepwise discriminant analysis program using density
estimation, COMPSTAT, 101-110; Silverman (1986), Density Estimation for Statistics and Data Analysis, 3.4.4.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.distances import to_local_m
from geo.errors import FrameError, NotEnoughDataError

Floats = npt.NDArray[np.float64]

#: Bandwidths that are tried, in metres: numbers that can be said, a fifth apart or less.
LADDER_M: Final = (
    *(50, 60, 70, 80, 100, 120, 140, 160, 180, 200, 240, 280, 320, 360, 400),
    *(480, 560, 640, 720, 800, 960, 1_120, 1_280, 1_440, 1_600),
)
#: Fewer points say nothing of where others may lie.
FEWEST: Final = 50

#: Positions closer than this are one place.
_PLACE_M: Final = 10.0
_ANYWHERE: Final = 0.01
#: So many points are foretold, from at most so many.
_FORETOLD: Final = 1_000
_MOST: Final = 50_000
#: Shares of the points that the box of a city leaves out on each side.
_TAIL: Final = 0.01
#: The best bandwidth of n points in the plane goes with n to this power.
_POWER: Final = -1 / 6


@dataclass(frozen=True, slots=True, eq=False)
class Bandwidth:
    """A chosen bandwidth, and what the choice rests on.

    Attributes
    ----------
    metres
        One of `LADDER_M`.
    tried_m, scores
        The bandwidths that were tried, and the mean log-likelihood of a foretold point (per m²) with each.
    points
        How many the density was made of: a part of them where there are many.
    """

    metres: int
    tried_m: tuple[int, ...]
    scores: Floats
    points: int


def chosen_bandwidth(lon: Any, lat: Any, *, least_m: float = LADDER_M[0], seed: int = 0) -> Bandwidth:
    """Choose the bandwidth of a quartic kernel (`geo.density`) by likelihood cross-validation.

    Parameters
    ----------
    lon, lat
        Shape (n,), WGS-84 degrees; points without a position are left out. Of more than 50,000 a part is
        taken, and the bandwidth made narrower as it would be with all of them.
    least_m
        No bandwidth below is chosen: positions are not known better.
    seed
        Of the parts that are taken.

    Raises
    ------
    FrameError
        Shapes that differ.
    NotEnoughDataError
        Fewer than `FEWEST` points, or fewer than three places.
    """
    lon, lat = (np.asarray(degrees, dtype=np.float64) for degrees in (lon, lat))
    if lon.ndim != 1 or lon.shape != lat.shape:
        raise FrameError(f"Longitudes of shape {lon.shape}, latitudes of {lat.shape}. Expected one length.")
    known = np.isfinite(lon) & np.isfinite(lat)
    n = int(np.count_nonzero(known))
    if n < FEWEST:
        raise NotEnoughDataError(f"{n} points choose no bandwidth. Expected at least {FEWEST}.")
    rng = np.random.default_rng(seed)
    taken = rng.choice(n, min(n, _MOST), replace=False)
    rows = taken if n == known.size else np.flatnonzero(known)[taken]
    lon, lat = lon[rows], lat[rows]
    east, north = to_local_m(lon, lat, around=(float(np.median(lon)), float(np.median(lat))))
    cells = np.rint(np.stack([east, north]) / _PLACE_M).astype(np.int64)
    _, place, here = np.unique(cells[0] * (1 << 32) + cells[1], return_inverse=True, return_counts=True)
    if len(here) < 3:
        raise NotEnoughDataError(f"All points lie at {len(here)} places. Expected at least 3.")

    from geo.bandwidth_kernels import kernel_sums

    tried = tuple(metres for metres in LADDER_M if metres >= least_m) or LADDER_M[-1:]
    squared = np.array(tried, dtype=np.float64) ** 2
    foretold = rng.choice(len(east), min(len(east), _FORETOLD), replace=False)
    sums = kernel_sums(east, north, place.astype(np.int64), foretold, squared)
    others = len(east) - here[place[foretold]]
    density = sums * 3 / (np.pi * squared) / others[:, None]
    scores = np.log((1 - _ANYWHERE) * density + _ANYWHERE / _extent_m2(east, north)).mean(axis=0)
    best = tried[int(np.argmax(scores))] * (n / len(east)) ** _POWER
    nearest = min(tried, key=lambda metres: abs(np.log(metres / best)))
    return Bandwidth(nearest, tried, scores, len(east))


def _extent_m2(east: Floats, north: Floats) -> float:
    """Return the area of the box that holds nearly all points; no less than a place has."""
    sides = [float(np.diff(np.quantile(axis, [_TAIL, 1 - _TAIL]))[0]) for axis in (east, north)]
    return max(sides[0], _PLACE_M) * max(sides[1], _PLACE_M)
