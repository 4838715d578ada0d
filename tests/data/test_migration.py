"""A store of any age becomes one of today."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from data import migration
from data.migration import HEAD
from data.records import BATCH, METADATA
from data.store import Store
from geo.errors import StoreError

MIGRATIONS = Path(migration.__file__).parent / "migrations"


def file_of(url: str) -> str:
    return url.removeprefix("sqlite:///")


def test_the_steps_lead_to_the_tables_that_the_program_uses(store: Store, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


def test_the_newest_step_is_the_one_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_step_that_fails_leaves_no_table(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_connection: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(migration, "_furnish", fail)
    with pytest.raises(ZeroDivisionError):
        Store.open(url)
    with sqlite3.connect(file_of(url)) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    raw.close()
    monkeypatch.undo()
    with Store.open(url) as store:
        assert store.identity


def test_a_store_of_a_newer_program_is_refused(store: Store, url: str) -> None:
    with sqlite3.connect(file_of(url)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreError, match="made by a newer Gezhi \\(its step is 9999"):
        Store.open(url)


def test_readers_and_a_writer_do_not_wait_for_each_other_because_of_the_log(store: Store, url: str) -> None:
    raw = sqlite3.connect(file_of(url))
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()


def test_every_connection_checks_foreign_keys(store: Store) -> None:
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000


@pytest.mark.parametrize("table", [*METADATA.sorted_tables, BATCH], ids=lambda table: table.name)
def test_postgresql_can_make_the_same_tables(table: object) -> None:
    words = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[arg-type]
    assert "SERIAL" not in words, "ids are given by the writer"
    for index in table.indexes:  # type: ignore[attr-defined]
        assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=postgresql.dialect()))
