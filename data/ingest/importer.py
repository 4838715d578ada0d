"""Put a file's reports into a store, step by step: what stopped in the middle goes on where it was."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any, Final

from data.actors import Actor
from data.database import sqlite_file
from data.import_store import Checkpoint, Claim
from data.ingest.datum_guard import judge_datum, refuse_doubt
from data.ingest.fingerprint import Stamp, changed_at, fingerprint, plan_fingerprint, stamp
from data.ingest.formats import open_table
from data.ingest.load import Part, ahead, changed, parts
from data.ingest.names import Names
from data.ingest.plan import Plan, check_complete, make_plan
from data.ingest.reasons import Notice
from data.ingest.rejects import RowsFile, remove_leftovers
from data.ingest.rows import Tally
from data.ingest.space import check_room, full_disk_explained
from data.ingest.summary import Summary
from data.ingest.tables import Table
from data.ingest.verdicts import Progress, Verdicts, doubted, judge, rejected
from data.settings import settings
from geo.errors import GezhiError, ImportFileError, StoreError
from i18n import gettext as _

if TYPE_CHECKING:
    from data.store import Store

#: Rows of a step: other writers wait for one step at most, and what is interrupted is done again.
STEP_ROWS: Final = 20_000
#: Rest between two steps, in which a program that waits for its turn to write gets it.
_TURN_S: Final = 0.02
_TZ: Final = "tz"
_TITLE: Final = "title"


@dataclass(frozen=True)
class Asked:
    """What a judgement before writing looks at."""

    table: Table
    plan: Plan
    verdicts: Verdicts
    store: "Store"
    actor: Actor


#: Looks at a file that was read once and of which nothing is in the store: gives notices, or raises.
Judgement = Callable[[Asked], list[Notice]]


@dataclass
class _Load:
    """One file on its way into a store."""

    table: Table
    plan: Plan
    verdicts: Verdicts
    stamp: Stamp
    begun: float
    progress: Progress | None
    claim: Claim
    at: Checkpoint
    tally: Tally = field(default_factory=Tally)
    names: Names = field(default_factory=Names)
    files: list[Path] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Of work, that of earlier attempts included."""
        return self.claim.at.seconds + perf_counter() - self.begun

    def run(
        self,
        store: "Store",
        actor: Actor,
        places: tuple[Path, Path],
        step_rows: int,
        summarise: Callable[["_Load"], Summary],
    ) -> Summary:
        """Hand over what is not in the store yet; the files of rows are made whole, and kept at the end."""
        read = 0
        try:
            with ExitStack() as stack:
                files = [stack.enter_context(RowsFile(place, self.table.columns)) for place in places]
                cut_at = self.claim.at.rows
                each = parts(
                    self.table, self.plan, self.verdicts, self.tally, most_rows=step_rows, cut_at=cut_at
                )
                for part in ahead(each):
                    self.names.add(part.reports)
                    files[0].write(part.rejects)
                    files[1].write(part.doubted)
                    read += part.read
                    doing = _("going on at row {row}", row=f"{cut_at:,}")
                    if read > self.at.rows:
                        self._hand_over(store, actor, part)
                        doing = _("writing")
                    if self.progress:
                        self.progress(read, self.verdicts.total, doing)
                _introduce(store, self.plan, self.names, actor)
                with store.import_step(self.claim, actor=actor) as step:  # nobody takes it over meanwhile
                    for file in files if files[1].rows else files[:1]:
                        file.keep()
                        self.files.append(file.path)
                    summary = summarise(self)
                    step.finish(summary.as_dict())
        except BaseException:
            for path in self.files:
                path.unlink(missing_ok=True)
            raise
        for place in places:
            remove_leftovers(place)
        return summary

    def _hand_over(self, store: "Store", actor: Actor, part: Part) -> None:
        """Write a part and how far the import came with it in one transaction."""
        if not _is_still(self.table.source.path, self.stamp):
            raise changed(self.table.source.path.name)
        if self.at != self.claim.at:
            sleep(_TURN_S)
        with store.import_step(self.claim, actor=actor) as step:
            written = self.at.written + step.write_reports(part.reports)
            at = replace(
                self.at,
                rows=self.at.rows + part.read,
                total=self.verdicts.total,
                taken=written.taken,
                updated=written.updated,
                unchanged=written.unchanged,
                rejected=self.at.rejected + len(part.rejects),
                doubted=self.at.doubted + len(part.doubted),
                seconds=round(self.seconds, 2),
            )
            step.reach(at)
        self.at = at


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
    step_rows: int = STEP_ROWS,
    force: bool = False,
    admit: Callable[[str], None] | None = None,
) -> Summary:
    """Put a file's reports into a store.

    The file is read twice: once to decide about every row, once to hand the reports over, in steps of one
    transaction each. What stops in the middle goes on there when the same file is imported again in the
    same way. Importing a whole one again changes nothing.

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
        Called with rows done, rows in all as far as is known, and what is being done, in words; between the
        steps, so that what it raises stops the import where it can go on.
    step_rows
        How many rows of the file are handed over in one transaction.
    force
        Take the coordinates as declared, or as they stand, even where the store's streets and reports speak
        for another system.
    admit
        Called with the source's name before anything is written; what it raises refuses the file.

    Raises
    ------
    ImportFileError
        The file cannot be read to its end, has changed meanwhile, or the disk is too small. The message says
        how much of it is in the store, if any.
    CrsError
        An unknown coordinate reference system, coordinates that cannot be meant in it, or a doubt about the
        datum that is not forced.
    ConflictError
        Another program has begun to import the same file and goes on with it.
    StoreError
        The store refuses.
    """
    begun = perf_counter()
    path = Path(path)
    options = by_hand_options(mapping)
    table = open_table(path, options)
    seen, content = stamp(path), fingerprint(path)
    default_tz = store.fact(_TZ, actor=actor) or settings().tz
    plan = make_plan(table, profile=profile, mapping=mapping, crs=crs, tz=tz, default_tz=default_tz)
    check_complete(plan, table)
    if admit:
        admit(plan.source)
    plan, datum = judge_datum(table, plan, store, actor=actor, said=crs, force=force)
    refuse_doubt(datum, path.name)
    _check_rejects(path, rejects)
    stem = _stem(path)
    verdicts = judge(table, plan, progress)
    asked = Asked(table, plan, verdicts, store, actor)
    notices = [*table.notices, *plan.notices, *verdicts.notices]
    notices += [notice for judgement in BEFORE_WRITING for notice in judgement(asked)]
    said = {"profile": profile, "mapping": dict(mapping or {}), "crs": crs, "tz": tz}
    claim = store.claim_import(
        path.name,
        content=content,
        plan=plan_fingerprint(plan, options),
        source=plan.source,
        profile=plan.profile.name if plan.profile else None,
        actor=actor,
        details=details_of(table, plan) | {"said": said, "rows_files": stem, "datum": datum.as_dict()},
    )
    load = _Load(table, plan, verdicts, seen, begun, progress, claim, claim.at)

    def summarise(load: _Load) -> Summary:
        return replace(_summary(load, path, notices), datum=datum)

    try:
        with full_disk_explained(path.name):
            check_room(sqlite_file(store.url), _left(verdicts, claim.at))
            places = _places(rejects, str(claim.details.get("rows_files", stem)))
            return load.run(store, actor, places, step_rows, summarise)
    except BaseException as error:
        words = str(error) if isinstance(error, GezhiError) else _stopped(error)
        with suppress(GezhiError):  # the error itself matters more than its record
            store.finish_import(
                claim.import_id, summary={"error": words}, state="failed", owner=claim.owner, actor=actor
            )
        if load.at.rows and isinstance(error, (ImportFileError, StoreError)):
            raise type(error)(f"{error} {_way_on(load.at, path.name)}") from error
        raise


