"""Hot spots on the map page: the switch, its choices, the address."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app_pages import session
from app_pages.hot_choices import WITH_PER, WITH_RING, WITH_STEPS, kind_about, view_of_hot
from app_pages.map_switch import kept_cell
from app_pages.view import View
from data.hot_cells import KINDS

Draw = Callable[..., AppTest]

_FINE, _COARSE = "8b2a1072b59bfff", "8a2a1072b59ffff"


def test_hot_spots_are_chosen_and_stand_in_the_address(city: Path, drawn: Draw) -> None:
    page = drawn()
    page.button_group(key=session.SHOW).set_value("hot").run()
    assert not page.exception
    page.selectbox(key=session.HOT_KIND).set_value("now").run()
    page.radio(key=session.HOT_RING).set_value(2).run()
    assert not page.exception
    said = [page.query_params[name] for name in ("show", "hot", "ring")]
    assert [value[0] if isinstance(value, list) else value for value in said] == ["hot", "now", "2"]


def test_a_view_of_hot_spots_opens_from_its_address(city: Path, drawn: Draw) -> None:
    page = drawn(show="hot", step="month")
    assert not page.exception
    assert page.selectbox(key=session.HOT_KIND).value == "classes"
    assert page.radio(key=session.HOT_STEP).value == "month"
    rated = drawn(show="hot", per="visit")
    assert not rated.exception
    assert rated.selectbox(key=session.HOT_PER).value == "visit", "what is asked for is offered"


def test_a_city_without_places_is_offered_no_rates(city: Path, drawn: Draw) -> None:
    page = drawn(show="hot")
    assert session.HOT_PER not in [box.key for box in page.selectbox]


def test_every_kind_has_words_and_asks_for_what_it_needs() -> None:
    for kind in KINDS:
        assert kind_about(kind).endswith(".")
    assert {*WITH_PER, *WITH_RING, *WITH_STEPS} <= set(KINDS)
    view = View(show="hot", hot="now", step="month", ring=2)
    said = ["Hot spots of the period", "with two rings of neighbours"]
    assert view_of_hot(view) == said, "the period as a whole knows no steps"


def test_a_cell_of_another_size_is_let_go_for_hot_spots() -> None:
    assert kept_cell(View(cell=_COARSE), "hot") == _COARSE
    assert kept_cell(View(cell=_FINE), "hot") is None
    assert kept_cell(View(cell=_FINE, resolution=11), "hot") == _FINE
    assert kept_cell(View(cell=_COARSE), "heat") is None
