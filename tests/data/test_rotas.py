"""Rotas: drafts that are changed, one that holds on a day, who came, and what is left for the next."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
from shapely.geometry import box
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from data.actors import OPERATOR, Actor
from data.rotas import READ_DUTIES
from data.store import Store
from geo.errors import ConflictError, NotAllowedError, StoreError, TeamError

HEAD, OTHER = Actor("王强", "manager"), Actor("李娜", "manager")
ANALYST = Actor("分析", "analyst")
MEMBER = Actor("队员", "team_member", team=2)
FRIDAY = date(2026, 11, 27)
NEED = pl.DataFrame({"place_id": [1, 2], "amount": [8.0, 3.5]})


@pytest.fixture
def town(store: Store) -> Store:
    """Give a store two compounds and three teams."""
    squares = [box(116.9, 38.3, 116.91, 38.31), box(116.92, 38.3, 116.93, 38.31)]
    frame = {"kind": ["compound"] * 2, "name": ["东苑", "西苑"]}
    store.write_places(gpd.GeoDataFrame(frame, geometry=squares, crs="EPSG:4326"), actor=OPERATOR)
    for name in ("东村", "西村", "南村"):
        store.add_team(name, actor=HEAD)
    return store


def duties(**places: int | None) -> pl.DataFrame:
    """Make duties of teams by their number, such as `t1=2`."""
    rows = [(int(team[1:]), place, "" if place else "演练", False) for team, place in places.items()]
    return pl.DataFrame(rows, schema=list(READ_DUTIES)[:4], orient="row")


def published(store: Store, day: date = FRIDAY, replaces: int | None = None, **places: int | None) -> int:
    made = store.draft_rota(day, duties(**(places or {"t1": 1, "t2": 2})), NEED, actor=HEAD)
    return store.publish_rota(made.id, actor=HEAD, version=1, replaces=replaces).id


def test_a_draft_keeps_who_goes_where_and_how_much_is_expected(town: Store) -> None:
    made = town.draft_rota(FRIDAY, duties(t2=None, t1=1), NEED, note=" 雨天 ", actor=HEAD)
    assert (made.day, made.state, made.version, made.made_by, made.note) == (
        *(FRIDAY, "draft", 1, "王强", "雨天"),
    )
    kept = town.duties(made.id, actor=ANALYST)
    assert kept.rows() == [(1, 1, "", False, None), (2, None, "演练", False, None)]
    assert town.rota_needs(made.id, actor=ANALYST).equals(NEED)
    assert town.turns(before=date(2030, 1, 1), actor=ANALYST).is_empty(), "nobody goes by a draft"


def test_a_change_takes_the_place_of_what_was_there_and_asks_what_was_seen(town: Store) -> None:
    made = town.draft_rota(FRIDAY, duties(t1=1, t2=2), NEED, actor=HEAD)
    by_hand = duties(t1=2).with_columns(by_hand=pl.lit(value=True))
    changed = town.change_rota(made.id, actor=OTHER, version=1, duties=by_hand, needs=NEED.head(1))
    assert (changed.version, changed.changed_by) == (2, "李娜")
    assert town.duties(made.id, actor=HEAD).rows() == [(1, 2, "", True, None)]
    assert town.rota_needs(made.id, actor=HEAD).equals(NEED.head(1))
    with pytest.raises(ConflictError, match="李娜 has changed"):
        town.change_rota(made.id, actor=HEAD, version=1, note="先看")
    assert town.rotas(actor=HEAD) == [changed]


def test_what_is_published_stays_and_another_of_the_day_takes_its_place(town: Store) -> None:
    first = published(town)
    with pytest.raises(TeamError, match="no draft any more"):
        town.change_rota(first, actor=HEAD, version=2, note="x")
    with pytest.raises(ConflictError, match="Another rota of 2026-11-27 has been published"):
        published(town, replaces=None, t1=2)
    second = published(town, replaces=first, t1=2)
    states = {rota.id: rota.state for rota in town.rotas(actor=MEMBER)}
    assert (states[first], states[second]) == ("replaced", "holds")
    assert published(town, FRIDAY + timedelta(days=7)) > second, "another day has a rota of its own"
    with pytest.raises(ConflictError, match="none to replace"):
        published(town, FRIDAY + timedelta(days=14), replaces=second)


def test_the_database_holds_that_one_rota_of_a_day_holds(town: Store) -> None:
    published(town)
    made = town.draft_rota(FRIDAY, duties(t1=2), NEED, actor=HEAD)
    values = text(f"UPDATE rota SET holds = 1, published_at = 1 WHERE id = {made.id}")
    with pytest.raises(IntegrityError), town._engine.begin() as connection:
        connection.execute(values)


def test_who_came_is_noted_for_what_holds_and_can_be_taken_back(town: Store) -> None:
    held = published(town, t1=1, t2=2, t3=None)
    noted = town.note_attendance(held, {1: True, 2: False}, actor=OTHER, version=2)
    assert noted.attended_by == "李娜" and noted.attended_at is not None
    assert town.duties(held, actor=HEAD)["came"].to_list() == [True, False, None]
    town.note_attendance(held, {2: None}, actor=HEAD, version=3)
    assert town.duties(held, actor=HEAD)["came"].to_list() == [True, None, None]
    with pytest.raises(TeamError, match="nowhere to go by this rota: 3"):
        town.note_attendance(held, {1: False, 3: True}, actor=HEAD, version=4)
    assert town.duties(held, actor=HEAD)["came"].to_list() == [True, None, None], "nothing half"
    with pytest.raises(ConflictError):
        town.note_attendance(held, {1: False}, actor=HEAD, version=2)
    with pytest.raises(TeamError, match="already who came"):
        published(town, replaces=held, t1=2)
    assert [rota.state for rota in town.rotas(actor=HEAD)] == ["draft", "holds"]


def test_nobodys_attendance_is_noted_for_a_draft(town: Store) -> None:
    made = town.draft_rota(FRIDAY, duties(t1=1), NEED, actor=HEAD)
    with pytest.raises(TeamError, match="was published and holds"):
        town.note_attendance(made.id, {1: True}, actor=HEAD, version=1)


def test_turns_tell_of_the_last_days_before_with_the_need_of_then(town: Store) -> None:
    past: list[dict[str, int | None]] = [{"t1": 1, "t2": 2}, {"t1": 2, "t3": None}, {"t2": 1}]
    for week, places in enumerate(past):
        held = published(town, FRIDAY + timedelta(weeks=week), **places)
    town.note_attendance(held, {2: False}, actor=HEAD, version=2)
    weeks = [FRIDAY + timedelta(weeks=week) for week in range(3)]
    known = town.turns(before=weeks[2], actor=ANALYST)
    assert known.rows() == [
        *((weeks[0], 1, 1, None, 8.0), (weeks[0], 2, 2, None, 3.5)),
        *((weeks[1], 1, 2, None, 3.5), (weeks[1], 3, None, None, None)),
    ]
    latest = town.turns(before=date(2030, 1, 1), days=1, actor=ANALYST)
    assert latest.rows() == [(weeks[2], 2, 1, False, 8.0)]


def test_a_draft_that_is_given_up_is_listed_no_more_and_nobody_goes_nowhere(town: Store) -> None:
    made = town.draft_rota(FRIDAY, duties(t1=None), NEED, actor=HEAD)
    with pytest.raises(TeamError, match="Nobody goes anywhere"):
        town.publish_rota(made.id, actor=HEAD, version=1, replaces=None)
    assert town.drop_rota(made.id, actor=HEAD, version=1).state == "dropped"
    assert town.rotas(actor=HEAD) == []


def test_a_team_that_retired_meanwhile_is_not_sent(town: Store) -> None:
    made = town.draft_rota(FRIDAY, duties(t1=1), NEED, actor=HEAD)
    town.change_team(1, retired=True, actor=HEAD, version=1)
    with pytest.raises(TeamError, match="none any more: 1"):
        town.publish_rota(made.id, actor=HEAD, version=1, replaces=None)


#: What cannot be a rota, and what is said.
IMPOSSIBLE: list[tuple[Callable[[], tuple[Any, Any, str]], str]] = [
    (lambda: (duties(t1=1).drop("excuse"), NEED, ""), "lacks excuse"),
    (lambda: (pl.concat([duties(t1=1), duties(t1=2)]), NEED, ""), "2 duties are of no team"),
    (lambda: (duties(t9=1), NEED, ""), "none any more: 9"),
    (lambda: (duties(t1=7), NEED, ""), "no place 7"),
    (lambda: (duties(t1=1).with_columns(team_id=pl.lit("东")), NEED, ""), "not of the types"),
    (lambda: (duties(t1=1), NEED.with_columns(amount=-1.0), ""), "2 needs are no numbers"),
    (lambda: (duties(t1=1), NEED.with_columns(amount=float("nan")), ""), "2 needs are no numbers"),
    (lambda: (duties(t1=1), NEED.with_columns(place_id=1), ""), "2 needs are of no place"),
    (lambda: (duties(t1=1), NEED, "字" * 501), "at most 500"),
]


def test_what_cannot_be_a_rota_is_refused_in_words_and_leaves_nothing(town: Store) -> None:
    for make, words in IMPOSSIBLE:
        given, needs, note = make()
        with pytest.raises(TeamError, match=words):
            town.draft_rota(FRIDAY, given, needs, note=note, actor=HEAD)
    assert town.rotas(actor=HEAD) == []
    with pytest.raises(StoreError, match="no rota 5"):
        town.change_rota(5, actor=HEAD, version=1, note="x")


def test_a_member_reads_the_own_duty_of_what_was_published_alone(town: Store) -> None:
    held = published(town)
    made = town.draft_rota(FRIDAY, duties(t2=1), NEED, actor=HEAD)
    assert [rota.id for rota in town.rotas(actor=MEMBER)] == [held]
    assert town.duties(held, actor=MEMBER)["team_id"].to_list() == [2]
    assert town.turns(before=date(2030, 1, 1), actor=MEMBER)["team_id"].to_list() == [2]
    with pytest.raises(StoreError, match="no rota"):
        town.duties(made.id, actor=MEMBER)
    with pytest.raises(NotAllowedError, match="only a part of the city"):
        town.rota_needs(held, actor=MEMBER)
