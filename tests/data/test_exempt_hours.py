"""When an exempt zone holds: hours, weekdays and dates, as people write them."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest

from data.exempt_hours import Dates, Hours, Window, read_dates, read_windows

MONDAY = date(2026, 3, 2)


def holds(text: str, dates: str, *moments: datetime) -> list[bool]:
    windows, ranges = read_windows(text), read_dates(dates)
    assert windows is not None and ranges is not None
    day = np.array([(moment.date() - date(1970, 1, 1)).days for moment in moments])
    minute = np.array([moment.hour * 60 + moment.minute for moment in moments])
    return Hours(windows, ranges).hold(day, minute).tolist()


def at(days: int, hour: int, minute: int = 0) -> datetime:
    return datetime(MONDAY.year, MONDAY.month, MONDAY.day, hour, minute) + timedelta(days=days)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", ()),
        ("08:00-20:00", ((range(7), 480, 1200),)),
        ("mon-fri 08:00-20:00", ((range(5), 480, 1200),)),
        ("周一至周五 8:00–20:00", ((range(5), 480, 1200),)),
        ("周六,周日 09:00-12:00,14:00-18:00", (((5, 6), 540, 720), ((5, 6), 840, 1080))),
        ("weekend", (((5, 6), 0, 1440),)),
        ("fri-mon 22:00-02:00", (((4, 5, 6, 0), 1320, 120),)),
        ("Saturday 00:00-24:00; 每天 05:30-08:00", (((5,), 0, 1440), (range(7), 330, 480))),
    ],
)
def test_windows_are_read_in_both_languages(text: str, windows: tuple[tuple[object, ...], ...]) -> None:
    wanted = tuple(Window(frozenset(days), start, end) for days, start, end in windows)  # type: ignore[call-overload, arg-type]
    assert read_windows(text) == wanted


@pytest.mark.parametrize(
    "text", ["always", "25:00-26:00", "08:00", "mon-xxx 08:00-09:00", "08:00-08:00", "08:00-09:60"]
)
def test_what_is_no_window_is_not_guessed(text: str) -> None:
    assert read_windows(text) is None


@pytest.mark.parametrize(
    "text", ["2026-02-30..2026-03-01", "soon", "2026-05-01..06-01", "2026-06-01..2026-05-01", "13-01"]
)
def test_what_is_no_range_of_dates_is_not_guessed(text: str) -> None:
    assert read_dates(text) is None


def test_ranges_of_dates_may_be_of_one_year_or_of_every_year() -> None:
    assert read_dates("2026-05-01..2026-10-31; 02-29") == (
        Dates((2026, 5, 1), (2026, 10, 31)),
        Dates((2, 29), (2, 29)),
    )


def test_a_window_holds_from_its_first_minute_to_the_one_before_its_end() -> None:
    moments = (at(0, 7, 59), at(0, 8), at(0, 19, 59), at(0, 20), at(5, 12))
    assert holds("mon-fri 08:00-20:00", "", *moments) == [False, True, True, False, False]


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    moments = (at(4, 21, 59), at(4, 22), at(5, 1, 59), at(5, 2), at(4, 1), at(5, 23))
    assert holds("fri 22:00-02:00", "", *moments) == [False, True, True, False, False, False]


def test_the_dates_of_a_night_are_those_of_its_evening() -> None:
    moments = (datetime(2026, 10, 31, 23), datetime(2026, 11, 1, 0, 30), datetime(2026, 11, 1, 23))
    assert holds("22:00-02:00", "05-01..10-31", *moments) == [True, True, False]


def test_a_range_of_every_year_may_go_over_new_year() -> None:
    moments = [datetime(2025, 12, 31, 9), datetime(2026, 1, 1, 9), datetime(2026, 3, 16, 9)]
    assert holds("", "11-15..03-15", *moments) == [True, True, False]


def test_random_windows_hold_as_when_every_minute_is_looked_at() -> None:
    rng = np.random.default_rng(7)
    for _round in range(40):
        start, end = (int(minute) for minute in rng.choice(1440, 2, replace=False))
        days = frozenset(rng.choice(7, 3, replace=False).tolist())
        moments = [at(0, 0) + timedelta(minutes=int(m)) for m in rng.integers(0, 14 * 1440, 60)]
        window = Window(days, start, end)
        day = np.array([(moment.date() - date(1970, 1, 1)).days for moment in moments])
        minute = np.array([moment.hour * 60 + moment.minute for moment in moments])
        length = (end - start) % 1440
        slow = [
            any(
                (moment - timedelta(minutes=back)).weekday() in days
                and (moment - timedelta(minutes=back)).hour * 60 + (moment - timedelta(minutes=back)).minute
                == start
                for back in range(length)
            )
            for moment in moments
        ]
        assert Hours((window,)).hold(day, minute).tolist() == slow
