"""The notebooks run, from their first cell to their last, and as they are kept they hold no output."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.shared_data import shared

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
FIRST_LOOK = "01_first_look.ipynb"
HOT_SPOT = "02_hot_spot.ipynb"


class _Loads(HTMLParser):
    """Collects what a page loads, pages within the page included; text of scripts is no tag."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag != "a":
            self.addresses += [address for name in ("src", "href") if (address := given.get(name))]
        if inner := given.get("srcdoc"):
            page = _Loads()
            page.feed(inner)
            self.addresses += page.addresses


def _run(name: str, home: Path, **environment: str) -> list[Any]:
    """Run a notebook in a kernel of its own and return its code cells, outputs included."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("GEZHI_FILE", "GEZHI_STORE"):
            patch.delenv(variable, raising=False)
        for variable, value in {"GEZHI_HOME": str(home), "TMPDIR": str(home), **environment}.items():
            patch.setenv(variable, value)
        notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _outputs(cells: list[Any], media_type: str) -> list[str]:
    return [
        output.data[media_type]
        for cell in cells
        for output in cell.outputs
        if media_type in output.get("data", {})
    ]


def _said(cells: list[Any]) -> str:
    return " ".join(" ".join(_outputs(cells, "text/plain")).split())


@pytest.fixture(scope="module")
def first_look(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return _run(FIRST_LOOK, tmp_path_factory.mktemp("first_look"))


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_the_first_look_imports_every_report_of_the_demo(first_look: list[Any]) -> None:
    assert "'read': 40000, 'taken': 40000, 'updated': 0, 'unchanged': 0, 'rejected': 0" in _said(first_look)
    assert "40,000 rows of CSV" in _said(first_look)
    assert "40,000 reports from" in _said(first_look)


def test_the_first_look_names_the_fullest_cells_and_draws_the_weeks(first_look: list[Any]) -> None:
    assert any("address of the newest" in page for page in _outputs(first_look, "text/html"))
    (drawing,) = _outputs(first_look, "image/svg+xml")
    assert 102 <= drawing.count("<rect") <= 104


def test_the_first_look_ends_in_a_map_that_asks_no_other_machine(first_look: list[Any]) -> None:
    (page,) = [page for page in _outputs(first_look, "text/html") if "gezhi.layer" in page]
    loads = _Loads()
    loads.feed(page)
    assert not [address for address in loads.addresses if not address.startswith("data:")]


def test_the_first_look_shows_the_measures_and_what_changed(first_look: list[Any]) -> None:
    tables = " ".join(_outputs(first_look, "text/html"))
    for words in (
        "Median days to close",
        "Share closed in time",
        "Change against the other period",
        "per km²",
    ):
        assert words in tables
    assert "uncertain" in tables
    assert "cells, " in _said(first_look)
    assert "with fewer than 10 closed cases; classes from [" in _said(first_look)


@pytest.mark.shared
def test_the_first_look_reads_a_real_city_s_export(tmp_path: Path) -> None:
    path = shared("nyc311/nyc311_2023-02-28.csv")
    cells = _run(FIRST_LOOK, tmp_path, GEZHI_FILE=str(path.resolve()))
    assert "'read': 4999, " in _said(cells)
    assert "gezhi.layer" in "".join(_outputs(cells, "text/html"))


@pytest.fixture(scope="module")
def hot_spot(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return _run(HOT_SPOT, tmp_path_factory.mktemp("hot_spot"))


def test_the_hot_spot_is_scored_by_hand_as_by_the_library(hot_spot: list[Any]) -> None:
    by_hand = re.search(r"expected: z = ([\d.]+), Gi\* is ([\d.]+)", _said(hot_spot))
    assert by_hand
    assert by_hand[1] == by_hand[2]
    assert "883 of 883 cells have the same class" in _said(hot_spot)


def test_the_hot_spot_that_the_demo_let_come_up_is_named_in_both_languages(hot_spot: list[Any]) -> None:
    said = _said(hot_spot)
    assert "{'esri': 'consecutive_hot', 'esri-2.8': 'consecutive_hot'}" in said
    assert "'en': 'hot in each of the last 9 weeks, never in the 94 before: z now" in said
    assert re.search(r"'zh': '[^']*9[^']*94", said)
    assert len(_outputs(hot_spot, "image/svg+xml")) == 2
