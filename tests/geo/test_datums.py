"""GCJ-02 and BD-09 against published pairs and a slow version of the formula."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import crs
from geo.errors import CrsError
from tests.shared_data import shared

WEST, SOUTH, EAST, NORTH = crs.CHINA
METRES_PER_DEGREE = 111_700  # the longest degree there is: an upper bound for every error

#: Pairs that the test suites of conversion libraries in several languages share: lon, lat, lon, lat.
WGS84_GCJ02 = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),  # Shanghai
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),  # Shenzhen
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),  # Beijing
    (116.404, 39.915, 116.41024449916938, 39.91640428150164),
]
#: City points as two map services gave them, with seven decimals: lon, lat in GCJ-02, then in BD-09.
GCJ02_BD09 = [
    (116.404, 39.915, 116.41036949371029, 39.92133699351021),
    (116.8388422, 38.3044822, 116.8454238, 38.3102948),  # Cangzhou
    (114.5048503, 37.0705911, 114.5113116, 37.0766797),  # Xingtai
    (123.4314787, 41.8057023, 123.438095, 41.8114013),  # Shenyang
    (98.4943595, 39.7328234, 98.5008441, 39.7388949),  # Jiuquan
    (116.6819735, 23.3540964, 116.6885014, 23.3598884),  # Shantou
    (92.0512438, 31.4762063, 92.0576832, 31.4824421),  # Nagqu
]

in_china = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        hnp.arrays(np.float64, n, elements=st.floats(WEST + 1e-6, EAST - 1e-6)),
        hnp.arrays(np.float64, n, elements=st.floats(SOUTH + 1e-6, NORTH - 1e-6)),
    )
)
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def error_m(found: tuple[np.ndarray, np.ndarray], lon: np.ndarray, lat: np.ndarray) -> float:
    return float(np.hypot(found[0] - lon, found[1] - lat).max()) * METRES_PER_DEGREE


def slow_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The formula as it is printed, one point and one sine at a time."""
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    short = (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + short
    north += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * pi) + 320.0 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + short
    east += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - 0.00669342162296594323 * math.sin(lat / 180.0 * pi) ** 2
    root = math.sqrt(magic)
    east = east * 180.0 / (6378245.0 / root * math.cos(lat / 180.0 * pi) * pi)
    north = north * 180.0 / (6378245.0 * (1 - 0.00669342162296594323) / (magic * root) * pi)
    return lon + east, lat + north


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), WGS84_GCJ02)
def test_gcj02_gives_the_published_pairs(lon: float, lat: float, gcj_lon: float, gcj_lat: float) -> None:
    np.testing.assert_allclose(crs.to_gcj02(lon, lat), (gcj_lon, gcj_lat), rtol=0, atol=1e-12)
    np.testing.assert_allclose(crs.from_gcj02(gcj_lon, gcj_lat), (lon, lat), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("gcj_lon", "gcj_lat", "bd_lon", "bd_lat"), GCJ02_BD09)
def test_bd09_gives_the_published_pairs(gcj_lon: float, gcj_lat: float, bd_lon: float, bd_lat: float) -> None:
    there, back = crs.to_bd09(*crs.from_gcj02(gcj_lon, gcj_lat)), crs.to_gcj02(*crs.from_bd09(bd_lon, bd_lat))
    np.testing.assert_allclose(there, (bd_lon, bd_lat), rtol=0, atol=2e-7)
    np.testing.assert_allclose(back, (gcj_lon, gcj_lat), rtol=0, atol=2e-7)


@given(in_china)
def test_gcj02_agrees_with_the_slow_formula(lonlat: tuple[np.ndarray, np.ndarray]) -> None:
    slow = np.array([slow_gcj02(x, y) for x, y in zip(*(axis.tolist() for axis in lonlat), strict=True)])
    assert error_m(crs.to_gcj02(*lonlat), slow[:, 0], slow[:, 1]) < 1e-8


