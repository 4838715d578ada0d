"""Exports: the same figures as the map's, in files that say where they come from."""

import io
import json
import sqlite3
from pathlib import Path
from xml.etree.ElementTree import fromstring

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from data.actors import OPERATOR
from data.filters import Filter
from data.measured import cell_figures
from data.measures import MEASURES, measure
from data.workspace import Workspace
from layers import palettes
from tests.api.conftest import REPORTS

FORMS = ("csv", "geojson", "gpkg", "parquet", "kepler.json")


def table_of(content: bytes, ending: str, layer: str, folder: Path) -> pd.DataFrame:
    """Read an export as another program would."""
    path = folder / f"read.{ending}"
    path.write_bytes(content)
    if ending == "csv":
        return pd.read_csv(io.BytesIO(content))
    if ending == "kepler.json":
        data = json.loads(content)["datasets"][0]["data"]
        return pd.DataFrame(data["allData"], columns=[field["name"] for field in data["fields"]])
    return gpd.read_parquet(path) if ending == "parquet" else gpd.read_file(path, layer=layer)


@pytest.mark.parametrize("ending", FORMS)
def test_cells_have_the_figures_of_the_map(
    client: TestClient, city: Workspace, ending: str, tmp_path: Path
) -> None:
    where = Filter(categories=("flyposting",), statuses=("open",))
    answer = client.get(f"/api/export/cells.{ending}", params={**where.to_params(), "res": "9"})
    assert answer.status_code == 200
    table = table_of(answer.content, ending, "cells", tmp_path)
    expected = city.cube.counts(where, 9)
    assert dict(zip(table["cell"], table["count"], strict=True)) == {
        f"{cell:x}": n for cell, n in zip(expected.cells.tolist(), expected.counts.tolist(), strict=True)
    }


@pytest.mark.parametrize("ending", FORMS)
def test_reports_are_those_of_the_filter_and_the_box(
    client: TestClient, city: Workspace, ending: str, tmp_path: Path
) -> None:
    where = Filter(categories=("manhole",))
    west, south, east, north = city.cube.extent() or (0, 0, 0, 0)
    box = (west, south, (west + east) / 2, north)
    params = {**where.to_params(), "bbox": ",".join(map(str, box))}
    answer = client.get(f"/api/export/reports.{ending}", params=params)
    assert answer.status_code == 200
    table = table_of(answer.content, ending, "reports", tmp_path)
    assert sorted(table["id"]) == sorted(city.cube.ids(where, bbox=box).tolist())
    assert 0 < len(table) < city.cube.total(where)
    assert not {"name", "phone", "email"} & set(table.columns)


def test_who_takes_single_reports_is_written_down_and_figures_of_cells_are_not(
    client: TestClient, city: Workspace
) -> None:
    client.get("/api/export/cells.csv", params={"res": "9"})
    assert city.store.accesses(actor=OPERATOR).is_empty()
    client.get("/api/export/reports.csv", params={"category": "manhole"})
    noted = city.store.accesses(actor=OPERATOR).select("what", "actor", "refused", "detail").rows()
    assert noted == [("export", city.viewer.name, False, "category=manhole")]


def test_the_file_has_a_name_with_the_day_and_the_city(client: TestClient, city: Workspace) -> None:
    city.store.set_fact("title", "示范区/East", actor=OPERATOR)
    name = client.get("/api/export/cells.csv").headers["content-disposition"]
    assert name.startswith("attachment")
    assert "-cells-20" in name
    assert ".csv" in name


def test_a_selection_of_cells_is_exported_alone(client: TestClient, city: Workspace, tmp_path: Path) -> None:
    chosen = tuple(city.cube.counts(Filter(), 9).cells[:3].tolist())
    where = Filter(cells=chosen)
    answer = client.get("/api/export/cells.csv", params={**where.to_params(), "res": "9"})
    table = table_of(answer.content, "csv", "cells", tmp_path)
    assert sorted(table["cell"]) == sorted(f"{cell:x}" for cell in chosen)
    assert table["filter"].str.startswith("in=9~").all()


