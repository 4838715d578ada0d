"""The card of the forecast, without a browser: its words, its tables, and every state that it can be in."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app_pages import forecast_card, forecast_misses, forecast_tables, session
from app_pages import forecast_words as words
from app_pages.forecast_tables import CellLine
from data.actors import OPERATOR
from data.forecast_runs import ForecastRuns
from data.forecasts import Basis, Forecast
from data.store import Store
from geo.backtest import FAMILIES, BackTest, Judged, Progress, backtest
from geo.forecast_quality import Interval
from reports.forecast_exports import plan_file
from reports.provenance import Provenance
from tests.app_pages.conftest import HOSTILE_WORDS
from tests.data.samples import reports

WAIT_S = 60


def a_test(hits: dict[str, int], chosen: str) -> BackTest:
    """A back-test of twenty steps of a hundred reports, in which each family has so many hits a step."""
    wave = np.tile([-1, 1], 10)
    plans = np.zeros((20, 4), np.int32)
    families = tuple(
        Judged(name, {"mean": "13", "density": "8:1"}.get(name, ""), hits.get(name, 20) + wave, plans)
        for name in FAMILIES
    )
    steps, totals, best = np.arange(20, dtype=np.int32), np.full(20, 100), np.full(20, 60)
    return BackTest(
        steps, totals, best, 0.05, 10, families, chosen, np.ones(50), np.arange(4, dtype=np.int32)
    )


def a_forecast(test: BackTest) -> Forecast:
    starts = tuple(date.fromordinal(date(2026, 1, 5).toordinal() + 7 * n) for n in range(20))
    return Forecast(np.arange(50, dtype=np.uint64), starts, np.ones(50, np.int32), test)


@pytest.mark.parametrize(
    ("hits", "chosen", "said"),
    [
        ({"trees": 40, "mean": 30}, "trees", "**beats the simple methods**"),
        ({"trees": 30, "mean": 30}, "trees", "**does not beat the simple methods**"),
        ({"trees": 25, "mean": 30}, "trees", "**does worse than a simple method**"),
        ({"trees": 31, "mean": 30}, "mean", "**No method did better than a simple one**"),
    ],
)
def test_it_is_said_plainly_whether_the_simple_methods_do_as_well(
    hits: dict[str, int], chosen: str, said: str
) -> None:
    told = words.verdict_words(a_test(hits, chosen))
    assert said in told
    assert "Mean of the last periods" in told
    assert "Gradient-boosted trees" in told
    assert f"{(hits['trees'] - hits['mean']) / 60:+.3f}" in told


def test_the_quality_is_a_sentence_with_its_three_figures() -> None:
    test = a_test({"trees": 40}, "trees")
    told = words.held_words(test.quality("trees"), test, "week")
    for part in ("10 weeks", "**40% of the reports**", "5.0%", "8.0 times", "67% of the most"):
        assert part in told


def test_methods_say_what_they_were_set_to() -> None:
    test = a_test({}, "mean")
    assert words.method_about(test.of("mean"), "month", 113) == "of the last 13 months"
    assert words.method_about(test.of("density"), "week", 100) == "of the last 8 weeks, 150 m wide"
    assert all(words.method_about(test.of(name), "week", 100) for name in FAMILIES)


def test_days_are_written_short_within_a_year() -> None:
    assert words.days_words(date(2026, 6, 22), date(2026, 6, 28)) == "2026-06-22 – 06-28"
    assert words.days_words(date(2026, 12, 28), date(2027, 1, 3)) == "2026-12-28 – 2027-01-03"


def test_the_table_has_the_best_first_and_marks_chosen_and_simple() -> None:
    table = forecast_tables.methods_table(a_forecast(a_test({"trees": 40, "mean": 30}, "trees")), "week", 113)
    rows = table.split("<tr")[2:]
    assert "Gradient-boosted trees" in rows[0]
    assert "gz-chosen" in rows[0]
    assert "simple" not in rows[0]
    assert "8.00" in rows[0]
    assert "Mean of the last periods" in rows[1]
    assert "simple" in rows[1]
    assert len(rows) == len(FAMILIES)
    assert words.interval_words(Interval(0.5, 0.4, 0.6), form=".0%") == ("50%", "40% – 60%")


def test_addresses_are_escaped() -> None:
    line = CellLine(HOSTILE_WORDS, "./?a=1&b=2", 2.5, 3, held=True)
    table = forecast_tables.cells_table([line], expected=True)
    assert "<img" not in table
    assert "&lt;img" in table
    assert "a=1&amp;b=2" in table
    assert ">2.5<" in table
    assert ">2.5<" not in forecast_tables.cells_table([line._replace(expected=None)], expected=False)


def test_what_was_missed_is_said_with_what_was_possible() -> None:
    told = forecast_misses.last_words(30, 100, 55)
    assert "**30 of 100 reports**" in told
    assert "**70** did not" in told
    assert "held 55" in told
    assert forecast_misses.last_words(0, 0, 0) == "Nothing was reported in it."


def test_the_chart_shows_only_the_steps_that_judge() -> None:
    drawn = forecast_tables.hits_chart(a_forecast(a_test({"trees": 40}, "trees"))).data
    assert drawn.height == 20
    assert drawn["n"].sum() == 1_000
    assert drawn["from"].min() == date(2026, 3, 16)


def test_a_file_of_the_plan_is_safe_for_a_spreadsheet() -> None:
    about = Provenance("Town", {}, "", "v1", datetime(2026, 6, 22), ("city",), True)
    cells = np.array([0x8A318E25021FFFF], np.uint64)
    columns = {"expected": np.array([2.5]), "address": np.array(["=cmd()"], dtype=object)}
    text = plan_file(cells, columns, "csv", about).decode("utf-8-sig")
    assert "'=cmd()" in text
    assert "8a318e25021ffff" in text
    assert b'"FeatureCollection"' in plan_file(cells, columns, "geojson", about)


@pytest.fixture
def town(home: Path) -> Path:
    """Half a year of reports at sixty places, with hostile addresses."""
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        frame = reports(900)
        lon, lat = (np.resize(frame[name].to_numpy()[:60], 900) for name in ("lon", "lat"))
        frame = frame.with_columns(lon=lon, lat=lat, address=np.full(900, HOSTILE_WORDS))
        store.write_reports(frame, actor=OPERATOR)
    return home


def quick(made_from: Basis, progress: Progress) -> Forecast:
    """Test the few cells of these tests on the last steps alone."""
    counted = made_from.counted
    counts = counted.counts[:, -18:]
    found = backtest(counts, counted.cells, budget_km2=made_from.km2, lead=made_from.lead, progress=progress)
    starts = tuple(counted.starts[-18:][step] for step in found.steps)
    return Forecast(counted.cells, starts, counts[:, -1], found)


class Held:
    """A test that waits to be let go."""

    def __init__(self, test: Callable[[Basis, Progress], Forecast]) -> None:
        self._test, self.go, self.done = test, Event(), Event()

    def __call__(self, made_from: Basis, progress: Progress) -> Forecast:
        assert self.go.wait(WAIT_S)
        return self._test(made_from, progress)


def use(monkeypatch: pytest.MonkeyPatch, test: Callable[[Basis, Progress], Forecast]) -> ForecastRuns:
    runs = ForecastRuns(test)
    monkeypatch.setattr(forecast_card, "forecast_runs", lambda: runs)
    return runs


def text(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.success, *page.error]
    htmls = [element.proto.body for element in page.get("html")]
    return "\n".join([*(part.value for part in parts), *htmls])


def settle(runs: ForecastRuns) -> None:
    worker = runs._thread
    if worker is not None:
        worker.join(WAIT_S)
        assert not worker.is_alive()


def test_the_page_shows_a_plan_at_once_and_the_tested_one_then(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(quick)
    runs = use(monkeypatch, held)
    page = drawn_card()
    assert "Six methods are being tested" in str(page.get("progress")[0].proto.text)
    assert "nobody has tested" in text(page)
    assert "gz-plan" in text(page)
    assert "gz-methods" not in text(page)

    held.go.set()
    settle(runs)
    page.run()
    assert not page.exception
    shown = text(page)
    for part in ("gz-methods", "How good the methods were", "What the last plan missed", "PAI"):
        assert part in shown
    assert not page.get("progress")
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert "show=hot&amp;hot=forecast" in shown


def drawn_card(**params: Any) -> AppTest:
    page = AppTest.from_function(_card, default_timeout=180)
    for name, value in params.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def _card() -> None:
    from app_pages import forecast_card, session
    from data.workspace import workspace

    session.speak()
    forecast_card.render(workspace())


def test_a_test_that_fails_is_told_and_can_be_tried_again(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def broken(made_from: Basis, progress: Progress) -> Forecast:
        tries.append(made_from.key)
        if len(tries) == 1:
            raise MemoryError("no room")
        return quick(made_from, progress)

    runs = use(monkeypatch, broken)
    page = drawn_card()
    settle(runs)
    page.run()
    assert "The forecast could not be tested." in text(page)
    assert "gz-plan" in text(page)  # the plan for now stays
    page.button(key="forecast_again").click().run()
    settle(runs)
    page.run()
    assert len(tries) == 2
    assert "gz-methods" in text(page)


def test_too_few_weeks_are_said_with_how_many_it_takes(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = use(monkeypatch, quick)
    page = drawn_card(**{"from": "2024-09-02", "to": "2024-10-27"})
    assert "8 weeks of these filters are over" in text(page)
    assert "takes 16 weeks" in text(page)
    assert "gz-plan" in text(page)
    assert not runs._found
    page = drawn_card(**{"from": "2024-09-03", "to": "2024-09-05"})
    assert "0 weeks of these filters are over" in text(page)
    assert "gz-plan" not in text(page)


def test_filters_that_let_nothing_through_can_be_taken_off(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, quick)
    page = drawn_card(category="nothing_of_the_kind")
    assert "No report passes these filters." in text(page)
    page.button(key="clear_from_forecast").click().run()
    assert "gz-plan" in text(page)


def test_choices_of_category_area_and_month_ask_anew(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Basis] = []

    def noted(made_from: Basis, _progress: Progress) -> Forecast:
        asked.append(made_from)
        raise RuntimeError("not needed")

    runs = use(monkeypatch, noted)
    page = drawn_card()
    settle(runs)
    page.selectbox(key=session.FORECAST_CATEGORY).select("flyposting").run()
    settle(runs)
    area = page.selectbox(key=session.FORECAST_AREA)
    area.select_index(len(area.options) - 1).run()
    settle(runs)
    assert not page.exception
    first, category, wide = asked
    assert 0 < category.counted.counts.sum() < first.counted.counts.sum()
    assert (category.counted.cells == first.counted.cells).all()
    assert wide.n_cells > category.n_cells
    assert "on the usual area" in text(page)
    page.segmented_control(key=session.FORECAST_STEP).set_value("month").run()
    assert "months of these filters are over" in text(page)
