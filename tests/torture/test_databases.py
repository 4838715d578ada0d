"""Full length: what `tests/data/test_database_faults.py` shows in short."""

import os

import pytest

from data.migration import STEPS
from tests.data import postgres
from tests.data.test_upgrades import kill_upgrades
from tests.torture import databases

SECONDS = float(os.environ.get("TORTURE_SECONDS", "60"))
ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "50"))
WRITERS = int(os.environ.get("TORTURE_WRITERS", "50"))

pytestmark = pytest.mark.skipif("TORTURE" not in os.environ, reason="make torture runs it")


def test_fifty_programs_write_for_a_minute_and_lose_nothing(url: str) -> None:
    databases.write_side_by_side(url, number=WRITERS, seconds=SECONDS)


def test_imports_killed_fifty_times_are_whole_or_not_there(url: str) -> None:
    databases.kill_imports(url, rounds=ROUNDS)


def test_a_server_restarted_twenty_times_under_load_loses_nothing(
    postgres_server: postgres.Server, postgres_url: str
) -> None:
    databases.restart_under_load(postgres_server, postgres_url, number=8, restarts=max(2, ROUNDS * 2 // 5))


@pytest.mark.parametrize("step", [number for number, _about in STEPS[:-1]])
def test_an_upgrade_killed_at_every_moment_leaves_the_store_as_it_was(url: str, step: str) -> None:
    kill_upgrades(url, step, stride=1)
