"""The route of hot spots: whatever computes the classes, it sends them; here something simple does."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data import hot_kinds
from data.actors import OPERATOR, Actor
from data.cube import Cube
from data.filters import Filter
from data.hot_cells import KINDS, HotAsked, HotCells
from data.store import Store
from data.study_area import study_area
from data.workspace import Workspace
from geo import cells as h3_cells
from geo.errors import NotEnoughDataError
from layers import hot_looks, hot_words, wire
from reports.exports import Exports
from reports.files import read_provenance
from tests.data.samples import reports

FEW_REPORTS = 1_500
TEAM = Actor("队员", "team_member", units=frozenset({"城管"}))
CLASSES = ("none", "new_hot", "persistent_hot", "new_cold")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A store that no test of this module takes anything away from."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('hot') / 'city.sqlite'}") as store:
        store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
        store.write_reports(reports(FEW_REPORTS), actor=OPERATOR)
        yield Workspace(store, Cube.open(store))


@pytest.fixture
def client(here: Workspace) -> TestClient:
    return TestClient(Starlette(routes=routes(lambda: here, Exports())))


@pytest.fixture(autouse=True)
def simple(monkeypatch: pytest.MonkeyPatch) -> list[HotAsked]:
    """Class cells by their count; return what was asked."""
    return put(monkeypatch, by_count)


def put(monkeypatch: pytest.MonkeyPatch, answer: Callable[[Cube, HotAsked], HotCells]) -> list[HotAsked]:
    asked_for: list[HotAsked] = []

    def hot(cube: Cube, asked: HotAsked) -> HotCells:
        asked_for.append(asked)
        return answer(cube, asked)

    monkeypatch.setattr(hot_kinds, "function_of", lambda _kind: hot)
    for room in ("api.hotspots.why", "reports.hot_exports.why"):
        monkeypatch.setattr(room, lambda _cube, _asked, cells: [f"reason of {cell:x}" for cell in cells])
    return asked_for


def by_count(cube: Cube, asked: HotAsked, note: str = "") -> HotCells:
    """Three reports and more are new, two persistent, none is cold."""
    area = study_area(cube, asked.where, asked.resolution)
    counted = cube.counts(asked.where, asked.resolution)
    n = np.zeros(len(area), np.uint32)
    n[np.searchsorted(area, counted.cells)] = counted.counts
    codes = np.select([n >= 3, n == 2, n == 0], [1, 2, 3], 0).astype(np.uint8)
    codes *= not note
    return HotCells(area, codes, CLASSES, n.astype(np.float64) / 2, n, note)


def read(client: TestClient, **params: Any) -> Any:
    answer = client.get("/api/hotspots", params=params)
    assert answer.status_code == 200, answer.text
    return wire.unpack_figures(answer.content)


def test_each_cell_has_its_class_and_its_reports(client: TestClient, here: Workspace) -> None:
    truth = by_count(here.cube, HotAsked())
    cells, values, n, meta = read(client)
    classed = truth.codes > 0
    assert cells.tolist() == truth.cells[classed].tolist()
    assert values.tolist() == truth.codes[classed].tolist()
    assert n.tolist() == truth.n[classed].tolist()
    named = [(one["slug"], one["cells"]) for one in meta["classes"]]
    assert named == [(CLASSES[code], int((truth.codes == code).sum())) for code in (1, 2, 3)]
    assert meta["classed"] == classed.sum() < len(truth.cells)
    assert (int(meta["total"]), meta["kind"], meta["note"], meta["pending"]) == (
        here.cube.total(Filter()),
        "classes",
        "",
        False,
    )
    assert meta["classes"][0]["label"] == "New hot spot"
    assert meta["classes"][0]["help"]
    assert meta["classes"][0]["colour"].startswith("#")


def test_what_is_asked_reaches_the_kind(client: TestClient, simple: list[HotAsked]) -> None:
    read(client, category="flyposting", kind="classes", res=9, ring=2, step="month", per="street")
    assert simple[-1].where.categories == ("flyposting",)
    asked = simple[-1]
    assert (asked.kind, asked.resolution, asked.ring, asked.step, asked.per) == (
        *("classes", 9, 2, "month"),
        "street",
    )


def test_a_box_has_the_cells_that_touch_it_and_the_counts_of_the_city(client: TestClient) -> None:
    cells, values, _, whole = read(client)
    box = (116.88, 38.28, 116.92, 38.31)
    near, found, _, meta = read(client, bbox=",".join(map(str, box)))
    lon, lat = h3_cells.centres(cells)
    inside = (lon >= box[0]) & (lon <= box[2]) & (lat >= box[1]) & (lat <= box[3])
    assert set(cells[inside].tolist()) <= set(near.tolist()) < set(cells.tolist())
    assert (
        dict(zip(cells.tolist(), values, strict=True)).items()
        >= dict(zip(near.tolist(), found, strict=True)).items()
    )
    assert meta["classes"] == whole["classes"]
    assert read(client, bbox="10,10,11,11")[0].size == 0


def test_the_words_are_those_of_the_reader(client: TestClient) -> None:
    english, chinese = read(client, lang="en")[3], read(client, lang="zh")[3]
    assert english["classes"][0]["slug"] == chinese["classes"][0]["slug"]
    about = client.get("/api/hotspots", params={"lang": "zh"}).headers["etag"]
    assert about != client.get("/api/hotspots", params={"lang": "en"}).headers["etag"]


def test_the_same_answer_is_not_sent_twice(
    client: TestClient, here: Workspace, simple: list[HotAsked]
) -> None:
    etag = client.get("/api/hotspots").headers["etag"]
    computed = len(simple)
    assert client.get("/api/hotspots", headers={"if-none-match": etag}).status_code == 304
    assert len(simple) == computed
    here.store.write_reports(reports(10, seed=77), actor=OPERATOR)
    assert client.get("/api/hotspots").headers["etag"] != etag


def test_on_the_next_day_it_is_looked_at_again(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    etag = client.get("/api/hotspots").headers["etag"]
    monkeypatch.setattr("api.hotspots.clock.now", lambda: 4_000_000_000_000_000)
    assert client.get("/api/hotspots", headers={"if-none-match": etag}).status_code == 200


def test_what_is_still_computed_is_no_last_word(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, lambda cube, asked: by_count(cube, asked, note="pending"))
    answer = client.get("/api/hotspots")
    meta = wire.unpack_figures(answer.content)[3]
    assert meta["pending"]
    assert "appear here by itself" in meta["note"]
    put(monkeypatch, by_count)
    again = client.get("/api/hotspots", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 200
    assert not wire.unpack_figures(again.content)[3]["pending"]


def test_a_forecast_that_got_better_is_sent_though_the_data_are_the_same(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answered(code: int) -> str:
        def plan(cube: Cube, asked: HotAsked) -> HotCells:
            area = study_area(cube, asked.where, asked.resolution)
            codes = np.full(len(area), code, np.uint8)
            n = np.ones(len(area), np.uint32)
            return HotCells(area, codes, ("none", "next", "next_held"), np.ones(len(area)), n)

        put(monkeypatch, plan)
        headers = {"if-none-match": etag} if etag else {}
        answer = client.get("/api/hotspots", params={"kind": "forecast"}, headers=headers)
        codes_told.append(answer.status_code)
        return answer.headers["etag"]

    etag, codes_told = "", []
    etag = answered(1)
    answered(1)
    answered(2)
    assert codes_told == [200, 304, 200]


def test_too_little_data_is_said_in_words(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    said = set()
    for note in ("steps", "cells", "same", "visits", "something new"):
        put(monkeypatch, lambda cube, asked, note=note: by_count(cube, asked, note=note))
        cells, _, _, meta = read(client)
        assert cells.size == 0
        said.add(meta["note"])
    assert len(said) == 5
    assert min(len(words.split()) for words in said) > 5


def test_an_error_for_want_of_data_is_no_error_of_the_map(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_little(_cube: Cube, _asked: HotAsked) -> HotCells:
        raise NotEnoughDataError("Three weeks are too few.")

    put(monkeypatch, too_little)
    cells, _, _, meta = read(client)
    assert (cells.size, meta["note"], meta["classes"]) == (0, "Three weeks are too few.", [])


def test_a_filter_that_lets_nothing_through_is_told_as_such(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch, lambda cube, asked: by_count(cube, asked, note="same"))
    assert "as many reports as the others" in read(client)[3]["note"]
    meta = read(client, category="nothing")[3]
    assert (meta["total"], meta["note"]) == (0, "")


def test_a_team_is_told_of_its_own_reports_alone(client: TestClient, here: Workspace) -> None:
    part = here.seen_by(TEAM)
    own = TestClient(Starlette(routes=routes(lambda: part)))
    seen = len(here.store.visible_ids(actor=TEAM))
    assert read(own)[3]["total"] == seen < read(client)[3]["total"]


def test_the_reason_of_a_cell_is_told(client: TestClient) -> None:
    cells, values, n, _ = read(client)
    row = int(np.flatnonzero(values == 2)[0])
    cell = h3_cells.to_text(cells[[row]])[0]
    said = client.get("/api/hotspots/reason", params={"cell": cell}).json()
    assert said["reason"] == f"Reason of {cell}"
    assert (said["cell"], said["class"], said["label"]) == (cell, "persistent_hot", "Persistent hot spot")
    assert (said["n"], said["figure"]) == (int(n[row]), int(n[row]) / 2)


def test_a_kind_without_reasons_tells_what_the_class_means(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.hotspots.why", lambda *_: [""])
    cells, values, _, _ = read(client)
    cell = h3_cells.to_text(cells[values == 1][:1])[0]
    said = client.get("/api/hotspots/reason", params={"cell": cell}).json()
    assert said["help"] == hot_words.class_words("classes")["new_hot"].help
    assert said["reason"] == f"{said['help']} (z {said['figure']:.1f})"


def test_a_cell_outside_of_the_study_area_has_no_class(client: TestClient) -> None:
    cell = h3_cells.to_text(h3_cells.from_points([10.0], [10.0], 10))[0]
    said = client.get("/api/hotspots/reason", params={"cell": cell}).json()
    assert (said["class"], said["n"], said["figure"]) == ("none", 0, None)


def test_what_is_wrong_in_the_address_is_said(client: TestClient) -> None:
    for params, words in (
        ({"kind": "warm"}, "'warm'"),
        ({"res": "12"}, "'12'"),
        ({"ring": "9"}, "'9'"),
        ({"step": "day"}, "'day'"),
        ({"per": "<b>"}, "'<b>'"),
        ({"bbox": "1,2"}, "bbox '1,2'"),
    ):
        answer = client.get("/api/hotspots", params=params)
        assert (answer.status_code, words in answer.json()["error"]) == (400, True), params
    for cell in ("", "abc", "8931805b253ffff", "0"):
        answer = client.get("/api/hotspots/reason", params={"cell": cell})
        assert (answer.status_code, f"'{cell}'" in answer.json()["error"]) == (400, True), cell


def test_the_meaning_of_a_class_comes_with_its_figure() -> None:
    for kind, slug, figure, words in (
        ("now", "cold99", -3.21, "(z −3.2)"),
        ("stability", "holds", 0.916, "(hot on 92% of the grids)"),
        ("blind", "seldom", 1.0, "(1 visit)"),
        ("forecast", "next", 2.34, "(2.3 expected)"),
    ):
        assert hot_words.meaning(kind, slug, figure).endswith(words)
    assert hot_words.meaning("now", "hot90", None) == hot_words.class_words("now")["hot90"].help


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_looks_and_words_for_its_classes(kind: str) -> None:
    slugs = hot_looks.LOOKS[kind].keys()
    assert slugs == hot_words.class_words(kind).keys()
    assert {"none", *slugs} == set(import_module(f"data.hot_{kind}").CLASSES)
    assert kind in hot_words.titles()


def test_the_hot_spots_of_the_map_are_exported_with_reason_and_question(
    client: TestClient, tmp_path: Path
) -> None:
    box = "116.88,38.28,116.92,38.31"
    cells, values, n, _ = read(client, bbox=box, status="closed", per="street")
    for form in ("csv", "geojson", "gpkg", "parquet"):
        answer = client.get(
            f"/api/export/hotspots.{form}", params={"bbox": box, "status": "closed", "per": "street"}
        )
        assert answer.status_code == 200, answer.text
        path = tmp_path / f"hot.{form}"
        path.write_bytes(answer.content)
        table = gpd.read_parquet(path) if form == "parquet" else gpd.read_file(path, layer=0)
        table = table.sort_values("cell")
        assert table["cell"].tolist() == h3_cells.to_text(cells).to_list()
        assert table["class"].tolist() == [CLASSES[int(value)] for value in values]
        assert table["reports"].astype(int).tolist() == n.tolist()
        assert table["z"].astype(float).tolist() == (n / 2).tolist()
        assert table["reason"].iloc[0] == f"reason of {table['cell'].iloc[0]}"
        assert set(table["class_name"]) <= {
            words.label for words in hot_words.class_words("classes").values()
        }
    about = read_provenance(tmp_path / "hot.parquet")
    assert about["filter"] == {"status": "closed", "kind": "classes", "res": "10", "ring": "1"} | {
        "step": "week",
        "per": "street",
    }
    assert "With direct neighbours" in about["filter_words"]
    with closing(sqlite3.connect(tmp_path / "hot.gpkg")) as file:
        style = file.execute("SELECT styleQML FROM layer_styles").fetchone()[0]
    assert 'class="SimpleFill"' in style
    assert "New hot spot" in style


def test_without_an_answer_nothing_is_exported(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, lambda cube, asked: by_count(cube, asked, note="steps"))
    answer = client.get("/api/export/hotspots.csv")
    assert (answer.status_code, "longer period" in answer.json()["error"]) == (400, True)
