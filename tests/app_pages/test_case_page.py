"""A case's page: what it shows, what can be done, and what happens when two do it at once."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import session
from data.actors import OPERATOR
from data.contacts import Contact
from data.store import Store
from tests.app_pages.conftest import HOSTILE_WORDS
from tests.data.pictures import encoded, scene

Draw = Callable[..., AppTest]


@pytest.fixture
def store(city: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as opened:
        yield opened


def a_case(store: Store, **report: object) -> int:
    """Report a problem and return its case."""
    given = {"category": "manhole", "lon": 116.9, "lat": 38.3, "description": HOSTILE_WORDS, **report}
    return store.report(given, actor=OPERATOR).id


def opened(drawn: Draw, issue_id: object) -> AppTest:
    page = drawn(id=str(issue_id)).switch_page("case.py")
    page.query_params["id"] = str(issue_id)
    return page.run()


def shown(page: AppTest) -> str:
    return "".join(str(element.proto.body) for element in page.get("html"))


def said(messages: Iterable[Any]) -> str:
    """Return the words of messages, without the marks that keep them words."""
    return " ".join(message.value for message in messages).replace("\\", "")


def buttons(page: AppTest) -> list[str]:
    return [str(button.key) for button in page.button if str(button.key).startswith("do_")]


def test_the_buttons_are_what_the_store_allows_the_usual_next_one_in_front(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    allowed = {f"do_{name}" for name in store.allowed(issue_id, actor=OPERATOR)} - {"do_hide"}
    assert set(buttons(page)) == allowed
    assert buttons(page)[0] == "do_accept"


def test_a_case_is_moved_on_and_its_story_grows(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    page.button(key="do_accept").click().run()
    page.button(key="form_send").click().run()
    assert store.case(issue_id, actor=OPERATOR).status == "accepted"
    assert "Accepted" in shown(page)
    assert buttons(page)[0] == "do_dispatch"


def test_a_form_that_lacks_what_it_needs_says_so_and_changes_nothing(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    page.button(key="do_reject").click().run()
    page.button(key="form_send").click().run()
    assert "needs a reason" in said(page.error)
    assert store.case(issue_id, actor=OPERATOR).version == 1


def test_of_two_people_the_second_is_told_what_the_first_did(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    page.button(key="do_accept").click().run()
    store.transition(issue_id, "accept", actor=OPERATOR)
    page.button(key="form_send").click().run()
    assert "operator: accept" in said(page.warning)
    assert store.case(issue_id, actor=OPERATOR).version == 2
    assert "Accepted" in shown(page)


def test_a_form_does_not_open_for_a_case_that_is_another_one_by_now(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    store.transition(issue_id, "reject", actor=OPERATOR, reason="not here")
    page.button(key="do_accept").click().run()
    assert "operator: reject (not here)" in said(page.warning)
    assert not [button for button in page.button if button.key == "form_send"]
    assert "do_reopen" in buttons(page)


def test_words_of_a_form_that_came_too_late_are_kept_for_the_next_try(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    page.button(key="do_close").click().run()
    store.transition(issue_id, "accept", actor=OPERATOR)
    page.text_area(key="form_reason").set_value("gone already")
    page.button(key="form_send").click().run()
    assert "operator: accept" in said(page.warning)
    assert page.text_area(key="form_reason").value == "gone already", "the form is open again"
    page.button(key="form_send").click().run()
    assert store.case(issue_id, actor=OPERATOR).status == "closed"
    assert not page.code


def test_words_of_a_form_that_is_no_longer_possible_can_be_copied(store: Store, drawn: Draw) -> None:
    issue_id, other = a_case(store), a_case(store)
    page = opened(drawn, issue_id)
    page.button(key="do_reject").click().run()
    store.transition(issue_id, "close", actor=OPERATOR, reason="done")
    page.text_area(key="form_reason").set_value("not in this city")
    page.button(key="form_send").click().run()
    assert "operator: close" in said(page.warning)
    assert not [button for button in page.button if button.key == "form_send"]
    assert [block.value for block in page.code] == ["not in this city"]
    page.query_params["id"] = str(other)
    assert not page.run().code, "they are about the other case"


def test_a_correction_that_came_too_late_keeps_what_was_written(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store, address="12 Long Road")
    page = opened(drawn, issue_id)
    page.button(key="do_update").click().run()
    store.correct(issue_id, actor=OPERATOR, version=1, reason="", description="other words")
    page.text_input(key="correct_address").set_value("14 Long Road")
    page.button(key="form_send").click().run()
    assert page.warning
    assert page.text_input(key="correct_address_2").value == "14 Long Road"
    page.button(key="form_send").click().run()
    report = store.case(issue_id, actor=OPERATOR).report
    assert (report["address"], report["description"]) == ("14 Long Road", "other words")


def test_why_a_photo_was_refused_stands_in_its_form_and_what_was_added_is_told(
    store: Store, drawn: Draw
) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    page.button(key="do_photo").click().run()
    page.file_uploader(key="photo_files").set_value([("a.jpg", b"no photo", "image/jpeg")]).run()
    page.button(key="photo_send").click().run()
    assert "a.jpg" in said(page.error)
    assert [button for button in page.button if button.key == "photo_send"], "the form is still open"
    files = [("a.jpg", b"no photo", "image/jpeg"), ("b.jpg", encoded(scene(1)), "image/jpeg")]
    page.file_uploader(key="photo_files").set_value(files).run()
    page.button(key="photo_send").click().run()
    assert not [button for button in page.button if button.key == "photo_send"]
    told = said(page.markdown)
    assert "1 photo is added" in told and "a.jpg" in told
    assert len(store.photos(issue_id, actor=OPERATOR)) == 1


def test_a_suspension_is_taken_back_at_once(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    store.transition(issue_id, "accept", actor=OPERATOR)
    page = opened(drawn, issue_id)
    page.button(key="do_suspend").click().run()
    page.text_area(key="form_reason").set_value("waiting for a crane")
    page.button(key="form_send").click().run()
    assert "Clock stopped" in shown(page)
    page.button(key="undo").click().run()
    assert store.case(issue_id, actor=OPERATOR).status == "accepted"


def test_a_merge_asks_for_a_case_that_is_there_and_can_be_undone(store: Store, drawn: Draw) -> None:
    first, second = a_case(store), a_case(store)
    page = opened(drawn, second)
    page.button(key="do_merge").click().run()
    page.number_input(key="form_into").set_value(10_000_000).run()
    assert "no case 10000000" in said(page.error)
    assert page.button(key="form_send").disabled
    page.number_input(key="form_into").set_value(first).run()
    page.button(key="form_send").click().run()
    assert store.case(second, actor=OPERATOR).state.merged_into == first
    page.button(key="undo").click().run()
    assert store.case(second, actor=OPERATOR).status == "reported"
    assert store.check(actor=OPERATOR).ok


def test_duplicates_stand_on_the_case_that_stays_and_can_be_taken_out(store: Store, drawn: Draw) -> None:
    first, second = a_case(store), a_case(store)
    store.merge(second, first, actor=OPERATOR, reason="the same")
    page = opened(drawn, first)
    page.button(key=f"unmerge_{second}").click().run()
    assert store.repeats(first, actor=OPERATOR) == []


def test_a_correction_changes_what_was_changed_and_tells_it(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    page.button(key="do_update").click().run()
    page.text_input(key="correct_address").set_value("New Street 3")
    page.text_input(key="correct_position").set_value("38.31, 116.91")
    page.button(key="form_send").click().run()
    report = store.case(issue_id, actor=OPERATOR).report
    assert (report["address"], report["lat"], report["lon"]) == ("New Street 3", 38.31, 116.91)
    assert report["description"] == HOSTILE_WORDS
    assert "Address: — → New Street 3" in shown(page)
    page.button(key="undo").click().run()
    assert store.case(issue_id, actor=OPERATOR).report["lat"] == 38.3


def test_a_position_that_is_none_is_refused_in_words(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    page = opened(drawn, issue_id)
    page.button(key="do_update").click().run()
    page.text_input(key="correct_position").set_value("north of the bridge")
    page.button(key="form_send").click().run()
    assert "no position" in said(page.error)
    assert store.case(issue_id, actor=OPERATOR).version == 1


def test_only_stages_that_the_case_went_through_are_painted_as_passed(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store)
    store.transition(issue_id, "close", actor=OPERATOR, reason="done long ago")
    assert shown(opened(drawn, issue_id)).count('class="gz-past"') == 1, "it was reported, no more is known"


def test_hostile_words_stay_words(store: Store, drawn: Draw) -> None:
    issue_id = a_case(store, address=HOSTILE_WORDS)
    store.transition(issue_id, "note", actor=OPERATOR, note=HOSTILE_WORDS)
    text = shown(opened(drawn, issue_id))
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") == 3
    assert "<img src=x" not in text


@pytest.mark.parametrize("number", ["999999", "0", "-1", "x", "9" * 40, "1 OR 1=1"])
def test_a_number_that_no_case_has_is_told_and_another_can_be_asked_for(
    city: Path, drawn: Draw, number: str
) -> None:
    page = opened(drawn, number)
    assert not page.exception
    assert "There is no case" in said(page.error)
    page.number_input(key="find_number").set_value(1)
    page.button(key="find_open").click().run()
    assert buttons(page)


def test_contacts_are_shown_on_demand_only(store: Store, drawn: Draw) -> None:
    given = {"category": "manhole", "lon": 116.9, "lat": 38.3}
    issue_id = store.report(given, actor=OPERATOR, contact=Contact(name="Ann", phone="555 0100")).id
    page = opened(drawn, issue_id)
    assert not any("555 0100" in markdown.value for markdown in page.markdown)
    assert store.accesses(actor=OPERATOR).is_empty()
    page.button(key="show_contacts").click().run()
    assert any("555 0100" in markdown.value for markdown in page.markdown)
    assert store.accesses(actor=OPERATOR).height == 1


def test_the_link_to_a_case_keeps_the_language(store: Store, drawn: Draw) -> None:
    page = drawn(lang="zh", cell="")
    page.switch_page("cases.py").run()
    assert "&amp;lang=zh" in shown(page)
    assert page.session_state[session.SPOKEN] == "zh"
