"""A home of its own for each test, and an import into a new store in one call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data.actors import OPERATOR
from data.ingest import Summary, import_file
from data.settings import settings
from data.store import Store
from tests.data import stores
from tests.data.ingest.made import read_rows, stored

Import = Callable[..., Summary]


@dataclass(frozen=True)
class Imported:
    """What came of a file: the figures, the reports of the store, the rejected and the doubted rows."""

    summary: Summary
    reports: pl.DataFrame
    rejects: list[dict[str, str]]
    doubted: list[dict[str, str]]
    tz: str | None

    @property
    def notices(self) -> dict[str, int]:
        """The codes of what was noticed, with how often."""
        return {notice.code: notice.count for notice in self.summary.warnings}

    def report(self, external_id: str) -> dict[str, Any]:
        """Return the report with this id."""
        return self.reports.row(by_predicate=pl.col("external_id") == external_id, named=True)


@pytest.fixture
def url(sqlite_store_url: str) -> str:
    """Import into a file: what a row says does not depend on the database."""
    return sqlite_store_url


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point the settings to a home in the test's own folder."""
    folder = tmp_path / "home"
    monkeypatch.setenv("GEZHI_HOME", str(folder))
    monkeypatch.delenv("GEZHI_TZ", raising=False)
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Imported]:
    """Import a file into a store of its own, once for all tests of a module that look at the same."""
    known: dict[str, Imported] = {}

    def run(path: Path, **options: Any) -> Imported:
        key = f"{path} {options}"
        if key not in known:
            folder = tmp_path_factory.mktemp("import")
            with Store.open(stores.new_file(folder / "city.sqlite")) as store:
                summary = import_file(path, store, actor=OPERATOR, rejects=folder / "rows.csv", **options)
                known[key] = Imported(
                    summary,
                    stored(store),
                    read_rows(summary.rejects_path),
                    read_rows(summary.suspicious_path),
                    store.fact("tz", actor=OPERATOR),
                )
        return known[key]

    return run


@pytest.fixture
def import_(store: Store) -> Import:
    """Import a file into the test's store; the figures add up whatever the file."""

    def run(path: Path | str, **options: Any) -> Summary:
        summary = import_file(path, store, actor=OPERATOR, **options)
        assert summary.read == summary.taken + summary.updated + summary.unchanged + summary.rejected
        assert summary.rejected == sum(summary.reasons.values())
        return summary

    return run
