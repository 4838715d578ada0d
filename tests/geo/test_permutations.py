"""Conditional permutations, against dealing by hand and against every deal there is."""

from itertools import combinations

import numpy as np
import pytest

from geo import cells
from geo.neighbourhood import Neighbourhood
from geo.permutations import conditional_p, draw
from tests.geo.cities import CENTRE, DISK, city


def dealt_by_hand(around: Neighbourhood, values: np.ndarray, *, permutations: int, seed: int) -> np.ndarray:
    """Deal the same hands to each cell on its own."""
    n, sizes = len(values), around.sizes - 1
    hands = draw(n, min(int(sizes.max()) + 1, n), permutations, seed).T.tolist()
    found = np.full(n, np.nan)
    for cell in range(n):
        m = int(sizes[cell])
        if not 0 < m < n - 1:
            continue
        held = sum(values[around.indices[around.indptr[cell] : around.indptr[cell + 1]]].tolist())
        sums = []
        for hand in hands:
            others = [one for one in hand[:m] if one != cell]
            others += [hand[m]] * (m - len(others))
            sums.append(sum(values[others].tolist()))
        more, less = sum(s >= held for s in sums), sum(s <= held for s in sums)
        found[cell] = min(1.0, 2 * (min(more, less) + 1) / (permutations + 1))
    return found


@pytest.mark.parametrize("ring", [1, 2])
@pytest.mark.parametrize("n", [9, 40, 200])
def test_shared_hands_give_what_dealing_to_each_cell_gives(n: int, ring: int) -> None:
    counts = city(n, n=n, mean=1.0)
    around = Neighbourhood.of(counts.index.to_numpy(), ring)
    values = counts.to_numpy(float)

    found = conditional_p(around, values, permutations=49, seed=7)

    np.testing.assert_array_equal(found, dealt_by_hand(around, values, permutations=49, seed=7))


def test_many_deals_come_to_the_share_of_all_deals_there_are_with_ties_on_both_sides() -> None:
    ids = DISK[[0, 1, 2, 3, 20, 21, 22, 23, 24, 60, 61, 62]]
    values = np.array([0, 1, 1, 0, 2, 1, 0, 5, 1, 0, 0, 2.0])
    around = Neighbourhood.of(ids)
    permutations = 100_000

    found = conditional_p(around, values, permutations=permutations, seed=1)

    answered = 0
    for cell in range(len(ids)):
        near = around.indices[around.indptr[cell] : around.indptr[cell + 1]]
        if not near.size:
            assert np.isnan(found[cell])
            continue
        others = [one for one in range(len(ids)) if one != cell]
        sums = np.array([values[list(hand)].sum() for hand in combinations(others, near.size)])
        held = values[near].sum()
        exact = min(1.0, 2 * min((sums >= held).mean(), (sums <= held).mean()))
        assert found[cell] == pytest.approx(exact, abs=0.01)
        answered += 1
    assert answered > 5


def test_sums_of_rates_are_not_told_apart_by_rounding() -> None:
    counts = city(5, n=150)
    around = Neighbourhood.of(counts.index.to_numpy())
    values = counts.to_numpy(float)

    whole = conditional_p(around, values, permutations=499, seed=2)

    np.testing.assert_array_equal(conditional_p(around, values * 0.1, permutations=499, seed=2), whole)


def test_another_seed_deals_another_way_and_the_same_seed_does_not() -> None:
    counts = city(6)
    around, values = Neighbourhood.of(counts.index.to_numpy()), counts.to_numpy(float)
    first, again, other = (conditional_p(around, values, permutations=99, seed=seed) for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize(("n", "k"), [(1, 1), (5, 5), (9, 4), (40, 20), (1_000, 7)])
def test_a_hand_holds_nobody_twice_and_everybody_equally_often(n: int, k: int) -> None:
    drawn = draw(n, k, 20_000, seed=3)

    assert drawn.shape == (k, 20_000)
    assert (np.diff(np.sort(drawn, axis=0), axis=0) > 0).all()
    for place in drawn:
        share = np.bincount(place, minlength=n) / 20_000
        assert np.abs(share - 1 / n).max() < 5 * np.sqrt(1 / n / 20_000) + 1e-12


def test_where_there_is_nobody_to_deal_to_there_is_no_p() -> None:
    two = cells.disk([CENTRE], 1)[1][:2]
    alone = Neighbourhood.of([DISK[0], DISK[100], *two])
    p = conditional_p(alone, np.array([1.0, 2.0, 3.0, 4.0]), permutations=99, seed=1)
    assert np.isnan(p[:2]).all()
    assert not np.isnan(p[2:]).any()

    pair = Neighbourhood.of(two)
    assert np.isnan(conditional_p(pair, np.array([1.0, 2.0]), permutations=99, seed=1)).all()
