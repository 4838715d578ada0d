"""Points to polygons and lines, against every point with every shape."""

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import crs, places, places_grid
from geo.errors import CrsError, FrameError, PlaceError
from tests.geo import places_twin

#: Where one icosahedron face meets another, in a country whose datums are odd: nothing here may mind.
LON, LAT = 116.9, 38.3
HERE = np.array([LON, LAT])
GEOD = pyproj.Geod(ellps="WGS84")


def metres(east_m: float, north_m: float) -> tuple[float, float]:
    lon, lat = crs.from_local_m(east_m, north_m, around=(LON, LAT))
    return float(lon), float(lat)


def square(east_m: float, north_m: float, side_m: float) -> shapely.Polygon:
    west_south, east_north = metres(east_m, north_m), metres(east_m + side_m, north_m + side_m)
    return shapely.box(*west_south, *east_north)


def street(*corners: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([metres(*corner) for corner in corners])


def check(points, polygons, lines, *, within_m=30.0, line_first=False, index=None) -> places.Located:
    """Locate, with an index if it is there, and hold every answer against the slow version's."""
    lon, lat = np.asarray(points, dtype=float).reshape(-1, 2).T.copy()
    ways = {"within_m": within_m, "line_first": line_first}
    found = index.locate((lon, lat), **ways) if index else places.locate((lon, lat), polygons, lines, **ways)
    polygon, count = places_twin.polygon_of(lon, lat, polygons)
    line, distance_m = places_twin.line_of(lon, lat, lines, within_m)
    np.testing.assert_array_equal(found.polygon, polygon)
    np.testing.assert_array_equal(found.in_several, count > 1)
    # Where two lines are half a millimetre from being equally near, rounding may put either first.
    np.testing.assert_allclose(found.distance_m, distance_m, atol=0.00101)
    other = np.flatnonzero(found.line != line)
    for row in other:
        both = places_twin.distances_m(lon[[row]], lat[[row]], lines)[0]
        assert {found.line[row], line[row]}.isdisjoint({-1}) or abs(both.min() - np.max(within_m)) < 1e-3
        assert abs(both[found.line[row]] - both[line[row]]) < 1e-6
    first = np.broadcast_to(line_first, len(lon))
    won = np.where(
        (found.line >= 0) & (first | (polygon < 0)), places.LINE, np.where(polygon >= 0, places.POLYGON, 1)
    )
    np.testing.assert_array_equal(found.won, won)
    return found


# --- properties -------------------------------------------------------------------------------------------

grid_steps = st.integers(-6, 6)
#: Coordinates on a coarse lattice, so that points on edges, shared edges and equal shapes are common.
lattice = st.tuples(grid_steps, grid_steps).map(lambda at: (LON + at[0] * 2**-12, LAT + at[1] * 2**-12))
anywhere = st.tuples(st.floats(-0.004, 0.004), st.floats(-0.004, 0.004)).map(
    lambda at: (LON + at[0], LAT + at[1])
)
spots = st.one_of(lattice, anywhere)


@st.composite
def areas(draw) -> shapely.Geometry | None:
    kind = draw(st.sampled_from(["ring", "ring", "hole", "multi", "box", "empty", "none"]))
    if kind == "none":
        return None
    if kind == "empty":
        return shapely.Polygon()
    one = shapely.Polygon(draw(st.lists(spots, min_size=3, max_size=9)))
    if kind == "box":
        one = shapely.box(*draw(lattice), *draw(lattice))
    elif kind == "hole":
        middle = shapely.Point(draw(spots))
        one = middle.buffer(0.002, quad_segs=3).difference(
            shapely.Point(draw(spots)).buffer(0.001, quad_segs=2)
        )
    elif kind == "multi":
        one = shapely.union_all([one.buffer(0), shapely.Point(draw(spots)).buffer(0.0005, quad_segs=2)])
    return places.repair([one]).polygons[0]


ways = st.one_of(
    st.lists(spots, min_size=2, max_size=6).map(shapely.LineString),
    spots.map(lambda spot: shapely.LineString([spot, spot])),
    st.lists(st.lists(spots, min_size=2, max_size=4), min_size=1, max_size=3).map(shapely.MultiLineString),
    st.just(shapely.LineString()),
    st.none(),
)


@settings(max_examples=200)
@given(
    st.lists(spots, min_size=1, max_size=30),
    st.lists(areas(), max_size=8),
    st.lists(ways, max_size=8),
    st.sampled_from([0.0, 5.0, 30.0, 400.0]),
    st.booleans(),
)
def test_a_point_gets_the_place_that_comparing_with_every_shape_gives(
    points, polygons, lines, within_m, line_first
) -> None:
    corners = [*shapely.get_coordinates([shape for shape in (*polygons, *lines) if shape is not None])[:20]]
    check([*points, *corners], polygons, lines, within_m=within_m, line_first=line_first)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.sampled_from([(0, 0), (-73.9, 40.7), (10, -60), (25, 78)]))
