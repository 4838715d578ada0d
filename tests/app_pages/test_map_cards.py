"""The cards above the map and beside it: measure, comparison, look, and what changed."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import change_table, session
from app_pages.view import View
from data.change import changes, grown_and_shrunk
from data.cube import Cube
from data.filters import Filter
from data.store import Store
from layers import palettes

Draw = Callable[..., AppTest]


def sent(page: AppTest) -> str:
    """Return what the map was sent, its layers' options as text."""
    args: dict[str, Any] = json.loads(page.get("component_instance")[0].proto.json_args)
    return str(args["feature_group"])


def newest(home: Path) -> date:
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        known = Cube.open(store).period()
    assert known
    return known[1]


def test_the_measure_reaches_the_map_and_the_address(city: Path, drawn: Draw) -> None:
    page = drawn()
    assert '"ask": {}' in sent(page)
    page.selectbox(key=session.MEASURE).set_value("on_time").run()
    assert not page.exception
    assert page.query_params["measure"] in ("on_time", ["on_time"])
    assert '"measure": "on_time"' in sent(page)
    page.selectbox(key=session.MEASURE).set_value("change").run()
    assert "measure" in page.query_params and page.query_params["against"] in ("before", ["before"])
    assert '"measure": "change"' not in sent(page), "reports of all times have no period before"
    page.button(key="compare_90d").click().run()
    assert not page.exception
    assert page.query_params["period"] in ("90d", ["90d"])
    assert '"measure": "change"' in sent(page)
    page.radio(key=session.AGAINST).set_value("").run()
    assert '"measure": "on_time"' in sent(page)
    assert "against" not in page.query_params


def test_a_change_in_the_address_is_a_comparison_with_the_period_before(city: Path, drawn: Draw) -> None:
    page = drawn(measure="change", period="30d")
    assert not page.exception
    assert '"measure": "change"' in sent(page)
    assert (page.selectbox(key=session.MEASURE).value, page.radio(key=session.AGAINST).value) == (
        "change",
        "before",
    )


def test_two_periods_can_be_put_side_by_side_and_the_other_one_chosen(city: Path, drawn: Draw) -> None:
    last = newest(city)
    page = drawn(period="30d", against="year")
    first = last - timedelta(days=29)
    year = timedelta(weeks=52)
    assert f'"vs": "{first - year}~{last - year}"' in sent(page)
    page.button_group(key=session.BESIDE_BY).set_value("swipe").run()
    assert f'"swipe": {{"from": "{first - year}", "to": "{last - year}"}}' in sent(page)
    page.radio(key=session.AGAINST).set_value("custom").run()
    assert not page.exception
    before = first - timedelta(days=1)
    assert page.date_input(key=session.AGAINST_DAYS).value == (before - timedelta(days=29), before)
    page.date_input(key=session.AGAINST_DAYS).set_value((before - timedelta(days=9), before)).run()
    assert f'"from": "{before - timedelta(days=9)}"' in sent(page)
    assert page.query_params["beside"] in ("swipe", ["swipe"])


def test_the_look_reaches_the_map_and_the_address(city: Path, drawn: Draw) -> None:
    page = drawn()
    page.button_group(key=session.LOOK_METHOD).set_value("natural")
    page.button_group(key=session.LOOK_CLASSES).set_value(4)
    page.radio(key=session.LOOK_PALETTE).set_value("ink")
    page.slider(key=session.LOOK_OPACITY).set_value(40)
    page.toggle(key=session.LOOK_POINTS).set_value(False).run()
    assert not page.exception
    params = {
        name: value[0] if isinstance(value, list) else value for name, value in page.query_params.items()
    }
    assert (
        params.items()
        >= {
            "classes_by": "natural",
            "classes": "4",
            "palette": "ink",
            "opacity": "40",
            "points": "off",
        }.items()
    )
    assert '"classes_by": "natural"' in sent(page)
    assert palettes.colours("ink", 7)[3] in sent(page)
    assert '"opacity": 0.4' in sent(page)
    assert '"points"' not in sent(page)


def test_own_classes_are_typed_and_a_slip_changes_nothing(city: Path, drawn: Draw) -> None:
    page = drawn(classes_by="steps", edges="1,5,20")
    field = page.text_input(key=session.LOOK_EDGES)
    assert field.value == "1, 5, 20"
    field.set_value("1, 9, 4").run()
    assert page.error and page.query_params["edges"] in ("1,5,20", ["1,5,20"])
    assert page.text_input(key=session.LOOK_EDGES).value == "1, 9, 4"
    page.text_input(key=session.LOOK_EDGES).set_value("2, 4.5，10").run()
    assert not page.error
    assert '"edges": "2,4.5,10"' in sent(page)


def test_kept_classes_are_said_and_can_be_let_go(city: Path, drawn: Draw) -> None:
    page = drawn(edges="1,5,20")
    assert '"keep": true' in sent(page)
    page.button(key="look_let_go").click().run()
    assert '"keep": false' in sent(page)
    assert "edges" not in page.query_params


def test_the_table_says_what_changed_by_category_and_by_cell(city: Path, drawn: Draw) -> None:
    last = newest(city)
    page = drawn(period="90d", against="before")
    assert not page.exception
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        cube = Cube.open(store)
        where = Filter(start=last - timedelta(days=89), end=last)
        expected = {by: grown_and_shrunk(changes(cube, where, by), most=8) for by in ("category", 10)}
    for kind, by in (("category", "category"), ("cell", 10)):
        if kind == "cell":
            page.button_group(key=session.CHANGES).set_value("cell").run()
            assert not page.exception
        tables = [table.value for table in page.dataframe]
        shown = [row for table in tables for row in zip(table["before"], table["now"], strict=True)]
        assert shown == [row for rows in expected[by] for row in rows.select("before", "now").rows()]
        uncertain = [row for rows in expected[by] for row in rows["uncertain"]]
        assert [text.startswith("(") for table in tables for text in table["change"]] == uncertain
    assert any(uncertain)
    assert not drawn(period="90d").dataframe, "nothing is compared"


def test_a_change_is_written_with_its_sign_and_in_brackets_where_it_is_uncertain() -> None:
    written = [change_table.change_text(*given) for given in ((12.4, False), (-3.0, True), (None, False))]
    assert [words.replace("\u00a0", " ") for words in written] == ["+12 %", "(-3 %)", "new"]


def test_a_row_leads_to_its_category_its_place_or_its_cell() -> None:
    view = View(against="before")
    cell = 0x8A31AA5059AFFFF
    assert change_table.opened(view, "category", "flyposting").where.categories == ("flyposting",)
    assert change_table.opened(view.but(cell="x"), "place", 7) == view.but(at=7)
    assert change_table.opened(view.but(at=7), "cell", cell) == view.but(cell=f"{cell:x}")


@pytest.mark.parametrize(
    ("state", "row"),
    [
        ({"selection": {"rows": [], "columns": [], "cells": [(2, "now")]}}, 2),
        ({"selection": {"rows": [1], "columns": [], "cells": []}}, 1),
        ({"selection": {"rows": [], "columns": [], "cells": []}}, None),
        (None, None),
    ],
)
def test_a_click_in_the_table_names_its_row(state: Any, row: int | None) -> None:
    assert change_table.clicked_row(state) == row
