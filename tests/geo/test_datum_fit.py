"""Which datum points are in: told by streets and earlier points, or honestly not told."""

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from geo.crs import BD09, CGCS2000, GCJ02, WGS84, Crs, from_wgs84, haversine_m, to_wgs84
from geo.datum_evidence import NEAR_M, Evidence
from geo.datum_fit import fit_places, fit_points
from geo.distances import from_local_m, to_local_m
from tests.geo.zone import CANGZHOU, Floats, along, streets
from tests.shared_data import shared

DATUMS = (WGS84, GCJ02, BD09)
LINES = streets(1)
CITY = Evidence(streets=LINES)


def real(datum: Crs) -> tuple[Floats, Floats, Evidence]:
    """Return the real points of Zhengzhou in a datum, and its real streets."""
    points = pl.read_csv(shared("zhengzhou/theft_locations.csv"))
    roads = shapely.from_geojson(shared("zhengzhou/roads.geojson").read_text("utf-8-sig"))
    lon, lat = (points[name].to_numpy() for name in ("lon", "lat"))
    return *from_wgs84(lon, lat, datum), Evidence(streets=shapely.get_parts(roads))


@pytest.mark.parametrize("declared", DATUMS)
@pytest.mark.parametrize("true", DATUMS)
def test_streets_tell_every_datum_from_every_other(true: Crs, declared: Crs) -> None:
    lon, lat = along(LINES, 400, 2)
    x, y = from_wgs84(lon, lat, true)
    found = fit_points(x, y, declared, CITY)
    assert found.best == true
    assert found.agrees == (true == declared)
    as_declared = to_wgs84(x, y, declared)
    assert found.best_shift_m == pytest.approx(np.median(haversine_m(lon, lat, *as_declared)), abs=5)


@pytest.mark.parametrize("true", DATUMS)
def test_earlier_reports_tell_the_datum_where_they_lie_at_the_same_spots(true: Crs) -> None:
    spots = along(LINES, 300, 3)
    earlier = tuple(values + 2e-5 for values in spots)
    found = fit_points(*from_wgs84(*spots, true), WGS84, Evidence(earlier=(earlier[0], earlier[1])))
    assert found.best == true
    assert [comparison.kind for comparison in found.comparisons] == ["earlier"]


@pytest.mark.shared
@pytest.mark.parametrize(("true", "shift_m"), [(WGS84, 0), (GCJ02, 576.7), (BD09, 1_285)])
def test_the_real_points_of_zhengzhou_are_told_by_its_real_streets(true: Crs, shift_m: float) -> None:
    x, y, roads = real(true)
    found = fit_points(x, y, WGS84, roads)
    assert found.best == true
    assert found.best_shift_m == pytest.approx(shift_m, abs=5)
    index = found.candidates.index(true)
    assert found.comparisons[0].median_m[index] == pytest.approx(27.5, abs=1)


@pytest.mark.shared
@pytest.mark.parametrize("true", DATUMS)
def test_the_real_streets_are_told_by_reports_that_are_there(true: Crs) -> None:
    lon, lat, roads = real(WGS84)
    moved = shapely.transform(roads.streets, lambda x, y: from_wgs84(x, y, true), interleaved=False)
    assert fit_places(moved, WGS84, Evidence(earlier=(lon, lat))).best == true
    assert fit_places(moved, WGS84, roads).best == true


@pytest.mark.shared
def test_a_few_real_points_are_not_enough_and_it_says_so() -> None:
    x, y, roads = real(GCJ02)
    assert fit_points(x[:9], y[:9], WGS84, roads).reason == "few_points"
    assert fit_points(x[:20], y[:20], WGS84, roads).reason == "unclear"


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 400),
    noise_m=st.floats(0, 400),
    strays=st.floats(0, 1),
    true=st.sampled_from(DATUMS),
    declared=st.sampled_from(DATUMS),
)
def test_it_never_picks_a_datum_that_fits_worse(
    *, seed: int, n: int, noise_m: float, strays: float, true: Crs, declared: Crs
) -> None:
    lon, lat = along(LINES, n, seed, noise_m=noise_m, strays=strays)
    found = fit_points(*from_wgs84(lon, lat, true), declared, CITY)
    assert found.best in (None, true)
    for comparison in found.comparisons:
        if comparison.speaks_for is not None:
            assert comparison.score[comparison.speaks_for] == max(comparison.score)


