"""The whole way from a cube of counts to classes, against esda, scipy and pymannkendall, and on noise."""

import warnings
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import h3
import numpy as np
import pandas as pd
import pymannkendall
import pytest
from esda.getisord import G_Local
from libpysal.weights import W
from scipy.stats import false_discovery_control, norm, pearson3

from geo import cells, emerging
from geo.emerging import Emerging, analyse
from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.mann_kendall import mann_kendall
from geo.neighbourhood import Neighbourhood
from tests.geo.test_emerging_classes import literal

CENTRE = h3.latlng_to_cell(38.3, 116.85, 10)
ALPHA = 0.10


def town(k: int = 4, *, holes: int = 0, seed: int = 0) -> list[str]:
    every = sorted(h3.grid_disk(CENTRE, k))
    random = np.random.default_rng(seed)
    return sorted(random.choice(every, len(every) - holes, replace=False).tolist())


def lively(ids: list[str], steps: int, *, seed: int = 3) -> pd.DataFrame:
    """Counts with a hot spot that lasts, one that grows, one that comes, one that goes; a quiet corner."""
    random = np.random.default_rng(seed)
    mean = np.full((len(ids), steps), 2.0)
    row = {cell: i for i, cell in enumerate(ids)}
    when = np.arange(steps) / (steps - 1)
    shapes = (np.full(steps, 9.0), 4 + 16 * when, 14.0 * (when > 0.8), 14 * (1 - when))
    for shape, centre in zip(shapes, random.choice(ids, len(shapes), replace=False), strict=True):
        for cell in h3.grid_disk(centre, 1):
            if cell in row:
                mean[row[cell]] += shape
    quiet = [row[cell] for cell in h3.grid_disk(ids[0], 2) if cell in row]
    mean[quiet] *= 0.05
    starts = [date(2025, 1, 6) + timedelta(weeks=week) for week in range(steps)]
    return pd.DataFrame(random.poisson(mean), index=ids, columns=starts)


