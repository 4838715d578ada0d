"""The words for a class say what the figures say, in both languages and for weeks and months."""

from typing import Any

import numpy as np
import pytest

from data.hot_reasons import reasons
from data.step_counts import Step
from geo.emerging import CLASSES, SUMMARY
from i18n import LOCALES, use_locale


def row(slug: str, **figures: Any) -> np.ndarray:
    found = np.zeros(1, SUMMARY)
    found["code"] = CLASSES.index(slug)
    for name, value in figures.items():
        found[name] = value
    return found


@pytest.mark.parametrize(
    ("slug", "figures", "said"),
    [
        (
            "intensifying_hot",
            {"hot_steps": 9, "z_from": 2.14, "z_to": 4.81},
            "hot in 9 of the last 10 weeks and rising: z from 2.1 to 4.8",
        ),
        (
            "intensifying_cold",
            {"cold_steps": 10, "z_from": -2.0, "z_to": -3.46},
            "cold in each of the last 10 weeks and ever quieter: z from −2.0 to −3.5",
        ),
        (
            "consecutive_hot",
            {"hot_steps": 3, "run": 3, "z_last": 5.0},
            "hot in each of the last 3 weeks, never in the 7 before: z now 5.0",
        ),
        ("new_hot", {"hot_steps": 1, "z_last": 3.25}, "for the first time in 10 weeks: z 3."),
        ("persistent_hot", {"hot_steps": 10, "z_last": 4.0}, "hot in each of the last 10 weeks, neither"),
        ("diminishing_hot", {"hot_steps": 9, "z_from": 6, "z_to": 3.2}, "but easing: z from 6.0 to 3.2"),
        (
            "sporadic_hot",
            {"hot_steps": 4},
            "on and off: hot in 4 of the last 10 weeks, the last one included",
        ),
        ("oscillating_cold", {"hot_steps": 2, "cold_steps": 3}, "hot before: hot 2, cold 3 of 10 weeks"),
        ("historical_hot", {"hot_steps": 9, "z_last": -0.04}, "no longer in the last one: z now 0.0"),
        ("none", {}, "not hot or cold in any of the last 10 weeks"),
        ("none", {"hot_steps": 2}, "not hot or cold in the last week; hot in 2, cold in 0 of the last 10"),
    ],
)
def test_a_reason_tells_the_figures_of_its_class(slug: str, figures: dict[str, Any], said: str) -> None:
    (reason,) = reasons(row(slug, **figures), steps=10, step="week").to_list()
    assert said in reason


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("step", ["week", "month"])
def test_each_class_has_its_own_sentence(locale: str, step: Step) -> None:
    figures = {"hot_steps": 5, "cold_steps": 4, "run": 2, "z_last": 3, "z_from": 1, "z_to": 2}
    rows = np.concatenate([row(slug, **figures) for slug in CLASSES])
    use_locale(locale)
    try:
        said = reasons(rows, steps=10, step=step).to_list()
    finally:
        use_locale("en")
    assert len(set(said)) == len(CLASSES)
    assert not [sentence for sentence in said if "{" in sentence or not sentence]
    assert all(("hot" in sentence) == (locale == "en") for sentence in said[:9])


def test_reasons_stand_in_the_order_of_the_cells() -> None:
    order = np.random.default_rng(2).integers(0, len(CLASSES), 500)
    rows = np.zeros(500, SUMMARY)
    rows["code"], rows["hot_steps"] = order, np.arange(500)
    said = reasons(rows, steps=1_000, step="week").to_list()
    one_by_one = [reasons(rows[i : i + 1], steps=1_000, step="week")[0] for i in range(0, 500, 25)]
    assert said[::25] == one_by_one
    assert reasons(rows[:0], steps=5, step="week").to_list() == []
