"""Where nobody looked, and which changes of the reports are those of the visits."""

from typing import Any

import h3
import numpy as np
import pytest
from scipy import stats

from geo import effort
from geo.errors import AnalysisError
from geo.neighbourhood import Neighbourhood

STEPS, SPLIT = 104, 78
DISK = np.array(sorted(int(cell, 16) for cell in h3.grid_disk("8a2a1072b59ffff", 12)), np.uint64)
AROUND = Neighbourhood.of(DISK, 1)
#: Cells within five steps of the middle: there the visits doubled.
MIDDLE = np.isin(DISK, [int(cell, 16) for cell in h3.grid_disk("8a2a1072b59ffff", 5)])
INNER = np.isin(DISK, [int(cell, 16) for cell in h3.grid_disk("8a2a1072b59ffff", 4)])
OUTER = ~np.isin(DISK, [int(cell, 16) for cell in h3.grid_disk("8a2a1072b59ffff", 6)])


def city(seed: int, *, visits: float = 1.0, problems: float = 1.0) -> effort.Moved:
    """Draw a city in whose middle visits and problems change by a factor for the last quarter."""
    rng = np.random.default_rng(seed)
    season = 1 + 0.3 * np.sin(np.arange(STEPS) / 52 * 2 * np.pi)
    more_visits, more_problems = np.ones((2, len(DISK), STEPS))
    more_visits[MIDDLE, SPLIT:] = visits
    more_problems[MIDDLE, SPLIT:] = problems
    paid = rng.poisson(5 * more_visits)
    patrols = rng.poisson(0.06 * paid * season * more_problems)
    others = rng.poisson(0.3 * season * more_problems)
    return effort.moved_with_visits(patrols, others, paid, AROUND)


def test_what_only_more_visits_made_is_told() -> None:
    found = city(1, visits=2.2)
    assert (found.moved[INNER] == 1).mean() > 0.8
    assert set(found.change.split[INNER]) <= {SPLIT - 1, SPLIT, SPLIT + 1}
    np.testing.assert_allclose(np.median(found.change.ratio[INNER]), 2.2, atol=0.15)
    np.testing.assert_allclose(np.median(found.per_visit[INNER]), 1.0, atol=0.15)
    assert not found.moved[OUTER].any()


def test_what_only_fewer_visits_made_is_told_as_a_fall() -> None:
    found = city(2, visits=1 / 2.2)
    assert (found.moved[INNER] == -1).mean() > 0.4, "fewer reports are left to tell it by"
    assert not (found.moved == 1).any()


def test_problems_that_grow_where_visits_stay_are_nobody_s_warning() -> None:
    found = city(3, problems=2.2)
    assert not found.moved.any()
    assert not found.change.split.any()


def test_problems_that_grow_while_visits_do_are_no_matter_of_the_visits() -> None:
    found = city(4, visits=2.0, problems=2.5)
    assert (found.moved[INNER] == 1).mean() < 0.02


def test_in_a_city_where_nothing_changes_nothing_is_told() -> None:
    assert not any(city(seed).moved.any() for seed in range(5, 10))


def test_a_spot_that_residents_report_too_is_hot_whatever_the_patrols_do() -> None:
    rng = np.random.default_rng(11)
    visits = rng.poisson(5, (len(DISK), STEPS))
    visits[MIDDLE, SPLIT:] = rng.poisson(11, (MIDDLE.sum(), STEPS - SPLIT))
    spot = np.where(np.arange(len(DISK)) == np.flatnonzero(INNER)[30], 20.0, 1.0)[:, np.newaxis]
    patrols = rng.poisson(0.06 * visits * spot)
    others = rng.poisson(0.3 * spot * np.ones((1, STEPS)))
    found = effort.moved_with_visits(patrols, others, visits, AROUND)
    place = int(np.flatnonzero(INNER)[30])
    assert found.moved[place] == 0
    assert (found.moved[INNER] == 1).mean() > 0.6


def test_the_exact_test_is_that_of_a_binomial_count() -> None:
    rng = np.random.default_rng(5)
    before, after = rng.poisson(8, (2, 200))
    first, second = rng.uniform(1, 50, (2, 200))
    higher, lower = effort.rates_differ(before, after, first, second)
    share = second / (first + second)
    total = before + after
    np.testing.assert_allclose(higher, stats.binom.sf(after - 1, total, share), rtol=1e-9)
    np.testing.assert_allclose(lower, stats.binom.cdf(after, total, share), rtol=1e-9)


def test_a_rate_without_exposure_is_unknown_and_no_count_is_no_difference() -> None:
    higher, lower = effort.rates_differ([3, 0], [4, 0], [0, 1], [1, 1])
    assert np.isnan([higher[0], lower[0]]).all()
    assert higher[1] == lower[1] == 1


def test_the_split_is_the_likeliest_one_of_all() -> None:
    rng = np.random.default_rng(6)
    counts = np.concatenate([rng.poisson(4, 30), rng.poisson(9, 22)])
    best = max(
        range(effort.FEWEST_STEPS, 52 - effort.FEWEST_STEPS + 1),
        key=lambda at: (
            stats.poisson.logpmf(counts[:at], counts[:at].mean()).sum()
            + stats.poisson.logpmf(counts[at:], counts[at:].mean()).sum()
        ),
    )
    found = effort.visit_change(counts[np.newaxis])
    assert found.split[0] == best
    np.testing.assert_allclose(found.ratio[0], counts[best:].mean() / counts[:best].mean())


@pytest.mark.parametrize("steps", [0, 1, 11])
def test_few_steps_show_no_change(steps: int) -> None:
    found = effort.visit_change(np.full((3, steps), 5.0))
    assert not found.split.any()
    assert (found.ratio == 1).all()


def test_visits_that_begin_or_end_are_a_change() -> None:
    begun = np.concatenate([np.zeros(20), np.full(20, 5.0)])
    found = effort.visit_change(np.stack([begun, begun[::-1], np.zeros(40), np.full(40, 5.0)]))
    assert found.split.tolist() == [20, 20, 0, 0]
    assert found.ratio.tolist() == [np.inf, 0, 1, 1]


def test_cells_are_seen_seldom_or_never_by_the_usual_number() -> None:
    visits = np.array([100, 100, 100, 120, 33, 34, 4.9, 5.1, 0])
    names = [effort.SEEN[code] for code in effort.seen(visits)]
    usual = effort.usual_visits(visits)
    assert usual == np.median(visits[visits > 0])
    assert names == ["blind" if n < 0.05 * usual else "seldom" if n < usual / 3 else "seen" for n in visits]
    assert names[-1] == "blind"


def test_with_hardly_any_visits_nobody_is_called_blind() -> None:
    assert not effort.seen([0, 1, 2, 0]).any()
    assert not effort.seen([0, 0]).any()
    assert effort.seen([]).size == 0


@pytest.mark.parametrize("wrong", [[np.nan, 1], [-1, 1], [np.inf, 1], [[1.0]]])
def test_visits_that_are_none_are_refused(wrong: Any) -> None:
    with pytest.raises(AnalysisError, match="'visits'"):
        effort.seen(wrong)


def test_counts_of_other_cells_or_steps_are_refused() -> None:
    few = np.ones((3, 20))
    with pytest.raises(AnalysisError, match="Expected one row for each cell"):
        effort.moved_with_visits(few, few, few, AROUND)
    whole = np.ones((len(DISK), 20))
    with pytest.raises(AnalysisError, match="Expected one row for each cell"):
        effort.moved_with_visits(whole, whole[:, 1:], whole, AROUND)
