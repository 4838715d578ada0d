"""Cases in words: deadlines as people say them, events as they happened."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app_pages.case_story import story
from app_pages.case_words import BUTTONS, actor_words, clock_words, due_words, explained, span_words, way_back
from app_pages.positions import read_position
from data.actors import SYSTEM
from data.transitions import EVENTS
from geo.errors import CrsError

CITY = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)  # 10 o'clock in the city


def words(due: datetime | None, left: float | None = 1.0, **state: bool) -> tuple[str, str]:
    given = {"overdue": False, "paused": False, **state}
    found = due_words(due, left, now=NOW, zone=CITY, **given)
    return found.words, found.tone


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(hours=3), ("Due today 13:00", "soon")),
        (timedelta(hours=13, minutes=59), ("Due today 23:59", "soon")),
        (timedelta(hours=14), ("Due tomorrow 00:00", "soon")),
        (timedelta(days=3, hours=1), ("Due in 3 days", "calm")),
        (timedelta(days=90), ("Due in 3 months", "calm")),
    ],
)
def test_a_deadline_is_said_as_people_say_it_in_the_citys_day(
    after: timedelta, said: tuple[str, str]
) -> None:
    assert words(NOW + after) == said


def test_an_overdue_case_says_by_how_long() -> None:
    assert words(NOW - timedelta(minutes=5), -0.1, overdue=True) == ("Overdue by 5 minutes", "late")
    assert words(NOW - timedelta(hours=47), -9.0, overdue=True) == ("Overdue by 47 hours", "late")
    assert words(NOW - timedelta(days=2), -9.0, overdue=True) == ("Overdue by 2 days", "late")
    assert words(NOW - timedelta(days=4474), -9.0, overdue=True) == ("Overdue by 12 years", "late")


def test_a_suspended_case_says_what_its_clock_keeps() -> None:
    running = due_words(None, 2.5, overdue=False, paused=True, now=NOW, zone=CITY)
    late = due_words(None, -1.0, overdue=True, paused=True, now=NOW, zone=CITY)
    assert (running.tone, running.detail) == ("paused", "2 h 30 min left when it goes on")
    assert late.detail == "overdue by 1 hour when it was suspended"


def test_a_case_without_a_limit_has_no_deadline() -> None:
    assert words(None, None) == ("No deadline", "none")


def test_spans_never_go_below_nothing() -> None:
    assert span_words(timedelta(seconds=-5)) == "0 minutes"
    assert clock_words(-0.25) == "15 minutes"


def test_every_event_that_people_make_happen_has_a_button_and_an_explanation() -> None:
    made = set(EVENTS) - {"report", "photo", "hide", "locate"}
    assert set(BUTTONS) == made
    assert all(explained(event) for event in made)


def test_only_what_is_still_allowed_is_offered_as_a_way_back() -> None:
    assert way_back("merge", ("unmerge", "note")) == ("unmerge", "")
    assert way_back("close", ("reopen",)) == ("reopen", "Reopen")
    assert way_back("close", ("note",)) == (None, "")
    assert way_back("note", ("note",)) == (None, "")


def told(*events: tuple[str, dict[str, Any]]) -> list[tuple[str, str, tuple[str, ...]]]:
    rows = [
        {"kind": kind, "at": NOW + timedelta(minutes=n), "actor": "李娜"}
        for n, (kind, _own) in enumerate(events)
    ]
    found = story(rows, [own for _kind, own in events])
    return [(one.title, one.reason, one.lines) for one in found]


def test_the_second_dispatch_passes_the_case_on() -> None:
    found = told(
        ("report", {}),
        ("dispatch", {"unit": "环卫中心"}),
        ("dispatch", {"unit": "交警中队", "reason": "not ours"}),
    )
    assert [title for title, *_rest in found] == [
        "Reported",
        "Dispatched to 环卫中心",
        "Passed on to 交警中队",
    ]
    assert found[2][1] == "not ours"


def test_a_correction_tells_before_and_after_and_what_it_took_away() -> None:
    found = told(
        ("report", {"address": "A", "unit": "x", "lon": 1.5}),
        ("update", {"role": "manager", "address": "B", "unit": None}),
    )
    assert found[1] == ("Corrected", "", ("Address: A → B", "Unit: x → —"))


def test_units_are_told_in_the_language_in_use() -> None:
    events = [
        ("report", {}),
        ("dispatch", {"unit": "环卫中心"}),
        ("update", {"role": "manager", "unit": "x"}),
    ]
    rows = [{"kind": kind, "at": NOW, "actor": "anna"} for kind, _payload in events]
    found = story(rows, [own for _kind, own in events], units={"环卫中心": "Sanitation centre"})
    assert found[1].title == "Dispatched to Sanitation centre"
    assert found[2].lines == ("Unit: Sanitation centre → x",)


def test_an_event_written_down_much_later_says_both_times() -> None:
    rows = [{"kind": "report", "at": NOW, "actor": "system"}]
    one = story(rows, [{"reported_at": "2026-11-19T02:00:00.000000Z", "status": "closed"}])[0]
    assert (one.moment, one.recorded) == (NOW - timedelta(days=1), NOW)
    assert one.title == "Reported; came in as: Closed"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("38.3, 116.9", (38.3, 116.9)),
        ("116.9 38.3", (38.3, 116.9)),
        ("38.3，116.9", (38.3, 116.9)),
        ("-33.86 151.2", (-33.86, 151.2)),
        ("41.8781° N, 87.6298° W", (41.8781, -87.6298)),
        ("87.6298 W 41.8781 N", (41.8781, -87.6298)),
        ("S33.86 e151.2", (-33.86, 151.2)),
        ("南纬33.86度，东经151.2度", (-33.86, 151.2)),
        ("西经87.6298 北纬41.8781", (41.8781, -87.6298)),
        ("lat 38.3 lon 116.9", (38.3, 116.9)),
    ],
)
def test_a_position_is_read_as_people_write_it(text: str, position: tuple[float, float]) -> None:
    assert read_position(text) == position


@pytest.mark.parametrize(
    "text",
    [
        "",
        "38.3",
        "1 2 3",
        "95, 200",
        "200, 300",
        "bridge",
        "41 N 42 N",
        "-41 S 87 W",
        "西3路5号",
        "95 N 20 E",
    ],
)
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(CrsError):
        read_position(text)


def test_what_gezhi_did_itself_is_not_said_by_an_account_name() -> None:
    assert actor_words(SYSTEM.name) == "the system"
    assert actor_words("Li Na") == "Li Na"
