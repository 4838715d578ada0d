"""Extracts of OpenStreetMap: the same town in each form of file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from data.place_ingest import ReadPlaces, osm_file, osm_tags, read_places
from geo.errors import ImportFileError
from tests.data import place_towns

FORMS: dict[str, Callable[[Path], Path]] = {
    "pbf": lambda folder: place_towns.osm_file(folder / "town.osm.pbf"),
    "xml": lambda folder: place_towns.osm_file(folder / "town.osm"),
    "gz": lambda folder: place_towns.osm_file(folder / "town.osm.gz"),
    "geometry": lambda folder: place_towns.overpass(folder / "town.json", geometry=True),
    "nodes": lambda folder: place_towns.overpass(folder / "town.json", geometry=False),
}


def by_id(found: ReadPlaces) -> dict[str, tuple[str, str | None, dict[str, object], str]]:
    rows = zip(
        found.places["external_id"],
        found.places["kind"],
        found.places["name"],
        found.places["attributes"],
        found.places.geometry.normalize().to_wkt(rounding_precision=7),
        strict=True,
    )
    return {key: (kind, name, attributes, shape) for key, kind, name, attributes, shape in rows}


@pytest.fixture(params=FORMS)
def town(request: pytest.FixtureRequest, tmp_path: Path) -> ReadPlaces:
    return read_places(FORMS[request.param](tmp_path))


def test_every_form_of_a_town_holds_the_same_places(tmp_path: Path) -> None:
    read = [by_id(read_places(make(tmp_path))) for make in FORMS.values()]
    assert len(read[0]) == 10
    assert all(one == read[0] for one in read)


def test_tags_decide_the_kind_and_the_chinese_name_comes_first(town: ReadPlaces) -> None:
    found = by_id(town)
    assert {key: (kind, name) for key, (kind, name, *_rest) in found.items()} == {
        "way/101": ("street_segment", "经北四路"),
        "way/102": ("street_segment", "经北四路"),
        "way/103": ("street_segment", "经北四路"),
        "way/104": ("street", None),
        "way/105": ("compound", "欣怡小区"),
        "relation/201": ("park", "中心公园"),
        "relation/202": ("district", "运河区"),
        "node/24": ("shop", "张记便利店"),
        "street:way/101": ("street", "经北四路"),
        "street:way/103": ("street", "经北四路"),
    }
    assert found["way/104"][2]["level"] == "lane"
    assert found["node/24"][2]["trade"] == "convenience"


def test_pieces_of_a_street_are_one_and_a_namesake_elsewhere_is_another(town: ReadPlaces) -> None:
    found = by_id(town)
    assert found["way/101"][2]["parent"] == found["way/102"][2]["parent"] == "street:way/101"
    assert found["way/103"][2]["parent"] == "street:way/103"
    assert found["street:way/101"][2] == {"level": "main", "name_en": "Jingbei 4th Road"}, "the longer piece"
    assert shapely.get_num_geometries(shapely.from_wkt(found["street:way/101"][3])) == 2


def test_a_relation_is_an_area_with_its_hole(town: ReadPlaces) -> None:
    found = by_id(town)
    park = shapely.from_wkt(found["relation/201"][3])
    west, south = place_towns.LON + 0.01, place_towns.LAT
    hole = shapely.box(west + 0.003, south + 0.003, west + 0.007, south + 0.007)
    outline = shapely.box(west, south, west + 0.01, south + 0.01)
    assert shapely.normalize(park).equals_exact(shapely.normalize(outline - hole), 1e-7)
    district = shapely.from_wkt(found["relation/202"][3])
    assert shapely.area(district) == pytest.approx(0.07**2), "two ways form its ring"


def test_an_outline_that_does_not_close_is_rejected_with_its_reason(town: ReadPlaces) -> None:
    assert [(reject.feature, reject.code) for reject in town.rejects] == [("relation/203", "open_rings")]
    assert town.read == 9


def test_what_no_line_of_the_table_means_is_left_and_counted(town: ReadPlaces) -> None:
    assert town.left >= 2, "the bus stop and the building"
    assert not {"node/25", "node/26", "way/110", "relation/204"} & set(town.places["external_id"])


def test_a_box_leaves_what_is_elsewhere(tmp_path: Path) -> None:
    west, south = place_towns.LON, place_towns.LAT
    box = (west + 0.0005, south + 0.0005, west + 0.0035, south + 0.0035)
    for make in FORMS.values():
        found = by_id(read_places(make(tmp_path), bbox=box))
        assert set(found) == {"way/104", "way/105", "relation/202"}, "the district is around the box"


def test_nodes_that_the_extract_lacks_are_said(tmp_path: Path) -> None:
    found = read_places(place_towns.osm_file(tmp_path / "cut.osm.pbf", without_nodes=(3, 9, 17)))
    assert found.repaired == {"nodes_missing": 1}
    assert {reject.feature: reject.code for reject in found.rejects} == {
        "way/105": "nodes_missing",
        "relation/201": "members_missing",
        "relation/203": "open_rings",
    }
    kept = found.places.set_index("external_id").geometry["way/101"]
    assert shapely.get_num_points(kept) == 2


def test_positions_in_a_file_give_the_same_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place_towns.osm_file(tmp_path / "town.osm.pbf")
    in_memory = by_id(read_places(path))
    monkeypatch.setattr(osm_file, "_ON_DISK_BYTES", 0)
    assert by_id(read_places(path)) == in_memory


def test_a_large_extract_asks_for_a_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place_towns.osm_file(tmp_path / "country.osm.pbf")
    monkeypatch.setattr(osm_file, "_NEEDS_BOX_BYTES", 10)
    with pytest.raises(ImportFileError, match="--bbox west,south,east,north"):
        read_places(path)
    assert len(read_places(path, bbox=(116, 38, 118, 39)).places) == 10


def test_damaged_and_unfinished_answers_are_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.osm.pbf"
    whole = place_towns.osm_file(tmp_path / "town.osm.pbf").read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportFileError, match=r"cut\.osm\.pbf cannot be read"):
        read_places(cut)
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps({"elements": [], "remark": "runtime error: Query timed out"}))
    with pytest.raises(ImportFileError, match="Query timed out"):
        read_places(answer)
    answer.write_text(json.dumps({"elements": [{"type": "way", "id": 1, "tags": {"highway": "primary"}}]}))
    with pytest.raises(ImportFileError, match="out geom"):
        read_places(answer)


def test_two_outlines_that_touch_at_a_node_are_both_closed(tmp_path: Path) -> None:
    def way(number: int, *corners: tuple[int, int]) -> dict[str, object]:
        return {
            "type": "way",
            "ref": number,
            "role": "outer",
            "geometry": [{"lon": 116 + x / 1000, "lat": 38 + y / 1000} for x, y in corners],
        }

    members = [way(1, (0, 0), (1, 0), (1, 1), (0, 1), (0, 0)), way(2, (1, 1), (2, 1), (2, 2), (1, 2), (1, 1))]
    tags = {"type": "multipolygon", "landuse": "residential", "name": "双子小区"}
    path = tmp_path / "touching.json"
    path.write_text(
        json.dumps({"elements": [{"type": "relation", "id": 1, "tags": tags, "members": members}]})
    )
    found = read_places(path)
    assert shapely.area(found.places.geometry[0]) == pytest.approx(2e-6)


def test_every_highway_of_the_table_has_a_rank_and_every_kind_is_known() -> None:
    ranks = {rule.rank for rule in osm_tags.rules() if rule.kind == "street"}
    assert ranks == {"main", "side", "lane"}
    assert osm_tags.match({"highway": "trunk_link"}, ("line",)).rank == "main"
    assert osm_tags.match({"highway": "footway"}, ("line",)).rank == "lane"
    assert osm_tags.match({"highway": "pedestrian", "area": "yes"}, ("area",)).kind == osm_tags.LEFT
    assert osm_tags.match({"shop": "mall", "leisure": "park"}, ("area",)).kind == "park", "the first line"
