"""Compiled kernels in processes of their own: with a cache, a damaged one, none, and without compilation."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from geo import places
from geo.compiled import in_chunks

ROOT = Path(__file__).parents[2]
ASK = """
import shapely
from geo import places
found = places.locate([(0.5, 0.5), (1.0001, 0.5), (3, 3)], [shapely.box(0, 0, 1, 1)],
                      [shapely.LineString([(1, 0), (1, 1)])])
print(found.won.tolist(), found.distance_m.round(1).tolist())
"""
SMALL = """
from numba import types
from geo.compiled import kernel

@kernel((types.int64,))
def double(n):
    return 2 * n
"""
#: The kernel's answer, and how often it came from the cache.
DOUBLE = "import small; print(small.double(21), sum(small.double.stats.cache_hits.values()))"
ANSWER = "[2, 3, 1] [nan, 11.1, nan]"


def start(code: str = ASK, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: "subprocess.Popen[str]") -> str:
    said, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    return said.strip()


@pytest.fixture
def kernels(tmp_path: Path) -> dict[str, str]:
    """Write a module with a small kernel; return the environment in which Python finds it."""
    (tmp_path / "small.py").write_text(SMALL)
    return {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        "NUMBA_CACHE_DIR": str(tmp_path / "kept"),
    }


def test_two_processes_that_start_at_once_fill_one_cache(kernels: dict[str, str], tmp_path: Path) -> None:
    both = [start(DOUBLE, **kernels) for _ in range(2)]
    assert [answer(process) for process in both] <= ["42 1", "42 1"]
    assert len([*tmp_path.rglob("small.double-*.nbi")]) == 1
    assert answer(start(DOUBLE, **kernels)) == "42 1"


def test_a_damaged_cache_is_passed_over(kernels: dict[str, str], tmp_path: Path) -> None:
    assert answer(start(DOUBLE, **kernels)) == "42 0"
    for kind in ("nbc", "nbi"):
        for file in tmp_path.rglob(f"small.double-*.{kind}"):
            file.write_bytes(file.read_bytes()[:-40])
        assert answer(start(DOUBLE, **kernels)) == "42 0"


def test_where_no_folder_takes_a_cache_kernels_are_compiled_without_one(
    kernels: dict[str, str], tmp_path: Path
) -> None:
    # A place for modules in archives alone: as where neither program nor home can be written to.
    assert answer(start(DOUBLE, **kernels, NUMBA_CACHE_LOCATOR_CLASSES="ZipCacheLocator")) == "42 0"
    assert not [*tmp_path.rglob("*.nbi")]


def test_a_kernel_that_cannot_be_compiled_says_why(kernels: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "small.py").write_text(SMALL.replace("2 * n", "n.no_such_thing"))
    process = start(DOUBLE, **kernels)
    assert "no_such_thing" in process.communicate(timeout=300)[1]
    assert process.returncode == 1


def test_without_compilation_the_answers_are_the_same() -> None:
    assert answer(start(NUMBA_DISABLE_JIT="1")) == ANSWER


def test_importing_places_neither_compiles_nor_loads_numba() -> None:
    code = "import sys, geo.places; print('numba' in sys.modules, 'geo.places_kernels' in sys.modules)"
    assert answer(start(code)) == "False False"


def test_warming_in_the_background_leaves_nothing_to_compile() -> None:
    thread = places.warm_in_background()
    thread.join(300)
    assert not thread.is_alive()
    assert thread.daemon
    assert places.warm() < 0.1


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_row_is_in_one_chunk_whatever_the_number_of_threads(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "NUMBA_NUM_THREADS", threads)
    for rows in (0, 1, 65_536, 65_537, 400_000):
        seen = np.zeros(rows, dtype=int)

        def run(begin: int, end: int, seen: np.ndarray = seen) -> None:
            seen[begin:end] += 1

        in_chunks(run, rows)
        assert (seen == 1).all()


def test_an_error_in_a_chunk_is_raised() -> None:
    def run(begin: int, end: int) -> None:
        raise ZeroDivisionError(begin)

    with pytest.raises(ZeroDivisionError):
        in_chunks(run, 200_000)
