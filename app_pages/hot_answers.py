"""What is known of hot spots for a view, or in words why nothing is. Knows no Streamlit."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from data.cube import Cube
from data.hot_cells import HotAsked, HotCells, Kind
from data.hot_kinds import hot_cells
from geo.cells import Cells
from geo.errors import NotEnoughDataError
from layers import hot_words

#: What the map says where a cell has no class.
NONE: Final = "none"
#: The note of an answer that is still being computed.
PENDING: Final = "pending"


@dataclass(frozen=True, slots=True)
class Answer:
    """The cells with their classes, or why there are none.

    Attributes
    ----------
    found
        None where there is no answer at all.
    slug
        Why there is no answer: a note of `data.hot_cells.HotCells`, or `few`; empty where there is one.
    words
        The same as a sentence.
    """

    found: HotCells | None
    slug: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class OfCell:
    """What one kind of map says of one cell.

    Attributes
    ----------
    slug, label, help
        Its class, what that is called and means.
    figure
        What the class was chosen by; None where that is unknown.
    n
        Reports behind it.
    """

    slug: str
    label: str
    help: str
    figure: float | None
    n: int


def answer(cube: Cube, asked: HotAsked) -> Answer:
    """Return the answer to a question; too little data is an answer too."""
    try:
        found = hot_cells(cube, asked)
    except NotEnoughDataError as error:
        return Answer(None, "few", str(error))
    return Answer(None if found.note else found, found.note, hot_words.note(found.note))


def of_cell(cube: Cube, asked: HotAsked, cell: int) -> OfCell | None:
    """Return what a kind of map says of a cell; None where there is no answer or the cell lies outside."""
    found = answer(cube, asked).found
    row = None if found is None else row_of(found.cells, cell)
    if found is None or row is None:
        return None
    slug, figure = found.classes[found.codes[row]], float(found.figures[row])
    words = hot_words.one_class(asked.kind, slug)
    return OfCell(slug, words.label, words.help, figure if np.isfinite(figure) else None, int(found.n[row]))


def other(asked: HotAsked, kind: Kind) -> HotAsked:
    """Return the same question to another kind of map."""
    return replace(asked, kind=kind)


def row_of(cells: Cells, cell: int) -> int | None:
    """Return the row of a cell in a sorted set of them, None where it is not among them."""
    row = int(np.searchsorted(cells, np.uint64(cell)))
    return row if row < len(cells) and int(cells[row]) == cell else None
