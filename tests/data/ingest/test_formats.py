"""The same reports in every kind of file make the same store."""

import gzip
import json
import zipfile
from pathlib import Path

import fastexcel
import geopandas as gpd
import polars as pl
import pytest
import shapely
from polars.testing import assert_frame_equal

from data.ingest import survey
from data.store import Store
from geo import crs
from geo.errors import CrsError, ImportFileError
from tests.data.ingest.conftest import Import
from tests.data.ingest.made import HEADER, row, rows, stored, text, write, write_workbook

ROWS = rows(40)


def expected() -> pl.DataFrame:
    frame = pl.DataFrame(ROWS, schema=list(HEADER), orient="row")
    return frame.select(
        external_id="编号",
        lon=pl.col("经度").cast(pl.Float64),
        lat=pl.col("纬度").cast(pl.Float64),
        kind="问题类型",
        address="地址",
        reported_at=pl.col("上报时间")
        .str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
        .dt.replace_time_zone("Asia/Shanghai")
        .dt.convert_time_zone("UTC"),
    )


def check(store: Store) -> None:
    found = stored(store)
    assert_frame_equal(found.select(expected().columns), expected())
    assert set(found["status"]) == {"in_progress"}
    assert set(found["category"]) == {"illegal_parking", "exposed_rubbish", "street_vendor"}