def test_a_whole_town_of_shapes_gives_the_same_answers_anywhere(seed, at) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-0.02, 0.02, (400, 2)) + at
    turns = np.linspace(0, 2 * np.pi, 13)[:-1]
    radius = rng.uniform(0.3, 1, (25, 12)) * rng.uniform(0.0005, 0.01, (25, 1))
    middles = rng.uniform(-0.02, 0.02, (25, 2)) + at
    rings = np.stack(
        [middles[:, :1] + radius * np.cos(turns), middles[:, 1:] + radius * np.sin(turns)], axis=2
    )
    walks = rng.uniform(-0.02, 0.02, (60, 1, 2)) + at + rng.normal(0, 0.002, (60, 6, 2)).cumsum(axis=1)
    within_m = rng.choice([0, 10, 30, 250], 400).astype(float)
    check(
        points,
        list(shapely.polygons(rings)),
        list(shapely.linestrings(walks)),
        within_m=within_m,
        line_first=rng.random(400) < 0.5,
    )


@given(st.permutations(range(12)))
def test_the_order_of_the_points_does_not_matter(order) -> None:
    rng = np.random.default_rng(3)
    points = HERE + rng.uniform(-0.003, 0.003, (12, 2))
    polygons, lines = [square(-100, -100, 180), square(0, 0, 200)], [street((-300, 10), (300, 40))]
    straight, mixed = (places.locate(some, polygons, lines) for some in (points, points[list(order)]))
    assert straight.frame()[list(order)].equals(mixed.frame())


# --- what wins --------------------------------------------------------------------------------------------


def test_a_compound_wins_over_a_street_unless_the_street_comes_first() -> None:
    spot, compound, road = metres(50, 50), square(0, 0, 100), street((0, 60), (100, 60))
    inside = places.locate([spot, spot], [compound], [road], line_first=np.array([False, True]))
    assert inside.won.tolist() == [places.POLYGON, places.LINE]
    assert inside.place.tolist() == [0, 0]
    assert inside.distance_m == pytest.approx([10, 10], abs=0.001)
    assert inside.frame()["won"].to_list() == ["polygon", "line"]


def test_where_the_street_that_comes_first_is_too_far_the_compound_wins() -> None:
    found = check([metres(50, 50)], [square(0, 0, 100)], [street((0, 90), (100, 90))], line_first=True)
    assert found.won.tolist() == [places.POLYGON]
    assert found.line.tolist() == [-1]


def test_outside_every_compound_the_nearest_street_within_reach_wins_else_open_ground() -> None:
    roads = [street((0, 0), (200, 0)), street((0, 20), (200, 20))]
    found = check([metres(100, 6), metres(100, 45), metres(100, 51)], [], roads)
    assert found.line.tolist() == [0, 1, -1]
    assert found.won.tolist() == [places.LINE, places.LINE, places.OPEN_GROUND]
    assert found.place.tolist() == [0, 1, -1]
    assert found.distance_m[:2] == pytest.approx([6, 25], abs=0.001)
    assert np.isnan(found.distance_m[2])


