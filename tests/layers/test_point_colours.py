"""Colours of categories: any two differ, for colour-blind eyes too."""

from itertools import combinations

import numpy as np
import pytest

from data.point_clusters import SHOWN_CATEGORIES
from layers.palettes import Theme
from layers.point_colours import KINDS, kind_colours
from tests.layers.test_palettes import BLINDNESS, THEMES, _cielab, _linear

#: What the seven of Okabe and Ito that are no black come to.
OKABE_ITO = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


def least_distance(colours: list[str], blindness: str) -> float:
    seen = [_cielab(BLINDNESS[blindness] @ _linear(colour)) for colour in colours]
    return min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_any_two_categories_differ_for_every_eye(theme: Theme, blindness: str) -> None:
    assert least_distance(kind_colours(theme)[:-1], blindness) > 20
    assert least_distance(kind_colours(theme), blindness) > 11  # all others are a grey


def test_they_differ_more_than_a_well_known_set_of_seven() -> None:
    worst = min(least_distance(list(OKABE_ITO), blindness) for blindness in BLINDNESS)
    for theme in THEMES:
        assert worst < min(least_distance(kind_colours(theme)[:-1], blindness) for blindness in BLINDNESS)


def test_the_map_has_a_colour_for_each_category_that_the_server_tells_apart() -> None:
    assert KINDS == SHOWN_CATEGORIES == len(kind_colours("light")) - 1
