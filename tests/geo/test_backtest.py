"""The back-test: no forecast knows what comes, figures are those of the measures, what goes on is found."""

from typing import Any

import numpy as np
import pytest

from geo import backtest as backtests
from geo import cells, forecast
from geo.backtest import FAMILIES, FEWEST_STEPS, RIVALS, BackTest, backtest
from geo.cells import Cells
from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.forecast_memory import Memory
from geo.nearness import Nearness

STEPS = 40


def town() -> tuple[Cells, Any]:
    """Some 270 cells with rates of their own and one that begins late; 40 steps."""
    area = cells.grow(cells.from_points([116.9], [38.3], 10), 9)
    rng = np.random.default_rng(7)
    rates = rng.gamma(0.3, 1.0, len(area))[:, None] * np.ones(STEPS)
    rates[5, 28:] += 9
    return area, rng.poisson(rates)


@pytest.fixture(scope="module")
def tested() -> tuple[Cells, Any, BackTest]:
    area, counts = town()
    return area, counts, backtest(counts, area, season=None)


def test_changing_the_future_changes_no_forecast(tested: tuple[Cells, Any, BackTest]) -> None:
    area, counts, found = tested
    now = 31
    changed = counts.copy()
    changed[:, now:] = np.random.default_rng(1).poisson(4, changed[:, now:].shape)
    # Another future may choose another setting: each method is looked at by itself.
    again = {(m.name, m.variant): p for m, p in _plans(changed, area)}
    before = found.steps <= now
    assert before.sum() > 10
    for method, plans in _plans(counts, area):
        assert (plans[before] == again[method.name, method.variant][before]).all(), method.name
        if method.name == "mean":
            assert (plans != again[method.name, method.variant]).any()


def _plans(counts: Any, area: Cells) -> list[tuple[Any, Any]]:
    """Return each method with its plans, from a loop of its own."""
    kept: dict[tuple[str, str], tuple[Any, list[Any]]] = {}
    memory = Memory(Nearness.of(area), steps=counts.shape[1], season=None)
    n_cells = forecast.plan_size(cells.area_m2(area), forecast.usual_km2(cells.area_m2(area).sum() / 1e6))
    lots = forecast.drawn_lots(area)
    methods = backtests.methods()
    for step in range(counts.shape[1]):
        for method in methods if step >= backtests.FIRST_STEPS else ():
            scores = method.scores(memory)
            found = kept.setdefault((method.name, method.variant), (method, []))
            found[1].append(forecast.plan(scores, n_cells, lots))
        memory.take(counts[:, step])
    return [(method, np.array(plans)) for method, plans in kept.values()]


def test_the_back_test_forecasts_as_the_methods_do(tested: tuple[Cells, Any, BackTest]) -> None:
    area, counts, found = tested
    alone = {(m.name, m.variant): plans for m, plans in _plans(counts, area)}
    for family in found.families:
        assert (family.plans == alone[family.name, family.variant]).all()


def test_the_figures_are_those_of_the_measures(tested: tuple[Cells, Any, BackTest]) -> None:
    area, counts, found = tested
    areas = cells.area_m2(area)
    for name in FAMILIES:
        family = found.of(name)
        for step, plan, hits, total, best in zip(
            found.steps, family.plans, family.hits, found.totals, found.best, strict=True
        ):
            chosen = np.zeros(len(area), np.bool_)
            chosen[plan] = True
            assert hits / total == pytest.approx(forecast.hit_rate(counts[:, step], chosen))
            # Cells of one town differ in size by less than a thousandth.
            assert hits / total / found.share == pytest.approx(
                forecast.pai(counts[:, step], chosen, areas=areas), rel=1e-3
            )
            assert hits / best == pytest.approx(forecast.pei(counts[:, step], chosen), rel=1e-9)
        judged = found.quality(name)
        late = slice(found.choosing, None)
        assert judged.pei.value == pytest.approx(family.hits[late].sum() / found.best[late].sum())
        for figure in judged:
            assert figure.low <= figure.value <= figure.high
        assert judged.pei.high <= 1


def test_the_method_is_chosen_on_the_earlier_forecasts_alone(tested: tuple[Cells, Any, BackTest]) -> None:
    area, counts, found = tested
    early = {family.name: family.hits[: found.choosing].sum() for family in found.families}
    assert early[found.chosen] == max(early.values())
    other = counts.copy()
    judged_from = int(found.steps[found.choosing])
    other[:, judged_from:] = other[::-1, judged_from:]
    again = backtest(other, area, season=None)
    assert again.chosen == found.chosen
    assert [f.variant for f in again.families] == [f.variant for f in found.families]


