"""Places read from files of every form that cities have them in."""

import gzip
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from data.place_ingest import ReadPlaces, read_places
from geo.crs import from_wgs84
from geo.errors import CrsError, ImportFileError
from tests.shared_data import shared


def a_zone() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "kind": ["compound", "compound", "shop"],
            "name": ["欣怡小区", "阳光小区", "张记"],
            "id": ["a", "b", "c"],
            "户数": ["812", "340", None],
            "有无物业": ["有", "无", None],
            "备注": ["x", None, None],
        },
        geometry=[box(116.90, 38.30, 116.91, 38.31), box(116.92, 38.30, 116.93, 38.31), Point(116.95, 38.3)],
        crs="EPSG:4326",
    )


def kml(path: Path) -> Path:
    marks = "".join(
        f"<Placemark><name>{name}</name><ExtendedData><Data name='kind'><value>{kind}</value></Data>"
        f"<Data name='id'><value>{key}</value></Data>{facts}</ExtendedData>{shape}</Placemark>"
        for kind, name, key, facts, shape in zip(
            a_zone()["kind"],
            a_zone()["name"],
            a_zone()["id"],
            [
                "<Data name='户数'><value>812</value></Data><Data name='有无物业'><value>有</value></Data>",
                "<Data name='户数'><value>340</value></Data><Data name='有无物业'><value>无</value></Data>",
                "",
            ],
            [_kml_shape(shape) for shape in a_zone().geometry],
            strict=True,
        )
    )
    path.write_text(
        "<?xml version='1.0' encoding='UTF-8'?><kml xmlns='http://www.opengis.net/kml/2.2'><Document>"
        f"<Folder><name>places</name>{marks}</Folder></Document></kml>",
        encoding="utf-8",
    )
    return path


def _kml_shape(shape: Any) -> str:
    if shape.geom_type == "Point":
        return f"<Point><coordinates>{shape.x},{shape.y},0</coordinates></Point>"
    ring = " ".join(f"{x},{y},0" for x, y in shape.exterior.coords)
    return (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon>"
    )


