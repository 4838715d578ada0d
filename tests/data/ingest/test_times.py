"""Dates in every form a city writes them, and what a clock shows twice or not at all."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ingest import times
from geo.errors import ImportFileError

NEW_YORK = ZoneInfo("America/New_York")


def read(*values: object, tz: str = "America/New_York", month_first: bool = False) -> list[str | None]:
    """Read dates, finding their form first; written in UTC."""
    column = pl.Series(values, strict=False)
    forms = times.forms_of(column, month_first=month_first)
    assert forms is not None
    utc = times.read(column, forms, ZoneInfo(tz))["utc"]
    return [None if at is None else at.strftime("%Y-%m-%d %H:%M:%S") for at in utc]


@pytest.mark.parametrize(
    "written",
    [
        "2024-09-13 14:05:00",
        "2024-09-13T14:05:00",
        "2024-09-13T14:05",
        "2024-09-13 14:05",
        "2024/9/13 14:05",
        "2024.09.13 14:05:00",
        "2024年9月13日 14:05",
        "2024年9月13日14:05:00",
        "2024年9月13日14时5分",
        "2024年09月13日 14时05分00秒",
        "2024-09-13 下午 2:05",
        "2024-09-13 下午2:05:00",
        "20240913140500",
        "09/13/2024 02:05:00 PM",
        "9/13/2024 2:05 PM",
        "9/13/24 14:05",
        "13/09/2024 14:05",
        "13.09.2024 14:05:00",
        "13-Sep-2024 14:05",
        "Sep 13, 2024 2:05 PM",
        "2024-09-13 14:05:00.000",
        "2024-09-13 14：05",
    ],
)
def test_a_time_is_read_however_it_is_written(written: str) -> None:
    assert read(written, tz="Asia/Shanghai") == ["2024-09-13 06:05:00"]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2024-09-13T14:05:00Z", "2024-09-13 14:05:00"),
        ("2024-09-13T14:05:00+08:00", "2024-09-13 06:05:00"),
        ("2024-09-13 14:05:00 +0800", "2024-09-13 06:05:00"),
        ("2024-09-13 14:05:00 UTC", "2024-09-13 14:05:00"),
        (1_726_236_300, "2024-09-13 14:05:00"),
        (1_726_236_300_000, "2024-09-13 14:05:00"),
        (45_548.5, "2024-09-13 16:00:00"),
        (20_240_913, "2024-09-13 04:00:00"),
    ],
)
def test_offsets_and_counts_from_a_day_are_read(written: object, utc: str) -> None:
    assert read(written) == [utc]


def test_a_column_may_mix_days_times_and_nothing() -> None:
    assert read("2024-09-13", None, "2024-09-13 14:05", "null", "") == [
        "2024-09-13 04:00:00",
        None,
        "2024-09-13 18:05:00",
        None,
        None,
    ]


def test_one_day_beyond_the_twelfth_decides_which_comes_first() -> None:
    assert read("03/04/2024", "13/04/2024", month_first=True)[0] == "2024-04-03 04:00:00"
    assert read("03/04/2024", "04/13/2024")[0] == "2024-03-04 05:00:00"


def test_where_nothing_decides_it_is_said() -> None:
    forms = times.forms_of(pl.Series(["03/04/2024", "05/06/2024"]), month_first=True)
    assert forms is not None
    assert (forms.formats[0], forms.other) == ("%m/%d/%Y", "%d/%m/%Y")
    assert forms.ambiguous == ("03/04/2024", "05/06/2024")


def test_a_time_that_the_clock_shows_twice_is_the_first() -> None:
    assert read("2023-11-05 01:30:00") == ["2023-11-05 05:30:00"]


def test_a_time_that_the_clock_skips_is_as_long_after_the_gap() -> None:
    assert read("2023-03-12 02:30:00") == ["2023-03-12 07:30:00"]  # 03:30 summer time


def test_a_midnight_that_the_clock_skips_stays_in_its_day() -> None:
    assert read("2018-11-04", tz="America/Sao_Paulo") == ["2018-11-04 03:00:00"]


@settings(deadline=None)
@given(st.lists(st.datetimes(datetime(1960, 1, 1), datetime(2090, 1, 1)), min_size=1, max_size=20))
def test_any_local_time_is_what_the_standard_library_says(moments: list[datetime]) -> None:
    # Of an hour that comes twice the first is taken: nothing in a file says which of the two is meant.
    moments = [moment.replace(fold=0) for moment in moments]
    ours = times.to_utc(pl.Series(moments, dtype=times.LOCAL), NEW_YORK).to_list()
    assert ours == [moment.replace(tzinfo=NEW_YORK).astimezone(UTC) for moment in moments]


def test_placeholders_of_another_century_are_no_dates() -> None:
    assert read("1900-01-01", "2024-09-13", "2024-09-14", "2024-09-15", "2024-09-16") == [
        None,
        "2024-09-13 04:00:00",
        "2024-09-14 04:00:00",
        "2024-09-15 04:00:00",
        "2024-09-16 04:00:00",
    ]


def test_a_column_of_words_holds_no_dates() -> None:
    assert times.forms_of(pl.Series(["open", "closed"])) is None
    assert times.forms_of(pl.Series([None, ""], dtype=pl.String)) is None


def test_whether_a_value_says_more_than_the_day_is_known() -> None:
    column = pl.Series(["2024-09-13 00:00:00", "2024-09-13 00:00:01"])
    forms = times.forms_of(column)
    assert forms is not None
    assert times.read(column, forms, NEW_YORK)["timed"].to_list() == [False, True]


def test_columns_that_hold_dates_are_taken_as_they_are() -> None:
    aware = pl.Series([datetime(2024, 9, 13, 14, tzinfo=UTC)])
    naive = pl.Series([datetime(2024, 9, 13, 14)])
    days = naive.dt.date()
    read = [times.read(column, times.Forms(()), NEW_YORK)["utc"][0] for column in (aware, naive, days)]
    assert [at.hour for at in read] == [14, 18, 4]


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc"])
def test_an_unknown_zone_is_an_error(name: str) -> None:
    with pytest.raises(ImportFileError, match="is not a time zone"):
        times.zone(name)


#: Dates in each form, each as it is and with something wrong about it, and what is none.
WRITTEN = st.builds(
    lambda moment, form, wrong: moment.strftime(re.sub(r"%([.#])", r"%", form)).replace("%f", "") + wrong,
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
    st.sampled_from([form for form in times._candidates("mdy") if form not in times._COUNTS]),
    st.sampled_from(["", "", "", " UTC", "Z", "+08:00", ".5", "x", "月"]),
) | st.sampled_from(["45000.5", "1700000000", "1700000000000", "words", "三月五日", "1/2", "12", "一"])


@settings(max_examples=15, deadline=None)
@given(written=st.lists(WRITTEN, min_size=1, max_size=8))
def test_forms_that_are_not_tried_could_not_have_been_chosen(written: list[str]) -> None:
    found = times.forms_of(pl.Series(written))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(times._Needs, "may_be_in", lambda _self, _signs: True)
        assert times.forms_of(pl.Series(written)) == found
