"""What a map of hot spots is asked, as parameters of an address."""

from itertools import product

import pytest

from data.hot_cells import HOT_RESOLUTIONS, KINDS, PER, RINGS, HotAsked
from data.step_counts import STEPS
from geo.errors import FilterError


def test_a_question_survives_an_address() -> None:
    for kind, resolution, ring, step, per in product(KINDS, HOT_RESOLUTIONS, RINGS, STEPS, PER):
        asked = HotAsked(kind=kind, resolution=resolution, ring=ring, step=step, per=per)
        assert HotAsked.from_params(asked.to_params()) == asked
    assert HotAsked.from_params({}) == HotAsked()


@pytest.mark.parametrize(
    "params", [{"kind": "warm"}, {"res": "8"}, {"ring": "0"}, {"step": "day"}, {"per": "x"}]
)
def test_what_is_not_offered_is_refused_by_name(params: dict[str, str]) -> None:
    (value,) = params.values()
    with pytest.raises(FilterError, match=f"'{value}' is not known here"):
        HotAsked.from_params(params)
