"""Deadlines of many cases at once, beside the same for one case in plain steps."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import deadlines, replay
from data import events as event_frames
from data.deadlines import due, judge
from data.limits import Limit, Limits
from data.schema import UTC as UTC_TYPE
from data.worktime import UNITS, WorkClock, city_clock
from tests.data.case_lives import complete
from tests.data.test_limits import limit, table

CITY = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 9, 30, 17, tzinfo=CITY)  # the evening before a week off
TIMES = ("reported_at", "accepted_at", "dispatched_at", "fixed_at", "closed_at", "reopened_at")


def clock() -> WorkClock:
    return city_clock("Asia/Shanghai")


def cases(*rows: dict[str, Any]) -> pl.DataFrame:
    whole = [{"issue_id": n, "category": "a", **row} for n, row in enumerate(rows, start=1)]
    schema = {
        "issue_id": pl.Int64,
        "category": pl.String,
        "areas": pl.String,
        **dict.fromkeys(TIMES, UTC_TYPE),
    }
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in whole], schema=schema)


def at(day: int, hour: int, minute: int = 0, *, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CITY)


def pauses(*rows: tuple[int, datetime, datetime | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"issue_id": pl.Int64, "start": UTC_TYPE, "end": UTC_TYPE}, orient="row")


def extensions(*rows: tuple[int, float, str]) -> pl.DataFrame:
    schema = {"issue_id": pl.Int64, "amount": pl.Float64, "unit": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def limits(*rows: dict[str, object]) -> Limits:
    return Limits.read(table(*rows))


def one(found: pl.DataFrame) -> dict[str, Any]:
    (row,) = found.to_dicts()
    return row


def test_a_case_is_due_when_its_working_hours_are_over() -> None:
    case = cases({"reported_at": at(30, 16)})
    found = one(judge(case, limits(limit(amount=4)), clock(), now=NOW))
    assert found["due"] == at(8, 10, 30, month=10)  # two hours that day, two after the holidays
    assert (found["left_hours"], found["overdue"], found["stopped"]) == (3.0, False, False)


def test_an_overdue_case_has_less_than_no_time_left() -> None:
    found = one(judge(cases({"reported_at": at(30, 8)}), limits(limit(amount=2)), clock(), now=NOW))
    assert (found["due"], found["left_hours"], found["overdue"]) == (at(30, 10, 30), -4.5, True)


def test_at_the_very_moment_a_case_is_not_overdue_yet() -> None:
    case, four = cases({"reported_at": at(30, 8)}), limits(limit(amount=2))
    assert not judge(case, four, clock(), now=at(30, 10, 30))["overdue"].item()
    assert judge(case, four, clock(), now=at(30, 10, 30) + timedelta(microseconds=1))["overdue"].item()


def test_limits_by_the_clock_on_the_wall_run_through_holidays() -> None:
    found = one(
        judge(cases({"reported_at": at(30, 16)}), limits(limit(amount=30, unit="hours")), clock(), now=NOW)
    )
    assert (found["due"], found["left_hours"]) == (at(1, 22, month=10), 29.0)


def test_the_time_runs_from_the_event_that_the_limit_names() -> None:
    case = cases({"reported_at": at(28, 9), "dispatched_at": at(29, 9)})
    found = judge(case, limits(limit(amount=1, starts="dispatched")), clock(), now=NOW)
    assert one(found)["due"] == at(29, 10)
    waiting = judge(cases({"reported_at": at(28, 9)}), limits(limit(starts="dispatched")), clock(), now=NOW)
    assert (one(waiting)["due"], one(waiting)["overdue"]) == (None, False)


def test_a_case_without_a_limit_is_never_due() -> None:
    found = one(judge(cases({"reported_at": at(28, 9)}), limits(limit("b")), clock(), now=NOW))
    assert (found["limit"], found["due"], found["left_hours"], found["overdue"]) == (None, None, None, False)


def test_a_fixed_case_is_judged_by_when_it_was_fixed() -> None:
    rows = [{"reported_at": at(28, 9), "fixed_at": at(28, hour)} for hour in (10, 12)]
    found = judge(cases(*rows), limits(limit(amount=2)), clock(), now=NOW)
    assert found["overdue"].to_list() == [False, True]
    assert found["stopped"].all()
    until_closed = judge(cases(*rows), limits(limit(amount=2, stops="closed")), clock(), now=NOW)
    assert until_closed["stopped"].to_list() == [False, False]


def test_a_case_that_was_closed_without_being_fixed_is_judged_by_its_closing() -> None:
    case = cases({"reported_at": at(28, 9), "closed_at": at(28, 10)})
    found = one(judge(case, limits(limit(amount=2)), clock(), now=NOW))
    assert (found["overdue"], found["stopped"], found["left_hours"]) == (False, True, 1.0)


def test_a_reopened_case_has_its_time_anew() -> None:
    case = cases({"reported_at": at(1, 9), "reopened_at": at(30, 15)})
    assert one(judge(case, limits(limit(amount=2)), clock(), now=NOW))["due"] == at(30, 17)


def test_a_suspension_moves_the_due_moment_by_its_working_time() -> None:
    case = cases({"reported_at": at(28, 9)})
    away = pauses((1, at(28, 10), at(29, 10)))
    found = one(judge(case, limits(limit(amount=2)), clock(), now=NOW, pauses=away))
    assert found["due"] == at(29, 11)


@pytest.mark.parametrize("now", [at(28, 12), at(29, 9), at(30, 18), at(20, 9, month=10)])
def test_while_a_suspension_lasts_the_time_left_stays(now: datetime) -> None:
    away = pauses((1, at(28, 10), None))
    found = one(
        judge(cases({"reported_at": at(28, 9)}), limits(limit(amount=2)), clock(), now=now, pauses=away)
    )
    assert (found["left_hours"], found["overdue"], found["paused"]) == (1.0, False, True)


def test_a_suspension_does_not_rescue_a_case_that_was_overdue_already() -> None:
    away = pauses((1, at(28, 15), at(29, 15)))
    found = one(
        judge(cases({"reported_at": at(28, 9)}), limits(limit(amount=2)), clock(), now=NOW, pauses=away)
    )
    assert found["overdue"]


def test_a_suspension_before_a_case_was_reopened_does_not_count() -> None:
    case = cases({"reported_at": at(1, 9), "reopened_at": at(30, 15)})
    away = pauses((1, at(2, 9), at(3, 9)), (1, at(29, 9), at(30, 16)))
    found = one(judge(case, limits(limit(amount=2)), clock(), now=NOW, pauses=away))
    assert found["due"] == at(30, 18)


@pytest.mark.parametrize("end", [None, at(28, 10)])
def test_a_suspension_beyond_the_calendar_stops_nobody(end: datetime | None) -> None:
    unset = datetime(1970, 1, 1, tzinfo=UTC)  # the machine's battery was empty
    late = datetime(2150, 1, 1, tzinfo=UTC)
    away = pauses((1, unset, end), (2, at(28, 10), at(29, 10)), (3, unset, unset), (3, at(28, 10), unset))
    away = pl.concat([away, pauses((3, late, None), (3, late, late), (1, late, None))])
    begun = {"reported_at": at(28, 9), "dispatched_at": at(28, 9)}
    three = cases({"reported_at": at(28, 9)}, begun, begun)
    found = judge(three, limits(limit(amount=2, starts="dispatched")), clock(), now=NOW, pauses=away)
    assert found["due"].to_list() == [None, at(29, 11), at(28, 11)]


def test_a_suspension_that_ends_before_it_starts_is_none() -> None:
    away = pauses((1, at(28, 15), at(28, 10)))  # the machine's clock was put back
    found = one(
        judge(cases({"reported_at": at(28, 9)}), limits(limit(amount=2)), clock(), now=NOW, pauses=away)
    )
    assert found["due"] == at(28, 11)


def test_extensions_follow_one_after_the_other() -> None:
    case, more = (
        cases({"reported_at": at(28, 9)}),
        extensions((1, 1.0, "work_hours"), (9, 5.0, "days"), (1, 1.0, "days")),
    )
    found = one(judge(case, limits(limit(amount=2)), clock(), now=NOW, extensions=more))
    assert found["due"] == at(29, 12)


def test_whole_days_stay_whole_when_they_are_extended() -> None:
    case, more = cases({"reported_at": at(24, 9)}), extensions((1, 1.0, "days"))
    in_days = limits(limit(amount=1, unit="days", whole_days="yes"))
    plain = judge(case, in_days, clock(), now=NOW)["due"].item()
    longer = judge(case, in_days, clock(), now=NOW, extensions=more)["due"].item()
    assert plain == at(29, 0)  # the 25th to the 27th are off: the 28th is the last day
    assert longer == at(30, 0)
    worked = limits(limit(amount=1, unit="work_days", whole_days="yes"))
    again = extensions((1, 1.0, "work_days"), (1, 1.0, "work_days"))
    assert judge(case, worked, clock(), now=NOW, extensions=again)["due"].item() == at(30, 18)


def test_a_deadline_in_a_year_without_a_notice_is_provisional() -> None:
    rows = [{"reported_at": at(20, 9, month=12)}, {"reported_at": at(30, 9, month=12)}]
    found = judge(cases(*rows), limits(limit(amount=5, unit="work_days")), clock(), now=NOW)
    assert found["provisional"].to_list() == [False, True]


def test_no_cases_have_no_deadlines() -> None:
    found = judge(cases(), Limits.read(), clock(), now=NOW, pauses=pauses(), extensions=extensions())
    assert found.height == 0
    assert dict(found.schema) == deadlines.DEADLINE


def test_the_due_moments_alone_are_those_of_the_whole_judgement() -> None:
    rows = cases({"reported_at": at(28, 9)}, {"reported_at": None})
    two = limits(limit(amount=2))
    assert due(rows, two, clock(), now=NOW).equals(judge(rows, two, clock(), now=NOW)["due"])


def test_a_life_from_its_events_to_its_deadline() -> None:
    life = [
        complete("report", at=at(28, 9)),
        complete("accept", at=at(28, 9, 30)),
        complete("suspend", at=at(28, 10)),
        complete("resume", at=at(28, 11)),
        complete("extend", at=at(28, 11), amount=1.0),
        complete("dispatch", at=at(28, 11)),
    ]
    found = replay.Replay.of(event_frames.frame({5: life}))
    known = found.cases.with_columns(category=pl.lit("a"))
    judged = judge(
        known, limits(limit(amount=2)), clock(), now=NOW, pauses=found.pauses, extensions=found.extensions
    )
    assert one(judged)["due"] == at(28, 15)  # from nine to ten, from eleven to twelve, from two to three


minutes = st.integers(0, 20 * 24 * 60).map(lambda n: at(14, 8) + timedelta(minutes=n))
amounts = st.integers(1, 40).map(lambda n: n / 4)


@st.composite
def judged(draw: st.DrawFn) -> dict[str, Any]:
    away = sorted(draw(st.lists(minutes, max_size=4)))
    ends: list[datetime | None] = [*away[1::2], None] if len(away) % 2 else [*away[1::2]]
    return {
        "reported_at": draw(minutes),
        "accepted_at": draw(st.none() | minutes),
        "dispatched_at": draw(st.none() | minutes),
        "fixed_at": draw(st.none() | minutes),
        "closed_at": draw(st.none() | minutes),
        "reopened_at": draw(st.none() | minutes),
        "pauses": list(zip(away[::2], ends, strict=True)),
        "extensions": draw(st.lists(st.tuples(amounts, st.sampled_from(UNITS)), max_size=3)),
    }


@st.composite
def any_limit(draw: st.DrawFn) -> dict[str, object]:
    unit = draw(st.sampled_from(UNITS))
    return limit(
        amount=draw(amounts),
        unit=unit,
        starts=draw(st.sampled_from(["reported", "accepted", "dispatched"])),
        stops=draw(st.sampled_from(["fixed", "closed"])),
        whole_days=draw(st.sampled_from(["yes", "no"])) if unit in ("work_days", "days") else "no",
    )


def slow_due(case: dict[str, Any], rule: Limit, now: datetime) -> tuple[datetime | None, datetime]:
    """Follow the words of `judge` for one case, a step at a time."""
    start = case[f"{rule.starts}_at"]
    stops = [moment for moment in (case[f"{rule.stops}_at"], case["closed_at"]) if moment]
    moment = min(stops) if stops else now
    if start is None:
        return None, moment
    start = max(start, case["reopened_at"] or start)
    amount = rule.amount
    for first, last in case["pauses"]:
        begin, end = max(first, start), min(last or moment, moment)
        if end > begin:
            amount += float(clock().work_between(begin, end, rule.unit))
    end_at = added(start, amount, rule.unit, whole_days=rule.whole_days)
    for more, unit in case["extensions"]:
        whole = rule.whole_days and unit in ("work_days", "days")
        end_at = added(end_at - timedelta(microseconds=whole), more, unit, whole_days=whole)
    return end_at, moment


def added(start: datetime, amount: float, unit: Any, *, whole_days: bool) -> datetime:
    end = clock().add_work(start, amount, unit, whole_days=whole_days)
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(end.astype(np.int64)))


@given(st.lists(judged(), max_size=8), any_limit(), any_limit(), minutes)
@settings(deadline=None)
def test_all_at_once_is_what_each_case_is_alone(
    many: list[dict[str, Any]], first: dict[str, object], second: dict[str, object], now: datetime
) -> None:
    both = limits({**first, "category": "a"}, {**second, "category": "b"})
    kinds = ["ab"[number % 2] for number in range(len(many))]
    times = [
        {name: case[name] for name in TIMES} | {"category": kind}
        for case, kind in zip(many, kinds, strict=True)
    ]
    away = [(n, *pause) for n, case in enumerate(many, start=1) for pause in case["pauses"]]
    more = [(n, *longer) for n, case in enumerate(many, start=1) for longer in case["extensions"]]
    found = judge(cases(*times), both, clock(), now=now, pauses=pauses(*away), extensions=extensions(*more))
    for row, case, kind in zip(found.iter_rows(named=True), many, kinds, strict=True):
        expected, moment = slow_due(case, both.rows["ab".index(kind)], now)
        assert row["due"] == expected
        assert row["overdue"] == (expected is not None and moment > expected)