def kmz(path: Path) -> Path:
    inner = kml(path.with_suffix(".kml"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "doc.kml")
        archive.writestr("images/logo.png", b"\x89PNG")
    return path


def compressed(path: Path) -> Path:
    plain = path.with_suffix("")
    a_zone().to_file(plain, driver="GeoJSON")
    with gzip.open(path, "wb") as file:
        file.write(plain.read_bytes())
    return path


def written(path: Path, driver: str) -> Path:
    a_zone().to_file(path, driver=driver)
    return path


def parquet(path: Path) -> Path:
    a_zone().to_parquet(path)
    return path


WRITERS: dict[str, Callable[[Path], Path]] = {
    "GeoJSON": lambda folder: written(folder / "zone.geojson", "GeoJSON"),
    "GeoJSON lines": lambda folder: written(folder / "zone.geojsonl", "GeoJSONSeq"),
    "GeoPackage": lambda folder: written(folder / "zone.gpkg", "GPKG"),
    "FlatGeobuf": lambda folder: written(folder / "zone.fgb", "FlatGeobuf"),
    "GeoParquet": lambda folder: parquet(folder / "zone.parquet"),
    "KML": lambda folder: kml(folder / "zone.kml"),
    "KMZ": lambda folder: kmz(folder / "zone.kmz"),
    "GeoJSON gz": lambda folder: compressed(folder / "zone.geojson.gz"),
}


def rows(found: ReadPlaces) -> list[tuple[Any, ...]]:
    columns = ("external_id", "kind", "name", "attributes")
    return sorted(zip(*(found.places[column] for column in columns), strict=True))


@pytest.mark.parametrize("form", WRITERS)
def test_every_form_of_file_gives_the_same_places(form: str, tmp_path: Path) -> None:
    path = WRITERS[form](tmp_path)
    found = read_places(path)
    assert rows(found) == [
        ("a", "compound", "欣怡小区", {"households": 812, "managed": True}),
        ("b", "compound", "阳光小区", {"households": 340, "managed": False}),
        ("c", "shop", "张记", {}),
    ]
    shapes = found.places.set_index("external_id").geometry
    assert shapes["a"].equals_exact(shapely.normalize(a_zone().geometry[0]), 1e-9) or shapes["a"].equals(
        a_zone().geometry[0]
    )
    assert "备注" in found.unused or form in ("KML", "KMZ")
    assert found.read == 3 and not found.rejects


@pytest.mark.parametrize("form", ["GeoJSON", "GeoPackage", "GeoParquet", "KML"])
def test_the_content_decides_the_form_and_not_the_name(form: str, tmp_path: Path) -> None:
    path = WRITERS[form](tmp_path)
    other = tmp_path / "no.txt"
    shutil.copy(path, other)
    assert len(read_places(other).places) == 3


@pytest.mark.parametrize("cpg", ["GBK", "936", None])
@pytest.mark.parametrize("packed", [False, True])
def test_a_shapefile_in_chinese_letters_is_read(cpg: str | None, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "小区.shp"
    frame = a_zone().iloc[:2].rename(columns={"户数": "households"}).drop(columns=["有无物业", "备注"])
    frame.to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    if packed:
        with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
            for part in tmp_path.glob("小区.*"):
                archive.write(part, f"data/{part.name}")
        path = tmp_path / "packed.zip"
    found = read_places(path)
    assert [(name, facts["households"]) for _id, _kind, name, facts in rows(found)] == [
        ("欣怡小区", 812),
        ("阳光小区", 340),
    ]


def test_all_layers_are_read_their_names_are_kinds_and_one_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    a_zone()[["name", "geometry"]].iloc[:2].to_file(path, layer="小区", driver="GPKG")
    line = gpd.GeoDataFrame(
        {"name": ["经北四路"]}, geometry=[LineString([(116.9, 38.3), (117, 38.3)])], crs=4326
    )
    line.to_file(path, layer="roads", driver="GPKG")
    kinds = read_places(path).places["kind"].tolist()
    assert sorted(kinds) == ["compound", "compound", "street", "street_segment"]
    assert read_places(path, layer="roads").read == 1
    with pytest.raises(ImportFileError, match="no layer 'x'. Its layers are 小区, roads"):
        read_places(path, layer="x")


@pytest.mark.shared
def test_openstreetmap_roads_become_streets_with_ranks_and_names() -> None:
    found = read_places(shared("zhengzhou/roads.geojson"))
    places = found.places
    assert found.read == found.features == 1085
    assert set(places["kind"]) == {"street", "street_segment"}
    streets = places[(places["kind"] == "street") & places["name"].notna()]
    assert set(streets["name"]) == set(places["name"].dropna())
    motorways = streets[streets["name"] == "京港澳高速"]
    assert {facts["level"] for facts in motorways["attributes"]} == {"main"}
    assert places["external_id"].is_unique


@pytest.mark.shared
def test_a_street_is_as_long_as_its_segments_and_lies_where_they_lie() -> None:
    places = read_places(shared("zhengzhou/roads.geojson")).places.to_crs("EPSG:32649")
    segments = places[places["kind"] == "street_segment"]
    owner = [facts["parent"] for facts in segments["attributes"]]
    sums = segments.geometry.length.groupby(owner).sum()
    streets = places[(places["kind"] == "street") & places["name"].notna()].set_index("external_id")
    assert streets.geometry.length.sort_index().to_numpy() == pytest.approx(sums.sort_index().to_numpy())
    for name in ("经北四路", "东四环"):
        parts = streets[streets["name"] == name].geometry.to_numpy()
        apart = shapely.distance(parts[:, None], parts[None, :])[~np.eye(len(parts), dtype=bool)]
        assert (apart > 59).all(), "namesakes are further apart than pieces of one street may be"


@pytest.mark.shared
def test_every_real_boundary_file_is_read_and_valid() -> None:
    for name, n in {"nyc_boroughs": 5, "nyc_community_districts": 59, "chicago_community_areas": 77}.items():
        found = read_places(shared(f"boundaries/{name}.geojson"))
        assert found.read == len(found.places) == n
        assert set(found.places["kind"]) == {"boundary"}
        assert found.places["name"].notna().all()
        assert found.places.geometry.is_valid.all()


@pytest.mark.shared
def test_a_chinese_district_file_keeps_codes_levels_and_parents() -> None:
    found = read_places(shared("cangzhou/130900.json"))
    places = found.places.set_index("external_id")
    assert (found.format, found.source, set(places["kind"])) == ("district file", "adcode", {"district"})
    assert places.loc["130902", "name"] == "新华区"
    assert places.loc["130902", "attributes"] == {"adcode": "130902", "parent": "130900"}
    assert "perhaps_gcj02" in {notice.code for notice in found.notices}
    cities = read_places(shared("cangzhou/130000.json"), crs="gcj02")
    assert set(cities.places["kind"]) == {"city"}
    assert cities.repaired == {"self_intersection": 1}
    assert cities.places.geometry.is_valid.all()
    assert not {"perhaps_gcj02", "reduced"} & {notice.code for notice in cities.notices}


def test_a_district_file_says_its_level_by_the_code_where_nothing_else_does(tmp_path: Path) -> None:
    codes = {110000: "province", 130900: "city", 130902: "district", 130902001: "street_office"}
    codes[130902001002] = "community"
    path = features(
        tmp_path,
        *(
            (Point(0, 0).buffer(1), {"adcode": code, "name": str(code), "parent": {"adcode": code // 1000}})
            for code in codes
        ),
        everywhere={"acroutes": [100000]},
    )
    found = read_places(path).places
    assert dict(zip(found["external_id"], found["kind"], strict=True)) == {
        str(code): kind for code, kind in codes.items()
    }
    assert found["attributes"][3]["parent"] == "130902"


@pytest.mark.shared
def test_a_declared_datum_moves_the_shapes() -> None:
    as_it_is = read_places(shared("cangzhou/130900.json")).places
    moved = read_places(shared("cangzhou/130900.json"), crs="gcj02").places
    metres = as_it_is.to_crs(3857).geometry.centroid.distance(moved.to_crs(3857).geometry.centroid)
    assert (metres > 400).all()


def test_shapes_in_another_datum_come_back_to_where_they_are(tmp_path: Path) -> None:
    truth = LineString([(116.9, 38.3), (116.91, 38.31)])
    shifted = LineString(np.column_stack(from_wgs84(*truth.xy, "bd09")))
    path = tmp_path / "baidu.geojson"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[shifted], crs=4326).to_file(path)
    found = read_places(path, crs="bd09")
    assert found.crs_was_said and found.crs == "BD-09"
    assert shapely.hausdorff_distance(found.places.geometry[0], truth) < 1e-5


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_file_without_a_coordinate_system_is_refused_unless_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "streets.shp"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LineString([(116.9, 38.3), (117, 38.3)])]).to_file(path)
    with pytest.raises(CrsError, match="--crs"):
        read_places(path)
    assert read_places(path, crs="EPSG:4326").read == 1


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_metres_under_the_name_of_degrees_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "metres.geojson"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(500_000, 4_240_000, 500_100, 4_240_100)]).to_file(path)
    with pytest.raises(CrsError, match="are no degrees"):
        read_places(path)
    assert read_places(path, crs="EPSG:4548").places.total_bounds[0] == pytest.approx(117, abs=0.01)


