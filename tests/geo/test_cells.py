"""Cells against h3-py, which is another implementation of H3 than the one that is used."""

import h3.api.basic_int as h3
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo import cells
from geo.errors import CellError, GezhiError
from tests.shared_data import shared

LON, LAT = 116.9, 38.3  # Cangzhou: an edge of the icosahedron runs through this box


def city(n: int, *, seed: int = 1, spread: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return LON + rng.normal(0, spread, n), LAT + rng.normal(0, spread, n)


def by_loop(lon: np.ndarray, lat: np.ndarray, resolution: int) -> np.ndarray:
    pairs = zip(lat.tolist(), lon.tolist(), strict=True)
    return np.array([h3.latlng_to_cell(y, x, resolution) for y, x in pairs], dtype=np.uint64)


@st.composite
def points(draw: st.DrawFn, *, min_size: int = 0) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(min_size, 40))
    lon = draw(hnp.arrays(np.float64, n, elements=st.floats(-180, 180)))
    lat = draw(hnp.arrays(np.float64, n, elements=st.floats(-90, 90)))
    return lon, lat


@pytest.mark.parametrize("resolution", cells.RESOLUTIONS)
def test_every_point_of_a_city_gets_the_cell_that_h3_gives_it(resolution: int) -> None:
    lon, lat = city(20_000)
    np.testing.assert_array_equal(cells.from_points(lon, lat, resolution), by_loop(lon, lat, resolution))


@given(points(), st.integers(0, 15))
def test_every_point_of_the_globe_gets_the_cell_that_h3_gives_it(
    lonlat: tuple[np.ndarray, np.ndarray], resolution: int
) -> None:
    found = cells.from_points(*lonlat, resolution)
    assert found.dtype == np.uint64
    np.testing.assert_array_equal(found, by_loop(*lonlat, resolution))


