"""Put a file's reports into a store, all of them or none."""

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from data.actors import Actor
from data.database import sqlite_file
from data.ingest.formats import open_table
from data.ingest.load import ahead, parts
from data.ingest.names import Names
from data.ingest.plan import Plan, check_complete, make_plan
from data.ingest.reasons import Notice
from data.ingest.rejects import RowsFile
from data.ingest.rows import Tally
from data.ingest.space import check_room, full_disk_explained
from data.ingest.summary import Summary
from data.ingest.tables import Table
from data.ingest.verdicts import Progress, Verdicts, doubted, judge, rejected
from data.issue_writing import Written
from data.settings import settings
from geo.errors import GezhiError, ImportFileError, StoreError
from i18n import gettext as _

if TYPE_CHECKING:
    from data.store import Store

_TZ: Final = "tz"
_TITLE: Final = "title"


@dataclass
class _Load:
    """One file on its way into a store."""

    table: Table
    plan: Plan
    verdicts: Verdicts
    tally: Tally
    places: tuple[Path, Path]
    progress: Progress | None
    read: int = 0
    rejected: int = 0
    written: Written = field(default_factory=Written)
    names: Names = field(default_factory=Names)
    files: list[Path] = field(default_factory=list)

    def run(self, store: "Store", import_id: int, actor: Actor) -> None:
        """Hand over all reports in one transaction; the files of rows are kept when it ends well."""
        try:
            with ExitStack() as stack:
                rejected, doubted = (
                    stack.enter_context(RowsFile(place, self.table.columns)) for place in self.places
                )
                batch = stack.enter_context(store.import_transaction(import_id, actor=actor))
                for part in ahead(parts(self.table, self.plan, self.verdicts, self.tally)):
                    self.written += batch.write_reports(part.reports)
                    self.read += part.read
                    self.rejected += len(part.rejects)
                    self.names.add(part.reports)
                    rejected.write(part.rejects)
                    doubted.write(part.doubted)
                    if self.progress:
                        self.progress(self.read, self.verdicts.total, _("writing"))
                for file in (rejected, doubted) if doubted.rows else (rejected,):
                    file.keep()
                    self.files.append(file.path)
        except BaseException:
            for path in self.files:
                path.unlink(missing_ok=True)
            raise


