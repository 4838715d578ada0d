"""The map page: with reports, without any, with a cell, with hostile words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pytest
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from app_pages import session
from data.actors import OPERATOR
from data.cube import Cube
from data.filters import Filter
from data.store import Store
from geo import cells
from tests.app_pages.conftest import REPORTS

Draw = Callable[..., AppTest]


def figures(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def sent_to_map(page: AppTest) -> dict[str, Any]:
    sent: dict[str, Any] = json.loads(page.get("component_instance")[0].proto.json_args)
    return sent


def busiest(home: Path, resolution: int = 10) -> tuple[str, int]:
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        counted = Cube.open(store).counts(Filter(), resolution)
    top = int(counted.counts.argmax())
    return str(cells.to_text(counted.cells[[top]])[0]), int(counted.counts[top])


def test_the_figures_are_those_of_the_store(city: Path, drawn: Draw) -> None:
    page = drawn()
    assert not page.exception
    assert figures(page)["Reports"] == f"{REPORTS}"


def test_a_filter_in_the_address_reaches_figures_and_map(city: Path, drawn: Draw) -> None:
    page = drawn(status="closed")
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        n = Cube.open(store).total(Filter(statuses=("closed",)))
    assert figures(page)["Reports"] == f"{n}"
    assert figures(page)["Open"] == "0"
    assert "status=closed" in sent_to_map(page)["feature_group"]


@pytest.mark.parametrize("days", [{"from": "2199-01-01"}, {"to": "1903-01-01"}])
def test_days_beyond_all_reports_are_shown_as_they_were_asked_for(
    city: Path, drawn: Draw, days: dict[str, str]
) -> None:
    page = drawn(**days)
    assert not page.exception
    start, end = page.session_state[session.DAYS]
    assert start <= end
    assert {side: page.query_params[side] for side in days} == days


def test_a_choice_in_the_sidebar_is_written_into_the_address(city: Path, drawn: Draw) -> None:
    page = drawn()
    page.button_group(key=session.STATUSES).set_value(["closed"]).run()
    assert page.query_params["status"] == "closed"


def test_a_changed_filter_leaves_the_map_itself_as_it_is(city: Path, drawn: Draw) -> None:
    page = drawn()
    before = sent_to_map(page)
    page.button_group(key=session.STATUSES).set_value(["closed"]).run()
    after = sent_to_map(page)
    assert after["script"] == before["script"]
    assert after["feature_group"] != before["feature_group"]


def test_a_cell_in_the_address_shows_its_reports(city: Path, drawn: Draw) -> None:
    cell, n = busiest(city)
    page = drawn(cell=cell)
    assert figures(page)["Reports in this cell"] == f"{n}"


def test_where_the_busiest_cells_lie_is_asked_once(
    city: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    reports = Store.reports
    monkeypatch.setattr(
        Store, "reports", lambda store, ids, **how: asked.append(ids) or reports(store, ids, **how)
    )
    page = drawn()
    assert len(asked) == 5

    page.run()

    assert len(asked) == 5


def test_hostile_words_are_shown_as_words(city: Path, drawn: Draw) -> None:
    page = drawn(cell=busiest(city)[0])
    shown = "".join(str(element.proto.body) for element in page.get("html"))
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<img" not in shown


def test_hostile_words_of_a_file_are_no_markdown_in_labels_and_the_heading(city: Path, drawn: Draw) -> None:
    page = drawn()
    labels = [button.label for button in page.button if str(button.key).startswith("busiest_")]
    assert labels
    assert all(r"\<img src\=x onerror\=alert\(1\)\> \*\*bold\*\*" in label for label in labels)
    assert any(r"Test \<b\>City\<\/b\>" in markdown.value for markdown in page.markdown)


def test_the_language_that_was_chosen_stays_when_the_address_is_dropped(city: Path, drawn: Draw) -> None:
    page = drawn(lang="zh")
    del page.query_params["lang"]  # as Streamlit does when one goes to another page
    page.run()
    assert "问题" in figures(page)
    assert page.query_params["lang"] in ("zh", ["zh"])


def test_an_address_with_another_language_wins(city: Path, drawn: Draw) -> None:
    page = drawn(lang="zh")
    page.query_params["lang"] = "en"
    page.run()
    assert "Reports" in figures(page)
    assert page.button_group(key=session.LANGUAGE).value in ("en", ["en"])


def test_earlier_imports_carry_the_time_of_the_city(city: Path, drawn: Draw) -> None:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        store.set_fact("tz", "Asia/Shanghai", actor=OPERATOR)
        number = store.begin_import("a.csv", source="a", profile=None, actor=OPERATOR, details={})
        store.finish_import(number, summary={"read": 3}, actor=OPERATOR)
        begun = store.imports(actor=OPERATOR)["started_at"][0]
    page = drawn().switch_page("imports.py").run()
    local = begun.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M")
    assert page.dataframe[0].value["When"].to_list() == [local]


def test_an_empty_city_shows_the_demo_and_says_so(home: Path, drawn: Draw) -> None:
    page = drawn()
    assert not page.exception
    assert any("synthetic" in markdown.value for markdown in page.markdown)


def test_a_filter_that_lets_nothing_through_offers_to_clear_it(city: Path, drawn: Draw) -> None:
    page = drawn(**{"from": "1999-01-01", "to": "1999-01-02"})
    assert any("No report passes" in info.value for info in page.info)
    page.button(key="clear_from_empty").click().run()
    assert figures(page)["Reports"] == f"{REPORTS}"


def test_the_page_speaks_chinese_when_asked(city: Path, drawn: Draw) -> None:
    assert "问题" in figures(drawn(lang="zh"))


def locate(home: Path) -> int:
    """Put a community and an exempt zone under the reports, and return the community's id."""
    places = gpd.GeoDataFrame(
        {
            "kind": ["community", "district", "exemption"],
            "name": ["*东*社区", "运河区", "停车带"],
            "attributes": [{}, {}, {"categories": "parking"}],
        },
        geometry=[box(116.9, 38, 118, 39), box(116, 38, 118, 39), box(116.8, 38, 117, 39)],
        crs="EPSG:4326",
    )
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        store.write_places(places, actor=OPERATOR)
        store.locate(actor=OPERATOR)
        return int(store.areas(actor=OPERATOR).filter(kind="community")["id"][0])


