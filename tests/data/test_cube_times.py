"""Deadlines and closing times in few bytes: what is judged by them is judged exactly."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cube_times, schema
from data.cube_times import DAYS, NO_DUE, NOT_TAKEN

START = datetime(2024, 3, 1, 8, 30, tzinfo=UTC)
spans = st.timedeltas(timedelta(0), timedelta(days=40 * 365))
moments = st.datetimes(datetime(1990, 1, 3), datetime(2077, 12, 31), timezones=st.just(UTC))


def coded(expression: pl.Expr, *rows: tuple[datetime | None, datetime | None]) -> list[int]:
    """Code rows of closing time and deadline; all were reported at the same moment."""
    frame = pl.DataFrame(
        [(START, *row) for row in rows],
        schema=dict.fromkeys(("reported_at", "closed_at", "due_at"), schema.UTC),
        orient="row",
    )
    return frame.select(expression).to_series().to_list()


@settings(deadline=None)
@given(took=spans)
def test_a_time_is_kept_to_the_minute_then_to_the_hour_then_to_the_day(took: timedelta) -> None:
    (code,) = coded(cube_times.took(), (START + took, None))
    days = took / timedelta(days=1)
    step = 1 / 1440 if days < 30 else 1 / 24 if days < 760 else 1
    if code < NOT_TAKEN - 1:
        assert DAYS[code] - 1e-9 <= days < DAYS[code] + step + 1e-9
    else:
        assert days >= DAYS[code] > 13 * 365, "more is cut off at fifteen years or so"


@settings(deadline=None)
@given(times=st.lists(spans, min_size=2))
def test_codes_ascend_with_time(times: list[timedelta]) -> None:
    codes = coded(cube_times.took(), *((START + took, None) for took in sorted(times)))
    assert codes == sorted(codes)


@pytest.mark.parametrize("closed", [None, START - timedelta(minutes=1)])
def test_what_is_not_closed_or_before_it_was_reported_has_taken_no_time(closed: datetime | None) -> None:
    assert coded(cube_times.took(), (closed, None)) == [NOT_TAKEN]
    assert np.isnan(DAYS[NOT_TAKEN])


@settings(deadline=None)
@given(due=moments, minute=moments)
def test_a_deadline_has_passed_before_a_minute_exactly_if_its_code_says_so(
    due: datetime, minute: datetime
) -> None:
    minute = minute.replace(second=0, microsecond=0)
    (code,) = coded(cube_times.due(), (None, due))
    assert (code < minute.timestamp() // 60) == (due < minute)
    assert code != NO_DUE


def test_a_case_without_a_deadline_is_never_late() -> None:
    later = START + timedelta(days=900)
    assert coded(cube_times.due(), (later, None)) == [NO_DUE]
    assert coded(cube_times.late(), (later, None), (None, later), (None, None)) == [False] * 3


def test_a_case_is_late_from_the_microsecond_after_its_deadline() -> None:
    tick = timedelta(microseconds=1)
    assert coded(cube_times.late(), (START, START), (START + tick, START), (START, START + tick)) == [
        False,
        True,
        False,
    ]
