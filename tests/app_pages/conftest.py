"""Pages drawn without a browser, on a store of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from data import workspace as workspaces
from data.actors import OPERATOR
from data.settings import settings
from data.store import Store
from tests.data import stores
from tests.data.samples import reports

SHELL = Path(__file__).parents[2] / "app_pages" / "shell.py"
REPORTS = 400
HOSTILE_WORDS = "<img src=x onerror=alert(1)> **bold** $x$"
HOSTILE = pl.lit(HOSTILE_WORDS)


def forget() -> None:
    """Clear what a process keeps, so that no test sees another one's store."""
    settings.cache_clear()
    workspaces.close()


def make_demo(url: str) -> None:
    """Copy the demo zone, where it is missing: tests/data/test_workspace.py makes it."""
    path = Path(url.removeprefix("sqlite:///"))
    if not path.exists():
        stores.demo_file(path)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path))
    monkeypatch.delenv("GEZHI_STORE", raising=False)
    monkeypatch.setattr(workspaces, "_make_demo", make_demo)
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def city(home: Path) -> Path:
    """A city with a few hundred reports whose words are hostile."""
    with Store.open(stores.new_file(home / "gezhi.sqlite")) as store:
        store.set_fact("title", "Test <b>City</b>", actor=OPERATOR)
        store.write_reports(
            reports(REPORTS).with_columns(description=HOSTILE, address=HOSTILE), actor=OPERATOR
        )
    return home


@pytest.fixture
def drawn() -> Callable[..., AppTest]:
    """Draw the page that an address names."""

    def draw(**params: str) -> AppTest:
        page = AppTest.from_file(str(SHELL), default_timeout=180)
        for name, value in params.items():
            page.query_params[name] = value
        return page.run()

    return draw
