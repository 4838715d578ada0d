"""PAI, PEI and hit rate against numbers worked out by hand, and plans that scores make."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import cells, forecast
from geo.errors import AnalysisError, NotEnoughDataError

COUNTS = [6, 0, 3, 1, 10, 0, 0, 0, 0, 0]


def mask(*rows: int, n: int = 10) -> np.ndarray[Any, np.dtype[np.bool_]]:
    chosen = np.zeros(n, np.bool_)
    chosen[list(rows)] = True
    return chosen


def test_the_measures_are_those_worked_out_by_hand() -> None:
    chosen = mask(0, 2)  # 9 of 20 reports on a fifth of the area; the best two cells have 16
    assert forecast.hit_rate(COUNTS, chosen) == pytest.approx(9 / 20)
    assert forecast.pai(COUNTS, chosen) == pytest.approx((9 / 20) / (2 / 10)) == pytest.approx(2.25)
    assert forecast.pei(COUNTS, chosen) == pytest.approx(9 / 16)


def test_areas_of_cells_count() -> None:
    areas = [4, 1, 1, 2, 2]
    counts = [8, 0, 2, 2, 8]
    chosen = mask(
        0, n=5
    )  # 8 of 20 on 4 of 10; the best on an area of 4: the last cell, then the third, half of the first
    assert forecast.pai(counts, chosen, areas=areas) == pytest.approx((8 / 20) / (4 / 10))
    assert forecast.pei(counts, chosen, areas=areas) == pytest.approx(8 / (8 + 2 + 1 / 4 * 8))


def test_the_whole_area_hits_what_chance_hits() -> None:
    everything = np.ones(10, np.bool_)
    assert forecast.pai(COUNTS, everything) == forecast.pei(COUNTS, everything) == 1
    assert forecast.hit_rate(COUNTS, everything) == 1


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0.5, 3), st.booleans()), min_size=1, max_size=7))
def test_no_plan_is_better_than_the_best(drawn: list[tuple[int, float, bool]]) -> None:
    counts, areas, chosen = (np.array(column) for column in zip(*drawn, strict=True))
    if not counts.sum() or not chosen.any():
        return
    index = forecast.pei(counts, chosen, areas=areas)
    assert 0 <= index <= 1 + 1e-9
    # The best of all plans of whole cells that are no larger is not above what is taken for the best.
    room = areas[chosen].sum()
    plans = (rows for size in range(1, len(counts) + 1) for rows in combinations(range(len(counts)), size))
    most = max(
        (counts[list(rows)].sum() for rows in plans if areas[list(rows)].sum() <= room + 1e-9), default=0
    )
    assert index <= counts[chosen].sum() / most + 1e-9


@pytest.mark.parametrize(
    ("counts", "chosen", "words"),
    [
        ([1, -1, 0], mask(0, n=3), "negative"),
        ([1, float("nan"), 0], mask(0, n=3), "not finite"),
        (["many", 1, 0], mask(0, n=3), "not numbers"),
        ([1, 2, 3], mask(0, n=2), "shape"),
        ([1, 2, 3], np.array([1, 0, 0]), "booleans"),
        ([1, 2, 3], mask(n=3), "no cell"),
    ],
)
def test_bad_counts_and_plans_are_named(counts: Any, chosen: Any, words: str) -> None:
    for measure in (forecast.hit_rate, forecast.pai, forecast.pei):
        with pytest.raises(AnalysisError, match=words):
            measure(counts, chosen)


def test_a_step_without_reports_has_no_figure() -> None:
    for measure in (forecast.hit_rate, forecast.pai, forecast.pei):
        with pytest.raises(NotEnoughDataError, match="no report"):
            measure([0, 0, 0], mask(1, n=3))


@pytest.mark.parametrize(
    ("areas", "words"),
    [
        ([1, 0, 1], "Expected one above 0"),
        ([1, 1], "Expected one above 0"),
        ([1, float("inf"), 1], "1 of 3 areas are negative or not finite"),
        (["large", 1, 1], "The areas are not numbers"),
    ],
)
def test_areas_that_are_none_are_named(areas: list[Any], words: str) -> None:
    for measure in (forecast.pai, forecast.pei):
        with pytest.raises(AnalysisError, match=words):
            measure([1, 2, 3], mask(0, n=3), areas=areas)


def test_a_plan_takes_the_highest_scores_and_breaks_ties_by_lot() -> None:
    scores, lots = np.array([1.0, 5.0, 0.0, 5.0, 1.0, 1.0]), np.array([9, 8, 0, 7, 3, 4])
    assert forecast.plan(scores, 4, lots).tolist() == [3, 1, 4, 5]
    assert forecast.plan(scores, 6, lots).tolist() == [3, 1, 4, 5, 0, 2]
    with pytest.raises(AnalysisError, match="1 of 2 scores"):
        forecast.plan([1.0, float("nan")], 1, [0, 1])


def test_lots_stay_with_the_cell_and_scatter_neighbours() -> None:
    area = cells.grow(cells.from_points([116.9], [38.3], 10), 12)
    lots = forecast.drawn_lots(area)
    assert (forecast.drawn_lots(area[::3]) == lots[::3]).all()
    assert len(np.unique(lots)) == len(area)
    rank = np.argsort(np.argsort(lots))
    assert abs(np.corrcoef(np.arange(len(area)), rank)[0, 1]) < 0.15


def test_the_usual_plan_is_a_square_kilometre_or_a_twentieth_of_a_small_city() -> None:
    assert forecast.usual_km2(400) == 1
    assert 0.65 <= forecast.usual_km2(400) <= 1.94, "the plans of the National Institute of Justice"
    assert forecast.usual_km2(9) == pytest.approx(0.45)
    assert forecast.plan_size([10_000] * 900, 0.45) == 45
    assert forecast.plan_size([10_000] * 900, 0.001) == 1
    assert forecast.plan_size([10_000] * 5, 7) == 5
    for wrong in (0, -1, float("nan")):
        with pytest.raises(AnalysisError, match="Expected square kilometres"):
            forecast.plan_size([10_000], wrong)
    with pytest.raises(NotEnoughDataError):
        forecast.plan_size([], 1)
