"""Help: the glossary, the tour's words, the wall; and what every page says where it has nothing to show."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import glossary, session, tour, wall
from app_pages.figures import SHOWN
from data.actors import OPERATOR
from data.cube import Cube
from data.filters import Filter
from data.hot_cells import KINDS
from data.measures import MEASURES
from data.statuses import STATUS_GROUPS
from data.store import Store
from data.workspace import Workspace
from i18n import use_locale
from tests.app_pages.conftest import REPORTS

Draw = Callable[..., AppTest]
NOTHING = {"from": "1999-01-01", "to": "1999-01-02"}


def html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.get("html"))


def test_every_measure_and_figure_is_explained_once() -> None:
    entries = [entry for section in glossary.every_section() for entry in section.entries]
    names = [entry.name for entry in entries]
    assert len(set(names)) == len(names)
    assert names[: len(MEASURES)] == list(MEASURES)
    assert {"closed", "rate", "interval", "due", "score", "hot_z"} <= set(names)
    assert {f"hot_{kind}" for kind in KINDS} <= set(names)
    for entry in entries:
        assert entry.title and entry.says and entry.computed, entry.name
    assert all(entry.silent for entry in entries[: len(MEASURES)])


def test_whatever_a_page_calls_a_figure_of_the_glossary_is_one() -> None:
    names = {entry.name for section in glossary.every_section() for entry in section.entries}
    pages = "".join(path.read_text(encoding="utf-8") for path in Path(glossary.__file__).parent.glob("*.py"))
    asked = set(re.findall(r"""(?:meaning\(|Fact\(\s*)["'](\w+)["']""", pages))
    assert {"due", "hot_z", "hot_trend"} <= asked <= names


def test_the_glossary_finds_words_and_puts_the_figure_that_was_asked_for_first() -> None:
    found = glossary.matching(glossary.every_section(), "POISSON interval")
    assert [entry.name for section in found for entry in section.entries] == ["interval"]
    assert glossary.matching(glossary.every_section(), "xyzzy") == ()
    page = glossary.glossary_html(glossary.every_section(), first="overdue")
    assert page.count('data-figure="overdue"') == 2
    assert page.index("gz-asked") < page.index('data-figure="count"')
    assert "gz-asked" not in glossary.glossary_html(glossary.every_section(), first="<b>")


def test_the_glossary_page_can_be_searched_and_opened_at_a_figure(city: Path, drawn: Draw) -> None:
    page = drawn().switch_page("glossary.py").run()
    assert not page.exception
    assert 'data-figure="density"' in html(page)
    page.text_input(key=session.GLOSSARY).set_value("xyzzy").run()
    assert "No figure here" in page.info[0].value
    page.button(key="all_figures").click().run()
    assert 'data-figure="density"' in html(page)


def test_the_figures_beside_the_map_lead_to_their_entries(city: Path, drawn: Draw) -> None:
    helps = " ".join(metric.help for metric in drawn(lang="zh").metric)
    for name in SHOWN:
        assert f"(glossary?figure={name}&lang=zh)" in helps


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_tour_has_three_stops(locale: str) -> None:
    use_locale(locale)
    stops = tour.steps()
    use_locale("en")
    assert len(stops) == 3
    assert all(stop.title and stop.text and stop.shows for stop in stops)


def test_the_help_button_calls_the_tour_from_any_page(city: Path, drawn: Draw) -> None:
    page = drawn()
    assert session.TOUR not in page.session_state
    page.button(key="show_tour").click().run()
    first = page.session_state[session.TOUR]
    assert first
    page.switch_page("cases.py").run()
    page.button(key="show_tour").click().run()
    assert not page.exception
    assert page.session_state[session.TOUR] != first
    assert any(one.proto.component_name == "gezhi_tour" for one in page.get("bidi_component"))


def test_the_wall_shows_the_map_alone_with_the_figures_of_its_filter(city: Path, drawn: Draw) -> None:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        cube = Cube.open(store)
        where = Filter(statuses=("open",))
        n, every = cube.total(where), dict(cube.by_status(Filter()).select("status", "n").iter_rows())
    assert n == sum(every.get(state, 0) for state in STATUS_GROUPS["open"])
    page = drawn(wall="figures", status="open")
    assert not page.exception
    assert f"<strong>{n:,}</strong>" in html(page)
    assert "Test &lt;b&gt;City&lt;/b&gt;" in html(page)
    assert not page.metric and not page.button and not page.sidebar.children
    assert page.get("component_instance")
    assert page.query_params["wall"] == "figures"


def test_a_wall_without_figures_has_none_and_another_word_is_no_wall(city: Path, drawn: Draw) -> None:
    assert 'class="gz-wall-figures"' not in html(drawn(wall="map"))
    assert drawn(wall="nonsense").metric


@pytest.mark.parametrize(
    ("said", "expected"), [("", 30), ("60", 60), ("1", 30), ("99999", 30), ("x", 30), ("²", 30)]
)
def test_how_often_the_wall_looks_anew_is_bounded(
    monkeypatch: pytest.MonkeyPatch, said: str, expected: int
) -> None:
    monkeypatch.setattr(wall.st, "query_params", {session.EVERY: said})
    assert wall.every_s() == expected


def test_a_store_without_a_report_says_where_reports_come_from(home: Path, drawn: Draw) -> None:
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        here = Workspace(store, Cube.open(store), viewer=OPERATOR)
        assert here.cube.total(Filter()) == 0
        assert "no report yet" in wall.heading(here, wall.View(), wall.datetime.now(wall.ZoneInfo("UTC")))
        assert "–" in wall.strip(here, Filter())


def test_a_cell_where_nothing_passes_offers_to_clear_the_filters(city: Path, drawn: Draw) -> None:
    page = drawn(cell="8a2a1072b59ffff", **NOTHING)
    assert any("No report in this cell" in info.value for info in page.info)
    page.button(key="clear_from_cell").click().run()
    assert "from" not in page.query_params
    assert not page.exception


def test_clearing_the_filters_of_an_empty_page_brings_every_report_back(city: Path, drawn: Draw) -> None:
    page = drawn(**NOTHING)
    page.button(key="clear_from_empty").click().run()
    assert {metric.label: metric.value for metric in page.metric}["Reports"] == f"{REPORTS}"
