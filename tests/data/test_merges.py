"""Duplicates: nobody who reported is lost, and nothing goes round in a circle."""

import pytest
from sqlalchemy import update

from data.actors import OPERATOR
from data.contacts import Contact
from data.database import read_transaction, write_transaction
from data.lifecycle import State
from data.merges import check_merge, repeats
from data.records import ISSUE
from data.store import Store
from geo.errors import TransitionError
from tests.data.case_lives import START

REPORT = {"category": "manhole", "lon": 116.9, "lat": 38.3}


def state(status: str, into: int | None = None) -> State:
    return State(status=status, version=1, reported_at=START, merged_into=into)


@pytest.fixture
def chain(store: Store) -> Store:
    """Fill a store with five reports, of which the first repeats the second and that one the third."""
    for phone in ("1", "2", "3", "4", "5"):
        store.report(REPORT, actor=OPERATOR, contact=Contact(phone=phone))
    for case, into in ((1, 2), (2, 3), (4, 3)):
        store.merge(case, into, actor=OPERATOR, reason="同一处")
    return store


def phones(store: Store, case: int) -> set[str | None]:
    return {contact.phone for contact in store.contacts(case, actor=OPERATOR)}


def test_a_case_keeps_the_reporters_of_all_its_duplicates(chain: Store) -> None:
    assert chain.repeats(3, actor=OPERATOR) == [1, 2, 4]
    assert phones(chain, 3) == {"1", "2", "3", "4"}
    assert (chain.repeats(2, actor=OPERATOR), phones(chain, 2)) == ([1], {"1", "2"})
    assert (chain.repeats(5, actor=OPERATOR), phones(chain, 5)) == ([], {"5"})


def test_an_undone_merge_takes_its_reporters_along(chain: Store) -> None:
    chain.unmerge(2, actor=OPERATOR)
    assert (chain.repeats(3, actor=OPERATOR), phones(chain, 3)) == ([4], {"3", "4"})
    assert (chain.repeats(2, actor=OPERATOR), phones(chain, 2)) == ([1], {"1", "2"})


def test_a_circle_that_only_a_damaged_store_holds_comes_to_an_end(chain: Store) -> None:
    with write_transaction(chain._engine) as connection:
        connection.execute(update(ISSUE).where(ISSUE.c.id == 3).values(merged_into=1))
    with read_transaction(chain._engine) as connection:
        assert sorted(connection.execute(repeats(3)).scalars()) == [1, 2, 3, 4]
    assert chain.forget_contacts(actor=OPERATOR, days=1) == 0


@pytest.mark.parametrize(
    ("into", "into_state", "says"),
    [
        (7, state("dispatched"), "Case 7 cannot repeat itself."),
        (8, state("merged", into=5), "Case 8 is a duplicate itself. Merge into 5, or undo that merge first."),
        (8, state("merged"), "Case 8 is a duplicate itself. Merge into the case it repeats"),
        (8, state("rejected"), "Case 8 was rejected. Reopen it first."),
    ],
    ids=["itself", "a duplicate", "an unknown one's duplicate", "rejected"],
)
def test_a_merge_that_leads_nowhere_is_refused(into: int, into_state: State, says: str) -> None:
    with pytest.raises(TransitionError) as error:
        check_merge(7, into, into_state)
    assert str(error.value).startswith(says)


def test_a_case_may_repeat_one_that_is_worked_on_or_closed() -> None:
    check_merge(7, 8, state("dispatched"))
    check_merge(7, 8, state("closed"))
