"""A tour of a page: a card that goes from one part of it to the next, once in each browser."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import streamlit as st

from i18n import gettext as _
from layers import assets

#: Under this name a browser's local storage remembers `seen`.
MEMORY: Final = "gezhi tour"

_HTML: Final = (
    '<dialog aria-labelledby="title" aria-describedby="text"><div class="hole"></div><div class="card">'
    '<p class="place" data-part="place"></p><h2 id="title" data-part="title" tabindex="-1"></h2>'
    '<p id="text" data-part="text"></p><nav><button type="button" data-part="skip"></button>'
    '<button type="button" data-part="back"></button><button type="button" data-part="next"></button></nav>'
    "</div></dialog>"
    '<aside class="invite" aria-labelledby="invited" hidden><p id="invited" data-part="invited"></p>'
    '<button type="button" data-part="later"></button><button type="button" data-part="begin"></button>'
    "</aside>"
)
_component = st.components.v2.component(
    "gezhi_tour", html=_HTML, css=assets.part("tour.css"), js=assets.part("tour.js")
)


@dataclass(frozen=True, slots=True)
class Step:
    """One stop.

    Attributes
    ----------
    shows
        CSS selectors of what it speaks of: the first that is on the screen.
    narrow
        What it says on a telephone, where that is something else.
    """

    title: str
    text: str
    shows: tuple[str, ...]
    narrow: str = ""


def tour(steps: Sequence[Step], *, key: str, call: str = "") -> None:
    """Put the tour on a page; where this browser has not seen it, a card offers it once the map is there.

    Parameters
    ----------
    call
        A new word opens it at once.
    """
    words = {
        "place": _("{i} of {n}"),
        "skip": _("Skip the tour"),
        "back": _("Go back"),
        "next": _("Go on"),
        "done": _("Done, to the map"),
        "invited": _("New here? Three steps show you round."),
        "begin": _("Show me around"),
        "later": _("Not now"),
    }
    data = {"steps": [asdict(step) for step in steps], "words": words, "call": call}
    _component(data=data, key=key, height="content")