def test_a_crs_by_hand_that_contradicts_the_file_counts_and_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    a_zone().to_crs(3857).set_crs(4548, allow_override=True).to_file(path, driver="GPKG")
    found = read_places(path, crs="EPSG:3857")
    assert [notice.code for notice in found.notices] == ["crs_kept"]
    assert found.places.geometry[2].distance(a_zone().geometry[2]) < 1e-9


def test_a_kind_and_columns_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    frame = gpd.GeoDataFrame({"楼盘": ["欣怡小区"], "码": ["7"]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    frame.to_file(path)
    found = read_places(path, kind="小区", name_column="楼盘", id_column="码")
    assert [row[:3] for row in rows(found)] == [("7", "compound", "欣怡小区")]
    with pytest.raises(ImportFileError, match="no column 'nothing'. Its columns: 楼盘, 码"):
        read_places(path, name_column="nothing")
    with pytest.raises(ImportFileError, match=r"'castle' is no kind of place\. Kinds: province"):
        read_places(path, kind="castle")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a map", "is no file of places. Expected GeoJSON"),
        (b"", "is empty"),
        (b'{"type": "FeatureCollection", "features": [{"type": "Fea', "cannot be read|holds no shape"),
        (b'{"type": "FeatureCollection", "features": []}', "holds no shape"),
        (b'{"elements": [', "is damaged"),
        (b"SQLite format 3\0 but no more", "cannot be read"),
        (b"PAR1 but no more", "cannot be read"),
        (b"PK\x03\x04 but no more", "is damaged"),
        (b"\x1f\x8b but no more", "is damaged"),
        (b"<html><body>404</body></html>", "is no file of places"),
    ],
)
def test_a_file_of_something_else_is_refused_by_its_name(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=words) as refused:
        read_places(path)
    assert "a.geojson" in str(refused.value)


