"""A table of figures as HTML: a line each; on a telephone each line becomes a card with its words."""

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Final

#: A figure that is none: faint, and left out on a telephone.
NONE: Final = '<span class="gz-none">0</span>'


def figure_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[int], css: str
) -> str:
    """Write a table whose first column names what each line is about.

    Parameters
    ----------
    heads
        The words above the columns, as text; an empty one for a column that needs none.
    rows
        What stands in each line, as HTML that is escaped already; as long as `heads`.
    numbers
        The columns that hold figures, counted from 0: they stand to the right.
    css
        Classes of the table beside its own.
    """
    head = "".join(
        f'<th{_class(n in numbers)} scope="col">{escape(words)}</th>' for n, words in enumerate(heads)
    )
    body = "".join(f"<tr>{_line(heads, row, numbers)}</tr>" for row in rows)
    return (
        f'<div class="gz-scroll"><table class="gz-beside gz-cards {css}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def count(n: int) -> str:
    """Write a number of things as HTML."""
    return f"{n:,}" if n else NONE


def _line(heads: Sequence[str], row: Sequence[str], numbers: Collection[int]) -> str:
    name, *others = row
    cells = "".join(
        f'<td{_class(n in numbers)} data-words="{escape(heads[n])}">{cell}</td>'
        for n, cell in enumerate(others, 1)
    )
    return f'<th scope="row">{name}</th>{cells}'


def _class(is_number: bool) -> str:
    return ' class="gz-n"' if is_number else ""