@given(in_china)
def test_there_and_back_is_the_same_place_within_a_ten_millionth_of_a_metre(
    lonlat: tuple[np.ndarray, np.ndarray],
) -> None:
    assert error_m(crs.from_gcj02(*crs.to_gcj02(*lonlat)), *lonlat) <= 1e-7
    assert error_m(crs.from_bd09(*crs.to_bd09(*lonlat)), *lonlat) <= 1e-7


def test_there_and_back_holds_over_the_whole_box() -> None:
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(WEST, EAST, 500_000), rng.uniform(SOUTH, NORTH, 500_000)
    assert error_m(crs.from_gcj02(*crs.to_gcj02(lon, lat)), lon, lat) <= 1e-7
    assert error_m(crs.from_bd09(*crs.to_bd09(lon, lat)), lon, lat) <= 1e-7


@given(anywhere.filter(lambda p: not (WEST <= p[0] <= EAST and SOUTH <= p[1] <= NORTH)))
def test_outside_the_box_both_datums_are_wgs84(lonlat: tuple[float, float]) -> None:
    assert tuple(map(float, crs.to_gcj02(*lonlat))) == lonlat
    assert tuple(map(float, crs.to_bd09(*lonlat))) == lonlat


@pytest.mark.parametrize(
    "lonlat", [(-73.9, 40.7), (139.767, 35.681), (0, 0), (180, 90), (-180, -90), (71.9, 40)]
)
def test_places_abroad_come_back_as_they_are(lonlat: tuple[float, float]) -> None:
    assert tuple(map(float, crs.from_gcj02(*lonlat))) == lonlat
    assert tuple(map(float, crs.from_bd09(*lonlat))) == lonlat


@pytest.mark.shared
def test_the_shift_around_cangzhou_is_492_to_562_metres() -> None:
    districts = json.loads(shared("cangzhou/130900.json").read_text(encoding="utf-8"))["features"]
    county = next(d for d in districts if d["properties"]["name"] == "沧县")
    rings = [ring for polygon in county["geometry"]["coordinates"] for ring in polygon]
    lon, lat = np.concatenate([np.array(ring)[:, :2] for ring in rings]).T
    shift_m = crs.haversine_m(lon, lat, *crs.to_gcj02(lon, lat))
    assert shift_m.min() == pytest.approx(492, abs=2)
    assert shift_m.max() == pytest.approx(562, abs=2)


@pytest.mark.parametrize("convert", [crs.to_gcj02, crs.from_gcj02, crs.to_bd09, crs.from_bd09])
def test_the_order_and_number_of_points_do_not_matter(convert) -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(60, 150, 40_000), rng.uniform(-10, 60, 40_000)
    order = rng.permutation(40_000)
    whole, shuffled = convert(lon, lat), convert(lon[order], lat[order])
    np.testing.assert_allclose(np.array(whole)[:, order], shuffled, rtol=0, atol=1e-13)
    np.testing.assert_allclose(convert(lon[7], lat[7]), (whole[0][7], whole[1][7]), rtol=0, atol=1e-13)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("convert", [crs.to_gcj02, crs.from_gcj02, crs.to_bd09, crs.from_bd09])
def test_what_is_no_coordinate_stays_as_it_is_without_a_warning(convert) -> None:
    lon, lat = np.array([np.nan, 116.9, np.inf, 1e300, 0.0]), np.array([38.3, np.nan, 38.3, 38.3, -1e300])
    found = convert(lon, lat)
    np.testing.assert_array_equal(found[0], lon)
    np.testing.assert_array_equal(found[1], lat)


def test_the_input_is_not_changed_and_the_shape_is_kept() -> None:
    lon, lat = np.full((3, 2), 116.9), np.full((3, 2), 38.3)
    found = crs.to_gcj02(lon, lat)
    assert found[0].shape == found[1].shape == (3, 2)
    assert (lon == 116.9).all()


def test_longitudes_and_latitudes_must_be_as_many() -> None:
    with pytest.raises(CrsError, match="Expected one shape"):
        crs.to_gcj02([116.9, 117.0], [38.3])