def test_what_is_not_there_or_several_files_at_once_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="There is no file"):
        read_places(tmp_path / "nothing.geojson")
    with pytest.raises(ImportFileError, match=r"Expected a file; of a Shapefile name the \.shp"):
        read_places(tmp_path)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.geojson", "{}")
        archive.writestr("b.geojson", "{}")
    with pytest.raises(ImportFileError, match="holds 2 files of places: a.geojson, b.geojson"):
        read_places(tmp_path / "two.zip")


def features(
    folder: Path, *found: tuple[Any, dict[str, Any]], everywhere: dict[str, Any] | None = None
) -> Path:
    """Write shapes (a mapping stands as it is) and their properties as GeoJSON, untouched by any library."""
    path = folder / "made.geojson"
    content = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": properties | (everywhere or {}),
                "geometry": shape
                if shape is None or isinstance(shape, dict)
                else json.loads(shapely.to_geojson(shape)),
            }
            for shape, properties in found
        ],
    }
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def test_shapes_that_cannot_be_places_are_kept_as_rejects_with_their_reasons(tmp_path: Path) -> None:
    good = box(116.9, 38.3, 116.91, 38.31)
    path = features(
        tmp_path,
        (good, {"name": "好", "kind": "compound"}),
        (None, {"name": "空"}),
        (LineString([(116.9, 38.3), (116.9, 38.3)]), {"name": "点线"}),
        (Polygon([(116.9, 38.3), (116.91, 38.31), (116.9, 38.3)]), {"name": "平面", "kind": "compound"}),
        (Point(116.9, 38.3), {"name": "点街", "kind": "street"}),
        (good, {"name": None, "kind": "district"}),
        (good, {"name": " ", "kind": "community"}),
        (Point(116.9, 138.3), {"name": "天外"}),
        ({"type": "Polygon", "coordinates": []}, {"name": "无环"}),
    )
    found = read_places(path)
    assert found.places["name"].tolist() == ["好"]
    assert {reject.row.get("name"): reject.code for reject in found.rejects} == {
        "空": "no_shape",
        "点线": "zero_length",
        "平面": "no_area",
        "点街": "wrong_shape",
        None: "no_name",
        " ": "no_name",
        "天外": "off_globe",
        "无环": "no_shape",
    }
    assert found.read == 9 == found.features + len(found.rejects)


