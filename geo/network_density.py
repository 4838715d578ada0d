"""Density along streets: how many points lie per km of street, where points spread along the network only.

Each point spreads both ways along its street with the quartic kernel K(d) = 15 / (16 h) · (1 − d²/h²)²,
d metres along streets, up to the bandwidth h. At a node where n streets meet it goes on into the other n − 1
in equal shares ("equal-split discontinuous"), or so that the density has no jump there ("continuous": 2 / n
into each other street, 2 / n − 1 back; seldom, near nodes of five and more streets, that is below nothing).
At the end of a street it turns back. So nothing is lost: the densities times the lengths sum to the number of
points, and a crossing is no hot spot merely because streets are close together there, as it is on the plane.

Distances travelled are counted in steps of h / 100 (at most 4 m; longer where the network is so large that
the table of arrivals would not fit), shared out between two of them so that their mean is right. A step is as
short as an edge gets. All walks are followed, round blocks too, and the work hardly grows with the number of
points: what arrives at the end of a street is summed by its distance before it goes on.

Sources: Okabe, Satoh & Sugihara (2009), A kernel density estimation method for networks, its computational
method and a GIS-based tool, International Journal of Geographical Information Science 23(1), 7-32; Okabe &
Sugihara (2012), Spatial Analysis along Networks, chapter 9; McSwiggan, Baddeley & Nair (2017), Kernel density
estimation on a linear network, Scandinavian Journal of Statistics 44(2), 324-345.
"""

import math
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

import numpy as np

from geo.errors import AnalysisError, FrameError
from geo.network import Floats, Ints, Snapped, Streets

Split = Literal["discontinuous", "continuous"]
SPLITS: Final = ("discontinuous", "continuous")
#: How long the pieces of street are that get a density of their own, about.
LIXEL_M: Final = 20.0

_STEPS: Final = 100
_LONGEST_STEP_M: Final = 4.0
#: Of the table of arrivals, edge ends times steps, in 4 bytes each.
_MOST_ENTRIES: Final = 32_000_000
_FEWEST_STEPS: Final = 20
_M_PER_KM: Final = 1_000
_MM: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Lixels:
    """Edges cut into pieces of equal length, the finest that a density is told for.

    Attributes
    ----------
    first
        Shape (m + 1,): the lixels of edge e are `first[e]` to `first[e + 1]`, from its beginning to its end.
    lengths_m
        Shape (first[-1],).
    """

    first: Ints
    lengths_m: Floats

    @classmethod
    def of(cls, streets: Streets, *, lixel_m: float = LIXEL_M) -> Self:
        """Cut each edge into as many pieces as come closest to a length in metres, at least one.

        Raises
        ------
        AnalysisError
            A length that is not above 0.
        """
        if not (math.isfinite(lixel_m) and lixel_m > 0):
            raise AnalysisError(f"Pieces of street of {lixel_m} m. Expected metres above 0.")
        counts = np.maximum(1, np.rint(streets.lengths_m / lixel_m)).astype(np.int64)
        first = np.zeros(len(counts) + 1, np.int32)
        np.cumsum(counts, out=first[1:])
        return cls(first, np.repeat(streets.lengths_m / counts, counts))


