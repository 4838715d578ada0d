"""Who took personal data is written down, and who tried; contacts are forgotten without a command."""

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data import clock
from data.actors import OPERATOR, Actor
from data.backup import backup, copy
from data.contacts import Contact
from data.store import Store
from data.upkeep import Upkeep
from geo.errors import NotAllowedError, StoreError

REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3, "description": "王强家门口"}
ANN, EVE = Actor("李娜", "dispatcher"), Actor("伊娃", "analyst")
DAY_NS = 86_400 * 10**9


@pytest.fixture
def city(store: Store) -> Store:
    """Fill a store with a case that somebody can be reached for."""
    store.report(REPORT, actor=OPERATOR, contact=Contact(phone="12345"))
    return store


def noted(store: Store) -> list[tuple[object, ...]]:
    return store.accesses(actor=OPERATOR).select("what", "actor", "issue_id", "refused", "detail").rows()


def test_who_asks_for_contacts_in_vain_is_written_down_too(city: Store) -> None:
    team = Actor("队员", "team_member", units=frozenset())
    outside = Actor("片长", "dispatcher", areas=frozenset({"西社区"}))
    for actor in (EVE, team, outside):
        with pytest.raises(NotAllowedError):
            city.contacts(1, actor=actor)
    with pytest.raises(NotAllowedError):
        city.contacts(99, actor=EVE)
    assert noted(city) == [
        ("contact", "伊娃", None, True, None),
        ("contact", "片长", 1, True, None),
        ("contact", "队员", 1, True, None),
        ("contact", "伊娃", 1, True, None),
    ]


def test_an_export_is_written_down(city: Store) -> None:
    city.note_export(actor=EVE, detail="category=manhole")
    city.note_export(actor=Actor("队员", "team_member", units=frozenset()), detail="")
    assert noted(city) == [
        ("export", "队员", None, False, None),
        ("export", "伊娃", None, False, "category=manhole"),
    ]


def test_backups_and_copies_are_written_down_and_so_are_refused_ones(
    city: Store, url: str, tmp_path: Path
) -> None:
    backup(url, tmp_path / "a.gezhi", actor=OPERATOR)
    copy(url, f"sqlite:///{tmp_path / 'b.sqlite'}", actor=OPERATOR)
    with pytest.raises(NotAllowedError):
        backup(url, tmp_path / "c.gezhi", actor=EVE)
    assert not (tmp_path / "c.gezhi").exists()
    found = noted(city)
    assert [row[0:2] + row[3:4] for row in found] == [
        ("backup", "伊娃", True),
        ("copy", "operator", False),
        ("backup", "operator", False),
    ]
    assert found[2][4] == "a.gezhi"
    with Store.open(f"sqlite:///{tmp_path / 'b.sqlite'}") as other:
        assert [row[0] for row in noted(other)] == ["copy", "backup"], "the copy knows where it comes from"


def test_a_store_that_cannot_note_a_backup_is_backed_up_all_the_same(
    city: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_arguments: object) -> None:
        raise StoreError("The disk is full")

    monkeypatch.setattr("data.accesses.write_transaction", full)
    assert {one.table: one.rows for one in backup(url, tmp_path / "a", actor=OPERATOR)}["issue"] == 1
    assert "operator (administrator): backup a" in caplog.text


def test_contacts_are_forgotten_at_the_start_and_daily_by_the_clock(
    city: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.transition(1, "close", actor=OPERATOR, reason="已修好")
    start = clock.now() * 1_000
    upkeep = Upkeep(lambda: city)

    def on_day(day: float) -> bool:
        monkeypatch.setattr(clock, "time_ns", lambda: start + int(day * DAY_NS))
        return upkeep.look()

    assert on_day(0.1) and not on_day(0.9)
    assert on_day(179)
    assert city.contacts(1, actor=ANN) == [Contact(phone="12345")]
    assert not on_day(179.5)
    assert on_day(181)
    assert city.contacts(1, actor=ANN) == []
    assert on_day(1), "the clock was put back"
    assert city.case(1, actor=ANN).status == "closed"


def test_what_was_forgotten_is_not_left_in_the_file(sqlite_url: str) -> None:
    number = "13812345678-in-the-file"
    with Store.open(sqlite_url) as store:
        long_ago = datetime(2024, 1, 1, tzinfo=UTC)
        store.report(REPORT | {"reported_at": long_ago}, actor=OPERATOR, contact=Contact(phone=number))
        store.transition(1, "close", actor=OPERATOR, reason="好", at=long_ago)
        assert store.forget_contacts(actor=OPERATOR, days=0) == 1
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    left = [file.name for file in path.parent.glob(f"{path.name}*") if number.encode() in file.read_bytes()]
    assert left == []


def test_what_was_forgotten_is_not_left_in_the_log_of_a_store_that_goes_on(sqlite_url: str) -> None:
    number = "13812345678-in-the-log"
    path = Path(sqlite_url.removeprefix("sqlite:///"))

    def left() -> list[str]:
        return [
            file.name for file in path.parent.glob(f"{path.name}*") if number.encode() in file.read_bytes()
        ]

    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    with Store.open(sqlite_url) as store:
        store.report(REPORT | {"reported_at": long_ago}, actor=OPERATOR, contact=Contact(phone=number))
        store.transition(1, "close", actor=OPERATOR, reason="好", at=long_ago)
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM contact").fetchall()
            with pytest.raises(StoreError, match="still in its log, which others are reading"):
                store.forget_contacts(actor=OPERATOR, days=0)
            assert left() != []
        assert store.contacts(1, actor=OPERATOR) == []
        assert store.forget_contacts(actor=OPERATOR, days=0) == 0
        assert left() == []


def test_a_reporter_is_kept_while_the_case_at_the_end_of_the_chain_is_open(store: Store) -> None:
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    for phone in ("1", "2", "3", "4"):
        store.report(REPORT | {"reported_at": long_ago}, actor=OPERATOR, contact=Contact(phone=phone))
    for case, into in ((1, 2), (2, 3)):
        store.transition(case, "merge", actor=OPERATOR, reason="同一处", into=into, at=long_ago)
    store.transition(4, "close", actor=OPERATOR, reason="好", at=long_ago)
    assert store.forget_contacts(actor=OPERATOR, days=0) == 1
    assert {found.phone for found in store.contacts(3, actor=OPERATOR)} == {"1", "2", "3"}
    store.transition(3, "close", actor=OPERATOR, reason="好", at=long_ago)
    assert store.forget_contacts(actor=OPERATOR, days=0) == 3
    assert store.contacts(3, actor=OPERATOR) == []


def test_the_daily_look_survives_anything(city: Store, caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([RuntimeError("a fault of the program"), city])

    def store() -> Store:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    upkeep = Upkeep(store)
    assert not upkeep.look()
    assert "a fault of the program" in caplog.text
    assert upkeep.look()


def test_a_store_that_is_away_stops_nothing_and_is_looked_after_later(
    city: Store, caplog: pytest.LogCaptureFixture
) -> None:
    answers = iter([StoreError("away"), city])

    def store() -> Store:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    upkeep = Upkeep(store)
    with caplog.at_level(logging.WARNING):
        assert not upkeep.look()
    assert "away" in caplog.text
    assert upkeep.look()


def test_it_begins_at_once_and_ends_when_it_is_told_to(city: Store) -> None:
    asked = []
    upkeep = Upkeep(lambda: asked.append(1) or city)  # type: ignore[func-returns-value]
    upkeep.start()
    upkeep.stop()
    assert asked == [1]
