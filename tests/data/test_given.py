"""Values that no case can have: refused in words before anything is written, on each database."""

import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data import clock
from data.actors import OPERATOR, Actor
from data.case_rows import as_json
from data.contacts import Contact
from data.cube import Cube
from data.filters import Filter
from data.issue_writing import check
from data.store import Store
from geo.errors import ClockError, GezhiError, GivenError, StoreError, TransitionError
from tests.data.samples import reports

ANN = Actor("李娜", "dispatcher")
REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}
NOW = datetime.now(UTC)
NAIVE = datetime(2026, 1, 1)  # one without zone is the fault

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"lat": 999}, "lat: 999.0 is not on the earth. Expected degrees from -90 to 90"),
    ({"lon": -180.5}, "lon: -180.5 is not on the earth"),
    ({"lat": float("inf")}, "lat: inf is not on the earth"),
    ({"lat": float("nan")}, "lat: nan is not on the earth"),
    ({"lat": True}, "lat: True is not a number"),
    ({"lat": "abc"}, "lat: 'abc' is not a number"),
    ({"lat": 10**400}, "lat: '?1000.* is not a number"),
    ({"category": ""}, "category: '' is not a category"),
    ({"category": " "}, "category: ' ' is not a category"),
    ({"category": "a\nb"}, "is not a category"),
    ({"category": 7}, "category: 7 is not a text"),
    ({"description": b"x"}, "description: b'x' is not a text"),
    ({"reported_at": NOW + timedelta(days=3)}, "reported_at: .* lies in the future"),
    ({"reported_at": NAIVE}, "reported_at: 2026-01-01 00:00:00 has no time zone"),
    ({"reported_at": "yesterday"}, "reported_at: 'yesterday' is not a time"),
]


def untouched(store: Store, before: int) -> None:
    assert store.last_seq(actor=ANN) == before
    assert store.check(actor=OPERATOR).ok


def test_no_report_and_no_correction_takes_a_value_that_a_case_cannot_have(store: Store) -> None:
    case = store.report(REPORT, actor=ANN).id
    for given, words in WRONG:
        with pytest.raises(GivenError, match=words):
            store.correct(case, actor=ANN, reason="改", **given)
        with pytest.raises(GivenError, match=words):
            store.report(REPORT | given, actor=ANN)
    with pytest.raises(GivenError, match=r"lat: 'x' is not .* lon: 'y' is not"):
        store.correct(case, actor=ANN, lat="x", lon="y")
    untouched(store, 1)


def test_a_corrected_place_leaves_the_whole_city_countable(store: Store) -> None:
    case = store.report(REPORT, actor=ANN).id
    with pytest.raises(GezhiError):
        store.correct(case, actor=ANN, lat=999)
    store.correct(case, actor=ANN, lat=38)
    assert Cube.open(store).counts(Filter(), 9).counts.sum() == 1


def test_a_report_that_is_new_has_no_time_of_closing(store: Store) -> None:
    with pytest.raises(StoreError, match="new has no time of closing"):
        store.report(REPORT | {"closed_at": NOW}, actor=ANN)
    with pytest.raises(StoreError, match="colour: not a column of a report"):
        store.report(REPORT | {"colour": ["red"]}, actor=ANN)
    untouched(store, 0)


def test_a_report_may_be_dated_a_little_ahead(store: Store) -> None:
    ahead = NOW + timedelta(hours=12)
    assert store.report(REPORT | {"reported_at": ahead}, actor=ANN).state.reported_at == ahead


def test_nothing_is_closed_before_it_was_reported(store: Store) -> None:
    case = store.report(REPORT, actor=ANN).id
    store.transition(case, "close", actor=OPERATOR, reason="好")
    with pytest.raises(GivenError, match="cannot be closed .* before it was reported"):
        store.correct(case, actor=OPERATOR, closed_at=NOW - timedelta(days=300))
    untouched(store, 2)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2100, 1, 1, tzinfo=UTC), "at: 2100-01-01 00:00 UTC lies in the future"),
        (
            datetime(1999, 1, 1, tzinfo=UTC),
            "cannot have happened 1999-01-01 00:00 UTC: the case was reported",
        ),
        (NAIVE, "at: 2026-01-01 00:00:00 has no time zone"),
        ("yesterday", "at: 'yesterday' is not a time"),
        (5, "at: 5 is not a time"),
    ],
)
def test_nothing_happens_to_a_case_before_its_report_or_in_time_to_come(
    store: Store, at: Any, words: str
) -> None:
    case = store.report(REPORT, actor=ANN).id
    for event, needs in (("dispatch", {"unit": "环卫中心"}), ("accept", {})):
        with pytest.raises(GivenError, match=words):
            store.transition(case, event, actor=ANN, at=at, **needs)
    untouched(store, 1)


