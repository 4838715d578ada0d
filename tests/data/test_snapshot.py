"""A start from the snapshot gives what the store says, whatever happened to the file."""

import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data import snapshot as snapshots
from data.actors import OPERATOR
from data.backup import copy
from data.cube import Cube
from data.filters import Filter
from data.store import Store
from tests.data.samples import reports
from tests.data.test_cube import decoded


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the snapshot lies."""
    return tmp_path / "cube" / "city.parquet"


def snapshot_of(store: Store, path: Path, n: int = 500) -> Cube:
    store.write_reports(reports(n), actor=OPERATOR)
    cube = Cube.open(store, snapshot=path)
    cube.write_snapshot()
    return cube


def was_read(caplog: pytest.LogCaptureFixture, store: Store, path: Path) -> bool:
    """Open the cube, compare it with one from the store, and say whether the snapshot was of use."""
    caplog.clear()
    cube = Cube.open(store, snapshot=path)
    assert_frame_equal(decoded(cube), decoded(Cube.open(store)))
    counted = cube.counts(Filter(), 11)
    assert int(counted.counts.sum()) == cube.total(Filter()) == cube.frame.height
    return not [record for record in caplog.records if "made again" in record.message]


def test_a_snapshot_is_read_and_what_came_since_is_taken_up(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert snapshot_of(store, path).events_since_snapshot == 0
    assert was_read(caplog, store, path)
    store.write_reports(
        pl.concat([reports(500).head(50).with_columns(status=pl.lit("fixed")), reports(30, seed=5)]),
        actor=OPERATOR,
    )
    assert was_read(caplog, store, path)
    cube = Cube.open(store, snapshot=path)
    assert cube.events_since_snapshot >= 80, "a status that changed takes an event or a few"
    cube.write_snapshot()
    assert Cube.open(store, snapshot=path).events_since_snapshot == 0


def test_a_start_from_the_snapshot_does_not_read_the_issues(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot_of(store, path)
    monkeypatch.setattr(Store, "changed_since", None)
    assert Cube.open(store, snapshot=path).total(Filter()) == 500


def test_an_empty_cube_has_a_snapshot_too(store: Store, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Cube.open(store, snapshot=path).write_snapshot()
    assert was_read(caplog, store, path)
    store.write_reports(reports(5), actor=OPERATOR)
    assert was_read(caplog, store, path)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def rubbish(path: Path) -> None:
    path.write_bytes(b"PAR1 this is no parquet PAR1")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(200, len(content) // 2, 101):
        content[place] ^= 0x15
    path.write_bytes(content)


def remove_cells(path: Path) -> None:
    for cells in path.parent.glob("*.cells-*"):
        cells.unlink()


def cut_cells(path: Path) -> None:
    for cells in path.parent.glob("*.cells-*"):
        cut(cells)


def lose_a_row(path: Path) -> None:
    meta = pl.read_parquet_metadata(path)["gezhi"]
    pl.read_parquet(path).head(-1).write_parquet(path, metadata={"gezhi": meta})


def older_schema(path: Path) -> None:
    meta = json.loads(pl.read_parquet_metadata(path)["gezhi"]) | {"schema": snapshots.SCHEMA - 1}
    pl.read_parquet(path).drop("minute").write_parquet(path, metadata={"gezhi": json.dumps(meta)})


def no_meta(path: Path) -> None:
    pl.read_parquet(path).write_parquet(path)


@pytest.mark.parametrize(
    "spoil",
    [cut, empty, rubbish, flip, remove_cells, cut_cells, lose_a_row, older_schema, no_meta],
    ids=lambda spoil: spoil.__name__,
)
def test_a_damaged_or_older_snapshot_is_noticed_and_made_again(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], None]
) -> None:
    cube = snapshot_of(store, path)
    spoil(path)
    assert not was_read(caplog, store, path)
    again = Cube.open(store, snapshot=path)
    assert again.events_since_snapshot == 500
    again.write_snapshot()
    assert was_read(caplog, store, path)
    assert_frame_equal(decoded(again), decoded(cube))


def test_a_snapshot_of_another_store_is_noticed(
    store: Store, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    snapshot_of(store, path)
    with Store.open(f"sqlite:///{tmp_path / 'other.sqlite'}") as other:
        other.write_reports(reports(700, seed=3), actor=OPERATOR)
        assert not was_read(caplog, other, path)


def copy_of(url: str, target: Path) -> str:
    copy(url, f"sqlite:///{target}", actor=OPERATOR)
    return f"sqlite:///{target}"


def test_a_snapshot_newer_than_a_restored_store_is_noticed(
    store: Store, url: str, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.write_reports(reports(20, seed=9), actor=OPERATOR)
    restored = copy_of(url, tmp_path / "restored.sqlite")
    snapshot_of(store, path)
    with Store.open(restored) as older:
        assert not was_read(caplog, older, path)
        older.write_reports(reports(900, seed=11), actor=OPERATOR)  # as many events, other ones
        assert not was_read(caplog, older, path)


def test_a_store_put_back_to_an_earlier_state_is_followed(store: Store, url: str, tmp_path: Path) -> None:
    store.write_reports(reports(20, seed=9), actor=OPERATOR)
    restored = copy_of(url, tmp_path / "restored.sqlite")
    store.write_reports(reports(30), actor=OPERATOR)
    cube = Cube.open(store)
    assert cube.total(Filter()) == 50
    with Store.open(restored) as older:
        cube._store = older
        cube.refresh()
        assert cube.total(Filter()) == 20


def test_a_snapshot_with_the_days_of_another_zone_is_noticed(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    snapshot_of(store, path)
    store.set_fact("tz", "America/Chicago", actor=OPERATOR)
    assert not was_read(caplog, store, path)


def test_a_writer_that_fails_leaves_the_old_snapshot(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cube = snapshot_of(store, path)
    before = sorted(path.parent.iterdir())

    def fail(_path: Path, _target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        cube.write_snapshot()
    monkeypatch.undo()
    assert sorted(path.parent.iterdir()) == before
    assert was_read(caplog, store, path)


def test_only_the_cells_of_the_snapshot_remain_and_of_those_about_to_be_one(store: Store, path: Path) -> None:
    cube = snapshot_of(store, path)
    young, old = (path.with_name(f"city.cells-{name}.parquet") for name in ("young", "old"))
    for orphan in (young, old):
        shutil.copy(next(path.parent.glob("city.cells-*")), orphan)
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    cube.write_snapshot()
    token = json.loads(pl.read_parquet_metadata(path)["gezhi"])["token"]
    assert {found.name for found in path.parent.iterdir()} == {
        "city.parquet",
        f"city.cells-{token}.parquet",
        young.name,
    }


def test_readers_never_meet_half_a_snapshot(store: Store, path: Path) -> None:
    cube = snapshot_of(store, path, 200)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            cube.write_snapshot()

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(20):
        assert Cube.open(store, snapshot=path).total(Filter()) == 200
    stop.set()
    writer.join()


def test_a_snapshot_that_is_replaced_while_it_is_read_is_read_again(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cube = snapshot_of(store, path)
    store.write_reports(reports(40, seed=4), actor=OPERATOR)
    cube.refresh()
    read_rows = snapshots._read_rows
    readings: list[int] = []

    def read_and_be_overtaken(source: Path) -> pl.DataFrame:
        rows = read_rows(source)
        readings.append(rows.height)
        if len(readings) == 1:
            cube.write_snapshot()
        return rows

    monkeypatch.setattr(snapshots, "_read_rows", read_and_be_overtaken)
    assert was_read(caplog, store, path)
    assert readings == [500, 540]


@pytest.mark.parametrize("share", range(1, 16))
def test_a_single_flipped_bit_is_noticed_or_changes_nothing(store: Store, path: Path, share: int) -> None:
    before = snapshot_of(store, path)
    content = bytearray(path.read_bytes())
    content[len(content) * share // 16] ^= 0x01
    path.write_bytes(content)
    after = Cube.open(store, snapshot=path)
    assert after.frame.equals(before.frame)
    assert after.counts(Filter(), 10).cells.tolist() == before.counts(Filter(), 10).cells.tolist()
    assert after.by_category(Filter()).equals(before.by_category(Filter()))
