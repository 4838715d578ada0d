"""Files for other programs, read back as those programs read them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from geo.errors import GezhiError
from reports import files, kepler, qgis_style
from reports.provenance import Provenance
from reports.tables import report_table
from tests.reports.conftest import FORMULA

STYLE = qgis_style.graduated(
    "Reports", "count", [1, 3], ["#ffe9a0", "#5f0f3f"], ["1 – 2", "3 <&>"], opacity=0.7
)


@pytest.mark.parametrize("form", ["geojson", "gpkg", "parquet"])
@pytest.mark.parametrize("layer", ["cells", "reports"])
def test_a_file_holds_the_same_rows_shapes_and_words(
    form: files.Format, layer: str, request: pytest.FixtureRequest, about: Provenance, tmp_path: Path
) -> None:
    table: gpd.GeoDataFrame = request.getfixturevalue("hexagons" if layer == "cells" else "reports")
    path = tmp_path / f"export.{form}"
    files.write(table, path, form, layer=layer, about=about, style=STYLE)
    read = gpd.read_parquet(path) if form == "parquet" else gpd.read_file(path, layer=layer)
    assert len(read) == len(table)
    assert read.crs == "EPSG:4326"
    assert read.geometry.geom_equals_exact(table.geometry, 1e-7).all()
    for name in ("cell", "count", "description", "unit"):
        if name in table:
            assert (
                read[name].where(read[name].notna(), None).tolist()
                == table[name].where(table[name].notna(), None).tolist()
            )
    if layer == "cells":
        assert read["on_time"].isna().sum() == 1
    else:
        assert pd.to_datetime(read["reported_at"], utc=True).tolist() == table["reported_at"].tolist()


def test_every_file_carries_filter_and_data_version(
    hexagons: gpd.GeoDataFrame, about: Provenance, tmp_path: Path
) -> None:
    paths = {form: tmp_path / f"export.{form}" for form in files.MEDIA_TYPES}
    for form, path in paths.items():
        files.write(hexagons, path, form, layer="cells", about=about, style=STYLE)
    table = pd.read_csv(paths["csv"])
    assert set(table["data_version"]) == {"abc-12"}
    assert set(table["filter"]) == {"category=flyposting&from=2026-01-01"}
    said = [
        json.loads(paths["geojson"].read_text(encoding="utf-8"))["gezhi"],
        files.read_provenance(paths["parquet"]),
        json.loads(pyogrio.read_info(paths["gpkg"], layer="cells")["dataset_metadata"]["GEZHI"]),
    ]
    assert said == [about.to_dict()] * 3
    assert said[0]["filter"] == {"category": "flyposting", "from": "2026-01-01"}


def test_a_spreadsheet_gets_utf_8_and_no_formula(
    reports: gpd.GeoDataFrame, about: Provenance, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    files.write(reports, path, "csv", layer="reports", about=about, style=STYLE)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(path)
    assert table["description"].tolist() == ["'" + FORMULA, '井盖, "坏"\n了']
    assert table["category_name"].tolist() == ["小广告", "manhole"]
    assert table["reported_at"][0] == "2026-02-03T04:05:06Z"


def test_qgis_finds_the_style_by_itself(
    hexagons: gpd.GeoDataFrame, about: Provenance, tmp_path: Path
) -> None:
    path = tmp_path / "export.gpkg"
    files.write(hexagons, path, "gpkg", layer="cells", about=about, style=STYLE)
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchone()
        kinds = connection.execute("SELECT data_type FROM gpkg_contents ORDER BY table_name").fetchall()
        geometry = connection.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()
    assert row == ("cells", geometry[0], STYLE.qml, 1)
    assert kinds == [("features",), ("attributes",)]
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["cells", "layer_styles"]


def test_a_kepler_map_names_data_layer_and_classes(
    hexagons: gpd.GeoDataFrame, about: Provenance, tmp_path: Path
) -> None:
    path = tmp_path / "export.kepler.json"
    kepler.write_cells(
        hexagons, path, column="count", label="Reports", edges=[1, 3], colours=["#ffe9a0", "#5f0f3f"],
        opacity=0.7, about=about,
    )  # fmt: skip
    document = json.loads(path.read_text(encoding="utf-8"))
    data = document["datasets"][0]["data"]
    names = [field["name"] for field in data["fields"]]
    (layer,) = document["config"]["config"]["visState"]["layers"]
    assert [row[names.index("cell")] for row in data["allData"]] == hexagons["cell"].tolist()
    assert all(len(row) == len(names) for row in data["allData"])
    assert layer["config"]["dataId"] == data["id"]
    assert layer["config"]["columns"]["hex_id"] in names
    assert layer["visualChannels"]["colorField"]["name"] in names
    assert layer["config"]["visConfig"]["colorRange"]["colorMap"] == [[3, "#ffe9a0"], [None, "#5f0f3f"]]
    assert document["gezhi"] == about.to_dict()


def test_too_many_reports_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    import polars as pl

    monkeypatch.setattr("reports.tables.MOST_REPORTS", 1)
    with pytest.raises(GezhiError, match="2 reports are too many for one file"):
        report_table(pl.DataFrame({"lon": [0.0, 1.0], "lat": [0.0, 1.0]}), {}, {})


def test_an_empty_table_is_a_file_too(hexagons: gpd.GeoDataFrame, about: Provenance, tmp_path: Path) -> None:
    for form in files.MEDIA_TYPES:
        path = tmp_path / f"empty.{form}"
        files.write(hexagons.head(0), path, form, layer="cells", about=about, style=STYLE)
        assert path.stat().st_size > 0
