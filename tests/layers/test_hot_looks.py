"""Colours and marks of hot spots: told apart by every eye, in grey, on light and dark maps."""

from itertools import combinations, product

import numpy as np
import pytest

from layers import assets, hot_looks, palettes
from layers.hot_looks import LOOKS, colour_of, ink_of
from layers.hotspots import HotLayer, classes_of
from layers.palettes import Theme
from tests.layers.test_palettes import BLINDNESS, THEMES, _cielab, _linear

KINDS = tuple(LOOKS)
EACH = [(kind, theme) for kind in KINDS for theme in THEMES]


def lab(colour: str, blindness: str = "none") -> np.ndarray:
    return _cielab(BLINDNESS[blindness] @ _linear(colour))


def colours(kind: str, theme: Theme, palette: str = palettes.DEFAULT) -> dict[str, str]:
    return {slug: colour_of(look, theme, palette=palette) for slug, look in LOOKS[kind].items()}


@pytest.mark.parametrize(("kind", "theme"), EACH)
def test_classes_differ_in_colour_for_every_eye(kind: str, theme: Theme) -> None:
    found = colours(kind, theme)
    for blindness in BLINDNESS:
        for one, other in combinations(found, 2):
            distance = np.linalg.norm(lab(found[one], blindness) - lab(found[other], blindness))
            same_family = LOOKS[kind][one].family == LOOKS[kind][other].family
            assert distance > (6 if same_family else 15), (blindness, one, other, distance)


@pytest.mark.parametrize(("kind", "theme"), EACH)
def test_within_a_family_what_is_urgent_stands_out_more_from_the_map(kind: str, theme: Theme) -> None:
    for family in ("hot", "cold", "unseen"):
        looks = sorted(
            (look for look in LOOKS[kind].values() if look.family == family), key=lambda look: look.strength
        )
        lightness = [lab(colour_of(look, theme))[0] for look in looks]
        assert all(np.diff(lightness) * (-1 if theme == "light" else 1) > 4)


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_classes_of_a_family_share_a_mark(kind: str) -> None:
    marks = [(look.family, look.mark) for look in LOOKS[kind].values()]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("theme", THEMES)
def test_in_print_every_hot_class_is_stronger_than_every_cold_one(theme: Theme) -> None:
    for kind in ("classes", "now", "outliers"):
        found = colours(kind, theme, palettes.PRINT)
        strength = {slug: lab(colour)[0] * (-1 if theme == "light" else 1) for slug, colour in found.items()}
        of = {
            family: [slug for slug in found if LOOKS[kind][slug].family == family]
            for family in ("hot", "cold")
        }
        assert all(strength[hot] > strength[cold] + 5 for hot, cold in product(of["hot"], of["cold"]))
        assert all(abs(lab(colour)[1:]).max() < 3 for colour in found.values())


@pytest.mark.parametrize(("kind", "theme"), EACH)
def test_marks_are_seen_on_their_cells(kind: str, theme: Theme) -> None:
    for palette in (palettes.DEFAULT, palettes.PRINT):
        for colour in colours(kind, theme, palette).values():
            assert abs(lab(colour)[0] - lab(ink_of(colour))[0]) > 40


def test_every_mark_is_one_that_the_scripts_can_draw() -> None:
    script = assets.asset("gezhi.js").text
    marks = {look.mark for looks in LOOKS.values() for look in looks.values()} - {""}
    assert all(f"\n    {mark}: {{" in script for mark in marks)


def test_a_layer_says_how_hot_spots_are_looked_for() -> None:
    options = HotLayer("?category=a", kind="now", resolution=9, ring=2, step="month", per="street").options
    assert options["query"] == "category=a"
    assert options["ask"] == {"kind": "now", "ring": "2", "step": "month", "per": "street"}
    assert options["how"] == "With neighbours up to 2 cells away, per km of street"
    assert HotLayer(step="month").options["how"] == "With direct neighbours, by month"
    assert [one["slug"] for one in options["classes"]] == list(LOOKS["now"])
    assert {one["framed"] for one in classes_of("classes", "light")} == {True, False}
    assert hot_looks.LOOKS.keys() == set(KINDS)


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ValueError, match="'warm' is no kind of hot spots"):
        HotLayer(kind="warm")
    with pytest.raises(ValueError, match="resolution 12"):
        HotLayer(resolution=12)
    with pytest.raises(ValueError, match="'titel' is not a label"):
        HotLayer(labels={"titel": "Hot"})
