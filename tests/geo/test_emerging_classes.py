"""The 17 classes, against a slow literal reading of their definitions."""

from collections import Counter

import numpy as np
import pytest

from geo import emerging
from geo.errors import AnalysisError, NotEnoughDataError

HOT, COLD = 1, -1


def literal(series: list[int], trend: int, *, definition: str) -> str:
    """Read each definition as it is written, for one cell: words before speed."""
    names = {HOT: "hot", COLD: "cold"}
    found = []
    for spot in (HOT, COLD):
        other = -spot
        last, before = series[-1], series[:-1]
        share = sum(step == spot for step in series) / len(series)
        run = 0
        while run < len(series) and series[-1 - run] == spot:
            run += 1
        before_run = series[: len(series) - run]
        stronger, weaker = trend == spot, trend == other

        new = last == spot and spot not in before
        consecutive = run >= (1 if definition == "esri-2.8" else 2) and spot not in before_run and share < 0.9
        intensifying = share >= 0.9 and last == spot and stronger
        persistent = share >= 0.9 and last == spot and not stronger and not weaker
        diminishing = share >= 0.9 and last == spot and weaker
        sporadic = share < 0.9 and other not in series and spot in series
        if definition == "esri":
            sporadic = sporadic and last == spot and spot in before
        oscillating = last == spot and other in before and share < 0.9
        historical = last != spot and share >= 0.9

        kinds = {
            "intensifying": intensifying,
            "persistent": persistent,
            "diminishing": diminishing,
            "historical": historical,
            # Where several fit, the last step and what was different before decide.
            "oscillating": oscillating,
            "new": new,
            "consecutive": consecutive,
            "sporadic": sporadic,
        }
        fitting = [kind for kind, fits in kinds.items() if fits]
        if fitting:
            found.append((last == spot, f"{fitting[0]}_{names[spot]}"))
    found.sort(key=lambda pair: pair[0])
    return found[-1][1] if found else "none"


def random_series(seed: int) -> tuple[list[list[int]], list[int]]:
    """Series of one length, 4 to 30 steps, among them nearly always hot ones, calm ones and wild ones."""
    random = np.random.default_rng(seed)
    steps, rows = int(random.integers(4, 31)), 500
    hot = random.choice([0.03, 0.1, 0.5, 0.92, 0.97], rows)[:, None]
    cold = (1 - hot) * random.choice([0.0, 0.05, 0.5, 1.0], rows)[:, None]
    drawn = random.random((rows, steps))
    signs = np.where(drawn < hot, HOT, np.where(drawn < hot + cold, COLD, 0))
    signs *= random.choice([HOT, COLD], rows)[:, None]
    ends = random.random(rows) < 0.3
    signs[ends, -int(random.integers(1, 4)) :] = random.choice([HOT, COLD], int(ends.sum()))[:, None]
    return signs.tolist(), random.integers(-1, 2, rows).tolist()


@pytest.mark.parametrize("definition", emerging.DEFINITIONS)
def test_classes_are_those_of_a_literal_reading_of_ten_thousand_series(
    definition: emerging.Definition,
) -> None:
    seen: Counter[str] = Counter()
    for seed in range(20):
        signs, trends = random_series(seed)
        found = emerging.classes(signs, trends, definition=definition)
        assert found.tolist() == [
            literal(series, trend, definition=definition) for series, trend in zip(signs, trends, strict=True)
        ]
        seen.update(found.tolist())
    assert sum(seen.values()) == 10_000
    assert set(seen) == set(emerging.CLASSES)


@pytest.mark.parametrize(
    ("series", "trend", "slug"),
    [
        ([0, 0, 0, 0, 1], 0, "new_hot"),
        ([0, 0, -1, 0, 1], 0, "oscillating_hot"),  # and not new: it was cold before
        ([0, 0, 1, 1, 1], 0, "consecutive_hot"),
        ([-1, 0, 1, 1, 1], 0, "oscillating_hot"),
        ([1, 0, 1, 1, 1], 0, "sporadic_hot"),
        ([1, 1, 1, 1, 1], 1, "intensifying_hot"),
        ([1, 1, 1, 1, 1], 0, "persistent_hot"),
        ([1, 1, 1, 1, 1], -1, "diminishing_hot"),
        ([1] * 9 + [0], 0, "historical_hot"),  # and not persistent: it is over
        ([1] * 9 + [0], 1, "historical_hot"),
        ([1] * 9 + [-1], 0, "oscillating_cold"),  # what it is now goes before what it was
        ([1] * 8 + [0, 0], 0, "none"),  # 0.8 of the steps
        ([0, 0, 1, 0, 0], 0, "none"),
        ([0, 0, 0, 0, 0], 1, "none"),
        ([-1] * 5, 1, "diminishing_cold"),  # an all-cold series that warms
        ([-1] * 5, -1, "intensifying_cold"),
        ([1] * 18 + [0, 1], 0, "persistent_hot"),  # 0.95 of the steps
        ([1] * 17 + [0, 0, 1], 0, "persistent_hot"),  # 0.9 of them is enough
        ([1] * 16 + [0, 0, 0, 1], 0, "sporadic_hot"),
    ],
)
def test_a_series_has_the_class_of_its_definition(series: list[int], trend: int, slug: str) -> None:
    assert emerging.classes([series], [trend]).tolist() == [slug]


def test_by_the_older_words_a_sporadic_spot_may_be_over() -> None:
    over = [[0, 1, 0, 1, 0, 0], [0, 1, 0, -1, 0, 0], [0, 0, 0, 0, 0, 1]]
    assert emerging.classes(over, [0, 0, 0]).tolist() == ["none", "none", "new_hot"]
    older = emerging.classes(over, [0, 0, 0], definition="esri-2.8")
    assert older.tolist() == ["sporadic_hot", "none", "new_hot"]


def test_cold_is_the_mirror_image_of_hot() -> None:
    signs, trends = random_series(99)
    hot = emerging.classes(signs, trends).tolist()
    cold = emerging.classes(-np.array(signs), -np.array(trends)).tolist()
    swapped = {"hot": "cold", "cold": "hot"}
    assert [
        slug if slug == "none" else "_".join([slug.split("_")[0], swapped[slug.split("_")[1]]])
        for slug in hot
    ] == cold


@pytest.mark.parametrize(
    ("significant", "trend", "says"),
    [
        ([1, 0, 1], [0], r"shape \(3,\)"),
        ([[1, 0], [1]], [0, 0], "rows of different lengths"),
        ([[1, 0, 2]], [0], "neither -1 nor 0 nor 1; first: 2"),
        ([[1, 0, np.nan]], [0], "first: nan"),
        ([[1, 0, 1]], [0, 1], r"one for each cell: \(1,\)"),
        ([[1, 0, 1]], [np.nan], "1 of 1 trends"),
    ],
)
def test_signs_that_are_none_are_refused(significant: object, trend: object, says: str) -> None:
    with pytest.raises(AnalysisError, match=says):
        emerging.classes(significant, trend)


def test_without_a_step_there_is_no_class() -> None:
    with pytest.raises(NotEnoughDataError, match="at least one step"):
        emerging.classes(np.zeros((3, 0)), np.zeros(3))
    assert emerging.classes(np.zeros((0, 5)), np.zeros(0)).tolist() == []


def test_an_unknown_definition_is_refused() -> None:
    with pytest.raises(AnalysisError, match=r"'esri-3' is not a known definition.*esri, esri-2\.8"):
        emerging.classes([[0, 1]], [0], definition="esri-3")  # type: ignore[arg-type]  # what a caller may write
