"""The import page: what it shows of earlier imports."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app_pages.import_steps import state_in_words, way_on_in_words
from data.actors import OPERATOR
from data.ingest import import_file
from data.store import Store
from tests.data.ingest.made import rows, write

PAGE = Path(__file__).parents[2] / "app_pages" / "imports.py"


@pytest.fixture
def stopped(home: Path, tmp_path: Path) -> Path:
    """Make a store in which an import stopped in the middle; return its file."""
    file = write(tmp_path / "week.csv", rows(300))

    def progress(done: int, _total: int | None, doing: str) -> None:
        if doing == "writing" and done == 100:
            raise KeyboardInterrupt

    with Store.open(f"sqlite:///{home / 'gezhi.sqlite'}") as store:
        with pytest.raises(KeyboardInterrupt):
            import_file(file, store, actor=OPERATOR, step_rows=100, progress=progress)
    return file


def test_an_import_that_stopped_is_listed_with_the_way_on(
    stopped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(PAGE.parents[1]))
    page = AppTest.from_file(str(PAGE), default_timeout=180).run()
    assert not page.exception
    shown = page.dataframe[0].value.to_string()
    assert "week.csv" in shown
    assert "100" in shown
    assert "300" in shown


def said(words: Callable[..., str], **row: object) -> str:
    return words({"rows_done": 400_000, "rows_total": 1_000_000, "summary": None} | row)


def test_the_states_of_an_import_are_words_with_how_far_it_came() -> None:
    assert said(state_in_words, state="stopped").startswith("stopped at row 400,000 of 1,000,000")
    assert said(state_in_words, state="running") == "under way: row 400,000 of 1,000,000"
    assert said(state_in_words, state="failed", summary='{"error": "no room"}') == "failed: no room"
    assert said(state_in_words, state="done") == "whole"
    assert "goes on there" in said(way_on_in_words)
