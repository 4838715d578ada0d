"""Columns in a file are read as those in memory, and leave the process when they are let go."""

from pathlib import Path

import numpy as np
import polars as pl
import psutil
import pytest
from polars.testing import assert_frame_equal

from data.mapped import let_go, mapped

NAMES = ("lon", "id", "code")


def frame(n: int) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    return pl.DataFrame(
        {
            "id": np.arange(n, dtype=np.uint32),
            "late": rng.random(n) < 0.5,
            "code": rng.integers(0, 256, n).astype(np.uint8),
            "day": rng.integers(-9, 9, n).astype(np.int16),
            "lon": rng.uniform(-180, 180, n),
        }
    )


@pytest.mark.parametrize("n", [0, 1, 3, 4_096, 10_001])
def test_the_rows_are_the_same(n: int, tmp_path: Path) -> None:
    before = frame(n)
    found = mapped(before, NAMES, tmp_path)
    assert_frame_equal(found, before)
    let_go()
    assert_frame_equal(found, before)
    assert_frame_equal(found.filter(pl.col("lon") > 0), before.filter(pl.col("lon") > 0))


def test_of_a_slice_and_of_several_chunks_only_the_own_rows_are_taken(tmp_path: Path) -> None:
    whole = frame(1_000)
    assert_frame_equal(mapped(whole[5:70], NAMES, tmp_path), whole[5:70])
    several = pl.concat([whole[5:70], whole[100:]], rechunk=False)
    assert_frame_equal(mapped(several, NAMES, tmp_path), several)


def test_what_is_let_go_leaves_the_resident_memory_until_it_is_looked_at(tmp_path: Path) -> None:
    found = mapped(frame(4_000_000), ("lon",), tmp_path)
    total = found["lon"].sum()
    looked_at = psutil.Process().memory_info().rss
    let_go()
    assert psutil.Process().memory_info().rss < looked_at - 25_000_000
    assert found["lon"].sum() == total


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        mapped(frame(10), NAMES, tmp_path / "nowhere")
