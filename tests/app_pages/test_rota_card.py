"""The part "Friday rota": proposed, changed by hand with its effect, published, attended, counted."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import box
from streamlit.testing.v1 import AppTest

from app_pages import rota_board, rota_tables, rota_words, session
from data import rota_plan
from data.actors import OPERATOR, VIEWER
from data.city_days import today
from data.rotas import READ_DUTIES, TURNS
from data.store import Store
from tests.app_pages.conftest import HOSTILE_WORDS

Draw = Callable[..., AppTest]


@pytest.fixture
def town(city: Path) -> Path:
    """Give the city two compounds, one with a hostile name, and three teams."""
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        squares = [box(116.85, 38.29, 116.88, 38.33), box(116.9, 38.29, 116.91, 38.33)]
        frame = {"kind": ["compound"] * 2, "name": ["东苑", HOSTILE_WORDS]}
        store.write_places(gpd.GeoDataFrame(frame, geometry=squares, crs="EPSG:4326"), actor=OPERATOR)
        store.locate(actor=OPERATOR)
        for name in ("East", HOSTILE_WORDS, "South"):
            store.add_team(name, actor=OPERATOR)
    return city


def opened(city: Path) -> Store:
    return Store.open(f"sqlite:///{city / 'gezhi.sqlite'}")


def rota_page(drawn: Draw) -> AppTest:
    page = drawn().switch_page("teams.py").run()
    page.button_group(key=session.TEAMS).set_value("rota")
    page = page.run()
    assert not page.exception
    return page


def text(page: AppTest) -> str:
    """Return all words of the page; no markup of other people's may be in it."""
    drawn = " ".join(str(one.value) for one in [*page.markdown, *page.caption, *page.info, *page.success])
    html = " ".join(str(one.proto.body) for one in page.get("html"))
    assert "<img src=x" not in html
    return drawn + re.sub(r"<[^>]+>", " ", html)


def test_a_rota_is_proposed_changed_published_and_attended(town: Path, drawn: Draw) -> None:
    page = rota_page(drawn)
    assert "No rota yet" in text(page)
    page.multiselect(key=session.ROTA_EXCUSED).select(3)
    page = page.button(key="rota_propose").click().run()
    assert "Nobody goes by it until" in text(page)
    with opened(town) as store:
        (draft,) = store.rotas(actor=VIEWER)
        duties = store.duties(draft.id, actor=VIEWER)
    assert draft.state == "draft" and draft.day.weekday() == 4
    assert duties["place_id"].null_count() == 1 and duties.filter(team_id=3)["place_id"][0] is None

    other = next(place for place in (1, 2) if place != duties.filter(team_id=1)["place_id"][0])
    page.selectbox(key=session.ROTA_TEAM).select(1)
    page.selectbox(key=session.ROTA_PLACE).select(other)
    page = page.run()
    assert "Its work" in text(page), "the effect is shown before anything is done"
    page = page.button(key="rota_move").click().run()
    assert "goes to" in text(page) and "by hand" in text(page)
    page = page.button(key="rota_propose").click().run()
    with opened(town) as store:
        assert store.duties(draft.id, actor=VIEWER).filter(team_id=1)["place_id"][0] == other
        assert store.duties(draft.id, actor=VIEWER).filter(team_id=3)["place_id"][0] is None

    page = page.button(key="rota_publish").click().run()
    assert not page.exception and not page.warning
    with opened(town) as store:
        assert [rota.state for rota in store.rotas(actor=VIEWER)] == ["holds"]


