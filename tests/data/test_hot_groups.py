"""Hot spots as people speak of them: adjoining cells joined, in order of strength, named by places."""

from typing import Any

import numpy as np
import pytest

from data.hot_cells import HotCells
from data.hot_groups import FAMILIES, family_of, hot_groups
from geo.cells import disk
from geo.neighbourhood import Neighbourhood

MIDDLE, FAR, ALONE = 0x8A318C2D4007FFF, 0x8A318C28C007FFF, 0x8A318C281A17FFF
CLASSES = ("none", "new_hot", "sporadic_hot", "new_cold")


def area(**spots: tuple[list[int], list[float], list[int]]) -> HotCells:
    """Return a study area in which these cells have a class each; spots are cells, figures, reports."""
    cells = np.unique(np.concatenate([disk([one], 4)[1] for one in (MIDDLE, FAR, ALONE)]))
    codes, figures = np.zeros(len(cells), np.uint8), np.zeros(len(cells))
    n = np.zeros(len(cells), np.uint32)
    for slug, (own, strengths, reports) in spots.items():
        rows = np.searchsorted(cells, np.array(own, np.uint64))
        codes[rows], figures[rows], n[rows] = CLASSES.index(slug), strengths, reports
    return HotCells(cells, codes, CLASSES, figures, n)


def ring_of(cell: int) -> list[int]:
    return [int(one) for one in disk([cell], 1)[1] if one != cell]


def test_adjoining_cells_are_one_spot_spoken_of_by_the_strongest() -> None:
    beside = ring_of(MIDDLE)[0]
    found = hot_groups(area(new_hot=([MIDDLE, FAR], [3.0, 5.0], [4, 9]), sporadic_hot=([beside], [4.0], [2])))
    assert [(one.strongest, one.slug, one.n, one.figure) for one in found] == [
        (FAR, "new_hot", 9, 5.0),
        (beside, "sporadic_hot", 6, 4.0),
    ]
    assert found[1].cells.tolist() == sorted([MIDDLE, beside])


def test_the_busy_cell_speaks_and_not_a_neighbour_that_scores_a_little_higher() -> None:
    beside = ring_of(MIDDLE)[0]
    found = hot_groups(area(new_hot=([MIDDLE, beside], [9.5, 10.0], [160, 3])))
    assert [(one.strongest, one.figure) for one in found] == [(MIDDLE, 9.5)]


def test_of_cells_that_are_as_strong_the_one_with_most_reports_speaks() -> None:
    beside = ring_of(MIDDLE)[0]
    found = hot_groups(area(new_hot=([MIDDLE, beside], [3.0, 3.0], [4, 9])))
    assert (found[0].strongest, found[0].n) == (beside, 13)


def test_hot_and_cold_are_never_one_spot_and_hot_comes_first() -> None:
    beside = ring_of(MIDDLE)[0]
    found = hot_groups(area(new_hot=([MIDDLE], [2.5], [4]), new_cold=([beside], [-7.0], [0])))
    assert [(one.family, one.figure) for one in found] == [("hot", 2.5), ("cold", -7.0)]


def test_one_class_alone_is_joined_by_itself() -> None:
    first, *_others, last = ring_of(MIDDLE)
    spots = area(
        new_hot=([MIDDLE, FAR], [3.0, 1.0], [1, 1]), sporadic_hot=([first, last], [9.0, 9.0], [1, 1])
    )
    assert [one.cells.tolist() for one in hot_groups(spots, only="new_hot")] == [[MIDDLE], [FAR]]
    assert hot_groups(spots, only="new_cold") == []


def test_a_cell_without_a_figure_comes_last_and_nothing_makes_no_spot() -> None:
    found = hot_groups(area(new_hot=([MIDDLE, FAR], [np.nan, 2.0], [50, 1])))
    assert [one.strongest for one in found] == [FAR, MIDDLE]
    assert np.isnan(found[1].figure)
    assert hot_groups(area()) == []


def test_of_blind_cells_those_with_fewest_visits_come_first() -> None:
    cells = np.sort(np.array([MIDDLE, FAR, ALONE], np.uint64))
    found = HotCells(
        cells, np.array([2, 1, 2], np.uint8), ("none", "seldom", "blind"), np.array([1.0, 6.0, 0.0]),
        np.array([9, 9, 2], np.uint32),
    )  # fmt: skip
    assert [one.figure for one in hot_groups(found)] == [0.0, 1.0, 6.0]


def test_spots_are_the_connected_parts_of_their_cells() -> None:
    draw = np.random.default_rng(5)
    cells = disk([MIDDLE], 12)[1]
    spots = np.sort(draw.choice(cells, 160, replace=False))
    figures, n = draw.normal(size=160), draw.integers(0, 9, 160).astype(np.uint32)
    found = hot_groups(HotCells(spots, np.ones(160, np.uint8), ("none", "new_hot"), figures, n))
    assert sorted(one.cells.tolist() for one in found) == sorted(_walked(spots))
    strengths = [abs(one.figure) for one in found]
    assert strengths == sorted(strengths, reverse=True)
    assert sum(one.n for one in found) == n.sum()


def _walked(cells: Any) -> list[list[int]]:
    """Find the connected parts by walking from cell to cell."""
    around = Neighbourhood.of(cells, 1)
    beside = {
        int(cell): [int(cells[at]) for at in around.indices[around.indptr[row] : around.indptr[row + 1]]]
        for row, cell in enumerate(cells)
    }
    left, parts = set(beside), []
    while left:
        part, edge = set(), [left.pop()]
        while edge:
            part.add(here := edge.pop())
            edge += [one for one in beside[here] if one in left]
            left -= set(beside[here])
        parts.append(sorted(part))
    return parts


@pytest.mark.parametrize(
    ("slug", "family"),
    [
        ("none", ""),
        ("seen", ""),
        ("intensifying_hot", "hot"),
        ("historical_cold", "cold"),
        ("hot99", "hot"),
        ("cold90", "cold"),
        ("high_high", "hot"),
        ("high_low", "high_low"),
        ("shaky", "hot"),
        ("blind", "blind"),
        ("next_held", "next"),
    ],
)
def test_every_class_belongs_to_a_family_or_to_none(slug: str, family: str) -> None:
    assert family_of(slug) == family
    assert not family or family in FAMILIES
