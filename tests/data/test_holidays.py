"""The calendar: holidays, moved working days, and what is said of a table that contradicts itself."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data.holidays import FIRST_DAY, HOLIDAY_COLUMNS, Calendar, all_days
from geo.errors import TableError


def table(*rows: tuple[object, ...]) -> pl.DataFrame:
    texts = [[str(value) for value in row] for row in rows]
    return pl.DataFrame(texts, schema=dict.fromkeys(HOLIDAY_COLUMNS, pl.String), orient="row")


@pytest.mark.parametrize(
    ("year", "working_days"),
    # As counted by the package chinesecalendar 1.11, which takes them from the same notices by itself.
    [(2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_a_year_has_as_many_working_days_as_its_notice_says(year: int, working_days: int) -> None:
    days = all_days()
    in_year = days.astype("datetime64[Y]").astype(int) + 1970 == year
    calendar = Calendar.read()
    assert calendar.working[in_year].sum() == working_days
    assert year in calendar.years


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),  # a Saturday, worked for the Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 10, 10), True),
        (date(2022, 12, 31), False),  # by the notice for 2023
        (date(2026, 11, 21), False),
        (date(2026, 11, 23), True),
    ],
)
def test_moved_days_are_worked_and_holidays_are_not(day: date, worked: bool) -> None:
    assert Calendar.read().is_working(day) == worked


def test_a_year_that_no_notice_covers_is_not_known() -> None:
    years = Calendar.read().years
    assert 2026 in years
    assert 2027 not in years
    assert not Calendar.read().is_working(date(2027, 10, 1))


def test_without_a_table_every_weekday_is_worked() -> None:
    calendar = Calendar.weekdays()
    assert not calendar.is_working(FIRST_DAY.replace(day=6))  # 1990-01-06 was a Saturday
    assert calendar.is_working(FIRST_DAY.replace(day=8))
    assert 2050 in calendar.years


def test_the_newest_version_of_a_year_replaces_the_older_one_whole() -> None:
    calendar = Calendar.read(
        table(
            (2030, "2030-05-01", "2030-05-03", "off", "劳动节", 1, "first", "yes"),
            (2030, "2030-05-01", "2030-05-01", "off", "劳动节", 2, "second", "no"),
        )
    )
    assert not calendar.is_working(date(2030, 5, 1))
    assert calendar.is_working(date(2030, 5, 2))
    assert 2030 not in calendar.years


def test_every_fault_of_a_table_is_named_with_its_line() -> None:
    wrong = table(
        (2030, "2030-05-01", "2030-05-03", "off", "", 1, "", "yes"),
        (2030, "2030-05-03", "2030-05-04", "work", "", 1, "", "yes"),
        (2030, "2030-13-01", "2030-13-02", "off", "", 1, "", "yes"),
        (2030, "2030-06-02", "2030-06-01", "holiday", "", 1, "", "perhaps"),
        ("next", "2030-06-02", "2030-06-02", "off", "", 1, "", "yes"),
    )
    with pytest.raises(TableError) as error:
        Calendar.read(wrong)
    for said in (
        "line 2: 2030-05-03 is 'work' here and 'off' in line 1",
        "line 3: first is '2030-13-01', expected a day such as 2026-10-01",
        "line 4: kind is 'holiday', expected one of off, work",
        "line 4: verified is 'perhaps', expected one of yes, no",
        "line 4: from 2030-06-02 to 2030-06-01 is no holiday",
        "line 5: year is 'next', expected a number above 0",
    ):
        assert said in str(error.value)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TableError, match="table has no column kind, verified"):
        Calendar.read(table().drop("kind", "verified"))


def test_a_table_as_a_spreadsheet_in_china_saves_it_is_read(tmp_path: Path) -> None:
    saved = tmp_path / "节假日.csv"
    text = ",".join(HOLIDAY_COLUMNS) + "\r\n2030,2030-05-01,2030-05-03,off,劳动节,1,通知,yes\r\n,,,,,,,\r\n"
    saved.write_bytes(text.encode("gb18030"))
    assert not Calendar.read(saved).is_working(date(2030, 5, 2))
    saved.write_bytes(text.encode("utf-8-sig"))
    assert not Calendar.read(saved).is_working(date(2030, 5, 2))


def test_a_table_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"none\.csv cannot be read"):
        Calendar.read(tmp_path / "none.csv")
