"""Field teams: numbered, named once, changed by who has seen them, retired without losing what they did."""

from typing import Any

import pytest

from data.actors import OPERATOR, Actor
from data.store import Store
from data.teams import NO_PLACE, NO_UNIT
from geo.errors import ConflictError, NotAllowedError, SavedError, StoreError, TeamError
from tests.data.test_rights import a_place
from tests.data.town_cells import disk

HEAD = Actor("王强", "manager")


def test_a_team_has_the_next_number_and_says_who_it_is(store: Store) -> None:
    store.write_places(a_place(), actor=OPERATOR)
    first = store.add_team("东村志愿服务队", en="East", unit="环卫中心", place_id=1, actor=HEAD)
    second = store.add_team("西村志愿服务队", actor=HEAD)
    assert (first.id, first.version, first.changed_by, first.retired_at) == (1, 1, "王强", None)
    assert (first.unit, first.place_id) == ("环卫中心", 1)
    assert (first.label("en"), first.label("zh"), second.label("en")) == ("East", first.name, second.name)
    assert store.teams(actor=HEAD) == [first, second]


def test_what_is_not_named_stays_and_what_is_emptied_goes(store: Store) -> None:
    store.write_places(a_place(), actor=OPERATOR)
    store.add_team("东村", en="East", unit="环卫中心", place_id=1, actor=HEAD)
    renamed = store.change_team(1, name="新东村", actor=HEAD, version=1)
    assert (renamed.name, renamed.en, renamed.unit, renamed.place_id) == ("新东村", "East", "环卫中心", 1)
    bare = store.change_team(1, en="", unit=NO_UNIT, place_id=NO_PLACE, actor=HEAD, version=2)
    assert (bare.en, bare.unit, bare.place_id, bare.version) == ("", None, None, 3)


def test_a_change_from_an_old_look_is_refused_and_changes_nothing(store: Store) -> None:
    store.add_team("东村", actor=HEAD)
    changed = store.change_team(1, name="新东村", actor=OPERATOR, version=1)
    with pytest.raises(ConflictError, match="has been changed since"):
        store.change_team(1, name="老东村", actor=HEAD, version=1)
    assert store.teams(actor=HEAD) == [changed]


#: What a form may send, and why it is refused.
IMPOSSIBLE: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"name": " "}, SavedError, "Give it a name"),
    ({"name": "字" * 81}, SavedError, "at most 80"),
    ({"name": "A村"}, TeamError, "one of the name 'A村' already"),
    ({"name": "a村"}, TeamError, "already"),
    ({"name": "东村", "unit": "没有的"}, TeamError, "'没有的' is no unit"),
    ({"name": "东村", "place_id": 9}, TeamError, "no place 9"),
    ({"name": "东村", "place_id": 2**70}, TeamError, "no place"),
]


def test_a_team_that_cannot_be_is_refused_in_words(store: Store) -> None:
    store.add_team("A村", actor=HEAD)
    for given, error, words in IMPOSSIBLE:
        with pytest.raises(error, match=words):
            store.add_team(actor=HEAD, **given)
        assert [team.name for team in store.teams(actor=HEAD)] == ["A村"], given
    for number in (7, 2**70):
        with pytest.raises(StoreError, match="no team"):
            store.change_team(number, name="东村", actor=HEAD, version=1)


def test_a_retired_team_is_kept_its_name_is_free_and_it_can_come_back(store: Store) -> None:
    store.add_team("东村", actor=HEAD)
    gone = store.change_team(1, retired=True, actor=HEAD, version=1)
    assert gone.retired_at is not None and store.teams(actor=HEAD) == []
    assert store.teams(actor=HEAD, retired=True) == [gone]
    second = store.add_team("东村", actor=HEAD)
    assert second.id == 2, "a number is nobody else's"
    with pytest.raises(TeamError, match="already"):
        store.change_team(1, retired=False, actor=HEAD, version=2)
    assert store.change_team(1, name="老东村", retired=False, actor=HEAD, version=2).retired_at is None


def test_a_team_with_cells_in_force_does_not_retire(store: Store) -> None:
    store.add_team("东村", actor=HEAD)
    made = store.draft_territories("第一版", disk({1: 1}), actor=HEAD)
    store.publish_territories(made.id, actor=HEAD, version=1, replaces=None)
    with pytest.raises(TeamError, match="has 7 cells of the territories in force"):
        store.change_team(1, retired=True, actor=HEAD, version=1)
    assert store.teams(actor=HEAD)[0].version == 1


def test_a_member_reads_the_own_team_alone(store: Store) -> None:
    for name in ("东村", "西村"):
        store.add_team(name, actor=HEAD)
    assert [team.id for team in store.teams(actor=Actor("队员", "team_member", team=2))] == [2]
    assert len(store.teams(actor=Actor("分析", "analyst"))) == 2
    with pytest.raises(NotAllowedError):
        store.teams(actor=Actor("居民", "resident"))