def test_each_point_has_its_own_reach() -> None:
    found = check([metres(100, 20)] * 2, [], [street((0, 0), (200, 0))], within_m=np.array([10.0, 25.0]))
    assert found.won.tolist() == [places.OPEN_GROUND, places.LINE]


def test_of_polygons_over_each_other_the_smaller_one_wins_and_it_is_said() -> None:
    polygons = [square(0, 0, 300), square(50, 50, 100), square(40, 40, 120)]
    found = check([metres(100, 100), metres(45, 45), metres(250, 250)], polygons, [])
    assert found.polygon.tolist() == [1, 2, 0]
    assert found.in_several.tolist() == [True, True, False]


def test_of_equal_polygons_and_of_equally_near_lines_the_first_wins() -> None:
    compound = square(0, 0, 100)
    turned = shapely.Polygon(np.roll(shapely.get_coordinates(compound)[:-1], 2, axis=0))
    road = street((0, 120), (100, 120))
    found = check([metres(50, 50), metres(50, 110)], [turned, compound], [road.reverse(), road, road])
    assert found.polygon.tolist() == [0, -1]
    assert found.line.tolist() == [-1, 0]


def test_half_a_millimetre_nearer_does_not_win_over_the_first() -> None:
    roads = [street((0, 10.0), (100, 10.0)), street((0, -9.9997), (100, -9.9997))]
    assert places.locate([metres(50, 0)], None, roads).line.tolist() == [0]
    assert places.locate([metres(50, 0)], None, roads[::-1]).line.tolist() == [0]


def test_a_line_exactly_as_far_as_allowed_is_within() -> None:
    lon, lat = metres(50, 30)
    road = [street((0, 0), (100, 0))]
    assert places.locate(([lon], [lat]), None, road, within_m=30).line.tolist() == [0]
    assert places.locate(([lon], [lat]), None, road, within_m=29.998).line.tolist() == [-1]


# --- edges, holes, parts ----------------------------------------------------------------------------------


def test_a_point_on_an_edge_or_a_corner_lies_in_the_polygon_as_shapely_has_it() -> None:
    left, right = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 3, 1)
    found = check([(1, 0.5), (1, 1), (2, 1), (0, 0), (3, 0.25), (3.0000001, 0.5)], [right, left], [])
    assert found.polygon.tolist() == [1, 1, 0, 1, 0, -1]
    assert found.in_several.tolist() == [True, True, False, False, False, False]


def test_a_point_in_a_hole_is_outside_and_on_its_edge_inside() -> None:
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    assert check([(1.5, 1.5), (1, 1.5), (0.5, 1.5)], [ring], []).polygon.tolist() == [-1, 0, 0]


def test_the_edge_of_one_part_in_a_billion_is_told_as_shapely_tells_it() -> None:
    rng = np.random.default_rng(8)
    at = rng.uniform(-0.001, 0.001, (40, 3, 2)) + HERE
    triangles = shapely.polygons(at)
    share = rng.random((40, 50, 1))
    on_edges = (at[:, :1] * share + at[:, 1:2] * (1 - share)).reshape(-1, 2)
    ulps = rng.integers(-2, 3, on_edges.shape) * np.spacing(on_edges)
    assert (check(on_edges + ulps, list(triangles), []).polygon >= 0).mean() > 0.3


def test_every_part_of_a_street_in_pieces_is_the_street() -> None:
    pieces = shapely.MultiLineString(
        [[metres(0, 0), metres(100, 0)], [metres(500, 0), metres(600, 0)], [metres(0, 300), metres(0, 400)]]
    )
    found = check([metres(50, 5), metres(550, -5), metres(5, 350), metres(300, 0)], [], [pieces])
    assert found.line.tolist() == [0, 0, 0, -1]


def test_a_street_without_length_is_the_point_that_it_stands_on() -> None:
    spot = metres(0, 0)
    found = check([metres(0, 12)], [], [shapely.LineString([spot, spot])])
    assert found.distance_m.tolist() == [12.0]


