"""Fifty writers for a minute, fifty rounds of kill -9; minutes, not seconds."""

import os

import pytest

from data.store import Store
from tests.data.rounds import killed_rounds, parallel

SECONDS = float(os.environ.get("TORTURE_SECONDS", "60"))
ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "50"))
WRITERS = int(os.environ.get("TORTURE_WRITERS", "50"))

pytestmark = pytest.mark.skipif("TORTURE" not in os.environ, reason="make torture runs it")


def test_fifty_writers_for_a_minute(store: Store, url: str) -> None:
    written = parallel(store, url, writers=WRITERS, seconds=SECONDS)
    print(f"{written.acknowledged:,} writings, the longest took {written.longest_s:.1f} s")
    assert written.acknowledged > WRITERS


def test_fifty_rounds_of_sudden_death(store: Store, url: str) -> None:
    acknowledged = killed_rounds(store, url, rounds=ROUNDS, seed=2)
    print(f"{acknowledged:,} writings acknowledged by writers that were killed")
