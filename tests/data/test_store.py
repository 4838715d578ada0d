"""The system of record: opened by anyone, written by one at a time, read meanwhile."""

import json
import os
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data.actors import OPERATOR, VIEWER, Actor
from data.schema import REPORT
from data.store import Store, Written
from geo.errors import NotAllowedError, StoreError
from tests.data.programs import Program
from tests.data.samples import reports


def test_an_empty_store_knows_its_identity_and_the_delivered_categories(store: Store) -> None:
    assert len(store.identity) == 32
    assert store.last_seq(actor=VIEWER) == 0
    assert "illegal_parking" in store.categories(actor=VIEWER)["slug"].to_list()
    assert store.imports(actor=VIEWER).is_empty()


def test_a_store_keeps_what_was_written_when_it_is_opened_again(url: str) -> None:
    with Store.open(url) as first:
        first.write_reports(reports(10), actor=OPERATOR)
        identity = first.identity
    with Store.open(url, create=False) as second:
        assert second.identity == identity
        assert second.last_seq(actor=VIEWER) == 10


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not the URL of a store"),
        ("mysql://somewhere/db", "cannot be kept in 'mysql'"),
        ("sqlite://", "names none"),
        ("sqlite:///:memory:", "names none"),
        ("sqlite:///{folder}", "is a folder"),
        ("sqlite:///{folder}/missing.sqlite", "There is no store at"),
    ],
)
def test_a_url_that_cannot_be_a_store_is_refused_in_words(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        Store.open(url.format(folder=tmp_path), create=False)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text("lon,lat\n" * 1000)
    with pytest.raises(StoreError, match="is not a store, or it is damaged"):
        Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("lon,lat"), "the file was changed"


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE orders (id INTEGER)")
    other.close()
    with pytest.raises(StoreError, match="a database of something else \\(it has a table 'orders'\\)"):
        Store.open(f"sqlite:///{path}")
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("orders",)]
    other.close()


def test_a_store_that_may_only_be_read_says_so_when_it_is_written(store: Store, tmp_path: Path) -> None:
    store.write_reports(reports(3), actor=OPERATOR)
    with pytest.raises(NotAllowedError, match="has no right to do this: import reports and places"):
        store.write_reports(reports(3, seed=2), actor=Actor("Ann", "analyst"))
    assert store.last_seq(actor=Actor("Ann", "analyst")) == 3


def test_an_unknown_role_may_not_even_read(store: Store) -> None:
    with pytest.raises(NotAllowedError, match="'Eve' \\(stranger\\) has no right to do this: read"):
        store.last_seq(actor=Actor("Eve", "stranger"))


def test_reports_come_back_as_they_were_written(store: Store) -> None:
    frame = reports(500)
    store.write_reports(frame, actor=OPERATOR)
    found = pl.concat(store.changed_since(0, actor=VIEWER, batch_rows=170))
    assert_frame_equal(found.select(*REPORT), frame)
    assert found["id"].to_list() == found["seq"].to_list() == list(range(1, 501))


def test_reports_come_in_the_order_of_the_ids_that_were_asked_for(store: Store) -> None:
    store.write_reports(reports(2000), actor=OPERATOR)
    ids = [1999, 3, 3, 1, 777_777, 2]
    assert store.reports(ids, actor=VIEWER)["id"].to_list() == [1999, 3, 3, 1, 2]
    assert store.reports(range(1, 2001), actor=VIEWER).height == 2000
    assert store.reports([], actor=VIEWER).columns == ["id", *REPORT]


def test_what_changed_since_an_event_comes_once_and_as_it_is_now(store: Store) -> None:
    frame = reports(10)
    store.write_reports(frame, actor=OPERATOR)
    seq = store.last_seq(actor=VIEWER)
    for address in ("这里", "那里"):
        changed = frame.head(2).with_columns(address=pl.lit(address))
        assert store.write_reports(changed, actor=OPERATOR) == Written(updated=2)
    found = pl.concat(store.changed_since(seq, actor=VIEWER))
    assert found.select("id", "seq", "address").rows() == [(1, 13, "那里"), (2, 14, "那里")]
    assert list(store.changed_since(store.last_seq(actor=VIEWER), actor=VIEWER)) == []


def test_an_import_is_seen_whole_or_not_at_all(store: Store) -> None:
    with store.import_transaction(actor=OPERATOR) as batch:
        for seed in range(3):
            batch.write_reports(reports(100, seed=seed))
            assert store.last_seq(actor=VIEWER) == 0, "a reader saw half an import"
    assert store.last_seq(actor=VIEWER) == 300


def test_an_error_in_an_import_leaves_nothing(store: Store) -> None:
    store.write_reports(reports(5, seed=9), actor=OPERATOR)

    def import_and_fail() -> None:
        with store.import_transaction(actor=OPERATOR) as batch:
            batch.write_reports(reports(100))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        import_and_fail()
    assert store.last_seq(actor=VIEWER) == 5
    assert store.write_reports(reports(100), actor=OPERATOR) == Written(taken=100)


def import_and_die(url: str) -> None:
    store = Store.open(url)
    import_id = store.begin_import("big.csv", source="city", profile=None, actor=OPERATOR, details={})
    with store.import_transaction(import_id, actor=OPERATOR) as batch:
        batch.write_reports(reports(20_000))
        print("written")
        sys.stdin.readline()
        os._exit(9)