def import_file(
    path: Path | str,
    store: "Store",
    *,
    actor: Actor,
    profile: str | None = None,
    mapping: Mapping[str, str] | None = None,
    crs: str | None = None,
    tz: str | None = None,
    rejects: Path | str | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Put a file's reports into a store.

    The file is read twice: once to decide about every row, once to hand the reports over, in one
    transaction. Importing it again changes nothing.

    Parameters
    ----------
    path
        The file; it is only read.
    profile
        Name of a profile; found from the columns where it is left out.
    mapping
        What is said by hand: field or option -> column, `=text` for the same in every row.
    crs
        The system of the coordinates, as `Crs.parse` reads it; the file's own, or WGS-84.
    tz
        The zone of local times; the profile's, the store's or the setting's where it is left out.
    rejects
        Where the rejected rows go; else a file in the imports folder of the home.
    progress
        Called with rows done, rows in all as far as is known, and what is being done, in words.

    Raises
    ------
    ImportFileError
        The file cannot be read to its end, or the disk is too small; nothing of it is in the store.
    CrsError
        An unknown coordinate reference system, or coordinates that cannot be meant in it.
    StoreError
        The store refuses; nothing of the file is in it.
    """
    begun = perf_counter()
    path = Path(path)
    table = open_table(path, by_hand_options(mapping))
    default_tz = store.fact(_TZ, actor=actor) or settings().tz
    plan = make_plan(table, profile=profile, mapping=mapping, crs=crs, tz=tz, default_tz=default_tz)
    check_complete(plan, table)
    places = _places(path, rejects)
    verdicts = judge(table, plan, progress)
    check_room(sqlite_file(store.url), verdicts.taken)
    notices = [*table.notices, *plan.notices, *verdicts.notices, *_zone_of_store(store, plan, actor)]
    import_id = store.begin_import(
        path.name,
        source=plan.source,
        profile=plan.profile.name if plan.profile else None,
        actor=actor,
        details=details_of(table, plan),
    )
    load = _Load(table, plan, verdicts, Tally(), places, progress)
    try:
        with full_disk_explained(path.name):
            load.run(store, import_id, actor)
    except BaseException as error:
        words = str(error) if isinstance(error, GezhiError) else type(error).__name__
        with suppress(StoreError):  # the error itself matters more than its record
            store.finish_import(import_id, summary={"error": words}, state="failed", actor=actor)
        raise
    _introduce(store, plan, load.names, actor)
    summary = Summary(
        name=path.name,
        source=plan.source,
        profile=plan.profile.name if plan.profile else None,
        read=load.read,
        taken=load.written.taken,
        updated=load.written.updated,
        unchanged=load.written.unchanged,
        rejected=load.rejected,
        reasons=rejected(verdicts),
        suspicious=doubted(verdicts),
        warnings=(*notices, *row_notices(load.tally)),
        columns_unused=plan.unused,
        rejects_path=load.files[0],
        suspicious_path=load.files[1] if len(load.files) > 1 else None,
        seconds=perf_counter() - begun,
        import_id=import_id,
    )
    store.finish_import(import_id, summary=summary.as_dict(), actor=actor)
    return summary


def by_hand_options(mapping: Mapping[str, str] | None) -> dict[str, str]:
    """Return what was said by hand about the file itself, before its columns are known."""
    options = {"sheet", "layer", "encoding", "delimiter"}
    return {name: value for name, value in (mapping or {}).items() if name in options}


def details_of(table: Table, plan: Plan) -> dict[str, Any]:
    """Return how a file was read, for the record of the import."""
    return {
        "format": table.kind,
        "encoding": table.encoding,
        "crs": str(plan.crs),
        "tz": plan.zone.key,
        "mapping": {name: str(use) for name, use in plan.uses.items()},
        "size": table.source.path.stat().st_size,
    }


def row_notices(tally: Tally) -> list[Notice]:
    """Turn what was noticed row by row into notices."""
    return [
        Notice(code, count, {"examples": tally.commonest(code)} if code in tally.examples else {})
        for code, count in tally.counts.items()
    ]


def _zone_of_store(store: "Store", plan: Plan, actor: Actor) -> list[Notice]:
    """Let a new store learn its city's zone; notice where the file's is another one."""
    known = store.fact(_TZ, actor=actor)
    if known is None and plan.zone_is_known:
        store.set_fact(_TZ, plan.zone.key, actor=actor)
    elif known is not None and known != plan.zone.key:
        return [Notice("other_zone", values={"zone": plan.zone.key, "store_zone": known})]
    return []


def _introduce(store: "Store", plan: Plan, names: Names, actor: Actor) -> None:
    """Give the categories that the store did not know their names, and a new store the city's name."""
    known = set(store.categories(actor=actor)["slug"])
    unlisted = names.unlisted(known, source=plan.source)
    if not unlisted.is_empty():
        store.write_categories(unlisted, actor=actor)
    if plan.profile and store.fact(_TITLE, actor=actor) is None:
        store.set_fact(_TITLE, plan.profile.title, actor=actor)


def _places(path: Path, rejects: Path | str | None) -> tuple[Path, Path]:
    """Say where the rejected and the doubted rows go, never over an earlier file unless asked to."""
    if rejects:
        place = Path(rejects)
        if place.exists() and place.samefile(path):
            raise ImportFileError(
                _(
                    "{path} is the file that is imported; the rejected rows need a file of their own.",
                    path=path,
                )
            )
        return place, place.with_name(f"{place.stem}-suspicious{place.suffix or '.csv'}")
    folder = settings().home / "imports"
    stem = f"{path.name.split('.')[0]}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    unique, n = stem, 1
    while (folder / f"{unique}-rejects.csv").exists():
        n += 1
        unique = f"{stem}-{n}"
    return folder / f"{unique}-rejects.csv", folder / f"{unique}-suspicious.csv"
