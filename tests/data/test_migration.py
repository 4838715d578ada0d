"""A store of any age becomes one of today."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import shapely
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from data import migration
from data.actors import OPERATOR
from data.migration import HEAD
from data.records import BATCH, METADATA
from data.store import Store
from geo.errors import StoreError

MIGRATIONS = Path(migration.__file__).parent / "migrations"
#: What PostgreSQL alone has, beside the tables that the program uses.
GEOMETRY = {"geom", "ix_issue_geom", "ix_place_geom", "spatial_ref_sys"}


@pytest.fixture(scope="module", autouse=True)
def quick_stores() -> None:
    """Make stores as the program does: that is what is tried."""


def test_the_steps_lead_to_the_tables_that_the_program_uses(url: str) -> None:
    with Store.open(url) as store, store._engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": lambda _object, name, *_rest: name not in GEOMETRY},
        )
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == HEAD


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
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= GEOMETRY
    engine.dispose()
    monkeypatch.undo()
    with Store.open(url) as store:
        assert store.identity


def test_a_store_of_a_newer_program_is_refused(store: Store, url: str) -> None:
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="made by a newer Gezhi \\(its step is 9999"):
        Store.open(url)


def test_what_was_written_to_a_file_has_reached_the_disk(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "FULL, as SQLite numbers it"


def test_readers_and_a_writer_do_not_wait_for_each_other_because_of_the_log(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_every_connection_to_a_file_checks_foreign_keys(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000


@pytest.mark.parametrize("table", [*METADATA.sorted_tables, BATCH], ids=lambda table: table.name)
def test_postgresql_can_make_the_same_tables(table: object) -> None:
    words = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[arg-type]
    assert "SERIAL" not in words, "ids are given by the writer"
    for index in table.indexes:  # type: ignore[attr-defined]
        assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=postgresql.dialect()))


def test_a_store_of_the_first_step_keeps_everything_and_learns_the_life_of_its_cases(
    sqlite_url: str,
) -> None:
    url = sqlite_url
    closed = "2024-05-02T00:00:00.000000Z"
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as raw:
        build_first_step(url)
        rows = [
            # id, version, seq, external_id, status, closed_at, unit
            (1, 1, 1, "a", "reported", None, "城管"),
            (2, 2, 4, "b", "closed", 1_714_608_000_000_000, "城管"),
            (3, 2, 5, "c", "closed", None, None),  # closed without a date, its unit taken away
            (6, 1, 6, "d", "reported", 1_714_608_000_000_000, None),  # open, with a date of closing
        ]
        for issue, version, seq, key, status, closed_at, unit in rows:
            raw.execute(
                "INSERT INTO issue (id, version, seq, source, external_id, category, status, reported_at,"
                " closed_at, lon, lat, unit) VALUES (?,?,?,'s',?,'manhole',?,?,?,116.9,38.3,?)",
                (issue, version, seq, key, status, 1_714_521_600_000_000, closed_at, unit),
            )
        told = {
            "source": "s",
            "category": "manhole",
            "status": "reported",
            "reported_at": "2024-05-01T00:00:00.000000Z",
            "closed_at": None,
            "lon": 116.9,
            "lat": 38.3,
            "unit": "城管",
        }
        events = [
            (1, 1, "report", told | {"external_id": "a"}),
            (2, 2, "report", told | {"external_id": "b"}),
            (3, 3, "report", told | {"external_id": "c"}),
            (4, 2, "update", {"status": "closed", "closed_at": closed}),
            (5, 3, "update", {"status": "closed", "unit": None}),
            (6, 6, "report", told | {"external_id": "d", "closed_at": closed, "unit": None}),
        ]
        for seq, issue, kind, payload in events:
            raw.execute(
                "INSERT INTO event VALUES (?,?,?,?,'operator',NULL,?)",
                (seq, issue, kind, 1_714_700_000_000_000, json.dumps(payload, separators=(",", ":"))),
            )
        raw.commit()
    with Store.open(url, create=False) as store:
        checked = store.check(actor=OPERATOR)
        assert checked.ok, checked.words()
        assert (checked.issues, checked.events) == (4, 6)
        second, third = store.case(2, actor=OPERATOR).state, store.case(3, actor=OPERATOR).state
        assert (second.status, second.closed_at) == ("closed", datetime(2024, 5, 2, tzinfo=UTC))
        assert (third.status, third.unit) == ("closed", None)
        assert store.case(6, actor=OPERATOR).state.closed_at is None
        assert store.case(1, actor=OPERATOR).deadline is not None
        assert store.open_cases(actor=OPERATOR)["due"].null_count() == 0
        same = store.reports([1, 2, 3, 6], actor=OPERATOR).drop("id")
        feed = same.with_columns(
            closed_at=pl.Series([None, *[datetime(2024, 5, 2, tzinfo=UTC), None] * 2][:4], dtype=pl.Datetime)
            .dt.cast_time_unit("us")
            .dt.replace_time_zone("UTC")
        )
        feed = feed.with_columns(
            closed_at=pl.when(pl.col("external_id") == "d").then(second.closed_at).otherwise("closed_at")
        )
        assert store.write_reports(feed, actor=OPERATOR).unchanged == 4
        assert store.transition(1, "accept", actor=OPERATOR).version == 2


def test_imports_from_before_the_steps_stay_as_they_were(url: str) -> None:
    build_step(url, "0003")
    engine = create_engine(url)
    with engine.begin() as connection:
        for number, state in enumerate(("done", "failed", "running"), start=1):
            connection.execute(
                text(
                    "INSERT INTO import (id, name, source, actor, state, started_at, details) "
                    "VALUES (:id, 'a.csv', 'a', 'operator', :state, 1, '{}')"
                ),
                {"id": number, "state": state},
            )
    engine.dispose()
    with Store.open(url) as store:
        found = store.imports(actor=OPERATOR)
        assert found["state"].to_list() == ["running", "failed", "done"]
        assert found["rows_done"].null_count() == 3


def test_places_of_an_older_store_learn_their_rank_measures_and_parents(url: str) -> None:
    build_step(url, "0003")
    engine = create_engine(url)
    shapes = [shapely.LineString([(0, 0), (0, 0.01)]), shapely.box(0, 0, 1, 1), shapely.box(0, 0, 2, 2)]
    rows = [
        ("street", "后街", {"level": "lane", "lanes": 2}),
        ("community", "一社区", {}),
        ("district", "运河区", {"adcode": "130903"}),
    ]
    with engine.begin() as connection:
        for number, ((kind, name, attributes), shape) in enumerate(zip(rows, shapes, strict=True), start=1):
            west, south, east, north = shape.bounds
            connection.execute(
                text(
                    "INSERT INTO place (id, kind, name, source, external_id, attributes, west, south, east,"
                    " north, geometry) VALUES (:id, :kind, :name, 's', :key, :told, :w, :s, :e, :n, :shape)"
                ),
                {"id": number, "kind": kind, "name": name, "key": str(number), "told": json.dumps(attributes)}
                | {"w": west, "s": south, "e": east, "n": north, "shape": shapely.to_wkb(shape)},
            )
    engine.dispose()
    with Store.open(url, create=False) as store:
        found = store.places(actor=OPERATOR)
        assert found["rank"].tolist()[0] == "lane"
        assert found["length_m"][0] == pytest.approx(1105.7, abs=0.1)
        assert found["parent_id"].fillna(0).tolist() == [0, 3, 0]
        assert found["adcode"].tolist()[2] == "130903"
        assert found["version"].tolist() == [1, 1, 1]
        again = store.write_places(found, actor=OPERATOR)
        assert (again.unchanged, again.some) == (3, False)


def build_first_step(url: str) -> None:
    """Make the store that the first released program made."""
    build_step(url, "0001")


def build_step(url: str, revision: str) -> None:
    """Make an empty store of an earlier step."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql("INSERT INTO fact VALUES ('identity', 'old')")
    engine.dispose()
