"""The demo zone: where only the patrols doubled a warning stands, at planted hot spots none."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
import shapely

from data import demo
from data.actors import SYSTEM
from data.cube import Cube
from data.demo.stories import MORE_PATROLS_IN, MORE_PATROLS_SINCE_WEEKS
from data.demo.zone import demo_zone
from data.filters import Filter
from data.hot_blind import hot_blind
from data.hot_cells import HotAsked
from data.patrol_sources import set_patrol_sources
from data.patrol_warning import PatrolMoves, patrol_moves, patrol_warning
from data.store import Store
from geo.cells import boundaries, centres

END = date(2026, 6, 14)
ASKED = HotAsked()


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[demo.Demo, Cube]]:
    """Write the whole zone's reports, areas and visits; streets and rules are not needed here."""
    made = demo.make(end=END)
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('patrols') / 'zone.sqlite'}") as store:
        store.set_fact("tz", demo.TZ, actor=SYSTEM)
        store.write_places(demo_zone().of("grid")[0], actor=SYSTEM)
        store.write_reports(made.reports, actor=SYSTEM)
        store.write_visits(demo.visit_rows(made.truth, store.areas(actor=SYSTEM)), actor=SYSTEM)
        yield made, Cube.open(store)


def in_grids(cells: np.ndarray, wanted: pl.Series, *, whole: bool = False) -> np.ndarray:
    """Tell which cells lie in grids of these names: their middles, or all of them."""
    grids, _plan = demo_zone().of("grid")
    ground = shapely.union_all(grids.geometry[grids["name"].isin(list(wanted))])
    if whole:
        return np.asarray(shapely.contains(ground, boundaries(cells)))
    return np.asarray(shapely.contains_xy(ground, *centres(cells)))


def in_doubled(found: PatrolMoves) -> np.ndarray:
    grids, _plan = demo_zone().of("grid")
    mine = grids["attributes"].map(lambda facts: facts["parent"] == MORE_PATROLS_IN)
    return in_grids(found.cells, pl.Series(grids["name"][mine].tolist()))


def planted_cells(made: demo.Demo, found: PatrolMoves) -> np.ndarray:
    """Cells that a planted hot spot gives a twentieth of its reports or more."""
    told = made.truth.cells.filter(pl.col("story").is_not_null() & (pl.col("share") >= 0.05))
    return np.isin(found.cells, told["cell"].to_numpy())


def test_rises_of_the_community_with_twice_the_patrols_are_the_patrols_doing(
    zone: tuple[demo.Demo, Cube],
) -> None:
    made, cube = zone
    found = patrol_moves(cube, ASKED)
    there = in_doubled(found) & ~planted_cells(made, found)
    changed = END - timedelta(weeks=MORE_PATROLS_SINCE_WEEKS)
    starts = [found.starts[step] for step in found.since[there & (found.since > 0)]]
    assert np.mean([abs((start - changed).days) <= 14 for start in starts]) > 0.95
    assert np.median(found.visits[there]) == pytest.approx(2.2, abs=0.2)
    rose = there & (found.reports > 1.4) & (found.since > 0)
    assert rose.sum() > 50
    assert (found.moved[rose] == 1).mean() >= 0.75


def test_no_planted_hot_spot_is_put_down_to_the_patrols(zone: tuple[demo.Demo, Cube]) -> None:
    made, cube = zone
    found = patrol_moves(cube, ASKED)
    planted = planted_cells(made, found)
    assert planted.sum() > 25
    assert not found.moved[planted].any()
    own = patrol_moves(cube, HotAsked(where=Filter(sources=("patrol",))))
    assert not own.moved[planted].any(), "what others report is known whatever the filter chooses"


def test_elsewhere_hardly_anything_is_put_down_to_the_patrols(zone: tuple[demo.Demo, Cube]) -> None:
    _made, cube = zone
    found = patrol_moves(cube, ASKED)
    assert np.count_nonzero(found.moved[~in_doubled(found)]) <= 0.02 * len(found.cells)


def test_the_warning_names_the_day_and_the_figures(zone: tuple[demo.Demo, Cube]) -> None:
    _made, cube = zone
    found = patrol_moves(cube, ASKED)
    row = int(np.flatnonzero(in_doubled(found) & (found.moved == 1))[0])
    words = patrol_warning(cube, int(found.cells[row]), ASKED)
    assert words is not None
    assert found.starts[found.since[row]].isoformat() in words
    assert f"{found.visits[row]:.1f} times as often" in words
    assert words.endswith("Others report no more than before.")
    quiet = int(found.cells[np.flatnonzero(found.moved == 0)[0]])
    assert patrol_warning(cube, quiet, ASKED) is None
    assert patrol_warning(cube, 0x8A2A1072B59FFFF, ASKED) is None


def test_a_filter_without_patrols_has_no_warning(zone: tuple[demo.Demo, Cube]) -> None:
    _made, cube = zone
    assert not patrol_moves(cube, HotAsked(where=Filter(sources=("hotline",)))).cells.size


def test_a_filter_of_the_last_weeks_still_knows_what_changed_before(zone: tuple[demo.Demo, Cube]) -> None:
    _made, cube = zone
    recent = HotAsked(where=Filter(start=END - timedelta(weeks=8)))
    assert (patrol_moves(cube, recent).moved == patrol_moves(cube, ASKED).moved).all()


def test_before_the_patrols_changed_nothing_is_put_down_to_them(zone: tuple[demo.Demo, Cube]) -> None:
    _made, cube = zone
    earlier = HotAsked(where=Filter(end=END - timedelta(weeks=MORE_PATROLS_SINCE_WEEKS + 1)))
    found = patrol_moves(cube, earlier)
    assert found.cells.size
    assert np.count_nonzero(found.moved) <= 0.02 * len(found.cells)


def test_where_no_feed_is_known_to_be_the_patrols_the_warning_says_nothing_of_others(
    zone: tuple[demo.Demo, Cube],
) -> None:
    _made, cube = zone
    set_patrol_sources(cube.store, [], actor=SYSTEM)
    try:
        found = patrol_moves(cube, ASKED)
        assert not found.told_apart
        cell = int(found.cells[np.flatnonzero(found.moved)[0]])
        words = patrol_warning(cube, cell, ASKED) or ""
        assert "as many" in words and "Others" not in words
    finally:
        set_patrol_sources(cube.store, ["patrol"], actor=SYSTEM)


def test_the_grids_that_hardly_see_a_patrol_are_the_ones_called_blind(zone: tuple[demo.Demo, Cube]) -> None:
    made, cube = zone
    found = hot_blind(cube, HotAsked(kind="blind"))
    total = made.truth.visits.group_by("grid").agg(pl.col("visits").sum())
    rare = total.filter(pl.col("visits") < 0.05 * total["visits"].median())["grid"]
    assert len(rare) == 3
    inside = in_grids(found.cells, rare, whole=True)
    assert inside.sum() >= 10
    hardly = np.isin(found.codes, [found.classes.index("blind"), found.classes.index("seldom")])
    assert hardly[inside].all()
    blind = found.codes == found.classes.index("blind")
    assert blind.sum() > 10
    assert in_grids(found.cells, rare)[blind].mean() > 0.8