def test_invalid_shapes_are_repaired_and_what_was_wrong_is_said(tmp_path: Path) -> None:
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    unclosed = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}
    outside = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(5, 5), (6, 5), (6, 6), (5, 5)]])
    ring = LineString([(0, 0), (1, 0), (1, 1), (0, 0)])
    path = features(
        tmp_path,
        (bow, {"name": "a", "kind": "park"}),
        (unclosed, {"name": "b", "kind": "park"}),
        (outside, {"name": "c", "kind": "park"}),
        (ring, {"name": "d", "kind": "park"}),
        (box(7, 7, 8, 8), {"name": "e", "kind": "park"}),
    )
    found = read_places(path)
    assert found.places.geometry.is_valid.all()
    assert set(found.places.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    area = dict(zip(found.places["name"], shapely.area(found.places.geometry.to_numpy()), strict=True))
    assert area == pytest.approx({"a": 2, "b": 1, "c": 1.5, "d": 0.5, "e": 1})
    assert found.repaired == {"self_intersection": 1, "open_ring": 1, "hole_outside": 1, "closed_line": 1}


def test_repeated_ids_and_repeated_places_are_rejected_and_namesakes_kept(tmp_path: Path) -> None:
    one, other = box(0, 0, 1, 1), box(2, 2, 3, 3)
    path = features(
        tmp_path,
        (one, {"name": "甲", "kind": "compound"}),
        (other, {"name": "甲", "kind": "compound"}),
        (one, {"name": "甲", "kind": "compound"}),
        (other, {"name": None, "kind": "compound"}),
    )
    found = read_places(path)
    assert [(reject.feature, reject.code) for reject in found.rejects] == [("3", "repeated")]
    codes = {notice.code: notice.count for notice in found.notices}
    assert codes == {"nameless": 1, "repeated_names": 1, "overlaps": 1}
    ids = [(box(n, 0, n + 0.5, 1), {"id": min(n, 18), "name": f"n{n}", "kind": "park"}) for n in range(20)]
    found = read_places(features(tmp_path, *ids))
    assert [(reject.feature, reject.code) for reject in found.rejects] == [("20", "repeated_id")]


def test_a_column_that_is_the_same_everywhere_is_no_id(tmp_path: Path) -> None:
    path = features(tmp_path, *((box(n, 0, n + 0.5, 1), {"id": 0, "name": f"n{n}"}) for n in range(5)))
    assert read_places(path).places["external_id"].tolist() == [f"boundary:n{n}" for n in range(5)]


def test_values_that_cannot_be_read_and_kinds_that_are_unknown_are_said(tmp_path: Path) -> None:
    path = features(
        tmp_path,
        (box(0, 0, 1, 1), {"name": "a", "kind": "castle", "户数": "很多"}),
        (box(2, 2, 3, 3), {"name": "b", "kind": "小区", "户数": "1,200", "adcode": 130902.0}),
    )
    found = read_places(path)
    assert found.places["kind"].tolist() == ["boundary", "compound"]
    assert found.places["attributes"].tolist() == [{}, {"households": 1200, "adcode": "130902"}]
    assert {notice.code: str(notice) for notice in found.notices} == {
        "unknown_kind": "1 kinds are not known, the shape decided: castle (1)",
        "unreadable_value": "1 values cannot be read and were left out: households: 很多 (1)",
    }


def test_overlaps_are_reported_the_smaller_first(tmp_path: Path) -> None:
    path = features(
        tmp_path,
        (box(0, 0, 1, 1), {"name": "大", "kind": "compound"}),
        (box(0.5, 0, 1.2, 1), {"name": "小", "kind": "compound"}),
        (box(1.2, 0, 2, 1), {"name": "邻", "kind": "compound"}),
        (box(0, 0, 9, 9), {"name": "园", "kind": "park"}),
    )
    overlaps = read_places(path).overlaps
    assert [(one.kind, one.smaller, one.larger) for one in overlaps] == [("compound", "小", "大")]
    assert overlaps[0].area_m2 == pytest.approx(0.5 * 111_320 * 110_600, rel=0.01)


def test_a_box_leaves_what_does_not_touch_it(tmp_path: Path) -> None:
    found = read_places(WRITERS["GeoJSON"](tmp_path), bbox=(116.905, 38.3, 116.94, 38.4))
    assert (found.places["external_id"].tolist(), found.left, found.read) == (["a", "b"], 1, 2)
