"""The chain district, street office, community, grid: parents, paths, gaps and overlaps."""

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box

from data.actors import OPERATOR, VIEWER
from data.demo.zone import demo_zone
from data.place_areas import overlapping
from data.store import Store


def chain(*areas: tuple[str, str, shapely.Geometry, dict[str, str]]) -> gpd.GeoDataFrame:
    kinds, names, shapes, attributes = zip(*areas, strict=True)
    return gpd.GeoDataFrame(
        {"kind": kinds, "name": names, "external_id": names, "attributes": attributes},
        geometry=list(shapes),
        crs="EPSG:4326",
    )


def paths(store: Store) -> dict[str, str]:
    return dict(store.areas(actor=VIEWER).select("name", "path").iter_rows())


def faults(store: Store) -> list[tuple[str, str, str | None]]:
    return store.area_faults(actor=VIEWER).select("code", "name", "other_name").rows()


CITY = (
    ("district", "运河区", box(0, 0, 8, 8), {"adcode": "130903"}),
    ("street_office", "西街道", box(0, 0, 4, 8), {}),
    ("street_office", "东街道", box(4, 0, 8, 8), {}),
    ("community", "一社区", box(0, 0, 4, 4), {}),
    ("grid", "一网格", box(0, 0, 2, 2), {}),
)


def test_each_area_lies_in_the_smallest_one_around_it(store: Store) -> None:
    store.write_places(chain(*CITY[::-1]), actor=OPERATOR)
    assert paths(store) == {
        "运河区": "运河区",
        "西街道": "运河区 / 西街道",
        "东街道": "运河区 / 东街道",
        "一社区": "运河区 / 西街道 / 一社区",
        "一网格": "运河区 / 西街道 / 一社区 / 一网格",
    }
    found = store.areas(actor=VIEWER)
    assert found["kind"].to_list() == ["district", "street_office", "street_office", "community", "grid"]
    assert found["adcode"].to_list() == ["130903", None, None, None, None]
    assert faults(store) == []
    grid = found.filter(kind="grid")["id"].item()
    assert store.place(grid, actor=VIEWER).path == ("运河区", "西街道", "一社区")


@pytest.mark.parametrize("word", ["东街道", "130904"])
def test_the_word_of_the_source_counts_more_than_the_shape(store: Store, word: str) -> None:
    offices = [(kind, name, shape, {}) for kind, name, shape, _facts in CITY[1:3]]
    offices[1] = (*offices[1][:3], {"adcode": "130904"})
    store.write_places(
        chain(CITY[0], *offices, ("community", "飞地", box(1, 5, 2, 6), {"parent": word})), actor=OPERATOR
    )
    assert paths(store)["飞地"] == "运河区 / 东街道 / 飞地"
    assert faults(store) == [("elsewhere", "飞地", "东街道")]


def test_of_two_parents_with_one_name_the_one_around_counts(store: Store) -> None:
    areas = [
        ("district", "甲区", box(0, 0, 4, 4), {}),
        ("district", "乙区", box(4, 0, 8, 4), {}),
        ("street_office", "解放路街道", box(0, 0, 4, 4), {}),
        ("street_office", "解放路街道", box(4, 0, 8, 4), {}),
        ("community", "东社区", box(5, 1, 6, 2), {"parent": "解放路街道"}),
    ]
    frame = chain(*areas).assign(external_id=["1", "2", "3", "4", "5"])
    store.write_places(frame, actor=OPERATOR)
    assert paths(store)["东社区"] == "乙区 / 解放路街道 / 东社区"


def test_gaps_and_overlaps_of_the_chain_are_reported(store: Store) -> None:
    areas = [
        *CITY[:4],
        ("grid", "悬空网格", box(5, 5, 6, 6), {}),
        ("grid", "城外网格", box(20, 20, 21, 21), {}),
        ("community", "重社区", box(3, 0, 5, 4), {}),
        ("community", "无名之子", box(0, 5, 1, 6), {"parent": "不存在街道"}),
    ]
    store.write_places(chain(*areas), actor=OPERATOR)
    assert sorted(faults(store)) == [
        ("no_parent", "城外网格", None),
        ("no_parent", "悬空网格", None),
        ("overlap", "重社区", "一社区"),
        ("unknown_parent", "无名之子", "不存在街道"),
    ]
    assert paths(store)["悬空网格"] == "运河区 / 东街道 / 悬空网格"
    words = store.area_faults(actor=VIEWER)["words"].to_list()
    assert "悬空网格 (grid) lies in no community" in words
    assert any(text.startswith("重社区 and 一社区 (community) share 49,") for text in words)


def test_a_level_that_the_city_does_not_have_is_no_gap(store: Store) -> None:
    store.write_places(chain(CITY[0], CITY[4]), actor=OPERATOR)
    assert paths(store)["一网格"] == "运河区 / 一网格"
    assert faults(store) == []


def test_parents_follow_when_areas_come_move_and_go(store: Store) -> None:
    store.write_places(chain(*CITY[1:]), actor=OPERATOR)
    assert paths(store)["一网格"] == "西街道 / 一社区 / 一网格"
    store.write_places(chain(CITY[0]), actor=OPERATOR)
    assert paths(store)["一网格"] == "运河区 / 西街道 / 一社区 / 一网格"
    store.write_places(chain(("community", "一社区", box(0, 5, 1, 6), {})), actor=OPERATOR)
    assert paths(store)["一网格"] == "运河区 / 西街道 / 一网格"
    store.write_places(chain(CITY[4]), actor=OPERATOR, replace=["local"])
    assert paths(store) == {"一网格": "一网格"}


def test_the_chain_of_the_demo_zone_is_whole(store: Store) -> None:
    store.write_places(demo_zone().places, actor=OPERATOR)
    found = store.areas(actor=VIEWER)
    assert faults(store) == []
    by_id = {row["id"]: row for row in found.iter_rows(named=True)}
    above = {"grid": "community", "community": "street_office", "street_office": "district"}
    for row in by_id.values():
        if row["kind"] in above:
            assert by_id[row["parent_id"]]["kind"] == above[row["kind"]]
            assert row["path"] == f"{by_id[row['parent_id']]['path']} / {row['name']}"


def test_neighbours_share_a_line_and_no_ground() -> None:
    shapes = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(1.9995, 0, 3, 1), box(2.5, 0, 2.6, 1)]
    assert [(smaller, larger) for smaller, larger, _area in overlapping(shapes)] == [(3, 2)]
    assert overlapping([]) == []
