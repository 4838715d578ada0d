"""Forecasts of a store: of which days, from which steps, on the map at once and after the back-test."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from data import clock, demo
from data.actors import OPERATOR
from data.cube import Cube
from data.filters import Filter
from data.forecast_runs import ForecastRuns, Standing
from data.forecasts import Basis, Forecast, ForecastAsked, at_once, basis, budgets, forecast_of
from data.hot_cells import HotAsked
from data.hot_forecast import CLASSES, hot_forecast, why
from data.store import Store
from geo.errors import AnalysisError, NotEnoughDataError
from tests.data.samples import reports

END = date(2026, 6, 17)  # a Wednesday
HALF_A_YEAR = Filter(start=date(2025, 12, 1))


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cube]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('forecasts') / 'zone.sqlite'}") as store:
        demo.build(store, reports=3_000, seed=5, end=END)
        yield Cube.open(store)


@pytest.fixture(scope="module")
def made_from(cube: Cube) -> Basis:
    return basis(cube, ForecastAsked(HALF_A_YEAR, resolution=9))


@pytest.fixture(scope="module")
def found(made_from: Basis) -> Forecast:
    return forecast_of(made_from, None)


def test_the_next_step_is_the_first_that_has_not_begun(cube: Cube) -> None:
    """Of Wednesday the seventeenth the week from the twenty-second on, or else the one that is under way."""
    coming, this = (basis(cube, ForecastAsked(under_way=now)) for now in (False, True))
    assert (coming.start, coming.end, coming.lead) == (date(2026, 6, 22), date(2026, 6, 28), 2)
    assert (this.start, this.end, this.lead) == (date(2026, 6, 15), date(2026, 6, 21), 1)
    assert coming.can_be_under_way
    assert coming.counted.starts[-1] == this.counted.starts[-1] == date(2026, 6, 8)
    month = basis(cube, ForecastAsked(step="month"))
    assert (month.start, month.end) == (date(2026, 7, 1), date(2026, 7, 31))


def test_after_a_sunday_the_next_week_is_the_next(cube: Cube) -> None:
    sunday = basis(cube, ForecastAsked(Filter(end=date(2026, 6, 14))))
    assert (sunday.start, sunday.lead, sunday.can_be_under_way) == (date(2026, 6, 15), 1, False)
    assert basis(cube, ForecastAsked(Filter(end=date(2026, 6, 14)), under_way=True)).start == sunday.start


def test_the_plan_is_a_twentieth_of_a_small_city_unless_another_area_is_asked_for(cube: Cube) -> None:
    usual = basis(cube, ForecastAsked())
    assert usual.km2 == pytest.approx(usual.study_km2 / 20)
    assert usual.n_cells == int(len(usual.counted.cells) / 20)
    wide = basis(cube, ForecastAsked(km2=1.0))
    assert wide.n_cells / len(wide.counted.cells) == pytest.approx(1 / wide.study_km2, abs=0.002)
    offered = list(budgets(400.0))
    assert offered == [0.5, 1.0, 1.94, 2.0]
    assert pytest.approx(usual.km2, abs=1e-4) in list(budgets(usual.study_km2))
    with pytest.raises(AnalysisError, match="km²"):
        basis(cube, ForecastAsked(km2=-1))


def test_the_forecast_is_of_the_steps_it_says(made_from: Basis, found: Forecast) -> None:
    counted = made_from.counted
    assert found.starts == counted.starts[-len(found.starts) :]
    at = [counted.starts.index(start) for start in found.starts]
    assert (found.test.totals == counted.counts[:, at].sum(axis=0)).all()
    assert (found.last == counted.counts[:, -1]).all()
    assert len(found.test.plan) == made_from.n_cells


def test_missed_and_hit_are_all_that_was_reported(found: Forecast) -> None:
    plan = found.test.of(found.test.chosen).plans[-1]
    missed = found.missed()
    assert not set(missed.tolist()) & set(plan.tolist())
    assert found.last[missed].sum() + found.last[plan].sum() == found.last.sum()
    assert (found.last[missed] > 0).all()
    assert (np.diff(found.last[missed]) <= 0).all()


def test_held_are_the_cells_of_the_plan_that_were_full_last_step_too(found: Forecast) -> None:
    fullest = np.sort(found.last)[::-1][len(found.test.plan) - 1]
    expected = [found.last[row] >= max(fullest, 1) for row in found.test.plan]
    assert found.held.tolist() == expected
    assert any(expected)


def test_the_map_has_a_plan_at_once_and_then_the_tested_one(
    cube: Cube, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = HotAsked(HALF_A_YEAR, kind="forecast", resolution=9)
    made_from = basis(cube, ForecastAsked(HALF_A_YEAR, resolution=9))
    tested = forecast_of(made_from, None)
    runs = ForecastRuns(lambda _basis, _progress: tested)
    monkeypatch.setattr("data.hot_forecast.forecast_runs", lambda: runs)

    first = hot_forecast(cube, asked)
    assert set(np.flatnonzero(first.codes)) == set(at_once(made_from).rows)
    assert not runs.found(made_from)  # the map begins no test

    _wait(runs, made_from)
    then = hot_forecast(cube, asked)
    assert set(np.flatnonzero(then.codes)) == set(tested.test.plan)
    assert then.classes == CLASSES
    assert set(np.flatnonzero(then.codes == 2)) == set(tested.test.plan[tested.held])
    assert (then.figures == tested.test.expected).all()
    assert (then.n == made_from.counted.counts.sum(axis=1)).all()
    assert then.note == first.note == ""


def test_the_map_says_of_a_cell_what_is_expected_and_what_was(cube: Cube) -> None:
    asked = HotAsked(HALF_A_YEAR, kind="forecast", resolution=9)
    found = hot_forecast(cube, asked)
    last = basis(cube, ForecastAsked(HALF_A_YEAR, resolution=9)).counted.counts[:, -1]
    rows = np.flatnonzero(found.codes)[:3]
    for row, words in zip(rows, why(cube, asked, found.cells[rows]), strict=True):
        assert words == (
            f"About {found.figures[row]:.1f} expected from 2026-06-22 to 2026-06-28; "
            f"{last[row]} in the last step."
        )


def test_too_few_steps_are_said(cube: Cube) -> None:
    few = hot_forecast(cube, HotAsked(Filter(start=date(2026, 6, 1)), kind="forecast"))
    assert few.note == "steps"
    assert not few.codes.any()
    with pytest.raises(NotEnoughDataError, match="whole steps"):
        forecast_of(basis(cube, ForecastAsked(Filter(start=date(2026, 4, 1)))), None)


def test_an_empty_store_has_no_forecast(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('empty') / 'none.sqlite'}") as store:
        none = hot_forecast(Cube.open(store), HotAsked(kind="forecast"))
        assert (none.note, len(none.cells)) == ("cells", 0)


def test_what_comes_in_the_step_under_way_leaves_the_forecast_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: int(datetime(2026, 6, 18, tzinfo=UTC).timestamp() * 1e6))
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('late') / 'town.sqlite'}") as store:
        begin = datetime(2026, 3, 2, 12, tzinfo=UTC)
        moments = pl.Series([begin + timedelta(hours=6 * n) for n in range(430)])
        frame = reports(430).with_columns(reported_at=moments, closed_at=pl.lit(None, moments.dtype))
        store.write_reports(frame, actor=OPERATOR)
        cube = Cube.open(store)
        before, version = basis(cube, ForecastAsked()), cube.version
        newer = frame.tail(3).with_columns(
            external_id="new " + pl.col("external_id"), reported_at=pl.lit(datetime(2026, 6, 16, tzinfo=UTC))
        )
        store.write_reports(newer, actor=OPERATOR)
        cube.refresh()
        assert cube.version != version
        assert basis(cube, ForecastAsked()).key == before.key
        older = newer.with_columns(
            external_id="late " + pl.col("external_id"),
            reported_at=pl.lit(datetime(2026, 5, 16, tzinfo=UTC)),
        )
        store.write_reports(older, actor=OPERATOR)
        cube.refresh()
        assert basis(cube, ForecastAsked()).key != before.key


def _wait(runs: ForecastRuns, made_from: Basis) -> Standing:
    from threading import Event

    asked = Event()
    for _turn in range(3_000):
        standing = runs.ask(made_from)
        if standing.forecast or standing.fault:
            return standing
        asked.wait(0.01)
    raise AssertionError("No forecast within half a minute.")
