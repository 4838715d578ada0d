"""Gi*, against the published grid of 1996, against esda, and where there is nothing to answer."""

import json
import warnings
from typing import Any

import esda
import h3
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo import cells, hotspots
from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.neighbourhood import Neighbourhood
from tests.geo.cities import CENTRE, DISK, city, esda_weights
from tests.geo.published_grid import Grid, assert_as_written
from tests.shared_data import shared


@pytest.mark.shared
def test_the_published_score_of_1996_is_found() -> None:
    grid = Grid(shared("reference/getisord_1996_xyz.csv"), 30)
    told = json.loads(shared("reference/expected_values.json").read_text(encoding="utf-8"))["getisord_1996"]

    z = hotspots.scores(grid.around, grid.values).z

    assert z[told["cell_index_1based"] - 1] == pytest.approx(
        told["published"]["Gi_star_d30_eq14_2_divide_by_n"], abs=1e-6
    )


@pytest.mark.shared
def test_every_score_of_the_grid_of_1996_is_that_of_its_full_vector() -> None:
    path = shared("reference/getisord_1996_full_vectors.csv")
    grid = Grid(path, 30)
    written = pd.read_csv(path)["Gi_star_d30"].to_numpy()

    z = hotspots.scores(grid.around, grid.values).z

    assert_as_written(z, written)
    n, mean = len(grid.values), grid.values.mean()
    size = grid.links.sum(axis=1)
    literal = (grid.links @ grid.values - mean * size) / (
        np.sqrt((grid.values**2).sum() / n - mean**2) * np.sqrt((n * size - size**2) / (n - 1))
    )
    np.testing.assert_allclose(z, literal, rtol=0, atol=1e-12)


@pytest.mark.shared
def test_the_score_that_esda_publishes_for_six_points_is_found() -> None:
    told = json.loads(shared("reference/expected_values.json").read_text(encoding="utf-8"))["esda_six_points"]
    east, north = np.array(told["points"]).T
    near = np.hypot(east[:, None] - east, north[:, None] - north) <= 15
    np.fill_diagonal(near, val=False)
    indptr = np.concatenate([[0], np.cumsum(near.sum(axis=1))])
    around = Neighbourhood(np.arange(6, dtype=np.uint64), 1, indptr, np.nonzero(near)[1])

    z = hotspots.scores(around, told["y"]).z

    assert z[0] == pytest.approx(told["published"]["Gi_star_binary_Zs_0"], abs=1e-8)


@pytest.mark.parametrize("ring", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_scores_of_ragged_sets_of_cells_are_those_of_esda(seed: int, ring: int) -> None:
    counts = city(seed)
    links = esda_weights(counts.index.tolist(), ring)

    found = hotspots.gi_star(counts, ring=ring)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = esda.G_Local(counts.to_numpy(), links, transform="B", star=True, permutations=0)

    assert found.index.equals(counts.index)
    np.testing.assert_allclose(found["z"], peer.Zs, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["p"] / 2, peer.p_norm, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["q"], stats.false_discovery_control(found["p"]), rtol=1e-12)


def test_the_order_of_the_cells_does_not_matter() -> None:
    counts = city(4)
    turned = counts.sample(frac=1, random_state=1)

    pd.testing.assert_frame_equal(
        hotspots.gi_star(turned), hotspots.gi_star(counts).loc[turned.index], rtol=1e-12
    )


def test_ids_as_text_are_cells_too() -> None:
    counts = city(5)
    text = counts.set_axis(pd.Index(cells.to_text(counts.index.to_numpy()).to_list(), name="cell"))

    found = hotspots.gi_star(text)

    assert found.index.equals(text.index)
    np.testing.assert_array_equal(found.to_numpy(), hotspots.gi_star(counts).to_numpy())


def test_many_reports_in_the_middle_are_hot_and_a_far_cell_is_not() -> None:
    counts = pd.Series(1.0, index=DISK)
    middle = cells.disk([CENTRE], 1)[1]
    counts.loc[middle] = 20

    found = hotspots.gi_star(counts)

    assert found.loc[h3.str_to_int(CENTRE), "z"] == found["z"].max()
    assert found.loc[h3.str_to_int(CENTRE), "q"] < 1e-6
    assert found.loc[DISK[0], "q"] > 0.1


def test_a_cell_at_the_rim_is_scored_by_the_cells_that_its_disk_has() -> None:
    counts = pd.Series(np.random.default_rng(6).poisson(3, len(DISK)), index=DISK)
    rim = cells.shrink(DISK)
    rim = np.setdiff1d(DISK, rim)[0]
    disk = np.intersect1d(cells.disk([rim], 1)[1], DISK)
    assert len(disk) < 7

    mean, n = counts.mean(), len(counts)
    width = np.sqrt((n * len(disk) - len(disk) ** 2) / (n - 1))
    expected = (counts[disk].sum() - mean * len(disk)) / (counts.std(ddof=0) * width)

    assert hotspots.gi_star(counts).loc[rim, "z"] == pytest.approx(expected, rel=1e-12)


def test_a_disk_that_holds_every_cell_has_no_score() -> None:
    disk = cells.disk([CENTRE], 1)[1]
    counts = pd.Series([5, 1, 0, 2, 0, 0, 1], index=disk)

    found = hotspots.gi_star(counts)

    middle = found.loc[h3.str_to_int(CENTRE)]
    assert middle.isna().all()
    assert found.drop(h3.str_to_int(CENTRE)).notna().all(axis=None)


def test_the_counts_given_are_not_changed() -> None:
    counts = city(7)
    before = counts.copy()
    hotspots.gi_star(counts)

    pd.testing.assert_series_equal(counts, before)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1, np.nan, 2], "1 of 3 values in 'counts' are no counts; first: nan"),
        ([1, -2, -3], "2 of 3 values in 'counts' are no counts; first: -2"),
        ([1, np.inf, 2], "first: inf"),
        ([1, 1e160, 2], "first: 1e[+]160.*from 0 to 2"),
        (["many", "few", "none"], "not numbers"),
    ],
)
def test_values_that_are_no_counts_are_refused(values: list[Any], said: str) -> None:
    with pytest.raises(AnalysisError, match=said):
        hotspots.gi_star(pd.Series(values, index=DISK[:3]))


