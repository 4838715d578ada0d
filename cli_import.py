"""`gezhi import`: one file, or every file that comes into a folder."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli_db import StoreUrl, clear_errors, progress_bar
from data.actors import OPERATOR
from data.settings import settings
from i18n import gettext as _
from i18n import ngettext

if TYPE_CHECKING:
    from data.ingest.watch import Drop, Options
    from data.store import Store

_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def import_(
    file: Annotated[
        Path | None, typer.Argument(help="CSV, Excel, GeoJSON, GeoPackage, Shapefile, Parquet, Open311.")
    ] = None,
    store: StoreUrl = None,
    profile: Annotated[
        str | None, typer.Option(help="nyc, chicago, sf, boston, open311; guessed where left out.")
    ] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="May be repeated.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="EPSG:n, gcj02 or bd09; WGS-84 where left out.")] = None,
    tz: Annotated[
        str | None, typer.Option(help="Time zone of the file's local times, such as Asia/Shanghai.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; else the imports folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
    watch: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Import what lies in a folder and what comes into it."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="With --watch: take what is there, then end.")] = False,
    done: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="With --watch: where imported files are moved.")
    ] = None,
    poll: Annotated[
        bool, typer.Option("--poll", help="With --watch: look for changes, as network shares need it.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Take the coordinates as declared, though streets and reports differ."),
    ] = False,
) -> None:
    """Put a file's reports into the store; rows that cannot be taken are kept with their reasons.

    What is interrupted goes on where it was when the same file is imported again.
    """
    if watch and force:
        raise typer.BadParameter(_("A doubt is forced for one file at a time."), param_hint="--force")
    _check_options(file, watch, rejects=rejects, once=once, done=done, poll=poll)
    options: Options = {"profile": profile, "mapping": _mapping(map_ or []), "crs": crs, "tz": tz}
    if file:
        _import_one(file, store, options, rejects=rejects, as_json=as_json, force=force)
    elif watch:
        _import_folder(watch, store, options, once=once, done=done, poll=poll, as_json=as_json)


def _check_options(file: Path | None, watch: Path | None, *, rejects: Path | None, **others: Any) -> None:
    if (file is None) == (watch is None):
        raise typer.BadParameter(_("Name a file, or a folder with --watch."), param_hint="FILE")
    if file and any(others.values()):
        raise typer.BadParameter(_("--once, --done and --poll belong to --watch."), param_hint="--watch")
    if watch and rejects:
        raise typer.BadParameter(
            _("Each file of a folder has rejects of its own, in the imports folder."), param_hint="--rejects"
        )


def _import_one(
    file: Path, url: str | None, options: "Options", *, rejects: Path | None, as_json: bool, force: bool
) -> None:
    from data.ingest import import_file
    from data.ingest.files import recognise
    from data.store import Store

    with clear_errors():
        recognise(file)  # a file that is not there must not leave an empty store behind
    with (
        clear_errors(),
        Store.open(url or settings().store_url) as target,
        progress_bar(silent=as_json) as report,
    ):
        try:
            summary = import_file(
                file, target, actor=OPERATOR, rejects=rejects, progress=report, force=force, **options
            )
        except KeyboardInterrupt:
            _say_stopped(target, file.name)
            raise typer.Exit(130) from None
    if as_json:
        print(summary.as_json())
    else:
        _print_summary(summary.as_dict())


def _import_folder(
    folder: Path,
    url: str | None,
    options: "Options",
    *,
    once: bool,
    done: Path | None,
    poll: bool,
    as_json: bool,
) -> None:
    from data.ingest.watch import Watch
    from data.store import Store

    failed = 0
    with clear_errors(), Store.open(url or settings().store_url) as target, _stop_at_signals() as stop:
        watch = Watch(folder, target, OPERATOR, options, done=done, polling=poll, stop=stop)
        if not once and not as_json:
            _err.print(_("Watching {path}; Ctrl-C ends it.", path=folder), markup=False, soft_wrap=True)
        for drop in watch.once() if once else watch.run():
            failed += drop.outcome == "failed"
            _tell(drop, as_json=as_json)
        if stop.is_set():
            _say_stopped(target)
    if once and failed:
        raise typer.Exit(2)


def _tell(drop: "Drop", *, as_json: bool) -> None:
    import json

    if as_json:
        told: dict[str, Any] = {"path": str(drop.path), "outcome": drop.outcome}
        told |= {"error": drop.error} if drop.error else {}
        told |= {"summary": drop.summary.as_dict()} if drop.summary else {}
        print(json.dumps(told, ensure_ascii=False), flush=True)
    elif drop.outcome == "failed":
        _err.print(f"gezhi: {drop.path.name}: {drop.error}", style="red", markup=False, soft_wrap=True)
    elif drop.summary:
        _out.print(drop.path.name, style="bold", markup=False)
        _print_summary(drop.summary.as_dict())
    elif drop.error:  # it waits, or is known otherwise
        _err.print(f"{drop.path.name}: {drop.error}", style="yellow", markup=False, soft_wrap=True)
    else:
        _out.print(_("{name} was imported before.", name=drop.path.name), markup=False)


def _say_stopped(store: "Store", name: str | None = None) -> None:
    """Say how far the imports came that were stopped, and how they go on."""
    import polars as pl

    imports = store.imports(actor=OPERATOR).filter(pl.col("state") == "stopped")
    for row in imports.iter_rows(named=True):
        if name in (None, row["name"]):
            words = _(
                "{name} stopped at row {rows} of {total}. Import it again as it is, and it goes on there.",
                name=row["name"],
                rows=f"{row['rows_done'] or 0:,}",
                total=f"{row['rows_total'] or 0:,}",
            )
            _err.print(words, style="yellow", markup=False, soft_wrap=True)


@contextmanager
def _stop_at_signals() -> Iterator[threading.Event]:
    """Let Ctrl-C and the system's wish to end become an event; the second one ends at once."""
    stop = threading.Event()

    def handle(_number: int, _frame: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _mapping(pairs: list[str]) -> dict[str, str] | None:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        raise typer.BadParameter(_("'{pair}' is not field=column", pair=wrong[0]), param_hint="--map")
    return dict(pair.split("=", 1) for pair in pairs) or None


def _print_summary(summary: dict[str, Any]) -> None:
    from data.ingest.reasons import rejection_words, suspicion_words

    if summary["went_on_at"]:
        _out.print(
            _(
                "It went on at row {rows}; the figures are those of the whole file.",
                rows=f"{summary['went_on_at']:,}",
            ),
            markup=False,
            soft_wrap=True,
        )
    figures = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    figures.add_column(justify="left")
    figures.add_column(justify="right")
    names = {
        "read": _("read"),
        "taken": _("taken"),
        "updated": _("updated"),
        "unchanged": _("unchanged"),
        "rejected": _("rejected"),
    }
    for name, words in names.items():
        figures.add_row(words, f"{summary[name]:,}")
    _out.print(figures)
    for reason, n in summary["reasons"].items():
        _out.print(f"  {n:>9,}  {rejection_words(reason)} ({reason})", markup=False)
    for reason, n in summary["suspicious"].items():
        words = suspicion_words(reason)
        doubted = ngettext(
            "{n} report kept but doubted: {reason}", "{n} reports kept but doubted: {reason}", n, reason=words
        )
        _out.print(doubted, style="yellow", markup=False)
    if summary["datum"] and summary["datum"]["outcome"] == "agrees":
        _out.print(summary["datum"]["text"], style="dim", markup=False, soft_wrap=True)
    for warning in summary["warnings"]:
        _out.print(warning["text"], style="yellow", markup=False, soft_wrap=True)
    if summary["rejected"]:
        _out.print(
            _("Rejected rows with their reasons: {path}", path=summary["rejects_path"]),
            markup=False,
            soft_wrap=True,
        )
    if summary["suspicious_path"]:
        _out.print(
            _("Doubted reports: {path}", path=summary["suspicious_path"]), markup=False, soft_wrap=True
        )
