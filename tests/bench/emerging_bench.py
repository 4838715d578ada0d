"""Emerging hot spots: from a cube of counts to classes and reasons, beside esda and pymannkendall."""

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, Final

import h3
import numpy as np
import numpy.typing as npt

from geo import cells
from geo.emerging import analyse
from geo.mann_kendall import mann_kendall
from geo.neighbourhood import Neighbourhood
from geo.space_time import Bins, gi_star_of_bins
from tests.bench.rows import Row

STEPS: Final = 104
_CENTRE: Final = (38.3, 116.85)
#: Radius of a disk of some 10,000 and some 100,000 cells.
_DISKS: Final = {57: "≤ 0.5 s", 182: "≤ 4 s"}
_LIMITS_S: Final = {57: 0.5, 182: 4.0}
#: Peers need so much longer that they get fewer cells; so do we beside them.
_FEW_DISK: Final = 10
_FEW_SERIES: Final = 1_000
_MOST_GB: Final = 3.0
_SEED: Final = 20_240_901
#: Runs in a process of its own and prints the peak memory in GB that the analysis needs.
_PEAK: Final = """
import resource, sys
from tests.bench.emerging_bench import everything, town
ids, counts = town(int(sys.argv[1]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
everything(counts, ids)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, before / 1e6)
"""

Counts = npt.NDArray[np.int32]


def rows() -> Iterator[Row]:
    """Measure the whole way, then its parts beside the peers."""
    for k, target in _DISKS.items():
        ids, counts = town(k)
        ours = _times(lambda ids=ids, counts=counts: everything(counts, ids), times=5)
        figure = f"emerging hot spots, {len(ids):,} cells x {STEPS} weeks: neighbours, FDR, classes, reasons"
        yield Row(figure, ours, "s", "", None, target, ours <= _LIMITS_S[k])
    yield _memory(max(_DISKS))
    yield _scores()
    yield _trends()


def town(k: int) -> tuple[cells.Cells, Counts]:
    """Make counts with lasting and passing hot spots."""
    random = np.random.default_rng(_SEED)
    ids = cells.parse(h3.grid_disk(h3.latlng_to_cell(*_CENTRE, 10), k))
    mean = np.full((len(ids), STEPS), 0.3)
    around = Neighbourhood.of(ids, 2)
    for centre in random.integers(0, len(ids), len(ids) // 500):
        part = around.indices[around.indptr[centre] : around.indptr[centre + 1]]
        level = np.linspace(*random.uniform(0, 6, 2), STEPS)
        level[: int(random.uniform(-STEPS, STEPS))] = 0.3
        mean[part] = level
    return ids, random.poisson(mean).astype(np.int32)


def everything(counts: Counts, ids: cells.Cells) -> Any:
    """Go the whole way: disks, scores, correction, trends, classes, and a reason in words for each cell."""
    from data.hot_reasons import reasons

    found = analyse(counts, cells=ids)
    return found, reasons(found.summary, steps=counts.shape[1], step="week")


def _memory(k: int) -> Row:
    ended = subprocess.run(
        [sys.executable, "-c", _PEAK, str(k)], check=True, capture_output=True, text=True, env={**os.environ}
    )
    peak, before = map(float, ended.stdout.split())
    return Row(
        f"emerging hot spots, {1 + 3 * k * (k + 1):,} cells x {STEPS} weeks: peak memory",
        peak,
        "GB",
        "",
        None,
        f"≤ {_MOST_GB:g} GB",
        peak <= _MOST_GB,
        note=f"of the process; {before:.1f} GB of it before, for Python, libraries and making the counts",
    )


def _scores() -> Row:
    from esda.getisord import G_Local
    from libpysal.weights import W

    ids, counts = town(_FEW_DISK)
    around = Neighbourhood.of(ids)

    def ours() -> Any:
        disks = Neighbourhood.of(ids)
        return gi_star_of_bins(disks.sums(counts), disks.sizes, bins=Bins.of(counts), previous=1)

    def peer() -> None:
        neighbours: dict[int, list[int]] = {}
        for row in range(len(ids)):
            disk = [row, *around.indices[around.indptr[row] : around.indptr[row + 1]].tolist()]
            for step in range(STEPS):
                bins = [other * STEPS + at for other in disk for at in range(max(0, step - 1), step + 1)]
                neighbours[row * STEPS + step] = [one for one in bins if one != row * STEPS + step]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            weights = W(neighbours, silence_warnings=True)
            values = counts.astype(float).ravel()
            found.append(G_Local(values, weights, transform="B", star=True, permutations=0).Zs)

    found: list[Any] = []
    mine, theirs = _times(ours, times=7), _times(peer, times=1)
    assert np.abs(ours() - np.reshape(found[0], counts.shape)).max() < 1e-9
    figure = f"space-time Gi* incl. neighbours, {len(ids):,} cells x {STEPS} weeks"
    return Row(figure, mine * 1000, "ms", "esda with libpysal weights of bins", theirs * 1000, "", None)


def _trends() -> Row:
    import pymannkendall

    series = np.random.default_rng(_SEED).poisson(2, (_FEW_SERIES, STEPS)).astype(float)
    mine = _times(lambda: mann_kendall(series), times=9)
    theirs = _times(lambda: [pymannkendall.original_test(one) for one in series], times=1)
    return Row(
        f"Mann-Kendall of {_FEW_SERIES:,} series of {STEPS} steps",
        mine * 1000,
        "ms",
        "pymannkendall",
        theirs * 1000,
        "",
        None,
    )


def _times(run: Callable[[], Any], *, times: int) -> float:
    """Return the median in seconds; where there are several, one more warms up."""
    taken = []
    for _ in range(times + (times > 1)):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return median(taken[1:] or taken)