def test_a_killed_import_leaves_nothing(store: Store, url: str) -> None:
    program = Program(import_and_die, url)
    assert program.hear() == "written"
    assert store.last_seq(actor=VIEWER) == 0
    program.tell("die")
    program.end()
    assert program.status == 9
    assert store.last_seq(actor=VIEWER) == 0
    assert store.write_reports(reports(20_000), actor=OPERATOR) == Written(taken=20_000)
    assert store.imports(actor=VIEWER)["state"].to_list() == ["running"]


def test_a_full_disk_leaves_nothing_and_is_named(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        store.write_reports(reports(5, seed=9), actor=OPERATOR)
        with store._engine.connect() as connection:  # the same pooled connection is used next
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 50}")
        with pytest.raises(StoreError, match=r"disk with the store .* is full; nothing of this was kept"):
            store.write_reports(reports(20_000), actor=OPERATOR)
        assert store.last_seq(actor=VIEWER) == 5


def test_a_reader_goes_on_while_another_writes(store: Store) -> None:
    store.write_reports(reports(10), actor=OPERATOR)
    written, read = threading.Event(), threading.Event()

    def write() -> None:
        with store.import_transaction(actor=OPERATOR) as batch:
            batch.write_reports(reports(10, seed=2))
            written.set()
            assert read.wait(20)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(write)
        assert written.wait(20)
        assert store.last_seq(actor=VIEWER) == 10
        read.set()
        done.result()
    assert store.last_seq(actor=VIEWER) == 20


def test_a_long_reader_sees_one_state_of_the_store(store: Store) -> None:
    store.write_reports(reports(100), actor=OPERATOR)
    batches = store.changed_since(0, actor=VIEWER, batch_rows=30)
    first = next(batches)
    store.write_reports(reports(50, seed=2), actor=OPERATOR)
    rest = list(batches)
    assert first.height + sum(frame.height for frame in rest) == 100


def test_writers_wait_for_each_other_and_lose_nothing(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        jobs = [
            pool.submit(store.write_reports, reports(200, seed=seed), actor=OPERATOR) for seed in range(8)
        ]
        assert sum(job.result().taken for job in jobs) == 1600
    found = pl.concat(store.changed_since(0, actor=VIEWER))
    assert found["id"].to_list() == list(range(1, 1601))
    assert sorted(found["seq"]) == list(range(1, 1601))


def open_and_write(url: str, seed: int) -> None:
    sys.stdin.readline()
    store = Store.open(url)
    print(store.identity, store.write_reports(reports(50, seed=seed), actor=OPERATOR).taken)


def test_programs_that_start_at_once_on_no_store_get_the_same_one(url: str) -> None:
    programs = [Program(open_and_write, url, seed) for seed in range(3)]
    for program in programs:
        program.tell("go")
    answers = [program.end() for program in programs]
    assert [program.status for program in programs] == [0] * 3, programs[0].errors
    assert len({answer.split()[0] for answer in answers}) == 1
    with Store.open(url) as store:
        assert store.last_seq(actor=VIEWER) == 150


def test_an_import_is_noted_from_its_beginning_to_its_end(store: Store) -> None:
    first = store.begin_import(
        "a.csv", source="nyc", profile="nyc", actor=OPERATOR, details={"encoding": "utf-8"}
    )
    second = store.begin_import("乙.xlsx", source="own", profile=None, actor=OPERATOR, details={})
    store.finish_import(first, summary={"read": 3}, actor=OPERATOR)
    store.finish_import(second, summary={"error": "太大"}, state="failed", actor=OPERATOR)
    found = store.imports(actor=VIEWER)
    assert found.select("id", "name", "state").rows() == [(2, "乙.xlsx", "failed"), (1, "a.csv", "done")]
    assert json.loads(found["summary"][1]) == {"read": 3}
    assert json.loads(found["details"][1]) == {"encoding": "utf-8"}
    assert found["finished_at"].null_count() == 0
    with pytest.raises(StoreError, match="There is no import 99"):
        store.finish_import(99, summary={}, actor=OPERATOR)


def test_a_report_cannot_name_an_import_that_never_began(store: Store) -> None:
    with pytest.raises(StoreError, match="There is no import 77"):
        store.write_reports(reports(3), actor=OPERATOR, import_id=77)
    assert store.last_seq(actor=VIEWER) == 0


def test_a_fact_replaces_what_was_known(store: Store) -> None:
    assert store.fact("tz", "UTC", actor=VIEWER) == "UTC"
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    store.set_fact("tz", "America/New_York", actor=OPERATOR)
    assert store.fact("tz", actor=VIEWER) == "America/New_York"
    assert store.fact("title", actor=VIEWER) is None


def test_a_category_can_be_added_and_renamed(store: Store) -> None:
    before = store.categories(actor=VIEWER).height
    store.write_categories(
        pl.DataFrame({"slug": ["noise", "manhole"], "en": ["noise", "broken manhole"]}), actor=OPERATOR
    )
    found = {row["slug"]: row for row in store.categories(actor=VIEWER).to_dicts()}
    assert len(found) == before + 1
    assert (found["noise"]["zh"], found["noise"]["group"]) == ("noise", "other")
    assert (found["manhole"]["en"], found["manhole"]["zh"]) == ("broken manhole", "井盖破损、冒水")
