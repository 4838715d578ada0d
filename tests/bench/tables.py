"""The figures as tables: for the terminal, and as Markdown for the manual."""

from collections.abc import Sequence
from typing import Final

from rich.table import Table

from tests.bench.rows import Row
from tests.bench.runs import Run

_HEADINGS: Final = ("figure", "ours", "peer", "peer's", "ratio", "target", "met")


def say(value: float, unit: str) -> str:
    """Write a figure with three digits that count."""
    size = abs(value)
    text = (
        f"{value:,.0f}"
        if size >= 100
        else f"{value:.1f}"
        if size >= 10
        else f"{value:.2f}"
        if size >= 1
        else f"{value:.2g}"
    )
    return f"{text} {unit}".strip()


def terminal(runs: Sequence[Run]) -> Table:
    """Return a table of all runs, with a rule between them."""
    table = Table(title="Gezhi beside its peers")
    for heading in _HEADINGS:
        right = heading in {"ours", "peer's", "ratio"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=right, overflow="fold")
    for run in runs:
        for row in run.rows:
            style = "red" if row.met is False else None
            table.add_row(*_columns(row), style=style)
        table.add_section()
    return table


def markdown(runs: Sequence[Run], *, machine: str) -> str:
    """Return the tables with their notes, ready to be put into the manual."""
    parts = [f"Measured on {machine}."]
    for run in runs:
        parts.append(f"### {run.name}\n\n{run.at}, {run.seconds:.0f} s; load before: {run.load:.1f}")
        if run.rows:
            lines = [_line(_HEADINGS), _line(["---", "--:", "---", "--:", "--:", "---", "---"])]
            parts.append("\n".join(lines + [_line(_columns(row)) for row in run.rows]))
        parts += [
            f"- {row.figure}, beside {row.peer}: {row.note}" if row.peer else f"- {row.figure}: {row.note}"
            for row in run.rows
            if row.note
        ]
        if run.left_out:
            parts.append(f"Left out: {run.left_out}")
        if run.error:
            parts.append("It did not come to its end: `" + run.error.splitlines()[-1] + "`")
    return "\n\n".join(parts) + "\n"


def _columns(row: Row) -> list[str]:
    peer_value = "" if row.peer_value is None else say(row.peer_value, row.unit)
    ratio = "" if row.ratio is None else f"{say(row.ratio, '')}×"
    met = {True: "yes", False: "NO", None: ""}[row.met]
    return [row.figure, say(row.ours, row.unit), row.peer, peer_value, ratio, row.target, met]


def _line(columns: Sequence[str]) -> str:
    return "| " + " | ".join(column.replace("|", "\\|") for column in columns) + " |"
