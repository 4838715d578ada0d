"""Middle times of groups, against the obvious way."""

from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import medians
from data.cube_times import DAYS, NOT_TAKEN


@pytest.mark.parametrize("size", [20, 70_000])
@settings(deadline=None)
@given(
    pairs=st.lists(st.tuples(st.integers(0, 19), st.integers(0, NOT_TAKEN - 1)), max_size=200),
)
def test_each_group_has_its_own_middle(size: int, pairs: list[tuple[int, int]]) -> None:
    groups = np.array([group for group, _time in pairs], np.uint16)
    times = np.array([time for _group, time in pairs], np.uint16)
    middle, n = medians.by_group(groups, times, size)
    assert middle.shape == n.shape == (size,)
    for group in range(20):
        own = [DAYS[time] for other, time in pairs if other == group]
        assert n[group] == len(own)
        assert middle[group] == pytest.approx(median(own)) if own else np.isnan(middle[group])
    every = medians.of_all(times)
    assert every == (pytest.approx(median(DAYS[times])) if pairs else None)
    assert np.isnan(middle[20:]).all()


def test_groups_beyond_two_bytes_keep_apart() -> None:
    middle, n = medians.by_group(np.array([69_999, 4_463]), np.array([1440, 2880]), 70_000)
    assert (middle[69_999], middle[4_463], n.sum()) == (1.0, 2.0, 2)
