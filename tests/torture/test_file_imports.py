"""Fifty imports of whole files, each killed at a random moment and done again until the file is whole."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.settings import settings
from tests.data.file_imports import killed

ROUNDS = int(os.environ.get("TORTURE_ROUNDS", "50"))

pytestmark = pytest.mark.skipif("TORTURE" not in os.environ, reason="make torture runs it")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point the settings to a home in the test's own folder."""
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


def test_fifty_imports_killed_at_random_moments_end_as_undisturbed_ones(url: str, tmp_path: Path) -> None:
    cut, went_on = killed(url, tmp_path, rounds=ROUNDS, seed=11)
    assert cut > ROUNDS // 10
    assert went_on
