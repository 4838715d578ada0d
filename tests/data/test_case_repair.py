"""Rows changed behind the program's back: found in every column, made from the events anew, or refused."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import box
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR
from data.records import ISSUE
from data.settings import settings
from data.store import Store
from geo.errors import StoreError
from tests.data.pictures import encoded, scene
from tests.data.samples import reports
from tests.data.stores import Fill

#: What no event can prove: the number itself, and what a feed said last.
UNPROVEN = {"id", "said"}


@pytest.fixture
def url(sqlite_store_url: str) -> str:
    """Return a store that can be spoilt from outside: PostgreSQL itself refuses most of it."""
    return sqlite_store_url


def fill(store: Store) -> None:
    """Fill a store with cases that have lived, in areas."""
    store.write_reports(reports(8, status=pl.lit("reported"), closed_at=None), actor=OPERATOR)
    for case in (1, 2):
        store.transition(case, "accept", actor=OPERATOR)
        store.transition(case, "dispatch", actor=OPERATOR, unit="环卫中心")
    store.correct(2, actor=OPERATOR, address="新街", kind=None)
    store.transition(2, "suspend", actor=OPERATOR, reason="等材料")
    areas = gpd.GeoDataFrame(
        {"kind": ["district"], "name": ["运河区"]}, geometry=[box(116, 38, 118, 39)], crs="EPSG:4326"
    )
    store.write_places(areas, actor=OPERATOR)
    assert store.locate(actor=OPERATOR) == 8
    assert store.check(actor=OPERATOR).ok


@pytest.fixture
def beginning() -> Fill:
    return fill


@pytest.fixture
def city(store: Store) -> Store:
    """A store that was filled."""
    return store


def raw(url: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        rows = connection.execute(statement, values).fetchall()
        connection.commit()
    return rows


def other(column: str, value: object) -> object:
    """Return another value for a column, one that it can hold."""
    if column == "status":
        return "closed"
    kind = ISSUE.c[column].type.python_type
    if kind is str:
        return f"{value or ''}改"
    return 1_700_000_000_000_000 if column.endswith("_at") else (value or 0) + 1  # type: ignore[operator]


@pytest.mark.parametrize("column", [c.name for c in ISSUE.columns if c.name not in UNPROVEN])
def test_a_value_that_was_changed_by_hand_is_found_and_put_right(city: Store, url: str, column: str) -> None:
    before = raw(url, "SELECT * FROM issue ORDER BY id")
    for case in (1, 5):
        value = raw(url, f'SELECT "{column}" FROM issue WHERE id = ?', case)[0][0]
        raw(url, f'UPDATE issue SET "{column}" = ? WHERE id = ?', other(column, value), case)
    checked = city.check(actor=OPERATOR)
    assert not checked.ok and checked.whole, checked.words()
    assert city.repair(actor=OPERATOR).found.words() == checked.words()
    assert raw(url, "SELECT * FROM issue ORDER BY id") != before, "a look changes nothing"
    city.repair(actor=OPERATOR, write=True)
    assert city.check(actor=OPERATOR).ok
    assert raw(url, "SELECT * FROM issue ORDER BY id") == before


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE event SET payload = '{\"lon\":' WHERE seq = 3", "case 3, event 3 cannot be read"),
        ('UPDATE event SET payload = \'{"lon":"east"}\' WHERE seq = 3', "case 3"),
        ("UPDATE issue SET lon = 'east' WHERE id = 4", "case 4 cannot be read"),
        ("UPDATE issue SET reported_at = 'gestern' WHERE id = 4", "case 4 cannot be read"),
        ("UPDATE event SET at = 'gestern' WHERE seq = 3", "case 3, event 3 cannot be read"),
        ("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", "further than their events"),
        ("DELETE FROM event WHERE seq = 9", "1 events are missing"),
    ],
)
def test_what_was_lost_or_cannot_be_read_is_named_and_not_painted_over(
    city: Store, url: str, statement: str, words: str
) -> None:
    raw(url, statement)
    checked = city.check(actor=OPERATOR)
    assert not checked.ok
    assert words in "\n".join(checked.words())
    before = raw(url, "SELECT * FROM issue ORDER BY id")
    with pytest.raises(StoreError, match=r"restore a backup|refused"):
        city.repair(actor=OPERATOR, write=True)
    assert raw(url, "SELECT * FROM issue ORDER BY id") == before


def test_the_command_looks_first_and_backs_up_before_it_writes(city: Store, url: str, tmp_path: Path) -> None:
    raw(url, "UPDATE issue SET status = 'closed' WHERE id = 5")
    saved = tmp_path / "before.gezhi"
    looked = CliRunner().invoke(app, ["db", "repair", "--store", url])
    assert looked.exit_code == 0 and "Nothing was changed" in looked.output, looked.output
    assert not city.check(actor=OPERATOR).ok and not saved.exists()
    done = CliRunner().invoke(app, ["db", "repair", "--write", "--backup", str(saved), "--store", url])
    assert done.exit_code == 0 and "Changed: 1 value," in done.output, done.output
    assert saved.exists()
    checked = CliRunner().invoke(app, ["db", "check", "--json", "--store", url])
    assert json.loads(checked.output)["ok"]


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE photo SET role = 'before', width = 1",
        "UPDATE photo SET hidden = NULL WHERE hidden IS NOT NULL",
        "DELETE FROM photo",
        """INSERT INTO photo SELECT 2, 2, role, full, view, thumb, width, height, bytes, hash, taken_at,
           lon, lat, hidden FROM photo LIMIT 1""",
    ],
)
def test_rows_of_photos_are_made_from_their_events_too(city: Store, url: str, spoil: str) -> None:
    kept = city.add_photo(1, encoded(scene(1)), role="after", actor=OPERATOR).photo.seq
    gone = city.add_photo(1, encoded(scene(2)), actor=OPERATOR).photo.seq
    city.remove_photo(1, gone, actor=OPERATOR, reason="糊了")
    before = raw(url, "SELECT * FROM photo ORDER BY seq")
    assert [row[0] for row in before] == [kept, gone]
    raw(url, spoil)
    n = city.check(actor=OPERATOR).astray_photos
    assert n
    looked = city.repair(actor=OPERATOR)
    assert looked.photos == n and raw(url, "SELECT * FROM photo ORDER BY seq") != before
    assert city.repair(actor=OPERATOR, write=True).photos == n
    assert raw(url, "SELECT * FROM photo ORDER BY seq") == before
    assert city.check(actor=OPERATOR).ok


def test_where_all_holds_there_is_nothing_to_repair(city: Store, url: str) -> None:
    assert not city.repair(actor=OPERATOR, write=True).any
    done = CliRunner().invoke(app, ["db", "repair", "--store", url])
    assert done.exit_code == 0 and "Nothing to repair." in done.output, done.output


def test_a_missing_photo_file_sends_nobody_to_the_repair_of_rows(
    city: Store, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.add_photo(1, encoded(scene(1)), actor=OPERATOR)
    folder = tmp_path / "photos"
    next(file for file in folder.rglob("*.jpg")).unlink()
    monkeypatch.setenv("GEZHI_PHOTOS", str(folder))
    settings.cache_clear()
    try:
        done = CliRunner().invoke(app, ["db", "check", "--store", url])
    finally:
        settings.cache_clear()
    assert done.exit_code == 1 and "1 photo files are missing" in done.output, done.output
    assert "gezhi db repair" not in done.output


def test_a_repair_does_not_take_a_hand_made_status_for_what_the_feed_said(city: Store, url: str) -> None:
    feed = reports(8, status=pl.lit("reported"), closed_at=None)
    raw(url, "UPDATE issue SET status = 'closed' WHERE id = 5")
    city.repair(actor=OPERATOR, write=True)
    assert city.write_reports(feed, actor=OPERATOR).unchanged == 8
    closed = feed.with_columns(
        status=pl.when(pl.col("external_id") == "1-4").then(pl.lit("closed")).otherwise("status")
    )
    assert city.write_reports(closed, actor=OPERATOR).updated == 1
    assert city.case(5, actor=OPERATOR).status == "closed"
