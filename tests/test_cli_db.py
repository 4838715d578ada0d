"""The commands that look after a store."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR, VIEWER
from data.settings import Settings, settings
from data.store import Store
from tests.data.ingest.made import rows, write
from tests.data.pictures import encoded, scene
from tests.data.samples import reports


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a store with a few reports."""
    url = f"sqlite:///{tmp_path / 'city.sqlite'}"
    with Store.open(url) as store:
        store.write_reports(reports(12), actor=OPERATOR)
    return url


def gezhi(*arguments: object) -> tuple[int, str]:
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return outcome.exit_code, outcome.output


def test_a_backup_is_restored_and_both_say_the_same_figures(url: str, tmp_path: Path) -> None:
    status, written = gezhi("db", "backup", tmp_path / "city.gezhi", "--store", url)
    assert status == 0
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    status, restored = gezhi("db", "restore", tmp_path / "city.gezhi", "--store", other)
    assert status == 0
    figures = [line for line in written.splitlines() if "city.gezhi" not in line]
    assert figures == [line for line in restored.splitlines() if "city.gezhi" not in line]
    assert "issue" in written and "12" in written
    with Store.open(other) as store:
        assert store.last_seq(actor=VIEWER) == 12


def test_a_store_is_copied_once_and_not_over_itself(url: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert gezhi("db", "copy", url, other)[0] == 0
    status, words = gezhi("db", "copy", url, other)
    assert status == 2
    assert "is not empty" in words


def test_a_mistyped_folder_is_not_made(url: str, tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "such"
    file = tmp_path / "city.gezhi"
    assert gezhi("db", "backup", file, "--store", url)[0] == 0
    for command in (
        ("db", "backup", nowhere / "x.gezhi", "--store", url),
        ("db", "restore", file, "--store", f"sqlite:///{nowhere / 'x.sqlite'}"),
        ("db", "copy", url, f"sqlite:///{nowhere / 'x.sqlite'}"),
        ("import", write(tmp_path / "a.csv", rows(3)), "--store", f"sqlite:///{nowhere / 'x.sqlite'}"),
    ):
        status, words = gezhi(*command)
        assert status == 2
        assert f"There is no folder {nowhere}" in words.replace("\n", " ")
    assert not nowhere.parent.exists()


def test_backup_and_restore_say_where_they_wrote_and_read(url: str, tmp_path: Path) -> None:
    file, other = tmp_path / "city.gezhi", f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert str(file) in gezhi("db", "backup", file, "--store", url)[1]
    words = gezhi("db", "restore", file, "--store", other)[1]
    assert str(file) in words and other in words
    status, words = gezhi("db", "restore", tmp_path / "none", "--store", f"{other}2")
    assert status == 2
    assert "There is no backup at" in words and "Errno" not in words


def test_a_file_that_is_no_backup_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("nothing")
    status, words = gezhi("db", "restore", tmp_path / "x", "--store", f"sqlite:///{tmp_path / 'o.sqlite'}")
    assert status == 2
    assert "File is not a zip file" in words


def test_a_backup_takes_the_photos_along_where_it_is_asked_to(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli_db.settings", lambda: Settings(photos=str(tmp_path / "photos")))
    file, copy, other = tmp_path / "city.gezhi", tmp_path / "copy", f"sqlite:///{tmp_path / 'other.sqlite'}"
    with Store.open(url, photos=str(tmp_path / "photos")) as store:
        photo = store.add_photo(1, encoded(scene(1)), actor=OPERATOR).photo.photo
    assert "1 photo is not in the file" in gezhi("db", "backup", file, "--store", url)[1]
    for new in (len(photo.files), 0):
        status, words = gezhi("db", "backup", file, "--store", url, "--photos", copy)
        assert status == 0
        assert f"{len(photo.files)} photo files copied, {new} of them new" in words
    assert gezhi("db", "restore", file, "--store", other)[0] == 0
    with Store.open(other, photos=str(copy)) as restored:
        assert restored.photo_bytes(photo.full, actor=OPERATOR, size="full")
        assert restored.add_photo(2, encoded(scene(2)), actor=OPERATOR).new
        assert restored.check(actor=OPERATOR).ok


def test_a_backup_says_which_photos_were_lost_before_it(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli_db.settings", lambda: Settings(photos=str(tmp_path / "photos")))
    with Store.open(url, photos=str(tmp_path / "photos")) as store:
        for seed in (1, 2):
            store.add_photo(seed, encoded(scene(seed, width=200, height=200)), actor=OPERATOR)
        name = store.photos(1, actor=OPERATOR)[0].photo.full
    (tmp_path / "photos" / name[:2] / f"{name}.jpg").unlink()
    status, words = gezhi("db", "backup", tmp_path / "b", "--store", url, "--photos", tmp_path / "copy")
    assert status == 1
    assert "1 photo file copied" in words
    assert f"was not copied: {name}" in words.replace("\n", "")


def test_photos_of_another_store_are_not_mixed_into_a_copy(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    for number, place in enumerate((url, other)):
        folder = str(tmp_path / f"photos{number}")
        with Store.open(place, photos=folder) as store:
            store.write_reports(reports(1, seed=5), actor=OPERATOR)
            store.add_photo(1, encoded(scene(number)), actor=OPERATOR)
        monkeypatch.setattr("cli_db.settings", lambda folder=folder: Settings(photos=folder))
        status, words = gezhi("db", "backup", tmp_path / "b", "--store", place, "--photos", tmp_path / "copy")
        assert status == 2 * number
    assert "holds the photos of another store" in words


def test_files_without_a_case_are_tidied_up_by_command(url: str) -> None:
    assert gezhi("db", "tidy", "--store", url) == (0, "0 photo files were removed\n")


def test_the_check_of_a_store_counts_its_photos(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEZHI_PHOTOS", str(tmp_path / "photos"))
    settings.cache_clear()
    with Store.open(url) as store:
        store.add_photo(1, encoded(scene(1)), actor=OPERATOR)
    assert "2 photo files are what their names say" in gezhi("db", "check", "--store", url)[1]
    (tmp_path / "photos").rename(tmp_path / "away")
    status, words = gezhi("db", "check", "--store", url)
    settings.cache_clear()
    assert status == 1
    assert "1 photo could not be looked at" in words.replace("\n", " ")
    assert "The store does not hold." in words
