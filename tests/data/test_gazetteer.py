"""Places by what people type."""

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from data.gazetteer import Gazetteer

LON, LAT = 116.9, 38.3
AREAS = ("community", "district")


def _line(x: float, y: float) -> LineString:
    return LineString([(LON + x, LAT + y), (LON + x + 0.004, LAT + y)])


PLACES = gpd.GeoDataFrame(
    [
        (1, "street", "经北四路", {"name_en": "Jingbei 4th Road"}, _line(0, 0)),
        (2, "street", "经北四路", {}, _line(0.004, 0)),
        (3, "street", "重庆路", {}, _line(0, 0.002)),
        (4, "compound", "欣怡小区", {}, box(LON, LAT, LON + 0.002, LAT + 0.002)),
        (5, "shop", "欣怡超市", {}, Point(LON + 0.001, LAT + 0.001)),
        (6, "community", "望麓社区", {}, box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01)),
        (7, "district", "示范区", {}, box(LON - 0.1, LAT - 0.1, LON + 0.1, LAT + 0.1)),
        (8, "street", "解放路", {}, _line(0, 0.005)),
        (9, "street", "解放路", {}, _line(0.5, 0.005)),
        (10, "street", None, {}, _line(0, 0.006)),
        (11, "school", "No. 1 Middle School", {}, Point(LON, LAT)),
    ],
    columns=["id", "kind", "name", "attributes", "geometry"],
    geometry="geometry",
    crs="EPSG:4326",
)
INDEX = Gazetteer(PLACES, area_kinds=AREAS)


@pytest.mark.parametrize(
    "text",
    [
        "经北四路",
        "经北",
        " 经北 四路 ",
        "经北4路",
        "北四",
        "经四路",
        "jingbeisilu",
        "Jing Bei Si",
        "beisi",
        "jbsl",
        "bsl",
        "4th road",
        "JINGBEI",
        "ｊｂｓｌ",
    ],
)
def test_a_street_is_found_however_it_is_typed(text: str) -> None:
    assert INDEX.find(text)[0].name == "经北四路"


@pytest.mark.parametrize("text", ["zzz", "", "  ", "路北", "?", "\x1f", ".*"])
def test_what_no_name_has_finds_nothing(text: str) -> None:
    assert INDEX.find(text) == []


def test_a_sound_is_that_of_the_word_and_not_of_the_single_character() -> None:
    assert [found.name for found in INDEX.find("chongqing")] == ["重庆路"]


def test_pieces_side_by_side_are_one_place_and_others_far_away_are_not() -> None:
    (one,) = INDEX.find("经北四路")
    assert one.box == pytest.approx((LON, LAT, LON + 0.008, LAT))
    assert any(line.distance(Point(one.lon, one.lat)) < 1e-9 for line in PLACES.geometry[:2])

    assert len(INDEX.find("解放路")) == 2


def test_wider_places_come_before_narrower_ones_that_match_alike() -> None:
    assert [found.kind for found in INDEX.find("xy")] == ["compound", "shop"]


def test_a_better_match_comes_before_a_wider_place() -> None:
    assert INDEX.find("欣怡超市")[0].kind == "shop"


def test_the_areas_around_a_place_tell_it_from_its_namesakes() -> None:
    assert INDEX.find("欣怡小区")[0].within == ("望麓社区", "示范区")
    assert INDEX.find("望麓社区")[0].within == ("示范区",)
    assert [found.within for found in INDEX.find("解放路")] == [("望麓社区", "示范区"), ()]


def test_a_cell_is_found_by_its_id() -> None:
    (cell,) = INDEX.find(" 8A2a1072b59ffff ")
    west, south, east, north = cell.box
    assert (cell.kind, cell.name) == ("cell", "8a2a1072b59ffff")
    assert west < cell.lon < east and south < cell.lat < north
    assert INDEX.find("832a10fffffffff") == []  # of a resolution that no map shows


@pytest.mark.parametrize("text", ["38.3, 116.9", "116.9,38.3", "38.3 116.9", "３８.３，１１６.９"])
def test_a_position_is_understood_in_either_order(text: str) -> None:
    (found,) = INDEX.find(text)
    assert (found.kind, found.lat, found.lon) == ("position", 38.3, 116.9)


def test_a_store_without_places_finds_nothing_but_cells_and_positions() -> None:
    empty = Gazetteer(PLACES[:0], area_kinds=AREAS)
    assert empty.find("经北") == []
    assert empty.find("38.3,116.9")[0].kind == "position"


@given(st.text())
def test_no_text_breaks_the_search(text: str) -> None:
    assert len(INDEX.find(text, limit=3)) <= 3
