"""Walks between points: along streets as networkx finds them, straight only where no street leads."""

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.distances import from_local_m, metres_per_degree
from geo.errors import AnalysisError, FrameError
from geo.network import Snapped, Streets
from geo.walking import APART, DETOUR, KINDS, MOST_POINTS, NEAR, OFF, STREETS, Walks, walks
from tests.geo.drawn_streets import LAT, LON, lattice, line, roads

Points = tuple[np.ndarray, np.ndarray]


def points(*metres: tuple[float, float]) -> Points:
    """Return points given in metres east and north of the middle."""
    return from_local_m(*np.array(metres, float).T, around=(LON, LAT))


def way_m(way: np.ndarray) -> float:
    """Measure a drawn way, corner by corner."""
    east_m, north_m = metres_per_degree((way[1:, 1] + way[:-1, 1]) / 2)
    return float(np.hypot(*(np.diff(way, axis=0) * np.column_stack([east_m, north_m])).T).sum())


def by_networkx(streets: Streets, spots: Snapped) -> np.ndarray:
    """Find the shortest ways between spots with another library: from the ends of the edges they lie on."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(streets.nodes))
    lengths = streets.lengths_m
    graph.add_weighted_edges_from((*ends, length) for ends, length in zip(streets.ends, lengths, strict=True))
    near = np.unique(streets.ends[spots.edge[spots.edge >= 0]]).tolist()
    far = {node: nx.single_source_dijkstra_path_length(graph, node) for node in near}
    n = len(spots.edge)
    found = np.full((n, n), np.inf)
    for i in range(n):
        for j in range(n):
            e, f, at, to = spots.edge[i], spots.edge[j], spots.along_m[i], spots.along_m[j]
            if e < 0 or f < 0:
                continue
            if e == f:
                found[i, j] = abs(at - to)
            for u, first in zip(streets.ends[e], (at, lengths[e] - at), strict=True):
                for v, last in zip(streets.ends[f], (to, lengths[f] - to), strict=True):
                    found[i, j] = min(found[i, j], first + far[u].get(v, np.inf) + last)
    return found


def check(streets: Streets, where: Points, found: Walks) -> None:
    """Hold a table of walks beside what networkx finds, and its ways beside the table."""
    spots = streets.snap(where, within_m=found.reach_m)
    truth = by_networkx(streets, spots) + DETOUR * np.add.outer(spots.distance_m, spots.distance_m)
    along = found.kind == STREETS
    np.fill_diagonal(along, False)
    np.testing.assert_allclose(found.metres[along], truth[along], atol=0.01)
    assert (found.metres == found.metres.T).all() and not found.metres.diagonal().any()
    pairs = np.argwhere(np.triu(along))
    off_m = found.off_m[pairs].sum(axis=1)
    for (i, j), way, off in zip(pairs, found.ways(pairs), off_m, strict=True):
        assert way_m(way) + (DETOUR - 1) * off == pytest.approx(found.metres[i, j], abs=0.1)
        assert way[0].tolist() == [where[0][i], where[1][i]]
        assert way[-1].tolist() == [where[0][j], where[1][j]]
        assert len(way) == 2 or (np.diff(way, axis=0) != 0).any(axis=1).all()


@given(seed=st.integers(0, 10_000))
@settings(max_examples=6)
def test_walks_along_streets_are_those_of_another_library(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = [line(*rng.uniform(-400, 400, (rng.integers(2, 5), 2))) for _ in range(8)]
    lines.append(line((0, 0), (150, 0), (150, 150), (0, 0)))  # a ring
    streets = Streets.from_lines(lines)
    where = points(*rng.uniform(-450, 450, (14, 2)))
    check(streets, where, walks(streets, where, reach_m=150))


@pytest.mark.shared
def test_so_they_are_in_a_real_zone() -> None:
    streets = Streets.from_lines(roads().geometry)
    rng = np.random.default_rng(3)
    corners = streets.at[rng.integers(0, len(streets.at), 12)]
    where = tuple((corners + rng.normal(0, 0.0004, corners.shape)).T)
    check(streets, where, walks(streets, where))


def test_a_walk_follows_the_streets_round_the_block() -> None:
    streets = Streets.from_lines(lattice(4))
    where = points((100, 150), (200, 150))
    found = walks(streets, where)
    assert found.metres[0, 1] == pytest.approx(200, abs=0.1)
    (way,) = found.ways([(0, 1)])
    assert len(way) == 4
    assert KINDS[found.kind[0, 1]] == "streets"


def test_what_is_off_the_street_counts_more_than_its_straight_line() -> None:
    streets = Streets.from_lines([line((-200, 0), (200, 0))])
    found = walks(streets, points((-100, 30), (100, -40)), detour=1.5)
    assert found.off_m == pytest.approx([30, 40], abs=0.01)
    assert found.metres[0, 1] == pytest.approx(200 + 1.5 * 70, abs=0.1)


def test_a_street_without_connection_is_reached_straight_and_that_is_said() -> None:
    streets = Streets.from_lines([line((0, 0), (100, 0)), line((0, 500), (100, 500))])
    where = points((0, 0), (100, 0), (100, 500))
    found = walks(streets, where)
    assert found.straight().tolist() == [[0, 2], [1, 2]]
    assert (found.kind[:2, 2] == APART).all()
    assert found.metres[1, 2] == pytest.approx(DETOUR * 500, abs=0.1)
    assert found.metres[0, 1] == pytest.approx(100, abs=0.1)
    (way,) = found.ways([(2, 1)])
    assert way.tolist() == [[where[0][2], where[1][2]], [where[0][1], where[1][1]]]


def test_a_point_without_a_street_within_reach_is_reached_straight() -> None:
    streets = Streets.from_lines([line((0, 0), (100, 0))])
    found = walks(streets, points((0, 0), (50, 301), (50, 299)), reach_m=300)
    assert found.kind.tolist() == [[0, OFF, STREETS], [OFF, 0, OFF], [STREETS, OFF, 0]]
    assert np.isnan(found.off_m[1])
    assert found.metres[0, 1] == pytest.approx(DETOUR * np.hypot(50, 301), abs=0.1)


def test_nobody_goes_to_the_street_and_back_for_what_is_nearer() -> None:
    streets = Streets.from_lines([line((-200, 0), (200, 0))])
    found = walks(streets, points((0, 100), (0, 100), (30, 100), (201, 0)))
    assert found.metres[0, 1] == 0
    assert found.metres[0, 2] == pytest.approx(DETOUR * 30, abs=0.1)
    assert found.straight().tolist() == [[0, 1], [0, 2], [1, 2]]
    assert found.kind[0, 2] == NEAR
    assert found.kind[0, 3] == STREETS


def test_nobody_goes_straight_across_a_railway_to_what_is_near() -> None:
    where = points((40, 10), (40, -10), (60, 10))
    street = Streets.from_lines([line((0, -100), (0, 100)), line((0, 100), (200, 100))])
    railway = line((20, 0), (300, 0))
    free = walks(street, where)
    assert [free.kind[0, k] for k in (1, 2)] == [NEAR, NEAR]
    parted = walks(street, where, barriers=[railway, line((500, 0), (600, 0))])
    assert [parted.kind[0, k] for k in (1, 2)] == [STREETS, NEAR]
    assert parted.kind[1, 0] == STREETS and parted.metres[0, 1] == parted.metres[1, 0]
    assert parted.metres[0, 1] == pytest.approx(20 + DETOUR * 80, abs=0.2)
    assert not shapely.LineString(parted.ways([(0, 1)])[0]).intersects(railway)
    check(street, where, free)


def test_a_city_without_streets_is_walked_straight() -> None:
    found = walks(Streets.from_lines([]), points((0, 0), (300, 400)))
    assert found.metres[0, 1] == pytest.approx(DETOUR * 500, abs=0.1)
    assert found.straight().tolist() == [[0, 1]]


def test_no_point_and_one_have_tables_too() -> None:
    streets = Streets.from_lines(lattice(3))
    assert walks(streets, (np.zeros(0), np.zeros(0))).metres.shape == (0, 0)
    alone = walks(streets, points((100, 100)))
    assert alone.metres.tolist() == [[0.0]] and alone.ways([]) == []
    assert alone.ways([(0, 0)])[0].shape == (2, 2)


def test_points_on_one_spot_and_on_a_ring_alone_are_joined() -> None:
    ring = Streets.from_lines([line((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))])
    found = walks(ring, points((0, 0), (100, 100), (110, 50), (130, 50), (0, 0)))
    assert found.metres[0, 1] == pytest.approx(200, abs=0.1)
    assert found.metres[0, 4] == 0
    check(ring, points((0, -20), (150, 100)), walks(ring, points((0, -20), (150, 100))))
    # Both lie behind the same spot, but further from each other than from the street.
    assert found.metres[2, 3] == pytest.approx(DETOUR * 20, abs=0.1)


def test_the_shorter_of_two_streets_between_the_same_corners_is_taken() -> None:
    bow = line((0, 0), (50, 80), (100, 0))
    streets = Streets.from_lines(
        [bow, line((0, 0), (100, 0)), line((-50, 0), (0, 0)), line((100, 0), (150, 0))]
    )
    found = walks(streets, points((-50, 0), (150, 0)))
    assert found.metres[0, 1] == pytest.approx(200, abs=0.1)
    assert way_m(found.ways([(0, 1)])[0]) == pytest.approx(200, abs=0.1)


def test_what_cannot_be_measured_is_said() -> None:
    streets = Streets.from_lines(lattice(3))
    with pytest.raises(FrameError, match=r"1 of 2 points have no coordinates; first: row 1"):
        walks(streets, ([LON, np.nan], [LAT, LAT]))
    with pytest.raises(AnalysisError, match="reach of -1"):
        walks(streets, points((0, 0)), reach_m=-1)
    with pytest.raises(AnalysisError, match="times 0.9"):
        walks(streets, points((0, 0)), detour=0.9)
    with pytest.raises(AnalysisError, match="points to walk between"):
        walks(streets, (np.full(MOST_POINTS + 1, LON), np.full(MOST_POINTS + 1, LAT)))
    found = walks(streets, points((0, 0), (10, 0)))
    for pairs in ([(0, 2)], [(-1, 0)], [0, 1]):
        with pytest.raises(FrameError, match="Pairs of shape"):
            found.ways(pairs)
