"""The working-hours clock beside a slow one that looks at every minute."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import shifts
from data.holidays import Calendar, all_days
from data.shifts import Shift
from data.worktime import UNITS, WorkClock, city_clock
from geo.errors import ClockError, TableError

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = Shift("every", 22 * 60, 30 * 60, None, None)
TABLES: dict[str, tuple[Shift, ...]] = {
    "office": shifts.read(),
    "seasons": (
        Shift("working", 510, 720, None, None),
        Shift("working", 840, 1050, (1001, 430), None),
        Shift("working", 870, 1080, (501, 930), None),
    ),
    "weekend duty": (Shift("working", 480, 1080, None, None), Shift("rest", 540, 720, None, None)),
    "night": (NIGHT,),
    "overlap": (Shift("working", 480, 1080, None, None), Shift("every", 600, 1200, None, None)),
    "new hours": (
        Shift("working", 480, 1020, None, None),
        Shift("working", 540, 1080, None, date(2026, 10, 8)),
    ),
    "round the clock": (Shift("every", 0, 1440, None, None),),
}
# Around the National Day of 2026 in China, with its moved days, and the changes of the clocks in New York.
PLACES = {
    "Asia/Shanghai": datetime(2026, 9, 18, tzinfo=UTC),
    "America/New_York": datetime(2026, 10, 30, tzinfo=UTC),
}


class SlowClock:
    """Looks at the wall clock minute by minute."""

    def __init__(self, tz: str, table: tuple[Shift, ...]) -> None:
        self.zone = ZoneInfo(tz)
        self.table = table
        self.calendar = Calendar.read()
        self.days: dict[date, int] = {}

    def on(self, day: date) -> list[Shift]:
        since = max((s.valid_from or date.min) for s in self.table if (s.valid_from or date.min) <= day)
        return [s for s in self.table if (s.valid_from or date.min) == since and self.applies(s, day)]

    def applies(self, shift: Shift, day: date) -> bool:
        working = self.calendar.is_working(day)
        if shift.days == ("rest" if working else "working"):
            return False
        number = day.month * 100 + day.day
        if shift.season is None:
            return True
        first, last = shift.season
        return first <= number <= last if first <= last else number >= first or number <= last

    def works(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(
            shift.start <= minute + ago * 1440 < shift.end
            for ago in (0, 1)
            for shift in self.on(local.date() - timedelta(ago))
        )

    def add(self, start: datetime, minutes: int) -> datetime:
        while minutes > 0:
            minutes -= self.works(start)
            start += timedelta(minutes=1)
        return start

    def between(self, start: datetime, end: datetime) -> int:
        span = int((end - start) / timedelta(minutes=1))
        return sum(self.works(start + timedelta(minutes=n)) for n in range(span))

    def add_days(self, start: datetime, days: Fraction) -> datetime:
        while days > 0:
            if self.works(start):
                day = start.astimezone(self.zone).date()
                share = Fraction(1, self.minutes(day))
                if share >= days:
                    return start + timedelta(minutes=float(days / share))
                days -= share
            start += timedelta(minutes=1)
        return start

    def minutes(self, day: date) -> int:
        if day not in self.days:
            midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
            self.days[day] = self.between(midnight, midnight + timedelta(days=1))
        return self.days[day]


clocks = st.sampled_from([(tz, name) for tz in PLACES for name in TABLES])
minutes_after = st.integers(0, 20 * 24 * 60)


def utc(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "us")


def made(tz: str, name: str) -> WorkClock:
    return WorkClock.make(tz, shift_table=TABLES[name])


@given(clocks, minutes_after, st.integers(0, 1500))
@settings(deadline=None, max_examples=60)
def test_work_is_over_when_the_slow_clock_says_so(where: tuple[str, str], after: int, work: int) -> None:
    start = PLACES[where[0]] + timedelta(minutes=after)
    expected = SlowClock(where[0], TABLES[where[1]]).add(start, work)
    assert made(*where).add_work(start, work / 60, "work_hours") == utc(expected)


@given(clocks, minutes_after, st.integers(0, 6000))
@settings(deadline=None, max_examples=60)
def test_the_work_between_two_moments_is_what_the_slow_clock_counts(
    where: tuple[str, str], after: int, span: int
) -> None:
    start = PLACES[where[0]] + timedelta(minutes=after)
    end = start + timedelta(minutes=span)
    minutes = SlowClock(where[0], TABLES[where[1]]).between(start, end)
    clock = made(*where)
    assert clock.work_between(start, end) * 60 == pytest.approx(minutes, abs=1e-9)
    assert clock.work_between(end, start) == -clock.work_between(start, end)


@given(st.sampled_from(["office", "seasons", "new hours"]), minutes_after, st.integers(0, 12))
@settings(deadline=None, max_examples=40)
def test_working_days_pass_as_the_slow_clock_says(name: str, after: int, quarters: int) -> None:
    start = PLACES["Asia/Shanghai"] + timedelta(minutes=after)
    expected = SlowClock("Asia/Shanghai", TABLES[name]).add_days(start, Fraction(quarters, 4))
    found = made("Asia/Shanghai", name).add_work(start, quarters / 4, "work_days")
    assert abs(found - utc(expected)) <= np.timedelta64(1, "us")


@given(
    clocks,
    st.sampled_from(UNITS),
    st.lists(st.tuples(st.integers(0, 10**8), st.integers(0, 10**9)), min_size=1, max_size=20),
)
@settings(deadline=None)
def test_what_is_added_lies_between(where: tuple[str, str], unit: str, spans: list[tuple[int, int]]) -> None:
    clock = made(*where)
    start = utc(PLACES[where[0]]) + np.array([span[0] for span in spans]).astype("timedelta64[s]")
    amount = np.array([span[1] for span in spans]) / 10**7
    end = clock.add_work(start, amount, unit)
    assert np.all(end >= start)
    between = clock.work_between(start, end, unit)
    np.testing.assert_allclose(between, amount, atol=1e-9)


@given(minutes_after, st.integers(0, 10), st.integers(0, 10))
@settings(deadline=None)
def test_parts_of_an_amount_may_be_added_one_after_the_other(after: int, first: int, second: int) -> None:
    clock, start = city_clock("Asia/Shanghai"), PLACES["Asia/Shanghai"] + timedelta(minutes=after)
    halfway = clock.add_work(start, first / 2, "work_hours")
    at_once = clock.add_work(start, (first + second) / 2, "work_hours")
    assert clock.add_work(halfway, second / 2, "work_hours") == at_once


def test_pandas_adds_the_same_working_hours() -> None:
    calendar = Calendar.read()
    hours = pd.offsets.CustomBusinessHour(
        n=11,
        weekmask="1111111",  # the days off stand in the list of holidays
        holidays=all_days()[~calendar.working],
        start=["08:30", "14:00"],
        end=["12:00", "18:00"],
    )
    starts = [datetime(2026, 9, 1, tzinfo=SHANGHAI) + timedelta(hours=7.3 * n) for n in range(120)]
    theirs = [(pd.Timestamp(start) + hours).to_pydatetime() for start in starts]
    ours = city_clock("Asia/Shanghai").add_work(pl.Series(starts), 11, "work_hours")
    between = city_clock("Asia/Shanghai").work_between(ours, pl.Series(theirs))
    assert np.all(between == 0)  # where ours ends with a shift theirs ends with the next one's start


def test_a_holiday_does_not_count_and_the_day_worked_for_it_does() -> None:
    clock = city_clock("Asia/Shanghai")
    friday = datetime(2026, 2, 13, 17, tzinfo=SHANGHAI)  # the day after is worked, then nine days are off
    assert clock.add_work(friday, 2, "work_hours") == utc(datetime(2026, 2, 14, 9, 30, tzinfo=SHANGHAI))
    assert clock.add_work(friday, 8.5, "work_hours") == utc(datetime(2026, 2, 14, 18, tzinfo=SHANGHAI))
    assert clock.add_work(friday, 9, "work_hours") == utc(datetime(2026, 2, 24, 9, tzinfo=SHANGHAI))
    assert clock.add_work(friday, 2, "work_days") == utc(datetime(2026, 2, 24, 17, tzinfo=SHANGHAI))


def test_work_that_is_over_with_a_shift_ends_with_that_shift() -> None:
    clock = city_clock("Asia/Shanghai")
    morning = datetime(2026, 11, 23, 8, 30, tzinfo=SHANGHAI)
    assert clock.add_work(morning, 3.5, "work_hours") == utc(datetime(2026, 11, 23, 12, tzinfo=SHANGHAI))
    assert clock.add_work(morning, 1, "work_days") == utc(datetime(2026, 11, 23, 18, tzinfo=SHANGHAI))


@pytest.mark.parametrize("start_hour", [0, 7, 8, 12, 17, 18, 23])
def test_the_first_of_whole_days_does_not_count_and_the_last_ends_with_its_last_shift(
    start_hour: int,
) -> None:
    clock = city_clock("Asia/Shanghai")
    monday = datetime(2026, 11, 23, start_hour, 30, tzinfo=SHANGHAI)
    end = utc(datetime(2026, 11, 25, 18, tzinfo=SHANGHAI))
    assert clock.add_work(monday, 2, "work_days", whole_days=True) == end
    assert clock.add_work(monday, 1.2, "work_days", whole_days=True) == end


def test_whole_days_that_would_end_on_a_day_off_end_on_the_next_working_day() -> None:
    clock = city_clock("Asia/Shanghai")
    thursday = datetime(2026, 11, 19, 10, tzinfo=SHANGHAI)
    midnight = utc(datetime(2026, 11, 24, tzinfo=SHANGHAI))
    assert clock.add_work(thursday, 2, "days", whole_days=True) == midnight
    assert clock.add_work(thursday, 4, "days", whole_days=True) == midnight
    assert clock.add_work(thursday, 1, "days", whole_days=True) == utc(
        datetime(2026, 11, 21, tzinfo=SHANGHAI)
    )


def test_what_is_missing_stays_missing() -> None:
    clock = city_clock("Asia/Shanghai")
    column = pl.Series("at", [datetime(2026, 11, 23, 2, tzinfo=UTC), None])
    assert np.isnat(clock.add_work(column, 1, "work_hours")).tolist() == [False, True]
    assert np.isnan(clock.work_between(column, column)).tolist() == [False, True]
    assert np.isnat(clock.add_work(column, [float("nan"), 1], "hours")).tolist() == [True, True]
    assert clock.is_known(column).tolist() == [True, False]
    assert np.isnat(clock.local_days(column)).tolist() == [False, True]


def test_moments_may_have_any_shape() -> None:
    clock = city_clock("Asia/Shanghai")
    table = np.full((2, 3), np.datetime64("2026-11-23T02:00", "us"))
    assert clock.add_work(table, np.array([1.0, 2.0, 30.0]), "work_hours").shape == (2, 3)
    assert clock.add_work(np.array([], dtype="datetime64[us]"), 1, "work_days").shape == (0,)


def test_a_moment_of_a_year_without_a_notice_is_not_known() -> None:
    clock = city_clock("Asia/Shanghai")
    assert bool(clock.is_known(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)))
    assert not bool(clock.is_known(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)))  # already 2027 in Shanghai


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda clock: clock.add_work(datetime(2026, 1, 1), 1, "hours"), "has no time zone"),
        (
            lambda clock: clock.add_work(pl.Series("at", [datetime(2026, 1, 1)]), 1, "hours"),
            "column 'at' holds",
        ),
        (lambda clock: clock.add_work([1, 2], 1, "hours"), "Found values of type int64"),
        (
            lambda clock: clock.add_work(np.datetime64("1980-01-01", "us"), 1, "hours"),
            "1 moments lie outside",
        ),
        (
            lambda clock: clock.add_work(np.datetime64("2026-01-01", "us"), -1, "hours"),
            "1 amounts of time are",
        ),
        (
            lambda clock: clock.add_work(np.datetime64("2026-01-01", "us"), 1, "weeks"),
            "'weeks' is not a unit",
        ),
        (
            lambda clock: clock.add_work(np.datetime64("2026-01-01", "us"), 10**6, "work_days"),
            "ends after 2079",
        ),
        (
            lambda clock: clock.add_work(np.datetime64("2026-01-01", "us"), 1, "hours", whole_days=True),
            "Whole days cannot be counted in 'hours'",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(ask: Callable[[WorkClock], object], says: str) -> None:
    with pytest.raises(ClockError, match=says):
        ask(city_clock("Asia/Shanghai"))


def test_every_fault_of_a_table_of_shifts_is_named() -> None:
    wrong = pl.DataFrame(
        {
            "days": ["sundays", "working", "every"],
            "start": ["08:30", "8.30", "24:00"],
            "end": ["12:00", "25:00", "12:00"],
            "season_from": ["", "", "13-01"],
            "season_to": ["", "05-01", ""],
        }
    )
    with pytest.raises(TableError) as error:
        shifts.read(wrong)
    for said in (
        "line 1: days is 'sundays', expected one of working, rest, every",
        "line 2: start is '8.30', expected a time such as 08:30",
        "line 2: end is '25:00', expected a time such as 08:30",
        "line 2: a season needs both season_from and season_to",
        "line 3: a shift starts before 24:00",
        "line 3: season_from is '13-01', expected a day such as 06-01",
    ):
        assert said in str(error.value)
    with pytest.raises(TableError, match="it has no shift"):
        shifts.read(wrong.clear())
