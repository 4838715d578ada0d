"""Local Moran's I, against esda and against the published grid."""

import warnings

import esda
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo import cells, moran
from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.neighbourhood import Neighbourhood
from geo.rates import standardised
from tests.geo.cities import CENTRE, DISK, city, esda_weights
from tests.geo.published_grid import Grid, assert_as_written
from tests.shared_data import shared

MIDDLE = int(CENTRE, 16)


@pytest.mark.parametrize("ring", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_likeness_is_that_of_esda(seed: int, ring: int) -> None:
    counts = city(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = esda.Moran_Local(
            counts.to_numpy(), esda_weights(counts.index.tolist(), ring), permutations=0, island_weight=np.nan
        )

    found = moran.local_moran(counts, ring=ring)

    known = found["z"].notna().to_numpy()
    assert 200 < known.sum() < 251
    np.testing.assert_allclose(found["i"][known], peer.Is[known], rtol=0, atol=1e-9)
    # esda's I has n - 1 where the moments of its own source (Sokal 1998, A7 and A8) have n.
    n = len(counts)
    with np.errstate(invalid="ignore"):
        z = (peer.Is * n / (n - 1) - peer.EIc) / np.sqrt(peer.VIc)
    np.testing.assert_allclose(found["z"][known], z[known], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["p"][known], 2 * stats.norm.sf(np.abs(z[known])), rtol=0, atol=1e-9)
    slugs = np.array(["none", "high_high", "low_high", "low_low", "high_low"])
    assert found["quadrant"][known].tolist() == slugs[peer.q[known]].tolist()
    np.testing.assert_allclose(
        found["q"][known], stats.false_discovery_control(found["p"][known]), rtol=1e-12
    )


@pytest.mark.shared
@pytest.mark.parametrize("distance", [30, 60, 90, 120, 150])
def test_scores_without_the_cell_itself_are_the_published_ones(distance: int) -> None:
    path = shared("reference/getisord_1996_full_vectors.csv")
    grid = Grid(path, distance)
    members = (grid.around.sizes - 1).astype(float)
    sums = grid.around.sums(grid.values) - grid.values

    found = moran.neighbour_scores(sums, members, grid.values)

    assert_as_written(found, pd.read_csv(path)[f"Gi_d{distance}"].to_numpy())


def test_a_full_cell_among_empty_ones_is_an_outlier_and_an_empty_one_among_full_ones_too() -> None:
    random = np.random.default_rng(1)
    counts = pd.Series(random.poisson(20, len(DISK)), index=DISK)
    around = Neighbourhood.of(DISK)
    row = int(np.flatnonzero(DISK == MIDDLE)[0])
    near = around.indices[around.indptr[row] : around.indptr[row + 1]]
    for own, beside, quadrant in ((60, 2, "high_low"), (2, 60, "low_high"), (60, 60, "high_high")):
        counts.iloc[near] = beside
        counts.iloc[row] = own
        found = moran.local_moran(counts).loc[MIDDLE]
        assert found["quadrant"] == quadrant
        assert found["q"] < 1e-6
        assert (found["z"] > 0) == (quadrant == "high_high")


def test_a_cell_without_neighbours_has_no_answer() -> None:
    counts = pd.Series([1, 2, 3, 9], index=[DISK[0], DISK[100], *cells.disk([CENTRE], 1)[1][:2]])

    found = moran.local_moran(counts)

    assert found.iloc[:2, :4].isna().all(axis=None)
    assert found["quadrant"].iloc[:2].tolist() == ["none", "none"]
    assert found.iloc[2:, :4].notna().all(axis=None)


def test_others_that_are_all_the_same_tell_nothing_of_a_cell() -> None:
    counts = pd.Series(0.1, index=DISK)
    counts[MIDDLE] = 7.3

    found = moran.local_moran(counts)

    assert np.isnan(found.loc[MIDDLE, "z"])
    assert found["z"].drop(MIDDLE).notna().all()


def test_rates_are_compared_in_their_own_standard_deviations() -> None:
    random = np.random.default_rng(2)
    homes = pd.Series(random.integers(0, 400, len(DISK)).astype(float), index=DISK)
    homes.iloc[:9] = np.nan
    counts = pd.Series(random.poisson(np.nan_to_num(homes) * 0.1), index=DISK)
    known = homes > 0

    found = moran.local_moran(counts, exposure=homes)

    rates = standardised(counts[known], homes[known])
    literal = moran.likeness(Neighbourhood.of(DISK[known.to_numpy()]), rates)
    np.testing.assert_array_equal(found["z"][known], literal.z)
    assert found["z"][~known].isna().all()
    assert set(found["quadrant"][~known]) == {"none"}


def test_permutations_find_what_the_normal_distribution_invents() -> None:
    """One cell with a thousand reports makes its empty neighbours stray far, which chance does as easily."""
    counts = pd.Series(0, index=DISK)
    counts.iloc[::3] = 1
    counts[MIDDLE] = 1_000

    normal = moran.local_moran(counts)
    dealt = moran.local_moran(counts, permutations=9_999, seed=1)

    assert (normal["q"] < 1e-6).sum() >= 6
    assert (dealt["q"] > 0.1).all()


@pytest.mark.parametrize(
    ("values", "error"),
    [([1, np.nan], AnalysisError), ([1, -1], AnalysisError), ([2, 2], NotEnoughDataError), ([1], None)],
)
def test_bad_counts_are_refused(values: list[float], error: type[Exception] | None) -> None:
    with pytest.raises(error or NotEnoughDataError):
        moran.local_moran(pd.Series(values, index=DISK[: len(values)]))


def test_rates_that_are_all_the_same_are_not_enough() -> None:
    counts = pd.Series(3, index=DISK)
    with pytest.raises(NotEnoughDataError, match=f"All {len(DISK)} rates are 0"):
        moran.local_moran(counts, exposure=counts * 2)


def test_cells_given_twice_are_refused() -> None:
    with pytest.raises(CellError, match="twice"):
        moran.local_moran(pd.Series([1, 2, 3], index=DISK[[0, 1, 0]]))
