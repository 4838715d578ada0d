"""Photos as values: what an event keeps of one, and what a pair of before and after proves."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from data.photo_exif import Taken
from data.photos import Photo, PhotoPair, Shot, doubt_words

NOON = datetime(2024, 9, 1, 4, tzinfo=UTC)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)


def shot(name: str, **values: object) -> Shot:
    noted = {"lon": 116.9, "lat": 38.3, "at": NOON} | values
    picture = noted.pop("hash", hash(name) & (2**64 - 1))
    photo = Photo(name, name, name, width=1200, height=900, bytes=1000, hash=picture)
    return Shot(photo, Taken(**noted), sent=name, kind="jpeg")


BEFORE = shot("a" * 64, hash=0x0F0F_0F0F_0F0F_0F0F)
AFTER = shot("b" * 64, hash=0xF0F0_00FF_0F0F_FFFF, at=NOON + timedelta(hours=3))


@given(digests, digests, digests, st.integers(1, 2**20), st.none() | st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_a_photo_survives_being_written_as_json(
    full: str, view: str, thumb: str, size: int, bits: int | None
) -> None:
    photo = Photo(full, view, thumb, width=size, height=size, bytes=size, hash=bits)
    assert Photo.from_json(json.loads(json.dumps(photo.as_json()))) == photo


def test_files_that_are_the_same_are_named_once() -> None:
    assert BEFORE.photo.files == ("a" * 64,)
    assert replace(BEFORE.photo, thumb="c" * 64).files == ("a" * 64, "c" * 64)


def test_a_later_other_photo_from_the_same_place_raises_no_doubt() -> None:
    assert PhotoPair(BEFORE, AFTER).doubts() == ()


def test_the_same_photo_sent_again_proves_nothing() -> None:
    nearly = replace(AFTER, photo=replace(AFTER.photo, hash=BEFORE.photo.hash ^ 0b1011))
    assert PhotoPair(BEFORE, nearly).doubts() == ("same_photo",)


def test_two_plain_pictures_are_the_same_only_where_their_files_are() -> None:
    plain = replace(BEFORE, photo=replace(BEFORE.photo, hash=None))
    other = replace(AFTER, photo=replace(AFTER.photo, hash=None))
    assert PhotoPair(plain, other).doubts() == ()
    assert PhotoPair(plain, replace(other, photo=plain.photo)).doubts() == ("same_photo",)


def test_a_photo_from_before_the_first_is_doubted() -> None:
    assert PhotoPair(AFTER, BEFORE).doubts() == ("not_later",)


def test_photos_far_apart_are_doubted() -> None:
    away = replace(AFTER, taken=replace(AFTER.taken, lat=38.302))  # 222 m north
    assert PhotoPair(BEFORE, away).doubts() == ("far_apart",)
    assert PhotoPair(BEFORE, away).doubts(within_m=300) == ()


def test_what_a_camera_did_not_note_is_not_held_against_the_pair() -> None:
    assert PhotoPair(replace(BEFORE, taken=Taken()), AFTER).doubts() == ()


def test_every_doubt_has_its_sentence() -> None:
    pair = PhotoPair(AFTER, replace(AFTER, taken=Taken(lon=117.0, lat=38.3, at=NOON)))
    assert [doubt_words(doubt)[-1] for doubt in pair.doubts()] == [".", ".", "."]
