"""Waiting times: medians of a textbook, and a slow obvious version."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import AnalysisError
from geo.waiting import median_wait

#: Weeks of remission of leukaemia patients (Freireich et al., 1963), as printed in textbooks: with 6-MP, the
#: second list those still in remission, and with a placebo. The published medians are 23 and 8 weeks.
ENDED, STILL = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

waits = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=14)


def test_the_medians_of_a_textbook_are_found() -> None:
    over = [True] * len(ENDED) + [False] * len(STILL)
    assert median_wait([*ENDED, *STILL], over) == 23
    assert median_wait(PLACEBO, [True] * len(PLACEBO)) == 8


def test_who_still_waits_makes_it_longer_than_leaving_them_out() -> None:
    assert median_wait([1, 2, 3], [True] * 3) == 2
    assert median_wait([1, 2, 3, 10, 10], [True] * 3 + [False] * 2) == 3


def test_there_is_none_where_more_than_half_wait_or_nobody_does() -> None:
    assert math.isnan(median_wait([1, 5, 5], [True, False, False]))
    assert math.isnan(median_wait([], []))


@given(waits)
def test_it_is_what_going_through_the_moments_one_by_one_gives(rows: list[tuple[int, bool]]) -> None:
    still, expected = 1.0, math.nan
    for moment in sorted({time for time, over in rows if over}):
        waiting = sum(time >= moment for time, _over in rows)
        ending = sum(time == moment and over for time, over in rows)
        still *= 1 - ending / waiting
        if still <= 0.5 + 1e-12:
            expected = float(moment)
            break
    found = median_wait([time for time, _over in rows], [over for _time, over in rows])
    assert found == expected or (math.isnan(found) and math.isnan(expected))


@pytest.mark.parametrize(("waited", "over"), [([-1.0], [True]), ([np.nan], [True]), ([1.0], [True, False])])
def test_times_that_are_none_are_refused(waited: list[float], over: list[bool]) -> None:
    with pytest.raises(AnalysisError):
        median_wait(waited, over)
