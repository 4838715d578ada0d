"""Hot spots beside esda: neighbours, Gi*, permutations, outliers, and how well hot spots stand."""

import time
import warnings
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import esda
import h3.api.numpy_int as h3
import libpysal
import numpy as np
import pandas as pd
from scipy import sparse

from geo import cells, hotspots, moran
from geo.cell_links import searched
from geo.neighbourhood import Neighbourhood
from geo.stability import area_at, stability
from tests.bench.rows import Row

MIDDLE = h3.latlng_to_cell(38.3, 116.9, 10)
#: Disks of 101,017 and 1,000,519 cells.
MANY, MOST = 183, 577
REPORTS = 1_000_000


def rows() -> Iterator[Row]:
    """Measure, seeded: a city of 101,017 cells beside esda, then one of a million."""
    many = _counts(MANY)
    yield from _beside_esda(many)
    yield from _permuted(many)
    yield from _million(_counts(MOST))
    yield _stands(many)


def _beside_esda(counts: "pd.Series[Any]") -> Iterator[Row]:
    ours, found = _timed(lambda: hotspots.gi_star(counts))
    ids, values = counts.index.to_numpy(), counts.to_numpy(float)
    figure = f"Gi* with its neighbours, {len(counts):,} cells"
    for peer, links, times in (
        ("esda, weights from polygons", lambda: _from_polygons(ids), 80),
        ("esda, Graph from H3", lambda: _from_h3(ids), 25),
    ):
        seconds, z = _timed(lambda links=links: _esda(values, links()), times=1)
        off = np.abs(found["z"].to_numpy() - z)
        same = float(np.mean(off < 1e-9))
        yield Row(
            *(figure, ours, "s", peer, seconds, f"{times} times", seconds / ours >= times),
            note=f"{same:.2%} of the scores are the same to 1e-9; polygons lose some neighbours by rounding",
        )


def _permuted(counts: "pd.Series[Any]") -> Iterator[Row]:
    values = counts.to_numpy(float)
    around = Neighbourhood.of(counts.index.to_numpy())
    for permutations in (999, 99_999):
        ours, _ = _timed(lambda n=permutations: hotspots.scores(around, values, permutations=n), times=3)
        yield Row(
            f"{permutations:,} conditional permutations, {len(values):,} cells", ours, "s", "", None, "", None
        )
    links = _from_h3(counts.index.to_numpy())
    ours, _ = _timed(lambda: moran.likeness(around, values), times=3)
    peer, _ = _timed(lambda: _quiet(lambda: esda.Moran_Local(values, links, permutations=0)), times=1)
    yield Row(
        *(f"local Moran's I, {len(values):,} cells, neighbours are there", ours, "s", "esda", peer, "", None)
    )


def _million(counts: "pd.Series[Any]") -> Iterator[Row]:
    ids, values = counts.index.to_numpy(), counts.to_numpy(float)
    ours, _ = _timed(lambda: Neighbourhood.of(ids), times=3)
    peer, _ = _timed(lambda: searched(ids, np.arange(len(ids)), 1), times=1)
    yield Row(
        *(f"neighbours of {len(ids):,} cells", ours, "s", "H3's disks, searched in the set", peer, "", None)
    )
    ours, _ = _timed(lambda: hotspots.gi_star(counts), times=3)
    peer, _ = _timed(lambda: _by_product(ids, values), times=1)
    figure = f"Gi* with its neighbours, {len(ids):,} cells, q included"
    yield Row(figure, ours, "s", "scores alone, H3's disks and a sparse product", peer, "1.2 s", ours <= 1.2)


def _stands(counts: "pd.Series[Any]") -> Row:
    rng = np.random.default_rng(2)
    area = counts.index.to_numpy()
    lon, lat = cells.centres(rng.choice(area, REPORTS, p=_weights(len(area))))
    lon, lat = lon + rng.normal(0, 4e-4, REPORTS), lat + rng.normal(0, 3e-4, REPORTS)
    areas = {resolution: area_at(area, resolution) for resolution in (9, 10, 11)}
    bins = {resolution: cells.from_points(lon, lat, resolution) for resolution in areas}
    ours, found = _timed(lambda: stability(lon, lat, area, areas=areas, bins=bins), times=1)
    peer, _ = _timed(
        lambda: [cells.from_points(lon, lat, r) for r in (9, 10, 11) for _shift in range(3)], times=1
    )
    return Row(
        f"24 ways to lay the grid, {REPORTS / 1e6:.0f}M reports, {len(area):,} cells",
        *(ours, "s", "asking the library for the cells on nine grids, nothing else", peer, "", None),
        note=f"{np.mean(found.score == 1):.1%} of the cells are hot on all of them",
    )


def _counts(ring: int) -> "pd.Series[Any]":
    """Return counts that cluster, as a city's do, indexed by the cells of a disk."""
    ids = np.sort(np.asarray(h3.grid_disk(MIDDLE, ring), np.uint64))
    rng = np.random.default_rng(1)
    return pd.Series(rng.poisson(rng.gamma(0.4, 2.5, len(ids))), index=ids)


def _weights(n: int) -> Any:
    weights = np.random.default_rng(3).gamma(0.3, 1.0, n)
    return weights / weights.sum()


def _from_polygons(ids: Any) -> Any:
    frame = cells.frame(ids)
    return _quiet(
        lambda: libpysal.weights.Queen.from_dataframe(frame, use_index=False, silence_warnings=True)
    )


def _from_h3(ids: Any) -> Any:
    names = cells.to_text(ids).to_list()
    return libpysal.graph.Graph.build_h3(names, weight="binary")


def _esda(values: Any, links: Any) -> Any:
    return _quiet(lambda: esda.G_Local(values, links, transform="B", star=True, permutations=0)).Zs


def _by_product(ids: Any, values: Any) -> Any:
    rows, columns = searched(ids, np.arange(len(ids)), 1)
    links = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(ids),) * 2)
    size = np.diff(links.indptr) + 1.0
    n, mean = len(values), values.mean()
    off = links @ values + values - mean * size
    return off / (values.std() * np.sqrt(size * (n - size) / (n - 1)))


def _quiet(run: Callable[[], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run()


def _timed(run: Callable[[], Any], *, times: int = 5) -> tuple[float, Any]:
    """Return the median time of several runs, in seconds, and the last result."""
    spent, result = [], None
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        spent.append(time.perf_counter() - start)
    return median(spent), result
