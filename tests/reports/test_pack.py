"""The pack of a team: one file that holds what the team may see, and nothing of anybody else."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from data.actors import Actor
from data.store import Store
from geo.cells import to_text
from geo.errors import NotAllowedError, PhotoError, TeamError
from i18n import use_locale
from reports.field_documents import FieldDocuments
from reports.pack import pack, pack_name
from tests.data.town_cells import disk
from tests.reports.days import a_day
from tests.reports.outing import CASES, REPORTER, SECRET, TOLD, outing, workspace

ONE = Actor("小李", "team_member", team=1)


@pytest.fixture(autouse=True)
def _english() -> None:
    use_locale("en")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with outing(tmp_path_factory.mktemp("town") / "town.sqlite") as store:
        yield store


def block(html: str, name: str) -> Any:
    """Read a block of JSON that stands in a page."""
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def no_photo(name: str) -> bytes:
    raise AssertionError(name)


def test_a_pack_holds_the_cells_and_cases_of_its_team_and_of_no_other(town: Store) -> None:
    made = FieldDocuments().pack(workspace(town), 1)
    day = block(made.html, "gz-day")
    cells = dict(disk({1: 2, 2: 2}).group_by("team_id").all().iter_rows())
    assert {cell for cell, _ring in day["cells"]} == set(to_text(cells[1]))
    assert made.html.count(TOLD[1]) == CASES == made.cases
    assert TOLD[2] not in made.html
    assert not any(str(cell) in made.html for cell in to_text(cells[2]))


@pytest.mark.parametrize("kind", ["pack", "sheet"])
def test_nobody_learns_from_it_how_to_reach_a_reporter(town: Store, kind: str) -> None:
    documents, here = FieldDocuments("https://city.example"), workspace(town)
    html = documents.pack(here, 1).html if kind == "pack" else documents.sheet(here, 1).html
    assert TOLD[1] in html
    assert SECRET not in html and REPORTER not in html


def test_a_member_makes_the_pack_of_the_own_team_alone(town: Store) -> None:
    documents, here = FieldDocuments(), workspace(town).seen_by(ONE)
    assert block(documents.pack(here).html, "gz-day")["team"]["id"] == 1
    assert TOLD[1] in documents.sheet(here).html
    for make in (documents.pack, documents.sheet):
        with pytest.raises(NotAllowedError):
            make(here, 2)


def test_a_team_that_is_not_there_has_no_pack(town: Store) -> None:
    for team in (None, 9):
        with pytest.raises(TeamError):
            FieldDocuments().pack(workspace(town), team)


def test_the_route_of_the_shift_is_in_it(town: Store) -> None:
    day = block(FieldDocuments().pack(workspace(town), 1).html, "gz-day")
    assert {stop["case"] for stop in day["route"]["stops"]} <= {case["id"] for case in day["cases"]}
    assert len(day["route"]["stops"]) + len(day["route"]["left"]) == CASES


def test_photos_are_in_the_file_as_small_pictures(town: Store) -> None:
    made = FieldDocuments().pack(workspace(town), 1)
    photos = [photo for case in block(made.html, "gz-day")["cases"] for photo in case["photos"]]
    assert made.photos == len(photos) == 1 and made.photos_left_out == 0
    content = base64.b64decode(photos[0]["url"].removeprefix("data:image/jpeg;base64,"), validate=True)
    assert content == town.photo_bytes(photos[0]["name"], actor=ONE, size="thumb")


def with_photos(day: dict[str, Any], *counts: int) -> dict[str, Any]:
    for case, n in zip(day["cases"], counts, strict=False):
        case["photos"] = [{"name": f"{case['id']}-{i}", "when": "before", "at": day["at"]} for i in range(n)]
    return day


def test_where_there_is_no_room_the_most_urgent_cases_have_their_newest_photos() -> None:
    made = pack(with_photos(a_day(4), 3, 1), read_photo=lambda _name: b"x" * 400, most_photo_bytes=900)
    first, second, *_others = block(made.html, "gz-day")["cases"]
    assert [photo["name"] for photo in first["photos"]] == ["4001-1", "4001-2"]
    assert second["photos"] == []
    assert (made.photos, made.photos_left_out) == (2, 2)


def test_a_photo_that_cannot_be_read_keeps_no_team_at_home() -> None:
    def read(name: str) -> bytes:
        if name == "4001-0":
            raise PhotoError("damaged")
        return b"x"

    made = pack(with_photos(a_day(2), 2), read_photo=read)
    assert (made.photos, made.photos_left_out, made.cases) == (1, 1, 3)


def test_the_day_that_was_handed_in_is_as_before() -> None:
    day = with_photos(a_day(2), 1)
    before = json.dumps(day)
    pack(day, read_photo=lambda _name: b"x")
    assert json.dumps(day) == before


def test_the_file_asks_nobody_for_anything() -> None:
    html = pack(a_day(3), read_photo=no_photo).html
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy and policy[1].startswith("default-src 'none';") and "connect-src" not in policy[1]
    assert html.index("Content-Security-Policy") < html.index("<script")
    assert not re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(?!data:)', html)


def test_what_people_wrote_ends_no_script() -> None:
    day = a_day(1)
    day["cases"][0]["description"] = day["team"]["name"] = "</script><script>alert(1)</script><!--"
    html = pack(day, read_photo=no_photo).html
    assert "<script>alert" not in html
    assert block(html, "gz-day")["team"]["name"] == day["team"]["name"]


def test_each_pack_is_known_by_itself() -> None:
    first, second = (pack(a_day(1), read_photo=no_photo, address="https://city.example") for _ in range(2))
    assert first.id != second.id
    told = block(first.html, "gz-field")["pack"]
    assert told == {"id": first.id, "made_at": a_day(1)["at"], "address": "https://city.example"}


def test_the_name_of_the_file_says_team_and_local_time() -> None:
    assert pack_name(a_day(1)) == "gezhi-pack-team-3-2026-03-04-0930.html"


def test_the_words_are_those_of_the_locale_in_use() -> None:
    use_locale("zh")
    html = pack(a_day(1, locale="zh"), read_photo=no_photo).html
    assert '<html lang="zh-CN">' in html
    assert block(html, "gz-field")["locale"] == "zh"