def test_who_came_is_noted_for_a_day_that_is_there_and_what_came_of_it_counted(
    town: Path, drawn: Draw
) -> None:
    friday = rota_plan.next_friday(today("Asia/Shanghai")) - timedelta(days=14)
    rows = [(1, 1, "", False), (2, 1, "", False), (3, None, HOSTILE_WORDS, True)]
    with opened(town) as store:
        needs = pl.DataFrame({"place_id": [1, 2], "amount": [6.0, 2.0]})
        duties = pl.DataFrame(rows, schema=list(READ_DUTIES)[:4], orient="row")
        held = store.draft_rota(friday, duties, needs, note=HOSTILE_WORDS, actor=OPERATOR)
        store.publish_rota(held.id, actor=OPERATOR, version=1, replaces=None)
    page = rota_page(drawn).selectbox(key=session.ROTA_DAY).set_value(friday).run()
    assert "Not noted yet" in text(page) and "What came of it" in text(page)
    page.button_group(key=session.ROTA_CAME).set_value([1])
    page = page.button(key="rota_attend").click().run()
    assert "1 of 2 teams came" in text(page)
    with opened(town) as store:
        assert store.duties(held.id, actor=VIEWER)["came"].to_list() == [True, False, None]
        (turns, known) = store.turns(before=date.max, actor=VIEWER), rota_plan.history
    assert known(turns)["share"].tolist() == [6.0, 0.0]


def test_a_draft_that_somebody_changed_meanwhile_is_not_published(town: Path, drawn: Draw) -> None:
    page = rota_page(drawn)
    page = page.button(key="rota_propose").click().run()
    with opened(town) as store:
        (draft,) = store.rotas(actor=VIEWER)
        store.change_rota(draft.id, actor=OPERATOR, version=1, note="雨")
    page = page.button(key="rota_publish").click().run()
    assert not page.exception
    assert "has changed the rota" in page.warning[0].value
    with opened(town) as store:
        assert store.rotas(actor=VIEWER)[0].state == "draft"


def test_a_city_without_teams_says_what_is_lacking(city: Path, drawn: Draw) -> None:
    assert "no field teams yet" in text(rota_page(drawn))


def standing(*rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(rota_plan.STANDING), orient="row")


def test_what_a_change_does_is_said_in_words() -> None:
    before = standing(
        (1, 1, "", False, None, 4.0, 0.0, 1.0, None), (2, 2, "", False, None, 2.0, 0.0, -1.0, None)
    )
    after = standing((1, 2, "", True, None, 1.0, 0.0, 0.0, 1), (2, 2, "", False, None, 1.0, 0.0, 0.0, None))
    assert rota_words.effect_words(before, after, 1) == [
        "Its work: 4.0 → 1.0 cases.",
        "It was there last time.",
        "Gap between the teams: 2.0 → 0.0 cases.",
        "Heaviest place: 4.0 → 1.0 cases a team.",
    ]
    gone = standing((1, None, "", True, None, None, 0.0, 0.0, None), after.row(1))
    assert "excused" in rota_words.effect_words(before, gone, 1)[0]


def test_balances_have_a_sign_and_days_say_what_there_is() -> None:
    assert [rota_words.balance_words(value) for value in (1.26, -0.8, 0.02)] == ["+1.3", "−0.8", "±0"]
    assert [rota_words.ago_words(ago) for ago in (None, 1, 4)] == ["never", "last time", "4 turns ago"]
    friday = date(2026, 11, 27)
    assert rota_words.day_words(friday, [], today=friday) == "2026-11-27 · today"
    assert rota_board.days_offered([], date(2026, 11, 26))[-1] == friday


def test_every_word_of_other_people_is_escaped() -> None:
    names = {1: HOSTILE_WORDS}
    row = standing((1, 1, HOSTILE_WORDS, True, False, 4.0, 0.0, 1.0, 1))
    nobody = standing((1, None, HOSTILE_WORDS, True, None, None, 0.0, 1.0, None))
    turns = pl.DataFrame([(date(2026, 1, 2), 1, 1, False, 2.0)], schema=dict(TURNS), orient="row")
    for html in (
        rota_tables.places_table(row, {1: 4.0}, names, names),
        rota_tables.places_table(nobody, {1: 4.0}, names, names),
        rota_tables.fairness_table(row, names),
        rota_tables.history_table(turns, {1: 1.0}, names),
    ):
        assert "<img" not in html and "&lt;img" in html
