"""Where the map looks, asked of the browser: the map moves without a word to the page's program."""

import streamlit as st

from layers import assets

_component = st.components.v2.component("gezhi_position", js=assets.part("position.js"))


def position(*, key: str) -> dict[str, str]:
    """Return `lat`, `lon` and `zoom` as they stand in the address; nothing before the browser has answered.

    It draws nothing. As long as it is on the page each move of the map runs the page, or the fragment, again.
    """
    state = st.session_state.get(key) or {}
    known = dict(state.get("at") or {})
    found = _component(data={"known": known}, key=key, on_at_change=lambda: None, height="content")
    return {str(name): str(value) for name, value in (found.at or {}).items()}
