"""Shifts of field teams: from the city's hours, or chosen; with the pauses that the hours have."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.city_rules import CITY_TABLES
from data.field_pauses import Pauses
from data.field_shifts import FieldShift
from data.worktime import city_clock

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY, SUNDAY = date(2026, 6, 15), date(2026, 6, 14)


def spans(day: date) -> list[tuple[datetime, datetime]]:
    return city_clock("Asia/Shanghai").spans_of(day)


def local(moments: list[tuple[datetime, datetime]]) -> list[tuple[str, str]]:
    return [(f"{a.astimezone(CHINA):%H:%M}", f"{b.astimezone(CHINA):%H:%M}") for a, b in moments]


def test_the_hours_of_a_day_are_those_of_the_citys_table() -> None:
    assert local(spans(MONDAY)) == [("08:30", "12:00"), ("14:00", "18:00")]
    assert spans(SUNDAY) == [] == spans(date(2026, 10, 1)) == spans(date(1970, 1, 1))
    assert "field_work" in CITY_TABLES


def test_the_usual_shift_is_the_whole_day_that_is_worked() -> None:
    usual = FieldShift.usual(MONDAY, spans(MONDAY), CHINA)
    assert (usual.begins, usual.ends) == (510, 1080)
    assert local([usual.moments(CHINA)]) == [("08:30", "18:00")]
    assert FieldShift.usual(SUNDAY, [], CHINA).moments(CHINA)[0] == datetime(2026, 6, 14, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begins", "ends", "parts"),
    [
        ("08:30", "18:00", [("08:30", "12:00"), ("14:00", "18:00")]),
        ("07:00", "20:00", [("07:00", "12:00"), ("14:00", "20:00")]),
        ("13:00", "16:00", [("14:00", "16:00")]),
        ("08:30", "13:00", [("08:30", "13:00")]),
        ("12:30", "13:30", [("12:30", "13:30")]),
        ("19:00", "22:00", [("19:00", "22:00")]),
        ("22:00", "02:00", [("22:00", "02:00")]),
    ],
)
def test_a_shift_leaves_out_the_pauses_that_lie_within_it(
    begins: str, ends: str, parts: list[tuple[str, str]]
) -> None:
    usual = FieldShift.usual(MONDAY, spans(MONDAY), CHINA)
    shift = FieldShift.chosen({"begins": begins, "ends": ends}, usual)
    assert local(shift.windows(spans(MONDAY), CHINA)) == parts


@given(
    st.builds(
        FieldShift,
        day=st.just(MONDAY),
        begins=st.integers(0, 1439),
        ends=st.just(0),
        start=st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
        back=st.booleans(),
        most_stops=st.none() | st.integers(1, 100),
        capacity=st.none() | st.integers(1, 100),
    ),
    st.integers(1, 1440),
)
def test_a_shift_that_is_told_and_read_again_is_the_same(shift: FieldShift, lasts: int) -> None:
    from dataclasses import replace

    whole = replace(shift, ends=shift.begins + lasts)
    again = FieldShift.chosen(whole.to_json(), FieldShift(MONDAY, 0, 1))
    assert again == whole
    begins, ends = whole.moments(CHINA)
    assert ends - begins == timedelta(minutes=lasts)


@given(st.floats(0, 90_000), st.lists(st.integers(0, 86_400), min_size=2, max_size=6, unique=True))
def test_a_clock_without_pauses_leads_back_to_every_moment_that_is_worked(
    moment: float, edges: list[int]
) -> None:
    edges = sorted(edges)[: len(edges) // 2 * 2]
    pauses = Pauses(tuple(zip(edges[::2], edges[1::2], strict=True)))
    inside = [(start, end) for start, end in pauses.spans if start < moment < end]
    on_it = pauses.worked(moment)
    if inside:
        assert on_it == pauses.worked(inside[0][0])
        assert pauses.passed(on_it, begins=True) == pytest.approx(inside[0][1])
        assert pauses.passed(on_it) == pytest.approx(inside[0][0])
    elif moment not in edges:
        assert pauses.passed(on_it) == pytest.approx(moment) == pauses.passed(on_it, begins=True)


def test_the_pauses_of_a_shift_are_those_that_lie_within_it() -> None:
    usual = FieldShift.usual(MONDAY, spans(MONDAY), CHINA)
    for begins, ends, pauses in (
        ("08:30", "18:00", ((43_200, 50_400),)),
        ("13:00", "16:00", ((46_800, 50_400),)),
        ("08:30", "13:00", ()),
    ):
        shift = FieldShift.chosen({"begins": begins, "ends": ends}, usual)
        assert Pauses.of(shift, spans(MONDAY), CHINA).spans == pauses
