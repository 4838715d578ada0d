"""Streets as a network: where they meet, and the spot on them that is nearest to a point."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.distances import from_local_m, metres_per_degree
from geo.errors import AnalysisError, PlaceError
from geo.network import Streets
from geo.places import lengths_m
from tests.geo.drawn_streets import LAT, LON, lattice, line, roads


def degrees(streets: Streets) -> list[int]:
    """Return how many streets meet at each node, ascending."""
    return sorted(np.bincount(streets.ends.ravel()).tolist())


def test_streets_meet_at_a_common_corner() -> None:
    streets = Streets.from_lines([line((-100, 0), (0, 0), (100, 0)), line((0, 0), (0, 50))])
    assert degrees(streets) == [1, 1, 1, 3]
    assert sorted(streets.lengths_m) == pytest.approx([50, 100, 100], abs=0.01)
    assert sorted(streets.line) == [0, 0, 1]


def test_a_corner_of_one_street_alone_is_no_node() -> None:
    streets = Streets.from_lines([line((0, 0), (30, 40), (60, 0))])
    assert (len(streets), degrees(streets)) == (1, [1, 1])
    assert streets.lengths_m[0] == pytest.approx(100, abs=0.01)


def test_an_end_that_lies_on_another_street_meets_it() -> None:
    near = Streets.from_lines([line((-100, 0), (100, 0)), line((20, 0.6), (20, 50))])
    apart = Streets.from_lines([line((-100, 0), (100, 0)), line((20, 3), (20, 50))])
    assert degrees(near) == [1, 1, 1, 3]
    assert degrees(apart) == [1, 1, 1, 1]


def test_streets_that_are_drawn_across_each_other_meet_where_they_cross() -> None:
    streets = Streets.from_lines(lattice(4))
    assert (streets.joined, streets.apart) == (9, 0)
    assert degrees(streets) == [1] * 12 + [4] * 9


def test_where_junctions_are_common_corners_a_crossing_without_one_is_a_bridge() -> None:
    bridge = line((-50, 150), (450, 150.5))
    streets = Streets.from_lines([*lattice(4, common=True), bridge])
    assert (streets.joined, streets.apart) == (0, 3)
    assert degrees(streets) == [1] * 14 + [4] * 9
    joined = Streets.from_lines([*lattice(4, common=True), bridge], crossings="join")
    assert (joined.joined, joined.apart) == (3, 0)
    assert joined.lengths_m.sum() == pytest.approx(streets.lengths_m.sum(), rel=1e-6)


@pytest.mark.shared
def test_what_is_left_apart_in_a_real_city_are_its_bridges() -> None:
    frame = roads()
    streets = Streets.from_lines(frame.geometry)
    assert streets.joined == 0 and streets.apart > 500
    over = frame["bridge"].notna() | frame["tunnel"].notna() | frame["layer"].notna()
    drawn = Streets.from_lines(frame.geometry[~over])
    assert drawn.apart < 0.01 * streets.apart


@pytest.mark.shared
def test_no_metre_of_street_is_lost_or_counted_twice() -> None:
    frame = roads()
    for crossings in ("apart", "join"):
        streets = Streets.from_lines(frame.geometry, crossings=crossings)
        assert streets.lengths_m.sum() == pytest.approx(lengths_m(frame.geometry.to_numpy()).sum(), rel=1e-6)
    twice = Streets.from_lines([line((0, 0), (100, 0)), line((100, 0), (0, 0)), line((0, 0), (0, 0))])
    assert twice.lengths_m.sum() == pytest.approx(100, abs=0.01)
    assert twice.line.tolist() == [0]


def test_a_ring_without_a_node_is_an_edge_of_its_own() -> None:
    streets = Streets.from_lines([line((0, 0), (100, 0), (100, 100), (0, 0))])
    assert streets.ends.tolist() == [[0, 0]]


def brute_force(streets: Streets, lon: float, lat: float) -> float:
    """Measure to every piece of every street."""
    east_m, north_m = metres_per_degree(lat)
    at = (streets.at - (lon, lat)) * (east_m, north_m)
    least = np.inf
    for low, high in zip(streets.first[:-1], streets.first[1:], strict=True):
        begin, way = at[low : high - 1], np.diff(at[low:high], axis=0)
        share = np.clip(-(begin * way).sum(axis=1) / (way**2).sum(axis=1), 0, 1)
        least = min(least, np.hypot(*(begin + share[:, None] * way).T).min())
    return float(least)


def spot(streets: Streets, edge: int, along_m: float) -> tuple[float, float]:
    corners = slice(streets.first[edge], streets.first[edge + 1])
    lon, lat = (np.interp(along_m, streets.along_m[corners], axis) for axis in streets.at[corners].T)
    return float(lon), float(lat)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_the_nearest_spot_is_that_of_a_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = [line(*rng.uniform(-400, 400, (rng.integers(2, 6), 2))) for _ in range(12)]
    streets = Streets.from_lines(lines)
    lon, lat = from_local_m(*rng.uniform(-500, 500, (2, 25)), around=(LON, LAT))
    found = streets.snap((lon, lat), within_m=120)
    for k in range(25):
        truth = brute_force(streets, lon[k], lat[k])
        if truth > 120.001:
            assert found.edge[k] == -1 and np.isnan(found.along_m[k])
            continue
        assert found.distance_m[k] == pytest.approx(truth, abs=0.001)
        on = spot(streets, found.edge[k], found.along_m[k])
        away = (np.array(on) - (lon[k], lat[k])) * np.array(metres_per_degree(lat[k]))
        assert np.hypot(*away) == pytest.approx(truth, abs=0.01)
    assert found.far == np.count_nonzero(found.edge < 0)


def test_a_point_far_from_every_street_or_without_a_position_has_none() -> None:
    streets = Streets.from_lines([line((0, 0), (100, 0))])
    lon, lat = from_local_m([50, 50, np.nan], [10, 31, 0], around=(LON, LAT))
    found = streets.snap((lon, lat), within_m=30)
    assert found.edge.tolist() == [0, -1, -1]
    assert found.far == 2
    assert found.along_m[0] == pytest.approx(50, abs=0.01)


def test_a_city_without_streets_has_an_empty_network() -> None:
    for lines in ([], [None], [line((0, 0), (0, 0))]):
        streets = Streets.from_lines(np.array(lines, dtype=object))
        assert (len(streets), streets.nodes, streets.lengths_m.sum()) == (0, 0, 0)
        assert streets.snap(([LON], [LAT])).far == 1


def test_what_is_no_line_and_no_word_for_crossings_is_said() -> None:
    with pytest.raises(PlaceError, match="are no lines"):
        Streets.from_lines([shapely.Point(LON, LAT)])
    with pytest.raises(AnalysisError, match="Crossings 'maybe'"):
        Streets.from_lines([], crossings="maybe")
