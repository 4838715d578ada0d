"""A button that copies an address of this app, wherever it is served from."""

from typing import Final

import streamlit as st

from i18n import gettext as _
from layers import assets

_HTML: Final = (
    '<button type="button"><svg viewBox="0 0 20 20" aria-hidden="true">'
    '<path d="M8.5 11.5a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5l-1 1"/>'
    '<path d="M11.5 8.5a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5l1-1"/></svg><span></span></button>'
    '<input readonly hidden><span role="status"></span>'
)
_component = st.components.v2.component(
    "gezhi_copy", html=_HTML, css=assets.part("copy.css"), js=assets.part("copy.js")
)


def copy_link(words: str, query: str | None = None, *, key: str, title: str = "", address: str = "") -> None:
    """Draw the button.

    Parameters
    ----------
    words
        What stands on it.
    query
        The parameters of the address on this page; None copies the address that the browser shows then.
    address
        A whole address to copy, whatever the browser shows.
    title
        What a pointer that rests on it is told.
    """
    said = {"copy": words, "copied": _("Copied"), "by_hand": _("Copy it from here")}
    _component(
        data={"query": query, "words": said, "title": title, "address": address},
        key=key,
        width="content",
        height="content",
    )
