"""The photo folder: what is taken in stays readable; what goes wrong on the way is told and loses nothing."""

import os
import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from data.photo_folder import MARKER, PhotoFolder
from data.photo_images import PhotoLimits
from data.photos import Photo
from geo.errors import PhotoError, PhotoFolderError
from tests.data.pictures import encoded, scene
from tests.data.programs import Program
from tests.data.test_photo_images import CITY

LARGE = encoded(scene(1, width=1800, height=1200))
SMALL = encoded(scene(2, width=320, height=240))


@pytest.fixture(params=["disk", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> PhotoFolder:
    url = tmp_path / "photos" if request.param == "disk" else f"memory://{tmp_path.name}/photos"
    return PhotoFolder.open(url)


@pytest.fixture
def disk(tmp_path: Path) -> PhotoFolder:
    return PhotoFolder.open(tmp_path / "photos")


def files(folder: PhotoFolder) -> dict[str, bytes]:
    """Return every file below the folder by name, the marker excepted."""
    root = Path(folder.where)
    found = {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    found.pop(MARKER, None)
    return found


def path_of(folder: PhotoFolder, name: str) -> Path:
    return next(Path(folder.where).rglob(f"{name}.jpg"))


def test_what_is_put_can_be_read_under_the_name_of_its_content(folder: PhotoFolder) -> None:
    shot = folder.put(LARGE, tz=CITY)
    assert len(shot.photo.files) == 3
    for name in shot.photo.files:
        assert sha256(folder.read(name)).hexdigest() == name
    assert shot.photo.bytes == len(folder.read(shot.photo.full))
    assert (shot.photo.width, shot.photo.height) == (1800, 1200)
    assert (shot.sent, shot.kind) == (sha256(LARGE).hexdigest(), "jpeg")


def test_a_photo_put_twice_is_there_once(folder: PhotoFolder) -> None:
    first, before = folder.put(LARGE, tz=CITY), folder.check()
    assert folder.put(LARGE, tz=CITY) == first
    assert folder.check() == before
    assert before.files == 3


def test_a_photo_that_is_there_is_not_written_again(disk: PhotoFolder) -> None:
    shot = disk.put(LARGE, tz=CITY)
    old = path_of(disk, shot.photo.full)
    os.utime(old, (1, 1))
    disk.put(LARGE, tz=CITY)
    assert old.stat().st_mtime == 1


def test_a_folder_opened_again_is_the_same_folder(tmp_path: Path) -> None:
    first = PhotoFolder.open(tmp_path / "photos")
    shot = first.put(SMALL, tz=CITY)
    again = PhotoFolder.open((tmp_path / "photos").as_uri(), create=False, identity=first.identity)
    assert again.identity == first.identity
    assert again.read(shot.photo.full) == first.read(shot.photo.full)


def test_a_refused_file_leaves_nothing_behind(disk: PhotoFolder) -> None:
    with pytest.raises(PhotoError):
        disk.put(b"%PDF-1.7", tz=CITY, name="photo.jpg")
    assert files(disk) == {}


def test_the_limits_of_the_folder_hold(tmp_path: Path) -> None:
    folder = PhotoFolder.open(tmp_path / "photos", limits=PhotoLimits(file_bytes=1000))
    with pytest.raises(PhotoError, match="at most"):
        folder.put(SMALL, tz=CITY)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "g" * 64, "0" * 63])
def test_only_names_of_photos_are_looked_up(folder: PhotoFolder, name: str) -> None:
    with pytest.raises(PhotoError, match="names no photo"):
        folder.read(name)


def test_a_missing_file_is_told(folder: PhotoFolder) -> None:
    with pytest.raises(PhotoError, match="missing"):
        folder.read("0" * 64)


# Checking


def test_a_sound_folder_checks_clean(folder: PhotoFolder) -> None:
    photos = [folder.put(sent, tz=CITY).photo for sent in (LARGE, SMALL)]
    found = folder.check(photos)
    assert found.sound
    assert (found.files, found.strays, found.unfinished, found.foreign) == (4, (), (), ())
    assert found.bytes == sum(len(folder.read(name)) for photo in photos for name in photo.files)


def test_one_changed_bit_is_found_and_putting_the_photo_again_heals_it(disk: PhotoFolder) -> None:
    shot = disk.put(LARGE, tz=CITY)
    path = path_of(disk, shot.photo.view)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert disk.check([shot.photo]).damaged == (shot.photo.view,)
    with pytest.raises(PhotoError, match="damaged"):
        disk.read(shot.photo.view)
    assert disk.put(LARGE, tz=CITY) == shot
    assert disk.check([shot.photo]).sound


def test_missing_files_strays_and_remains_are_told_apart(disk: PhotoFolder) -> None:
    kept, stray = disk.put(LARGE, tz=CITY).photo, disk.put(SMALL, tz=CITY).photo
    path_of(disk, kept.thumb).unlink()
    (path_of(disk, kept.full).parent / ".0123.part").write_bytes(b"half")
    (Path(disk.where) / "Thumbs.db").write_bytes(b"not ours")
    found = disk.check([kept])
    assert not found.sound
    assert (found.missing, found.strays) == ((kept.thumb,), stray.files)
    assert (found.damaged, found.unfinished, found.foreign) == ((), (".0123.part",), ("Thumbs.db",))
    assert disk.check().strays is None
    assert disk.check([kept], rehash=False).missing == (kept.thumb,)


def test_a_check_tells_how_far_it_is(folder: PhotoFolder) -> None:
    folder.put(LARGE, tz=CITY)
    steps: list[tuple[int, int]] = []
    folder.check(progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]


# Faults


def test_a_folder_that_vanished_is_told_and_never_begun_anew(disk: PhotoFolder) -> None:
    shot = disk.put(SMALL, tz=CITY)
    root = Path(disk.where)
    away = root.rename(root.with_name("unmounted"))
    attempts = [
        lambda: disk.put(LARGE, tz=CITY),
        lambda: disk.read(shot.photo.full),
        lambda: disk.check([shot.photo]),
        lambda: PhotoFolder.open(root, create=False),
        lambda: PhotoFolder.open(root, identity=disk.identity),
    ]
    for attempt in attempts:
        with pytest.raises(PhotoFolderError, match="is not there"):
            attempt()
    assert not root.exists()
    away.rename(root)
    assert disk.check([shot.photo]).sound


def test_an_empty_mount_point_is_not_taken_for_the_folder(disk: PhotoFolder) -> None:
    shot = disk.put(SMALL, tz=CITY)
    root = Path(disk.where)
    root.rename(root.with_name("unmounted"))
    root.mkdir()
    with pytest.raises(PhotoFolderError, match="is not there"):
        disk.put(LARGE, tz=CITY)
    with pytest.raises(PhotoFolderError, match="is not there"):
        disk.read(shot.photo.full)
    assert list(root.iterdir()) == []


def test_a_folder_that_vanishes_while_a_photo_is_written_is_told(
    disk: PhotoFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, written = Path(disk.where), []

    def write_then_lose(path: Path, content: bytes, *, first: bool) -> None:
        written.append(path)
        shutil.rmtree(root)

    monkeypatch.setattr("data.photo_folder._write_whole", write_then_lose)
    with pytest.raises(PhotoFolderError):
        disk.put(LARGE, tz=CITY)
    assert len(written) == 1


def test_another_folder_in_its_place_is_told(tmp_path: Path, disk: PhotoFolder) -> None:
    other = PhotoFolder.open(tmp_path / "other")
    with pytest.raises(PhotoFolderError, match="another photo folder"):
        PhotoFolder.open(tmp_path / "other", identity=disk.identity)
    shutil.rmtree(disk.where)
    shutil.copytree(other.where, disk.where)
    with pytest.raises(PhotoFolderError):
        disk.put(SMALL, tz=CITY)


def test_a_damaged_marker_is_told(disk: PhotoFolder) -> None:
    (Path(disk.where) / MARKER).write_text("{")
    with pytest.raises(PhotoFolderError, match=MARKER):
        disk.put(SMALL, tz=CITY)


class FaultyFileSystem(MemoryFileSystem):
    """A store that loses, cuts short or refuses what is written, as object stores have been seen to."""

    protocol = "faulty"
    store: dict[str, Any] = {}  # noqa: RUF012 - the base class keeps its files in such an attribute
    pseudo_dirs: list[str] = [""]  # noqa: RUF012
    fault = ""

    def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
        if self.fault == "refuses":
            raise RuntimeError("503 SlowDown")
        if self.fault == "loses":
            return
        super().pipe_file(path, value[:-10] if self.fault == "cuts short" else value, **options)


@pytest.mark.parametrize("fault", ["refuses", "loses", "cuts short"])
def test_a_store_that_does_not_keep_what_is_written_is_never_believed(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec.register_implementation("faulty", FaultyFileSystem, clobber=True)
    folder = PhotoFolder.open(f"faulty://{fault.replace(' ', '-')}")
    monkeypatch.setattr(FaultyFileSystem, "fault", fault)
    with pytest.raises(PhotoFolderError):
        folder.put(LARGE, tz=CITY)
    monkeypatch.setattr(FaultyFileSystem, "fault", "")
    assert folder.check([folder.put(LARGE, tz=CITY).photo]).sound


def test_names_and_passwords_of_a_url_stay_out_of_messages() -> None:
    for url in ("nosuch://wang:geheim@host/photos", "sftp://wang:geheim@host/photos"):
        with pytest.raises(PhotoFolderError) as raised:
            PhotoFolder.open(url)
        assert "geheim" not in str(raised.value)


def test_a_missing_driver_is_named() -> None:
    try:
        import s3fs  # noqa: F401 - only whether it is there
    except ImportError:
        with pytest.raises(PhotoFolderError, match="s3fs"):
            PhotoFolder.open("s3://bucket/photos")
    else:
        pytest.skip("s3fs is installed")


def put_into_a_full_disk(where: str) -> None:
    import resource

    folder = PhotoFolder.open(where)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    try:
        folder.put(LARGE, tz=CITY)
    except PhotoFolderError as error:
        print(error)


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are a thing of POSIX")
def test_a_full_disk_is_told_and_leaves_no_half_file(disk: PhotoFolder) -> None:
    program = Program(put_into_a_full_disk, disk.where)
    assert "Nothing was taken in" in program.end()
    assert program.status == 0
    assert files(disk) == {}
    assert disk.put(LARGE, tz=CITY).photo.bytes > 20_000


def put_for_ever(where: str, seed: int) -> None:
    """Put photos and print the names of each that was acknowledged."""
    folder = PhotoFolder.open(where)
    for number in count(seed):
        shot = folder.put(encoded(scene(number, width=400, height=300)), tz=CITY)
        print(shot.photo.full, shot.photo.thumb)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a thing of POSIX")
def test_what_was_acknowledged_survives_kill_9_at_any_moment(disk: PhotoFolder) -> None:
    acknowledged: set[str] = set()
    rng = random.Random(3)
    for round_ in range(4):
        program = Program(put_for_ever, disk.where, round_ * 1000)
        acknowledged |= set(program.hear().split())
        time.sleep(rng.uniform(0, 0.4))  # the moment is what is drawn here
        program.kill()
        lines = program.end().splitlines(keepends=True)
        acknowledged |= {name for line in lines if line.endswith("\n") for name in line.split()}
        found = disk.check()
        assert found.damaged == ()
    assert acknowledged
    for name in acknowledged:
        disk.read(name)


def put_many(where: str) -> list[str]:
    folder = PhotoFolder.open(where)
    return [folder.put(encoded(scene(seed, width=200, height=150)), tz=CITY).photo.full for seed in range(8)]


def put_and_tell(where: str) -> None:
    print(*put_many(where))


def test_several_processes_and_threads_put_the_same_photos_at_once(disk: PhotoFolder) -> None:
    programs = [Program(put_and_tell, disk.where) for _each in range(2)]
    names = [program.end().split() for program in programs]
    with ThreadPoolExecutor(4) as threads:
        names += threads.map(put_many, [disk.where] * 4)
    assert len({tuple(each) for each in names}) == 1
    found = disk.check()
    assert (found.files, found.damaged, found.unfinished) == (8, (), ())


def test_two_who_open_a_new_folder_at_once_agree_on_it(tmp_path: Path) -> None:
    for attempt in range(10):
        with ThreadPoolExecutor(8) as threads:
            opened = list(threads.map(PhotoFolder.open, [tmp_path / f"photos{attempt}"] * 8))
        assert len({folder.identity for folder in opened}) == 1


def test_files_of_a_photo_are_shared_between_cases(folder: PhotoFolder) -> None:
    photos: list[Photo] = [folder.put(SMALL, tz=CITY).photo for _case in range(3)]
    assert len(set(photos)) == 1
    assert folder.check(photos).files == len(photos[0].files)
