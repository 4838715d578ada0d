"""Perceptual hashes: the same picture stays recognisable, another one is not taken for it."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageEnhance

from data.photo_hashes import bits_apart, find_alike, photo_hash
from data.photos import SAME_PHOTO_BITS
from tests.data.pictures import encoded, scene

SCENES = [scene(seed, width=640, height=480) for seed in range(60)]
HASHES = np.array([photo_hash(picture) for picture in SCENES], dtype=np.uint64)


def again(picture: Image.Image, *, width: int, quality: int, kind: str) -> Image.Image:
    """Send a picture on: made smaller or larger, compressed again."""
    resized = picture.resize((width, round(picture.height * width / picture.width)))
    return Image.open(io.BytesIO(encoded(resized, kind, quality=quality)))


@given(
    st.integers(0, len(SCENES) - 1),
    st.integers(160, 1600),
    st.integers(25, 95),
    st.sampled_from(["JPEG", "WEBP"]),
)
@settings(max_examples=120, deadline=None)
def test_a_photo_resized_and_compressed_again_is_the_same_photo(
    number: int, width: int, quality: int, kind: str
) -> None:
    sent_on = photo_hash(again(SCENES[number], width=width, quality=quality, kind=kind))
    assert bits_apart(sent_on, HASHES[number]) <= SAME_PHOTO_BITS


def test_a_photo_made_brighter_or_grey_is_the_same_photo() -> None:
    brighter = [photo_hash(ImageEnhance.Brightness(picture).enhance(1.15)) for picture in SCENES]
    grey = [photo_hash(picture.convert("L")) for picture in SCENES]
    assert np.mean(bits_apart(np.array(brighter, dtype=np.uint64), HASHES) <= SAME_PHOTO_BITS) >= 0.95
    assert (bits_apart(np.array(grey, dtype=np.uint64), HASHES) <= 1).all()


def test_different_photos_are_far_apart() -> None:
    apart = bits_apart(HASHES[:, np.newaxis], HASHES)[~np.eye(len(HASHES), dtype=bool)]
    assert apart.min() > 2 * SAME_PHOTO_BITS
    assert 28 < apart.mean() < 36  # half of the bits, as of two coins


def test_a_mirrored_photo_is_another_photo() -> None:
    mirrored = [photo_hash(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) for picture in SCENES]
    assert bits_apart(np.array(mirrored, dtype=np.uint64), HASHES).min() > SAME_PHOTO_BITS


@pytest.mark.parametrize("tone", ["black", "white", "#7a7a7a"])
def test_a_picture_of_one_plain_tone_has_no_hash(tone: str) -> None:
    assert photo_hash(Image.new("RGB", (300, 200), tone)) is None


@given(st.integers(0, 2**32), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_looking_up_finds_what_comparing_all_finds(seed: int, within_bits: int) -> None:
    rng = np.random.default_rng(seed)
    known = rng.integers(0, 2**63, 200, dtype=np.uint64)
    hashes = known[rng.integers(0, 200, 40)]
    for _ in range(8):  # up to 8 flipped bits, some of them flipped back
        hashes ^= np.uint64(1) << rng.integers(0, 64, 40, dtype=np.uint64)
    truth = np.argwhere(bits_apart(hashes[:, np.newaxis], known) <= within_bits)
    rows, columns, _apart = find_alike(hashes, known, within_bits=within_bits)
    np.testing.assert_array_equal(np.c_[rows, columns], truth)


hashes_of = hnp.arrays(np.uint64, st.integers(0, 30), elements=st.integers(0, 2**64 - 1))


@given(hashes_of, hashes_of, st.integers(0, 40))
@settings(deadline=None)
def test_alike_are_those_that_counting_bits_one_by_one_finds(
    hashes: np.ndarray, known: np.ndarray, within_bits: int
) -> None:
    rows, columns, apart = find_alike(hashes, known, within_bits=within_bits)
    truth = [
        (row, column, (int(one) ^ int(other)).bit_count())
        for row, one in enumerate(hashes)
        for column, other in enumerate(known)
        if (int(one) ^ int(other)).bit_count() <= within_bits
    ]
    assert list(zip(rows.tolist(), columns.tolist(), apart.tolist(), strict=True)) == truth


def test_many_hashes_are_compared_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = find_alike(HASHES, HASHES, within_bits=30)
    monkeypatch.setattr("data.photo_hashes._BLOCK", 100)
    for part, expected in zip(find_alike(HASHES, HASHES, within_bits=30), whole, strict=True):
        np.testing.assert_array_equal(part, expected)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_bits_apart_are_the_same_both_ways(one: int, other: int) -> None:
    assert bits_apart(one, other) == bits_apart(other, one) == (one ^ other).bit_count()
