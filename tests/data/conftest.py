"""A store of its own for each test, on each database that can hold one."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import pytest

from data import demo
from data.cube import Cube
from data.store import Store
from tests.data import postgres, stores
from tests.data.quick_stores import quick


@pytest.fixture(scope="module", autouse=True)
def quick_stores() -> Iterator[None]:
    """Make stores quickly; a module about how they are made has a fixture of this name that does nothing."""
    with quick():
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Start the server that the tests of this process share."""
    if why := postgres.missing():
        pytest.skip(why)
    with postgres.server() as started:
        yield started


@pytest.fixture(scope="session")
def zone_cube(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cube]:
    """Return a cube of a small demo zone, for tests that ask and do not write."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('zone') / 'zone.sqlite'}") as store:
        demo.build(store, reports=3_000, seed=5, end=date(2026, 6, 17))
        yield Cube.open(store)


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


@pytest.fixture
def beginning() -> stores.Fill | None:
    """Return what a test's store holds when it gets it: nothing.

    A module whose tests begin alike has a fixture of this name that returns what fills a store: that is done
    once, and each test works on a copy.
    """
    return None


@pytest.fixture
def sqlite_store_url(tmp_path: Path, beginning: stores.Fill | None) -> str:
    """Return the URL of a store in a file, empty or as it has to begin."""
    return stores.new_file(tmp_path / "city.sqlite", beginning, photos=tmp_path / "photos")


@pytest.fixture
def postgres_store_url(
    postgres_server: postgres.Server, tmp_path: Path, beginning: stores.Fill | None
) -> Iterator[str]:
    """Return the URL of a store on the server, empty or as it has to begin."""
    url = postgres_server.new_store(beginning, photos=tmp_path / "photos")
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a store, once for each database: one that is not there yet.

    For a test that asks for `store` too it is there: a copy, for making it takes longer than most.
    """
    kind = "store_url" if "store" in request.fixturenames else "url"
    found: str = request.getfixturevalue(f"{request.param}_{kind}")
    return found


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """Open a store with a photo folder of its own: empty, or as it has to begin."""
    with Store.open(url, photos=str(tmp_path / "photos")) as opened:
        yield opened


@pytest.fixture
def small_disk(postgres_server: postgres.Server) -> Iterator[Path]:
    """Give the server a folder on a disk of its own that is soon full."""
    folder = postgres_server.folder / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "gezhi-test", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("a small disk can only be mounted by root")
    shutil.chown(folder, "postgres", "postgres")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
    folder.rmdir()


FreshStore = Callable[[], AbstractContextManager[Store]]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def fresh_store(request: pytest.FixtureRequest) -> FreshStore:
    """Return what opens an empty store, for the many that one test needs."""

    @contextmanager
    def in_a_file() -> Iterator[Store]:
        with (
            tempfile.TemporaryDirectory() as folder,
            Store.open(stores.new_file(Path(folder) / "s.sqlite")) as store,
        ):
            yield store

    if request.param == "sqlite":
        return in_a_file
    server: postgres.Server = request.getfixturevalue("postgres_server")

    @contextmanager
    def on_the_server() -> Iterator[Store]:
        url = server.new_store()
        with Store.open(url) as store:
            yield store
        server.drop(url)

    return on_the_server
