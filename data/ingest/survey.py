"""A look at a file before it is imported: what it is, how it would be read, what would become of its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from data.actors import Actor
from data.datum_judgement import Judgement
from data.ingest.datum_guard import judge_datum
from data.ingest.formats import open_table
from data.ingest.importer import by_hand_options, row_notices
from data.ingest.load import Part, parts
from data.ingest.mapping import Use
from data.ingest.plan import Plan, make_plan
from data.ingest.reasons import Notice
from data.ingest.rows import Tally
from data.ingest.tables import Table
from data.ingest.verdicts import Progress, Verdicts, doubted, judge, rejected
from data.schema import REPORT
from data.settings import settings

if TYPE_CHECKING:
    from data.store import Store

_SAMPLE_ROWS: Final = 50


@dataclass(frozen=True)
class Survey:
    """What an import of this file would do; nothing is written.

    `missing` names the fields that no column plainly holds: as long as there are any the file cannot be
    imported, and the rows are not judged.
    """

    name: str
    format: str
    encoding: str | None
    columns: tuple[str, ...]
    profile: str | None
    mapping: Mapping[str, Use]
    crs: str
    tz: str
    source: str
    rows: int
    missing: tuple[str, ...]
    columns_unused: tuple[str, ...]
    taken: int  # new, changed and known reports together: only the store knows which
    reasons: Mapping[str, int]
    suspicious: Mapping[str, int]
    warnings: tuple[Notice, ...]
    sample: pl.DataFrame  # the first reports, with the columns of REPORT
    rejects: pl.DataFrame  # the first rejected rows: row, reason, explanation, then the file's columns
    raw: pl.DataFrame  # the first rows as they stand in the file
    datum: Judgement | None = None  # where a store was there to compare with

    @property
    def rejected(self) -> int:
        """How many rows would be rejected."""
        return sum(self.reasons.values())


def survey(
    path: Path | str,
    *,
    profile: str | None = None,
    mapping: Mapping[str, str] | None = None,
    crs: str | None = None,
    tz: str | None = None,
    default_tz: str | None = None,
    progress: Progress | None = None,
    store: "Store | None" = None,
    actor: Actor | None = None,
    force: bool = False,
) -> Survey:
    """Read a file as an import would, and write nothing.

    Parameters
    ----------
    path, profile, mapping, crs, tz, progress, force
        As for `import_file`; a doubt about the datum is told, not raised.
    default_tz
        The store's zone; the setting's where it is left out.
    store, actor
        The store that the file would go into, and for whom; without both the datum is not judged.

    Raises
    ------
    ImportFileError
        What cannot be read, with the reason.
    CrsError
        An unknown coordinate reference system, or coordinates that cannot be meant in it.
    """
    table = open_table(Path(path), by_hand_options(mapping))
    plan = make_plan(
        table, profile=profile, mapping=mapping, crs=crs, tz=tz, default_tz=default_tz or settings().tz
    )
    datum = None
    if store is not None and actor is not None and not plan.missing:
        plan, datum = judge_datum(table, plan, store, actor=actor, said=crs, force=force)
    verdicts = None if plan.missing else judge(table, plan, progress)
    tally = Tally()
    part = _first_part(table, plan, verdicts, tally)
    notices = (*table.notices, *plan.notices, *(verdicts.notices if verdicts else ()), *row_notices(tally))
    return Survey(
        name=table.source.path.name,
        format=table.kind,
        encoding=table.encoding,
        columns=table.columns,
        profile=plan.profile.name if plan.profile else None,
        mapping=plan.uses,
        crs=plan.crs.label,
        tz=plan.zone.key,
        source=plan.source,
        rows=verdicts.total if verdicts else table.estimate,
        missing=plan.missing,
        columns_unused=plan.unused,
        taken=verdicts.taken if verdicts else 0,
        reasons=rejected(verdicts) if verdicts else {},
        suspicious=doubted(verdicts) if verdicts else {},
        warnings=notices,
        sample=part.reports.head(_SAMPLE_ROWS),
        rejects=_rejects(part, table),
        raw=table.sample(_SAMPLE_ROWS),
        datum=datum,
    )


def _first_part(table: Table, plan: Plan, verdicts: Verdicts | None, tally: Tally) -> Part:
    """Sort out the first batch, and go on until there are rejects to show where there are any."""
    nothing = Part(read=0, reports=pl.DataFrame(schema=REPORT))
    if verdicts is None:
        return nothing
    first = None
    rejects = []
    wanted = min(_SAMPLE_ROWS, sum(rejected(verdicts).values()))
    for part in parts(table, plan, verdicts, tally):
        first = first or part
        rejects += part.rejects
        if len(rejects) >= wanted:
            break
    return Part(read=first.read, reports=first.reports, rejects=rejects[:_SAMPLE_ROWS]) if first else nothing


def _rejects(part: Part, table: Table) -> pl.DataFrame:
    width = len(table.columns)
    names = [
        "row",
        "reason",
        "explanation",
        *(f"{name} " if name in {"row", "reason", "explanation"} else name for name in table.columns),
    ]
    rows = [
        (str(number), code, words, *(str(value) if value is not None else None for value in values[:width]))
        for number, code, words, values in part.rejects
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
