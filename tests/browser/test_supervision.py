"""Supervision in a real browser: a day that looks anew by itself, and coverage on a map."""

from playwright.sync_api import expect

from data.actors import OPERATOR, Actor
from data.store import Store
from tests.browser.conftest import Watched
from tests.browser.server import Server


def test_what_a_team_does_appears_without_a_click(desktop: Watched, server: Server) -> None:
    page = desktop.page
    page.goto(f"{server.url}/teams?every=2")
    expect(page.get_by_text("looks anew every 2 seconds")).to_be_visible()
    frame = page.frame_locator('iframe[title^="streamlit_folium"]')
    expect(frame.locator("[data-gezhi-state=ready]")).to_be_visible()
    expect(frame.get_by_text("Days without a visit")).to_be_visible()
    with Store.open(f"sqlite:///{server.home / 'demo.sqlite'}", create=False) as store:
        case = int(store.open_cases(actor=OPERATOR, limit=1)["issue_id"][0])
        store.transition(case, "note", actor=Actor("队员", "team_member"), note="到过现场")
    expect(page.get_by_role("link", name=f"· {case}")).to_be_visible()
    assert desktop.outside == [] and desktop.errors == []
