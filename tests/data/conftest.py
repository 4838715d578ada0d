"""A store of its own for each test, on each database that can hold one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from tests.data import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Start the server that the tests of this process share."""
    if why := postgres.missing():
        pytest.skip(why)
    with postgres.server() as started:
        yield started


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a store that is not there yet, in a file."""
    return f"sqlite:///{tmp_path / 'city.sqlite'}"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """Return the URL of an empty database that can hold geometries."""
    url = postgres_server.url()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a store that is not there yet, once for each database."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Open an empty store."""
    with Store.open(url) as opened:
        yield opened