def _summary(load: _Load, path: Path, notices: list[Notice]) -> Summary:
    plan, at = load.plan, load.at
    return Summary(
        name=path.name,
        source=plan.source,
        profile=plan.profile.name if plan.profile else None,
        read=at.rows,
        taken=at.taken,
        updated=at.updated,
        unchanged=at.unchanged,
        rejected=at.rejected,
        reasons=rejected(load.verdicts),
        suspicious=doubted(load.verdicts),
        warnings=(*notices, *row_notices(load.tally)),
        columns_unused=plan.unused,
        rejects_path=load.files[0],
        suspicious_path=load.files[1] if len(load.files) > 1 else None,
        seconds=load.seconds,
        import_id=load.claim.import_id,
        went_on_at=load.claim.at.rows,
    )


def _left(verdicts: Verdicts, at: Checkpoint) -> int:
    """Return how many reports are not in the store yet."""
    return max(verdicts.taken - (at.rows - at.rejected), 0)


def _is_still(path: Path, seen: Stamp) -> bool:
    try:
        return stamp(path) == seen
    except OSError:
        return False


def _stopped(error: BaseException) -> str:
    return _("stopped by hand") if isinstance(error, KeyboardInterrupt) else type(error).__name__


def _way_on(at: Checkpoint, name: str) -> str:
    return _(
        "{rows} of {total} rows are in the store; imported again as it is, {name} goes on there.",
        rows=f"{at.rows:,}",
        total=f"{at.total:,}",
        name=name,
    )


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
        "changed": changed_at(table.source.path),
    }


