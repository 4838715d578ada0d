"""Each measure against a loop over the rows of the store, and what may be kept of an answer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median

import h3.api.basic_int as h3
import numpy as np
import polars as pl
import pytest

from data import measured
from data.actors import OPERATOR, Actor
from data.cube import Cube
from data.cube_scope import seen_by
from data.filters import Filter
from data.measured import cell_figures, figure, figures, figures_by
from data.measures import MEASURES, measure, measures
from data.periods import period_before
from data.statuses import STATUS_GROUPS
from data.store import Store
from geo import cells
from geo.errors import CellError, FilterError
from tests.data.conftest import FreshStore
from tests.data.samples import LAT, LON, reports
from tests.data.test_cube import passing

HALF = Filter(start=date(2024, 4, 1), end=date(2024, 8, 31))
FILTERS = [
    HALF,
    HALF.but(categories=("manhole", "flyposting"), units=("城管",)),
    HALF.but(statuses=("open",)),
]
NOW = datetime(2024, 6, 15, 12, 0, tzinfo=UTC)
MINUTE = int(NOW.timestamp()) // 60
BEFORE = (date(2024, 1, 1), date(2024, 2, 29))
RESOLUTION = 8


@pytest.fixture(scope="module")
def cube(fresh_store: FreshStore) -> Iterator[Cube]:
    """Make a city whose cases took from nothing to weeks, some of them beyond their deadlines."""
    frame = reports(1500, seed=4)
    hours = np.random.default_rng(4).exponential(90, frame.height)
    closed = frame["reported_at"] + pl.Series(hours * 3_600_000_000).cast(pl.Int64).cast(pl.Duration("us"))
    frame = frame.with_columns(closed_at=pl.when(pl.col("status") == "closed").then(closed))
    with fresh_store() as store:
        store.write_reports(frame, actor=OPERATOR)
        yield Cube.open(store)


@pytest.fixture(scope="module")
def rows(cube: Cube) -> pl.DataFrame:
    """Read the city's cases, each with its deadline and its cell."""
    return cases(cube.store)


def cases(store: Store) -> pl.DataFrame:
    told = ("category", "status", "reported_at", "closed_at", "lon", "lat", "unit", "source")
    columns = ("id", "seq", "due_at", *told)
    frame = pl.concat(store.changed_since(0, actor=OPERATOR, columns=columns))
    return frame.with_columns(
        cell=pl.Series(
            [h3.latlng_to_cell(lat, lon, RESOLUTION) for lat, lon in frame.select("lat", "lon").rows()],
            dtype=pl.UInt64,
        )
    )