def by_esda(frame: pd.DataFrame, *, ring: int, previous: int) -> np.ndarray:
    """Gi* of every bin with a neighbour list written out bin by bin."""
    steps = frame.shape[1]
    row = {cell: i for i, cell in enumerate(frame.index)}
    around = {
        i: [row[other] for other in h3.grid_disk(cell, ring) if other in row] for cell, i in row.items()
    }
    neighbours = {
        i * steps + t: [
            j * steps + u for j in around[i] for u in range(max(0, t - previous), t + 1) if (j, u) != (i, t)
        ]
        for i in row.values()
        for t in range(steps)
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = W(neighbours, silence_warnings=True)
        found = G_Local(
            frame.to_numpy(dtype=float).ravel(), weights, transform="B", star=True, permutations=0
        )
    return np.asarray(found.Zs).reshape(frame.shape)


@pytest.mark.parametrize(("ring", "previous"), [(1, 1), (2, 1), (1, 3), (1, 0)])
def test_scores_are_those_of_esda_on_bins(ring: int, previous: int) -> None:
    frame = lively(town(3, holes=9), 7)
    found = analyse(frame, ring=ring, previous=previous)
    np.testing.assert_allclose(found.z, by_esda(frame, ring=ring, previous=previous), atol=1e-9)


@pytest.mark.parametrize("definition", emerging.DEFINITIONS)
@pytest.mark.parametrize("modified", [False, True])
def test_the_whole_way_is_that_of_a_slow_reading(definition: emerging.Definition, modified: bool) -> None:
    frame = lively(town(4, holes=6), 12)
    counts = frame.to_numpy(dtype=float)
    steps = counts.shape[1]

    z = by_esda(frame, ring=1, previous=1).round(10)  # equal sums have equal scores, but for rounding
    own = counts - counts.mean(axis=1, keepdims=True)
    third = (own**3).sum(axis=1).mean() * steps / ((steps - 1) * (steps - 2))
    p = np.zeros_like(z)
    for i, cell in enumerate(frame.index):
        disk = sum(other in frame.index for other in h3.grid_disk(cell, 1))
        for t in range(steps):
            p[i, t] = 2 * norm.sf(abs(z[i, t]))
            skewness = third / counts.std() ** 3 / np.sqrt(disk * min(t + 1, 2))
            if z[i, t] * skewness > 0:
                p[i, t] = max(p[i, t], 2 * pearson3.sf(abs(z[i, t]), abs(skewness)))
    q = false_discovery_control(p, axis=None, method="bh").reshape(z.shape)
    significant = np.sign(z) * (q <= ALPHA)
    # The modified test has a peer of its own (test_mann_kendall), for which rounding breaks ties.
    tests = (
        [mann_kendall(analyse(frame).z, modified=True)]
        if modified
        else [*map(pymannkendall.original_test, z)]
    )
    trend_z, trend_p = np.hstack([one.z for one in tests]), np.hstack([one.p for one in tests])
    trend = (np.sign(trend_z) * (trend_p <= ALPHA)).astype(int).tolist()
    expected = [
        literal(series, rise, definition=definition)
        for series, rise in zip(significant.astype(int).tolist(), trend, strict=True)
    ]

    found = analyse(frame, definition=definition, modified=modified)

    assert found.significant.tolist() == significant.astype(int).tolist()
    assert found.classes.tolist() == expected
    assert len(set(expected)) > 4
    summary = found.summary
    assert summary["hot_steps"].tolist() == (significant == 1).sum(axis=1).tolist()
    assert summary["cold_steps"].tolist() == (significant == -1).sum(axis=1).tolist()
    np.testing.assert_allclose(summary["p_last"], p[:, -1], rtol=1e-9)
    np.testing.assert_allclose(summary["trend_p"], trend_p, rtol=1e-9)
    assert found.critical_p == pytest.approx(p[q <= ALPHA].max())
    if not modified:
        of_counts = [pymannkendall.original_test(series) for series in counts]
        np.testing.assert_allclose(summary["count_trend_z"], [one.z for one in of_counts], atol=1e-12)


def test_the_line_through_z_rises_where_the_class_says_so() -> None:
    found = analyse(lively(town(5), 40))
    told = {
        sign: np.isin(found.classes, [f"intensifying_{hot}", f"diminishing_{cold}"])
        for sign, hot, cold in ((1, "hot", "cold"), (-1, "cold", "hot"))
    }
    rise = found.summary["z_to"] - found.summary["z_from"]
    assert told[1].any()
    assert told[-1].any()
    assert (rise[told[1]] > 0).all()
    assert (rise[told[-1]] < 0).all()
    assert np.isnan(rise[~told[1] & ~told[-1]]).all()


def test_the_table_has_the_index_of_the_cube() -> None:
    frame = lively(town(3), 8)
    table = analyse(frame).table
    assert table.index.tolist() == frame.index.tolist()
    assert table.columns[0] == "class"
    assert table["total"].tolist() == frame.sum(axis=1).tolist()
    assert table.loc[frame.index[0], "z_last"] == analyse(frame).z[0, -1]


def test_rows_in_another_order_have_the_same_classes() -> None:
    frame = lively(town(4), 15)
    mixed = frame.sample(frac=1, random_state=4)
    expected = analyse(frame).table
    pd.testing.assert_frame_equal(analyse(mixed).table.loc[expected.index], expected, rtol=1e-12)


def test_arrays_and_frames_and_known_neighbours_are_the_same() -> None:
    frame = lively(town(3), 9)
    ids = cells.parse(frame.index.tolist())
    kinds = [
        analyse(frame),
        analyse(frame.to_numpy(), cells=ids),
        analyse(frame.to_numpy(dtype=float), around=Neighbourhood.of(ids, 1)),
        analyse(frame.set_axis(ids)),
    ]
    for found in kinds[1:]:
        assert found.z.tolist() == kinds[0].z.tolist()
        assert found.classes.tolist() == kinds[0].classes.tolist()


def test_the_input_stays_as_it_was() -> None:
    frame = lively(town(3), 6)
    before = frame.copy()
    analyse(frame)
    pd.testing.assert_frame_equal(frame, before)


# Noise

NOISES: dict[str, Callable[[np.random.Generator, tuple[int, int]], Any]] = {
    "few counts": lambda random, shape: random.poisson(0.05, shape),
    "counts": lambda random, shape: random.poisson(0.5, shape),
    "many counts": lambda random, shape: random.poisson(8, shape),
    "counts in clumps": lambda random, shape: random.negative_binomial(0.3, 0.3, shape),
    "rates with outliers": lambda random, shape: random.pareto(2.5, shape),
}


@pytest.mark.parametrize("definition", emerging.DEFINITIONS)
def test_at_most_a_twentieth_of_the_cells_of_pure_noise_has_a_class(
    definition: emerging.Definition,
) -> None:
    """500 seeds of five kinds of noise; in each cube, not on average.

    What holds it: Benjamini-Hochberg over all bins of the cube at once, with p-values whose tails are as long
    as the counts make them. If all is noise, any significant bin is a false discovery, so at most a share
    alpha of the cubes may have one at all.
    """
    around = Neighbourhood.of(town(8), 1)
    shape = len(around.cells), 26
    shares, any_spot = [], []
    for seed in range(500):
        noise = list(NOISES.values())[seed % len(NOISES)]
        found = analyse(noise(np.random.default_rng(seed), shape), around=around, definition=definition)
        shares.append((found.summary["code"] > 0).mean())
        any_spot.append(found.significant.any())
    assert max(shares) <= 0.05
    assert np.mean(any_spot) <= ALPHA
    assert found.z.shape == shape


@pytest.mark.parametrize(("ring", "steps", "modified"), [(2, 12, False), (3, 12, True), (1, 4, False)])
def test_noise_stays_noise_with_wider_disks_and_few_steps(ring: int, steps: int, modified: bool) -> None:
    """By the wider of the two definitions; a single false bin of a wide disk is one of many cells at once."""
    around = Neighbourhood.of(town(8), ring)
    shape = len(around.cells), steps
    shares, any_spot = [], []
    for seed in range(100):
        noise = list(NOISES.values())[seed % len(NOISES)]
        cube = noise(np.random.default_rng(seed), shape)
        found = analyse(cube, around=around, definition="esri-2.8", modified=modified)
        shares.append((found.summary["code"] > 0).mean())
        any_spot.append(found.significant.any())
    assert np.mean(shares) <= 0.005
    assert np.mean(any_spot) <= ALPHA


def test_normal_tails_would_find_spots_in_nearly_every_cube_of_few_counts() -> None:
    """Why the tails matter: this is how often the textbook's p-values see something in nothing."""
    around = Neighbourhood.of(town(8), 1)
    seen = []
    for seed in range(40):
        noise = NOISES["few counts"](np.random.default_rng(seed), (len(around.cells), 26))
        z = analyse(noise, around=around).z
        seen.append((false_discovery_control(2 * norm.sf(np.abs(z)), axis=None) <= ALPHA).any())
    assert np.mean(seen) > 0.9


# Bad input


def frame_with(value: float) -> pd.DataFrame:
    frame = lively(town(2), 6).astype(float)
    frame.iloc[3, 2] = value
    return frame


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_missing_values_are_refused(value: float) -> None:
    with pytest.raises(AnalysisError, match="1 of 114 values of the cube are missing.*row 3, step 2"):
        analyse(frame_with(value))


def test_negative_counts_are_refused() -> None:
    with pytest.raises(AnalysisError, match=r"1 of 114 .*are negative; first: -2 \(row 3, step 2\)"):
        analyse(frame_with(-2))


def test_words_are_no_counts() -> None:
    with pytest.raises(AnalysisError, match="Expected numbers"):
        analyse(frame_with(1).astype(object).replace(1.0, "many"))


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_fewer_than_four_steps_are_not_enough(steps: int) -> None:
    with pytest.raises(NotEnoughDataError, match=f"{steps} steps. Expected at least 4"):
        analyse(lively(town(2), 6).iloc[:, :steps])


def test_a_period_without_reports_is_not_enough() -> None:
    with pytest.raises(NotEnoughDataError, match="no report in any of them"):
        analyse(lively(town(2), 6) * 0)


def test_values_that_are_all_the_same_are_not_enough() -> None:
    with pytest.raises(NotEnoughDataError, match="all values are 3"):
        analyse(lively(town(2), 6) * 0 + 3)


@pytest.mark.parametrize("ids", [town(0), h3.grid_disk(CENTRE, 1)[:3]])
def test_one_cell_or_one_disk_is_not_enough(ids: list[str]) -> None:
    with pytest.raises(NotEnoughDataError):
        analyse(np.arange(len(ids) * 6).reshape(-1, 6), cells=ids)


def test_mixed_resolutions_are_refused() -> None:
    ids = [*town(2), h3.cell_to_parent(CENTRE, 9)]
    with pytest.raises(CellError, match="are not of resolution 10"):
        analyse(np.ones((len(ids), 6)), cells=ids)


def test_cells_given_twice_are_refused() -> None:
    ids = [*town(2), CENTRE]
    with pytest.raises(CellError, match="given twice"):
        analyse(np.ones((len(ids), 6)), cells=ids)


def test_a_study_area_with_holes_is_scored_by_the_cells_that_are_there() -> None:
    frame = lively(town(4, holes=20), 8)
    found = analyse(frame)
    assert np.isfinite(found.z).all()
    np.testing.assert_allclose(found.z, by_esda(frame, ring=1, previous=1), atol=1e-9)


def test_steps_that_are_missing_or_in_disorder_are_refused() -> None:
    frame = lively(town(2), 8)
    with pytest.raises(AnalysisError, match="gap between 2025-01-20 and 2025-02-03"):
        analyse(frame.drop(columns=date(2025, 1, 27)))
    with pytest.raises(AnalysisError, match="not in order: 2025-01-06 comes after 2025-01-13"):
        analyse(frame.iloc[:, [1, 0, 2, 3, 4]])
    months = pd.date_range("2025-01-01", periods=8, freq="MS")
    assert isinstance(analyse(frame.set_axis(months, axis=1)), Emerging)
    local = months.tz_localize("Asia/Shanghai")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert analyse(frame.set_axis(local, axis=1)).starts.tolist() == months.to_numpy().tolist()
    assert isinstance(analyse(frame.set_axis([f"step {i}" for i in range(8)], axis=1)), Emerging)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"previous": -1}, "no number of previous steps"),
        ({"previous": True}, "no number of previous steps"),
        ({"previous": 5}, "Expected at most 4"),
        ({"alpha": 0.0}, "alpha is 0.0"),
        ({"alpha": float("nan")}, "alpha is nan"),
        ({"definition": "own"}, "not a known definition"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(AnalysisError, match=says):
        analyse(lively(town(2), 6), **options)


@pytest.mark.parametrize(
    ("cube", "given", "says"),
    [
        (np.ones(6), {"cells": town(2)}, r"shape \(6,\)"),
        ([[1, 2, 3, 4], [1, 2]], {"cells": town(2)}, "rows of the cube are of different lengths"),
        (np.ones((19, 6), complex), {"cells": town(2)}, "complex128 values. Expected numbers"),
        (np.ones((19, 6), "datetime64[D]"), {"cells": town(2)}, "Expected numbers"),
        (np.ones((5, 6)), {}, "An array has no cells"),
        (np.ones((5, 6)), {"cells": town(2)}, "19 cells for 5 rows"),
    ],
)
def test_other_shapes_are_refused(cube: np.ndarray, given: dict[str, Any], says: str) -> None:
    with pytest.raises(AnalysisError, match=says):
        analyse(cube, **given)


def test_yes_and_no_count_as_one_and_nothing() -> None:
    frame = lively(town(3), 8) > 3
    expected = analyse(frame.astype(int))
    assert analyse(frame).z.tolist() == expected.z.tolist()
    with pytest.raises(NotEnoughDataError, match="all values are 1"):
        analyse(frame | True)


def test_small_differences_on_a_high_level_keep_their_digits() -> None:
    frame = lively(town(3), 8)
    raised = frame * 2.0**-20 + 2.0**12
    np.testing.assert_allclose(analyse(raised).z, analyse(frame).z, rtol=1e-5, atol=1e-6)
