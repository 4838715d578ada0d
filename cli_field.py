"""`gezhi answers`: what a field team answered without a network, handed back as a file."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from cli_db import StoreUrl, clear_errors
from data.actors import OPERATOR
from data.settings import settings
from geo.errors import ImportFileError
from i18n import gettext as _

if TYPE_CHECKING:
    from data.field_file import AnswersFile
    from data.field_kept import Answered
    from data.store import Store

_out = Console(highlight=False)


def answers(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files that the teams' phones saved.")],
    store: StoreUrl = None,
    salvage: Annotated[
        bool, typer.Option("--salvage", help="Take the answers that are whole of a damaged file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as one JSON object.")] = False,
) -> None:
    """Take up the answers of field teams; what is in conflict waits for a manager on the page Teams.

    The same file twice changes nothing. A damaged file is left as it is, unless --salvage is given. The exit
    code is 1 where an answer was refused or is in conflict.
    """
    from data.field_file import read_file, take

    with clear_errors():
        read = [read_file(file) for file in files]  # before anything is opened or taken
        if not salvage and (damage := [one.damage for one in read if one.damage]):
            rest = _("Nothing was taken. With --salvage the answers that are whole are taken.")
            raise ImportFileError(" ".join([*damage, rest]))
    with clear_errors(), opened(store) as target:
        told = [(one, take(one, target, actor=OPERATOR)) for one in read]
    if as_json:
        print(json.dumps({"files": [_plain(one, done) for one, done in told]}, ensure_ascii=False))
    else:
        for one, done in told:
            _print(one, done)
    if any(answered.state in ("conflict", "refused") for _one, done in told for answered in done):
        raise typer.Exit(1)


@contextmanager
def opened(url: str | None) -> Iterator["Store"]:
    """Open the store of a URL, which must be there; without one what the app shows, the demo zone too."""
    from data.store import Store
    from data.workspace import open_workspace

    if url:
        with Store.open(url, create=False) as found:
            yield found
        return
    here = open_workspace(settings())
    try:
        yield here.store
    finally:
        here.close()


def _plain(file: "AnswersFile", done: "list[Answered]") -> dict[str, Any]:
    results = [{"uid": one.uid, "state": one.state, "words": one.words, "case": one.issue_id} for one in done]
    return {"file": file.name, "team": file.team, "damage": file.damage, "results": results}


def _print(file: "AnswersFile", done: "list[Answered]") -> None:
    from data.field_acts import state_words

    if file.damage:
        _out.print(file.damage, markup=False, soft_wrap=True)
    head = _("{name}, team {team}: {n} answers", name=file.name, team=file.team, n=len(done))
    _out.print(head, markup=False, soft_wrap=True)
    for state, n in Counter(one.state for one in done).items():
        _out.print(f"  {n:>6,}  {state_words(state)}", markup=False)
    for one in done:
        if one.state in ("conflict", "refused"):
            case = _("case {id}", id=one.issue_id) if one.issue_id else one.uid
            _out.print(f"          {case}: {one.words}", markup=False, soft_wrap=True)
