"""Positions that are missing, wrong, swapped or doubtful."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ingest import positions
from data.store import Store
from geo.crs import WGS84
from tests.data.ingest.conftest import Import
from tests.data.ingest.made import read_rows, row, rows, stored, write

LON, LAT = 116.85, 38.30


def city(n: int, *, spread: float = 0.05, seed: int = 1) -> tuple[positions.Floats, positions.Floats]:
    """Return points around the middle of Cangzhou."""
    rng = np.random.default_rng(seed)
    return LON + rng.normal(0, spread, n), LAT + rng.normal(0, spread, n)


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("", "38.3", "no_coordinates"),
        ("null", "NULL", "no_coordinates"),
        ("0", "0", "zero_coordinates"),
        ("0.0", "0.000000", "zero_coordinates"),
        ("116.85", "98.3", "out_of_range"),
        ("-1168.5", "38.3", "out_of_range"),
        ("nan", "38.3", "no_coordinates"),
        ("east", "38.3", "unreadable_coordinates"),
        ("38.302", "116.852", "swapped_coordinates"),
    ],
)
def test_a_wrong_position_is_rejected_with_its_reason(
    import_: Import, tmp_path: Path, lon: str, lat: str, reason: str
) -> None:
    summary = import_(write(tmp_path / "export.csv", [*rows(30), row(31, 经度=lon, 纬度=lat)]))
    assert summary.reasons == {reason: 1}
    assert read_rows(summary.rejects_path)[0]["row"] == "32"


@pytest.mark.parametrize("lon", ["116,852", " 116.852 ", "116.852°E", "116.852E", "+116.852"])
def test_numbers_are_read_however_they_are_written(
    import_: Import, store: Store, tmp_path: Path, lon: str
) -> None:
    import_(write(tmp_path / "export.csv", [*rows(9), row(10, 经度=lon)]))
    assert stored(store)["lon"][-1] == 116.852


def test_swapped_positions_are_told_where_both_could_be_on_the_earth(import_: Import, tmp_path: Path) -> None:
    body = [(f"A{n}", "2024-09-01", -74.0 + n / 1000, 40.7 + n / 1000) for n in range(40)]
    body[7] = ("A7", "2024-09-01", 40.707, -73.993)
    header = ("id", "date", "lon", "lat")
    file = write(tmp_path / "york.csv", [[str(cell) for cell in one] for one in body], header=header)
    assert import_(file, tz="America/New_York").reasons == {"swapped_coordinates": 1}


def test_a_whole_file_that_is_swapped_says_how_to_turn_it(import_: Import, tmp_path: Path) -> None:
    body = [row(n, 经度=row(n)[6], 纬度=row(n)[5]) for n in range(1, 30)]
    file = write(tmp_path / "export.csv", body)
    summary = import_(file)
    assert summary.reasons == {"swapped_coordinates": 29}
    notice = next(notice for notice in summary.warnings if notice.code == "swapped_columns")
    assert "--map lat=经度 --map lon=纬度" in str(notice)
    assert import_(file, mapping={"lat": "经度", "lon": "纬度"}).taken == 29


def test_a_city_whose_longitude_is_like_its_latitude_is_not_swapped() -> None:
    rng = np.random.default_rng(1)
    lon, lat = 31.24 + rng.normal(0, 0.05, 500), 30.05 + rng.normal(0, 0.05, 500)  # Cairo
    extent = positions.extent_of(lon, lat)
    assert extent is not None
    outside = ~positions.inside(lon, lat, extent)
    assert not (outside & positions.swapped(lon, lat, WGS84, extent)).any()


def test_a_city_has_no_far_points() -> None:
    for spread in (0.005, 0.05, 0.3):
        lon, lat = city(5_000, spread=spread)
        assert not positions.far(lon, lat)[0].any()


def test_points_far_from_everything_else_are_told_even_where_they_stand_together() -> None:
    lon, lat = city(200, spread=0.01)
    lon, lat = np.append(lon, [LON + 0.3] * 25), np.append(lat, [LAT] * 25)  # 26 km east, an eighth of them
    far, scattered = positions.far(lon, lat)
    assert far.tolist() == [False] * 200 + [True] * 25
    assert not scattered


def test_a_lone_point_across_a_gap_is_far_in_a_wide_city_too() -> None:
    lon, lat = city(5_000, spread=0.1)
    lon, lat = np.append(lon, LON + 0.9), np.append(lat, LAT)
    assert np.flatnonzero(positions.far(lon, lat)[0]).tolist() == [5_000]


def test_several_towns_are_not_doubted_for_their_distance() -> None:
    parts = [city(n, spread=0.01, seed=n) for n in (160, 60, 70)]
    lon = np.concatenate([part[0] + n for n, part in enumerate(parts)])
    lat = np.concatenate([part[1] for part in parts])
    far, scattered = positions.far(lon, lat)
    assert not far.any()
    assert scattered


def test_a_handful_of_points_has_one_far_one() -> None:
    far, _scattered = positions.far(np.array([LON] * 9 + [0.5]), np.array([LAT] * 9 + [51.0]))
    assert far.tolist() == [False] * 9 + [True]
    assert not positions.far(np.array([LON, 0.5]), np.array([LAT, 51.0]))[0].any()


@settings(deadline=None)
@given(st.permutations(list(range(40))))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    lon, lat = city(40, spread=0.01)
    lon[3] += 2
    far = positions.far(lon, lat)[0]
    assert (positions.far(lon[order], lat[order])[0] == far[order]).all()


def test_points_outside_a_profiles_area_are_taken_and_doubted(
    import_: Import, store: Store, tmp_path: Path
) -> None:
    header = ("Unique Key", "Created Date", "Complaint Type", "Status", "Latitude", "Longitude")
    body = [
        (str(n), "09/01/2024 10:00:00 AM", "Graffiti", "Open", "40.7", f"{-74 + n / 100}") for n in range(20)
    ]
    body.append(("99", "09/01/2024 10:00:00 AM", "Graffiti", "Open", "42.36", "-71.06"))
    summary = import_(write(tmp_path / "nyc.csv", body, header=header))
    assert summary.taken == 21
    assert sum(summary.suspicious.values()) == 1
    assert stored(store).filter(pl.col("suspect").is_not_null())["external_id"].to_list() == ["99"]
