"""`gezhi db …`: bring a store up to date and prove that it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from data.actors import OPERATOR
from data.settings import settings
from geo.errors import GezhiError
from i18n import gettext as _
from i18n import listed, ngettext

if TYPE_CHECKING:
    from data.backup import Copied
    from data.photo_backup import CopiedPhotos

db = typer.Typer(name="db", no_args_is_help=True, help="Look after a store.")
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)

StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="sqlite:///path or a PostgreSQL URL; GEZHI_STORE sets the default.",
        show_default=False,
    ),
]


@db.command()
def upgrade(store: StoreUrl = None) -> None:
    """Bring a store up to this program's step; nothing happens to one that is there."""
    from data.migration import upgrade as bring_up

    with clear_errors():
        done = bring_up(store or settings().store_url, actor=OPERATOR)
    for number, about in done.steps:
        _out.print(_("step {number} ({about}) was done", number=number, about=about), markup=False)
    if done.geometry:
        _out.print(_("PostGIS has come: the geometry columns were added"), markup=False)
    if not done.steps and not done.geometry:
        _out.print(_("nothing had to be done"), markup=False)
    _out.print(_("The store {url} is at step {step}.", url=done.url, step=done.step), markup=False)


@db.command()
def check(
    store: StoreUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Replay every event and compare with the rows; exit status 1 where something does not hold."""
    import json
    from dataclasses import asdict

    from data.store import Store

    with clear_errors(), Store.open(store or settings().store_url, create=False) as opened:
        found = opened.check(actor=OPERATOR)
    if as_json:
        _out.print_json(json.dumps({"ok": found.ok} | asdict(found), ensure_ascii=False))
    else:
        for words in found.words():
            _out.print(words, markup=False)
        _out.print(_("The store holds.") if found.ok else _("The store does not hold."), markup=False)
        if not found.ok:
            way = _("`gezhi db repair` makes the rows from their events anew.")
            lost = _("Events were lost or damaged: restore a backup (`gezhi db restore`).")
            if found.repairable or not found.whole:
                _out.print(way if found.whole else lost, markup=False)
    if not found.ok:
        raise typer.Exit(1)


@db.command()
def repair(
    store: StoreUrl = None,
    write: Annotated[bool, typer.Option("--write", help="Change the store; a backup is made first.")] = False,
    backup_to: Annotated[
        Path | None, typer.Option("--backup", help="Where the backup goes; else the home folder.")
    ] = None,
) -> None:
    """Say what rows differ from their events, and with --write make them from these anew."""
    from data.backup import backup as save
    from data.clock import moment
    from data.store import Store

    url = store or settings().store_url
    with clear_errors(), Store.open(url, create=False) as opened:
        done = opened.repair(actor=OPERATOR)
        for words in done.found.words():
            _out.print(words, markup=False)
        if not done.any:
            _out.print(_("Nothing to repair."), markup=False)
            return
        if not write:
            _out.print(_("Nothing was changed. With --write these are made from the events anew."))
            return
        file = backup_to or settings().home / f"before-repair-{moment():%Y%m%d-%H%M%S}.gezhi"
        save(url, file, actor=OPERATOR)
        _out.print(_("The store as it was is in {path}", path=file), markup=False, soft_wrap=True)
        done = opened.repair(actor=OPERATOR, write=True)
    changed = (
        ngettext("{n} value", "{n} values", done.values),
        ngettext("{n} due moment", "{n} due moments", done.moments),
        ngettext("the areas of {n} case", "the areas of {n} cases", done.places),
        ngettext("{n} photo", "{n} photos", done.photos),
    )
    words = _("Changed: {changed}. The rows hold.", changed=listed(changed))
    _out.print(words, markup=False)


@db.command()
def forget(
    store: StoreUrl = None,
    days: Annotated[
        int | None, typer.Option(min=0, help="Days since the end; GEZHI_CONTACT_DAYS sets the default.")
    ] = None,
) -> None:
    """Remove how to reach reporters whose cases are done for long; the cases stay."""
    from data.store import Store

    with clear_errors(), Store.open(store or settings().store_url, create=False) as opened:
        n = opened.forget_contacts(actor=OPERATOR, days=days)
    _out.print(ngettext("{n} reporter was forgotten", "{n} reporters were forgotten", n), markup=False)


@db.command()
def tidy(store: StoreUrl = None) -> None:
    """Remove photo files that no case refers to and that are older than a day."""
    from data.store import Store

    with clear_errors(), Store.open(store or settings().store_url, create=False) as opened:
        n = opened.tidy_photos(actor=OPERATOR)
    _out.print(ngettext("{n} photo file was removed", "{n} photo files were removed", n), markup=False)


@db.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the backup goes; an older one is replaced.")],
    store: StoreUrl = None,
    photos: Annotated[
        str | None,
        typer.Option(
            help="Folder for a copy of the photos, or one to add to; set GEZHI_PHOTOS to it after a restore.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the whole store into one file, photos apart; others may go on writing meanwhile."""
    from data.backup import backup as write
    from data.photo_backup import copy_photos

    url = store or settings().store_url
    with clear_errors():
        copied = write(url, file, actor=OPERATOR)
        _print_copied(copied)
        _out.print(_("The backup is in {path}", path=file.absolute()), markup=False, soft_wrap=True)
        n = sum(one.rows for one in copied if one.table == "photo")
        if n and photos:
            _print_photos(copy_photos(url, settings().photos_url, photos, actor=OPERATOR))
        elif n:
            words = ngettext(
                "{n} photo is not in the file: --photos FOLDER copies it too.",
                "{n} photos are not in the file: --photos FOLDER copies them too.",
                n,
            )
            _out.print(words, markup=False)


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `gezhi db backup` wrote.")],
    store: StoreUrl = None,
) -> None:
    """Make a store from a backup, where none is in use; kept only if every value arrived."""
    from sqlalchemy import make_url

    from data.backup import restore as load

    with clear_errors():
        url = store or settings().store_url
        copied = load(file, url, actor=OPERATOR)
    _print_copied(copied)
    target = make_url(url).render_as_string(hide_password=True)
    words = _("{path} was restored into {url}", path=file.absolute(), url=target)
    _out.print(words, markup=False, soft_wrap=True)


