"""`gezhi pack`: the day of a field team as files, for phones without a network and for paper."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli_db import StoreUrl, clear_errors
from data.settings import settings
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import ngettext

_out = Console(highlight=False)
_KB = 1_000


def pack(
    team: Annotated[list[int], typer.Option(help="Number of the team; may be repeated.")],
    store: StoreUrl = None,
    out: Annotated[Path, typer.Option(help="Folder for the files.")] = Path(),
    sheet: Annotated[bool, typer.Option("--sheet", help="Write the sheet for paper too.")] = False,
) -> None:
    """Write a team's day as one HTML file for no network; its answers come back by `gezhi answers`."""
    from data.workspace import open_with_cube, open_workspace
    from reports.field_documents import FieldDocuments

    with clear_errors():
        if not out.is_dir():
            raise GezhiError(_("There is no folder {path}.", path=out))
        # Without a store what the app shows, the demo zone too.
        here = open_with_cube(store, settings(), create=False) if store else open_workspace(settings())
        documents = FieldDocuments(settings().address)
        try:
            for number in dict.fromkeys(team):
                made = documents.pack(here, number)
                _write(out / made.name, made.html)
                said = [ngettext("{n} case", "{n} cases", made.cases)]
                said.append(ngettext("{n} photo", "{n} photos", made.photos))
                if made.photos_left_out:
                    said.append(_("{n} photos left out for want of room", n=made.photos_left_out))
                _out.print(f"  {' · '.join(said)}", markup=False)
                if sheet:
                    paper = documents.sheet(here, number)
                    _write(out / paper.name, paper.html)
        finally:
            here.close()


def _write(path: Path, html: str) -> None:
    """Write a file whole or not at all, and say so."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(html, "utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise GezhiError(_("{path} could not be written: {why}", path=path, why=error)) from error
    kb = f"{len(html.encode()) / _KB:,.0f}"
    _out.print(_("{path} ({kb} KB)", path=path, kb=kb), markup=False, soft_wrap=True)