def test_an_area_and_what_about_exempt_zones_can_be_chosen(city: Path, drawn: Draw) -> None:
    community = locate(city)
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        cube = Cube.open(store)
        inside = Filter(areas=(community,))
        wanted = [cube.total(inside), cube.total(inside.but(exempt="without"))]
    page = drawn()
    assert figures(page)["Reports"] == f"{REPORTS}"
    page.multiselect(key=session.AREA).set_value([community]).run()
    assert page.query_params["area"] == str(community)
    assert figures(page)["Reports"] == f"{wanted[0]}"
    page.button_group(key=session.EXEMPT).set_value("without").run()
    assert not page.exception
    assert page.query_params["exempt"] == "without"
    assert figures(page)["Reports"] == f"{wanted[1]}"
    assert wanted[1] < wanted[0] < REPORTS


def test_places_and_areas_in_the_address_are_shown_and_can_be_dropped(city: Path, drawn: Draw) -> None:
    community = locate(city)
    page = drawn(area=str(community), place="1", exempt="only")
    assert not page.exception
    assert page.multiselect(key=session.AREA).value == [community]
    assert "Reports" not in figures(page), "no report is at place 1"
    page.button_group(key=f"{session.PLACE}-1").set_value([]).run()
    assert not page.exception and "place" not in page.query_params
    assert int(figures(page)["Reports"]) > 0
    strange = drawn(area="987654", exempt="perhaps", place="x")
    assert not strange.exception and "Reports" not in figures(strange)
