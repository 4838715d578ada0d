"""Breakdowns: each side of a chart against a slow count, row by row, that ignores that side."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from data.actors import OPERATOR
from data.breakdowns import MOST_DAYS, breakdowns
from data.cube import Cube
from data.filters import NO_UNIT, Filter
from data.statuses import STATUS_GROUPS, STATUSES, expand
from data.store import Store
from geo import cells
from tests.data.samples import LAT, LON, reports

UNITS = ("City police", "卫生队", "a,b %", None)
MIDDLE = tuple(sorted(cells.disk(cells.from_points([LON], [LAT], 9), 3)[1].tolist()))
BLOCK = tuple(day * 24 + hour for day in range(5) for hour in range(8, 12))
FILTERS = [
    Filter(),
    Filter(categories=("flyposting",)),
    Filter(statuses=("open",), units=("卫生队", NO_UNIT)),
    Filter(hours=BLOCK, start=date(2024, 3, 1), end=date(2024, 8, 31)),
    Filter(categories=("flyposting", "manhole"), statuses=("closed", "reported"), hours=BLOCK, cells=MIDDLE),
    Filter(categories=("never seen",), units=("a,b %",)),
    Filter(sources=("nobody",)),
    Filter(end=date(1999, 1, 1)),
]
#: The side of a filter that each breakdown ignores, and what it is when it is open.
OWN: dict[str, dict[str, Any]] = {
    "category": {"categories": ()},
    "status": {"statuses": ()},
    "unit": {"units": ()},
    "hour": {"hours": ()},
    "day": {"start": None, "end": None},
}


@pytest.fixture
def filled(store: Store) -> tuple[Cube, list[dict[str, Any]]]:
    frame = pl.concat([reports(2000), reports(500, seed=2, source="second")]).with_columns(
        unit=pl.Series([UNITS[i % len(UNITS)] for i in range(2500)])
    )
    store.write_reports(frame, actor=OPERATOR)
    return Cube.open(store), _rows(frame)


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    zone = ZoneInfo("Asia/Shanghai")
    rows = []
    for row in frame.iter_rows(named=True):
        made = row["reported_at"].astimezone(zone)
        cell = int(cells.from_points([row["lon"]], [row["lat"]], 9)[0])
        unit = row["unit"] or NO_UNIT
        side = {"hour": made.weekday() * 24 + made.hour, "day": made.date(), "unit": unit, "cell": cell}
        rows.append(row | side)
    return rows


def _passing(rows: list[dict[str, Any]], where: Filter) -> list[dict[str, Any]]:
    statuses = expand(where.statuses)
    return [
        row
        for row in rows
        if (not where.categories or row["category"] in where.categories)
        and (not where.statuses or row["status"] in statuses)
        and (not where.units or row["unit"] in where.units)
        and (not where.sources or row["source"] in where.sources)
        and (not where.hours or row["hour"] in where.hours)
        and (not where.cells or row["cell"] in where.cells)
        and (where.start is None or row["day"] >= where.start)
        and (where.end is None or row["day"] <= where.end)
    ]


def test_each_side_is_counted_as_if_it_were_not_filtered_itself(
    filled: tuple[Cube, list[dict[str, Any]]],
) -> None:
    cube, rows = filled
    for where in FILTERS:
        found = breakdowns(cube, where)
        passing = _passing(rows, where)
        counts = {
            side: Counter(row[side] for row in _passing(rows, where.but(**open_side)))
            for side, open_side in OWN.items()
        }
        assert found.total == len(passing), where
        assert found.open == sum(row["status"] in STATUS_GROUPS["open"] for row in passing), where
        assert dict(found.categories) == counts["category"], where
        assert dict(found.statuses) == counts["status"], where
        assert dict(found.units) == counts["unit"], where
        assert {hour: n for hour, n in enumerate(found.hours.tolist()) if n} == counts["hour"], where
        assert found.series.n.sum() == counts["day"].total(), where


def test_weeks_begin_on_monday_and_cover_every_report_whatever_the_filter(
    filled: tuple[Cube, list[dict[str, Any]]],
) -> None:
    cube, rows = filled
    found = breakdowns(cube, Filter(categories=("flyposting",), start=date(2024, 5, 1))).series
    weeks = Counter(
        row["day"] - timedelta(days=row["day"].weekday()) for row in rows if row["category"] == "flyposting"
    )
    days = [row["day"] for row in rows]
    assert found.first == min(days) - timedelta(days=min(days).weekday())
    assert found.first is not None
    assert found.step == 7
    assert len(found.n) == (max(days) - found.first).days // 7 + 1
    assert {found.first + timedelta(days=7 * i): n for i, n in enumerate(found.n.tolist()) if n} == weeks


def test_a_short_time_is_told_by_day(store: Store) -> None:
    frame = reports(300).filter(pl.col("reported_at").dt.date() < date(2024, 2, 1))
    store.write_reports(frame, actor=OPERATOR)
    days = Counter(row["day"] for row in _rows(frame))
    found = breakdowns(Cube.open(store), Filter()).series
    assert (max(days) - min(days)).days < MOST_DAYS
    assert (found.first, found.step, found.n.sum()) == (min(days), 1, frame.height)
    assert found.n.tolist()[0] == days[min(days)]


def test_an_empty_city_has_empty_breakdowns(store: Store) -> None:
    found = breakdowns(Cube.open(store), Filter(statuses=("open",)))
    assert (found.total, found.open, found.categories, found.units) == (0, 0, (), ())
    assert found.series.first is None
    assert not found.hours.any()


def test_most_come_first_and_states_come_in_the_order_of_life(
    filled: tuple[Cube, list[dict[str, Any]]],
) -> None:
    found = breakdowns(filled[0], Filter())
    numbers = [n for _name, n in found.categories]
    assert numbers == sorted(numbers, reverse=True)
    names = [name for name, _n in found.statuses]
    assert names == sorted(names, key=STATUSES.index)


def test_an_answer_is_kept_until_the_data_change(store: Store) -> None:
    store.write_reports(reports(50), actor=OPERATOR)
    cube = Cube.open(store)
    first = breakdowns(cube, Filter())
    assert breakdowns(cube, Filter()) is first
    store.write_reports(reports(70, seed=9), actor=OPERATOR)
    cube.refresh()
    assert breakdowns(cube, Filter()).total > first.total
