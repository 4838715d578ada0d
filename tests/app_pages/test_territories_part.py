"""The part of the Teams page about territories: its steps, a proposal, publishing, going back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app_pages import session
from data.actors import VIEWER
from data.store import Store
from tests.app_pages.conftest import forget

Draw = Callable[..., AppTest]


@pytest.fixture
def store(home: Path, drawn: Draw) -> Iterator[Store]:
    """The demo zone's store, which the page opens too."""
    drawn()
    with Store.open(f"sqlite:///{home / 'demo.sqlite'}") as opened:
        yield opened
    forget()


def territories(drawn: Draw, **params: str) -> AppTest:
    page = drawn(**params).switch_page("teams.py").run()
    assert not page.exception
    if page.button_group(key=session.TEAMS).value != "territories":
        page.button_group(key=session.TEAMS).set_value("territories").run()
    assert not page.exception
    return page


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def test_a_proposal_becomes_a_draft_is_published_and_what_was_before_comes_back(
    store: Store, drawn: Draw
) -> None:
    page = territories(drawn)
    assert page.selectbox(key=session.TERRITORY_EDITION).value == 1
    assert not [one for one in page.button if one.key == "territories_publish"]
    press(page, "territories_propose")
    made = store.editions(actor=VIEWER)[0]
    assert made.state == "draft" and made.note.startswith("As proposed: heaviest team 1.0")
    assert page.selectbox(key=session.TERRITORY_EDITION).value == made.id
    proposed = store.territories(made.id, actor=VIEWER)
    fifth = proposed.filter(proposed["team_id"] == 5)["cell"]
    store.paint_territories(made.id, fifth, None, actor=VIEWER, version=1)
    press(page, "territories_publish")
    warned = " ".join(one.value for one in page.warning).replace("\\", "")
    assert "cells with work are nobody's" in warned and "Without cells: " in warned
    press(page, "territories_publish_now")
    in_force = store.edition_in_force(actor=VIEWER)
    assert in_force is not None and in_force.id == made.id
    page.selectbox(key=session.TERRITORY_EDITION).set_value(1).run()
    press(page, "territories_copy")
    copied = store.editions(actor=VIEWER)[0]
    assert copied.state == "draft" and copied.name.startswith("Draft of")
    assert store.territories(copied.id, actor=VIEWER).equals(store.territories(1, actor=VIEWER))
    press(page, "territories_drop")
    assert copied.id not in {one.id for one in store.editions(actor=VIEWER)}


def test_who_publishes_over_a_newer_edition_is_told(store: Store, drawn: Draw) -> None:
    page = press(territories(drawn), "territories_copy")
    press(page, "territories_publish")
    other = store.draft_territories("别人的", store.territories(actor=VIEWER), actor=VIEWER)
    store.publish_territories(other.id, actor=VIEWER, version=1, replaces=1)
    page.button(key="territories_publish_now").click().run()
    assert any("Other territories have come into force" in one.value for one in page.error)
    in_force = store.edition_in_force(actor=VIEWER)
    assert in_force is not None and in_force.id == other.id


def test_without_teams_the_part_says_what_is_missing(city: Path, drawn: Draw) -> None:
    page = territories(drawn)
    assert any("no field teams yet" in one.value for one in page.info)


def test_without_territories_there_is_a_proposal_to_ask_for(city: Path, drawn: Draw) -> None:
    with Store.open(f"sqlite:///{city / 'gezhi.sqlite'}") as store:
        for name in ("东村", "西村"):
            store.add_team(name, actor=VIEWER)
        page = territories(drawn)
        assert any("No territories have been drawn yet" in one.value for one in page.info)
        press(page, "territories_propose")
        assert set(store.territories(1, actor=VIEWER)["team_id"]) == {1, 2}
