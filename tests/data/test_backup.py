"""A store's contents out of one database and into another, with nothing lost on the way."""

import json
import zipfile
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

import geopandas as gpd
import polars as pl
import pytest
import shapely
from polars.testing import assert_frame_equal

from data import backup as backups
from data import contents
from data.actors import OPERATOR, VIEWER, Actor
from data.backup import backup, copy, digests, restore
from data.database import connect, write_transaction
from data.migration import build, prepare
from data.store import Store, Written
from geo.errors import GezhiError, StoreError
from tests.data.samples import reports
from tests.data.town_cells import disk


@pytest.fixture(params=["sqlite", "postgres"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a second place for a store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'other.sqlite'}"
    found: str = request.getfixturevalue("postgres_server").url()
    return found


def fill(store: Store) -> None:
    frame = reports(300)
    import_id = store.begin_import("甲.csv", source="city", profile=None, actor=OPERATOR, details={"n": 1})
    store.write_reports(frame, actor=OPERATOR, import_id=import_id)
    store.write_reports(frame.head(20).with_columns(unit=pl.lit("甲中心")), actor=OPERATOR)
    store.finish_import(import_id, summary={"read": 300}, actor=OPERATOR)
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    store.set_fact("Ä-first", "字", actor=OPERATOR)
    store.write_places(
        gpd.GeoDataFrame(
            {"kind": ["street", "shop"], "name": ["解放路", None]},
            geometry=[shapely.LineString([(116.9, 38.3), (116.92, 38.31)]), shapely.Point(117.1, 38.4)],
            crs="EPSG:4326",
        ),
        actor=OPERATOR,
    )
    store.add_team("东村", en="East", unit="环卫中心", place_id=1, actor=OPERATOR)
    for before in (None, 1):
        made = store.draft_territories("一版", disk({1: 2}), actor=OPERATOR)
        store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=before)
    store.draft_territories("草案", disk({1: 1}), actor=OPERATOR)
    kept = store.answer(
        {"uid": uuid4().hex, "act": "photo", "case": 9_999}, team=1, photo=PHOTO, actor=OPERATOR
    )
    assert kept.state == "refused"


#: Kept with an answer that could not be taken.
PHOTO = b"\xff\xd8\xff\x00a picture"


def everything(url: str) -> dict[str, tuple[int, str]]:
    return {one.table: (one.rows, one.digest) for one in digests(url, actor=OPERATOR)}


def test_a_backup_restored_anywhere_is_the_same_store(url: str, other_url: str, tmp_path: Path) -> None:
    with Store.open(url) as store:
        fill(store)
        identity = store.identity
        frame = pl.concat(store.changed_since(0, actor=VIEWER))
        teams, editions = store.teams(actor=VIEWER), store.editions(actor=VIEWER)
    written = backup(url, tmp_path / "city.gezhi", actor=OPERATOR)
    restored = restore(tmp_path / "city.gezhi", other_url, actor=OPERATOR)
    assert written == restored
    assert everything(url) == everything(other_url) == {one.table: (one.rows, one.digest) for one in written}
    with Store.open(other_url) as store:
        assert store.identity == identity
        assert_frame_equal(pl.concat(store.changed_since(0, actor=VIEWER)), frame)
        assert (store.teams(actor=VIEWER), store.editions(actor=VIEWER)) == (teams, editions)
        assert [edition.state for edition in editions] == ["draft", "in_force", "former"]
        assert store.territories(actor=VIEWER).equals(disk({1: 2}))
        (kept,) = store.kept_answers(actor=VIEWER, states=("refused",))
        assert store.answer_photo(kept.uid, actor=VIEWER) == PHOTO
        assert store.write_reports(reports(300), actor=OPERATOR) == Written(updated=20, unchanged=280)


def test_a_copy_has_equal_checksums(url: str, other_url: str) -> None:
    with Store.open(url) as store:
        fill(store)
    copied = copy(url, other_url, actor=OPERATOR)
    assert {one.table: one.rows for one in copied}["event"] == 320
    assert everything(url) == everything(other_url)


