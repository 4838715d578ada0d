"""The kinds of hot spots side by side: one question, whichever kind is asked first or again."""

import numpy as np
import pytest

from data.cube import Cube
from data.hot_cells import KINDS, HotAsked, Kind
from data.hot_kinds import hot_cells, why


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_again_is_answered_alike(zone_cube: Cube, kind: Kind) -> None:
    first, again = (hot_cells(zone_cube, HotAsked(kind=kind)) for _time in range(2))
    assert first.classes == again.classes and first.note == again.note
    np.testing.assert_array_equal(first.codes, again.codes)
    np.testing.assert_array_equal(first.figures, again.figures)


def test_shares_of_grids_are_shares_and_tell_the_classes(zone_cube: Cube) -> None:
    for _time in range(2):
        found = hot_cells(zone_cube, HotAsked(kind="stability"))
        assert found.figures.min() >= 0 and found.figures.max() <= 1
        lowest = [
            found.figures[found.codes == code].min() for code in (1, 2, 3) if (found.codes == code).any()
        ]
        assert lowest == sorted(lowest, reverse=True)


def test_reasons_are_sentences_or_nothing(zone_cube: Cube) -> None:
    for kind in KINDS:
        asked = HotAsked(kind=kind)
        said = why(zone_cube, asked, hot_cells(zone_cube, asked).cells[:3])
        assert len(said) == 3 and all(isinstance(words, str) for words in said)
