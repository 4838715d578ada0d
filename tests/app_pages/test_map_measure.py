"""What a view means for the cells of the map: its measure, its comparison."""

from datetime import date

import pytest

from app_pages.look import Look
from app_pages.map_card import cells_layer
from app_pages.map_compare import usual_days
from app_pages.map_measure import Shown, chosen, settled, shown, wants_period, with_measure
from app_pages.view import View
from data.filters import Filter

MARCH = Filter(start=date(2026, 3, 1), end=date(2026, 3, 31))
FEBRUARY = (date(2026, 1, 29), date(2026, 2, 28))
LAST_YEAR = (date(2025, 3, 2), date(2025, 4, 1))


@pytest.mark.parametrize(
    ("view", "where", "expected"),
    [
        (View(), MARCH, Shown("count")),
        (View(measure="days"), Filter(), Shown("days")),
        (View(against="before"), MARCH, Shown("change", FEBRUARY)),
        (View(measure="change"), MARCH, Shown("change", FEBRUARY)),
        (View(measure="change", against="year"), MARCH, Shown("change", LAST_YEAR)),
        (View(measure="days", against="before", beside="swipe"), MARCH, Shown("days", FEBRUARY, swipe=True)),
        (View(against="custom", against_days=FEBRUARY), MARCH, Shown("change", FEBRUARY)),
        (View(against="custom"), MARCH, Shown("count")),
        (View(against="before"), Filter(), Shown("count")),
        (View(against="custom", against_days=FEBRUARY), Filter(end=date(2026, 3, 31)), Shown("count")),
    ],
)
def test_a_comparison_needs_two_periods(view: View, where: Filter, expected: Shown) -> None:
    assert shown(view, where) == expected
    assert wants_period(view, where) is (expected.other is None and bool(settled(view).against))


def test_a_change_is_a_comparison_and_another_measure_ends_its_map() -> None:
    change = with_measure(View(measure="days"), "change")
    assert (change.against, change.beside, chosen(change)) == ("before", "change", "change")
    assert with_measure(change, "open") == change.but(measure="open", against="")
    beside = change.but(beside="swipe")
    assert chosen(beside) == "days"
    assert with_measure(beside, "open").against == "before"
    assert settled(View(measure="change", beside="swipe")) == View(against="before")


def test_edges_do_not_go_over_to_another_measure() -> None:
    kept = Look(method="natural", edges=(1.0, 5.0))
    own = Look(method="steps", edges=(1.0, 5.0), palette="tide")

    assert with_measure(View(look=kept), "days").look == Look(method="natural")
    assert with_measure(View(look=own), "days").look == Look(palette="tide")


def test_the_layer_asks_for_what_the_view_means() -> None:
    view = View(against="year", look=Look("natural", 4, (1.0, 2.5), "dusk", 40))
    options = cells_layer(view, MARCH, "category=a", theme="dark").options
    assert options["query"] == "category=a"
    assert options["ask"] == {
        "measure": "change",
        "vs": "2025-03-02~2025-04-01",
        "classes_by": "natural",
        "classes": "4",
        "edges": "1,2.5",
    }
    assert (options["opacity"], options["keep"]) == (0.4, True)
    assert "swipe" not in options
    # The period before is the server's own choice: it goes along when the map is steered to other days.
    assert cells_layer(View(against="before"), MARCH, "").options["ask"] == {"measure": "change"}
    beside = cells_layer(View(against="before", beside="swipe"), MARCH, "").options
    assert beside["swipe"] == {"from": "2026-01-29", "to": "2026-02-28"}
    assert beside["ask"] == {}
    own = cells_layer(View(look=Look("steps", edges=(1.0, 2.0))), MARCH, "").options
    assert own["ask"] == {"edges": "1,2"}
    assert "keep" not in own


def test_own_days_begin_with_as_many_just_before() -> None:
    known = (date(2025, 1, 1), date(2026, 4, 30))

    assert usual_days(known, MARCH) == FEBRUARY
    assert usual_days(known, Filter()) == (date(2026, 4, 29), date(2026, 4, 29))
