"""Palettes: more always stands out more, and colour-blind people tell the classes apart."""

from itertools import pairwise

import numpy as np
import pytest

from layers import palettes
from layers.palettes import Theme

THEMES: tuple[Theme, ...] = ("light", "dark")
EACH = [(name, theme) for name in palettes.PALETTES for theme in THEMES]

#: Simulated dichromacy on linear sRGB. Source: Machado, Oliveira & Fernandes (2009), severity 1.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def _linear(colour: str) -> np.ndarray:
    encoded = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _cielab(linear: np.ndarray) -> np.ndarray:
    """Convert linear sRGB to CIE L*a*b* (D65), a space other than the one the palettes are made in."""
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    x, y, z = to_xyz @ np.clip(linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = [np.cbrt(t) if t > (6 / 29) ** 3 else t * (29 / 6) ** 2 / 3 + 4 / 29 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize(("name", "theme"), EACH)
@pytest.mark.parametrize("n", palettes.CLASSES[1:])
def test_lightness_falls_on_a_light_map_and_rises_on_a_dark_one(name: str, theme: Theme, n: int) -> None:
    lightness = [_cielab(_linear(colour))[0] for colour in palettes.colours(name, n, theme)]

    steps = np.diff(lightness) * (-1 if theme == "light" else 1)
    assert steps.min() > 5


@pytest.mark.parametrize(("name", "theme"), EACH)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_neighbouring_classes_differ_for_every_eye(name: str, theme: Theme, blindness: str) -> None:
    seen = [_cielab(BLINDNESS[blindness] @ _linear(colour)) for colour in palettes.colours(name, 7, theme)]

    assert min(np.linalg.norm(a - b) for a, b in pairwise(seen)) > 9


@pytest.mark.parametrize(("name", "theme"), EACH)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_lightness_keeps_its_order_for_every_eye(name: str, theme: Theme, blindness: str) -> None:
    lightness = [
        _cielab(BLINDNESS[blindness] @ _linear(colour))[0] for colour in palettes.colours(name, 7, theme)
    ]

    assert (np.diff(lightness) * (-1 if theme == "light" else 1)).min() > 0


def _oklab(linear: np.ndarray) -> np.ndarray:
    """Convert linear sRGB to OKLab with its published matrices, written out here once more."""
    cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
    axes = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    seen: np.ndarray = axes @ np.cbrt(cones @ np.clip(linear, 0, 1))
    return seen


def _changes(name: str, n: int, theme: Theme, blindness: str) -> list[np.ndarray]:
    return [_oklab(BLINDNESS[blindness] @ _linear(c)) for c in palettes.diverging(name, n, theme)]


@pytest.mark.parametrize(("name", "theme"), EACH)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_a_fall_is_never_taken_for_as_strong_a_rise(name: str, theme: Theme, blindness: str) -> None:
    seen = _changes(name, 3, theme, blindness)

    # 0.02 is about what an eye just tells apart.
    assert min(np.linalg.norm(seen[3 - step] - seen[3 + step]) for step in (1, 2, 3)) > 0.07
    assert min(np.linalg.norm(a - b) for a, b in pairwise(seen)) > 0.08


@pytest.mark.parametrize(("name", "theme"), [each for each in EACH if each[0] != palettes.PRINT])
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_a_stronger_change_stands_out_more_on_both_sides(name: str, theme: Theme, blindness: str) -> None:
    away = -1 if theme == "light" else 1
    lightness = [colour[0] * away for colour in _changes(name, 3, theme, blindness)]

    assert np.diff(lightness[:4]).max() < -0.05
    assert np.diff(lightness[3:]).min() > 0.05


@pytest.mark.parametrize("theme", THEMES)
def test_the_palette_for_print_keeps_its_order_in_grey(theme: Theme) -> None:
    away = -1 if theme == "light" else 1
    for colours in (palettes.colours(palettes.PRINT, 7, theme), palettes.diverging(palettes.PRINT, 3, theme)):
        seen = [_linear(colour) for colour in colours]
        grey = np.array([_cielab(np.full(3, colour @ [0.2126, 0.7152, 0.0722]))[0] for colour in seen])
        assert (np.diff(grey) * away).min() > 5
        assert max(np.ptp(colour) for colour in seen) < 0.05, "a printer without colours shows the same"


@pytest.mark.parametrize(("name", "theme"), EACH)
def test_little_change_has_one_colour_whatever_the_number_of_classes(name: str, theme: Theme) -> None:
    middles = {palettes.diverging(name, n, theme)[n] for n in palettes.CLASSES}

    assert len(middles) == 1
    assert [len(palettes.diverging(name, n, theme)) for n in palettes.CLASSES] == [3, 5, 7, 9, 11, 13, 15]


def test_every_number_of_classes_has_distinct_colours() -> None:
    for name, theme in EACH:
        for n in palettes.CLASSES:
            colours = palettes.colours(name, n, theme)
            assert len(set(colours)) == n
            assert all(len(colour) == 7 and int(colour[1:], 16) >= 0 for colour in colours)


def test_the_far_ends_are_the_anchors() -> None:
    assert palettes.colours("tide", 5, "light")[::4] == ["#d9efd6", "#172f66"]


@pytest.mark.parametrize(
    ("name", "n", "theme"),
    [("rainbow", 5, "light"), ("tide", 0, "light"), ("tide", 8, "dark"), ("tide", 5, "blue")],
)
def test_what_does_not_exist_is_refused(name: str, n: int, theme: Theme) -> None:
    for make in (palettes.colours, palettes.diverging):
        with pytest.raises(ValueError, match="Expected|palette has"):
            make(name, n, theme)
