"""`gezhi places`: what it prints, what it refuses, and what is in the store afterwards."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Polygon, box
from typer.testing import CliRunner

from cli import app
from data.actors import OPERATOR, VIEWER
from data.settings import settings
from data.store import Store

Outcome = tuple[int, str, str]


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'city.sqlite'}"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GEZHI_LANG", "en")
    settings.cache_clear()


@pytest.fixture
def city(tmp_path: Path) -> Path:
    path = tmp_path / "city.geojson"
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    gpd.GeoDataFrame(
        {
            "kind": ["compound", "grid", "street", "district", "compound"],
            "name": ["欣怡小区", "一网格", "经北四路", "运河区", "平面"],
        },
        geometry=[
            bow,
            box(30, 30, 31, 31),
            LineString([(0, 0), (1, 0)]),
            box(0, 0, 9, 9),
            Polygon([(0, 0), (1, 1), (0, 0)]),
        ],
        crs="EPSG:4326",
    ).to_file(path, driver="GeoJSON")
    return path


def gezhi(*arguments: object) -> Outcome:
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_the_summary_says_what_became_of_every_shape(store: str, city: Path) -> None:
    status, printed, _ = gezhi("places", city, "--store", store)
    assert status == 0
    words = " ".join(printed.split())
    assert "read 5 new 4 changed 0 unchanged 0 rejected 1" in words
    assert "an area without extent (no_area)" in words
    assert "repaired: the outline crossed itself (self_intersection)" in words
    assert "Places of the file: compound 1, grid 1, street segment 1, district 1, street 1" in words
    assert "一网格 (grid) lies in no district" in words
    assert "Rejected shapes with their reasons: " in words


def test_the_summary_as_json_adds_up(store: str, city: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.geojson"
    status, printed, _ = gezhi("places", city, "--store", store, "--json", "--rejects", rejects)
    summary = json.loads(printed)
    assert status == 0
    assert summary["read"] == sum(summary[part] for part in ("new", "changed", "unchanged", "rejected")) == 5
    assert json.loads(rejects.read_text(encoding="utf-8"))["features"][0]["properties"]["name"] == "平面"
    again = json.loads(gezhi("places", city, "--store", store, "--json")[1])
    assert (again["new"], again["unchanged"]) == (0, 4)


def test_a_box_a_kind_and_a_source_can_be_said(store: str, city: Path) -> None:
    options = ("--bbox", "29,29,32,32", "--kind", "社区", "--source", "plan", "--json")
    summary = json.loads(gezhi("places", city, "--store", store, *options)[1])
    assert (summary["read"], summary["left"], summary["source"]) == (1, 4, "plan")
    with Store.open(store) as opened:
        assert opened.places(actor=VIEWER)["kind"].tolist() == ["community"]


def test_a_source_is_replaced_when_that_is_asked_for(store: str, city: Path) -> None:
    gezhi("places", city, "--store", store, "--source", "plan")
    frame = gpd.read_file(city)
    frame[frame["kind"] == "grid"].to_file(city, driver="GeoJSON")
    printed = gezhi("places", city, "--store", store, "--replace", "plan")[1]
    assert "retired, since the file lacks them: 4" in " ".join(printed.split())
    with Store.open(store) as opened:
        assert opened.places(actor=VIEWER)["name"].tolist() == ["一网格"]


@pytest.mark.parametrize("box_", ["1,2,3", "a,b,c,d", "3,0,1,1", "0,0,500,1", "nan,0,1,1"])
def test_a_box_that_is_none_is_refused(store: str, city: Path, box_: str) -> None:
    status, printed, complaint = gezhi("places", city, "--store", store, "--bbox", box_)
    assert (status, printed) == (2, "")
    assert "is not west,south,east,north" in " ".join(complaint.replace("│", " ").split())


def test_a_file_that_cannot_be_read_leaves_no_store_behind(store: str, tmp_path: Path) -> None:
    path = tmp_path / "no.geojson"
    path.write_text("not a map")
    status, printed, complaint = gezhi("places", path, "--store", store)
    assert (status, printed) == (2, "")
    assert "no.geojson is no file of places" in complaint.replace("\n", " ")
    assert not (tmp_path / "city.sqlite").exists()


def test_cases_are_located_when_places_come_and_counted_by_area(store: str, city: Path) -> None:
    with Store.open(store) as target:
        for lon in (1.0, 8.0, 20.0):
            target.report({"category": "noise", "lon": lon, "lat": 1.0}, actor=OPERATOR)
    status, printed, _ = gezhi("places", city, "--store", store)
    assert status == 0 and "cases that belong elsewhere now: 2" in printed
    status, printed, _ = gezhi("places", "--locate", "--store", store, "--json")
    assert (status, json.loads(printed)) == (0, {"relocated": 0})
    with Store.open(store) as target:
        district = target.areas(actor=OPERATOR).filter(kind="district")["id"][0]
    counted = gezhi("count", "--store", store, "-r", 9, "--area", district, "--exempt", "without")
    assert counted[0] == 0 and len(counted[1].splitlines()) == 3
    assert gezhi("count", "--store", store, "-r", 9, "--exempt", "only")[1].splitlines() == ["cell,count"]


def test_without_a_file_the_command_says_what_it_wants(store: str) -> None:
    status, _, complaint = gezhi("places", "--store", store)
    assert status == 2 and "--locate" in complaint
    assert gezhi("places", "--locate", "--store", store)[0] == 2, "no empty store is left behind"