def test_a_checksum_changes_with_any_value(store: Store, url: str) -> None:
    fill(store)
    with write_transaction(store._engine) as connection:
        connection.exec_driver_sql("UPDATE issue SET unit = '' WHERE id = 7")
    before = everything(url)
    with write_transaction(store._engine) as connection:
        connection.exec_driver_sql("UPDATE issue SET unit = NULL WHERE id = 7")
    after = everything(url)
    assert {table for table in before if before[table] != after[table]} == {"issue"}


def test_a_backup_shows_one_moment_while_others_write(store: Store, url: str, tmp_path: Path) -> None:
    store.write_reports(reports(500), actor=OPERATOR)
    done, moments = Event(), []

    def write() -> None:
        seed = 2
        while not done.is_set():
            store.write_reports(reports(20, seed=seed), actor=OPERATOR)
            seed += 1

    writer = Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            copied = backup(url, tmp_path / f"{number}.gezhi", actor=OPERATOR)
            moments.append({one.table: one.rows for one in copied})
    finally:
        done.set()
        writer.join()
    for moment in moments:
        assert moment["issue"] == moment["event"]
        assert (moment["issue"] - 500) % 20 == 0, "half a transaction"
    assert moments[0]["issue"] <= moments[-1]["issue"]


def test_a_copy_takes_the_place_of_a_store_that_was_never_used(url: str, other_url: str) -> None:
    with Store.open(url) as store:
        store.write_reports(reports(5), actor=OPERATOR)
    Store.open(other_url).close()
    copy(url, other_url, actor=OPERATOR)
    assert everything(url) == everything(other_url)


def test_a_store_that_was_used_is_never_written_over(url: str, tmp_path: Path, other_url: str) -> None:
    for place in (url, other_url):
        with Store.open(place) as store:
            store.write_reports(reports(5), actor=OPERATOR)
    before = everything(other_url)
    with pytest.raises(StoreError, match="is not empty"):
        copy(url, other_url, actor=OPERATOR)
    backup(url, tmp_path / "b", actor=OPERATOR)
    with pytest.raises(StoreError, match="is not empty"):
        restore(tmp_path / "b", other_url, actor=OPERATOR)
    assert everything(other_url) == before


def test_a_backup_of_an_older_step_comes_up_to_date_on_its_way_in(tmp_path: Path, other_url: str) -> None:
    old = f"sqlite:///{tmp_path / 'old.sqlite'}"
    engine = connect(old, create=True)
    prepare(engine)
    with write_transaction(engine) as connection:
        build(connection, "0001")
        connection.exec_driver_sql("INSERT INTO fact (name, value) VALUES ('identity', 'abc')")
        connection.exec_driver_sql(
            "INSERT INTO issue (id, version, seq, source, external_id, category, status, reported_at, "
            "lon, lat) VALUES (1, 1, 1, 'city', 'a', 'manhole', 'reported', 5, 116.9, 38.3)"
        )
        connection.exec_driver_sql(
            "INSERT INTO event (seq, issue_id, kind, at, actor, payload) "
            "VALUES (1, 1, 'report', 5, 'x', '{}')"
        )
    engine.dispose()
    backup(old, tmp_path / "old.gezhi", actor=OPERATOR)
    with zipfile.ZipFile(tmp_path / "old.gezhi") as archive:
        assert json.loads(archive.read("manifest.json"))["revision"] == "0001"
    restore(tmp_path / "old.gezhi", other_url, actor=OPERATOR)
    with Store.open(other_url) as store:
        assert store.identity == "abc"
        assert store.reports([1], actor=VIEWER)["category"].to_list() == ["manhole"]


@pytest.mark.parametrize("damage", ["cut", "byte", "other values", "part missing", "no backup", "nothing"])
def test_a_damaged_backup_restores_nothing(damage: str, tmp_path: Path, other_url: str) -> None:
    url, path = f"sqlite:///{tmp_path / 'city.sqlite'}", tmp_path / "city.gezhi"
    with Store.open(url) as store:
        fill(store)
    backup(url, path, actor=OPERATOR)
    spoil(path, damage)
    with pytest.raises(StoreError, match=r"backup"):
        restore(path, other_url, actor=OPERATOR)
    with Store.open(other_url) as store:
        assert store.last_seq(actor=VIEWER) == 0
        assert store.fact("tz", actor=VIEWER) is None


