"""Links of field teams: made, named, used, revoked, and of no use to who reads the store."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from data import clock
from data.actors import OPERATOR, Actor
from data.database import read_transaction
from data.records import TEAM_LINK
from data.store import Store
from data.team_links import USED_WITHIN
from geo.errors import NotAllowedError, SavedError, StoreError, TeamError


@pytest.fixture
def city(store: Store) -> Store:
    for name in ("东村", "西村"):
        store.add_team(name, actor=OPERATOR)
    return store


def test_who_comes_with_the_secret_is_of_that_team_and_named_after_the_link(city: Store) -> None:
    link, secret = city.make_link(2, label=" 小李\n的手机 ", actor=OPERATOR)
    member = city.member(secret, actor=OPERATOR)
    assert member.actor == Actor("西村 · 小李 的手机", "team_member", team=2)
    assert (member.team.id, member.link) == (2, link)
    assert (link.label, link.made_by, link.revoked_at, link.used_at) == (
        "小李 的手机",
        "operator",
        None,
        None,
    )


def test_the_secret_is_nowhere_in_the_store_and_never_the_same(city: Store) -> None:
    secrets = [city.make_link(1, label="一", actor=OPERATOR)[1] for _n in range(3)]
    assert len(set(secrets)) == 3 and {len(secret) for secret in secrets} == {32}
    with read_transaction(city._engine) as connection:
        rows = str(connection.execute(select(TEAM_LINK)).all())
    assert not any(secret in rows for secret in secrets)


@pytest.mark.parametrize("wrong", ["", "x" * 32, "x" * 31, "%" * 32, "\ud800" * 32, "é" * 32, "\0" * 32])
def test_what_is_no_secret_is_nobodys(city: Store, wrong: str) -> None:
    city.make_link(1, label="一", actor=OPERATOR)
    with pytest.raises(NotAllowedError, match="opens nothing"):
        city.member(wrong, actor=OPERATOR)


def test_a_revoked_link_opens_nothing_and_stays_revoked_as_it_was(city: Store) -> None:
    link, secret = city.make_link(1, label="一", actor=OPERATOR)
    other, others = city.make_link(1, label="二", actor=OPERATOR)
    revoked = city.revoke_link(link.id, actor=OPERATOR)
    assert revoked.revoked_by == "operator" and revoked.revoked_at is not None
    assert city.revoke_link(link.id, actor=Actor("后来", "manager")) == revoked
    with pytest.raises(NotAllowedError, match="opens nothing"):
        city.member(secret, actor=OPERATOR)
    assert city.member(others, actor=OPERATOR).link == other
    assert city.links(actor=OPERATOR) == [other]
    assert city.links(actor=OPERATOR, revoked=True) == [other, revoked]


def test_the_links_of_a_retired_team_open_nothing_until_it_is_back(city: Store) -> None:
    secret = city.make_link(1, label="一", actor=OPERATOR)[1]
    city.change_team(1, actor=OPERATOR, version=1, retired=True)
    with pytest.raises(NotAllowedError, match="opens nothing"):
        city.member(secret, actor=OPERATOR)
    with pytest.raises(TeamError, match="has retired"):
        city.make_link(1, label="二", actor=OPERATOR)
    city.change_team(1, actor=OPERATOR, version=2, retired=False)
    assert city.member(secret, actor=OPERATOR).team.id == 1


def test_links_are_listed_by_team_the_newest_first(city: Store) -> None:
    for team in (2, 1, 2):
        city.make_link(team, label=f"{team}队", actor=OPERATOR)
    assert [link.id for link in city.links(actor=OPERATOR)] == [2, 3, 1]
    assert [link.id for link in city.links(actor=OPERATOR, team_id=2)] == [3, 1]


def test_another_label_is_what_is_said_from_then_on(city: Store) -> None:
    link, secret = city.make_link(1, label="一", actor=OPERATOR)
    assert city.rename_link(link.id, "二", actor=OPERATOR).label == "二"
    assert city.member(secret, actor=OPERATOR).actor.name == "东村 · 二"


def test_use_is_noted_to_within_some_minutes(city: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    link, secret = city.make_link(1, label="一", actor=OPERATOR)
    assert city.member(secret, actor=OPERATOR).should_be_noted
    city.note_link_use(link.id, actor=OPERATOR)
    assert not city.member(secret, actor=OPERATOR).should_be_noted
    later = clock.now() + (USED_WITHIN + timedelta(seconds=1)) // timedelta(microseconds=1)
    monkeypatch.setattr("data.team_links.now", lambda: later)
    assert city.member(secret, actor=OPERATOR).should_be_noted


def test_what_cannot_be_made_or_found_is_refused_in_words(city: Store) -> None:
    with pytest.raises(SavedError, match="Give it a name"):
        city.make_link(1, label=" \n", actor=OPERATOR)
    with pytest.raises(SavedError, match="at most 80"):
        city.make_link(1, label="长" * 81, actor=OPERATOR)
    with pytest.raises(StoreError, match="no team 9"):
        city.make_link(9, label="一", actor=OPERATOR)
    for number in (9, 0, -1, 1 << 70):
        with pytest.raises(StoreError, match="no link"):
            city.revoke_link(number, actor=OPERATOR)
        with pytest.raises(StoreError, match="no link"):
            city.rename_link(number, "一", actor=OPERATOR)
    assert city.links(actor=OPERATOR, revoked=True) == []
