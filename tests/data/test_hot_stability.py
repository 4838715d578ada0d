"""Which hot spots of a city stand on other grids."""

from datetime import date

import numpy as np
import pytest

from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotAsked
from data.hot_now import CLASSES as NOW
from data.hot_now import hot_now
from data.hot_stability import CLASSES, HOLDS, MOSTLY, hot_stability
from data.store import Store
from data.study_area import study_area
from geo.stability import stability


def asked(resolution: int = 10, per: str = "", **where: object) -> HotAsked:
    return HotAsked(where=Filter(**where), kind="stability", resolution=resolution, per=per)  # type: ignore[arg-type] # sides of a filter


@pytest.mark.parametrize("resolution", [9, 10, 11])
def test_each_hot_cell_is_told_by_its_share_of_grids(zone_cube: Cube, resolution: int) -> None:
    question = asked(resolution, categories=("illegal_parking",))
    found, now = hot_stability(zone_cube, question), hot_now(zone_cube, question)

    rows = zone_cube.frame.filter(
        zone_cube.frame["category"] == zone_cube.words_of("category").index("illegal_parking")
    )
    lon, lat = rows["lon"].to_numpy(), rows["lat"].to_numpy()
    areas = {level: study_area(zone_cube, Filter(), level) for level in (9, 10, 11)}
    truth = stability(lon, lat, areas[resolution], areas=areas)
    np.testing.assert_array_equal(found.cells, areas[resolution])
    np.testing.assert_array_equal(found.figures, truth.score)
    hot = np.array([slug.startswith("hot") for slug in NOW])[now.codes]
    assert hot.any()
    np.testing.assert_array_equal(found.codes != 0, hot)
    for slug, low, high in (("holds", HOLDS, 1), ("mostly", MOSTLY, HOLDS), ("shaky", 0, MOSTLY)):
        share = found.figures[found.codes == CLASSES.index(slug)]
        assert ((share >= low) & (share <= high)).all()


def test_a_hot_cell_of_this_grid_is_hot_on_at_least_one(zone_cube: Cube) -> None:
    found = hot_stability(zone_cube, asked())

    assert (found.figures[found.codes != 0] > 0).all()
    assert found.figures.max() == 1.0


def test_by_street_the_grids_of_h3_are_compared(zone_cube: Cube) -> None:
    found = hot_stability(zone_cube, asked(per="street"))

    assert not found.note
    assert set((found.figures * 6).round(9).tolist()) <= set(map(float, range(7)))


def test_where_there_is_no_answer_it_says_why(zone_cube: Cube, store: Store) -> None:
    few = tuple(zone_cube.counts(Filter(), 10).cells[:3].tolist())

    assert hot_stability(zone_cube, asked(start=date(1999, 1, 1), end=date(1999, 2, 1))).note == "same"
    assert hot_stability(zone_cube, asked(cells=few)).note == "cells"
    assert hot_stability(Cube.open(store), asked()).note == "cells"
