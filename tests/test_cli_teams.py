"""`gezhi teams`: a city gets its teams, and keeps who did what when one retires."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR
from data.store import Store
from tests.data import stores
from tests.data.field_towns import CELLS, publish
from tests.data.test_rights import a_place


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    from data.settings import settings

    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEZHI_LANG", "en")
    settings.cache_clear()
    return stores.new_file(tmp_path / "city.sqlite")


def gezhi(*arguments: object) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(app, ["teams", *map(str, arguments)])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_teams_are_added_renamed_given_a_start_and_retired(url: str) -> None:
    assert "gezhi teams add" in gezhi("list", "--store", url)[1]
    with Store.open(url) as store:
        store.write_places(a_place(), actor=OPERATOR)
        place = store.place(1, actor=OPERATOR).name
    assert gezhi("add", "东村", "西村", "--store", url)[:2] == (0, "1 · 东村\n2 · 西村\n")
    code, out, _err = gezhi("change", 1, "--name", "新东村", "--en", "East", "--start", place, "--store", url)
    assert (code, out) == (0, f"1 · 新东村 · East · {place}\n")
    with Store.open(url) as store:
        publish(store, CELLS)
    code, _out, err = gezhi("change", 2, "--retire", "--store", url)
    assert code == 2 and "cells of the territories in force" in err
    with Store.open(url) as store:
        publish(store, CELLS.filter(CELLS["team_id"] == 1))
    assert gezhi("change", 2, "--retire", "--store", url)[0] == 0
    (one,) = json.loads(gezhi("list", "--json", "--store", url)[1])["teams"]
    assert (one["id"], one["start"], one["place_id"], one["retired"]) == (1, place, 1, False)
    assert one["cells"] == CELLS.filter(CELLS["team_id"] == 1).height
    listed = gezhi("list", "--all", "--store", url)[1]
    assert "East" in listed and "西村" in listed and "retired" in listed
    assert gezhi("change", 2, "--back", "--start", "", "--store", url)[:2] == (0, "2 · 西村\n")


def test_what_cannot_be_is_said_and_changes_nothing(url: str) -> None:
    gezhi("add", "东村", "--store", url)
    for wrong, words in (
        (("add", "东村"), "There is one of the name '东村' already"),
        (("add", "西村", "--start", "无此路"), "No place is called '无此路'"),
        (("change", 7, "--name", "西村"), "There is no team 7"),
    ):
        code, _out, err = gezhi(*wrong, "--store", url)
        assert code == 2 and words in " ".join(err.split())
    assert "西村" not in gezhi("list", "--all", "--store", url)[1]
