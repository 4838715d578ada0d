"""What grew and what shrank, against the reports themselves."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime

import polars as pl
import pytest

from data.actors import OPERATOR
from data.change import PLACES, WORDS, changes, grown_and_shrunk
from data.cube import Cube
from data.filters import Filter
from data.measured import cell_figures
from geo.errors import FilterError
from tests.data.conftest import FreshStore
from tests.data.samples import reports
from tests.data.test_cube import cells_by_loop, passing

WHERE = Filter(start=date(2024, 6, 1), end=date(2024, 8, 31))
BEFORE = (date(2024, 1, 1), date(2024, 2, 29))


@pytest.fixture(scope="module")
def cube(fresh_store: FreshStore) -> Iterator[Cube]:
    """Make a city in which flyposting came up in summer and manholes were mended by then."""
    frame = reports(2000, seed=6)
    summer = pl.col("reported_at") >= datetime(2024, 6, 1, tzinfo=UTC)
    came = summer & (pl.col("category") == "manhole")
    frame = frame.with_columns(category=pl.when(came).then(pl.lit("flyposting")).otherwise("category"))
    with fresh_store() as store:
        store.write_reports(frame, actor=OPERATOR)
        yield Cube.open(store)


@pytest.fixture(scope="module")
def both(cube: Cube) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the reports of both periods."""
    every = pl.concat(cube.store.changed_since(0, actor=OPERATOR)).with_columns(pl.col("unit").fill_null(""))
    return passing(every, WHERE), passing(every, Filter(start=BEFORE[0], end=BEFORE[1]))


@pytest.mark.parametrize("by", [*WORDS, 8, 10])
def test_each_row_counts_both_periods(
    cube: Cube, both: tuple[pl.DataFrame, pl.DataFrame], by: str | int
) -> None:
    table = changes(cube, WHERE, by, against=BEFORE)
    now, before = (
        Counter(cells_by_loop(part, by)) if isinstance(by, int) else Counter(part[by].to_list())
        for part in both
    )
    key = "cell" if isinstance(by, int) else by
    assert dict(table.select(key, pl.struct("now", "before")).rows()) == {
        name: {"now": now[name], "before": before[name]} for name in now.keys() | before.keys()
    }
    for row in table.iter_rows(named=True):
        assert row["difference"] == pytest.approx(row["now"] - row["before"] * 92 / 60)


@pytest.mark.parametrize("by", PLACES)
def test_places_and_areas_lose_nothing_even_where_nobody_knows_the_place(
    cube: Cube, both: tuple[pl.DataFrame, pl.DataFrame], by: str
) -> None:
    table = changes(cube, WHERE, by, against=BEFORE)
    assert table[f"{by}_id"].to_list() == [None], "there are no places in this city"
    assert table.select("now", "before").row(0) == (both[0].height, both[1].height)


def test_the_table_and_the_map_say_the_same(cube: Cube) -> None:
    table = changes(cube, WHERE, 9, against=BEFORE)
    drawn = cell_figures(cube, WHERE, 9, "change", against=BEFORE)
    assert table["cell"].to_list() == drawn.cells.tolist()
    assert table["percent"].fill_null(float("nan")).to_list() == pytest.approx(
        drawn.values.tolist(), nan_ok=True
    )
    assert (table["now"] + table["before"]).to_list() == drawn.n.tolist()


def test_what_surely_grew_and_shrank_comes_first(cube: Cube) -> None:
    grew, shrank = grown_and_shrunk(changes(cube, WHERE, "category"), most=2)
    assert grew["category"][0] == "flyposting"
    assert shrank["category"][0] == "manhole"
    assert not grew["uncertain"][0]
    assert not shrank["uncertain"][0]
    assert grew.height <= 2
    for table, sign in ((grew, 1), (shrank, -1)):
        assert (table["difference"] * sign > 0).all()
        order = list(zip(table["uncertain"], (table["difference"].abs() * -1), strict=True))
        assert order == sorted(order)


def test_nothing_is_compared_without_a_period_or_by_what_nobody_knows(cube: Cube) -> None:
    with pytest.raises(FilterError, match="Choose the first and the last day"):
        changes(cube, Filter(), "category")
    with pytest.raises(FilterError, match="Changes cannot be told by 'colour'. Expected one of category"):
        changes(cube, WHERE, "colour")
