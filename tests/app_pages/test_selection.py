"""A selection of cells: what changes it, what the panel shows of it, and where else it counts."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app_pages import selection, session
from app_pages.selection_panel import mix_list
from app_pages.view import View
from data.actors import OPERATOR, VIEWER
from data.cube import Cube
from data.filters import Filter
from data.store import Store
from geo import cell_sets, cells
from geo.errors import CellError, FilterError
from tests.app_pages.test_cases_page import listed, opened
from tests.app_pages.test_map_page import Draw, busiest, figures, sent_to_map

MIDDLE = cells.from_points([116.9], [38.3], 9)


def disk(rings: int) -> list[int]:
    return sorted(cells.disk(MIDDLE, rings)[1].tolist())


def selecting(*chosen: int) -> View:
    return View(where=Filter(cells=tuple(sorted(chosen))))


def by_hand(home: Path, chosen: list[int]) -> pl.DataFrame:
    """Return the reports in cells, from the store itself."""
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        rows = store.reports(store.visible_ids(actor=OPERATOR).to_list(), actor=OPERATOR)
    within = cells.from_points(rows["lon"], rows["lat"], cells.resolution_of(chosen))
    return rows.filter(pl.Series(np.isin(within, np.array(chosen, np.uint64))))


def test_a_new_selection_closes_the_open_cell_and_leaves_the_filters() -> None:
    before = View(where=Filter(statuses=("open",)), cell="8a2a1072b59ffff", show="street")
    after = selection.select(before, cell_sets.pack(disk(1)))
    assert after.where == Filter(statuses=("open",), cells=tuple(disk(1)))
    assert (after.cell, after.show) == (None, "street")
    assert selection.select(after, "").where == before.where


def test_a_broken_message_selects_nothing() -> None:
    with pytest.raises(FilterError, match="not a set of cells"):
        selection.select(View(), "10~")


def test_a_selection_grows_shrinks_and_is_turned_round() -> None:
    view = selecting(*disk(2))
    assert list(selection.grown(view).where.cells) == disk(3)
    assert list(selection.shrunk(view).where.cells) == disk(1)
    assert selection.shrunk(selecting(*disk(0))).where.cells == ()
    counted = np.array(disk(3), np.uint64)
    assert list(selection.inverted(view, counted).where.cells) == sorted({*disk(3)} - {*disk(2)})


def test_a_selection_that_would_be_too_large_stays_as_it_is() -> None:
    with pytest.raises(CellError, match="5,167 cells"):
        selection.grown(selecting(*disk(40)))


def test_the_area_of_cells_is_theirs_together() -> None:
    assert selection.area_km2(disk(1)) == pytest.approx(7 * 0.0726, rel=0.02)


def test_a_selection_in_the_address_filters_the_figures_and_not_the_map(city: Path, drawn: Draw) -> None:
    chosen = disk(6)
    rows = by_hand(city, chosen)
    page = drawn(**{"in": cell_sets.pack(chosen)})
    assert not page.exception
    assert 0 < rows.height < 400
    assert figures(page)["Reports here"] == f"{rows.height}"
    assert figures(page)["Closed here"] == f"{(rows['status'] == 'closed').mean():.0%}"
    assert any(f"{len(chosen)} cells selected" in markdown.value for markdown in page.markdown)
    layers = sent_to_map(page)["feature_group"]
    assert layers.count(cell_sets.pack(chosen)) == 1, (
        "the map is told what to outline, its query is without it"
    )


def test_the_reports_of_a_selection_are_listed_twenty_at_a_time(city: Path, drawn: Draw) -> None:
    chosen = disk(6)
    page = drawn(**{"in": cell_sets.pack(chosen)})
    rows = by_hand(city, chosen).sort("reported_at", "id", descending=True)

    def numbers() -> list[str]:
        shown = next(
            str(element.proto.body) for element in page.get("html") if "gz-reports" in element.proto.body
        )
        return [part.partition('"')[0] for part in shown.split('data-report="')[1:]]

    assert numbers() == [str(number) for number in rows["id"].head(20)]
    page.button(key="more_reports").click().run()
    assert numbers() == [str(number) for number in rows["id"].head(40)]


def test_a_cell_is_looked_into_and_the_selection_comes_back(city: Path, drawn: Draw) -> None:
    cell, n = busiest(city)
    page = drawn(cell=cell, **{"in": cell_sets.pack(disk(1))})
    assert figures(page)["Reports in this cell"] == f"{n}", "also one outside the selection"
    page.button(key="close_cell").click().run()
    assert "Reports here" in figures(page)
    page.button(key="clear_selection").click().run()
    assert figures(page)["Reports"] == "400"
    assert "in" not in page.query_params


def test_the_buttons_of_the_panel_change_the_address(city: Path, drawn: Draw) -> None:
    page = drawn(**{"in": cell_sets.pack(disk(2))})

    def chosen() -> list[int]:
        text = page.query_params["in"]
        return cell_sets.unpack(text if isinstance(text, str) else text[0]).tolist()

    page.button(key="grow_selection").click().run()
    assert chosen() == disk(3)
    page.button(key="shrink_selection").click().run().button(key="shrink_selection").click().run()
    assert chosen() == disk(1)
    page.button(key="invert_selection").click().run()
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        every = Cube.open(store).counts(Filter(), 9).cells
    assert chosen() == sorted({*every.tolist()} - {*disk(1)})
    assert not page.exception


def test_growing_past_what_an_address_holds_says_so(city: Path, drawn: Draw) -> None:
    page = drawn(**{"in": cell_sets.pack(disk(40))})
    page.button(key="grow_selection").click().run()
    assert any("5,167 cells" in warning.value.replace("\\", "") for warning in page.warning)
    assert not page.exception


@pytest.mark.parametrize("text", ["10", "nonsense", "5~AQ", "15~AQ"])
def test_a_set_of_cells_that_no_map_shows_is_left_aside(city: Path, drawn: Draw, text: str) -> None:
    page = drawn(**{"in": text})
    assert not page.exception
    assert figures(page)["Reports"] == "400"


def test_cells_without_reports_say_so_and_can_be_cleared(city: Path, drawn: Draw) -> None:
    far = cells.from_points([100.0], [30.0], 9)
    page = drawn(**{"in": cell_sets.pack(far)})
    assert any("No report in these cells" in info.value for info in page.info)
    page.button(key="clear_selection").click().run()
    assert figures(page)["Reports"] == "400"


def test_the_work_list_of_cells_is_that_of_their_open_cases(city: Path, drawn: Draw) -> None:
    chosen = disk(6)
    rows = by_hand(city, chosen).filter(pl.col("status") != "closed")
    page: AppTest = opened(drawn, "cases.py", **{"in": cell_sets.pack(chosen)})
    assert not page.exception
    assert listed(page) == min(50, rows.height) > 0
    shown = page.button_group(key=session.LIST_PART)
    assert f"Open **{rows.height}**" in shown.options
    page.button(key="cases_everywhere").click().run()
    assert listed(page) == 50 and "in" not in page.query_params


def test_hostile_labels_of_categories_are_words_in_the_bars() -> None:
    counted = pl.DataFrame({"label": ["<img src=x>"], "n": [3]})
    assert "<img" not in mix_list(counted, counted)
    assert "&lt;img src=x&gt;" in mix_list(counted, counted)


def test_what_sets_a_selection_apart_comes_first() -> None:
    here = pl.DataFrame({"label": ["a", "b"], "n": [3, 1]})
    city = pl.DataFrame({"label": ["b", "a", "c"], "n": [10, 10, 20]})
    written = mix_list(here, city)
    said = ["75% here, 25% in the city", "0% here, 50% in the city", "25% here, 25% in the city"]
    assert sorted(said, key=written.index) == said


def test_kept_selections_are_offered_as_soon_as_there_are_some(city: Path, drawn: Draw) -> None:
    def offered(page: AppTest) -> bool:
        assert not page.exception
        return any(block.proto.popover.label == "Kept selections" for block in page.get("popover"))

    assert not offered(drawn())
    assert offered(drawn(**{"in": cell_sets.pack(disk(2))}))
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        store.keep_cells("market", disk(1), actor=VIEWER)
    assert offered(drawn())
