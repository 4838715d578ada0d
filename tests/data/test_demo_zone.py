"""The demo zone as a place: what it holds, and that it hangs together as a town does."""

from collections import defaultdict

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data import demo
from data.demo.zone import demo_zone
from geo import cells
from geo.distances import haversine_m


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    return demo_zone().places


@pytest.fixture(scope="module")
def metres(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The same places in UTM zone 50 north: independent of the zone's own drawing board."""
    return places.to_crs(32650)


def test_the_zone_has_the_size_of_the_real_one(places: gpd.GeoDataFrame, metres: gpd.GeoDataFrame) -> None:
    counts = places["kind"].value_counts()
    assert counts["compound"] == 11
    assert counts["shop"] == 349
    assert counts["team"] == 19
    assert (counts[["school", "window_unit", "market", "park", "water", "railway"]] >= 1).all()
    assert metres[metres["kind"] == "boundary"].area.sum() / 1e6 == pytest.approx(9.5, abs=0.2)


def test_919_cells_of_the_analysis_resolution_cover_the_zone(places: gpd.GeoDataFrame) -> None:
    edge = places[places["kind"] == "boundary"].geometry.item()
    assert len(cells.fill_area(edge, cells.ANALYSIS_RESOLUTION)) == 919


def test_it_lies_near_cangzhou_and_says_that_it_is_made_up(places: gpd.GeoDataFrame) -> None:
    edge = places[places["kind"] == "boundary"]
    assert haversine_m(edge.geometry.item().centroid.x, edge.geometry.item().centroid.y, 116.9, 38.3) < 500
    assert "虚构" in edge["name"].item()
    assert "synthetic" in edge["attributes"].item()["name_en"]


def test_every_place_is_valid_named_and_inside(places: gpd.GeoDataFrame, metres: gpd.GeoDataFrame) -> None:
    assert places.geometry.is_valid.all()
    assert not places["name"].str.strip().eq("").any()
    assert not places.duplicated(["source", "external_id"]).any()
    assert not places.duplicated(["kind", "name"]).any()
    edge = metres[metres["kind"] == "boundary"].geometry.item().buffer(2)
    assert metres.geometry.within(edge).all()


def test_streets_have_a_level_and_their_true_length(metres: gpd.GeoDataFrame) -> None:
    streets = metres[metres["kind"] == "street"]
    levels = streets["attributes"].map(lambda details: details["level"])
    assert set(levels) == {"main", "side", "lane"}
    assert (levels.value_counts() >= [8, 8, 8]).all()
    lengths = streets["attributes"].map(lambda details: details["length_m"]).astype(float)
    # UTM shrinks lengths by 0.04 %; a sphere's degree of latitude is 0.2 % longer than the true one here
    np.testing.assert_allclose(lengths, streets.length, rtol=0.004)


def test_streets_meet_in_common_points_and_form_one_network(places: gpd.GeoDataFrame) -> None:
    at_point: defaultdict[tuple[float, float], set[int]] = defaultdict(set)
    for n, line in enumerate(places[places["kind"] == "street"].geometry):
        for x, y in shapely.get_coordinates(line):
            at_point[(x, y)].add(n)
    linked = [set(streets) for streets in at_point.values()]
    reached, grown = linked[0], True
    while grown:
        size = len(reached)
        for streets in linked:
            if reached & streets:
                reached |= streets
        grown = len(reached) > size
    assert len(reached) == (places["kind"] == "street").sum()


def test_compounds_lie_between_the_streets(metres: gpd.GeoDataFrame) -> None:
    compounds = metres[metres["kind"] == "compound"]
    streets = metres[metres["kind"] == "street"].union_all()
    assert (compounds.distance(streets) >= 8).all()
    assert (compounds.distance(streets) <= 60).all()
    assert compounds["attributes"].map(lambda details: details["households"] > 0).all()


def test_no_ground_is_used_twice(metres: gpd.GeoDataFrame) -> None:
    grounds = metres[metres["kind"].isin(["compound", "school", "market", "park", "water"])]
    assert grounds.union_all().area == pytest.approx(grounds.area.sum(), rel=1e-6)


def test_shops_stand_along_their_street(metres: gpd.GeoDataFrame) -> None:
    lines = metres[metres["kind"] == "street"].set_index("name").geometry
    for shop in metres[metres["kind"] == "shop"].itertuples():
        assert 6 < shop.geometry.distance(lines[shop.attributes["street"]]) < 28


@pytest.mark.parametrize("kind", ["street_office", "community", "grid"])
def test_each_level_of_the_area_chain_covers_the_zone_once(metres: gpd.GeoDataFrame, kind: str) -> None:
    areas = metres[metres["kind"] == kind]
    whole = metres[metres["kind"] == "district"].geometry.item()
    assert areas.area.sum() == pytest.approx(whole.area, rel=1e-5)
    assert areas.union_all().symmetric_difference(whole).area < whole.area * 1e-5


def test_every_area_lies_in_the_one_it_belongs_to(metres: gpd.GeoDataFrame) -> None:
    areas = metres[metres["kind"].isin(["district", "street_office", "community", "grid"])]
    shapes = areas.set_index("name").geometry
    for area in areas[areas["kind"] != "district"].itertuples():
        assert area.geometry.within(shapes[area.attributes["parent"]].buffer(1))


def test_the_canal_is_crossed_by_few_bridges_only(metres: gpd.GeoDataFrame) -> None:
    water = metres[metres["kind"] == "water"].geometry.item()
    streets = metres[metres["kind"] == "street"]
    crossing = streets[streets.intersects(water)]["name"].tolist()
    assert 2 <= len(crossing) <= 4


def test_places_that_were_handed_out_can_be_changed_without_harm() -> None:
    first = demo.make(reports=10).places
    first["name"] = "x"
    assert demo.make(reports=10).places["name"].ne("x").all()