def test_counts_without_an_index_of_cells_are_refused() -> None:
    with pytest.raises(AnalysisError, match="Expected a pandas Series"):
        hotspots.gi_star([1, 2, 3])  # type: ignore[arg-type] # what a beginner would try
    with pytest.raises(CellError, match="not H3 cells"):
        hotspots.gi_star(pd.Series([1, 2, 3]))


def test_mixed_resolutions_and_cells_given_twice_are_refused() -> None:
    mixed = [DISK[0], h3.str_to_int(h3.cell_to_parent(h3.int_to_str(DISK[0]), 9))]
    with pytest.raises(CellError, match="one resolution"):
        hotspots.gi_star(pd.Series([1, 2], index=mixed))
    with pytest.raises(CellError, match="twice"):
        hotspots.gi_star(pd.Series([1, 2, 3], index=[DISK[0], DISK[1], DISK[0]]))


@pytest.mark.parametrize("n", [0, 1])
def test_one_cell_or_none_is_not_enough(n: int) -> None:
    with pytest.raises(NotEnoughDataError, match="Too few cells"):
        hotspots.gi_star(pd.Series(np.ones(n), index=DISK[:n]))


@pytest.mark.parametrize("value", [0, 3])
def test_counts_that_are_all_the_same_are_not_enough(value: int) -> None:
    with pytest.raises(NotEnoughDataError, match=f"All 5 counts are {value}"):
        hotspots.gi_star(pd.Series(value, index=DISK[:5]))


def test_a_rate_is_scored_among_the_cells_that_have_one() -> None:
    counts = pd.Series(np.random.default_rng(8).poisson(4, len(DISK)), index=DISK)
    streets = pd.Series(np.random.default_rng(9).uniform(0.1, 2, len(DISK)), index=DISK)
    streets.iloc[::5] = 0.0
    streets.iloc[1::50] = np.nan
    known = streets > 0

    found = hotspots.gi_star(counts, exposure=streets.drop(DISK[2]).sample(frac=1, random_state=2))
    known[DISK[2]] = False

    assert found[~known].isna().all(axis=None)
    assert found[known].notna().all(axis=None)
    from geo.rates import smoothed

    rates = pd.Series(smoothed(counts[known], streets[known]), index=counts.index[known])
    np.testing.assert_allclose(found[known], hotspots.gi_star(rates), rtol=1e-12)


def test_a_rate_by_nothing_is_not_enough() -> None:
    counts = city(1)
    with pytest.raises(NotEnoughDataError, match="exposure above 0"):
        hotspots.gi_star(counts, exposure=counts * 0)


def test_permutations_take_the_place_of_the_normal_distribution_and_leave_the_score() -> None:
    counts = city(2)
    plain = hotspots.gi_star(counts)

    dealt = hotspots.gi_star(counts, permutations=199, seed=4)

    np.testing.assert_array_equal(dealt["z"], plain["z"])
    assert not np.allclose(dealt["p"], plain["p"], equal_nan=True)
    assert dealt["p"].min() >= 2 / 200
    known = dealt["p"].notna()
    np.testing.assert_allclose(dealt["q"][known], stats.false_discovery_control(dealt["p"][known]))
    pd.testing.assert_frame_equal(dealt, hotspots.gi_star(counts, permutations=199, seed=4))


@pytest.mark.parametrize("permutations", [-1, 1.5, True])
def test_a_number_of_permutations_that_is_none_is_refused(permutations: Any) -> None:
    with pytest.raises(AnalysisError, match="not a number of permutations"):
        hotspots.gi_star(city(1), permutations=permutations)


def test_in_pure_noise_hardly_a_cell_is_called_hot() -> None:
    around = Neighbourhood.of(DISK)
    random = np.random.default_rng(11)

    called = [
        np.count_nonzero(hotspots.scores(around, random.poisson(3.0, len(DISK))).q <= 0.1)
        for _city in range(200)
    ]

    assert np.mean([n > 0 for n in called]) < 0.2
    assert sum(called) / (200 * len(DISK)) < 0.005