def test_a_phone_whose_clock_is_fast_is_believed(store: Store) -> None:
    case = store.report(REPORT, actor=ANN).id
    at = datetime.now(UTC) + timedelta(minutes=3)
    assert store.transition(case, "accept", actor=ANN, at=at).state.accepted_at == at


def test_a_clock_that_was_moved_back_keeps_nobody_from_saying_when(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = store.report(REPORT, actor=ANN)
    monkeypatch.setattr(clock, "time_ns", lambda: 1_000_000_000)
    store.transition(case.id, "accept", actor=ANN, at=case.state.reported_at)
    assert store.check(actor=OPERATOR).ok


@pytest.mark.parametrize(
    ("event", "needs", "words"),
    [
        ("extend", {"amount": "3"}, "amount: '3' is not a number"),
        ("extend", {"amount": True}, "amount: True is not a number"),
        ("extend", {"amount": float("nan")}, "amount: nan is not a number"),
        ("merge", {"into": "two"}, "into: 'two' is not the number of a case"),
        ("merge", {"into": 2**70}, "is not the number of a case"),
        ("note", {"note": 5}, "note: 5 is not a text"),
        ("accept", {"reason": None}, "reason: None is not a text"),
    ],
)
def test_a_transition_takes_no_text_for_a_number(
    store: Store, event: str, needs: dict[str, Any], words: str
) -> None:
    case = store.report(REPORT, actor=ANN).id
    with pytest.raises(GivenError, match=words):
        store.transition(case, event, actor=ANN, **{"reason": "改", **needs})
    untouched(store, 1)


def test_an_extension_beyond_the_calendar_is_refused_without_a_warning(store: Store) -> None:
    case = store.report(REPORT, actor=ANN).id
    store.transition(case, "accept", actor=ANN)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for unit in ("work_hours", "work_days", "hours", "days"):
            for amount in (1e300, 1e17, 900_000):
                with pytest.raises(ClockError, match="where the calendar ends"):
                    store.transition(case, "extend", actor=ANN, reason="雨", amount=amount, amount_unit=unit)
    untouched(store, 2)


@pytest.mark.parametrize("number", [2**70, -1, "one", None, 1.5, True])
def test_there_is_no_case_of_a_number_that_is_none(store: Store, number: Any) -> None:
    store.report(REPORT, actor=ANN)
    with pytest.raises(StoreError, match="There is no case"):
        store.case(number, actor=ANN)


def test_no_number_without_end_comes_into_an_event() -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        as_json({"lat": float("inf")})


def test_texts_lose_what_no_database_holds_and_keep_the_rest(store: Store) -> None:
    broken, whole = "井\0盖\ud83d坏了😀", "井盖\ufffd坏了😀"
    contact = Contact(name=broken, phone="1\x002")
    case = store.report(REPORT | {"description": broken}, actor=ANN, contact=contact).id
    assert store.case(case, actor=ANN).report["description"] == whole
    assert store.contacts(case, actor=OPERATOR) == [Contact(name=whole, phone="12")]
    store.correct(case, actor=ANN, address=broken, reason=broken)
    assert store.case(case, actor=ANN).report["address"] == whole
    store.transition(case, "note", actor=ANN, note=broken)
    store.transition(case, "reject", actor=ANN, reason=broken)
    assert store.check(actor=OPERATOR).ok


def test_a_frame_of_reports_with_a_zero_character_or_no_category_is_refused() -> None:
    frame = reports(3)
    with pytest.raises(StoreError, match="a text holds a zero character in 3 rows"):
        check(frame.with_columns(address=frame["address"] + "\0"))
    with pytest.raises(StoreError, match="category is empty in 3 rows"):
        check(frame.with_columns(category=frame["category"].str.slice(0, 0)))


def test_an_empty_merge_still_says_what_is_missing(store: Store) -> None:
    case = store.report(REPORT, actor=ANN).id
    store.transition(case, "accept", actor=ANN)
    with pytest.raises(TransitionError, match="needs"):
        store.transition(case, "extend", actor=ANN, reason="雨", amount=0)
