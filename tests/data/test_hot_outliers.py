"""Which cells of a city are unlike their neighbours."""

from datetime import date

import numpy as np
import pytest

from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotAsked
from data.hot_now import counts_of
from data.hot_outliers import CLASSES, LEVEL, hot_outliers
from data.store import Store
from geo.moran import likeness
from geo.neighbourhood import Neighbourhood


def asked(resolution: int = 10, per: str = "", **where: object) -> HotAsked:
    return HotAsked(where=Filter(**where), kind="outliers", resolution=resolution, per=per)  # type: ignore[arg-type] # sides of a filter


def test_classes_are_the_quadrants_of_cells_that_chance_does_not_explain(zone_cube: Cube) -> None:
    found = hot_outliers(zone_cube, asked(11))

    area, n = counts_of(zone_cube, asked(11))
    truth = likeness(Neighbourhood.of(area), n, permutations=99_999, seed=1)
    np.testing.assert_array_equal(found.cells, area)
    np.testing.assert_array_equal(found.figures, truth.z)
    # Dealt with another seed: what lies well off the level is the same.
    sure, unsure = truth.q <= 0.8 * LEVEL, truth.q > 1.2 * LEVEL
    np.testing.assert_array_equal(found.codes[sure], truth.quadrant[sure])
    assert not found.codes[unsure].any()
    assert {"high_high", "low_high"} <= {CLASSES[code] for code in found.codes}


def test_by_what_reports_are_counted_changes_who_is_an_outlier(zone_cube: Cube) -> None:
    plain, by_street = (hot_outliers(zone_cube, asked(10, per=per)).figures for per in ("", "street"))

    known = ~np.isnan(by_street)
    assert 30 < known.sum() < known.size
    assert not np.allclose(plain[known], by_street[known], equal_nan=True)


@pytest.mark.parametrize(
    ("per", "where", "note"),
    [
        ("visit", {"start": date(1999, 1, 1), "end": date(1999, 2, 1)}, "visits"),
        ("", {"start": date(1999, 1, 1), "end": date(1999, 2, 1)}, "same"),
        ("street", {"start": date(1999, 1, 1), "end": date(1999, 2, 1)}, "same"),
    ],
)
def test_where_there_is_no_answer_it_says_why(
    zone_cube: Cube, per: str, where: dict[str, object], note: str
) -> None:
    found = hot_outliers(zone_cube, asked(per=per, **where))

    assert found.note == note
    assert not found.codes.any()
    assert np.isnan(found.figures).all()


def test_a_handful_of_cells_is_too_few(zone_cube: Cube, store: Store) -> None:
    few = tuple(zone_cube.counts(Filter(), 10).cells[:3].tolist())

    assert hot_outliers(zone_cube, asked(cells=few)).note == "cells"
    assert hot_outliers(Cube.open(store), asked()).note == "cells"