def points(crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    """Return the table as points; the dates as text."""
    frame = pl.DataFrame(ROWS, schema=list(HEADER), orient="row").to_pandas()
    shapes = gpd.points_from_xy(frame.pop("经度").astype(float), frame.pop("纬度").astype(float))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326").to_crs(crs)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimited_text_in_any_encoding(
    import_: Import, store: Store, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(text(ROWS, delimiter=delimiter).encode(encoding))
    assert import_(file).taken == 40
    check(store)


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_lines_may_end_as_on_windows_or_old_macs(
    import_: Import, store: Store, tmp_path: Path, ends: str
) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(text(ROWS).replace("\n", ends).encode())
    import_(file)
    check(store)


def test_a_gzip_and_a_zip_hold_a_table(import_: Import, store: Store, tmp_path: Path) -> None:
    packed = tmp_path / "export.csv.gz"
    packed.write_bytes(gzip.compress(text(ROWS).encode()))
    import_(packed)
    check(store)

    zipped = tmp_path / "export.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("export.csv", text(ROWS))
    assert import_(zipped).unchanged == 40


def test_a_workbook_is_read_below_its_title(import_: Import, store: Store, tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "案件.xlsx", {"九月": [("城市管理案件汇总表",), (), HEADER, *ROWS]})
    assert import_(file).taken == 40
    check(store)


def test_rejected_rows_of_a_workbook_carry_the_sheets_row_numbers(import_: Import, tmp_path: Path) -> None:
    body = [ROWS[0], (), row(2, 纬度=""), ROWS[2]]
    file = write_workbook(tmp_path / "案件.xlsx", {"九月": [("汇总",), HEADER, *body]})
    rejects = survey(file).rejects
    assert rejects["row"].to_list() == ["5"]


def test_of_several_sheets_the_one_with_reports_is_read_and_the_others_are_named(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    file = write_workbook(
        tmp_path / "案件.xlsx", {"说明": [("项目", "值"), ("单位", "城管局")], "案件": [HEADER, *ROWS]}
    )
    summary = import_(file)
    check(store)
    assert "说明" in next(str(notice) for notice in summary.warnings if notice.code == "sheets_left")
    with pytest.raises(ImportFileError, match="Its sheets are 说明, 案件"):
        import_(file, mapping={"sheet": "十月"})


def test_dates_that_are_dates_in_a_workbook_are_read(import_: Import, store: Store, tmp_path: Path) -> None:
    body = [(*one[:2], 45536.5 + n, *one[3:]) for n, one in enumerate(ROWS)]
    file = write_workbook(tmp_path / "案件.xlsx", {"案件": [HEADER, *body]})
    import_(file)
    assert stored(store)["reported_at"][0].isoformat() == "2024-09-01T04:00:00+00:00"


def test_geojson_geopackage_and_flatgeobuf_bring_their_points(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    for suffix in ("geojson", "gpkg", "fgb"):
        points().to_file(tmp_path / f"export.{suffix}")
        import_(tmp_path / f"export.{suffix}")
        check(store)
    packed = tmp_path / "export.geojson.gz"
    packed.write_bytes(gzip.compress((tmp_path / "export.geojson").read_bytes()))
    assert import_(packed).unchanged == 40


def test_a_geopackages_own_system_counts(import_: Import, store: Store, tmp_path: Path) -> None:
    points("EPSG:4548").to_file(tmp_path / "export.gpkg")
    assert survey(tmp_path / "export.gpkg").crs.endswith("(EPSG:4548)")
    import_(tmp_path / "export.gpkg")
    found = stored(store)
    assert (found["lon"] - expected()["lon"]).abs().max() < 1e-8


def test_of_several_layers_the_one_with_points_is_read(import_: Import, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "export.gpkg"
    area = gpd.GeoDataFrame({"name": ["新华区"]}, geometry=[shapely.box(116, 38, 117, 39)], crs="EPSG:4326")
    area.to_file(file, layer="areas")
    points().to_file(file, layer="cases")
    assert "areas" in next(str(notice) for notice in import_(file).warnings if notice.code == "layers_left")
    check(store)


def test_a_shapefile_brings_its_encoding_and_its_short_names(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    points().to_file(tmp_path / "export.shp", encoding="gb18030")
    (tmp_path / "export.cpg").unlink()  # as many programs leave it out
    import_(tmp_path / "export.shp")
    check(store)

    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for part in tmp_path.glob("export.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert import_(tmp_path / "export.zip").unchanged == 40


def test_a_profile_is_known_by_the_short_names_of_a_shapefile(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "case_enqui": [1],
            "open_dt": ["2024-09-01 10:00:00"],
            "case_title": ["Graffiti"],
            "case_statu": ["Open"],
        },
        geometry=[shapely.Point(-71.06, 42.36)],
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "boston.shp")
    found = survey(tmp_path / "boston.shp")
    assert found.profile == "boston"
    assert found.sample["external_id"].to_list() == ["1"]


@pytest.mark.filterwarnings("ignore:Could not decode error message:RuntimeWarning")
def test_a_shapefile_without_its_system_is_an_error_until_it_is_declared(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    points().to_file(tmp_path / "export.shp", encoding="utf-8")
    (tmp_path / "export.prj").unlink()
    with pytest.raises(CrsError, match="--crs EPSG:n"):
        import_(tmp_path / "export.shp")
    import_(tmp_path / "export.shp", crs="wgs84")
    check(store)


def test_parquet_and_geoparquet_keep_their_types(import_: Import, store: Store, tmp_path: Path) -> None:
    typed = expected().rename(
        {"external_id": "编号", "kind": "问题类型", "address": "地址", "reported_at": "上报时间"}
    )
    typed.with_columns(pl.lit("处理中").alias("状态")).write_parquet(tmp_path / "export.parquet")
    import_(tmp_path / "export.parquet")
    check(store)

    points("EPSG:4548").to_parquet(tmp_path / "geo.parquet")
    assert survey(tmp_path / "geo.parquet").format == "GeoParquet"
    assert import_(tmp_path / "geo.parquet", mapping={"source": "geo"}).taken == 40


def test_a_list_of_objects_is_a_table(import_: Import, store: Store, tmp_path: Path) -> None:
    objects = [dict(zip(HEADER, one, strict=True)) for one in ROWS]
    for name, content in {
        "export.json": json.dumps({"data": objects}, ensure_ascii=False),
        "export.jsonl": "\n".join(json.dumps(one) for one in objects),
    }.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        import_(tmp_path / name)
        check(store)


def test_of_a_key_given_twice_the_value_that_says_something_counts(tmp_path: Path) -> None:
    file = tmp_path / "requests.json"
    file.write_text(
        '[{"service_request_id ": 7, "service_name": "null", "service_name": "Graffiti", "status": "open", '
        '"requested_datetime": "2024-09-01T10:00:00-07:00", "updated_datetime": "true", '
        '"lat": 37.77, "long": -122.41}]'
    )
    report = survey(file).sample.row(0, named=True)
    assert (report["external_id"], report["kind"], report["updated_at"]) == ("7", "Graffiti", None)
    assert report["reported_at"].isoformat() == "2024-09-01T17:00:00+00:00"


def test_an_open311_answer_in_xml_is_a_table(import_: Import, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "requests.xml"
    file.write_text(
        "<service_requests>"
        + "".join(
            f"<request><service_request_id>{n}</service_request_id><status>closed</status>"
            "<service_name>Graffiti</service_name><requested_datetime>2024-09-01T10:00:00Z</requested_datetime>"
            f"<updated_datetime>2024-09-02T10:00:00Z</updated_datetime><lat>37.7{n}</lat><long>-122.41</long></request>"
            for n in range(3)
        )
        + "</service_requests>"
    )
    assert import_(file, tz="America/Los_Angeles").taken == 3
    assert set(stored(store)["closed_at"].dt.day()) == {2}


def test_xml_that_reaches_outside_the_file_is_refused(import_: Import, tmp_path: Path) -> None:
    file = tmp_path / "requests.xml"
    file.write_text(
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><request><id>&x;</id></request></r>'
    )
    with pytest.raises(ImportFileError, match="cannot be read as XML"):
        import_(file)


def test_one_place_column_is_enough(import_: Import, store: Store, tmp_path: Path) -> None:
    for name, place in {
        "wkt": "POINT ({lon} {lat})",
        "pair": "({lat}, {lon})",
        "zh": "{lon},{lat}",
    }.items():
        body = [(*one[:5], place.format(lon=one[5], lat=one[6])) for one in ROWS]
        file = write(tmp_path / f"{name}.csv", body, header=(*HEADER[:5], "坐标"))
        import_(file, mapping={"source": "same"})
    assert len(stored(store)) == 40
    assert (stored(store)["lat"] - expected()["lat"]).abs().max() < 1e-12


def test_declared_gcj02_is_turned_back(import_: Import, store: Store, tmp_path: Path) -> None:

    lon, lat = crs.to_gcj02(expected()["lon"].to_numpy(), expected()["lat"].to_numpy())
    body = [(*one[:5], str(x), str(y), one[7]) for one, x, y in zip(ROWS, lon, lat, strict=True)]
    import_(write(tmp_path / "amap.csv", body), crs="gcj02")
    assert (stored(store)["lon"] - expected()["lon"]).abs().max() < 1e-9


def test_the_workbook_helper_writes_what_excel_reads(tmp_path: Path) -> None:
    file = write_workbook(tmp_path / "a.xlsx", {"s": [("a", 1)]})
    assert fastexcel.read_excel(file).load_sheet(0, header_row=None).to_polars().rows() == [("a", 1.0)]


@pytest.mark.parametrize("content", ["[]", '{"requests": []}'])
def test_an_answer_without_records_is_an_import_of_nothing(
    import_: Import, tmp_path: Path, content: str
) -> None:
    (tmp_path / "requests.json").write_text(content)
    assert import_(tmp_path / "requests.json").read == 0


def test_a_web_page_under_the_name_of_a_workbook_is_told(import_: Import, tmp_path: Path) -> None:
    (tmp_path / "导出.xls").write_text("<html><table><tr><td>编号</td></tr></table></html>", encoding="utf-8")
    with pytest.raises(ImportFileError, match="is a web page"):
        import_(tmp_path / "导出.xls")


def test_a_row_without_a_shape_has_no_coordinates(import_: Import, tmp_path: Path) -> None:
    frame = points()
    frame.loc[3, "geometry"] = None
    frame.loc[5, "geometry"] = shapely.LineString([(116, 38), (117, 39)])
    frame.to_file(tmp_path / "export.geojson")
    assert import_(tmp_path / "export.geojson").reasons == {"no_coordinates": 2}
