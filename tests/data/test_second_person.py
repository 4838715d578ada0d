"""Who reported a case as fixed does not say that it is fixed: somebody else looks at the place."""

import polars as pl
import pytest

from data.actors import Actor
from data.second_person import SecondPerson
from data.store import Store
from geo.errors import NotAllowedError, TableError

ANN, BOB = Actor("李娜", "dispatcher"), Actor("王强", "dispatcher")
HEAD = Actor("主任", "manager")
REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}


def fixed_by(store: Store, actor: Actor) -> int:
    case = store.report(REPORT, actor=ANN).id
    store.transition(case, "accept", actor=ANN)
    store.transition(case, "dispatch", actor=ANN, unit="环卫中心")
    store.transition(case, "fix", actor=actor)
    return case


def test_a_dispatcher_does_not_verify_what_the_same_dispatcher_fixed(store: Store) -> None:
    case = fixed_by(store, ANN)
    with pytest.raises(NotAllowedError, match="needs a second person"):
        store.transition(case, "verify", actor=ANN)
    assert "verify" not in store.allowed(case, actor=ANN)
    assert "return" in store.allowed(case, actor=ANN)
    assert "verify" in store.allowed(case, actor=BOB)
    assert store.transition(case, "verify", actor=BOB).status == "verified"
    with pytest.raises(NotAllowedError, match="needs a second person"):
        store.transition(case, "close", actor=ANN)
    assert store.transition(case, "close", actor=BOB).status == "closed"


def test_only_who_fixed_it_last_is_bound(store: Store) -> None:
    case = fixed_by(store, ANN)
    store.transition(case, "return", actor=BOB, reason="没修好")
    store.transition(case, "fix", actor=BOB)
    assert "verify" in store.allowed(case, actor=ANN)
    assert "verify" not in store.allowed(case, actor=BOB)


def test_a_manager_is_bound_only_where_the_city_says_so(store: Store) -> None:
    case = fixed_by(store, HEAD)
    assert "verify" in store.allowed(case, actor=HEAD)
    table = pl.DataFrame({"event": ["verify"], "after": ["fix"], "roles": ["manager;dispatcher"]})
    store.write_table("second_person", table, actor=HEAD)
    assert "verify" not in store.allowed(case, actor=HEAD)
    store.write_table("second_person", table.clear(), actor=HEAD)
    assert store.transition(case, "verify", actor=HEAD).status == "verified"


def test_a_city_without_such_a_rule_lets_one_person_do_it_all(store: Store) -> None:
    store.write_table(
        "second_person",
        pl.DataFrame(schema=dict.fromkeys(["event", "after", "roles"], pl.String)),
        actor=HEAD,
    )
    case = fixed_by(store, ANN)
    assert store.transition(case, "verify", actor=ANN).status == "verified"


def test_a_table_that_asks_for_nonsense_is_refused_with_every_fault() -> None:
    table = pl.DataFrame(
        {"event": ["fix", "verify"], "after": ["fix", "repair"], "roles": ["manager", "boss"]}
    )
    with pytest.raises(TableError, match=r"line 1: fix cannot.*line 2: after is 'repair'.*names 'boss'"):
        SecondPerson.read(table)
