"""Hot spots on other grids: what is one stays, what is an accident of the grid does not."""

import numpy as np
import pandas as pd
import pytest

from geo import cells, hotspots
from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.stability import LEVEL, RESOLUTIONS, RINGS, Variant, area_at, stability
from tests.geo.cities import CENTRE

LON, LAT = 116.85, 38.3
AREA = cells.disk([CENTRE], 14)[1]
Points = tuple[np.ndarray, np.ndarray]


def background(seed: int, n: int = 1_500) -> Points:
    random = np.random.default_rng(seed)
    return LON + random.uniform(-0.012, 0.012, n), LAT + random.uniform(-0.009, 0.009, n)


def around(lon: float, lat: float, *, n: int, spread: float, seed: int = 1) -> Points:
    random = np.random.default_rng(seed)
    return lon + random.normal(0, spread, n), lat + random.normal(0, spread, n)


def joined(*parts: Points) -> Points:
    lon, lat = zip(*parts, strict=True)
    return np.concatenate(lon), np.concatenate(lat)


@pytest.fixture(scope="module")
def town() -> Points:
    return joined(background(1), around(LON, LAT, n=400, spread=0.0008))


def test_a_real_hot_spot_is_hot_on_every_grid_and_the_ground_far_from_it_on_none(town: Points) -> None:
    found = stability(*town, AREA)

    score = pd.Series(found.score, index=AREA)
    assert len(found.variants) == len(RESOLUTIONS) * 4 * len(RINGS)
    assert score[int(CENTRE, 16)] == 1.0
    far = np.setdiff1d(AREA, cells.disk([CENTRE], 8)[1])
    assert score[far].mean() < 0.05
    np.testing.assert_allclose(found.score, found.hot.mean(axis=0))


@pytest.mark.parametrize("ring", RINGS)
def test_the_grid_as_it_is_says_what_gi_star_says(town: Points, ring: int) -> None:
    found = stability(*town, AREA, areas={10: AREA})
    row = found.variants.index(Variant(10, 0, ring))

    counts = pd.Series(1, index=cells.from_points(*town, 10)).groupby(level=0).sum()
    every = np.union1d(AREA, counts.index)
    truth = hotspots.gi_star(counts.reindex(every, fill_value=0), ring=ring)
    hot = (truth["z"] > 0) & (truth["q"] <= LEVEL)
    np.testing.assert_array_equal(found.hot[row], hot[AREA])
    assert hot[AREA].any()


def test_the_ground_of_a_cell_is_hot_where_half_of_its_reports_lie_in_hot_cells(town: Points) -> None:
    found = stability(*town, AREA, areas={11: area_at(AREA, 11)}, rings=(1,))
    row = found.variants.index(Variant(11, 0, 1))

    fine = pd.Series(1, index=cells.from_points(*town, 11)).groupby(level=0).sum()
    every = np.union1d(area_at(AREA, 11), fine.index)
    truth = hotspots.gi_star(fine.reindex(every, fill_value=0))
    hot = (truth["z"] > 0) & (truth["q"] <= LEVEL)
    flag = pd.Series(hot[cells.from_points(*town, 11)].to_numpy(), index=cells.from_points(*town, 10))
    share = flag.groupby(level=0).mean()
    for cell, told in zip(AREA.tolist(), found.hot[row], strict=True):
        if cell in share.index:
            assert told == (share[cell] >= 0.5)
        else:
            middle = cells.from_points(*cells.centres([cell]), 11)[0]
            assert told == bool(hot.get(middle, default=False))


def test_what_one_grid_puts_together_by_accident_is_shaky() -> None:
    """Sixteen reports at one address lie in the right cells of some grids and are lost on the others."""
    (lon,), (lat,) = cells.centres([CENTRE])
    firm = around(lon, lat, n=400, spread=0.0008)
    thin = around(lon + 0.008, lat, n=16, spread=0.0001, seed=3)
    points = joined(background(7), firm, thin)
    found = stability(*points, AREA)
    score = pd.Series(found.score, index=AREA)

    own = cells.from_points([lon + 0.008], [lat], 10)[0]
    assert 0 < score[own] < 0.6
    assert score[int(CENTRE, 16)] == 1.0


def test_cells_that_are_known_already_need_not_be_found_again(town: Points) -> None:
    bins = {resolution: cells.from_points(*town, resolution) for resolution in RESOLUTIONS}

    np.testing.assert_array_equal(stability(*town, AREA, bins=bins).hot, stability(*town, AREA).hot)


def test_rates_are_looked_at_on_the_cells_that_have_an_exposure(town: Points) -> None:
    areas = {resolution: area_at(AREA, resolution) for resolution in RESOLUTIONS}
    many = {resolution: np.ones(len(area)) for resolution, area in areas.items()}

    found = stability(*town, AREA, areas=areas, exposures=many)

    assert {variant.shift for variant in found.variants} == {0}
    assert pd.Series(found.score, index=AREA)[int(CENTRE, 16)] == 1.0
    with pytest.raises(AnalysisError, match="1 exposures for"):
        stability(*town, AREA, areas=areas, exposures={**many, 9: np.ones(1)})


def test_reports_outside_of_the_area_count_for_nobodys_ground(town: Points) -> None:
    few = cells.disk([CENTRE], 5)[1]

    found = stability(*town, few)

    assert len(found.score) == len(few)
    assert pd.Series(found.score, index=few)[int(CENTRE, 16)] == 1.0


def test_the_area_at_another_resolution_is_the_cells_whose_middle_lies_in_it() -> None:
    fine = area_at(AREA, 12)
    assert np.isin(cells.from_points(*cells.centres(fine), 10), AREA).all()
    assert len(fine) == pytest.approx(49 * len(AREA), rel=0.01)
    coarse = area_at(AREA, 9)
    assert np.isin(cells.from_points(*cells.centres(AREA), 9), coarse).all()
    np.testing.assert_array_equal(area_at(AREA, 10), np.sort(AREA))


def test_too_few_cells_or_no_reports_are_not_enough() -> None:
    nothing = np.zeros(0)
    with pytest.raises(NotEnoughDataError, match="no cells"):
        stability(nothing, nothing, [])
    with pytest.raises(NotEnoughDataError, match="On no grid"):
        stability(nothing, nothing, AREA)
    with pytest.raises(NotEnoughDataError, match="On no grid"):
        stability([LON], [LAT], [CENTRE], areas={10: cells.parse([CENTRE])})


def test_points_without_a_place_and_mixed_resolutions_are_refused(town: Points) -> None:
    with pytest.raises(CellError, match="have no cell"):
        stability([np.nan], [LAT], AREA)
    with pytest.raises(CellError, match="one resolution"):
        stability(*town, [int(CENTRE, 16), int(cells.from_points([LON], [LAT], 9)[0])])
    with pytest.raises(AnalysisError, match="Expected one for each report"):
        stability(*town, AREA, bins={10: AREA[:3]})
