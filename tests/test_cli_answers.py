"""`gezhi answers` on files that teams' phones saved."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR
from data.store import Store
from tests.data import stores
from tests.data.field_towns import answer, report, sent_case, with_teams


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.settings import settings

    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEZHI_LANG", "en")
    settings.cache_clear()


def gezhi(*arguments: object) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def saved(path: Path, team: int, *told: Any) -> Path:
    path.write_text(json.dumps({"form": 1, "team": team, "answers": told}), "utf-8")
    return path


def test_files_are_taken_once_and_what_is_in_conflict_is_said(tmp_path: Path) -> None:
    url = stores.new_file(tmp_path / "city.sqlite")
    with Store.open(url) as store:
        with_teams(store)
        mine, theirs = sent_case(store, 1), sent_case(store, 2)
    told = answer("fix", mine), report()
    one = saved(tmp_path / "one.json", 1, *told)
    two = saved(tmp_path / "two.json", 2, answer("start", theirs), answer("fix", mine))
    code, out, _err = gezhi("answers", one, two, "--store", url)
    assert code == 1, "one of them was refused"
    assert "one.json, team 1: 2 answers" in out and "2  had their effect" in out
    assert "This case is not in the team's cells." in out
    code, out, _err = gezhi("answers", one, "--store", url, "--json")
    (file,) = json.loads(out)["files"]
    assert code == 0
    again = [(one["state"], one["uid"]) for one in file["results"]]
    assert again == [("already", one["uid"]) for one in told]
    with Store.open(url) as store:
        assert [store.case(case, actor=OPERATOR).status for case in (mine, theirs)] == [
            "fixed",
            "in_progress",
        ]


def test_a_damaged_file_is_left_unless_what_is_whole_is_asked_for(tmp_path: Path) -> None:
    url = stores.new_file(tmp_path / "city.sqlite")
    with Store.open(url) as store:
        case = sent_case(with_teams(store))
    file = saved(tmp_path / "a.json", 1, answer("start", case), answer("fix", case))
    file.write_bytes(file.read_bytes()[:-60])
    code, _out, err = gezhi("answers", file, "--store", url)
    assert code == 2 and "damaged or cut short" in err and "Nothing was taken" in err
    with Store.open(url) as store:
        assert store.case(case, actor=OPERATOR).status == "dispatched"
    code, out, _err = gezhi("answers", file, "--store", url, "--salvage")
    assert code == 0 and "team 1: 1 answers" in out
    with Store.open(url) as store:
        assert store.case(case, actor=OPERATOR).status == "in_progress"


def test_a_store_that_is_not_there_is_not_made_for_answers(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.json", 1)
    code, _out, _err = gezhi("answers", file, "--store", f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert code == 2
    assert not (tmp_path / "none.sqlite").exists()
