"""Reports per cell and whole step, against a loop over the rows."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data import clock, demo
from data.cube import Cube
from data.filters import Filter
from data.step_counts import Step, complete_steps, step_counts
from data.store import Store
from data.study_area import study_area
from geo import cells

END = date(2026, 6, 17)  # a Wednesday


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[demo.Demo, Cube]]:
    made = demo.make(reports=3_000, seed=5, end=END)
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('steps') / 'zone.sqlite'}") as store:
        demo.build(store, reports=3_000, seed=5, end=END)
        yield made, Cube.open(store)


@pytest.mark.parametrize("step", ["week", "month"])
@pytest.mark.parametrize(
    "where", [Filter(), Filter(categories=("flyposting",), start=date(2026, 1, 1), end=date(2026, 5, 20))]
)
def test_each_report_counts_in_its_cell_and_step(
    zone: tuple[demo.Demo, Cube], where: Filter, step: str
) -> None:
    made, cube = zone
    counted = step_counts(cube, where, step=step)

    expected: Counter[tuple[int, date]] = Counter()
    tz = ZoneInfo(demo.TZ)
    at = cells.from_points(made.reports["lon"], made.reports["lat"], 10).tolist()
    rows = zip(at, made.reports["reported_at"], made.reports["category"], strict=True)
    for cell, moment, category in rows:
        day = moment.astimezone(tz).date()
        if where.categories and category not in where.categories:
            continue
        for start, end in zip(counted.starts, counted.ends, strict=True):
            if start <= day <= end:
                expected[cell, start] += 1

    assert expected
    found = {
        (cell, start): n
        for cell, row in zip(counted.cells.tolist(), counted.counts.tolist(), strict=True)
        for start, n in zip(counted.starts, row, strict=True)
        if n
    }
    assert found == expected


def test_steps_are_whole_and_lie_within_the_days_asked_for() -> None:
    def steps(first: str, last: str, step: Step) -> list[str]:
        days = date.fromisoformat(first), date.fromisoformat(last)
        return [start.isoformat() for start in complete_steps(days, step)]

    assert steps("2026-06-02", "2026-06-21", "week") == ["2026-06-08", "2026-06-15"]
    assert steps("2026-06-01", "2026-06-20", "week") == ["2026-06-01", "2026-06-08"]
    assert steps("2025-12-01", "2026-02-27", "month") == ["2025-12-01", "2026-01-01"]
    assert steps("2026-06-02", "2026-06-06", "week") == []
    assert complete_steps(None, "week") == ()


def test_of_many_steps_the_latest_are_counted(zone: tuple[demo.Demo, Cube]) -> None:
    _, cube = zone
    every, latest = step_counts(cube, Filter()), step_counts(cube, Filter(), most=10)

    assert latest.starts == every.starts[-10:] and len(every.starts) > 90
    np.testing.assert_array_equal(latest.counts, every.counts[:, -10:])
    assert step_counts(cube, Filter(), most=1000).starts == every.starts


def test_the_day_that_is_not_over_ends_no_step(
    zone: tuple[demo.Demo, Cube], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, cube = zone
    sunday = datetime(2026, 6, 14, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: int(sunday.timestamp() * 1e6))
    last = step_counts(cube, Filter()).starts[-1]
    monkeypatch.setattr(clock, "now", lambda: int((sunday + timedelta(days=1)).timestamp() * 1e6))

    assert last == date(2026, 6, 1)
    assert step_counts(cube, Filter()).starts[-1] == date(2026, 6, 8)


def test_the_area_is_that_of_all_reports_and_has_no_small_gaps(zone: tuple[demo.Demo, Cube]) -> None:
    _, cube = zone
    area = study_area(cube, Filter(categories=("flyposting",), end=date(2026, 1, 1)), 10)
    seen = cube.counts(Filter(), 10).cells

    assert set(seen.tolist()) < set(area.tolist())
    lonely = [cell for cell in cells.grow(area).tolist() if cell not in set(area.tolist())]
    around = [len(set(cells.grow([cell]).tolist()) & set(area.tolist())) for cell in lonely]
    assert max(around) < 6  # no hole of one cell


def test_whoever_looks_at_one_area_compares_its_cells(zone: tuple[demo.Demo, Cube]) -> None:
    _, cube = zone
    areas = cube.by_area(Filter()).drop_nulls("area_id")
    smallest = areas.sort("n")["area_id"][0]
    area = study_area(cube, Filter(areas=(smallest,)), 10)

    assert 0 < area.size < study_area(cube, Filter(), 10).size / 2
