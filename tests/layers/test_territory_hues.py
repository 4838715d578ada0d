"""Colours of territories: neighbours differ, for everybody's eyes."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.cells import centres, from_points, grow, neighbours
from layers import palettes
from layers.territory_hues import HUES, OPACITY, hues

DISK = grow(from_points([116.9], [38.3], 10), 6)
LINKS = neighbours(DISK)

#: What people see who lack one kind of cone (Machado, Oliveira & Fernandes, 2009), on linear sRGB.
EYES = {
    "all": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}
GROUNDS = {"light": "#f1efea", "dark": "#171d24"}
#: Differences in OKLab; 0.02 can just be seen side by side.
PLAIN = 0.08


def grown(seeds: list[int]) -> np.ndarray:
    """Give each cell to the team whose seed is nearest."""
    at = np.array(sorted(set(seeds)))
    middles = np.column_stack(centres(DISK)) * (0.785, 1.0)
    return 1 + np.argmin(np.hypot(*(middles[:, None] - middles[at][None]).transpose(2, 0, 1)), axis=1)


def touching(team: np.ndarray) -> set[tuple[int, int]]:
    indptr, indices = LINKS
    rows = np.repeat(np.arange(len(DISK)), np.diff(indptr))
    return {(a, b) for a, b in zip(team[rows].tolist(), team[indices].tolist(), strict=True) if a < b}


def seen(colour: str, ground: str, eye: str) -> np.ndarray:
    """Return a colour over the ground as an eye sees it, in OKLab."""
    top, under = (np.array([int(one[i : i + 2], 16) for i in (1, 3, 5)]) / 255 for one in (colour, ground))
    mixed = top * OPACITY + under * (1 - OPACITY)
    linear = np.where(mixed <= 0.04045, mixed / 12.92, ((mixed + 0.055) / 1.055) ** 2.4)
    cones = np.clip(np.asarray(EYES[eye]) @ linear, 0, 1) @ palettes._TO_CONES.T
    return np.cbrt(cones) @ palettes._TO_LAB.T


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("eye", EYES)
def test_any_two_hues_differ_plainly_on_the_map_for_every_eye(eye: str, ground: str) -> None:
    as_seen = [seen(hue, GROUNDS[ground], eye) for hue in HUES]
    assert min(np.linalg.norm(a - b) for a, b in combinations(as_seen, 2)) > PLAIN


@given(st.lists(st.integers(0, len(DISK) - 1), min_size=1, max_size=19))
def test_teams_that_touch_have_different_hues_if_few_touch_each(seeds: list[int]) -> None:
    team = grown(seeds)
    pairs = touching(team)
    found = hues(team, LINKS, sorted(set(team.tolist())))
    most = max((sum(one in pair for pair in pairs) for one in found), default=0)
    if most < len(HUES):
        assert all(found[a] != found[b] for a, b in pairs)
    assert set(found) == set(team.tolist()) and set(found.values()) <= set(range(len(HUES)))


@given(st.lists(st.integers(0, len(DISK) - 1), min_size=3, max_size=12), st.integers(0, len(DISK) - 1))
def test_a_team_keeps_its_hue_unless_a_neighbour_has_it_too(seeds: list[int], other: int) -> None:
    team = grown(seeds)
    before = hues(team, LINKS, sorted(set(team.tolist())))
    assume(all(before[a] != before[b] for a, b in touching(team)))
    assert hues(team, LINKS, sorted(set(team.tolist())), kept=before) == before
    moved = np.where(np.arange(len(DISK)) == other, team[0], team)
    after = hues(moved, LINKS, sorted(set(team.tolist())), kept=before)
    clash = {one for pair in touching(moved) if before[pair[0]] == before[pair[1]] for one in pair}
    assert {one for one in after if after[one] != before[one]} <= clash


def test_who_has_no_cells_has_a_hue_and_nobody_has_none() -> None:
    assert hues(np.zeros(len(DISK), np.int64), LINKS, [4, 9]) == {4: 0, 9: 1}
    assert hues(np.zeros(0, np.int64), neighbours(DISK[:0]), []) == {}
