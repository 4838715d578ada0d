"""The part "Today": a day as it stands, what was done on site, coverage by team."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app_pages import session, watch_card, watch_map, watch_tables
from data import coverage
from data.actors import OPERATOR, Actor
from data.city_days import today
from data.coverage import CELLS, DAY, TEAMS
from data.store import Store
from tests.app_pages.conftest import HOSTILE_WORDS
from tests.data.town_cells import disk, middle

Draw = Callable[..., AppTest]
TEAM = Actor("队员", "team_member", team=1)


@pytest.fixture
def town(city: Path) -> Path:
    """Give the city two teams, one with a hostile name, their cells, and something done on site just now."""
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        for name in (HOSTILE_WORDS, "West"):
            store.add_team(name, actor=OPERATOR)
        made = store.draft_territories("一版", disk({1: 2, 2: 2}), actor=OPERATOR)
        store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=None)
        lon, lat = middle(1)
        told = {"category": "manhole", "lon": lon, "lat": lat, "reported_at": datetime.now(UTC)}
        case = store.report(told, actor=OPERATOR).id
        store.transition(case, "note", actor=TEAM, note="看过")
    return city


def watch(drawn: Draw) -> AppTest:
    page = drawn().switch_page("teams.py").run()
    page.button_group(key=session.TEAMS).set_value("today")
    page = page.run()
    assert not page.exception
    return page


def text(page: AppTest) -> str:
    html = " ".join(str(one.proto.body) for one in page.get("html"))
    assert "<img src=x" not in html
    drawn = " ".join(str(one.value) for one in [*page.markdown, *page.caption, *page.info])
    return drawn + re.sub(r"<[^>]+>", " ", html)


def test_the_day_shows_what_was_done_by_which_team_at_which_case(town: Path, drawn: Draw) -> None:
    page = watch(drawn)
    figures = {one.label: one.value for one in page.metric}
    assert (figures["Done on site"], figures["Teams that did something"]) == ("1", "1 of 2")
    assert "note" in text(page) and "manhole" in text(page)
    assert "looks anew every 30 seconds" in text(page)
    assert "1 of 38 cells were visited" in text(page)


def test_another_day_stands_still_and_has_its_own_figures(town: Path, drawn: Draw) -> None:
    page = watch(drawn)
    page.date_input(key=session.WATCH_DAY).set_value(today("Asia/Shanghai") - timedelta(days=3))
    page = page.run()
    assert not page.exception
    assert {one.label: one.value for one in page.metric}["Done on site"] == "0"
    assert "looks anew every" not in text(page)
    page.button_group(key=session.WATCH_SPAN).set_value(7)
    assert not page.run().exception


def test_a_day_that_is_watched_goes_on_to_the_next_one_at_midnight(
    town: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = watch(drawn)
    shown = page.date_input(key=session.WATCH_DAY).value
    days = iter([shown])  # midnight comes between the page and its part that looks anew
    monkeypatch.setattr(watch_card, "city_today", lambda _tz: next(days, shown + timedelta(days=1)))
    page = page.run()
    assert not page.exception
    assert page.date_input(key=session.WATCH_DAY).value == shown + timedelta(days=1)


def test_a_city_without_territories_says_what_is_lacking(city: Path, drawn: Draw) -> None:
    assert "No territories are in force" in text(watch(drawn))


def test_the_map_has_the_days_without_a_visit_and_all_of_them_where_there_was_none() -> None:
    last = date(2026, 6, 15)
    cells = disk({1: 1})["cell"]
    rows = [
        (cell, 1, int(n < 6), last - timedelta(days=n) if n < 6 else None) for n, cell in enumerate(cells)
    ]
    pack = watch_map.packed(pl.DataFrame(rows, schema=CELLS, orient="row"), last, 7)
    assert sorted(pack[-7:]) == [0, 1, 2, 3, 4, 5, 7], "one byte a cell, in the order of the cells"
    assert b'"edges":[0,1,2,4,7]' in pack.replace(b" ", b"")


def test_times_are_said_in_the_unit_that_tells_something() -> None:
    assert [watch_tables.wait_words(hours) for hours in (None, 0.5, 3.2, 47.6, 60)] == [
        *("–", "30 min", "3 h", "48 h", "2.5 d"),
    ]


def test_every_word_of_other_people_is_escaped_and_cells_of_nobody_say_so() -> None:
    names, zone = {1: HOSTILE_WORDS}, ZoneInfo("Asia/Shanghai")
    at = datetime(2026, 6, 15, 4, tzinfo=UTC)
    day = [(1, 7, 1, 2, 0, 0, 3, 1, at), (coverage.NOBODYS, 0, 0, 0, 1, 0, 1, 0, None)]
    table = watch_tables.day_table(pl.DataFrame(day, schema=DAY, orient="row"), names, zone)
    assert "<img" not in table and "Cells of no team" in table and "12:00" in table
    teams = [(1, 7, 0, 28, 2, 1, 0, None)]
    table = watch_tables.coverage_table(pl.DataFrame(teams, schema=TEAMS, orient="row"), names, 28)
    assert "<img" not in table and "28 d and more" in table
