"""Which open cases a page is about, as its address says it: shared by the list and what is done with many."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from app_pages import session
from app_pages.filters import used_categories
from app_pages.view import View
from data.case_list import Part
from data.workspace import Workspace
from i18n import gettext as _
from i18n import ngettext

PARTS: tuple[Part, ...] = ("all", "overdue", "today", "suspended")
#: The parameters of an address that choose cases.
NAMES = ("unit", "category", "part", "in")


@dataclass(frozen=True, slots=True)
class CaseChoice:
    """Some of the open cases; None and empty leave that side open."""

    unit: str | None = None
    categories: tuple[str, ...] = ()
    part: Part = "all"
    issues: tuple[int, ...] | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The choice as `Store.open_cases` takes it."""
        return {"unit": self.unit, "categories": self.categories, "part": self.part, "issues": self.issues}


def from_address(here: Workspace) -> CaseChoice:
    """Return the cases that the address chooses; words of it that mean nothing are passed over."""
    words = {str(slug) for slug in used_categories(here)["slug"]}
    asked = st.query_params.get("category", "").split(",")
    part: Part = next((name for name in PARTS if name == st.query_params.get("part")), "all")
    found = in_cells(here)
    return CaseChoice(
        st.query_params.get("unit"),
        tuple(slug for slug in asked if slug in words),
        part,
        None if found is None else tuple(found),
    )


def in_address() -> dict[str, str]:
    """Return the parameters of the address that choose cases."""
    return {name: st.query_params[name] for name in NAMES if name in st.query_params}


def in_cells(here: Workspace) -> list[int] | None:
    """Return the open reports in the cells that the address names; None where it names none."""
    chosen = View.from_params({"in": st.query_params.get("in", "")}).where
    if not chosen.cells:
        return None
    ids: list[int] = here.cube.ids(chosen.but(statuses=("open",)), newest_first=False).tolist()
    return ids


def cells_words() -> str:
    """Say of how many cells of the map the cases are; empty where the address names none."""
    n = len(View.from_params({"in": st.query_params.get("in", "")}).where.cells)
    if not n:
        return ""
    return ngettext("Only cases in {n} cell of the map", "Only cases in {n} cells of the map", n)


def cells_line(*, key: str) -> None:
    """Say that the cases are those in cells of the map, with the ways there and out of it."""
    if not (words := cells_words()):
        return
    row = st.container(key=key, horizontal=True, vertical_alignment="center")
    row.markdown(f":material/hexagon: {words}", width="content")
    link = session.with_language({"in": st.query_params["in"]})
    row.page_link("map.py", label=_("Show on the map"), query_params=link)
    row.button(_("Cases everywhere"), key="cases_everywhere", on_click=_everywhere, type="tertiary")


def _everywhere() -> None:
    st.query_params.pop("in", None)
    st.session_state.pop(session.LIST_LENGTH, None)
