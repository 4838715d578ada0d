"""`python -m tests.bench [NAME …]`: measure every figure beside its peer, or only those benches.

Each `…_bench.py` beside this file is a bench: its `rows()` measures and yields `Row`s. A bench that fails
prints its error, the others still run, and the exit status is 1; one that lacks something on this machine is
left out. The figures go to `build/bench.json` and, as
tables for the manual, to `build/bench.md`; both keep the figures of benches that did not run this time.
"""

import sys
from typing import Final

from rich.console import Console
from rich.markup import escape

from tests.bench import runs, tables

BUILD: Final = runs.ROOT / "build"
_LOG_WIDTH: Final = 150


def main(wanted: list[str]) -> int:
    """Run the benches of these names, all where there is none; return the exit status."""
    console = Console(width=None if sys.stdout.isatty() else _LOG_WIDTH)
    known = runs.names()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        console.print(f"There is no bench '{unknown[0]}'. Expected some of: {', '.join(known)}.", style="red")
        return 2
    measured = []
    for name in wanted or known:
        console.print(f"[bold]{name}[/bold]")
        measured.append(runs.run(name))
        if measured[-1].left_out:
            console.print(f"  left out: {escape(measured[-1].left_out)}", style="yellow", highlight=False)
        if measured[-1].error:
            console.print(escape(measured[-1].error), style="red", highlight=False)
    every = runs.keep(BUILD / "bench.json", measured)
    (BUILD / "bench.md").write_text(tables.markdown(every, machine=runs.machine()), encoding="utf-8")
    console.print(tables.terminal(measured))
    return int(any(run.error for run in measured))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
