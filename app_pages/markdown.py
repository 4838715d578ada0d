"""Words of other people inside the Markdown that Streamlit reads in labels, captions and notes."""

import re
from typing import Final

_MARKS: Final = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: object) -> str:
    """Return Markdown that reads as this very text: no picture, link, colour, icon or formula comes of it.

    A picture in a file's address column would otherwise be fetched from wherever it says.
    """
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))
