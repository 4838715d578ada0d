"""Filters as addresses, and what is no filter."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.filters import NO_UNIT, Filter
from geo.cells import disk, from_points
from geo.errors import FilterError

NAME = st.text(min_size=1).map(str.strip).filter(bool)


@given(st.lists(NAME, unique=True).map(tuple), st.lists(NAME, unique=True).map(tuple))
def test_any_names_come_back_from_an_address(sources: tuple[str, ...], categories: tuple[str, ...]) -> None:
    where = Filter(sources=sources, categories=categories, start=date(2024, 9, 1))
    assert Filter.from_params(where.to_params()) == where


def test_places_areas_and_exempt_zones_come_back_from_an_address() -> None:
    where = Filter(places=(3, 70_000), areas=(12,), exempt="without")
    assert where.to_params() == {"place": "3,70000", "area": "12", "exempt": "without"}
    assert Filter.from_params(where.to_params()) == where
    assert Filter.from_params({"place": ["3", "70000"], "area": [12], "exempt": "without"}) == where


@given(st.sets(st.integers(0, 167)))
def test_any_hours_come_back_from_an_address(hours: set[int]) -> None:
    where = Filter(hours=tuple(sorted(hours)))
    assert Filter.from_params(where.to_params()) == where


def test_hours_units_and_cells_come_back_from_an_address() -> None:
    cells = tuple(sorted(disk(from_points([116.9], [38.3], 10), 2)[1].tolist()))
    where = Filter(hours=(8, 9, 10, 32), units=("环卫队", NO_UNIT), cells=cells)
    params = where.to_params()
    assert (params["hours"], params["unit"]) == ("8-10,32", "环卫队,-")
    assert Filter.from_params(params) == where


def test_a_list_of_names_is_taken_as_it_is() -> None:
    assert Filter.from_params({"source": ["a,b", "50%25"]}).sources == ("a,b", "50%25")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"status": "lost"}, "'lost' is not a status"),
        ({"from": "yesterday"}, "'yesterday' is not a date"),
        ({"place": "12,x"}, "'x' is not the id of a place"),
        ({"area": "1234567890"}, "'1234567890' is not the id of a place"),
        ({"hours": "8-x"}, "'8-x' is no hours of a week"),
        ({"hours": "160-168"}, "'160-168' is no hours of a week"),
        ({"hours": "9-"}, "'9-' is no hours of a week"),
        ({"in": "10~AAAA"}, "is not a set of cells"),
        ({"exempt": "perhaps"}, "'perhaps' is no choice of exempt reports"),
        ({"from": "2024-09-02", "to": "2024-09-01"}, "starts on 2024-09-02 and ends before"),
    ],
)
def test_a_broken_filter_is_refused_in_words(params: dict[str, str], words: str) -> None:
    with pytest.raises(FilterError, match=words):
        Filter.from_params(params)
