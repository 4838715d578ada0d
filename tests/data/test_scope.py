"""Every public method of the store, for those who see a part of the city: what lies outside is not there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select

from data.actors import OPERATOR, Actor
from data.contacts import Contact
from data.database import read_transaction
from data.records import CONTACT, EVENT, ISSUE
from data.store import Store
from data.transitions import ROLES
from geo.errors import GezhiError, NotAllowedError
from tests.data import test_rights
from tests.data.test_rights import REPORT, SHOWN, TABLE
from tests.data.town_cells import disk

SECRET = "机密"
STAFF = [role for role in ROLES if role != "resident"]
OWN, WEST = frozenset({"环卫中心"}), frozenset({"西社区"})
#: Who sees some part of the city in which the cases 1 to 3 do not lie.
OUTSIDERS = {
    "units": [Actor("队员", role, units=OWN) for role in STAFF],
    "areas": [Actor("片长", role, areas=WEST) for role in STAFF],
    "both": [Actor("组长", role, units=OWN, areas=WEST) for role in STAFF],
    "nothing": [Actor("新人", role, units=frozenset()) for role in STAFF],
    "resident": [Actor("别人", "resident")],
    "team": [Actor("队员", role, team=1) for role in STAFF],
    "another team": [Actor("队员", role, team=2) for role in STAFF],
}


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Fill a store with three cases that are full of secrets, in nobody's unit and area, and an import."""
    secret = {"description": SECRET, "address": f"{SECRET}路", "kind": SECRET}
    for _case in range(3):
        store.report(REPORT | secret, actor=Actor("居民", "resident"), contact=Contact(phone=SECRET))
    store.merge(3, 2, actor=OPERATOR, reason=SECRET)
    store.add_photo(2, SHOWN, actor=Actor("居民", "resident"))
    photo = store.photos(2, actor=OPERATOR)[0].seq
    monkeypatch.setattr(test_rights, "a_photo", lambda _store, _actor: photo)
    store.begin_import("a", source="a", profile=None, actor=OPERATOR, details={})
    store.add_team("东村", actor=OPERATOR)
    made = store.draft_territories("一版", disk({1: 3}), actor=OPERATOR)
    store.publish_territories(made.id, actor=OPERATOR, version=1, replaces=None)
    return store


def shown(result: Any) -> str:
    """Write out everything that a method gave back."""
    if isinstance(result, bytes):  # a photo, and none lies within
        return SECRET
    parts = result if isinstance(result, list) else [result]
    return "".join(str(part.to_dicts()) if isinstance(part, pl.DataFrame) else repr(part) for part in parts)


def answer(call: Callable[[], Any]) -> str:
    """Write out what a method gave back, or the words of its refusal."""
    try:
        return shown(call())
    except GezhiError as error:
        return str(error)


def outside(store: Store) -> list[tuple[Any, ...]]:
    with read_transaction(store._engine) as connection:
        queries = (
            select(ISSUE).where(ISSUE.c.id <= 3).order_by(ISSUE.c.id),
            select(EVENT).where(EVENT.c.issue_id <= 3).order_by(EVENT.c.seq),
            select(CONTACT),
        )
        return [tuple(row) for query in queries for row in connection.execute(query)]


@pytest.mark.parametrize("scope", OUTSIDERS)
def test_no_method_shows_or_touches_a_case_outside_an_actors_scope(city: Store, scope: str) -> None:
    before = outside(city)
    for actor in OUTSIDERS[scope]:
        for name, (_roles, call) in TABLE.items():
            assert SECRET not in answer(lambda call=call, actor=actor: call(city, actor)), (name, actor)
    assert outside(city) == before


def test_the_same_methods_show_the_secrets_to_who_sees_the_whole_city(city: Store) -> None:
    looking = ("changed_since", "reports", "events", "case", "open_cases", "contacts", "photo_bytes")
    assert [name for name in looking if SECRET not in shown(TABLE[name][1](city, OPERATOR))] == []


def test_who_sees_a_part_of_the_city_decides_nothing_for_all_of_it(city: Store) -> None:
    head = Actor("片长", "manager", areas=frozenset({"西社区"}))
    for name in (
        "write_reports",
        "write_table",
        "locate",
        "accesses",
        "forget_contacts",
        "check",
        "set_fact",
    ):
        with pytest.raises(NotAllowedError, match="sees only a part of the city"):
            TABLE[name][1](city, head)
        if name != "accesses":
            TABLE[name][1](city, replace(head, areas=None))
