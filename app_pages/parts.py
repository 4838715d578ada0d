"""The parts of a page, of which one is shown, each drawn by a card of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st

from app_pages.markdown import plain
from data.workspace import Workspace
from geo.errors import GezhiError
from i18n import gettext
from i18n import gettext as _

#: The parameter of the address that names the part that is shown.
TAB: Final = "tab"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page: what it is called, the question that it answers, and what draws it.

    Title and question are message ids (`i18n.N_`); `own` are the parameters of the address that are its own.
    """

    title: str
    asks: str
    render: Callable[[Workspace], None]
    own: tuple[str, ...] = ()

    @property
    def said(self) -> dict[str, str]:
        """What the address says to this part."""
        return {own: st.query_params[own] for own in self.own if own in st.query_params}


def choose(parts: Mapping[str, Part], *, key: str, label: str) -> str:
    """Draw the choice and return the chosen part's name; at its start it is what the address names."""
    if st.session_state.get(key) not in parts:
        asked = str(st.query_params.get(TAB, ""))
        st.session_state[key] = asked if asked in parts else next(iter(parts))
    chosen = st.segmented_control(
        label,
        list(parts),
        key=key,
        format_func=lambda name: gettext(parts[name].title),
        required=True,
        label_visibility="collapsed",
        width="content",
    )
    return str(chosen)


def address(parts: Mapping[str, Part], name: str) -> dict[str, str]:
    """Return what the address says of the part that is shown: nothing of the first."""
    return ({} if name == next(iter(parts)) else {TAB: name}) | parts[name].said


def show(part: Part, here: Workspace, *, key: str) -> None:
    """Draw the question and the part; one that fails says why and can be tried again."""
    st.markdown("##### " + gettext(part.asks))
    try:
        part.render(here)
    except GezhiError as error:
        st.error(plain(error), icon=":material/error:")
        st.button(_("Try again"), key=f"{key}_again", icon=":material/refresh:")
