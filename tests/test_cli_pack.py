"""`gezhi pack`: a team's day as files in a folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli import app
from data.settings import settings
from tests.reports.outing import TOLD, outing

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "town.sqlite"
    outing(path).close()
    return path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, town: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEZHI_PHOTOS", str(town.with_name("town-photos")))
    monkeypatch.setenv("GEZHI_LANG", "en")
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


@pytest.fixture
def run(tmp_path: Path, town: Path) -> Run:
    (tmp_path / "out").mkdir()

    def run(*arguments: str, out: str = "out") -> Result:
        store = f"sqlite:///{town}"
        found: Result = CliRunner().invoke(
            app, ["pack", *arguments, "--store", store, "--out", str(tmp_path / out)]
        )
        return found

    return run


def test_each_team_has_its_file_and_is_told_what_is_in_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEZHI_ADDRESS", "https://city.example/")
    settings.cache_clear()
    done = run("--team", "1", "--team", "2", "--sheet")
    assert done.exit_code == 0, done.output
    assert done.output.count("3 cases · 1 photo") == 2
    packs, sheets = (sorted((tmp_path / "out").glob(f"gezhi-{kind}-*.html")) for kind in ("pack", "team"))
    assert len(packs) == len(sheets) == 2
    for (team, words), files in zip(TOLD.items(), zip(packs, sheets, strict=True), strict=True):
        for file in files:
            text = file.read_text("utf-8")
            assert words in text and TOLD[3 - team] not in text
            assert file.name in done.output.replace("\n", "")
    assert 'class="qr"' in sheets[0].read_text("utf-8")


@pytest.mark.parametrize("arguments", [("--team", "9"), ()])
def test_a_team_that_is_not_there_leaves_no_file(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    assert run(*arguments).exit_code == 2
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_words(run: Run) -> None:
    done = run("--team", "1", out="nowhere")
    assert done.exit_code == 2
    assert "There is no folder" in done.output


@pytest.mark.parametrize("address", ["city.example", "ftp://city.example", "https://"])
def test_an_address_that_no_phone_can_open_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("GEZHI_ADDRESS", address)
    settings.cache_clear()
    done = run("--team", "1")
    assert done.exit_code == 2
    assert "is not an address" in done.output
