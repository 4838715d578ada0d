"""Small tables of counts, as lines that every screen and every reader of screens can take in."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from i18n import gettext as _

#: So many lines are drawn; the rest is summed up in one.
_LINES = 12


def counts(title: str, rows: Sequence[tuple[str, int]]) -> None:
    """Draw how many of what, the first ones line by line and the rest in one."""
    if not rows:
        return
    shown, rest = rows[:_LINES], rows[_LINES:]
    lines = [*shown, (_("{n} others", n=len(rest)), sum(n for _name, n in rest))] if rest else shown
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{n:,}</dd></div>" for name, n in lines)
    st.caption(title)
    st.html(f'<dl class="gz-facts gz-counts">{items}</dl>')
