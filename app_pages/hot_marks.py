"""How the classes of hot spots look beside the map: a swatch in the colour of the map, with the word."""

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from app_pages import session
from layers import hot_looks, palettes
from layers.palettes import Theme

#: What is no hot spot has the colour of a line.
_NONE: Final = "var(--gz-line)"


def colour(kind: str, slug: str, *, palette: str = palettes.DEFAULT) -> str:
    """Return the colour that a class has on the map, as CSS."""
    look = hot_looks.LOOKS[kind].get(slug)
    if look is None:
        return _NONE
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    return hot_looks.colour_of(look, theme, palette=palette)


def swatch(kind: str, slug: str, words: str, *, palette: str = palettes.DEFAULT) -> str:
    """Write a class as HTML: its colour and what it is called."""
    ground = colour(kind, slug, palette=palette)
    return f'<span class="gz-class"><i style="background:{ground}"></i>{escape(words)}</span>'


def choices_css(kind: str, slugs: Sequence[str], *, palette: str = palettes.DEFAULT) -> str:
    """Return the style that puts the colour of each class before its word in the choice of classes."""
    return "".join(
        f".st-key-{session.HOT_CLASS} [role=radiogroup]>button:nth-of-type({place})::before"
        f"{{background:{colour(kind, slug, palette=palette)}}}"
        for place, slug in enumerate(slugs, start=1)
    )
