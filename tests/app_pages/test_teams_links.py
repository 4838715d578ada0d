"""The part of the teams page that makes, shows and revokes the links of a team."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import session, teams_links
from data import workspace as workspaces
from data.actors import OPERATOR
from data.settings import settings
from data.store import Store

Draw = Callable[..., AppTest]
HOSTILE = "<b>李</b> **娜** $x$"


@pytest.fixture
def store(city: Path) -> Store:
    opened = workspaces.city_store()
    for name in ("东村", "西村"):
        opened.add_team(name, actor=OPERATOR)
    return opened


def links_part(page: AppTest) -> AppTest:
    page.query_params["tab"] = "links"
    page = page.switch_page("teams.py").run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    return " ".join(one.value for one in (*page.markdown, *page.caption, *page.warning, *page.success))


def make(page: AppTest, label: str) -> AppTest:
    page.text_input(key=session.LINK_LABEL).set_value(label)
    page.button(key="FormSubmitter:new_link-Make a link").click().run()
    assert not page.exception
    return page


def test_a_link_is_shown_once_with_its_code_and_opens_the_team(
    store: Store, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "address", "https://city.example")
    page = links_part(drawn())
    page.selectbox(key=session.LINK_TEAM).set_value(2).run()
    assert page.query_params["team"] == "2"
    page = make(page, HOSTILE)
    link = page.code[0].value
    secret = link.removeprefix("https://city.example/field#k=")
    member = store.member(secret, actor=OPERATOR)
    assert (member.team.id, member.link.label, member.actor.team) == (2, HOSTILE, 2)
    assert page.get("image") and "<b>" not in shown(page)
    assert "not used yet" in shown(page)
    page.button(key="link_done").click().run()
    assert not page.code and secret not in shown(page)


def test_a_revoked_link_opens_nothing_and_leaves_the_list(store: Store, drawn: Draw) -> None:
    link, secret = store.make_link(1, label="小李", actor=OPERATOR)
    page = links_part(drawn())
    assert "小李" in shown(page)
    page.button(key=f"revoke_now_{link.id}").click().run()
    assert not page.exception and "opens nothing any more" in shown(page)
    assert not store.links(actor=OPERATOR)
    with pytest.raises(PermissionError):
        store.member(secret, actor=OPERATOR)
    page.run()
    assert "小李" not in shown(page)


def test_a_link_can_be_renamed(store: Store, drawn: Draw) -> None:
    link, _secret = store.make_link(1, label="小李", actor=OPERATOR)
    page = links_part(drawn())
    page.text_input(key=f"{session.LINK_LABEL}_{link.id}").set_value("小王")
    page.button(key=f"rename_link_{link.id}").click().run()
    assert store.links(actor=OPERATOR)[0].label == "小王" and "小王" in shown(page)


def test_a_link_without_a_name_is_not_made(store: Store, drawn: Draw) -> None:
    page = make(links_part(drawn()), "  ")
    assert "Give it a name first" in page.error[0].value
    assert not store.links(actor=OPERATOR) and not page.code


def test_the_page_says_what_keeps_links_from_being_of_use(
    store: Store, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = links_part(drawn())
    assert "GEZHI_KEY" in shown(page) and "GEZHI_ADDRESS" in shown(page)
    monkeypatch.setattr(settings(), "address", "http://city.example")
    assert "https alone" in shown(page.run())
    monkeypatch.setenv("GEZHI_KEY", "a key of some length")
    monkeypatch.setenv("GEZHI_ADDRESS", "https://city.example")
    settings.cache_clear()
    assert not page.run().warning


def test_the_files_of_a_team_are_a_click_away(store: Store, drawn: Draw) -> None:
    urls = [one.proto.url for one in links_part(drawn()).get("link_button")]
    assert urls == ["/api/field/pack?team=1", "/api/field/sheet?team=1", "/field?team=1"]


def test_a_code_is_dark_on_white_and_differs_with_the_link() -> None:
    one, other = (teams_links.code_of(teams_links.link_to("https://city.example", c * 32)) for c in "xy")
    assert one.startswith("<svg") and 'fill="#fff"' in one and one != other
