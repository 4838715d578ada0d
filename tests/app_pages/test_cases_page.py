"""The work list and the intake, without a browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import session
from data.actors import OPERATOR
from data.store import Store

Draw = Callable[..., AppTest]


@pytest.fixture
def store(city: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as opened:
        yield opened


def html(page: AppTest) -> str:
    return "".join(str(element.proto.body) for element in page.get("html"))


def listed(page: AppTest) -> int:
    return html(page).count("data-case=")


def opened(drawn: Draw, file: str, **params: str) -> AppTest:
    page = drawn(**params).switch_page(file)
    for name, value in params.items():
        page.query_params[name] = value
    return page.run()


def test_the_list_shows_fifty_and_more_on_demand(store: Store, drawn: Draw) -> None:
    total = store.overdue(actor=OPERATOR)[0]
    page = opened(drawn, "cases.py")
    assert listed(page) == 50 < total
    page.button(key="more_cases").click().run()
    assert listed(page) == min(100, total)


def test_a_list_is_its_address(store: Store, drawn: Draw) -> None:
    n = store.open_cases(actor=OPERATOR, unit="物业", categories=("manhole",)).height
    page = opened(drawn, "cases.py", unit="物业", category="manhole")
    assert listed(page) == min(n, 50) > 0
    page.selectbox(key=session.LIST_UNIT).set_value("*").run()
    assert "unit" not in page.query_params
    assert page.query_params["category"] in ("manhole", ["manhole"])


def test_cases_of_no_unit_can_be_asked_for(store: Store, drawn: Draw) -> None:
    n = store.open_cases(actor=OPERATOR, unit="", limit=1000).height
    assert 0 < n < store.overdue(actor=OPERATOR)[0]
    assert listed(opened(drawn, "cases.py", unit="")) == min(n, 50)


def test_the_figures_on_top_are_those_of_the_store(store: Store, drawn: Draw) -> None:
    n, late = store.overdue(actor=OPERATOR)
    load = store.workload(actor=OPERATOR)
    assert (load["open"].sum(), load["overdue"].sum()) == (n, late)
    page = opened(drawn, "cases.py", part="overdue")
    assert listed(page) == min(late, 50)


def test_a_broken_address_still_opens_the_list(city: Path, drawn: Draw) -> None:
    page = opened(drawn, "cases.py", part="lost", category="nothing,", unit="nobody")
    assert not page.exception
    assert any("No open case is like this" in info.value for info in page.info)
    page.button(key="clear_list").click().run()
    assert listed(page) == 50


def test_hostile_words_stay_words_in_the_list(city: Path, drawn: Draw) -> None:
    shown = html(opened(drawn, "cases.py"))
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<img src=x" not in shown


def test_a_report_says_what_is_missing_before_it_can_be_sent(city: Path, drawn: Draw) -> None:
    page = opened(drawn, "report.py")
    assert page.button(key="check_report").disabled
    assert any("the category and the place" in caption.value.replace("\\", "") for caption in page.caption)


def test_a_report_like_no_other_becomes_a_case_at_once(store: Store, drawn: Draw) -> None:
    page = opened(drawn, "report.py")
    page.selectbox(key="report_category_0").set_value("fallen_cable").run()
    page.text_input(key="spot_typed").set_value("38.9, 117.5").run()
    page.text_input(key="report_phone_0").set_value("555 0100").run()
    before = store.last_seq(actor=OPERATOR)
    page.button(key="check_report").click().run()
    assert store.last_seq(actor=OPERATOR) == before + 1
    case = store.case(401, actor=OPERATOR)
    assert (case.report["category"], case.report["lat"]) == ("fallen_cable", 38.9)
    assert [contact.phone for contact in store.contacts(401, actor=OPERATOR)] == ["555 0100"]


def test_a_report_that_may_repeat_an_open_case_is_not_written_before_that_is_said(
    store: Store, drawn: Draw
) -> None:
    given = {"category": "fallen_cable", "lon": 117.5, "lat": 38.9}
    known = store.report(given, actor=OPERATOR).id
    page = opened(drawn, "report.py")
    page.selectbox(key="report_category_0").set_value("fallen_cable").run()
    page.text_input(key="spot_typed").set_value("38.90001, 117.50001").run()
    before = store.last_seq(actor=OPERATOR)
    page.button(key="check_report").click().run()
    assert store.last_seq(actor=OPERATOR) == before
    page.button(key=f"same_{known}").click().run()
    assert store.repeats(known, actor=OPERATOR) == [known + 1]


def test_words_typed_right_before_the_button_go_with_it(store: Store, drawn: Draw) -> None:
    page = opened(drawn, "report.py")
    page.selectbox(key="report_category_0").set_value("fallen_cable").run()
    page.text_input(key="spot_typed").set_value("38.9, 117.5").run()
    page.text_area(key="report_words_0").set_value("on the ground")
    page.button(key="check_report").click().run()
    assert store.case(401, actor=OPERATOR).report["description"] == "on the ground"


def test_a_report_that_is_written_leads_to_its_case_whatever_came_between(store: Store, drawn: Draw) -> None:
    page = opened(drawn, "report.py")
    page.session_state[session.SENT] = 7
    page.run()
    assert "7" in html(page)
    assert session.SENT not in page.session_state


def test_a_pair_is_merged_or_remembered_as_none(store: Store, drawn: Draw) -> None:
    given = {"category": "fallen_cable", "lon": 117.5, "lat": 38.9, "description": "cable on the ground"}
    first, second = (store.report(given, actor=OPERATOR).id for _report in range(2))
    page = opened(drawn, "duplicates.py")
    page.button(key=f"merge_{first}_{second}").click().run()
    assert store.repeats(first, actor=OPERATOR) == [second]
    page.button(key="undo").click().run()
    assert store.repeats(first, actor=OPERATOR) == []
    page.button(key=f"apart_{first}_{second}").click().run()
    assert f"merge_{first}_{second}" not in [button.key for button in page.button]
    assert not page.exception