def test_missing_and_empty_shapes_hold_nothing_and_keep_their_rows() -> None:
    found = check(
        [metres(50, 50), metres(-10, 0)],
        [None, shapely.Polygon(), square(0, 0, 100)],
        [shapely.LineString(), None, street((-20, -50), (-20, 50))],
    )
    assert found.polygon.tolist() == [2, -1]
    assert found.line.tolist() == [-1, 2]


# --- distances --------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.floats(-179, 179), st.floats(-60, 60), st.floats(1, places.MOST_WITHIN_M * 0.99), st.floats(0, 360))
def test_a_distance_is_that_on_the_ellipsoid_to_one_in_a_thousand(lon, lat, far_m, way) -> None:
    other = GEOD.fwd(lon, lat, way, far_m)[:2]
    found = places.locate(
        ([lon], [lat]), None, [shapely.LineString([other, other])], within_m=places.MOST_WITHIN_M
    )
    assert found.distance_m[0] == pytest.approx(far_m, rel=0.001, abs=0.0006)


def test_within_a_hundred_metres_a_distance_is_good_to_two_millimetres() -> None:
    ways = np.linspace(0, 360, 37)
    lon, lat, _ = GEOD.fwd(np.full(37, LON), np.full(37, LAT), ways, np.full(37, 100.0))
    ends = [shapely.LineString([spot, spot]) for spot in zip(lon, lat, strict=True)]
    found = [places.locate([(LON, LAT)], None, [end], within_m=101).distance_m[0] for end in ends]
    np.testing.assert_allclose(found, 100, atol=0.002)


# --- sizes ------------------------------------------------------------------------------------------------


def test_a_place_on_the_other_side_of_the_earth_costs_no_memory_and_changes_no_answer() -> None:
    rng = np.random.default_rng(5)
    points = rng.uniform(-0.01, 0.01, (500, 2)) + HERE
    corners = rng.uniform(-0.01, 0.01, (80, 2)) + HERE
    polygons = [shapely.box(x, y, x + 0.001, y + 0.001) for x, y in corners] + [
        shapely.box(-60, -40, -59, -39)
    ]
    lines = [shapely.LineString([spot, spot + 0.002]) for spot in corners] + [
        shapely.LineString([(0, 0), (1, 1)])
    ]
    check(points, polygons, lines)
    index = places.PlaceIndex(polygons, lines)
    assert index._polygons.tiles.cell_count < 400_000
    assert index._lines.tiles.cell_count < 400_000


def test_many_districts_over_each_other_stay_within_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 1_600_000  # a tenth of what is allowed; without a bound it would be hundreds of millions
    monkeypatch.setattr(places_grid, "_MOST_ENTRIES", most)
    rng = np.random.default_rng(6)
    shrink = np.linspace(0, 0.4, 1000)
    polygons = list(shapely.box(LON - 1 + shrink, LAT - 1 + shrink, LON + 1 - shrink, LAT + 1 - shrink))
    points = rng.uniform(-1.1, 1.1, (200, 2)) + HERE
    index = places.PlaceIndex(polygons, None)
    check(points, polygons, [], index=index)
    assert len(index._polygons.items) <= most


def test_long_upright_edges_do_not_multiply() -> None:
    x = LON + np.arange(4000) * 1e-5
    y = LAT + np.where(np.arange(4000) % 2, 0.05, 0.001)
    comb = shapely.Polygon([*zip(x, y, strict=True), (x[-1], LAT), (x[0], LAT)])
    assert comb.is_valid
    points = np.column_stack([LON + np.linspace(0, 0.04, 300), LAT + np.linspace(0, 0.05, 300)])
    check(points, [comb], [])
    assert len(places.PlaceIndex([comb], None)._polygons.edges) < 10 * 4000


def test_more_points_than_one_thread_takes_are_all_answered() -> None:
    rng = np.random.default_rng(7)
    points = rng.uniform(-0.003, 0.003, (150_000, 2)) + HERE
    polygons, lines = [square(-100, -100, 180), square(0, 0, 200)], [street((-300, 10), (300, 40))]
    within_m, line_first = rng.uniform(0, 60, len(points)), rng.random(len(points)) < 0.5
    index = places.PlaceIndex(polygons, lines)
    whole = index.locate(points, within_m=within_m, line_first=line_first).frame()
    halves = [
        index.locate(points[some], within_m=within_m[some], line_first=line_first[some]).frame()
        for some in (slice(0, 70_001), slice(70_001, None))
    ]
    assert whole.equals(pl.concat(halves))
    check(points[::100], polygons, lines, within_m=within_m[::100], line_first=line_first[::100])


