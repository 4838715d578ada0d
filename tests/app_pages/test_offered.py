"""What the browser is told of the sidebar's choices."""

from datetime import date

from app_pages.offered import Offered


def test_of_entries_that_look_alike_nobody_knows_which_is_meant() -> None:
    offered = Offered()
    offered.tags("key", "area", {1: "Mill Lane · 3", 2: "Mill Lane · 3", 3: "Mill Lane · 4"})
    assert offered.widgets == [{"key": "key", "side": "area", "tags": {"Mill Lane · 4": "3"}}]


def test_quick_periods_end_on_the_newest_day_and_days_of_ones_own_are_left_to_python() -> None:
    offered = Offered()
    offered.periods("key", ["all", "7d", "custom"], date(2026, 3, 4))
    assert offered.widgets[0]["buttons"] == [("", ""), ("2026-02-26", "2026-03-04"), None]


def test_without_reports_no_period_is_a_limit() -> None:
    offered = Offered()
    offered.periods("key", ["all", "7d"], None)
    assert offered.widgets[0]["buttons"] == [("", ""), ("", "")]


def test_groups_tell_their_categories_in_the_order_of_the_buttons() -> None:
    offered = Offered()
    offered.groups("key", ["trading", "parking"], {"parking": ["a", "b"], "trading": ["c"]})
    assert offered.widgets[0]["buttons"] == ["trading", "parking"]
    assert offered.widgets[0]["categories"] == {"trading": ["c"], "parking": ["a", "b"]}
