"""A photo folder that fills up, turns read-only and vanishes, and writers that are killed, for real."""

import json
import os
import random
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC
from itertools import count
from pathlib import Path

import pytest

from data.actors import OPERATOR
from data.store import Store
from geo.errors import PhotoFolderError
from tests.data.pictures import encoded, scene
from tests.data.programs import Program

REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of one megabyte."""
    folder = tmp_path / "photos"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "gezhi-test", folder]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    while subprocess.run(["umount", "--lazy", folder], capture_output=True, check=False).returncode == 0:
        pass


def kept(store: Store) -> list[tuple[int, int]]:
    """Return version and number of photos of the case 1, which its events prove."""
    checked = store.check(actor=OPERATOR)
    assert checked.astray_photos == checked.differing == checked.orphans == 0
    return [(store.case(1, actor=OPERATOR).version, checked.photos)]


def test_a_disk_that_fills_up_turns_read_only_and_goes_away_costs_no_photo_and_no_case(
    store: Store, mounted: Path
) -> None:
    store.report(REPORT, actor=OPERATOR)
    small, large = (
        encoded(scene(1, width=300, height=300)),
        encoded(scene(2, width=2400, height=1800), quality=98),
    )
    photo = store.add_photo(1, small, actor=OPERATOR).photo
    before = kept(store)

    with pytest.raises(PhotoFolderError, match="No space left on device"):
        store.add_photo(1, large, actor=OPERATOR)
    assert kept(store) == before
    assert not list(mounted.rglob("*.part"))

    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    with pytest.raises(PhotoFolderError, match="Read-only file system"):
        store.add_photo(1, encoded(scene(3)), actor=OPERATOR)
    assert kept(store) == before
    assert store.photo_bytes(photo.photo.full, actor=OPERATOR), "and it still reads"

    aside = mounted.with_name("aside")
    aside.mkdir()
    subprocess.run(["mount", "--bind", mounted, aside], check=True)
    try:
        subprocess.run(["umount", "--lazy", mounted], check=True)
        with pytest.raises(PhotoFolderError, match="is not there"):
            store.add_photo(1, encoded(scene(3)), actor=OPERATOR)
        assert not list(mounted.iterdir()), "nothing was written beneath the disk"
        assert [one.present for one in store.photos(1, actor=OPERATOR)] == [False]
        store.transition(1, "accept", actor=OPERATOR)
        assert "could not be looked at" in " ".join(store.check(actor=OPERATOR).words())
        subprocess.run(["mount", "--bind", aside, mounted], check=True)
    finally:
        subprocess.run(["umount", "--lazy", aside], check=True)
    subprocess.run(["mount", "-o", "remount,rw", mounted], check=True)
    assert store.add_photo(1, encoded(scene(3, width=300, height=300)), actor=OPERATOR).new
    assert [one.present for one in store.photos(1, actor=OPERATOR)] == [True, True]
    assert store.check(actor=OPERATOR).missing_photos == 0


def add_for_ever(url: str, folder: str, seed: int) -> None:
    """Add photos and print each that was acknowledged."""
    with Store.open(url, photos=folder) as store:
        for number in count(seed):
            sent = encoded(scene(number, width=200, height=150))
            added = store.add_photo(1, sent, actor=OPERATOR, role="before" if number % 2 else "after")
            print(json.dumps([added.photo.seq, added.photo.photo.full]))
            store.remove_photo(1, added.photo.seq, actor=OPERATOR, reason="room for the next one")


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a thing of POSIX")
def test_after_kill_9_no_event_is_without_its_photo_and_no_photo_was_lost(store: Store, url: str) -> None:
    store.report(REPORT, actor=OPERATOR)
    rng = random.Random(5)
    acknowledged: list[list[object]] = []
    for turn in range(3):
        program = Program(add_for_ever, url, store._photos_url, turn * 1000)
        acknowledged.append(json.loads(program.hear()))
        time.sleep(rng.uniform(0, 0.4))  # the moment is what is drawn here
        program.kill()
        lines = program.end().splitlines(keepends=True)
        acknowledged += [json.loads(line) for line in lines if line.endswith("\n")]
        checked = store.check(actor=OPERATOR)
        assert (checked.ok, checked.missing_photos, checked.damaged_photos) == (True, 0, 0), checked.words()
    assert len(acknowledged) >= 3
    events = store.events(1, actor=OPERATOR)
    told = {
        (event["seq"], json.loads(event["payload"])["photo"]["full"])
        for event in events.to_dicts()
        if event["kind"] == "photo"
    }
    assert {tuple(one) for one in acknowledged} <= told


def test_many_who_send_one_photo_while_somebody_tidies_up_leave_it_whole(store: Store) -> None:
    for _each in range(4):
        store.report(REPORT, actor=OPERATOR)
    store.add_photo(1, encoded(scene(9, width=200, height=150)), actor=OPERATOR)
    sent = encoded(scene(1, width=200, height=150))
    assert store._folder
    names = store._folder.put(sent, tz=UTC).photo.files  # of a form that was never sent

    def add(case: int) -> int:
        return store.add_photo(case, sent, actor=OPERATOR).photo.seq

    def tidy(_turn: int) -> int:
        for path in Path(store._photos_url).rglob("*.jpg"):
            with suppress(FileNotFoundError):
                os.utime(path, (1, 1))
        return store.tidy_photos(actor=OPERATOR)

    with ThreadPoolExecutor(8) as threads:
        tidied = [threads.submit(tidy, turn) for turn in range(4)]
        added = [threads.submit(add, case) for case in (1, 2, 2, 3, 4)]
        seqs = [one.result() for one in added]
        assert all(one.result() in (0, len(names)) for one in tidied)
    assert seqs[1] == seqs[2]
    assert len(set(seqs)) == 4
    checked = store.check(actor=OPERATOR)
    assert (checked.ok, checked.photos, checked.stray_photos) == (True, 5, 0)
    assert all(one.present for case in range(1, 5) for one in store.photos(case, actor=OPERATOR))
