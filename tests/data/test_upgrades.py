"""Stores of every released step, with data in them, become ones of today; killed half-way they stay whole."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from cli import app
from data import case_cells, case_places, contents
from data.actors import OPERATOR, Actor
from data.case_rows import STATE_COLUMNS
from data.database import connect, read_transaction, write_transaction
from data.migration import HEAD, STEPS, build, prepare, revision_of, upgrade
from data.store import Store
from geo.errors import StoreError
from tests.data import postgres, released
from tests.data.programs import Program
from tests.torture.upgrades import kill_each

#: What a step may change of the rows that are there; everything else is as it was.
CHANGED = {
    "0002": {"issue": {*STATE_COLUMNS, "closed_at"}},
    "0009": {"issue": {"version", "seq", "areas"}},  # the cases are located, by events
}
#: What a step adds to the rows that are there.
ADDED = {"0009": {"event": pl.col("kind") == "locate", "fact": pl.col("name") == "located_by"}}
LOCATED = "0009"
CELLS = "0012"
OLDER = [number for number, _about in STEPS if number != HEAD]


def make(url: str, step: str) -> None:
    """Make the store that the program of a step left behind."""
    filed = max(name for name in released.files() if name <= step)
    engine = connect(url, create=True)
    prepare(engine)
    with write_transaction(engine) as connection:
        build(connection, filed)
        released.insert(connection, filed)
        if filed != step:
            build(connection, step)
            if step >= LOCATED:  # its program located the cases as soon as it found the columns
                case_places.begin(connection)
            if step >= CELLS:  # its program noted their cells
                case_cells.fill(connection)
            released.fill_empty(connection, contents.tables(connection))
    engine.dispose()


def everything(url: str) -> dict[str, pl.DataFrame]:
    engine = connect(url, create=False)
    with read_transaction(engine) as connection:
        found = {t.name: pl.concat(contents.read(connection, t)) for t in contents.tables(connection)}
    engine.dispose()
    return found


@pytest.mark.parametrize("step", OLDER)
def test_a_store_of_a_released_step_keeps_every_value_and_holds(url: str, step: str) -> None:
    make(url, step)
    before = everything(url)
    assert {name for name, frame in before.items() if frame.is_empty()} <= released.FOLLOWING
    done = upgrade(url, actor=OPERATOR)
    assert (done.before, done.step) == (step, HEAD)
    after = everything(url)
    for name, frame in before.items():
        touched = {c for number, own in CHANGED.items() if number > step for c in own.get(name, ())}
        same = [column for column in frame.columns if column not in touched]
        added = [own[name] for number, own in ADDED.items() if number > step and name in own]
        kept = after[name].filter(~pl.any_horizontal(pl.lit(value=False), *added))
        assert_frame_equal(kept.select(same), frame.select(same))
    with Store.open(url, create=False) as store:
        checked = store.check(actor=OPERATOR)
        assert checked.ok, checked.words()
        located = checked.kinds.get("locate", 0) - before["event"].filter(kind="locate").height
        assert (checked.issues, checked.events) == (before["issue"].height, before["event"].height + located)
        assert located <= checked.issues
        first = store.case(1, actor=OPERATOR)
        assert store.transition(1, "note", actor=OPERATOR, note="还在").version == first.version + 1
        assert store.check(actor=OPERATOR).ok
    assert upgrade(url, actor=OPERATOR).steps == ()


def test_the_files_have_every_table_of_their_step_and_the_lives_of_cases() -> None:
    assert set(released.files()) >= {"0001", "0002"}
    lives = released.files()["0002"].read_text("utf-8")
    for kind in ("accept", "dispatch", "suspend", "extend", "merge", "unmerge", "reopen", "return", "update"):
        assert f"'{kind}'" in lives


def test_an_upgrade_killed_half_way_leaves_the_store_as_it_was(url: str) -> None:
    kill_upgrades(url, OLDER[0], stride=75)


def kill_upgrades(url: str, step: str, *, stride: int) -> int:
    """Kill an upgrade at every so many moments; return how often that was."""
    make(url, step)
    program = Program(kill_each, url, stride)
    said = program.end(within_s=3_600)
    assert program.status == 0, program.errors
    with Store.open(url, create=False) as store:
        assert store.check(actor=OPERATOR).ok
        assert not store.reports([1], actor=OPERATOR).is_empty()
    assert int(said) >= 2
    return int(said)


def test_the_command_says_which_steps_were_done(sqlite_url: str) -> None:
    make(sqlite_url, "0001")
    shown = CliRunner().invoke(app, ["db", "upgrade", "--store", sqlite_url])
    assert shown.exit_code == 0, shown.output
    assert "step 0002 (cases) was done" in shown.output and f"is at step {HEAD}" in shown.output
    again = CliRunner().invoke(app, ["db", "upgrade", "--store", sqlite_url])
    assert "nothing had to be done" in again.output


def test_a_store_of_a_newer_program_is_refused_in_words_and_left_alone(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    shown = CliRunner().invoke(app, ["db", "upgrade", "--store", url])
    assert shown.exit_code == 2
    assert "made by a newer Gezhi" in shown.output and "Update the program" in shown.output
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_where_there_is_no_store_none_is_made_by_an_upgrade(postgres_url: str) -> None:
    with pytest.raises(StoreError, match="There is no store in"):
        upgrade(postgres_url, actor=OPERATOR)
    with pytest.raises(StoreError, match="There is no store"):
        upgrade("sqlite:////nowhere/city.sqlite", actor=OPERATOR)
    with pytest.raises(PermissionError):
        upgrade(postgres_url, actor=Actor("Ann", "analyst"))


def test_geometries_come_with_the_next_upgrade_when_postgis_has_come(
    postgres_server: postgres.Server,
) -> None:
    url = postgres_server.url(template="template0")
    try:
        with Store.open(url) as store, write_transaction(store._engine) as connection:
            for table in ("issue", "place"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN IF EXISTS geom")
        shown = CliRunner().invoke(app, ["db", "upgrade", "--store", url])
        assert shown.exit_code == 0, shown.output
        assert "PostGIS has come" in shown.output
        with Store.open(url) as store, read_transaction(store._engine) as connection:
            assert revision_of(connection) == HEAD
            assert connection.exec_driver_sql("SELECT count(geom) FROM issue").scalar() == 0
        assert not upgrade(url, actor=OPERATOR).geometry
    finally:
        postgres_server.drop(url)
