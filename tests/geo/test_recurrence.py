"""What came back after its closing: against a loop over all pairs, and intervals against the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import cells
from geo.distances import haversine_m
from geo.errors import AnalysisError
from geo.recurrence import (
    DAY_MIN,
    Events,
    first_return_in_cell,
    first_return_within,
    shares,
    window_is_over,
)


def by_a_loop(closed: list[tuple], reports: list[tuple], days: int, near: object) -> list[int | None]:
    """Return the minute of the first return of each closed case (kind, minute, place)."""
    found = []
    for kind, minute, place in closed:
        times = [
            at
            for other, at, there in reports
            if other == kind and minute < at <= minute + days * DAY_MIN and near(place, there)
        ]
        found.append(min(times, default=None))
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, 7, 30]), st.sampled_from([20.0, 60.0, 400.0]))
def test_returns_are_those_of_a_loop_over_all_pairs(seed: int, days: int, within_m: float) -> None:
    random = np.random.default_rng(seed)
    n, m = 40, 90
    lon, lat = 116.85 + random.normal(0, 0.0015, n + m), 38.3 + random.normal(0, 0.0012, n + m)
    kind = random.integers(0, 3, n + m)
    minute = random.integers(0, 60 * DAY_MIN, n + m)
    at = cells.from_points(lon, lat, 10)
    points = list(zip(lon, lat, strict=True))
    closed, reports = Events.of(kind[:n], minute[:n]), Events.of(kind[n:], minute[n:])

    def said(rows: np.ndarray) -> list[int | None]:
        return [int(reports.minute[row]) if row >= 0 else None for row in rows]

    def rows(part: slice, places: list) -> list[tuple]:
        return list(zip(kind[part], minute[part], places[part], strict=True))

    same = by_a_loop(rows(slice(n), list(at)), rows(slice(n, None), list(at)), days, lambda a, b: a == b)
    assert said(first_return_in_cell(closed, at[:n], reports, at[n:], days=days)) == same

    def close(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return float(haversine_m(*one, *other)) <= within_m

    distances = haversine_m(lon[:n, None], lat[:n, None], lon[None, n:], lat[None, n:])
    if (np.abs(distances / within_m - 1) < 0.003).any():
        return  # the plane and the sphere may differ at the very edge
    near = by_a_loop(rows(slice(n), points), rows(slice(n, None), points), days, close)
    found = first_return_within(
        closed, (lon[:n], lat[:n]), reports, (lon[n:], lat[n:]), days=days, within_m=within_m
    )
    assert said(found) == near


def test_a_report_at_the_end_of_the_window_is_a_return_and_one_before_the_closing_is_none() -> None:
    cell = cells.from_points([116.85] * 4, [38.3] * 4, 10)
    closed = Events.of([1, 1, 1, 1], [1_000] * 4)
    for minute, came in ((1_000, -1), (1_001, 0), (1_000 + DAY_MIN, 0), (1_001 + DAY_MIN, -1)):
        reports = Events.of([1], [minute])
        assert first_return_in_cell(closed, cell, reports, cell[:1], days=1).tolist() == [came] * 4
        found = first_return_within(
            closed, ([116.85] * 4, [38.3] * 4), reports, ([116.85], [38.3]), days=1, within_m=5
        )
        assert found.tolist() == [came] * 4


def test_only_cases_whose_whole_window_has_passed_are_judged() -> None:
    closed = Events.of([0, 0, 0], [0, 5 * DAY_MIN, 5 * DAY_MIN + 1])
    assert window_is_over(closed, days=7, until=12 * DAY_MIN).tolist() == [True, True, False]


def test_nothing_closed_and_nothing_reported_are_no_errors() -> None:
    none = Events.of([], [])
    one = Events.of([0], [5])
    empty: tuple[list[float], list[float]] = ([], [])
    assert first_return_in_cell(none, [], none, [], days=7).tolist() == []
    assert first_return_in_cell(one, [0x8A2A1072B59FFFF], none, [], days=7).tolist() == [-1]
    assert first_return_within(one, ([116.85], [38.3]), none, empty, days=7, within_m=5).tolist() == [-1]
    assert first_return_within(none, empty, one, ([116.85], [38.3]), days=7, within_m=5).tolist() == []


def test_the_interval_of_few_cases_is_wilsons_and_has_ends() -> None:
    share, low, high = shares([0, 1, 5, 0], [0, 4, 5, 3])
    assert np.isnan(share[0]) and (low[0], high[0]) == (0, 1)
    assert (low[1], high[1]) == pytest.approx((0.0456, 0.6994), abs=1e-4)  # Wilson's, 1 of 4
    assert high[2] == 1 and low[3] == 0 and low[2] == pytest.approx(0.5655, abs=1e-4)


def test_cases_that_come_back_together_tell_less_and_the_interval_still_holds_the_truth() -> None:
    random = np.random.default_rng(11)
    truth, held, plain = 0.4, 0, 0
    for _draw in range(2_000):
        groups = random.random(30) < truth
        returned, judged = 4 * groups.sum(), 4 * 30 - 3 * (~groups).sum()
        share_of = truth * 4 / (truth * 4 + 1 - truth)
        _share, low, high = shares([returned], [judged], [4.0 if returned else 1.0])
        held += low[0] <= share_of <= high[0]
        _share, low, high = shares([returned], [judged])
        plain += low[0] <= share_of <= high[0]
    assert plain / 2_000 < 0.88
    assert 0.93 <= held / 2_000 <= 0.99


@pytest.mark.parametrize("days", [0, -3, 1.5, True])
def test_a_window_of_no_days_is_refused(days: object) -> None:
    with pytest.raises(AnalysisError, match="no window"):
        first_return_in_cell(Events.of([], []), [], Events.of([], []), [], days=days)


def test_what_cannot_be_judged_is_refused() -> None:
    one = Events.of([0], [5])
    with pytest.raises(AnalysisError, match="no distance"):
        first_return_within(one, ([116.85], [38.3]), one, ([116.85], [38.3]), days=7, within_m=0)
    with pytest.raises(AnalysisError, match="differ"):
        first_return_in_cell(one, [], one, [0x8A2A1072B59FFFF], days=7)
    with pytest.raises(AnalysisError, match="differ"):
        Events.of([0], [])
    with pytest.raises(AnalysisError, match="negative"):
        Events.of([0], [-1])
    with pytest.raises(AnalysisError, match="More came back"):
        shares([5], [4])
