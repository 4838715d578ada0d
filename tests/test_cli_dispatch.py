"""`gezhi dispatch`: what waits is looked at, dispatched once, and what cannot be is named."""

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR
from data.store import Store
from tests.data import stores
from tests.data.field_towns import with_teams
from tests.data.samples import reports

N = 20


def town(store: Store) -> None:
    with_teams(store)
    store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
    new = {"status": pl.lit("reported"), "closed_at": pl.lit(None, pl.Datetime("us", "UTC"))}
    store.write_reports(reports(N).with_columns(**new), actor=OPERATOR)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    from data.settings import settings

    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEZHI_LANG", "en")
    settings.cache_clear()
    return stores.new_file(tmp_path / "city.sqlite", town)


def gezhi(url: str, *arguments: object) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(app, ["dispatch", "--store", url, *map(str, arguments)])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_what_waits_is_looked_at_then_dispatched_and_nothing_is_left(url: str) -> None:
    code, out, _err = gezhi(url, "--dry-run")
    assert code == 0 and f"{N} cases are ready to be dispatched" in out and "in nobody's cells" in out
    with Store.open(url) as store:
        assert store.waiting_cases(actor=OPERATOR).cases.height == N
    code, out, _err = gezhi(url)
    assert code == 0 and f"{N} cases were dispatched" in out
    code, out, _err = gezhi(url, "--json")
    told = json.loads(out)
    assert (code, told["ready"], told["sent"], told["dispatched"], told["refused"]) == (0, 0, N, 0, [])


def test_a_day_a_category_and_a_unit_narrow_it(url: str) -> None:
    with Store.open(url) as store:
        cases = store.waiting_cases(actor=OPERATOR, categories=["manhole"]).cases
    day = f"{cases['reported_at'][1]:%Y-%m-%d}"
    asked = ("--category", "manhole", "--since", day, "--unit", "环卫中心", "--json")
    told = json.loads(gezhi(url, *asked)[1])
    assert 0 < told["dispatched"] < cases.height
    assert told["older"] == cases.height - told["dispatched"]
    assert told["units"] == {"环卫中心": told["dispatched"]}


def test_what_cannot_be_is_said_and_changes_nothing(url: str) -> None:
    for wrong, words in (
        (("--category", "potholes"), "'potholes' is not a category"),
        (("--unit", "城关"), "'城关' is no unit"),
        (("--since", "yesterday"), "does not match"),
    ):
        code, out, err = gezhi(url, *wrong)
        assert code == 2 and words in out + err
    with Store.open(url) as store:
        assert store.waiting_cases(actor=OPERATOR).cases.height == N


def test_what_no_rule_names_a_unit_for_is_named_by_its_number(url: str) -> None:
    rule = {"rule": ["1"], "categories": ["manhole"], "areas": [""], "places": [""], "unit": ["市政养护所"]}
    with Store.open(url) as store:
        store.write_table("routing", pl.DataFrame(rule), actor=OPERATOR)
        found = store.waiting_cases(actor=OPERATOR)
    code, out, _err = gezhi(url)
    assert code == 1 and f"No rule names a unit for them: {found.without_rule}" in out
    lost = found.cases.filter(pl.col("unit").is_null())["issue_id"]
    assert all(f"  {number} · No rule matches" in out for number in lost)
