"""The commands that others build on."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app, terminal_language
from data.actors import OPERATOR
from data.cube import Cube
from data.filters import Filter
from data.store import Store
from geo import cells
from i18n import match_locale
from tests.shared_data import shared

HEADER = "编号,上报时间,经度,纬度,问题类型,状态\n"
ROWS = (
    "1,2026-03-01 08:00:00,116.900,38.300,机动车违停,已结案\n"
    "2,2026-03-02 09:00:00,116.901,38.301,牛皮癣,处理中\n"
    "3,2026-03-03 10:00:00,,,牛皮癣,处理中\n"
)

Outcome = tuple[int, str, str]


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'city.sqlite'}"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "问题.csv"
    path.write_bytes((HEADER + ROWS).encode("gb18030"))
    return path


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.settings import settings

    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEZHI_LANG", "en")
    settings.cache_clear()


def gezhi(*arguments: object) -> Outcome:
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_an_import_prints_a_sum_that_adds_up(store: str, export: Path) -> None:
    status, printed, _ = gezhi("import", export, "--store", store, "--json")
    summary = json.loads(printed)
    assert status == 0
    assert summary["read"] == 3
    assert summary["read"] == sum(summary[part] for part in ("taken", "updated", "unchanged", "rejected"))
    assert summary["reasons"] == {"no_coordinates": 1}


def test_importing_twice_changes_nothing(store: str, export: Path) -> None:
    gezhi("import", export, "--store", store)
    summary = json.loads(gezhi("import", export, "--store", store, "--json")[1])
    assert (summary["taken"], summary["updated"], summary["unchanged"]) == (0, 0, 2)


def test_the_rejected_row_is_kept_with_its_number_and_reason(
    store: str, export: Path, tmp_path: Path
) -> None:
    gezhi("import", export, "--store", store, "--rejects", tmp_path / "rejects.csv")
    rows = list(csv.reader((tmp_path / "rejects.csv").read_text("utf-8-sig").splitlines()))
    assert rows[1][:2] == ["4", "no_coordinates"]
    assert "2026-03-03 10:00:00" in rows[1]


def test_a_mapping_by_hand_wins(store: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("n,when,east,north,what\n1,2026-03-01,116.9,38.3,hole\n")
    maps = ("--map", "lat=north", "--map", "lon=east", "--map", "reported_at=when", "--map", "kind=what")
    status, printed, _ = gezhi("import", path, "--store", store, *maps, "--tz", "Asia/Shanghai", "--json")
    assert (status, json.loads(printed)["taken"]) == (0, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08\x00broken", "cut off|damaged"),
        (b"a,b\n1,2\n", "--map"),
    ],
)
def test_a_file_that_cannot_be_imported_is_an_error_with_status_2(
    store: str, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    status, printed, complaint = gezhi("import", path, "--store", store)
    assert status == 2
    assert any(word in complaint.replace("\n", " ") for word in words.split("|"))
    assert printed == ""
    with Store.open(store) as opened:
        assert opened.last_seq(actor=OPERATOR) == 0


def test_a_missing_file_and_a_wrong_mapping_are_errors_with_status_2(
    store: str, export: Path, tmp_path: Path
) -> None:
    assert gezhi("import", tmp_path / "nothing.csv", "--store", store)[0] == 2
    assert not (tmp_path / "city.sqlite").exists()
    assert gezhi("import", export, "--store", store, "--map", "lat")[0] == 2
    assert gezhi("import", export, "--store", store, "--map", "lat=nothing")[0] == 2
    assert gezhi("import", export, "--store", "nonsense")[0] == 2


def test_count_prints_the_cells_of_the_cube(store: str, export: Path) -> None:
    gezhi("import", export, "--store", store)
    status, printed, _ = gezhi("count", "--store", store, "--resolution", 10, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(printed)))
    with Store.open(store) as opened:
        counted = Cube.open(opened).counts(Filter(), 10)
    assert status == 0
    assert [row["cell"] for row in rows] == list(cells.to_text(counted.cells))
    assert sum(int(row["count"]) for row in rows) == 2


@pytest.mark.parametrize(
    ("choice", "n"),
    [
        (("--category", "illegal_parking"), 1),
        (("--category", "illegal_parking", "--category", "flyposting"), 2),
        (("--status", "open"), 1),
        (("--status", "closed"), 1),
        (("--from", "2026-03-02"), 1),
        (("--to", "2026-03-01"), 1),
        (("--from", "2026-03-01", "--to", "2026-03-02"), 2),
        (("--category", "manhole"), 0),
    ],
)
def test_count_takes_filters(store: str, export: Path, choice: tuple[str, ...], n: int) -> None:
    gezhi("import", export, "--store", store)
    _, printed, _ = gezhi("count", "--store", store, "--resolution", 9, *choice)
    assert sum(int(row["count"]) for row in csv.DictReader(io.StringIO(printed))) == n


@pytest.mark.parametrize(
    "arguments",
    [
        ("--resolution", "6"),
        ("--resolution", "10", "--status", "lost"),
        ("--resolution", "10", "--from", "soon"),
        ("--resolution", "10", "--format", "xml"),
    ],
)
def test_a_wrong_count_is_an_error_with_status_2(
    store: str, export: Path, arguments: tuple[str, ...]
) -> None:
    gezhi("import", export, "--store", store)
    assert gezhi("count", "--store", store, *arguments)[0] == 2


def test_counting_a_store_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert gezhi("count", "--store", f"sqlite:///{tmp_path / 'none.sqlite'}", "--resolution", 10)[0] == 2
    assert not (tmp_path / "none.sqlite").exists()


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANGUAGE": "zh_CN:en", "LANG": "de_DE.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_the_terminals_language_counts_even_where_its_locale_is_not_installed(
    said: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert match_locale(terminal_language()) == language


def test_the_terminal_of_windows_says_its_language_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    assert terminal_language() == "zh"


def test_a_setting_that_cannot_be_is_an_error_with_status_2(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEZHI_TZ", "Nowhere/Else")
    status, printed, complaint = gezhi("count", "--store", store, "--resolution", 10)
    assert (status, printed) == (2, "")
    assert "GEZHI_TZ" in complaint
    assert "'Nowhere/Else' is not a time zone" in complaint


@pytest.mark.parametrize("given", ["option", "setting"])
def test_the_server_opens_the_store_that_is_meant_from_the_folder_of_the_command(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.execv", lambda _program, command: started.append(command))
    monkeypatch.setenv("GEZHI_HOME", "home")
    monkeypatch.setenv("GEZHI_STORE", "sqlite:///city.sqlite" if given == "setting" else "")
    assert gezhi("serve", *(["--store", "sqlite:///city.sqlite"] if given == "option" else []))[0] == 0
    assert started
    assert os.environ["GEZHI_STORE"] == f"sqlite:///{tmp_path / 'city.sqlite'}"
    assert os.environ["GEZHI_HOME"] == str(tmp_path / "home")


def test_the_demo_is_made_where_it_is_asked_for(store: str) -> None:
    assert gezhi("demo", "--store", store, "--reports", 500)[0] == 0
    with Store.open(store) as opened:
        assert Cube.open(opened).total(Filter()) == 500
        assert opened.fact("synthetic", actor=OPERATOR) == "1"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "read", "rejected"),
    [
        ("nyc311/nyc311_2024-09-01.xlsx", 9_240, 98),
        ("nyc311/nyc311_2023-02-28.csv", 4_999, 89),
        ("chicago311/sanitation_2014-11-10.csv.gz", 72_847, 398),
    ],
)
def test_a_real_city_is_imported_and_counted(store: str, name: str, read: int, rejected: int) -> None:
    summary = json.loads(gezhi("import", shared(name), "--store", store, "--json")[1])
    assert (summary["read"], summary["rejected"]) == (read, rejected)
    for resolution in (7, 12):
        _, printed, _ = gezhi("count", "--store", store, "--resolution", resolution)
        assert sum(int(row["count"]) for row in csv.DictReader(io.StringIO(printed))) == read - rejected


@pytest.mark.shared
def test_a_datum_that_the_streets_contradict_is_refused_until_it_is_forced(store: str) -> None:
    points = shared("zhengzhou/theft_locations.csv")
    assert gezhi("places", shared("zhengzhou/roads.geojson"), "--store", store)[0] == 0
    status, printed, complaint = gezhi("import", points, "--store", store, "--crs", "gcj02")
    assert (status, printed) == (2, "")
    assert "the shift is 577 m" in " ".join(complaint.split())
    status, printed, _ = gezhi("import", points, "--store", store, "--crs", "gcj02", "--force", "--json")
    assert (status, json.loads(printed)["datum"]["forced"]) == (0, True)


@pytest.mark.shared
def test_streets_in_another_datum_than_the_reports_are_refused_until_they_are_forced(store: str) -> None:
    roads = shared("zhengzhou/roads.geojson")
    gezhi("import", shared("zhengzhou/theft_locations.csv"), "--store", store, "--crs", "wgs84")
    status, _, complaint = gezhi("places", roads, "--store", store, "--crs", "bd09")
    assert status == 2
    assert "--crs EPSG:4326, or --force" in " ".join(complaint.split())
    assert gezhi("places", roads, "--store", store, "--crs", "bd09", "--force")[0] == 0
    assert "That fits" in gezhi("places", roads, "--store", store)[1]