@db.command()
def copy(
    source: Annotated[str, typer.Argument(metavar="URL", help="The store to copy; it may be in use.")],
    target: Annotated[str, typer.Argument(metavar="URL", help="A new file or an empty database.")],
) -> None:
    """Copy a store into another database, such as SQLite into PostgreSQL, and compare the checksums."""
    from data.backup import copy as transfer

    with clear_errors():
        copied = transfer(source, target, actor=OPERATOR)
    _print_copied(copied)


def _print_copied(copied: "list[Copied]") -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(_("table"))
    table.add_column(_("rows"), justify="right")
    table.add_column(_("checksum"))
    for one in copied:
        table.add_row(one.table, f"{one.rows:,}", one.digest[:16])
    _out.print(table)


def _print_photos(copied: "CopiedPhotos") -> None:
    n, new = copied.files, copied.new
    words = ngettext(
        "{n} photo file copied, {new} new", "{n} photo files copied, {new} of them new", n, new=new
    )
    _out.print(words, markup=False)
    if copied.lost:
        _complain(
            ngettext(
                "{n} photo file is missing or damaged and was not copied: {name}",
                "{n} photo files are missing or damaged and were not copied; first: {name}",
                len(copied.lost),
                name=copied.lost[0],
            )
        )
        raise typer.Exit(1)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn an error into its words and exit status 2."""
    try:
        yield
    except GezhiError as error:
        _complain(str(error))
        raise typer.Exit(2) from error
    except ValidationError as error:  # of the settings
        _complain(
            "; ".join(f"GEZHI_{fault['loc'][0]}".upper() + f": {fault['msg']}" for fault in error.errors())
        )
        raise typer.Exit(2) from error


def _complain(words: str) -> None:
    _err.print(f"gezhi: {words}", style="red", markup=False, soft_wrap=True)


@contextmanager
def progress_bar(*, silent: bool = False) -> Iterator[Any]:
    """Show a bar on the terminal; yields the function that moves it: (done, total, phase)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=_err, disable=silent or not _err.is_terminal, transient=True) as bar:
        task = bar.add_task(_("starting"), total=None)

        def report(done: int, total: int | None, phase: str) -> None:
            bar.update(task, completed=done, total=total, description=phase)

        yield report