def test_a_place_that_goes_on_is_in_the_plan(tested: tuple[Cells, Any, BackTest]) -> None:
    _area, counts, found = tested
    assert 5 in found.plan[:3]
    assert found.expected.sum() == pytest.approx(counts[:, -8:].sum() / 8)
    assert (np.diff(found.expected[found.plan]) <= 1e-12).all()


def test_every_method_beats_chance_where_places_differ(tested: tuple[Cells, Any, BackTest]) -> None:
    _area, _counts, found = tested
    for name in FAMILIES:
        assert found.quality(name).pai.low > 1.5, name


def test_nothing_beats_the_rivals_on_noise_beyond_chance() -> None:
    area = cells.grow(cells.from_points([116.9], [38.3], 10), 5)
    counts = np.random.default_rng(3).poisson(1.0, (len(area), 24))
    found = backtest(counts, area, season=None)
    assert found.verdict in {"rival", "same", "worse"}
    for name in FAMILIES:
        assert found.quality(name).pai.low < 1.15


def test_the_verdict_follows_the_interval(tested: tuple[Cells, Any, BackTest]) -> None:
    found = tested[2]
    ahead = found.ahead(found.chosen, found.best_rival)
    if found.chosen in RIVALS:
        assert found.verdict == "rival"
    else:
        expected = "better" if ahead.low > 0 else "worse" if ahead.high < 0 else "same"
        assert found.verdict == expected
    most = max(found.of(name).hits[found.choosing :].sum() for name in RIVALS)
    assert found.of(found.best_rival).hits[found.choosing :].sum() == most


def test_two_steps_ahead_nobody_knows_the_step_between() -> None:
    area, counts = town()
    counts = counts[:, :26]
    found = backtest(counts, area, lead=2, season=None)
    changed = counts.copy()
    changed[:, -1] = 50 - changed[:, -1]
    again = backtest(changed, area, lead=2, season=None)
    last, rival = found.of("last"), again.of("last")
    assert (last.plans == rival.plans).all()  # of the last step too: the one before it was not known yet
    n_cells = last.plans.shape[1]
    lots = forecast.drawn_lots(area)
    for step, plan in zip(found.steps, last.plans, strict=True):
        assert (plan == forecast.plan(counts[:, step - 2], n_cells, lots)).all()


def test_the_same_counts_give_the_same_forecast() -> None:
    area, counts = town()
    first, second = (backtest(counts[:, :20], area, season=None) for _turn in range(2))
    assert first.chosen == second.chosen
    assert (first.expected == second.expected).all()
    assert all((a.plans == b.plans).all() for a, b in zip(first.families, second.families, strict=True))


def test_progress_is_told_and_may_end_the_test() -> None:
    area, counts = town()
    told: list[tuple[int, int]] = []

    def note(done: int, of: int) -> None:
        told.append((done, of))
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtest(counts, area, progress=note)
    assert told == [(n, STEPS) for n in range(1, 6)]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"counts": np.zeros((3, FEWEST_STEPS))}, AnalysisError, "a row for each cell"),
        ({"counts": np.full((5, 20), -1)}, AnalysisError, "negative"),
        ({"counts": np.full((5, 20), np.nan)}, AnalysisError, "not finite"),
        ({"counts": np.ones((5, FEWEST_STEPS - 1))}, NotEnoughDataError, "15 whole steps"),
        ({"counts": np.zeros((5, 20))}, NotEnoughDataError, "nothing can be chosen or judged"),
        ({"counts": np.full((5, 20), 3)}, NotEnoughDataError, "All 100 counts are 3"),
        ({"lead": 0}, AnalysisError, "steps ahead"),
        ({"lengths": []}, AnalysisError, "one length or more"),
        ({"lengths": [4, 0]}, AnalysisError, "whole numbers of 1 or more"),
        ({"season": 0}, AnalysisError, "a season of 0"),
        ({"spans": []}, AnalysisError, "2 or more"),
        ({"spans": [3.0, 1.0]}, AnalysisError, "each longer than the last one"),
        ({"budget_km2": 0}, AnalysisError, "km²"),
        ({"cells": [1, 2, 3, 4, 5]}, CellError, "not H3 cells"),
    ],
)
def test_bad_questions_are_named(change: dict[str, Any], error: type[Exception], words: str) -> None:
    area = cells.grow(cells.from_points([116.9], [38.3], 10), 1)[:5]
    asked = {"counts": np.arange(100).reshape(5, 20), "cells": area} | change
    with pytest.raises(error, match=words):
        backtest(asked.pop("counts"), asked.pop("cells"), **asked)


def test_one_cell_is_not_enough() -> None:
    with pytest.raises(NotEnoughDataError, match="told from others"):
        backtest(np.ones((1, 20)), cells.from_points([116.9], [38.3], 10))
