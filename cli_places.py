"""`gezhi places`: a file of streets, compounds, areas or other places."""

import json
from dataclasses import replace as replace_in
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from cli_db import StoreUrl, clear_errors, progress_bar
from data.actors import OPERATOR
from data.settings import settings
from i18n import gettext as _

#: How many gaps of the chain of areas are named.
_FAULTS = 10

_out = Console(highlight=False)


def places(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="GeoJSON, Shapefile, GeoPackage, GeoParquet, KML, OpenStreetMap, Overpass, district file."
        ),
    ] = None,
    store: StoreUrl = None,
    kind: Annotated[
        str | None, typer.Option(help="street, compound, community, …; found from the file where left out.")
    ] = None,
    name_column: Annotated[str | None, typer.Option("--name", help="Column with the names.")] = None,
    id_column: Annotated[str | None, typer.Option("--id", help="Column with the ids.")] = None,
    layer: Annotated[str | None, typer.Option(help="The layer to read; all where left out.")] = None,
    crs: Annotated[
        str | None, typer.Option(help="EPSG:n, gcj02 or bd09 where the file does not say.")
    ] = None,
    bbox: Annotated[
        str | None, typer.Option(metavar="W,S,E,N", help="Read only what touches this box, in degrees.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name of the feed that the ids belong to.")] = None,
    replace: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="The file is all of this source: retire what it lacks."),
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected shapes go; else the imports folder.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take the places as declared, though streets and reports differ.")
    ] = False,
    locate: Annotated[
        bool, typer.Option("--locate", help="Find out again where all cases belong, with or without a file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Put streets, compounds, areas and other places under the cells of the map."""
    from data.place_guard import check_places
    from data.place_ingest import import_places
    from data.place_ingest.formats import recognise
    from data.place_ingest.reading import ReadPlaces
    from data.place_ingest.reasons import PlaceNotice
    from data.store import Store

    def guard(found: ReadPlaces, target: Store) -> list[PlaceNotice]:
        frame = found.places.iloc[: found.features]
        datum = check_places(frame, target, actor=OPERATOR, said=crs, force=force)
        if datum.fit.reason == "same":
            return []
        return [PlaceNotice(f"datum_{datum.outcome}", values={"words": datum.words()})]

    if file is None:
        if not locate:
            raise typer.BadParameter(_("Name a file, or say --locate."), param_hint="FILE")
        _locate(store, as_json=as_json)
        return
    with clear_errors():
        recognise(file)  # a file that is not there must not leave an empty store behind
    with (
        clear_errors(),
        Store.open(store or settings().store_url) as target,
        progress_bar(silent=as_json) as report,
    ):
        summary = import_places(
            file,
            target,
            actor=OPERATOR,
            kind=kind,
            name_column=name_column,
            id_column=id_column,
            layer=layer,
            crs=crs,
            bbox=_box(bbox),
            source=source,
            replace=replace,
            rejects=rejects,
            guard=guard,
            progress=_told(report),
        )
        if locate and not summary.relocated:
            summary = replace_in(summary, relocated=target.locate(actor=OPERATOR, progress=_told(report)))
    if as_json:
        print(summary.as_json())
    else:
        _print_places(summary.as_dict())


def _locate(store: str | None, *, as_json: bool) -> None:
    """Locate the cases of a store that is there."""
    from data.store import Store

    url = store or settings().store_url
    with clear_errors(), Store.open(url, create=False) as target, progress_bar(silent=as_json) as report:
        moved = target.locate(actor=OPERATOR, progress=_told(report))
    if as_json:
        print(json.dumps({"relocated": moved}))
    else:
        _out.print(_("cases that belong elsewhere now: {n}", n=f"{moved:,}"), markup=False)


def _told(report: Any) -> Any:
    def progress(done: int, total: int, _moved: int) -> None:
        if report:
            report(done, total, _("finding where the cases belong"))

    return progress


def _box(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise typer.BadParameter(
            _("'{text}' is not west,south,east,north in degrees", text=text), param_hint="--bbox"
        )
    return west, south, east, north


def _print_places(summary: dict[str, Any]) -> None:
    from data.place_ingest.reasons import rejection_words, repair_words
    from data.place_kinds import label

    names = {
        "read": _("read"),
        "new": _("new"),
        "changed": _("changed"),
        "unchanged": _("unchanged"),
        "rejected": _("rejected"),
    }
    figures = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    figures.add_column(justify="left")
    figures.add_column(justify="right")
    for name, words in names.items():
        figures.add_row(words, f"{summary[name]:,}")
    _out.print(figures)
    for words_of, counted in ((rejection_words, "reasons"), (repair_words, "repaired")):
        for code, n in summary[counted].items():
            kept = "" if counted == "reasons" else _("repaired: ")
            _out.print(f"  {n:>9,}  {kept}{words_of(code)} ({code})", markup=False)
    kinds = ", ".join(f"{label(kind)} {n:,}" for kind, n in summary["kinds"].items())
    _out.print(_("Places of the file: {kinds}", kinds=kinds or "0"), markup=False, soft_wrap=True)
    if summary["left"]:
        _out.print(_("left, since no place or outside the box: {n}", n=f"{summary['left']:,}"), markup=False)
    if summary["retired"]:
        _out.print(_("retired, since the file lacks them: {n}", n=f"{summary['retired']:,}"), markup=False)
    if summary["relocated"]:
        _out.print(_("cases that belong elsewhere now: {n}", n=f"{summary['relocated']:,}"), markup=False)
    for text in [*(warning["text"] for warning in summary["warnings"]), *summary["area_faults"][:_FAULTS]]:
        _out.print(text, style="yellow", markup=False, soft_wrap=True)
    more = len(summary["area_faults"]) - _FAULTS
    if more > 0:
        _out.print(_("{n} more", n=more), style="yellow", markup=False)
    if summary["rejects_path"]:
        _out.print(
            _("Rejected shapes with their reasons: {path}", path=summary["rejects_path"]),
            markup=False,
            soft_wrap=True,
        )