def network_density(
    streets: Streets,
    points: Snapped,
    *,
    bandwidth_m: float,
    lixels: Lixels | None = None,
    weights: Any | None = None,
    split: Split = "discontinuous",
) -> Floats:
    """Estimate the density of points along streets.

    Parameters
    ----------
    points
        n points on the network, see `Streets.snap`; those without a street count nowhere.
    bandwidth_m
        Metres along streets, above 0: how far a point counts.
    lixels
        See `Lixels.of`; those of `LIXEL_M` where left out.
    weights
        Shape (n,): what each point counts; 1 each where left out.
    split
        What happens where streets meet, see above.

    Returns
    -------
    Shape (lixels,): the mean of the density over each lixel, points (or weight) per km of street. Times the
    lengths it sums to the weights, to 1e-5.

    Raises
    ------
    AnalysisError
        A bandwidth that is not above 0, a split that is not known, weights that are missing or negative.
    FrameError
        Weights that are not as many as the points; points or lixels of another network.
    """
    if not (math.isfinite(bandwidth_m) and bandwidth_m > 0):
        raise AnalysisError(f"A bandwidth of {bandwidth_m} m. Expected metres above 0.")
    if split not in SPLITS:
        raise AnalysisError(f"A split '{split}' is not known. Expected one of {', '.join(SPLITS)}.")
    on = points.edge >= 0
    each = _weights(weights, len(on))
    cut = Lixels.of(streets) if lixels is None else lixels
    # What follows is compiled and reads beside its arrays where these are of another network.
    if len(cut.first) != len(streets) + 1:
        raise FrameError(f"Lixels of {len(cut.first) - 1:,} edges for {len(streets):,}. Expected its own.")
    if on.any() and not _lie_on(streets, points.edge[on], points.along_m[on]):
        raise FrameError("Points of another network: some do not lie on its edges. Snap them to this one.")
    amounts = np.zeros(int(cut.first[-1]))
    if not on.any():
        return amounts

    from geo.network_kernels import spread

    order = np.argsort(points.edge[on], kind="stable")
    edge, along, weight = (
        np.ascontiguousarray(column[on][order]) for column in (points.edge, points.along_m, each)
    )
    table, step_m = _steps(bandwidth_m, len(streets))
    out, begins = _ways_out(streets)
    spread(
        edge,
        along,
        weight,
        streets.lengths_m,
        cut.first,
        out,
        begins,
        table,
        step_m,
        split == "continuous",
        amounts,
    )
    return amounts / cut.lengths_m * _M_PER_KM


def _weights(given: Any | None, n: int) -> Floats:
    try:
        each = np.ones(n) if given is None else np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as why:
        raise AnalysisError("Weights that are not numbers. Expected numbers from 0 on.") from why
    if each.shape != (n,):
        raise FrameError(f"Weights of shape {each.shape} for {n} points. Expected one for each.")
    if not (np.isfinite(each) & (each >= 0)).all():
        raise AnalysisError("Weights that are missing, infinite or negative. Expected numbers from 0 on.")
    return each


def _lie_on(streets: Streets, edge: Ints, along_m: Floats) -> bool:
    """Say whether all points can lie on the streets, to the millimetre."""
    if edge.max() >= len(streets):
        return False
    return bool(((along_m >= -_MM) & (along_m <= streets.lengths_m[edge] + _MM)).all())


def kernel_mass(share: Any) -> Any:
    """Return how much of a kernel lies within a share of the bandwidth on one side: up to 1/2."""
    u = np.clip(share, 0, 1)
    return 15 / 16 * (u - 2 * u**3 / 3 + u**5 / 5)


def _steps(bandwidth_m: float, edges: int) -> tuple[Floats, float]:
    """Return the kernel's mass up to each step of distance, from 0 to the bandwidth, and a step's length."""
    wanted = max(_STEPS, math.ceil(bandwidth_m / _LONGEST_STEP_M))
    steps = max(_FEWEST_STEPS, min(wanted, _MOST_ENTRIES // (2 * max(edges, 1))))
    return kernel_mass(np.linspace(0, 1, steps + 1)), bandwidth_m / steps


def _ways_out(streets: Streets) -> tuple[Ints, Ints]:
    """Return the ways out of each node, those of node v at `begins[v]:begins[v + 1]`.

    Way 2e goes along edge e from its beginning to its end, way 2e + 1 back.
    """
    tails = streets.ends.ravel()
    out = np.argsort(tails, kind="stable").astype(np.int32)
    begins = np.zeros(streets.nodes + 1, np.int32)
    np.cumsum(np.bincount(tails, minlength=streets.nodes), out=begins[1:])
    return out, begins
