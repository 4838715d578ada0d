"""The commands that look after a store."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR, VIEWER
from data.store import Store
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
    assert written == restored
    assert "issue" in written and "12" in written
    with Store.open(other) as store:
        assert store.last_seq(actor=VIEWER) == 12


def test_a_store_is_copied_once_and_not_over_itself(url: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    assert gezhi("db", "copy", url, other)[0] == 0
    status, words = gezhi("db", "copy", url, other)
    assert status == 2
    assert "is not empty" in words


def test_a_file_that_is_no_backup_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("nothing")
    status, words = gezhi("db", "restore", tmp_path / "x", "--store", f"sqlite:///{tmp_path / 'o.sqlite'}")
    assert status == 2
    assert "File is not a zip file" in words
