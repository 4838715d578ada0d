"""Many cases dispatched on the screen, without a browser: looked at, sent, refused and taken back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app_pages import session
from data.actors import OPERATOR
from data.clock import moment
from data.filters import Filter
from data.store import Store
from geo.cells import ANALYSIS_RESOLUTION, from_points
from tests.data.field_towns import with_teams
from tests.data.samples import reports
from tests.data.town_cells import middle

Draw = Callable[..., AppTest]
NEW, OLD = 6, 4


@pytest.fixture
def store(city: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as opened:
        yield opened


def opened(drawn: Draw, **params: str) -> AppTest:
    page = drawn(**params).switch_page("dispatch.py")
    for name, value in params.items():
        page.query_params[name] = value
    return page.run()


def shown(page: AppTest) -> str:
    texts = [*page.markdown, *page.success, *page.warning, *page.error, *page.info, *page.caption]
    html = [str(element.proto.body) for element in page.get("html")]
    return "\n".join([*(element.value for element in texts), *html])


def import_some(store: Store) -> list[int]:
    """Import new reports of flyposting in a team's cells, and others that are years old."""
    with_teams(store)
    before = store.visible_ids(actor=OPERATOR).len()
    lon, lat = middle(1)
    for n, days, seed in ((NEW, 2, 21), (OLD, 900, 22)):
        told = {
            "category": pl.lit("flyposting"),
            "status": pl.lit("reported"),
            "reported_at": pl.lit(moment() - timedelta(days=days)),
            "closed_at": pl.lit(None, pl.Datetime("us", "UTC")),
            "lon": pl.lit(lon),
            "lat": pl.lit(lat),
        }
        store.write_reports(reports(n, seed=seed).with_columns(**told), actor=OPERATOR)
    return store.visible_ids(actor=OPERATOR).to_list()[before:]


def test_the_list_of_cases_leads_to_what_waits_in_it(store: Store, drawn: Draw) -> None:
    waiting = store.waiting_cases(actor=OPERATOR, categories=("manhole",)).cases.height
    page = drawn().switch_page("cases.py")
    page.query_params["category"] = "manhole"
    page.run()
    labels = [link.proto.label for link in page.get("page_link")]
    assert f"Accept and dispatch {waiting} waiting cases …" in labels


def test_what_is_looked_at_is_sent_and_can_be_taken_back(store: Store, drawn: Draw) -> None:
    ids = import_some(store)
    page = opened(drawn, category="flyposting")
    found = store.waiting_cases(actor=OPERATOR, categories=("flyposting",))
    assert f"{found.cases.height} cases are ready" in shown(page)
    page.selectbox(key=session.DISPATCH_AGE).set_value(30).run()
    assert page.button(key="dispatch_all").label == f"Accept and dispatch all {NEW} cases"
    assert f"{found.cases.height - NEW} older cases are left out" in shown(page)
    assert "东村" in shown(page)
    page.button(key="dispatch_all").click().run()
    assert not page.exception
    assert f"{NEW} cases were dispatched" in shown(page)
    assert {store.case(number, actor=OPERATOR).status for number in ids[:NEW]} == {"dispatched"}
    assert {store.case(number, actor=OPERATOR).status for number in ids[NEW:]} == {"reported"}
    store.transition(ids[0], "start", actor=OPERATOR)
    page.button(key="dispatch_back").click().run()
    assert f"{NEW - 1} cases wait again" in shown(page)
    assert "1 stays: somebody has touched it since" in shown(page)
    assert store.case(ids[1], actor=OPERATOR).status == "accepted"


def test_cells_that_were_chosen_on_the_map_are_dispatched_alone(store: Store, drawn: Draw) -> None:
    ids = import_some(store)
    cells = from_points([middle(1)[0]], [middle(1)[1]], ANALYSIS_RESOLUTION)
    page = opened(drawn, **Filter(cells=tuple(cells.tolist())).to_params())
    assert "Only cases in 1 cell of the map" in shown(page)
    page.button(key="dispatch_all").click().run()
    assert {store.case(number, actor=OPERATOR).status for number in ids} == {"dispatched"}
    assert store.waiting_cases(actor=OPERATOR).cases.height > 0


def test_a_case_that_was_changed_while_it_was_looked_at_is_named(store: Store, drawn: Draw) -> None:
    ids = import_some(store)
    page = opened(drawn, category="flyposting")
    page.selectbox(key=session.DISPATCH_AGE).set_value(30).run()
    store.transition(ids[0], "note", actor=OPERATOR, note="看过了")
    page.button(key="dispatch_all").click().run()
    assert f"{NEW - 1} cases were dispatched" in shown(page)
    assert "Somebody else has changed them since they were looked at: 1" in shown(page)
    assert f"[{ids[0]}](case?id={ids[0]})" in shown(page)
    assert store.case(ids[0], actor=OPERATOR).status == "reported"


def test_without_a_rule_nothing_is_sent_until_a_unit_is_chosen(store: Store, drawn: Draw) -> None:
    table = {"rule": ["1"], "categories": ["manhole"], "areas": [""], "places": [""], "unit": ["市政养护所"]}
    store.write_table("routing", pl.DataFrame(table), actor=OPERATOR)
    page = opened(drawn, category="flyposting")
    assert "dispatch_all" not in {button.key for button in page.button}
    assert "no rule names their unit" in shown(page)
    page.selectbox(key=session.DISPATCH_UNIT).set_value("环卫中心").run()
    page.button(key="dispatch_all").click().run()
    assert store.waiting_cases(actor=OPERATOR, categories=("flyposting",)).cases.is_empty()
    assert "No case waits to be dispatched." in shown(page)


def test_the_rules_are_taken_away_as_a_table_and_put_in_place_by_one(store: Store, drawn: Draw) -> None:
    page = opened(drawn)
    for turn, (unit, words) in enumerate((("城关", "is no unit"), ("环卫中心", "This rule holds now"))):
        table = f"rule,categories,areas,places,unit\n1,,,,{unit}\n".encode("utf-8-sig")
        file = ("rules.csv", table, "text/csv")
        page.file_uploader(key=f"{session.ROUTING_UPLOAD}_{turn}").set_value([file]).run()
        assert words in shown(page)
    assert store.waiting_cases(actor=OPERATOR).by("unit")["unit"].to_list() == ["环卫中心"]
    assert not page.exception
