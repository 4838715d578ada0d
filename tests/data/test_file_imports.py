"""Files whose import stops in the middle, on both databases: tests/torture has it long."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from data.actors import OPERATOR
from data.ingest import import_file
from data.settings import settings
from data.store import Store
from geo.errors import ImportFileError
from tests.data import postgres
from tests.data.file_imports import ended, export, hold, killed, start, until_writing
from tests.data.ingest.made import rows, write


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Point the settings to a home in the test's own folder."""
    monkeypatch.setenv("GEZHI_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


def test_imports_killed_at_random_moments_end_as_undisturbed_ones(url: str, tmp_path: Path) -> None:
    cut, went_on = killed(url, tmp_path, rounds=2, seed=3)
    assert cut + went_on, "nothing was interrupted: the moments are ill chosen"


def test_two_programs_that_import_the_same_file_at_once_leave_a_right_store(url: str, tmp_path: Path) -> None:
    file, rejects = export(tmp_path / "feed.csv", 0), tmp_path / "rejects.csv"
    Store.open(url).close()
    both = [start(url, file, rejects) for _one in range(2)]
    told = [said for said in map(ended, both) if said]
    assert told, "one of them comes to the end"
    whole = max(told, key=lambda one: int(one["taken"]))  # the other one may have found all of it known
    hold(url, tmp_path, 0, whole)


def test_a_server_that_restarts_under_an_import_leaves_it_where_it_was(
    postgres_server: postgres.Server, postgres_url: str, tmp_path: Path
) -> None:
    file, rejects = export(tmp_path / "feed.csv", 0), tmp_path / "rejects.csv"
    Store.open(postgres_url).close()
    told = None
    for how in (signal.SIGQUIT, signal.SIGINT):
        program = start(postgres_url, file, rejects, step_rows=100)
        until_writing(program)
        time.sleep(0.3)  # somewhere in the middle
        postgres_server.stop(how)
        postgres_server.start()
        told = ended(program)
        if told:
            break
    while not told:
        told = ended(start(postgres_url, file, rejects))
    hold(postgres_url, tmp_path, 0, told)


def test_a_server_whose_disk_fills_up_keeps_the_steps_and_goes_on_when_there_is_room(
    postgres_server: postgres.Server, small_disk: Path, tmp_path: Path
) -> None:
    postgres_server.execute("postgres", f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    url = postgres_server.url()
    postgres_server.execute("postgres", f"ALTER DATABASE {postgres.database_of(url)} SET TABLESPACE small")
    file = write(tmp_path / "big.csv", rows(60_000))
    try:
        with Store.open(url) as store:
            with pytest.raises(ImportFileError, match=r"is full.* of 60,000 rows are in the store"):
                import_file(file, store, actor=OPERATOR, step_rows=5_000)
            stopped = store.imports(actor=OPERATOR).row(0, named=True)
            assert stopped["state"] == "stopped"
            assert 0 < stopped["rows_done"] < 60_000
            subprocess.run(["mount", "-o", "remount,size=400m", small_disk], check=True)
            summary = import_file(file, store, actor=OPERATOR)
            assert (summary.taken, summary.went_on_at) == (60_000, stopped["rows_done"])
            assert store.last_seq(actor=OPERATOR) == 60_000
    finally:
        postgres_server.drop(url)
        postgres_server.execute("postgres", "DROP TABLESPACE small")


def test_an_import_that_goes_on_elsewhere_is_a_copy_of_the_same(url: str, tmp_path: Path) -> None:
    file = write(tmp_path / "week.csv", rows(300))
    with Store.open(url) as store:
        stop_after(store, file, 100)
        with Store.open(url) as other:
            summary = import_file(file, other, actor=OPERATOR)
        assert (summary.taken, summary.went_on_at) == (300, 100)
        assert store.imports(actor=OPERATOR).select("state", "rows_done", "rows_total").rows() == [
            ("done", 300, 300)
        ]
        assert next(store.changed_since(0, actor=OPERATOR))["id"].to_list() == list(range(1, 301))
        assert pl.concat(list(store.changed_since(0, actor=OPERATOR)))["external_id"].is_unique().all()


def stop_after(store: Store, file: Path, n: int) -> None:
    """Import a file in steps of a hundred rows and stop after some."""

    def progress(done: int, _total: int | None, doing: str) -> None:
        if doing == "writing" and done >= n:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(file, store, actor=OPERATOR, step_rows=100, progress=progress)
