"""The analysis page: its parts, its address, a part that fails."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app_pages import analysis_parts, session
from app_pages.analysis_parts import Part
from data.workspace import Workspace
from geo.errors import StoreError

Draw = Callable[..., AppTest]


def _first(_here: Workspace) -> None:
    st.write("the first part")


def _second(_here: Workspace) -> None:
    raise StoreError("*No* visits are known.")


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"one": Part("One", "What is one?", _first), "two": Part("Two", "What is two?", _second)}
    monkeypatch.setattr(analysis_parts, "PARTS", known)


def words(page: AppTest) -> str:
    return " ".join(one.value for one in page.markdown)


@pytest.mark.usefixtures("parts")
def test_a_part_is_chosen_and_stands_in_the_address(city: Path, drawn: Draw) -> None:
    page = drawn().switch_page("analysis.py").run()
    assert not page.exception
    assert "What is one?" in words(page) and "the first part" in words(page)
    assert "tab" not in page.query_params
    page.button_group(key=session.ANALYSIS).set_value("two").run()
    assert page.query_params["tab"] in ("two", ["two"])
    assert "What is two?" in words(page) and "the first part" not in words(page)


@pytest.mark.usefixtures("parts")
def test_a_part_that_fails_says_why_in_its_own_place(city: Path, drawn: Draw) -> None:
    page = drawn(tab="two").switch_page("analysis.py").run()
    assert not page.exception
    page.button_group(key=session.ANALYSIS).set_value("two").run()
    assert [error.value for error in page.error] == [r"\*No\* visits are known\."]
    page.button_group(key=session.ANALYSIS).set_value("one").run()
    assert not page.error and "the first part" in words(page)