@hypothesis_settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 500))
def test_points_that_have_nothing_to_do_with_the_streets_tell_nothing(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(CANGZHOU[0], 0.02, n), rng.normal(CANGZHOU[1], 0.02, n)
    assert fit_points(x, y, WGS84, CITY).best is None


@hypothesis_settings(max_examples=15, deadline=None)
@given(
    lon=st.floats(-120, 60),
    lat=st.floats(-50, 60),
    seed=st.integers(0, 100),
)
def test_outside_china_the_datums_are_one_and_nothing_is_guessed(lon: float, lat: float, seed: int) -> None:
    lines = streets(seed, around=(lon, lat), n=10)
    x, y = along(lines, 50, seed)
    found = fit_points(x, y, WGS84, Evidence(streets=lines))
    assert (found.best, found.reason, max(found.shift_m)) == (None, "same", 0)


def test_the_order_of_the_rows_does_not_matter() -> None:
    x, y = along(LINES, 6_000, 4)
    turned = np.random.default_rng(1).permutation(len(x))
    assert fit_points(x, y, WGS84, CITY) == fit_points(x[turned], y[turned], WGS84, CITY)


def test_streets_as_far_apart_as_the_shift_tell_nothing() -> None:
    shift_m = (
        np.array([float(value[0]) for value in from_wgs84(*(np.array([v]) for v in CANGZHOU), GCJ02)])
        - CANGZHOU
    )
    steps = np.arange(-12, 13)
    verticals = [
        shapely.LineString([(CANGZHOU[0] + k * shift_m[0], 38.2), (CANGZHOU[0] + k * shift_m[0], 38.4)])
        for k in steps
    ]
    horizontals = [
        shapely.LineString([(116.76, CANGZHOU[1] + k * shift_m[1]), (116.96, CANGZHOU[1] + k * shift_m[1])])
        for k in steps
    ]
    grid = np.array(verticals + horizontals, dtype=object)
    x, y = along(grid, 600, 5, strays=0)
    found = fit_points(x, y, WGS84, Evidence(streets=grid))
    assert (found.best, found.reason) == (None, "unclear")


def test_without_evidence_nothing_is_said() -> None:
    x, y = along(LINES, 50, 6)
    assert fit_points(x, y, WGS84, Evidence()).reason == "no_evidence"
    assert fit_points([], [], WGS84, CITY).best is None
    assert fit_points([np.nan, 0], [np.nan, 0], WGS84, CITY).best is None


def test_points_far_from_all_streets_say_nothing() -> None:
    x, y = along(streets(1, around=(117.4, 38.3)), 200, 7)
    found = fit_points(x, y, WGS84, CITY)
    assert (found.best, found.reason, found.comparisons) == (None, "few_points", ())


def test_streets_and_reports_that_disagree_are_a_contradiction() -> None:
    spots = along(LINES, 300, 8)
    x, y = from_wgs84(*spots, GCJ02)
    found = fit_points(x, y, WGS84, Evidence(streets=LINES, earlier=(x + 2e-5, y)))
    assert (found.best, found.reason) == (None, "contradictory")


def test_points_cut_off_at_a_boundary_are_told_by_it() -> None:
    square_m = 1_500
    rng = np.random.default_rng(9)
    lon, lat = from_local_m(*rng.uniform(-square_m, square_m, (2, 500)), around=CANGZHOU)
    corners = from_local_m(
        square_m * np.array([-1, 1, 1, -1]), square_m * np.array([-1, -1, 1, 1]), around=CANGZHOU
    )
    area = Evidence(areas=np.array([shapely.polygons(np.stack(corners, axis=1))], dtype=object))
    assert fit_points(lon, lat, WGS84, area).best == WGS84
    assert fit_points(*from_wgs84(lon, lat, GCJ02), WGS84, area).best == GCJ02
    middle = (np.abs(lon - CANGZHOU[0]) < 0.002) & (np.abs(lat - CANGZHOU[1]) < 0.002)
    assert fit_points(lon[middle], lat[middle], WGS84, area).best is None, "inside under every datum"


def test_cgcs2000_counts_as_wgs84() -> None:
    found = fit_points(*along(LINES, 300, 10), CGCS2000, CITY)
    assert found.agrees
    assert found.candidates == DATUMS


def test_a_projection_is_compared_with_its_other_zones_when_they_are_named() -> None:
    right, wrong = Crs("EPSG:4548"), Crs("EPSG:4547")
    x, y = from_wgs84(*along(LINES, 300, 11), right)
    assert fit_points(x, y, right, CITY).agrees
    found = fit_points(x, y, wrong, CITY, others=(right,))
    assert found.best == right
    assert found.best_shift_m > 250_000


def test_the_figures_are_those_of_a_slow_obvious_count() -> None:
    x, y = along(LINES, 200, 12, strays=0)
    figures = fit_points(x, y, WGS84, CITY).comparisons[0]
    plane = [
        shapely.transform(line, lambda a, b: to_local_m(a, b, around=CANGZHOU), interleaved=False)
        for line in LINES
    ]
    distances = [
        min(line.distance(shapely.Point(east, north)) for line in plane)
        for east, north in zip(*to_local_m(x, y, around=CANGZHOU), strict=True)
    ]
    assert figures.places == len(distances)
    assert figures.median_m[0] == pytest.approx(np.median(distances), abs=0.5)
    assert figures.share[0] == pytest.approx(np.mean(np.array(distances) <= NEAR_M), abs=0.01)
