"""A file of answers is read whole, or as far as it is whole with word of its damage."""

import json
from pathlib import Path

import pytest

from data.field_file import read_content, read_file
from geo.errors import ImportFileError
from tests.data.field_towns import answer

ANSWERS = [answer("note", 7, note="“补”好了") for _n in range(3)]
TOLD = {"form": 1, "team": 3, "saved": "2026-01-01T10:00:00Z", "answers": ANSWERS}
WHOLE = json.dumps(TOLD, ensure_ascii=False, indent=1).encode()


def test_a_whole_file_is_read_in_order() -> None:
    for content in (WHOLE, b"\xef\xbb\xbf" + WHOLE, json.dumps(TOLD).encode()):
        found = read_content(content, name="a.json")
        assert (found.team, found.handed.answers, found.damage) == (3, ANSWERS, "")


def test_a_file_that_is_cut_short_anywhere_is_never_taken_for_a_whole_one() -> None:
    for end in range(len(WHOLE)):
        try:
            found = read_content(WHOLE[:end], name="a.json")
        except ImportFileError:
            continue
        assert found.damage and found.team == 3
        assert found.handed.answers == ANSWERS[: len(found.handed.answers)]
    assert len(found.handed.answers) == 3, "all that was missing was the end"


def test_a_damaged_answer_ends_what_is_read(tmp_path: Path) -> None:
    at = WHOLE.rindex(b'"note"')
    (tmp_path / "a.json").write_bytes(WHOLE[:at] + b"\xff\xfe" + WHOLE[at + 2 :])
    found = read_file(tmp_path / "a.json")
    assert len(found.handed.answers) == 2 and "damaged" in found.damage


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no answers"),
        (b"PK\x03\x04 not this", "holds no answers"),
        (b"[1, 2]", "the list 'answers' is missing"),
        (b'{"form": 1, "answers": []}', "does not say which team"),
        (b'{"form": 1, "team": "x", "answers": []}', "team: 'x'"),
        (b'{"form": 9, "team": 1, "answers": []}', "form 9"),
        (b'{"form" 1, "answers": [', "damaged at its start"),
    ],
)
def test_what_is_no_file_of_answers_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(ImportFileError, match=words):
        read_content(content, name="a.json")


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="cannot be read"):
        read_file(tmp_path / "none.json")
