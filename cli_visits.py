"""`gezhi visits`: where patrols and inspections were, so that reports can be set against looking."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli_db import StoreUrl, clear_errors
from data.actors import OPERATOR
from data.settings import settings
from i18n import gettext as _

_out = Console(highlight=False)


def visits(
    file: Annotated[
        Path, typer.Argument(help="CSV, Excel or the like: a time and coordinates, or a day and an area.")
    ],
    store: StoreUrl = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=COLUMN", help="at, lon, lat, area, n, external_id or who; repeatable."),
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="EPSG:n, gcj02 or bd09 where the file does not say; else WGS-84.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name of the feed that the visits belong to.")] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; else the imports folder.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take the coordinates as declared, though the streets differ.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Put patrol and inspection visits beside the reports: rates per visit, and where nobody looks."""
    from data.ingest.files import recognise
    from data.store import Store
    from data.visit_file import reason_words
    from data.visit_import import import_visits

    with clear_errors():
        recognise(file)  # a file that is not there must not leave an empty store behind
    with clear_errors(), Store.open(store or settings().store_url) as target:
        done = import_visits(
            file,
            target,
            actor=OPERATOR,
            crs=crs,
            columns=_columns(column or []),
            source=source,
            rejects=rejects,
            force=force,
        )
    if as_json:
        print(done.as_json())
        return
    figures = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    figures.add_column(justify="left")
    figures.add_column(justify="right")
    for words, n in (
        (_("rows read"), done.read),
        (_("new"), done.taken),
        (_("changed"), done.updated),
        (_("unchanged"), done.unchanged),
        (_("added to another of the same day and place"), done.joined),
        (_("rejected"), done.rejected),
    ):
        figures.add_row(words, f"{n:,}")
    _out.print(figures)
    for code, n in done.reasons.items():
        _out.print(f"  {n:>9,}  {reason_words(code)} ({code})", markup=False)
    if done.rejects_path:
        _out.print(
            _("Rejected rows with their reasons: {path}", path=done.rejects_path),
            markup=False,
            soft_wrap=True,
        )


def _columns(said: list[str]) -> dict[str, str]:
    found = {}
    for one in said:
        field, equals, column = one.partition("=")
        if not equals:
            raise typer.BadParameter(_("'{text}' is not FIELD=COLUMN", text=one), param_hint="--column")
        found[field.strip()] = column.strip()
    return found
