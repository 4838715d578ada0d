"""Filters as addresses, and what is no filter."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.filters import Filter
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


def test_a_list_of_names_is_taken_as_it_is() -> None:
    assert Filter.from_params({"source": ["a,b", "50%25"]}).sources == ("a,b", "50%25")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"status": "lost"}, "'lost' is not a status"),
        ({"from": "yesterday"}, "'yesterday' is not a date"),
        ({"place": "12,x"}, "'x' is not the id of a place"),
        ({"area": "1234567890"}, "'1234567890' is not the id of a place"),
        ({"exempt": "perhaps"}, "'perhaps' is no choice of exempt reports"),
        ({"from": "2024-09-02", "to": "2024-09-01"}, "starts on 2024-09-02 and ends before"),
    ],
)
def test_a_broken_filter_is_refused_in_words(params: dict[str, str], words: str) -> None:
    with pytest.raises(FilterError, match=words):
        Filter.from_params(params)
