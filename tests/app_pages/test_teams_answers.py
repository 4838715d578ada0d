"""The part of the teams page on which a manager decides on answers, and takes files of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import session
from app_pages.markdown import plain
from data import workspace as workspaces
from data.actors import OPERATOR
from data.store import Store
from tests.app_pages.conftest import HOSTILE_WORDS
from tests.data.field_towns import ONE, answer, sent_case, with_teams
from tests.data.pictures import encoded, scene

Draw = Callable[..., AppTest]


@pytest.fixture
def store(city: Path) -> Store:
    return with_teams(workspaces.city_store())


def answers_part(page: AppTest) -> AppTest:
    page.query_params["tab"] = "answers"
    page = page.switch_page("teams.py").run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    kinds = (*page.markdown, *page.caption, *page.warning, *page.success, *page.error)
    return " ".join(one.value for one in kinds)


def in_conflict(store: Store, act: str = "fix") -> str:
    """Let a team answer to a case that was sent to somebody else meanwhile; return the answer's number."""
    case = sent_case(store)
    told = answer(act, case, note=HOSTILE_WORDS, when="after")
    store.transition(case, "dispatch", actor=OPERATOR, unit="城管", reason="改派")
    assert store.answer(told, actor=ONE).state == "conflict"
    return str(told["uid"])


def test_a_manager_sees_what_waits_and_decides_on_it(store: Store, drawn: Draw) -> None:
    page = answers_part(drawn())
    assert "No answer of a team is in conflict" in shown(page)
    apply, aside = in_conflict(store), in_conflict(store, "start")
    page.run()
    assert not page.exception
    words = shown(page)
    assert "dispatch" in words and "1 · 东村" in words and words.count(plain(HOSTILE_WORDS)) == 2
    assert words.count("arrived") == 2 and words.count("manhole") == 2
    page.button(key=f"apply_now_{apply}").click().run()
    assert "was applied to case" in page.success[0].value
    page.button(key=f"aside_now_{aside}").click().run()
    assert "Say why" in page.error[0].value
    page.text_input(key=f"aside_why_{aside}").set_value("城管去了")
    page.button(key=f"aside_now_{aside}").click().run()
    assert not page.exception and "was set aside" in page.success[0].value
    decided = page.dataframe[0].value
    assert sorted(decided["Reason"]) == ["", "城管去了"]
    assert store.kept_answers(actor=OPERATOR) == []
    assert "No answer of a team is in conflict" in shown(page)


def test_a_refused_photo_is_shown_and_can_be_given_to_a_case(store: Store, drawn: Draw) -> None:
    case = sent_case(store)
    photo = answer("photo", None, of="6f1f6a0e-2a0f-4d39-9a56-6d1d0c9d3b11", when="before")
    picture = encoded(scene(1, width=80, height=80))
    assert store.answer(photo, actor=ONE, photo=picture).state == "refused"
    page = answers_part(drawn())
    assert any("data:image/jpeg;base64" in str(one.proto.body) for one in page.get("html"))
    page.number_input(key=f"apply_case_{photo['uid']}").set_value(case).run()
    page.button(key=f"apply_now_{photo['uid']}").click().run()
    assert not page.exception and f"applied to case {case}" in page.success[0].value
    assert len(store.photos(case, actor=OPERATOR)) == 1


def test_a_call_for_help_is_listed_until_somebody_moves_the_case(store: Store, drawn: Draw) -> None:
    case = sent_case(store)
    assert store.answer(answer("needs_help", case, reason="要车"), actor=ONE).state == "applied"
    page = answers_part(drawn())
    assert "要车" in shown(page) and f"case?id={case}" in shown(page)
    store.transition(case, "suspend", actor=OPERATOR, reason="车在路上")
    assert "要车" not in shown(page.run())


def test_files_of_answers_are_taken_and_a_damaged_one_only_when_asked_for(store: Store, drawn: Draw) -> None:
    first, second = sent_case(store), sent_case(store)
    told = [answer("fix", first), answer("fix", second)]
    content = json.dumps({"form": 1, "team": 1, "answers": told}).encode()
    page = answers_part(drawn())
    page.file_uploader(key=f"{session.ANSWERS_UPLOAD}_0").set_value(("a.json", content[:-40], None)).run()
    assert not page.exception
    assert "damaged or cut short" in shown(page) and "1 answer of it is whole" in shown(page)
    assert page.button(key="take_answers").disabled
    page.checkbox(key="salvage_answers").check().run()
    page.button(key="take_answers").click().run()
    assert [store.case(case, actor=OPERATOR).status for case in (first, second)] == ["fixed", "dispatched"]
    page.file_uploader(key=f"{session.ANSWERS_UPLOAD}_1").set_value(("a.json", content, None)).run()
    page.button(key="take_answers").click().run()
    assert not page.exception
    assert store.case(second, actor=OPERATOR).status == "fixed"
    assert page.dataframe[-1].value["Case"].to_list() == [str(first), str(second)]
