"""Servers that go down, programs that are killed, disks that fill up: tests/torture has them long."""

import sys
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Connection, create_engine, inspect, make_url

from data import database, migration
from data.actors import OPERATOR, VIEWER
from data.store import Store, Written
from geo.errors import StoreError
from tests.data import postgres
from tests.data.programs import Program
from tests.data.samples import reports
from tests.torture import databases


def test_eight_programs_write_at_once_and_lose_nothing(url: str) -> None:
    databases.write_side_by_side(url, number=8, seconds=1)


def test_a_killed_import_is_whole_or_not_there(url: str) -> None:
    databases.kill_imports(url, rounds=3)


def test_a_server_that_restarts_under_its_writers_loses_nothing(
    postgres_server: postgres.Server, postgres_url: str
) -> None:
    started = databases.restart_under_load(postgres_server, postgres_url, number=2, restarts=2)
    for error in {words for writer in started for words in writer.errors}:
        assert "was lost" in error or "does not let this program in" in error


def test_a_program_outlives_a_restart_of_the_server(
    postgres_server: postgres.Server, postgres_url: str
) -> None:
    with Store.open(postgres_url) as store:
        store.write_reports(reports(5), actor=OPERATOR)
        postgres_server.stop()
        postgres_server.start()
        assert store.last_seq(actor=VIEWER) == 5
        assert store.write_reports(reports(5), actor=OPERATOR) == Written(unchanged=5)


def test_a_connection_lost_in_the_middle_is_said_in_words(
    postgres_server: postgres.Server, postgres_url: str
) -> None:
    with Store.open(postgres_url) as store:
        with pytest.raises(StoreError, match="was lost. What was being written may or may not be kept"):
            with store.import_transaction(actor=OPERATOR) as batch:
                batch.write_reports(reports(5))
                postgres_server.execute(
                    "postgres",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    f"WHERE datname = '{postgres.database_of(postgres_url)}'",
                )
                batch.write_reports(reports(5, seed=2))
        assert store.last_seq(actor=VIEWER) == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"database": "nowhere"}, "does not let this program in"),
        ({"username": "nobody"}, "does not let this program in"),
        ({"query": {"host": "/nowhere"}}, "does not let this program in"),
    ],
)
def test_a_server_that_cannot_be_entered_is_named_at_once(
    postgres_url: str, wrong: dict[str, object], words: str
) -> None:
    url = make_url(postgres_url).set(**wrong)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=words):
        Store.open(url.render_as_string(hide_password=False))


def test_a_text_that_postgresql_cannot_hold_is_said_in_words(postgres_url: str) -> None:
    with Store.open(postgres_url) as store:
        with pytest.raises(StoreError, match="zero character"):
            store.write_reports(reports(1, address=pl.lit("a\0b")), actor=OPERATOR)
        assert store.last_seq(actor=VIEWER) == 0


def test_a_writer_that_waits_too_long_is_told_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(url) as store, Store.open(url) as other:
        monkeypatch.setattr(database, "BUSY_S", 1)
        with store.import_transaction(actor=OPERATOR):
            with pytest.raises(StoreError, match="Another program has been writing"):
                other.set_fact("a", "b", actor=OPERATOR)


def migrate_and_stop(url: str) -> None:
    def stop(_connection: Connection) -> None:
        print("half-way")
        sys.stdin.readline()

    migration._furnish = stop
    Store.open(url)


def test_a_migration_killed_half_way_leaves_nothing_and_is_done_by_the_next(url: str) -> None:
    program = Program(migrate_and_stop, url)
    assert program.hear() == "half-way"
    program.kill()
    program.end()
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"spatial_ref_sys"}
    engine.dispose()
    with Store.open(url) as store:
        assert store.write_reports(reports(5), actor=OPERATOR) == Written(taken=5)


def test_a_server_whose_disk_is_full_says_so_and_keeps_nothing(
    postgres_server: postgres.Server, small_disk: Path
) -> None:
    postgres_server.execute("postgres", f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    url = postgres_server.url()
    postgres_server.execute("postgres", f"ALTER DATABASE {postgres.database_of(url)} SET TABLESPACE small")
    try:
        with Store.open(url) as store:
            store.write_reports(reports(5, seed=9), actor=OPERATOR)
            with pytest.raises(StoreError, match=r"disk with the store .* is full; nothing of this was kept"):
                store.write_reports(reports(100_000), actor=OPERATOR)
            assert store.last_seq(actor=VIEWER) == 5, "and it still reads"
    finally:
        postgres_server.drop(url)
        postgres_server.execute("postgres", "DROP TABLESPACE small")
