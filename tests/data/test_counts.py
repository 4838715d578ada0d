"""The counting query gives the same numbers on every engine."""

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.counts import Choice, chosen, count_by, tally
from data.cube_times import NOT_TAKEN

ENGINES: dict[str, Any] = {
    "polars": lambda frame: frame,
    "polars lazy": lambda frame: frame.lazy(),
    "pyarrow": lambda frame: frame.to_arrow(),
    "pandas": lambda frame: frame.to_pandas(),
    "pandas on arrow": lambda frame: frame.to_pandas(use_pyarrow_extension_array=True),
}

CHOICES = [
    Choice(),
    Choice(category=(1,)),
    Choice(category=(0, 2), status=(1, 2)),
    Choice(category=()),
    Choice(source=(0,), first=19_760),
    Choice(first=19_760, last=19_760),
    Choice(last=19_790, cells=("cell9", (3,))),
    Choice(hour=(3, 100, 167)),
    Choice(status=(1, 2), due=(1, None)),
    Choice(due=(1, 28_500_000)),
    Choice(took=True, due=(28_400_000, None)),
    Choice(took=False),
    Choice(box=(116.9, 38.2, 117.0, 38.3), status=(0,)),
]


def rows(n: int = 2000) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "cell9": rng.integers(0, 20, n).astype(np.uint32),
            "category": rng.integers(0, 4, n).astype(np.uint16),
            "status": rng.integers(0, 3, n).astype(np.uint8),
            "source": rng.integers(0, 2, n).astype(np.uint16),
            "hour": rng.integers(0, 168, n).astype(np.uint8),
            "due": np.where(rng.random(n) < 0.3, 0, rng.integers(28_300_000, 28_700_000, n)).astype(
                np.uint32
            ),
            "took": np.where(rng.random(n) < 0.5, NOT_TAKEN, rng.integers(0, 60_000, n)).astype(np.uint16),
            "day": rng.integers(19_723, 19_823, n).astype(np.int32),
            "lon": rng.uniform(116.8, 117.1, n),
            "lat": rng.uniform(38.1, 38.4, n),
        }
    )


def by_loop(frame: pl.DataFrame, choice: Choice) -> dict[int, int]:
    """Count row by row, the obvious way."""
    found: dict[int, int] = {}
    for row in frame.to_dicts():
        sides = [
            choice.category is None or row["category"] in choice.category,
            choice.status is None or row["status"] in choice.status,
            choice.source is None or row["source"] in choice.source,
            choice.first is None or row["day"] >= choice.first,
            choice.last is None or row["day"] <= choice.last,
            choice.cells is None or row[choice.cells[0]] in choice.cells[1],
            choice.hour is None or row["hour"] in choice.hour,
            choice.due is None or choice.due[0] <= row["due"] <= (choice.due[1] or row["due"]),
            choice.took is None or choice.took == (row["took"] != NOT_TAKEN),
        ]
        if choice.box:
            west, south, east, north = choice.box
            sides += [west <= row["lon"] <= east, south <= row["lat"] <= north]
        if all(sides):
            found[row["cell9"]] = found.get(row["cell9"], 0) + 1
    return found


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: repr(choice).replace("None", "-"))
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_counts_what_a_loop_counts(engine: str, choice: Choice) -> None:
    frame = rows()
    native = ENGINES[engine](frame)
    truth = by_loop(frame, choice)
    counted = count_by(native, "cell9", choice).collect().to_dict(as_series=False)
    assert dict(zip(counted["cell9"], counted["n"], strict=True)) == truth
    tallied = tally(native, "cell9", choice, 20)
    assert {code: n for code, n in enumerate(tallied.tolist()) if n} == truth


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5), unique=True))
def test_no_report_is_lost_or_counted_twice(codes: list[int], categories: list[int]) -> None:
    frame = pl.DataFrame(
        {"cell9": codes, "category": codes}, schema={"cell9": pl.UInt32, "category": pl.UInt16}
    )
    chosen_n = int(tally(frame, "cell9", Choice(category=tuple(categories)), 6).sum())
    others = tuple(set(range(6)) - set(categories))
    assert chosen_n + int(tally(frame, "cell9", Choice(category=others), 6).sum()) == len(codes)


def test_only_the_columns_that_are_asked_for_come_back() -> None:
    found = chosen(rows(), Choice(status=(1,)), "cell9", "day").collect()
    assert isinstance(found, nw.DataFrame)
    assert found.columns == ["cell9", "day"]
