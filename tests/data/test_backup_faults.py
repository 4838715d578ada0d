"""Backups while others write, onto full disks, and out of files that time has gnawed at."""

import random
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import polars as pl
import pytest

from cli import app
from data.actors import OPERATOR, VIEWER
from data.backup import backup, copy, digests, restore
from data.store import Store
from geo.errors import StoreError
from tests.data.programs import Program
from tests.data.samples import reports
from tests.data.writers import Writer, check, prepare


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk that is soon full."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "gezhi-test", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def limited(size: int, *arguments: str) -> None:
    """Be a program that may write files of so many bytes: a full disk that needs no administrator."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    app(arguments, prog_name="gezhi")


def test_a_backup_taken_while_programs_write_is_a_store_that_holds(
    url: str, store: Store, tmp_path: Path
) -> None:
    prepare(store)
    writer = Writer(url, 1, 60)
    try:
        writer.wait_until_at_work()
        acknowledged = list(writer.said)
        before = store.last_seq(actor=VIEWER)
        backup(url, tmp_path / "b.gezhi", actor=OPERATOR)
    finally:
        writer.kill()
    restored = f"sqlite:///{tmp_path / 'r.sqlite'}"
    restore(tmp_path / "b.gezhi", restored, actor=OPERATOR)
    with Store.open(restored) as other:
        assert other.last_seq(actor=VIEWER) >= before
        check(other, acknowledged)


def test_a_store_goes_to_the_other_database_and_back_with_equal_checksums(
    sqlite_url: str, postgres_url: str, tmp_path: Path
) -> None:
    with Store.open(sqlite_url) as store:
        store.write_reports(reports(200), actor=OPERATOR)
        store.transition(1, "note", actor=OPERATOR, note="看")
    there = copy(sqlite_url, postgres_url, actor=OPERATOR)
    assert digests(sqlite_url, actor=OPERATOR) == digests(postgres_url, actor=OPERATOR) == there
    back = f"sqlite:///{tmp_path / 'back.sqlite'}"
    copy(postgres_url, back, actor=OPERATOR)
    assert digests(back, actor=OPERATOR) == digests(postgres_url, actor=OPERATOR)
    same = [one for one in digests(back, actor=OPERATOR) if one.table != "access"]
    assert same == [one for one in there if one.table != "access"], (
        "the way back is noted, nothing else changed"
    )


def test_a_failed_restore_leaves_no_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'city.sqlite'}"
    with Store.open(url) as store:
        store.write_reports(reports(50), actor=OPERATOR)
    backup(url, tmp_path / "b", actor=OPERATOR)
    whole = (tmp_path / "b").read_bytes()
    middle = whole.index(b"issue/000000.parquet") + 2000
    (tmp_path / "b").write_bytes(whole[:middle] + b"damage" + whole[middle + 6 :])
    with pytest.raises(StoreError, match="damaged"):
        restore(tmp_path / "b", f"sqlite:///{tmp_path / 'new.sqlite'}", actor=OPERATOR)
    assert [path.name for path in tmp_path.glob("new*")] == []


def test_a_backup_damaged_anywhere_is_refused_in_words_or_the_same_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'city.sqlite'}"
    with Store.open(url) as store:
        store.write_reports(reports(50), actor=OPERATOR)
    written = backup(url, tmp_path / "b", actor=OPERATOR)
    whole = (tmp_path / "b").read_bytes()
    rng = random.Random(4)
    directory = whole.index(b"PK\x01\x02")
    for turn in range(16):
        spoilt = bytearray(whole)
        place = rng.randrange(directory, len(whole)) if turn % 2 else rng.randrange(len(whole))
        spoilt[place] ^= 1 << rng.randrange(8)
        (tmp_path / "s").write_bytes(spoilt)
        new = tmp_path / f"{turn}.sqlite"
        try:
            assert restore(tmp_path / "s", f"sqlite:///{new}", actor=OPERATOR) == written
        except StoreError:
            assert not new.exists(), f"byte {place}"


def test_a_backup_onto_a_full_disk_says_so_and_leaves_the_older_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'city.sqlite'}"
    with Store.open(url) as store, small_disk(tmp_path / "disk", "256k") as disk:
        store.write_reports(reports(100), actor=OPERATOR)
        backup(url, disk / "b", actor=OPERATOR)
        older = (disk / "b").read_bytes()
        store.write_reports(reports(9000, seed=2), actor=OPERATOR)
        with pytest.raises(StoreError, match="cannot be written: No space left on device"):
            backup(url, disk / "b", actor=OPERATOR)
        assert (disk / "b").read_bytes() == older
        assert [path.name for path in disk.iterdir()] == ["b"]


def test_a_restore_onto_a_full_disk_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'city.sqlite'}"
    with Store.open(url) as store:
        store.write_reports(reports(3000), actor=OPERATOR)
    backup(url, tmp_path / "b", actor=OPERATOR)
    new = tmp_path / "new.sqlite"
    program = Program(limited, 400_000, "db", "restore", str(tmp_path / "b"), "--store", f"sqlite:///{new}")
    program.end()
    assert program.status == 2, program.errors
    assert "is full" in program.errors and "Traceback" not in program.errors
    assert [path.name for path in tmp_path.glob("new*")] == []


def test_a_store_on_a_full_disk_keeps_what_was_acknowledged_and_goes_on_with_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(500_000))
        with Store.open(f"sqlite:///{disk / 'city.sqlite'}") as store:
            store.write_reports(reports(40, status=pl.lit("reported"), closed_at=None), actor=OPERATOR)
            taken, notes = 40, 0
            with pytest.raises(StoreError, match="is full; nothing of this was kept"):
                for seed in range(2, 99):
                    taken += store.write_reports(reports(200, seed=seed), actor=OPERATOR).taken
            with pytest.raises(StoreError, match="is full; nothing of this was kept"):
                for _note in range(5000):
                    store.transition(1, "note", actor=OPERATOR, note="看" * 3000)
                    notes += 1
            checked = store.check(actor=OPERATOR)
            assert checked.ok, checked.words()
            assert (checked.issues, checked.events) == (taken, taken + notes), "and it still reads"
            ballast.unlink()
            assert store.write_reports(reports(20, seed=100), actor=OPERATOR).taken == 20
            assert store.check(actor=OPERATOR).ok


def test_a_restored_file_is_sound_for_sqlite_itself(tmp_path: Path) -> None:
    url, new = f"sqlite:///{tmp_path / 'city.sqlite'}", tmp_path / "new.sqlite"
    with Store.open(url) as store:
        store.write_reports(reports(50), actor=OPERATOR)
    backup(url, tmp_path / "b", actor=OPERATOR)
    restore(tmp_path / "b", f"sqlite:///{new}", actor=OPERATOR)
    with closing(sqlite3.connect(new)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
