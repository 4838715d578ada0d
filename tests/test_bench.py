"""`make bench` itself: what it finds, what it says when a bench fails, what it keeps."""

from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import runs, tables
from tests.bench.rows import Row

GOOD = """
from tests.bench.rows import Row

def rows():
    yield Row("counting", 0.02, "s", "a loop", 1.0, "≤ 0.06 s", True, "median of three")
    yield Row("weight", 700.0, "MB", "", None, "≤ 600 MB", False)
"""
BAD = """
from tests.bench.rows import Row

def rows():
    yield Row("measured before", 1.0, "s", "", None, "", None)
    raise ValueError("no such city")
"""

ABSENT = """
from tests.bench.rows import MissingError

def rows():
    raise MissingError("no such server here")
    yield
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make two benches that Python finds."""
    (tmp_path / "good_bench.py").write_text(GOOD)
    (tmp_path / "bad_bench.py").write_text(BAD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_every_bench_of_the_folder_is_known_by_its_name(folder: Path) -> None:
    assert runs.names(folder) == ["bad", "good"]
    assert {"browser", "cells", "cube"} <= set(runs.names())


def test_a_bench_that_fails_keeps_what_it_measured_and_says_why(folder: Path) -> None:
    run = runs.run("bad", package="")

    assert [row.figure for row in run.rows] == ["measured before"]
    assert run.error.splitlines()[-1] == "ValueError: no such city"


def test_a_bench_runs_in_a_process_of_its_own(folder: Path) -> None:
    run = runs.run("good", package="")

    assert not run.error
    assert [row.met for row in run.rows] == [True, False]


def test_a_bench_that_lacks_something_here_is_left_out(folder: Path) -> None:
    (folder / "absent_bench.py").write_text(ABSENT)

    run = runs.run("absent", package="")

    assert (run.error, run.left_out) == ("", "no such server here")


def test_one_failing_bench_does_not_keep_the_others_from_running(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = runs.run
    monkeypatch.setattr(bench, "BUILD", folder / "build")
    monkeypatch.setattr(runs, "names", lambda: ["bad", "good"])
    monkeypatch.setattr(runs, "run", lambda name: alone(name, package=""))

    status = bench.main([])

    assert status == 1
    said = capsys.readouterr().out
    assert "no such city" in said and "counting" in said
    assert (folder / "build" / "bench.json").exists()
    assert "| counting | 0.02 s | a loop | 1.00 s | 50.0× | ≤ 0.06 s | yes |" in (
        folder / "build" / "bench.md"
    ).read_text(encoding="utf-8")


def test_an_unknown_name_is_answered_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["cupe"]) == 2
    assert "cube" in capsys.readouterr().out


def test_a_run_of_some_keeps_what_the_others_measured_before(tmp_path: Path) -> None:
    def measured(name: str, ours: float) -> runs.Run:
        return runs.Run(name, [Row("figure", ours, "s", "", None, "", None)], "today", 1.0, 0.5)

    path = tmp_path / "build" / "bench.json"
    runs.keep(path, [measured("cube", 1.0), measured("cells", 2.0)])

    every = runs.keep(path, [measured("cube", 3.0)])

    assert [(run.name, run.rows[0].ours) for run in every] == [("cells", 2.0), ("cube", 3.0)]


@pytest.mark.parametrize(
    ("value", "words"),
    [(22_759, "22,759 ms"), (163.2, "163 ms"), (20.04, "20.0 ms"), (0.0123, "0.012 ms"), (0, "0 ms")],
)
def test_figures_are_written_with_the_digits_that_count(value: float, words: str) -> None:
    assert tables.say(value, "ms") == words
