"""The effect of a drive: against planted truth in simulated cities, against loops, and what is refused."""

from collections import Counter

import h3
import numpy as np
import pytest

from geo import cells
from geo.effect import EARLY_STEPS, Effect, effect
from geo.effect_matching import features, match
from geo.effect_verdict import cell_verdict, is_unlike, next_door, verdict
from geo.errors import AnalysisError, CellError, NotEnoughDataError
from geo.rate_ratios import Ratio

CENTRE = h3.latlng_to_cell(38.3, 116.85, 10)
CELLS = cells.parse(h3.grid_disk(CENTRE, 10))
BEFORE, AFTER = np.arange(26), np.arange(27, 47)
#: Everything falls by a fifth at the drive: a season, which the matched cells have too.
SEASON = 0.8
EFFECTS = {"fell", "rose", "came_back", "partly_back"}


def city(
    random: np.random.Generator, *, burst: bool = False, own_way: float = 0.0
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return counts by cell and week: rates from nearly nothing to several a week, no drive at all."""
    mean = random.gamma(0.6, 1.2, len(CELLS))[:, None] * np.ones(47)
    mean[:, 27:] *= SEASON * np.exp(random.normal(-(own_way**2) / 2, own_way, len(CELLS)))[:, None]
    if burst:
        mean = mean * random.gamma(2, 0.5, mean.shape)
    return random.poisson(mean)


def around(middle: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.isin(CELLS, cells.grow(CELLS[[middle]]))


def hottest(counts: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> int:
    """Return the cell that had most before: the one that a drive is made for, partly by chance."""
    return int(np.argmax(counts[:, BEFORE].sum(axis=1)))


def measured(counts: np.ndarray[tuple[int, int], np.dtype[np.int64]], treated: object) -> Effect:
    return effect(counts, CELLS, treated, before=BEFORE, after=AFTER)


@pytest.mark.parametrize("kept", [1.0, 0.4])
def test_the_interval_holds_the_truth_and_no_drive_is_seldom_taken_for_one(kept: float) -> None:
    held, called, n = 0, Counter(), 200
    for seed in range(n):
        random = np.random.default_rng(seed)
        counts = city(random, burst=seed % 4 == 1, own_way=0.25 if seed % 4 == 2 else 0.0)
        treated = around(hottest(counts) if seed % 2 else int(random.integers(len(CELLS))))
        counts[treated, 27:] = random.binomial(counts[treated, 27:], kept)
        found = measured(counts, treated)
        held += found.ratio.low <= kept <= found.ratio.high
        called[verdict(found)] += 1

    assert 0.90 <= held / n <= 0.99
    effects = sum(called[word] for word in EFFECTS) / n
    if kept == 1:
        assert effects <= 0.06, called
    else:
        assert called["fell"] >= 0.8 * n and not called["rose"], called


def test_what_moved_next_door_is_found_there() -> None:
    words = Counter()
    for seed in range(40):
        random = np.random.default_rng(seed)
        counts = city(random)
        treated = around(hottest(counts))
        gone = random.binomial(counts[treated, 27:], 0.8)
        counts[treated, 27:] -= gone
        beside = np.flatnonzero(np.isin(CELLS, cells.grow(CELLS[treated])) & ~treated)
        if seed % 2:
            counts[beside, 27:] += random.multinomial(
                gone.sum(axis=0), np.full(len(beside), 1 / len(beside))
            ).T
        found = measured(counts, treated)
        words[bool(seed % 2), next_door(found)] += 1
        if seed % 2 and found.quotient:
            assert found.quotient.low <= -0.5, "nearly all of it moved"

    assert words[True, "moved"] >= 16
    assert words[False, "moved"] <= 2


def test_what_came_back_is_told_from_what_held() -> None:
    words = Counter()
    for seed in range(30):
        random = np.random.default_rng(seed)
        counts = city(random)
        treated = around(hottest(counts))
        held = np.where(np.arange(20) < EARLY_STEPS + 2, 0.1, 1.0 if seed % 2 else 0.1)
        counts[treated, 27:] = random.binomial(counts[treated, 27:], held)
        words[bool(seed % 2), verdict(measured(counts, treated))] += 1

    assert words[True, "came_back"] >= 12
    assert words[False, "fell"] >= 12


def test_sums_are_those_of_a_loop() -> None:
    counts = city(np.random.default_rng(3))
    treated = around(20)
    found = measured(counts, treated)
    rows = np.flatnonzero(treated)

    assert found.treated.before == sum(int(counts[row, week]) for row in rows for week in range(26))
    assert found.treated.after == sum(int(counts[row, week]) for row in rows for week in range(27, 47))
    beside = {h3.str_to_int(c) for row in rows for c in h3.grid_disk(h3.int_to_str(int(CELLS[row])), 1)}
    beside -= set(CELLS[rows].tolist())
    assert set(CELLS[found.neighbours.rows].tolist()) == beside & set(CELLS.tolist())
    assert found.matched.weights.sum() == pytest.approx(len(rows))
    taken = set(found.matched.rows.tolist())
    assert not taken & (set(rows.tolist()) | set(found.neighbours.rows.tolist()))
    matched = sum(
        weight * counts[row, week]
        for row, weight in zip(found.matched.rows, found.matched.weights, strict=True)
        for week in found.matched.told_by
    )
    assert found.matched.before == pytest.approx(matched * 26 / len(found.matched.told_by))
    ratio = (found.treated.after / found.treated.before) / (found.matched.after / found.matched.before)
    assert found.ratio.estimate == pytest.approx(ratio)
    assert found.ratio.low < ratio < found.ratio.high


def test_matches_are_the_nearest_by_level_and_trend() -> None:
    before = np.random.default_rng(5).poisson(np.random.default_rng(5).gamma(1, 1, 300)[:, None], (300, 12))
    asked, pool = np.arange(10), np.arange(10, 300)
    rows, away = match(before, asked, pool, matches=5)
    known = features(before)

    every = np.sort(np.hypot(*(known[asked][:, None] - known[pool][None]).transpose(2, 0, 1)), axis=1)
    np.testing.assert_allclose(away, every[:, :5], atol=1e-5)
    assert set(rows.ravel().tolist()) <= set(pool.tolist())


def test_the_same_seed_gives_the_same_answer_and_the_order_of_cells_does_not_matter() -> None:
    counts, treated = city(np.random.default_rng(1)), around(5)
    one, same = measured(counts, treated), measured(counts, treated)
    assert one.ratio == same.ratio and one.quotient == same.quotient
    order = np.random.default_rng(2).permutation(len(CELLS))
    other = effect(counts[order], CELLS[order], treated[order], before=BEFORE, after=AFTER)
    assert other.treated.after == one.treated.after
    assert other.ratio.estimate == pytest.approx(one.ratio.estimate, rel=0.25), "ties fall otherwise"


def test_a_drive_at_the_only_hot_spot_says_that_no_cell_is_like_it() -> None:
    random = np.random.default_rng(4)
    counts = random.poisson(0.2, (len(CELLS), 47))
    treated = around(30)
    counts[treated] += random.poisson(6, (7, 47))
    found = measured(counts, treated)
    assert is_unlike(found)
    assert len(found.matched.told_by) == 13, "every other week chose the cells, the others tell their level"
    assert verdict(found) in ("unchanged", "unsure"), "chance alone lifted what is compared with it"
    assert not is_unlike(measured(city(random), around(30)))


def test_too_little_is_said_to_be_too_little() -> None:
    counts = np.zeros((len(CELLS), 47), np.int64)
    assert verdict(measured(counts, around(3))) == "few"
    counts[around(3), 0] = 1
    found = measured(counts, around(3))
    assert verdict(found) == "few" and next_door(found) == ""
    assert cell_verdict(Ratio(0.1, 0.01, 0.9), before=9, expected=9) == "few"
    assert cell_verdict(Ratio(0.1, 0.01, 0.9), before=90, expected=float("nan")) == "few"


@pytest.mark.parametrize(
    ("change", "error", "why"),
    [
        ({"counts": -np.ones((len(CELLS), 47))}, AnalysisError, "negative"),
        ({"counts": np.full((len(CELLS), 47), np.nan)}, AnalysisError, "whole numbers"),
        ({"counts": np.full((len(CELLS), 47), np.inf)}, AnalysisError, "whole numbers"),
        ({"counts": np.full((len(CELLS), 47), "many")}, AnalysisError, "whole numbers"),
        ({"counts": np.zeros((3, 47))}, AnalysisError, "row for each cell"),
        ({"treated": np.zeros(len(CELLS), bool)}, NotEnoughDataError, "No cell is treated"),
        ({"treated": np.ones(len(CELLS), bool)}, NotEnoughDataError, "cells to compare with"),
        ({"treated": np.arange(len(CELLS))}, AnalysisError, "truth value"),
        ({"before": np.arange(3)}, NotEnoughDataError, "3 steps before"),
        ({"before": np.arange(0.5, 9)}, AnalysisError, "no row of whole numbers"),
        ({"before": [[1, 2], [3, 4]]}, AnalysisError, "no row of whole numbers"),
        ({"before": []}, NotEnoughDataError, "0 steps before"),
        ({"matches": 0}, AnalysisError, "0 matches for each cell"),
        ({"after": np.arange(20, 40)}, AnalysisError, "do not all lie before"),
        ({"after": np.arange(40, 60)}, AnalysisError, "not among"),
        ({"cells": np.r_[CELLS[:-1], CELLS[0]]}, CellError, "twice"),
        ({"cells": np.r_[CELLS[:-1], np.uint64(0x8928308280FFFFF)]}, CellError, "resolution"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    change: dict[str, object], error: type[Exception], why: str
) -> None:
    asked = {
        "counts": np.zeros((len(CELLS), 47), np.int64),
        "cells": CELLS,
        "treated": around(3),
        "before": BEFORE,
        "after": AFTER,
    } | change
    with pytest.raises(error, match=why):
        effect(asked.pop("counts"), asked.pop("cells"), asked.pop("treated"), **asked)