# --- what points may be -----------------------------------------------------------------------------------


def forms() -> dict[str, object]:
    lon, lat = np.array([LON, LON + 1]), np.array([LAT, LAT])
    readonly = lon.copy()
    readonly.flags.writeable = False
    return {
        "a pair": (lon, lat),
        "a pair of lists": (lon.tolist(), lat.tolist()),
        "a read-only array": (readonly, lat),
        "every other value of an array": (np.repeat(lon, 2)[::2], lat),
        "an array": np.column_stack([lon, lat]),
        "a list": [(LON, LAT), (LON + 1, LAT)],
        "a Polars frame": pl.DataFrame({"lat": lat, "lon": lon}),
        "a pandas frame": pd.DataFrame({"lat": lat, "lon": lon}),
        "shapely points": shapely.points(lon, lat),
        "a GeoSeries": gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326"),
        "a GeoDataFrame": gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326"),
    }


@pytest.mark.parametrize("points", forms().values(), ids=forms())
def test_points_may_come_as(points) -> None:
    found = places.locate(points, gpd.GeoSeries([square(-10, -10, 20)], crs="EPSG:4326"), None)
    assert found.polygon.tolist() == [0, -1]


def test_a_point_without_coordinates_or_off_the_globe_is_nowhere() -> None:
    lon = [np.nan, np.inf, LON, 200.0, LON, LON, LON, LON]
    lat = [LAT, LAT, -np.inf, LAT, 91.0, LAT, LAT, LAT]
    found = places.locate((lon, lat), [square(-10, -10, 20)], [street((-5, 0), (5, 0))])
    assert found.won.tolist() == [places.NOWHERE] * 5 + [places.POLYGON] * 3
    assert found.polygon.tolist() == [-1] * 5 + [0] * 3
    assert found.line.tolist() == [-1] * 5 + [0] * 3
    assert found.frame()["won"].to_list()[0] == "nowhere"


def test_null_points_are_nowhere() -> None:
    frame = pl.DataFrame({"lon": [None, LON], "lat": [LAT, LAT]})
    assert places.locate(frame, None, None).won.tolist() == [places.NOWHERE, places.OPEN_GROUND]
    assert places.locate([None, shapely.Point(), shapely.Point(1, 2)], None, None).won.tolist() == [0, 0, 1]


@pytest.mark.parametrize("points", [[], ([], []), np.zeros((0, 2)), pl.DataFrame({"lon": [], "lat": []})])
def test_no_points_have_no_places(points) -> None:
    found = places.locate(points, [square(0, 0, 10)], [street((0, 0), (10, 0))])
    assert len(found) == 0
    assert found.frame().columns == ["polygon", "line", "distance_m", "won", "in_several"]


def test_without_places_every_point_is_open_ground() -> None:
    for none in (None, [], gpd.GeoSeries([], crs="EPSG:4326"), [None], [shapely.Polygon()]):
        found = places.locate([(LON, LAT)], none, None)
        assert found.won.tolist() == [places.OPEN_GROUND]
        assert found.frame().row(0) == (None, None, None, "open_ground", False)


def test_the_index_answers_as_often_as_it_is_asked_and_changes_nothing_it_was_given() -> None:
    polygons, lines = np.array([square(0, 0, 100), square(20, 20, 20)]), np.array([street((0, 0), (9, 9))])
    points = np.array([metres(30, 30), metres(-5, -5)])
    before = (shapely.to_wkb(polygons), shapely.to_wkb(lines), points.copy())
    index = places.PlaceIndex(polygons, lines)
    first, second = index.locate(points), index.locate(points)
    assert first.frame().equals(second.frame())
    assert (index.polygon_count, index.line_count) == (2, 1)
    for was, now in zip(before, (shapely.to_wkb(polygons), shapely.to_wkb(lines), points), strict=True):
        np.testing.assert_array_equal(was, now)