@given(points(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(lonlat: tuple[np.ndarray, np.ndarray], random) -> None:
    lon, lat = lonlat
    order = np.array(random.sample(range(len(lon)), len(lon)), dtype=int)
    np.testing.assert_array_equal(
        cells.from_points(lon, lat, 9)[order], cells.from_points(lon[order], lat[order], 9)
    )
    one, other = (
        cells.count(cells.from_points(lon, lat, 9)),
        cells.count(cells.from_points(lon[order], lat[order], 9)),
    )
    np.testing.assert_array_equal(one, other)


@given(points())
def test_totals_survive_any_resolution(lonlat: tuple[np.ndarray, np.ndarray]) -> None:
    totals = {int(cells.count(cells.from_points(*lonlat, r))[1].sum()) for r in cells.RESOLUTIONS}
    assert totals == {len(lonlat[0])}


@pytest.mark.parametrize("form", [list, tuple, pd.Series, pl.Series, np.asarray])
def test_coordinates_may_come_in_any_form(form) -> None:
    found = cells.from_points(form([116.9, 116.91]), form([38.3, 38.31]), 10)
    np.testing.assert_array_equal(found, by_loop(np.array([116.9, 116.91]), np.array([38.3, 38.31]), 10))


def test_no_points_have_no_cells() -> None:
    assert cells.from_points([], [], 10).tolist() == []


@pytest.mark.parametrize(
    ("lon", "lat"), [(np.nan, 38.3), (116.9, np.inf), (116.9, 90.1), (-180.1, 38.3), (None, 38.3)]
)
def test_a_point_that_cannot_have_a_cell_is_named(lon: float, lat: float) -> None:
    with pytest.raises(CellError, match=r"1 of 3 points have no cell; first: .* \(row 1\)"):
        cells.from_points([116.9, lon, 116.9], [38.3, lat, 38.3], 10)


def test_missing_values_of_pandas_and_polars_are_named() -> None:
    with pytest.raises(CellError, match="1 of 2 points"):
        cells.from_points(pl.Series([116.9, None]), [38.3, 38.3], 10)
    with pytest.raises(CellError, match="1 of 2 points"):
        cells.from_points(pd.Series([116.9, pd.NA], dtype="Float64"), [38.3, 38.3], 10)


def test_words_as_coordinates_are_refused() -> None:
    with pytest.raises(CellError, match="Column 'lat' holds values that are not numbers"):
        cells.from_points([116.9], ["north"], 10)


def test_longitudes_and_latitudes_must_be_as_many() -> None:
    with pytest.raises(CellError, match="2 longitudes and 1 latitudes"):
        cells.from_points([116.9, 116.9], [38.3], 10)


@pytest.mark.parametrize("resolution", [-1, 16, 9.5, "10", True, None])
def test_a_resolution_that_h3_lacks_is_refused(resolution: object) -> None:
    with pytest.raises(CellError, match="is not an H3 resolution"):
        cells.from_points([116.9], [38.3], resolution)  # type: ignore[arg-type]


def test_errors_are_also_builtin_errors() -> None:
    assert issubclass(CellError, GezhiError)
    assert issubclass(CellError, ValueError)


@pytest.mark.parametrize("resolution", cells.RESOLUTIONS)
def test_a_query_gives_the_cells_that_the_function_gives(resolution: int) -> None:
    lon, lat = city(5_000)
    table = pl.LazyFrame({"x": lon, "y": lat}).select(cells.point_cells("x", "y", resolution))
    np.testing.assert_array_equal(table.collect()["cell"].to_numpy(), cells.from_points(lon, lat, resolution))


def test_in_a_query_a_point_without_a_cell_is_null_and_never_wrapped_round_the_globe() -> None:
    table = pl.DataFrame(
        {"lon": [116.9, 200.0, 1.0, None, float("nan")], "lat": [38.3, 38.3, 91.0, 1.0, 1.0]}
    )
    found = table.select(cells.point_cells("lon", "lat", 10))["cell"]
    assert found.is_null().to_list() == [False, True, True, True, True]


def test_in_a_query_whole_and_small_numbers_are_coordinates_too() -> None:
    table = pl.DataFrame({"lon": [117], "lat": [38]})
    small = table.cast(pl.Float32)
    expected = cells.from_points([117.0], [38.0], 10).tolist()
    assert table.select(cells.point_cells("lon", "lat", 10))["cell"].to_list() == expected
    assert small.select(cells.point_cells("lon", "lat", 10))["cell"].to_list() == expected


def test_counts_are_sorted_by_cell_and_add_up() -> None:
    lon, lat = city(10_000)
    found = cells.from_points(lon, lat, 8)
    unique, counts = cells.count(found)
    expected = pd.Series(found).value_counts().sort_index()
    np.testing.assert_array_equal(unique, expected.index.to_numpy())
    np.testing.assert_array_equal(counts, expected.to_numpy())
    assert counts.dtype == np.uint32


def test_no_cells_are_counted_as_none() -> None:
    unique, counts = cells.count([])
    assert len(unique) == len(counts) == 0


def test_a_cell_without_reports_counts_as_zero() -> None:
    area = h3.grid_disk(h3.latlng_to_cell(LAT, LON, 10), 2)
    counts = pd.Series([3, 5], index=[area[0], area[4]], name="reports")
    filled = cells.fill(counts, area)
    assert len(filled) == 19
    assert filled.sum() == 8
    assert filled[area[0]] == 3
    assert filled[area[1]] == 0
    assert filled.name == "reports"
    assert filled.dtype == counts.dtype
    assert counts.index.tolist() == [area[0], area[4]], "the input stays as it was"


@pytest.mark.parametrize("dtype", ["uint32", "int64", "float64", "UInt32", "Int64", "int64[pyarrow]"])
def test_filled_counts_keep_their_type_and_the_name_of_their_index(dtype: str) -> None:
    area = h3.grid_disk(h3.latlng_to_cell(LAT, LON, 10), 1)
    counts = pd.Series([3], index=pd.Index([f"{area[0]:x}"], name="cell"), dtype=dtype)
    filled = cells.fill(counts, area)
    assert filled.dtype == dtype
    assert filled.index.name == "cell"
    assert filled.index.dtype == np.uint64
    assert filled.index.is_monotonic_increasing
    assert filled.loc[area[0]] == filled.sum() == 3


def test_nothing_filled_into_nothing_is_nothing() -> None:
    assert len(cells.fill(pd.Series([], dtype="uint32"), [])) == 0


def test_a_cell_with_reports_outside_the_area_is_kept() -> None:
    area = h3.grid_disk(h3.latlng_to_cell(LAT, LON, 10), 1)
    far = h3.latlng_to_cell(LAT + 1, LON, 10)
    assert cells.fill(pd.Series([2], index=[far]), area).loc[far] == 2


def test_cells_of_two_resolutions_are_never_filled_together() -> None:
    with pytest.raises(CellError, match="are not of resolution"):
        cells.fill(pd.Series([2], index=[h3.latlng_to_cell(LAT, LON, 9)]), [h3.latlng_to_cell(LAT, LON, 10)])


def test_the_parent_of_a_finer_cell_is_the_wrong_hexagon_for_some_points() -> None:
    lon, lat = city(20_000)
    fine, coarse = cells.from_points(lon, lat, 10), cells.from_points(lon, lat, 9)
    parents = np.array([h3.cell_to_parent(cell, 9) for cell in fine.tolist()], dtype=np.uint64)
    assert 0.03 < np.mean(parents != coarse) < 0.1


def real_points(name: str, lon: str, lat: str) -> tuple[np.ndarray, np.ndarray]:
    path = shared(name)
    table = pl.read_csv(path, columns=[lon, lat], infer_schema=False, encoding="utf8-lossy")
    table = table.cast(pl.Float64, strict=False).drop_nulls()
    return table[lon].to_numpy(), table[lat].to_numpy()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "lon", "lat", "n"),
    [
        ("nyc311/nyc311_2023-02-28.csv", "Longitude", "Latitude", 4_912),
        ("chicago311/sanitation_2014-11-10.csv.gz", "Longitude", "Latitude", 72_822),
        ("zhengzhou/theft_locations.csv", "lon", "lat", 203),
    ],
)
def test_totals_of_real_cities_agree_at_every_resolution(name: str, lon: str, lat: str, n: int) -> None:
    points = real_points(name, lon, lat)
    for resolution in cells.RESOLUTIONS:
        found = cells.from_points(*points, resolution)
        np.testing.assert_array_equal(found, by_loop(*points, resolution))
        assert cells.count(found)[1].sum() == n


def test_counts_with_a_cell_twice_are_refused() -> None:
    cell = h3.latlng_to_cell(LAT, LON, 9)
    with pytest.raises(CellError, match="given twice"):
        cells.fill(pd.Series([2, 3], index=[cell, cell]), [cell])
