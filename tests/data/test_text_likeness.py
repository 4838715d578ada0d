"""Likeness of descriptions in Chinese and English, against sets counted one by one."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.text_likeness import TextModel, plain_text

CITY = [
    "小区门口有车违停", "违停", "违停", "违停", "消防通道被占", "垃圾桶满了", "一堆垃圾没人收", "井盖松动",
    "car parked on the sidewalk", "garbage in alley", "garbage in alley", "overflowing bin", None, "",
]  # fmt: skip
MODEL = TextModel.learn(CITY)
letters = st.text("违停车垃圾井盖abc dé！Ａ,", max_size=12)


def likeness(one: str | None, other: str | None, model: TextModel = MODEL) -> float:
    return model.compare([one, other], np.array([0]), np.array([1]))[0].item()


def surprise(one: str, other: str) -> float:
    return MODEL.compare([one, other], np.array([0]), np.array([1]))[1].item()


def grams(text: str | None) -> set[str]:
    plain = plain_text(text)
    padded = f" {plain} " if plain else ""
    found = set()
    for place, letter in enumerate(padded[:-1]):
        length = 2 if ord(letter) >= 0x2E80 else 3
        if place + length <= len(padded):
            found.add(padded[place : place + length])
    return found


def by_sets(one: str | None, other: str | None) -> float:
    texts = [text for text in CITY if text]
    often = Counter(gram for text in texts for gram in grams(text))
    weight = {
        gram: math.log1p((len(texts) + 1) / (often[gram] + 0.5)) ** 2 for gram in grams(one) | grams(other)
    }
    sizes = [math.sqrt(sum(weight[gram] for gram in grams(text))) for text in (one, other)]
    if not all(sizes):
        return math.nan
    return sum(weight[gram] for gram in grams(one) & grams(other)) / (sizes[0] * sizes[1])


@given(st.lists(st.none() | letters, min_size=2, max_size=8))
@settings(max_examples=150, deadline=None)
def test_likeness_is_what_counting_sets_of_grams_gives(texts: list[str | None]) -> None:
    one, other = np.triu_indices(len(texts))
    found = MODEL.compare(texts, one, other)[0]
    truth = [by_sets(texts[here], texts[there]) for here, there in zip(one, other, strict=True)]
    np.testing.assert_allclose(found, truth, atol=1e-9)


@given(letters, letters)
@settings(deadline=None)
def test_likeness_is_the_same_both_ways(one: str, other: str) -> None:
    there, back = likeness(one, other), likeness(other, one)
    assert there == pytest.approx(back, nan_ok=True)
    assert math.isnan(there) or 0 <= there <= 1


@given(letters.filter(lambda text: plain_text(text) != ""))
@settings(deadline=None)
def test_a_text_is_like_itself_whatever_its_width_case_and_punctuation(text: str) -> None:
    assert likeness(text, text) == pytest.approx(1)
    assert likeness(text, f"  {text.upper()}！！ ") == pytest.approx(1)


def test_full_width_letters_are_the_same_letters() -> None:
    assert likeness("ＣＡＲ　１２", "car 12") == pytest.approx(1)


def test_the_same_thing_in_other_words_is_more_alike_than_another_thing() -> None:
    assert likeness("青禾小区东门井盖松动", "井盖坏了，青禾小区东门") > 0.35
    assert likeness("Car parked on sidewalk at 5 Oak St", "a car is parked on the sidewalk, 5 oak st.") > 0.35
    assert likeness("青禾小区东门井盖松动", "垃圾桶满了") < 0.05
    assert likeness("car parked on sidewalk", "overflowing bin") < 0.05


def test_rare_words_say_more_than_common_ones() -> None:
    model = TextModel.learn(["违停，路口"] * 50 + ["违停，超市"] * 50 + ["井盖"] * 3)
    common = likeness("违停，路口", "违停，超市", model)
    rare = likeness("违停，锦川巷", "占道，锦川巷", model)
    assert rare > 2 * common


def test_a_text_that_many_reports_have_is_no_surprise() -> None:
    assert surprise("违停", "违停") < surprise("garbage in alley", "garbage in alley")
    assert surprise("违停", "小区门口有车违停") == surprise("违停", "违停")
    assert surprise("井盖松动", "从未有过") == pytest.approx(math.log(12))


def test_a_missing_text_is_like_nothing() -> None:
    assert math.isnan(likeness(None, "违停"))
    assert math.isnan(likeness("！！", "违停"))


def test_a_city_without_texts_still_compares() -> None:
    assert likeness("违停", "违停", TextModel.learn([])) == pytest.approx(1)
    assert MODEL.compare([], np.empty(0, int), np.empty(0, int))[0].shape == (0,)
