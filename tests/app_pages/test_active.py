"""What is active, in words, and a view without it."""

from collections.abc import Iterator
from datetime import date

import pytest

from app_pages import active, explorer, hours
from app_pages.filters import meant
from app_pages.history import History
from app_pages.view import View
from app_pages.view_words import view_words
from data.actors import OPERATOR
from data.cube import Cube
from data.filters import HOURS, NO_UNIT, Filter
from data.store import Store
from data.workspace import Workspace
from i18n import use_locale
from tests.data.samples import reports

#: Every side of a view, active.
EVERYTHING = View(
    where=Filter(
        categories=("illegal_parking",),
        statuses=("open",),
        sources=("city",),
        start=date(2024, 3, 1),
        end=date(2024, 3, 31),
        places=(5,),
        areas=(7,),
        exempt="without",
        units=("<b>城管</b>", NO_UNIT),
        hours=(8, 9, 10, 11),
        cells=(0x8A318C2D4007FFF, 0x8A318C2D4017FFF),
    ),
    groups=("parking",),
    period="custom",
    against="before",
    show="hot",
    step="month",
    ring=2,
    per="street",
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    path = tmp_path_factory.mktemp("active") / "city.sqlite"
    with Store.open(f"sqlite:///{path}") as store:
        store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
        store.write_reports(reports(300), actor=OPERATOR)
        use_locale("en")
        yield Workspace(store, Cube.open(store))


def test_every_side_has_a_chip_in_words(here: Workspace) -> None:
    found = {chip.side: chip.words for chip in active.chips(here, EVERYTHING, meant(here, EVERYTHING))}
    assert found == {
        "period": "2024-03-01 to 2024-03-31",
        "group": "Parking",
        "category": "illegal parking",
        "status": "Open",
        "source": "city",
        "unit": "<b>城管</b> and no unit",
        "hours": "Mon 8-12",
        "area": "area 7",
        "place": "place 5",
        "exempt": "left out",
        "in": "2 cells",
        "against": "the period before",
        "hot": "Per km of street · By month · with two rings of neighbours",
    }


def test_a_chip_taken_off_takes_its_side_alone(here: Workspace) -> None:
    every = {chip.side for chip in active.chips(here, EVERYTHING, meant(here, EVERYTHING))}
    for side in every:
        view = active.without(EVERYTHING, side)
        assert {chip.side for chip in active.chips(here, view, meant(here, view))} == every - {side}
    assert active.without(EVERYTHING, "lost") == EVERYTHING


def test_a_view_of_hot_spots_says_which_and_how(here: Workspace) -> None:
    view = View(show="hot", hot="now", ring=3, step="month", measure="days")
    assert view_words(here, view) == [
        "all reports",
        "Hot spots of the period",
        "with three rings of neighbours",
    ]


def test_nothing_is_active_in_a_fresh_view(here: Workspace) -> None:
    assert active.chips(here, View(), meant(here, View())) == []
    cleared = EVERYTHING.without_filters()
    assert active.chips(here, cleared, meant(here, cleared)) == []


def test_many_names_are_told_by_their_number(here: Workspace) -> None:
    view = View(where=Filter(units=("a", "b", "c", "d", "e")))
    (chip,) = active.chips(here, view, view.where)
    assert chip.words == "a, b, and 3 more"


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ((), ""),
        ((0,), "Mon 0-1"),
        (tuple(day * 24 + hour for day in range(5) for hour in range(8, 12)), "Mon-Fri 8-12"),
        (tuple(range(144, 168)), "Sun"),
        (tuple(HOURS), "every day"),
        (tuple(day * 24 + 8 for day in range(7)), "every day 8-9"),
        ((8, 9, 13, 14 + 120), "Mon 8-10, 13-14 and Sat 14-15"),
        ((0, 25, 50, 75), "4 hours of the week"),
    ],
)
def test_hours_are_told_by_days_and_ranges(chosen: tuple[int, ...], words: str) -> None:
    assert hours.words(chosen) == words


def test_a_category_outside_the_chosen_groups_leaves_them(here: Workspace) -> None:
    view = View(groups=("parking",))
    inside = active.chosen(here, view, {"category": "illegal_parking"})
    assert (inside.groups, inside.where.categories) == (("parking",), ("illegal_parking",))
    outside = active.chosen(here, inside, {"category": "illegal_parking,flyposting"})
    assert (outside.groups, len(outside.where.categories)) == ((), 2)
    assert active.chosen(here, inside, {"category": ""}) == View()


def test_days_chosen_on_the_time_line_take_the_place_of_a_quick_period(here: Workspace) -> None:
    view = View(period="30d")
    chosen = active.chosen(here, view, {"from": "2024-03-04", "to": "2024-03-10"})
    assert (chosen.period, chosen.where.start) == ("custom", date(2024, 3, 4))
    assert active.chosen(here, view, {"from": "", "to": ""}).period == "all"


def test_operations_are_taken_up_one_by_one_and_nonsense_changes_nothing(here: Workspace) -> None:
    history = History()
    history.note(View())
    closed = explorer.after(here, View(), {"do": "set", "params": {"status": "closed"}}, history)
    assert closed == View(where=Filter(statuses=("closed",)))
    nonsense = [
        {"do": "set", "params": {"status": "lost"}},
        {"do": "set", "params": {"lang": "zh", "category2": "x"}},
        {"do": "set", "params": {"hours": "900"}},
        {"do": "drop", "side": "lost"},
        {"do": "redo"},
        {"do": "fly"},
        {"do": "set", "params": "status=closed"},
        {},
    ]
    for operation in nonsense:
        assert explorer.after(here, closed, operation, history) == closed
    assert explorer.after(here, closed, {"do": "undo"}, history) == View()
    assert explorer.after(here, View(), {"do": "redo"}, history) == closed
    assert explorer.after(here, closed, {"do": "clear"}, history) == View()
    assert explorer.after(here, View(), {"do": "undo"}, history) == closed


def test_the_changes_of_a_query_are_what_differs() -> None:
    assert explorer.changes({"a": "1", "b": "2"}, {"b": "3", "c": "4"}) == {"a": "", "b": "3", "c": "4"}
    assert explorer.changes({"a": "1"}, {"a": "1"}) == {}
