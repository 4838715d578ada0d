"""Heat on the map page: the switch, its two choices, the address."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import session
from app_pages.map_heat import title_of, weight_of
from app_pages.view import View
from data.cube import Cube
from data.heat import WEIGHTS, usual_bandwidth
from data.measures import MEASURES
from data.store import Store

Draw = Callable[..., AppTest]


def sent_to_map(page: AppTest) -> str:
    sent: dict[str, Any] = json.loads(page.get("component_instance")[0].proto.json_args)
    return str(sent["feature_group"])


def usual(home: Path) -> int:
    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        return usual_bandwidth(Cube.open(store))


def test_heat_is_offered_where_there_are_no_places_and_stands_in_the_address(city: Path, drawn: Draw) -> None:
    page = drawn()
    assert 'gezhi.layer("heat"' not in sent_to_map(page)
    page.button_group(key=session.SHOW).set_value("heat").run()
    assert not page.exception
    assert page.query_params["show"] == "heat"
    assert 'gezhi.layer("heat"' in sent_to_map(page) and 'gezhi.layer("cells"' not in sent_to_map(page)
    assert f'"bandwidth": {usual(city)}' in sent_to_map(page)
    assert "bandwidth" not in page.query_params, "the usual one is left out"


def test_bandwidth_and_weight_are_chosen_and_stand_in_the_address(city: Path, drawn: Draw) -> None:
    page = drawn(show="heat", status="closed")
    page.selectbox(key=session.HEAT_BANDWIDTH).set_value(400).run()
    page.selectbox(key=session.HEAT_WEIGHT).set_value("open").run()
    assert not page.exception
    assert (page.query_params["bandwidth"], page.query_params["measure"]) == ("400", "open")
    sent = sent_to_map(page)
    assert '"bandwidth": 400' in sent and '"weight": "open"' in sent and "status=closed" in sent
    assert "Open cases per km" in sent


def test_a_view_of_heat_opens_from_its_address(city: Path, drawn: Draw) -> None:
    page = drawn(show="heat", bandwidth="1600", measure="open", palette="tide", opacity="40")
    sent = sent_to_map(page)
    assert page.selectbox(key=session.HEAT_BANDWIDTH).value == 1600
    assert '"bandwidth": 1600' in sent and '"weight": "open"' in sent and '"opacity": 0.4' in sent
    strange = drawn(show="heat", bandwidth="7", measure="anger")
    assert not strange.exception
    assert f'"bandwidth": {usual(city)}' in sent_to_map(strange)


def test_heat_along_streets_is_chosen_and_stands_in_the_address(city: Path, drawn: Draw) -> None:
    page = drawn(show="heat", bandwidth="400", measure="open")
    page.button_group(key=session.HEAT_ALONG).set_value("streets").run()
    assert not page.exception
    assert page.query_params["along"] in ("streets", ["streets"])
    sent = sent_to_map(page)
    assert 'gezhi.layer("along"' in sent and 'gezhi.layer("heat"' not in sent
    assert '"bandwidth": 400' in sent and '"weight": "open"' in sent and "Open cases per km of street" in sent
    page.button_group(key=session.HEAT_ALONG).set_value("").run()
    assert 'gezhi.layer("heat"' in sent_to_map(page) and "along" not in page.query_params


def test_a_view_along_streets_opens_from_its_address(city: Path, drawn: Draw) -> None:
    assert 'gezhi.layer("along"' in sent_to_map(drawn(show="heat", along="streets"))
    assert 'gezhi.layer("heat"' in sent_to_map(drawn(show="heat", along="rivers"))


def test_the_chosen_bandwidth_is_shown_and_stays_what_it_is(city: Path, drawn: Draw) -> None:
    page = drawn(show="heat")
    box = page.selectbox(key=session.HEAT_BANDWIDTH)
    assert box.options[0] == f"chosen: {usual(city):,} m"
    box.set_value(400).run()
    page.selectbox(key=session.HEAT_BANDWIDTH).set_value(0).run()
    assert f'"bandwidth": {usual(city)}' in sent_to_map(page) and "bandwidth" not in page.query_params


def test_a_measure_that_cannot_be_summed_waits_for_the_cells(city: Path, drawn: Draw) -> None:
    page = drawn(show="heat", measure="days")
    assert '"weight": "count"' in sent_to_map(page)
    assert page.query_params["measure"] in ("days", ["days"])


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_a_weight_with_a_title(measure: str) -> None:
    weight = weight_of(View(measure=measure))
    assert weight in WEIGHTS
    assert "km²" in title_of(weight)
    assert "km of street" in title_of(weight, "streets")
