"""Which cells of a city are hot in a period, and by what they are counted."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from data.cube import Cube
from data.filters import Filter
from data.hot_cells import HotAsked
from data.hot_now import CLASSES, classed, hot_now, why
from data.store import Store
from data.study_area import study_area
from data.visit_counts import visit_days, visits_per_cell
from geo import hotspots
from geo.cells import disk
from i18n import use_locale

END = date(2026, 6, 17)  # of the zone's reports


def asked(resolution: int = 10, per: str = "", **where: object) -> HotAsked:
    return HotAsked(where=Filter(**where), kind="now", resolution=resolution, per=per)  # type: ignore[arg-type] # sides of a filter


@pytest.mark.parametrize("resolution", [9, 10, 11])
def test_every_cell_of_the_area_is_scored_and_empty_ones_are_zeros(zone_cube: Cube, resolution: int) -> None:
    found = hot_now(zone_cube, asked(resolution, categories=("illegal_parking",)))

    area = study_area(zone_cube, Filter(), resolution)
    counted = zone_cube.counts(Filter(categories=("illegal_parking",)), resolution)
    counts = pd.Series(counted.counts, index=counted.cells).reindex(area, fill_value=0)
    truth = hotspots.gi_star(counts)
    np.testing.assert_array_equal(found.cells, area)
    np.testing.assert_array_equal(found.n, counts)
    np.testing.assert_allclose(found.figures, truth["z"], rtol=1e-12)
    for code, slug in enumerate(CLASSES[1:], 1):
        level = 1 - int(slug[-2:]) / 100
        signed = truth["z"] > 0 if slug.startswith("hot") else truth["z"] < 0
        assert (truth["q"][found.codes == code] <= level).all()
        assert signed[found.codes == code].all()
    assert (truth["q"][found.codes == 0] > 0.1).all()
    assert np.isin(found.codes, [CLASSES.index("hot99")]).any()


def test_cold_cells_are_told_from_hot_ones() -> None:
    z = np.array([3.0, -3.0, 2.0, -2.0, 1.0, -1.0, 0.1, np.nan])
    q = np.array([0.01, 0.005, 0.05, 0.02, 0.1, 0.07, 0.9, np.nan])

    assert [CLASSES[code] for code in classed(z, q)] == [
        *("hot99", "cold99", "hot95", "cold95", "hot90", "cold90", "none", "none")
    ]


def test_the_second_who_asks_gets_what_was_kept(zone_cube: Cube) -> None:
    first, again = hot_now(zone_cube, asked()), hot_now(zone_cube, asked())

    for one, other in (
        (first.cells, again.cells),
        (first.codes, again.codes),
        (first.figures, again.figures),
        (first.n, again.n),
    ):
        assert np.shares_memory(one, other)
        assert not other.flags.writeable
        assert other.flags.c_contiguous
        assert other.flags.aligned


def test_reports_by_street_are_scored_where_there_are_streets(zone_cube: Cube) -> None:
    found = hot_now(zone_cube, asked(11, per="street"))
    known = ~np.isnan(found.figures)

    assert 0 < known.sum() < known.size
    assert (found.codes[~known] == 0).all()
    assert not np.allclose(found.figures[known], hot_now(zone_cube, asked(11)).figures[known])


def test_reports_by_visit_are_those_of_the_days_that_visits_are_known_of(zone_cube: Cube) -> None:
    first, last = visit_days(zone_cube, Filter()) or (None, None)
    middle = END - timedelta(days=100)
    assert first is not None
    assert first < middle < last

    found = hot_now(zone_cube, asked(per="visit", end=middle))

    area = study_area(zone_cube, Filter(), 10)
    days = Filter(start=first, end=middle)
    counted = zone_cube.counts(days, 10)
    counts = pd.Series(counted.counts, index=counted.cells).reindex(area, fill_value=0)
    visits = pd.Series(visits_per_cell(zone_cube, area, days), index=area)
    truth = hotspots.gi_star(counts, exposure=visits)
    np.testing.assert_array_equal(found.n, counts)
    np.testing.assert_allclose(found.figures, truth["z"], rtol=1e-12)
    assert not found.note


def test_where_no_visits_are_known_it_says_so(zone_cube: Cube) -> None:
    found = hot_now(zone_cube, asked(per="visit", start=date(1999, 1, 1), end=date(1999, 2, 1)))

    assert found.note == "visits"
    assert not found.codes.any()
    assert np.isnan(found.figures).all()
    assert len(found.cells) == len(study_area(zone_cube, Filter(), 10))


def test_a_period_without_reports_says_that_all_cells_are_the_same(zone_cube: Cube) -> None:
    found = hot_now(zone_cube, asked(start=date(1999, 1, 1), end=date(1999, 2, 1)))

    assert found.note == "same"
    assert len(found.cells) == len(study_area(zone_cube, Filter(), 10))


def test_a_handful_of_cells_is_too_few(zone_cube: Cube) -> None:
    few = tuple(zone_cube.counts(Filter(), 10).cells[:3].tolist())

    assert hot_now(zone_cube, asked(cells=few)).note == "cells"


def test_an_empty_city_has_no_cell(store: Store) -> None:
    found = hot_now(Cube.open(store), asked())

    assert found.note == "cells"
    assert not found.cells.size


def test_around_each_cell_so_many_reports_are_counted_beside_what_is_usual(zone_cube: Cube) -> None:
    question = asked(categories=("illegal_parking",))
    found = hot_now(zone_cube, question)
    hot = int(found.cells[np.nanargmax(found.figures)])
    around = np.isin(found.cells, disk([hot], 1)[1])

    use_locale("en")
    said, outside = why(zone_cube, question, np.array([hot, 0x8A2A1072B59FFFF], np.uint64))

    assert said.startswith(f"{int(found.n[around].sum()):,} reports in this cell and around it")
    assert f"{found.n.mean() * around.sum():.1f}"[:2] in said.split(":")[1]
    assert outside == ""
    assert why(zone_cube, asked(per="street"), found.cells[:2]) == ["", ""]
