"""The map page's address and what it means."""

from datetime import date

import polars as pl
import pytest

from app_pages.view import View
from data.filters import Filter
from data.periods import period_before
from geo.cells import ANALYSIS_RESOLUTION

CATEGORIES = pl.DataFrame(
    {"slug": ["illegal_parking", "bike_parking", "flyposting"], "group": ["parking", "parking", "posters"]}
)
NEWEST = date(2026, 3, 31)


def test_an_empty_address_shows_everything() -> None:
    assert View.from_params({}).filter(CATEGORIES, NEWEST) == Filter()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"period": "30d", "group": "parking", "res": "11"},
        {"from": "2026-01-01", "to": "2026-02-01", "status": "open", "source": "patrol"},
        {"category": "flyposting,bike_parking", "cell": "8a2a1072b59ffff"},
        {
            "measure": "on_time",
            "show": "heat",
            "bandwidth": "400",
            "along": "streets",
            "points": "off",
            "hours": "8-17",
            "unit": "-",
        },
        {"against": "custom", "against_days": "2025-01-01~2025-02-01", "beside": "swipe"},
        {"show": "hot", "hot": "stability", "step": "month", "ring": "3", "per": "visit"},
        {"classes_by": "steps", "edges": "1,2.5,10", "palette": "tide", "opacity": "50", "classes": "7"},
    ],
)
def test_a_view_survives_its_address(params: dict[str, str]) -> None:
    view = View.from_params(params)
    assert View.from_params(view.to_params()) == view
    assert params.items() <= view.to_params().items()


def test_a_quick_period_ends_on_the_newest_day_and_counts_both_ends() -> None:
    where = View.from_params({"period": "7d"}).filter(CATEGORIES, NEWEST)
    assert (where.start, where.end) == (date(2026, 3, 25), NEWEST)


def test_a_quick_period_of_an_empty_store_has_no_limit() -> None:
    where = View.from_params({"period": "7d"}).filter(CATEGORIES, None)
    assert (where.start, where.end) == (None, None)


def test_a_group_means_its_categories() -> None:
    where = View.from_params({"group": "parking"}).filter(CATEGORIES, NEWEST)
    assert where.categories == ("illegal_parking", "bike_parking")


def test_a_category_narrows_its_group() -> None:
    where = View.from_params({"group": "parking", "category": "bike_parking"}).filter(CATEGORIES, NEWEST)
    assert where.categories == ("bike_parking",)


@pytest.mark.parametrize(
    "params",
    [
        {"from": "yesterday"},
        {"from": "2026-02-01", "to": "2026-01-01"},
        {"status": "lost"},
        {"res": "99"},
        {"res": "²"},
        {"res": "9" * 5000},
        {"period": "∞"},
    ],
)
def test_a_broken_address_opens_the_whole_map(params: dict[str, str]) -> None:
    view = View.from_params(params)
    assert view.filter(CATEGORIES, NEWEST) == Filter()
    assert view.resolution is None


@pytest.mark.parametrize("cell", ["nothing", "8a2a1072b59fff", "832a10fffffffff", "8f2a1072b59ffff"])
def test_a_cell_that_no_map_shows_is_not_selected(cell: str) -> None:
    assert View.from_params({"cell": cell}).cell is None


def test_the_first_days_of_the_calendar_have_no_period_before_them() -> None:
    assert period_before(Filter(start=date.min, end=date(1, 12, 31))) is None


def test_the_period_before_is_as_long_and_touches_this_one() -> None:
    where = Filter(start=date(2026, 3, 1), end=date(2026, 3, 7))
    before = period_before(where)
    assert before is not None
    assert (before.start, before.end) == (date(2026, 2, 22), date(2026, 2, 28))


def test_an_open_period_has_none_before_it() -> None:
    assert period_before(Filter(start=date(2026, 3, 1))) is None


def test_a_broken_part_of_an_address_leaves_the_others() -> None:
    view = View.from_params({"status": "lost", "source": "nyc", "from": "yesterday", "to": "2024-09-01"})
    assert view.where == Filter(sources=("nyc",), end=date(2024, 9, 1))


def test_broken_words_of_hot_spots_ask_for_the_usual_ones() -> None:
    strange = {"show": "hot", "hot": "hotter", "step": "hour", "ring": "9", "per": "capita"}
    assert View.from_params(strange) == View(show="hot")


def test_hot_spots_are_looked_for_at_a_resolution_that_suits_them() -> None:
    asked = View.from_params({"hot": "now", "res": "11", "ring": "2", "per": "street"}).hot_asked(Filter())
    assert (asked.kind, asked.resolution, asked.ring, asked.per) == ("now", 11, 2, "street")
    assert View.from_params({"res": "8"}).hot_asked(Filter()).resolution == ANALYSIS_RESOLUTION
