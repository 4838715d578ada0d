"""The teams themselves on the page Teams: a city gets its first, changes them, retires one."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app_pages import session
from data import workspace as workspaces
from data.actors import OPERATOR
from tests.app_pages.test_teams_links import links_part, shown

Draw = Callable[..., AppTest]


def test_a_city_without_teams_gets_some_and_what_is_refused_stays_in_the_field(
    city: Path, drawn: Draw
) -> None:
    page = links_part(drawn())
    assert "no field teams yet" in page.info[0].value
    page.text_area(key=session.ROSTER_NAMES).set_value("东村\n\n 西村 \n东村\n南村")
    page.button(key="roster_add").click().run()
    assert not page.exception and "already" in page.error[0].value
    store = workspaces.city_store()
    assert [team.name for team in store.teams(actor=OPERATOR)] == ["东村", "西村"]
    assert page.text_area(key=session.ROSTER_NAMES).value == "东村\n南村"
    page.text_area(key=session.ROSTER_NAMES).set_value("南村")
    page.button(key="roster_add").click().run()
    assert "1 team was added" in shown(page) and page.selectbox(key=session.LINK_TEAM).value == 3


def test_a_team_is_renamed_retired_and_taken_back(city: Path, drawn: Draw) -> None:
    store = workspaces.city_store()
    for name in ("东村", "西村"):
        store.add_team(name, actor=OPERATOR)
    page = links_part(drawn())
    page.text_input(key="team_name_1_1").set_value("<b>新</b>东村")
    page.text_input(key="team_start_1_1").set_value("无此路")
    page.button(key="team_keep_1_1").click().run()
    assert "No place is called" in page.error[0].value
    assert store.teams(actor=OPERATOR)[0].version == 1
    page.text_input(key="team_start_1_1").set_value("")
    page.button(key="team_keep_1_1").click().run()
    assert not page.exception and "<b>" not in shown(page)
    assert store.teams(actor=OPERATOR)[0].name == "<b>新</b>东村"
    page.button(key="team_retire_1_2").click().run()
    assert "has retired" in shown(page) and page.selectbox(key=session.LINK_TEAM).value == 2
    page.button(key="team_back_1").click().run()
    assert not page.exception and len(store.teams(actor=OPERATOR)) == 2
