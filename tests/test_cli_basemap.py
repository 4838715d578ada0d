"""`gezhi basemap build`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from data import basemap
from data.actors import OPERATOR, VIEWER
from data.settings import settings
from data.store import Store
from tests.data.test_basemap import ROWS, town


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEZHI_LANG", "en")
    settings.cache_clear()
    return tmp_path / "home"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'city.sqlite'}"


def test_the_command_builds_the_tiles_into_the_home_folder_and_says_so(home: Path, url: str) -> None:
    with Store.open(url) as store:
        store.write_places(town(ROWS), actor=OPERATOR)
        done = CliRunner().invoke(app, ["basemap", "build", "--store", url])
        (file,) = home.iterdir()
        assert basemap.read_about(file).is_of(store, actor=VIEWER)
    assert done.exit_code == 0
    assert " tiles, " in done.output
    assert str(file) in done.output


def test_a_store_without_places_is_an_error_in_words(home: Path, url: str) -> None:
    Store.open(url).close()
    done = CliRunner().invoke(app, ["basemap", "build", "--store", url])
    assert done.exit_code == 2
    assert "no places yet" in done.output
    assert not home.exists()


def test_a_store_that_is_not_there_is_an_error_and_is_not_made(url: str) -> None:
    done = CliRunner().invoke(app, ["basemap", "build", "--store", url])
    assert done.exit_code == 2
    assert not Path(url.removeprefix("sqlite:///")).exists()


def test_a_home_that_cannot_be_written_is_an_error_in_words(home: Path, url: str) -> None:
    with Store.open(url) as store:
        store.write_places(town(ROWS), actor=OPERATOR)
    home.write_text("a file where the folder should be")
    done = CliRunner().invoke(app, ["basemap", "build", "--store", url])
    assert done.exit_code == 2
    assert "could not be written" in done.output
