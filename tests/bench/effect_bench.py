"""What a drive changed and what came back: a whole city at once, beside the same by hand in pandas."""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, Final

import h3
import numpy as np
import pandas as pd

from geo import cells
from geo.effect import effect
from geo.recurrence import DAY_MIN, Events, first_return_in_cell, first_return_within
from tests.bench.rows import Row

_CENTRE: Final = (38.3, 116.85)
_SEED: Final = 20_240_901
#: Radius of a disk of some 100,000 cells; weeks; reports and closed cases.
_DISK: Final = 182
_WEEKS: Final = 104
_REPORTS: Final = 1_000_000
_DAYS: Final = 30


def rows() -> Iterator[Row]:
    """Measure a drive of 127 cells among 100,000, then the returns of a million reports."""
    random = np.random.default_rng(_SEED)
    ids = cells.parse(h3.grid_disk(h3.latlng_to_cell(*_CENTRE, 10), _DISK))
    counts = random.poisson(random.gamma(0.5, 0.4, len(ids))[:, None], (len(ids), _WEEKS)).astype(np.int32)
    treated = np.isin(ids, cells.grow([ids[0]], 6))
    ours = _times(lambda: effect(counts, ids, treated, before=np.arange(26, 52), after=np.arange(53, _WEEKS)))
    figure = f"effect of a drive in {treated.sum()} of {len(ids):,} cells, {_WEEKS} weeks: matches, intervals"
    yield Row(figure, ours, "s", "", None, "≤ 1 s", ours <= 1)
    yield from _returns(random)


def _returns(random: np.random.Generator) -> Iterator[Row]:
    hot = random.integers(0, 3_000, _REPORTS)
    lon = 116.85 + random.normal(0, 0.05, 3_000)[hot] + random.normal(0, 0.0003, _REPORTS)
    lat = 38.3 + random.normal(0, 0.04, 3_000)[hot] + random.normal(0, 0.0003, _REPORTS)
    kind = random.integers(0, 26, _REPORTS)
    minute = random.integers(0, 730 * DAY_MIN, _REPORTS)
    closed = Events.of(kind, minute + random.integers(60, 20 * DAY_MIN, _REPORTS))
    reports, at = Events.of(kind, minute), cells.from_points(lon, lat, 10)
    ours = _times(lambda: first_return_in_cell(closed, at, reports, at, days=_DAYS))
    peer = _times(lambda: _by_pandas(closed, reports, at), times=1)
    figure = f"{_REPORTS:,} closed cases: the first report again in the same cell"
    yield Row(figure, ours, "s", "pandas.merge_asof", peer, "", None)
    near = _times(
        lambda: first_return_within(closed, (lon, lat), reports, (lon, lat), days=_DAYS, within_m=50), times=1
    )
    yield Row(f"{_REPORTS:,} closed cases: the same within 50 m", near, "s", "", None, "", None)


def _by_pandas(closed: Events, reports: Events, at: cells.Cells) -> Any:
    left = pd.DataFrame({"kind": closed.kind, "cell": at, "minute": closed.minute}).sort_values("minute")
    right = pd.DataFrame({"kind": reports.kind, "cell": at, "minute": reports.minute}).sort_values("minute")
    return pd.merge_asof(
        left,
        right.assign(again=right["minute"]),
        on="minute",
        by=["kind", "cell"],
        direction="forward",
        allow_exact_matches=False,
        tolerance=_DAYS * DAY_MIN,
    )


def _times(run: Callable[[], Any], *, times: int = 3) -> float:
    took = []
    for _time in range(times):
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return median(took)
