"""Answers that are kept for the next time."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from data.kept import Array, Kept


def array(n: int) -> Array:
    return np.arange(n, dtype=np.uint32)


def test_what_was_asked_for_is_not_made_again() -> None:
    kept = Kept(most_bytes=400)
    first = kept.get("a", lambda: array(10))
    assert kept.get("a", lambda: array(99)) is first


def test_what_was_not_asked_for_longest_goes_first() -> None:
    kept = Kept(most_bytes=80)
    a, b = kept.get("a", lambda: array(10)), kept.get("b", lambda: array(10))
    kept.get("a", lambda: array(1))
    kept.get("c", lambda: array(10))
    assert kept.get("a", lambda: array(1)) is a
    assert kept.get("b", lambda: array(5)) is not b


def test_an_answer_larger_than_the_room_is_still_given() -> None:
    kept = Kept(most_bytes=20)
    assert kept.get("a", lambda: array(50)).size == 50
    assert kept.get("b", lambda: array(60)).size == 60


def test_nobody_can_change_what_others_will_read() -> None:
    answer = Kept(most_bytes=20).get("a", lambda: array(3))
    with pytest.raises(ValueError, match="read-only"):
        answer[0] = 7


def test_threads_may_ask_at_once() -> None:
    kept = Kept(most_bytes=200)
    with ThreadPoolExecutor(8) as pool:
        sizes = pool.map(lambda n: kept.get(n % 7, lambda: array(n % 7)).size, range(2000))
        assert list(sizes) == [n % 7 for n in range(2000)]
