"""Many processes write at once, some of them die at random moments: a few seconds of `make torture`."""

from data.store import Store
from tests.data.rounds import killed_rounds, parallel


def test_eight_writers_lose_no_update_and_see_no_lock_error(store: Store, url: str) -> None:
    parallel(store, url, writers=8, seconds=2)


def test_writers_that_are_killed_leave_all_that_was_acknowledged_and_nothing_half_done(
    store: Store, url: str
) -> None:
    killed_rounds(store, url, rounds=3, seed=1)
