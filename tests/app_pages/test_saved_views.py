"""Kept views and selections on the pages: named, opened, changed, shared, taken back, in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import hours, session
from app_pages.saved_selections import box_around
from app_pages.saved_views import position_in, wall_query
from app_pages.view import View
from app_pages.view_words import view_words
from data.actors import VIEWER, Actor
from data.cube import Cube
from data.filters import Filter
from data.saved import MOST_KEPT, Saved
from data.store import Store
from data.workspace import Workspace
from geo import cells
from tests.app_pages.conftest import HOSTILE_WORDS

Draw = Callable[..., AppTest]
BEN = Actor("Ben", "manager")


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        yield store


def kept(home: Path) -> dict[str, Saved]:
    with opened(home) as store:
        return {one.name: one for one in store.saved("view", actor=VIEWER)}


def shown(page: AppTest) -> AppTest:
    """Open the list, as a click on its button does."""
    page.session_state[session.SAVED] = True
    page.run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return "\n".join(element.value for element in (*page.markdown, *page.caption, *page.info, *page.warning))


def keep(page: AppTest, name: str) -> AppTest:
    page.text_input(key=f"{session.SAVED_NAME}_view").set_value(name)
    next(button for button in page.button if button.label == "Keep").click().run()
    assert not page.exception
    return page


def test_without_anything_kept_the_list_says_how_to_begin(city: Path, drawn: Draw) -> None:
    page = drawn()
    assert "Nothing is kept yet" not in words(page), "the list is drawn when it is opened"
    assert "Nothing is kept yet" in words(shown(page))


def test_a_view_is_kept_with_its_filters_and_where_the_map_looks(city: Path, drawn: Draw) -> None:
    page = shown(drawn(status="closed", period="30d", lat="38.3", lon="116.9", zoom="15"))
    keep(page, "Closed lately")
    assert "Kept as 'Closed lately'" in words(page).replace("\\", "")
    assert dict(kept(city)["Closed lately"].params) == {
        "status": "closed", "period": "30d", "lat": "38.3", "lon": "116.9", "zoom": "15",
    }  # fmt: skip
    assert "Closed · last 30 days" in words(page).replace("\\", "")
    assert page.text_input(key=f"{session.SAVED_NAME}_view").value == ""


def test_an_opened_view_replaces_filters_address_and_map(city: Path, drawn: Draw) -> None:
    with opened(city) as store:
        params = {"status": "closed", "group": "parking", "lat": "38.31", "lon": "116.91", "zoom": "16"}
        one = store.keep_view("there", params, actor=VIEWER)
    page = shown(drawn(status="open", period="7d"))
    page.button(key=f"open_{one.id}").click().run()
    assert not page.exception
    assert page.query_params["status"] == "closed"
    assert page.query_params["group"] == "parking"
    assert "period" not in page.query_params
    assert page.button_group(key=session.STATUSES).value == ["closed"]
    assert page.button_group(key=session.GROUPS).value == ["parking"]
    assert page.session_state[session.GO]["view"] == (38.31, 116.91, 16)
    sent = page.get("component_instance")[0].proto.json_args
    assert page.session_state[session.GO]["stamp"] in sent


def test_a_view_is_renamed_overwritten_shared_and_deleted_and_that_is_taken_back(
    city: Path, drawn: Draw
) -> None:
    with opened(city) as store:
        number = store.keep_view("a", {"status": "closed"}, actor=VIEWER).id
    page = shown(drawn(group="parking"))
    page.button(key=f"unfold_{number}").click().run()
    page.text_input(key=f"{session.SAVED_RENAME}_{number}_1").set_value("b").run()
    page.button(key=f"rename_{number}").click().run()
    assert list(kept(city)) == ["b"]
    page.button(key=f"overwrite_{number}").click().run()
    assert kept(city)["b"].params == {"group": "parking"}
    page.button(key="undo_view").click().run()
    assert kept(city)["b"].params == {"status": "closed"}
    page.button(key=f"share_{number}").click().run()
    assert kept(city)["b"].shared
    page.button(key=f"delete_{number}").click().run()
    assert kept(city) == {}
    page.button(key="undo_view").click().run()
    assert kept(city)["b"].shared
    assert not page.exception


def test_what_another_changed_meanwhile_is_said_and_kept(city: Path, drawn: Draw) -> None:
    with opened(city) as store:
        number = store.keep_view("a", {}, actor=VIEWER).id
    page = shown(drawn(group="parking"))
    page.button(key=f"unfold_{number}").click().run()
    with opened(city) as store:
        store.change_saved(number, actor=VIEWER, version=1, params={"status": "open"})
    page.button(key=f"overwrite_{number}").click().run()
    assert "has been changed since you looked at it" in words(page).replace("\\", "")
    assert kept(city)["a"].params == {"status": "open"}


def test_somebody_elses_view_can_be_opened_and_passed_on_alone(city: Path, drawn: Draw) -> None:
    with opened(city) as store:
        ann = Actor("李娜", "dispatcher")
        private = store.keep_view("private", {}, actor=ann)
        shared = store.keep_view("shared", {}, actor=ann)
        store.change_saved(shared.id, actor=ann, version=1, shared=True)
    page = shown(drawn())
    keys = {button.key for button in page.button}
    assert f"open_{shared.id}" in keys
    assert f"open_{private.id}" not in keys
    assert "shared by 李娜" in words(page)


def test_hostile_names_stay_words(city: Path, drawn: Draw) -> None:
    page = keep(shown(drawn()), HOSTILE_WORDS)
    assert not page.exception
    assert list(kept(city)) == [HOSTILE_WORDS]
    labels = [button.label for button in page.button if (button.key or "").startswith("open_")]
    assert "\\<img src\\=x onerror\\=alert\\(1\\)\\> \\*\\*bold\\*\\*" in labels[0]
    assert "<img" not in words(page).replace("\\<img", "")


def test_an_empty_or_taken_name_is_refused_in_words(city: Path, drawn: Draw) -> None:
    page = keep(shown(drawn()), " ")
    assert "Give it a name first" in words(page)
    keep(page, "night")
    keep(page, "Night")
    assert "There is one of the name" in words(page)
    assert list(kept(city)) == ["night"]


def test_a_long_list_is_shown_in_parts(city: Path, drawn: Draw) -> None:
    with opened(city) as store:
        for number in range(10):
            store.keep_view(f"view {number}", {}, actor=VIEWER)
    page = shown(drawn())
    assert sum((button.key or "").startswith("open_") for button in page.button) == 8
    page.button(key="more_saved_view").click().run()
    assert sum((button.key or "").startswith("open_") for button in page.button) == 10
    assert MOST_KEPT == 200


SAID: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({}, ["all reports"]),
    ({"group": "parking", "measure": "density"}, ["Parking", "Reports per km²"]),
    (
        {"from": "2024-01-01", "to": "2024-01-31", "unit": "-"},
        ["no unit", "2024-01-01 to 2024-01-31"],
    ),
    ({"period": "7d", "show": "heat", "bandwidth": "200"}, ["last 7 days", "as heat over 200 m"]),
    ({"show": "heat", "along": "streets"}, ["all reports", "as heat", "along streets"]),
    ({"hours": "8-9"}, [hours.words((8, 9))]),
    ({"show": "points", "measure": "overdue"}, ["all reports", "as single points", "Overdue cases"]),
    ({"group": "parking", "category": "flyposting"}, ["flyposting"]),
    ({"exempt": "only", "against": "year"}, ["only in exempt zones", "beside a year earlier"]),
    ({"source": "a,b,c,d,e"}, ["a, b, and 3 more"]),
    ({"place": "77", "area": "78"}, ["area 78", "place 77"]),
)


def test_a_view_says_in_words_what_it_means(city: Path) -> None:
    with opened(city) as store:
        here = Workspace(store, Cube.open(store))
        for params, expected in SAID:
            assert view_words(here, View.from_params(params)) == expected


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"lat": "38.3", "lon": "116.9", "zoom": "14"}, (38.3, 116.9, 14)),
        ({"lat": "38.3", "lon": "116.9"}, None),
        ({"lat": "95", "lon": "116.9", "zoom": "14"}, None),
        ({"lat": "nan", "lon": "116.9", "zoom": "14"}, None),
        ({"lat": "x", "lon": "116.9", "zoom": "inf"}, None),
    ],
)
def test_where_a_kept_view_looks_is_read_or_left_alone(params: dict[str, str], expected: Any) -> None:
    assert position_in(params) == expected


def test_the_walls_address_has_the_filters_and_not_what_was_clicked(city: Path, drawn: Draw) -> None:
    drawn()
    view = View(where=Filter(statuses=("open",)), cell="8a2a1072b59ffff")
    query = wall_query(view, {"zoom": "14"}, figures=True)
    assert query == "status=open&zoom=14&embed=true&wall=figures"


def test_the_box_around_cells_holds_all_of_them() -> None:
    chosen = tuple(int(cell) for cell in cells.from_points([116.9, 116.95], [38.3, 38.32], 10))
    west, south, east, north = box_around(chosen)
    lon, lat = cells.centres(list(chosen))
    assert west < lon.min() < lon.max() < east
    assert south < lat.min() < lat.max() < north


SELECTIONS = """
import streamlit as st
from app_pages import saved_selections, session
from data.workspace import workspace
saved_selections.render(workspace(), session.current_view())
"""


def test_a_selection_is_kept_told_with_its_figures_and_opened(city: Path) -> None:
    with opened(city) as store:
        counted = Cube.open(store).counts(Filter(), 10)
    chosen = tuple(sorted(int(cell) for cell in counted.cells[:3]))
    n = int(counted.counts[:3].sum())
    page = AppTest.from_string(SELECTIONS, default_timeout=180)
    page.query_params["in"] = Filter(cells=chosen).to_params()["in"]
    page.run()
    page.text_input(key=f"{session.SAVED_NAME}_cells").set_value("Three")
    next(button for button in page.button if button.label == "Keep").click().run()
    assert f"3 cells · resolution 10 · {n} reports now" in words(page).replace("\\", "")
    again = AppTest.from_string(SELECTIONS, default_timeout=180).run()
    assert not [button for button in again.button if button.label == "Keep"], "nothing is selected"
    next(button for button in again.button if (button.key or "").startswith("open_")).click().run()
    assert not again.exception
    assert again.session_state[session.VIEW].where.cells == chosen
    assert again.session_state[session.GO]["box"] == box_around(chosen)
