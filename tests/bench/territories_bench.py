"""The demo zone's cells among its teams: how even and how fast, beside spopt's regions, and a week later."""

import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from statistics import median
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from data import demo
from data.demo.zone import demo_zone
from geo import cells, territories
from tests.bench.rows import MissingError, Row

TEAMS: Final = 19
_HEAVIEST: Final = territories.HEAVIEST
_LONGEST_S: Final = 2.0
_SEED: Final = 20_240_901
#: Weeks later each cell's load is another by a factor of about so much, up or down.
_SPREAD: Final = 0.3
_WEEKS: Final = 5
#: Max-p is told the least load of a region, as a share of the mean, and finds how many there are.
_FLOOR: Final = 0.9
#: Of 99 that are usual, which take minutes.
_CONSTRUCTIONS: Final = 5

Teams = npt.NDArray[np.int64]


def rows() -> Iterator[Row]:
    """Measure ours with nothing beside it, then each peer beside it, then next week's changes."""
    load = town()
    found, ours_s = _timed(lambda: territories.propose(load, TEAMS), times=9)
    pieces = int(territories.balance(load, found.teams, k=TEAMS)["pieces"].max())
    figure = f"{len(load)} cells into {TEAMS} teams"
    met = found.heaviest <= _HEAVIEST and pieces == 1
    target = f"≤ {_HEAVIEST:g}, each connected"
    yield Row(f"{figure}: heaviest over mean", found.heaviest, "", "", None, target, met)
    yield Row(f"{figure}: time", ours_s, "s", "", None, f"≤ {_LONGEST_S:g} s", ours_s <= _LONGEST_S)
    for name, peer in _peers(load).items():
        theirs, theirs_s = _timed(peer, times=1)
        even = territories.balance(load, pd.Series(theirs, index=load.index))
        # Over the mean of as many teams as were asked for: fewer regions are heavier ones.
        heaviest = float(even["load"].max()) / (load.sum() / TEAMS)
        note = f"{len(even)} regions, in {even['pieces'].sum()} pieces"
        yield Row(f"{figure}: heaviest over mean", found.heaviest, "", name, heaviest, "", None, note=note)
        yield Row(f"{figure}: time", ours_s, "s", name, theirs_s, "", None)
    yield from _next_weeks(load, found.teams)


def town() -> "pd.Series[Any]":
    """Return two years of the demo zone's reports in each of its cells; cells without any have a tenth."""
    reports = demo.make(seed=1, end=date(2026, 6, 30)).reports
    lon, lat = (reports[name].to_numpy() for name in ("lon", "lat"))
    known = ~(np.isnan(lon) | np.isnan(lat))
    ids, counts = cells.count(cells.from_points(lon[known], lat[known], cells.ANALYSIS_RESOLUTION))
    places = demo_zone().places
    edge = places[places["kind"] == "boundary"].geometry.item()
    area = cells.fill_area(edge, cells.ANALYSIS_RESOLUTION)
    return pd.Series(counts, index=ids).reindex(area, fill_value=0).astype(np.float64) + 0.1


def _next_weeks(load: "pd.Series[Any]", teams: "pd.Series[Any]") -> Iterator[Row]:
    random = np.random.default_rng(_SEED)
    changed, least, anew, taken, heaviest = [], [], [], [], []
    for _ in range(_WEEKS):
        later = load * random.lognormal(0, _SPREAD, len(load))
        found, seconds = _timed(
            lambda later=later: territories.propose(later, TEAMS, previous=teams), times=1
        )
        changed.append(found.changed)
        least.append(_least(later, teams))
        anew.append(int((_renumbered(territories.split(later, TEAMS), teams) != teams).sum()))
        taken.append(seconds)
        heaviest.append(found.heaviest)
    figure = f"loads ±{_SPREAD:.0%}, {_WEEKS} times: cells that change hands"
    met = max(heaviest) <= _HEAVIEST
    note = f"heaviest over mean {max(heaviest):.3f} at most; {median(taken):.2f} s"
    yield Row(
        figure,
        median(changed),
        "",
        "split anew, teams renamed for the best",
        median(anew),
        "",
        met,
        note=note,
    )
    note = "cells that the teams above the limit must give at least: nobody may come below"
    yield Row(figure, median(changed), "", "least possible, at best", median(least), "", None, note=note)


def _least(load: "pd.Series[Any]", teams: "pd.Series[Any]") -> int:
    """Return how many cells must leave teams that are too heavy, were they given to nobody."""
    limit = _HEAVIEST * load.sum() / TEAMS
    needed = 0
    for _, own in load.groupby(teams):
        kept = np.cumsum(np.sort(own.to_numpy()))
        needed += int(np.count_nonzero(kept > limit))
    return needed


def _renumbered(teams: "pd.Series[Any]", before: "pd.Series[Any]") -> "pd.Series[Any]":
    from scipy.optimize import linear_sum_assignment

    shared = pd.crosstab(teams, before).reindex(index=range(TEAMS), columns=range(TEAMS), fill_value=0)
    return teams.map(dict(zip(*linear_sum_assignment(-shared.to_numpy()), strict=True)))


def _peers(load: "pd.Series[Any]") -> dict[str, Callable[[], Teams]]:
    try:
        from spopt import region
    except ImportError as error:
        raise MissingError("spopt is not here: uv pip install spopt.") from error
    from libpysal.weights import W

    indptr, indices = cells.neighbours(load.index)
    beside = {row: indices[indptr[row] : indptr[row + 1]].tolist() for row in range(len(load))}
    weights = W(beside, silence_warnings=True)
    lon, lat = cells.centres(load.index)
    frame = gpd.GeoDataFrame(
        {"x": lon, "y": lat, "load": load.to_numpy()}, geometry=cells.boundaries(load.index), crs=4326
    )
    frame[["x", "y"]] = (frame[["x", "y"]] - frame[["x", "y"]].mean()) / frame[["x", "y"]].std()

    def solved(model: Any) -> Callable[[], Teams]:
        def run() -> Teams:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                np.random.seed(_SEED % 2**32)  # spopt draws from numpy's own
                made = model()
                made.solve()
            return np.unique(np.asarray(made.labels_), return_inverse=True)[1].astype(np.int64)

        return run

    where = frame[["x", "y"]].to_numpy()
    floor = len(load) // TEAMS // 2
    least = _FLOOR * load.sum() / TEAMS
    return {
        "spopt RegionKMeans": solved(lambda: region.RegionKMeansHeuristic(where, TEAMS, weights, seed=_SEED)),
        "spopt AZP": solved(
            lambda: region.AZP(frame, weights, ["x", "y"], n_clusters=TEAMS, random_state=_SEED)
        ),
        "spopt SKATER": solved(
            lambda: region.Skater(frame, weights, ["x", "y"], n_clusters=TEAMS, floor=floor)
        ),
        f"spopt Max-p, {_CONSTRUCTIONS} constructions": solved(
            lambda: region.MaxPHeuristic(
                frame,
                weights,
                ["x", "y"],
                "load",
                least,
                max_iterations_construction=_CONSTRUCTIONS,
                max_iterations_sa=2,
            )
        ),
    }


def _timed(run: Callable[[], Any], *, times: int) -> tuple[Any, float]:
    """Return the answer and the median in seconds; where there are several, one more warms up."""
    taken, answer = [], None
    for _ in range(times + (times > 1)):
        begun = time.perf_counter()
        answer = run()
        taken.append(time.perf_counter() - begun)
    return answer, median(taken[1:] or taken)
