"""Whatever a phone sends is read as an answer, or named with its faults under the same number each time."""

import base64
from typing import Any

import pytest

from data.field_forms import MOST_ANSWERS, Answer, Damaged, read_answer, read_answers, store_name
from geo.errors import GivenError
from tests.data.field_towns import answer

UID = "6f1f6a0e-2a0f-4d39-9a56-6d1d0c9d3b11"


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (3, "is no object"),
        ({}, "act: 'None' is none of start"),
        ({"uid": "x", "act": "fix", "case": 1}, "uid: 'x'"),
        ({"act": "paint", "case": 1}, "act: 'paint'"),
        ({"act": "fix"}, "needs a case"),
        ({"act": "fix", "case": "1"}, "case: '1' is not a whole number"),
        ({"act": "fix", "case": 2**70}, "is not a whole number"),
        ({"act": "fix", "case": 1, "version": True}, "version: 'True'"),
        ({"act": "fix", "case": 1, "at": "yesterday"}, "at: 'yesterday' is not a time"),
        ({"act": "fix", "case": 1, "at": "2026-01-01T10:00"}, "is not a time with its zone"),
        ({"act": "not_found", "case": 1, "reason": "  "}, "'Not found' needs a reason"),
        ({"act": "note", "case": 1, "note": "x" * 5_000}, "at most 4000 characters"),
        ({"act": "note", "case": 1, "note": ["x"]}, "expected a text"),
        ({"act": "report", "category": "manhole", "lon": 200, "lat": 0}, "is no place on the earth"),
        ({"act": "report", "category": "manhole", "lon": float("nan"), "lat": 0}, "is no place"),
        ({"act": "report", "category": "manhole", "lon": 10**400, "lat": 0}, "is no place"),
        ({"act": "report", "category": "manhole", "lon": 116.9}, "is no place"),
        ({"act": "report", "category": "", "lon": 1, "lat": 0}, "needs a category"),
        ({"act": "report", "category": "manhole"}, "needs a place"),
        ({"act": "photo", "case": 1}, "'Photo' needs a photo"),
        ({"act": "photo", "case": 1, "photo": "%%%"}, "'Photo' needs a photo"),
        ({"act": "photo", "case": 1, "photo": "AA==", "when": "later"}, "when: 'later'"),
        ({"act": "note", "case": 1, "note": "x", "of": "7"}, "of: '7'"),
    ],
)
def test_an_answer_that_cannot_be_understood_is_named_with_its_faults(told: Any, fault: str) -> None:
    if isinstance(told, dict) and told and "uid" not in told:
        told = {"uid": UID, **told}
    found = read_answer(told)
    assert isinstance(found, Damaged)
    assert fault in found.faults
    assert found == read_answer(told), "it has the same number whenever it comes"


def test_every_fault_is_named_at_once() -> None:
    found = read_answer({"uid": 1, "act": "fly", "case": "x", "at": 7})
    assert isinstance(found, Damaged)
    assert all(name in found.faults for name in ("uid:", "act:", "case:", "at:"))


def test_an_answer_is_read_as_it_was_given() -> None:
    told = answer(
        "photo", 7, uid=UID.upper(), photo="data:image/jpeg;base64," + base64.b64encode(b"x").decode()
    )
    found = read_answer(
        told | {"note": "半个\ud83d 零\0", "when": "after", "at": "2026-01-01T10:00:00+08:00"}
    )
    assert isinstance(found, Answer)
    assert (found.uid, found.case, found.version, found.photo, found.when) == (UID, 7, 3, b"x", "after")
    assert found.note == "半个\ufffd 零"
    assert found.at and found.at.isoformat() == "2026-01-01T02:00:00+00:00"
    assert "photo" not in found.told.replace('"photo"', "", 1), "the picture is kept beside it"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "the list 'answers' is missing"),
        ({"form": 1}, "the list 'answers' is missing"),
        ({"form": 2, "answers": []}, "form 2 are not known"),
        ({"form": 1, "answers": [1] * (MOST_ANSWERS + 1)}, "too many"),
        ({"form": 1, "team": "3", "answers": []}, "team: '3'"),
        ({"form": 1, "sent": "now", "answers": []}, "sent: 'now'"),
    ],
)
def test_what_is_no_form_of_answers_is_refused_as_a_whole(told: Any, words: str) -> None:
    with pytest.raises(GivenError, match=words):
        read_answers(told)


def test_answers_for_another_store_are_refused() -> None:
    handed = read_answers({"form": 1, "team": 3, "store": store_name("abcdefghijklmnop"), "answers": []})
    handed.check_store("abcdefghijklmnop")
    read_answers({"form": 1, "team": 3, "answers": []}).check_store("any")
    with pytest.raises(GivenError, match="another city"):
        handed.check_store("bcdefghijklmnopq")