# --- what is refused --------------------------------------------------------------------------------------

BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
NAN = shapely.LineString([(0, 0), (np.nan, 1)])


@pytest.mark.parametrize(
    ("polygons", "lines", "error", "words"),
    [
        ([None, BOW_TIE], None, PlaceError, r"1 of 2 polygons are invalid; first: Self-inter.*row 1.*repair"),
        (
            [shapely.LineString([(0, 0), (1, 1)])],
            None,
            PlaceError,
            "1 of 1 polygons are no polygons; first: Lin",
        ),
        (None, [shapely.box(0, 0, 1, 1)], PlaceError, "are no lines; first: Polygon"),
        (None, [shapely.Point(0, 0)], PlaceError, "are no lines; first: Point"),
        (None, [NAN], PlaceError, "1 of 1 lines have coordinates that are missing or infinite"),
        (["POLYGON"], None, PlaceError, "not shapes"),
        (gpd.GeoSeries([shapely.box(0, 0, 1, 1)]), None, CrsError, "polygons have no coordinate reference"),
        (None, gpd.GeoSeries([], crs="EPSG:3857"), CrsError, "lines are in .*3857.*to_crs"),
        (
            None,
            [shapely.LineString([(0, 0), (500_000, 4_200_000)])],
            CrsError,
            "1 of 1 lines are not in degrees",
        ),
    ],
)
def test_places_that_cannot_be_used_are_refused_in_words(polygons, lines, error, words) -> None:
    with pytest.raises(error, match=words):
        places.PlaceIndex(polygons, lines)


@pytest.mark.parametrize(
    ("points", "error", "words"),
    [
        (([500_000.0, 500_010.0], [4_200_000.0] * 2), CrsError, "are no degrees"),
        (gpd.GeoSeries([shapely.Point(1, 2)]), CrsError, "points have no coordinate reference"),
        (gpd.GeoSeries([shapely.Point(1, 2)], crs="EPSG:3857"), CrsError, "points are in"),
        (([1.0], [1.0, 2.0]), FrameError, "Expected a pair"),
        (np.zeros((3, 3)), FrameError, r"shape \(3, 3\)"),
        ([shapely.box(0, 0, 1, 1)], FrameError, "1 of 1 points are no points; first: Polygon"),
        (pl.DataFrame({"lon": [1.0]}), FrameError, "no column 'lat'"),
        (["here"], FrameError, "cannot be read"),
    ],
)
def test_points_that_cannot_be_read_are_refused_in_words(points, error, words) -> None:
    with pytest.raises(error, match=words):
        places.locate(points, None, None)


@pytest.mark.parametrize("within_m", [-1, np.nan, np.inf, 5001, [30, 30, 30], [[30]], [30, -2]])
def test_a_distance_that_cannot_be_looked_for_is_refused(within_m) -> None:
    with pytest.raises(FrameError, match="distances"):
        places.locate([(0, 0), (1, 1)], None, None, within_m=within_m)


@pytest.mark.parametrize("line_first", [1, "yes", [True], np.array([True, False, True])])
def test_a_choice_that_is_none_is_refused(line_first) -> None:
    with pytest.raises(FrameError, match="line_first"):
        places.locate([(0, 0), (1, 1)], None, None, line_first=line_first)


def test_nothing_is_found_across_the_antimeridian() -> None:
    road = [shapely.LineString([(179.9999, 0), (180, 0)])]
    found = places.locate([(-180, 0), (180, 0)], None, road)
    assert found.won.tolist() == [places.OPEN_GROUND, places.LINE]


def test_the_poles_are_places_like_any_other() -> None:
    cap = shapely.box(-180, 89, 180, 90)
    found = places.locate(
        [(0, 90), (120, 89.99999), (0, -90)], [cap], [shapely.LineString([(0, 89), (0, 90)])]
    )
    assert found.polygon.tolist() == [0, 0, -1]
    assert found.line.tolist() == [0, 0, -1]
