"""How urgent a case is: sooner deadlines and hotter cells count for more."""

from itertools import pairwise

import pytest

from geo.emerging_classes import CLASSES
from geo.errors import AnalysisError
from geo.urgency import BY_CLASS, HIGHEST, urgency


def test_a_nearer_deadline_is_more_urgent_and_none_the_least() -> None:
    hours = [-100.0, 0.0, 8.0, 24.0, 72.0, 1000.0, None]
    weights = [urgency(hours_left=left) for left in hours]
    assert all(sooner >= later for sooner, later in pairwise(weights))
    assert weights[0] == weights[1] > weights[2] > weights[3] > weights[4] > weights[5] > weights[6] > 0


def test_a_hot_spot_adds_to_it_and_a_cold_one_does_not() -> None:
    assert set(BY_CLASS) == {name for name in CLASSES if name.endswith("_hot")}
    plain = urgency(hours_left=10)
    assert all(urgency(hours_left=10, hot=name) > plain for name in BY_CLASS)
    assert {urgency(hours_left=10, hot=name) for name in CLASSES if name not in BY_CLASS} == {plain}


def test_the_most_urgent_of_all_is_the_highest() -> None:
    assert max(urgency(hours_left=-1, hot=name) for name in CLASSES) == HIGHEST


def test_what_is_no_deadline_and_no_class_is_said() -> None:
    with pytest.raises(AnalysisError, match="no number"):
        urgency(hours_left=float("nan"))
    with pytest.raises(AnalysisError, match="'lukewarm' is not known"):
        urgency(hours_left=None, hot="lukewarm")