def spoil(path: Path, damage: str) -> None:
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "byte":
        path.write_bytes(whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:])
    elif damage == "no backup":
        path.write_bytes(b"lon,lat\n" * 1000)
    elif damage == "nothing":
        path.unlink()
    else:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        if damage == "part missing":
            del parts["issue/000000.parquet"]
        else:
            parts["fact/000000.parquet"] = parts["category/000000.parquet"]
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)


def test_what_does_not_arrive_as_it_was_is_not_kept(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"sqlite:///{tmp_path / 'source.sqlite'}"
    with Store.open(source) as store:
        fill(store)
    real = backups.insert_rows

    def lose_one(connection: object, table: object, frame: pl.DataFrame) -> None:
        real(connection, table, frame.head(frame.height - 1) if str(table) == "place" else frame)  # type: ignore[arg-type]

    monkeypatch.setattr(backups, "insert_rows", lose_one)
    with pytest.raises(StoreError, match=r"'place' did not arrive as it was \(1 of 2 rows"):
        copy(source, url, actor=OPERATOR)
    with Store.open(url) as store:
        assert store.last_seq(actor=VIEWER) == 0


def test_a_backup_that_fails_leaves_the_older_one(store: Store, url: str, tmp_path: Path) -> None:
    fill(store)
    backup(url, tmp_path / "b", actor=OPERATOR)
    older = (tmp_path / "b").read_bytes()
    with pytest.MonkeyPatch.context() as patch:

        def full(*_arguments: object) -> None:
            raise OSError(28, "No space left on device")

        patch.setattr(backups.os, "fsync", full)
        with pytest.raises(StoreError, match="cannot be written: No space left on device"):
            backup(url, tmp_path / "b", actor=OPERATOR)
    assert (tmp_path / "b").read_bytes() == older
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_rows_may_refer_to_rows_that_come_later(url: str, tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 'source.sqlite'}"
    with Store.open(source) as store:
        fill(store)
        engine = store._engine
        with engine.connect() as connection:
            names = [table.name for table in contents.tables(connection)]
    assert names.index("issue") < names.index("event")
    with pytest.MonkeyPatch.context() as patch:
        real = contents.tables
        patch.setattr(contents, "tables", lambda connection: real(connection)[::-1])
        copy(source, url, actor=OPERATOR)
    assert everything(source) == everything(url)


def test_where_there_is_no_store_there_is_nothing_to_back_up(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no store"):
        backup(url, tmp_path / "b", actor=OPERATOR)
    assert list(tmp_path.glob("b*")) == []


def test_who_may_only_read_takes_nothing_away(store: Store, url: str, tmp_path: Path) -> None:
    analyst = Actor("Ann", "analyst")
    with pytest.raises(GezhiError):
        backup(url, tmp_path / "b", actor=analyst)
    with pytest.raises(GezhiError):
        copy(url, f"sqlite:///{tmp_path / 'c'}", actor=analyst)


def test_a_copy_names_the_case_whose_text_no_server_can_hold(sqlite_url: str, postgres_url: str) -> None:
    with Store.open(sqlite_url) as store:
        fill(store)
        with write_transaction(store._engine) as connection:
            connection.exec_driver_sql("UPDATE issue SET address = 'a' || char(0) || 'b' WHERE id = 17")
        with pytest.raises(StoreError, match="1 texts of 'issue' .*'address' of case 17"):
            copy(sqlite_url, postgres_url, actor=OPERATOR)
        store.correct(17, actor=OPERATOR, address="ab")
        assert store.case(17, actor=OPERATOR).report["address"] == "ab"
    copy(sqlite_url, postgres_url, actor=OPERATOR)
    assert everything(sqlite_url) == everything(postgres_url)


def test_a_store_with_a_team_alone_is_not_taken_for_an_unused_one(tmp_path: Path) -> None:
    full, teams = (f"sqlite:///{tmp_path / name}.sqlite" for name in ("full", "teams"))
    with Store.open(full) as store, Store.open(teams) as other:
        store.write_reports(reports(3), actor=OPERATOR)
        other.add_team("东村", actor=OPERATOR)
    with pytest.raises(StoreError, match="is not empty"):
        copy(full, teams, actor=OPERATOR)
