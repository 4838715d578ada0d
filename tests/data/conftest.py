"""A store of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a store that is not there yet."""
    return f"sqlite:///{tmp_path / 'city.sqlite'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(url) as opened:
        yield opened