def by_loop(name: str, now: list[dict], before: list[dict], cell: int | None) -> tuple[float | None, int]:
    """Compute a measure of some cases, the obvious way."""
    closed = [row for row in now if row["status"] == "closed" and row["closed_at"]]
    judged = [row for row in closed if row["due_at"]]
    still_open = [row for row in now if row["status"] in STATUS_GROUPS["open"]]
    if name == "on_time":
        good = sum(row["closed_at"] <= row["due_at"] for row in judged)
        return (100 * good / len(judged) if judged else None), len(judged)
    if name == "days":
        took = [(row["closed_at"] - row["reported_at"]) // timedelta(minutes=1) / 1440 for row in closed]
        return (median(took) if took else None), len(took)
    if name == "change":
        value = 100 * len(now) / (len(before) * 153 / 60) - 100 if before else None
        return value, len(now) + len(before)
    if name == "density":
        assert cell is not None
        return len(now) / (h3.cell_area(cell, unit="km^2")), len(now)
    n = {
        "count": len(now),
        "open": len(still_open),
        "overdue": sum(row["due_at"] is not None and row["due_at"] < NOW for row in still_open),
    }[name]
    return float(n), n


@pytest.mark.parametrize("where", FILTERS, ids=str)
@pytest.mark.parametrize("name", MEASURES)
def test_every_cell_has_the_figure_of_its_own_cases(
    rows: pl.DataFrame, cube: Cube, name: str, where: Filter
) -> None:
    now = passing(rows, where).to_dicts()
    before = passing(rows, where.but(start=BEFORE[0], end=BEFORE[1])).to_dicts()
    either = before if name == "change" else []
    truth = {}
    for cell in {row["cell"] for row in now + either}:
        truth[cell] = by_loop(
            name, [r for r in now if r["cell"] == cell], [r for r in before if r["cell"] == cell], cell
        )
    if measure(name).counts:
        truth = {cell: found for cell, found in truth.items() if found[1]}

    found = cell_figures(cube, where, RESOLUTION, name, against=BEFORE, minute=MINUTE)

    assert found.cells.tolist() == sorted(truth)
    for cell, value, n in zip(found.cells.tolist(), found.values.tolist(), found.n.tolist(), strict=True):
        assert n == truth[cell][1]
        expected = truth[cell][0]
        # Days are kept to the minute up to thirty days, and nothing of these lasted longer.
        assert np.isnan(value) if expected is None else value == pytest.approx(expected, rel=1e-6)
    whole = figure(cube, where, name, against=BEFORE, minute=MINUTE)
    if name != "density":
        assert whole == pytest.approx(by_loop(name, now, before, None))


@pytest.mark.parametrize("name", [name for name in MEASURES if name != "density"])
def test_every_category_and_unit_has_the_figure_of_its_own_cases(
    rows: pl.DataFrame, cube: Cube, name: str
) -> None:
    rows = rows.with_columns(pl.col("unit").fill_null(""))
    for column in ("category", "unit"):
        found = figures_by(cube, HALF, column, name, against=BEFORE, minute=MINUTE)
        assert set(found[column]) == set(rows[column])
        for word, value, n in found.rows():
            own = rows.filter(pl.col(column) == word)
            before = passing(own, Filter(start=BEFORE[0], end=BEFORE[1])).to_dicts()
            assert (value, n) == pytest.approx(by_loop(name, passing(own, HALF).to_dicts(), before, None))


def test_a_box_shows_the_same_figures_of_fewer_cells(cube: Cube) -> None:
    box = (LON - 0.01, LAT - 0.02, LON + 0.02, LAT + 0.01)
    for name in MEASURES:
        every = cell_figures(cube, HALF, 9, name, minute=MINUTE)
        shown = cell_figures(cube, HALF, 9, name, minute=MINUTE, bbox=box)
        assert 0 < shown.cells.size < every.cells.size
        place = np.searchsorted(every.cells, shown.cells)
        np.testing.assert_array_equal(every.values[place], shown.values)
        np.testing.assert_array_equal(every.n[place], shown.n)


def test_the_figures_of_one_cell_are_those_of_its_cases(cube: Cube) -> None:
    every = {name: cell_figures(cube, HALF, RESOLUTION, name, minute=MINUTE) for name in MEASURES}
    cell = int(every["count"].cells[np.argmax(every["count"].values)])
    for name, found in figures(cube, HALF, cell=cell, minute=MINUTE).items():
        place = np.flatnonzero(every[name].cells == cell)
        assert found.n == (every[name].n[place][0] if place.size else 0)
        assert found.value == pytest.approx(every[name].values[place][0] if place.size else 0.0)


@pytest.mark.parametrize("where", [*FILTERS, Filter()], ids=str)
def test_all_measures_together_are_those_one_by_one(cube: Cube, where: Filter) -> None:
    together = figures(cube, where, minute=MINUTE)
    assert together == {name: figure(cube, where, name, minute=MINUTE) for name in together}
    assert figures(cube, where, ["days", "open"], minute=MINUTE) == {n: together[n] for n in ("days", "open")}
    assert set(MEASURES) - set(together) == ({"change"} if where.start is None else set())


def test_the_counts_are_those_of_the_cube(cube: Cube) -> None:
    counted, found = cube.counts(HALF, 10), cell_figures(cube, HALF, 10)
    assert found.cells.tolist() == counted.cells.tolist()
    assert found.n.tolist() == found.values.tolist() == counted.counts.tolist()


def test_overdue_cases_are_those_of_the_stores_own_list(cube: Cube) -> None:
    for moment in (NOW, NOW + timedelta(days=100)):
        minute = int(moment.timestamp()) // 60
        assert (
            figure(cube, Filter(), "overdue", minute=minute).n
            == cube.store.overdue(now=moment, actor=OPERATOR)[1]
        )


def test_what_is_overdue_is_asked_anew_in_another_minute(cube: Cube) -> None:
    first = cell_figures(cube, HALF, RESOLUTION, "overdue", minute=MINUTE)
    later = cell_figures(cube, HALF, RESOLUTION, "overdue", minute=MINUTE + 1440 * 90)
    assert later.n.sum() > first.n.sum() > 0
    again = cell_figures(cube, HALF, RESOLUTION, "overdue", minute=MINUTE)
    assert again.n.tolist() == first.n.tolist()


def test_the_density_of_a_filter_is_by_the_ground_that_it_is_about(cube: Cube) -> None:
    occupied = cube.counts(Filter(), 10).cells
    whole = figure(cube, HALF, "density")
    assert whole.value == pytest.approx(whole.n / cells.area_m2(occupied).sum() * 1e6)
    chosen = tuple(sorted(cells.disk(occupied[:1], 2)[1].tolist()))
    some = figure(cube, HALF.but(cells=chosen), "density")
    assert some.value == pytest.approx(some.n / cells.area_m2(np.array(chosen, np.uint64)).sum() * 1e6)


def test_the_period_before_is_the_usual_comparison(cube: Cube) -> None:
    before = period_before(HALF)
    assert before is not None
    assert before.start
    assert before.end
    usual = figure(cube, HALF, "change")
    assert usual == figure(cube, HALF, "change", against=(before.start, before.end))
    assert usual.n == cube.total(HALF) + cube.total(before)


@pytest.mark.parametrize("where", [Filter(), Filter(start=date(2024, 1, 1)), Filter(end=date(2024, 1, 1))])
def test_a_change_without_a_period_is_refused(cube: Cube, where: Filter) -> None:
    with pytest.raises(FilterError, match="Choose the first and the last day"):
        cell_figures(cube, where, 9, "change")
    assert "change" not in figures(cube, where)


def test_a_cell_without_reports_before_is_new_and_one_without_now_is_gone(store: Store) -> None:
    times = pl.Series([datetime(2024, 3, day, 4, tzinfo=UTC) for day in (1, 9)])
    store.write_reports(
        reports(2, lon=pl.Series([LON, LON + 0.1]), lat=pl.Series([LAT, LAT]), reported_at=times),
        actor=OPERATOR,
    )
    where = Filter(start=date(2024, 3, 8), end=date(2024, 3, 14))
    found = cell_figures(Cube.open(store), where, 9, "change")
    gone, new = (int(cells.from_points([lon], [LAT], 9)[0]) for lon in (LON, LON + 0.1))
    values = dict(zip(found.cells.tolist(), found.values.tolist(), strict=True))
    assert np.isnan(values.pop(new))
    assert values == {gone: -100.0}
    assert found.n.tolist() == [1, 1]


def test_an_actor_gets_the_figures_of_the_cases_in_scope_alone(cube: Cube) -> None:
    own = seen_by(cube, Actor("队长", "team_member", units=frozenset({"城管"})))
    of_unit = HALF.but(units=("城管",))
    for name in MEASURES:
        mine = cell_figures(own, HALF, 9, name, minute=MINUTE)
        truth = cell_figures(cube, of_unit, 9, name, minute=MINUTE)
        np.testing.assert_array_equal(mine.cells, truth.cells)
        np.testing.assert_array_equal(mine.values, truth.values)
        np.testing.assert_array_equal(mine.n, truth.n)


def test_an_empty_store_has_no_figures(store: Store) -> None:
    cube = Cube.open(store)
    for name in MEASURES:
        assert cell_figures(cube, HALF, 10, name).cells.size == 0
        assert figure(cube, HALF, name) == ((0.0, 0) if measure(name).counts else (None, 0))


def test_unknown_measures_columns_and_resolutions_are_refused(cube: Cube) -> None:
    with pytest.raises(FilterError, match="'mean' is not a measure. Expected one of count, open"):
        cell_figures(cube, HALF, 9, "mean")
    with pytest.raises(FilterError, match="'Reports per km²' cannot be computed by category"):
        figures_by(cube, HALF, "category", "density")
    with pytest.raises(CellError, match="no cells of resolution 3"):
        cell_figures(cube, HALF, 3)


def test_every_measure_has_its_words() -> None:
    assert [one.name for one in measures()] == list(MEASURES)
    for one in measures():
        assert one.words
        assert one.short
        assert one.help.endswith(".")
        assert bool(one.unit) != one.counts


def test_now_is_a_whole_minute() -> None:
    assert abs(measured.this_minute() - datetime.now(UTC).timestamp() / 60) <= 1