def test_a_file_says_its_filter_in_words(client: TestClient) -> None:
    said = client.get("/api/export/cells.geojson", params={"status": "open"}).json()["gezhi"]
    assert (said["filter"], said["filter_words"]) == ({"status": "open"}, "<words> 1")


def test_what_is_not_offered_is_said(client: TestClient) -> None:
    for address in ("people.csv", "cells.exe", "cells.", "reports.csv.exe"):
        answer = client.get(f"/api/export/{address}")
        assert answer.status_code == 404
        assert "Expected one of cells.csv" in answer.json()["error"]


def test_too_many_reports_are_an_error_in_words_and_leave_nothing_behind(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "files"))
    monkeypatch.setattr("reports.report_exports.MOST_REPORTS", 10)
    answer = client.get("/api/export/reports.csv")
    assert answer.status_code == 400
    assert f"{REPORTS:,}" in answer.json()["error"]
    assert list((tmp_path / "files").iterdir()) == []


def test_the_server_keeps_no_file(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "files"))
    assert client.get("/api/export/cells.gpkg").status_code == 200
    assert list((tmp_path / "files").iterdir()) == []


def test_an_export_of_nothing_is_a_file_without_rows(client: TestClient, tmp_path: Path) -> None:
    for what in ("cells", "reports"):
        for ending in FORMS:
            answer = client.get(f"/api/export/{what}.{ending}", params={"category": "nothing"})
            assert answer.status_code == 200, (what, ending, answer.text)
            assert len(table_of(answer.content, ending, what, tmp_path)) == 0


def test_qgis_gets_both_geometry_and_style(client: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(client.get("/api/export/reports.gpkg").content)
    with sqlite3.connect(path) as connection:
        (qml,) = connection.execute("SELECT styleQML FROM layer_styles").fetchone()
    assert "categorizedSymbol" in qml


def test_every_measure_is_in_the_file_as_it_is_on_the_map(
    client: TestClient, city: Workspace, tmp_path: Path
) -> None:
    first, last = city.cube.period() or (None, None)
    assert first
    assert last
    where = Filter(start=first + (last - first) / 2, end=last)
    answer = client.get("/api/export/cells.parquet", params={**where.to_params(), "res": "8"})
    table = table_of(answer.content, "parquet", "cells", tmp_path).set_index("cell")
    for name in MEASURES:
        found = cell_figures(city.cube, where, 8, name)
        texts = [f"{cell:x}" for cell in found.cells.tolist()]
        known = table.loc[texts, name].to_numpy(dtype=float)
        np.testing.assert_allclose(known, found.values.round(measure(name).decimals))
        rest = table.drop(index=texts)[name]
        assert (rest.isna() | (rest == 0)).all()


def test_classes_and_colours_of_the_map_are_those_of_qgis(client: TestClient, tmp_path: Path) -> None:
    params = {"measure": "on_time", "edges": "0,50,90", "palette": "tide", "opacity": "50", "res": "9"}
    path = tmp_path / "x.gpkg"
    path.write_bytes(client.get("/api/export/cells.gpkg", params=params).content)
    with sqlite3.connect(path) as connection:
        (qml,) = connection.execute("SELECT styleQML FROM layer_styles").fetchone()
    root = fromstring(qml)
    assert [float(one.attrib["lower"]) for one in root.iter("range")][1:] == [50, 90]
    assert root.find("renderer-v2").attrib["attr"] == '"on_time"'  # type: ignore[union-attr]
    assert root.findtext("layerOpacity") == "0.5"
    colours = [one.attrib["value"] for one in root.iter("Option") if one.get("name") == "color"]
    expected = palettes.colours("tide", 3)
    assert colours == [",".join(str(int(c[i : i + 2], 16)) for i in (1, 3, 5)) + ",255" for c in expected]
