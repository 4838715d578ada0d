"""The methods against slow readings of their definitions, and fits against a general optimiser."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from geo import cells
from geo.distances import haversine_m
from geo.forecast_exciting import SelfExciting, fitted, maximised
from geo.forecast_memory import Memory
from geo.forecast_quality import difference, quality
from geo.forecast_rivals import KernelDensity, LastPeriod, MeanOfLast
from geo.forecast_smoothing import drawn_together, smoothed
from geo.nearness import Nearness
from geo.neighbourhood import Neighbourhood

AREA = cells.grow(cells.from_points([116.9], [38.3], 10), 6)
COUNTS = np.random.default_rng(2).poisson(0.7, (len(AREA), 14))


def remembered(steps: int = 14, *, lead: int = 1) -> Memory:
    memory = Memory(Nearness.of(AREA), steps=14, season=None, lead=lead)
    for step in range(steps):
        memory.take(COUNTS[:, step])
    return memory


def test_the_kernel_is_a_gaussian_of_the_distance_that_sums_to_one() -> None:
    near = Nearness.of(AREA)
    lon, lat = cells.centres(AREA)
    apart_m = math.sqrt(2 * cells.area_m2(AREA).mean() / math.sqrt(3))
    for number, width in enumerate((0.6, 1.5)):
        for row in (0, 17, 60):
            away = haversine_m(lon[row], lat[row], lon, lat) / apart_m
            weights = np.where(away <= 2.6 * width + 0.1, np.exp(-((away / width) ** 2) / 2), 0)
            assert near.links[number].toarray()[row] == pytest.approx(weights / weights.sum(), abs=1e-12)
    assert near.widths_m == pytest.approx((0.6 * apart_m, 1.5 * apart_m))
    assert near.around(np.ones(len(AREA)), 1) == pytest.approx(1)
    assert Nearness.of(np.zeros(0, np.uint64)).around(np.zeros(0), 0).shape == (0,)


def test_a_memory_fades_as_its_spans_say() -> None:
    memory = remembered()
    for number, span in enumerate(memory.spans):
        weights = [math.exp(-back / span) for back in range(13, -1, -1)]
        own = (COUNTS * weights).sum(axis=1) / sum(weights)
        assert memory.rates[:, 0, number] == pytest.approx(own, rel=1e-5)
        assert memory.rates[:, 2, number] == pytest.approx(memory.near.around(own, 1), rel=1e-5)
        assert memory.weights[number] == pytest.approx(sum(weights))
    assert (memory.recent[:, 0] == COUNTS[:, -1]).all()
    assert (memory.recent[:, 1] == COUNTS[:, -2]).all()


@pytest.mark.parametrize("lead", [1, 2])
def test_lessons_are_what_was_remembered_and_what_then_came(lead: int) -> None:
    lessons = remembered(lead=lead).lessons()
    for row, step in enumerate(range(3, 14 - lead + 1)):
        assert (lessons.rates[row] == remembered(step, lead=lead).rates).all()
        assert (lessons.happened[row] == COUNTS[:, step + lead - 1]).all()
    assert len(lessons.happened) == 14 - lead + 1 - 3


def test_the_season_is_around_the_same_step_before() -> None:
    memory = Memory(Nearness.of(AREA), steps=14, season=10)
    for step in range(14):
        memory.take(COUNTS[:, step])
    assert memory.recent[:, 2] == pytest.approx(COUNTS[:, 3:6].mean(axis=1), rel=1e-5)


def test_the_rivals_are_what_their_names_say() -> None:
    memory = remembered()
    assert (LastPeriod().scores(memory) == COUNTS[:, -1]).all()
    assert MeanOfLast(4).scores(memory) == pytest.approx(COUNTS[:, -4:].mean(axis=1))
    assert MeanOfLast(52).scores(memory) == pytest.approx(COUNTS.mean(axis=1))
    density = memory.near.links[1].toarray() @ COUNTS[:, -8:].sum(axis=1)
    assert KernelDensity(8, 1).scores(memory) == pytest.approx(density)


def test_the_likelihood_is_as_high_as_an_optimiser_finds() -> None:
    rng = np.random.default_rng(5)
    terms = rng.gamma(1, 1, (3_000, 3))
    counts = rng.poisson(terms @ [0.2, 0.0, 0.7])
    some = counts > 0
    sums = terms.sum(axis=0)
    thetas = np.full(3, 0.3)
    for _turn in range(20):
        thetas, likelihood = maximised(terms[some], sums, counts[some], thetas)

    def against(asked: np.ndarray) -> float:
        return float(sums @ asked - counts[some] @ np.log(terms[some] @ asked))

    best = minimize(against, np.full(3, 0.3), bounds=[(1e-9, None)] * 3)
    assert likelihood == pytest.approx(-best.fun, rel=1e-5)
    assert thetas == pytest.approx(best.x, abs=0.01)


def test_a_process_that_excites_itself_is_told_from_one_that_does_not() -> None:
    rng = np.random.default_rng(11)
    near = Nearness.of(AREA)
    branching = {}
    for draws in (0.0, 0.6):
        memory = Memory(near, steps=80, season=None)
        for _step in range(80):
            excited = memory.rates[:, 0, 0].astype(float) * draws if memory.known else 0.0
            memory.take(rng.poisson(0.3 + excited, len(AREA)))
        branching[draws] = fitted(memory.lessons(), memory.spans)
    assert branching[0.0].thetas[3] < 0.12
    assert branching[0.6].thetas[3] == pytest.approx(0.6, abs=0.12)
    assert (branching[0.6].quick, branching[0.6].place) == (0, 0)


def test_between_two_fits_the_last_one_is_used() -> None:
    method = SelfExciting(every=3)
    memory = Memory(Nearness.of(AREA), steps=14, season=None)
    fits = []
    for step in range(14):
        memory.take(COUNTS[:, step])
        if step >= 8:
            method.scores(memory)
            fits.append(method.fit)
    assert fits[0] is fits[1] is fits[2] is not fits[3]


def test_a_busy_cell_is_judged_by_itself_and_a_quiet_one_by_where_it_lies() -> None:
    own = np.array([10.0, 0.0, 0.0, 0.0])
    around = np.array([2.0, 2.0, 0.0, 0.0])
    found = drawn_together(own, around, 50.0, 2.0)
    mean = 0.95 * around + 0.05 * own.mean()
    assert found == pytest.approx(mean * (2 + 50 * own) / (2 + 50 * mean))
    assert found[0] > 9
    assert found[1] > found[2] > 0
    assert drawn_together(own, around, 0.0, 2.0) == pytest.approx(mean)


def test_the_forecast_at_once_needs_no_fit() -> None:
    disks = Neighbourhood.of(AREA, 1)
    weights = np.exp(-np.arange(14)[::-1] / 20)
    own = COUNTS @ weights / weights.sum()
    expected = drawn_together(own, disks.sums(own) / disks.sizes, weights.sum(), 2.0)
    assert smoothed(COUNTS, disks) == pytest.approx(expected)


def test_intervals_hold_the_figure_and_are_narrow_where_steps_are_alike() -> None:
    alike = quality([5] * 20, [10] * 20, [8] * 20, 0.1)
    assert alike.hit_rate == pytest.approx((0.5, 0.5, 0.5))
    assert alike.pai == pytest.approx((5, 5, 5))
    assert alike.pei == pytest.approx((5 / 8,) * 3)
    hits = np.random.default_rng(0).binomial(10, 0.5, 40)
    unlike = quality(hits, [10] * 40, [10] * 40, 0.1).hit_rate
    spread = 1.96 * math.sqrt(0.25 / 400)
    assert unlike.high - unlike.low == pytest.approx(2 * spread, rel=0.5)


def test_pairs_are_compared_step_by_step() -> None:
    totals = np.array([10, 100] * 15)
    hits = totals // 2
    ahead = difference(hits + 1, hits, totals)
    assert ahead.value == pytest.approx(30 / totals.sum())
    assert ahead.low > 0  # always one more, though the steps differ much
    assert difference(hits, hits, totals) == (0, 0, 0)