def row_notices(tally: Tally) -> list[Notice]:
    """Turn what was noticed row by row into notices."""
    return [
        Notice(code, count, {"examples": tally.commonest(code)} if code in tally.examples else {})
        for code, count in tally.counts.items()
    ]


def _zone_of_store(asked: Asked) -> list[Notice]:
    """Let a new store learn its city's zone; notice where the file's is another one."""
    store, plan = asked.store, asked.plan
    known = store.fact(_TZ, actor=asked.actor)
    if known is None and plan.zone_is_known:
        store.set_fact(_TZ, plan.zone.key, actor=asked.actor)
    elif known is not None and known != plan.zone.key:
        return [Notice("other_zone", values={"zone": plan.zone.key, "store_zone": known})]
    return []


#: What a file has to pass between its first reading and its first row in the store, in this order.
BEFORE_WRITING: Final[list[Judgement]] = [_zone_of_store]


def _introduce(store: "Store", plan: Plan, names: Names, actor: Actor) -> None:
    """Give the categories that the store did not know their names, and a new store the city's name."""
    known = set(store.categories(actor=actor)["slug"])
    unlisted = names.unlisted(known, source=plan.source)
    if not unlisted.is_empty():
        store.write_categories(unlisted, actor=actor)
    if plan.profile and store.fact(_TITLE, actor=actor) is None:
        store.set_fact(_TITLE, plan.profile.title, actor=actor)


def _check_rejects(path: Path, rejects: Path | str | None) -> None:
    """Raise where the rejected rows would go over the file itself."""
    if rejects and Path(rejects).exists() and Path(rejects).samefile(path):
        raise ImportFileError(
            _(
                "{path} is the file that is imported; the rejected rows need a file of their own.",
                path=rejects,
            )
        )


def _stem(path: Path) -> str:
    """Name the files of rows of a new import, never as earlier ones unless asked to."""
    stem = f"{path.name.split('.')[0]}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    unique, n = stem, 1
    while (settings().home / "imports" / f"{unique}-rejects.csv").exists():
        n += 1
        unique = f"{stem}-{n}"
    return unique


def _places(rejects: Path | str | None, stem: str) -> tuple[Path, Path]:
    """Say where the rejected and the doubted rows go; an import that goes on has the names that it had."""
    if rejects:
        place = Path(rejects)
        return place, place.with_name(f"{place.stem}-suspicious{place.suffix or '.csv'}")
    folder = settings().home / "imports"
    return folder / f"{stem}-rejects.csv", folder / f"{stem}-suspicious.csv"
