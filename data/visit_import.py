"""Put a file of visits into a store: all that can be read, or nothing; the rest is kept with its reasons."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from data import place_kinds
from data.actors import Actor
from data.datum_evidence import evidence_around
from data.datum_judgement import Judgement, Outcome
from data.ingest.profiles import plain
from data.ingest.rejects import RowsFile, rejects_path
from data.settings import settings
from data.visit_file import ReadVisits, read_visits, reason_words, refuse_missing
from geo.datum_fit import candidates_for, fit_points
from geo.errors import CrsError
from i18n import gettext as _

if TYPE_CHECKING:
    from data.store import Store


@dataclass(frozen=True, slots=True)
class VisitSummary:
    """What an import of visits did.

    Attributes
    ----------
    read
        Rows of the file: `taken` + `updated` + `unchanged` + `rejected` + `joined`, always.
    joined
        Rows that were added to another one of the same day and place.
    """

    name: str
    format: str
    source: str
    crs: str
    import_id: int
    read: int
    taken: int
    updated: int
    unchanged: int
    rejected: int
    joined: int
    reasons: dict[str, int] = field(default_factory=dict)
    rejects_path: Path | None = None

    def as_json(self) -> str:
        """Return the figures as one JSON object."""
        plain_values = asdict(self) | {"rejects_path": str(self.rejects_path) if self.rejects_path else None}
        return json.dumps(plain_values, ensure_ascii=False)


def look_at(
    path: Path | str,
    store: "Store",
    *,
    actor: Actor,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: str | None = None,
) -> ReadVisits:
    """Read a file as it would be imported; nothing is written.

    Raises
    ------
    ImportFileError
        The file cannot be read.
    CrsError
        An unknown coordinate system.
    """
    tz = store.fact("tz", actor=actor) or settings().tz
    return read_visits(
        Path(path), areas_by_name(store, actor=actor), tz=tz, crs=crs, columns=columns, source=source
    )


def import_visits(
    path: Path | str,
    store: "Store",
    *,
    actor: Actor,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
    source: str | None = None,
    rejects: Path | str | None = None,
    force: bool = False,
) -> VisitSummary:
    """Put a file's visits into a store; again, it changes nothing.

    Parameters
    ----------
    rejects
        Where the rejected rows go; else a file in the imports folder of the home.
    force
        Take the coordinates as they are said to be, whatever the streets say.

    Raises
    ------
    ImportFileError
        The file cannot be read, or lacks a column that every visit needs; nothing of it is in the store.
    CrsError
        The coordinates plainly lie in another system than the one said.
    """
    path = Path(path)
    found = look_at(path, store, actor=actor, crs=crs, columns=columns, source=source)
    refuse_missing(found)
    check_datum(found, store, actor=actor, said=crs, force=force)
    kept = _keep_rejects(found, rejects_path(path, rejects)) if found.rejects else None
    import_id = store.begin_import(
        found.name,
        source=f"visits/{found.source}",
        profile="visits",
        actor=actor,
        details={"crs": found.crs.name, "columns": dict(found.used)},
    )
    try:
        written = store.write_visits(found.visits, actor=actor, import_id=import_id)
    except BaseException as error:
        if kept:
            kept.unlink(missing_ok=True)
        store.finish_import(import_id, summary={"error": str(error)}, state="failed", actor=actor)
        raise
    summary = VisitSummary(
        name=found.name,
        format=found.format,
        source=found.source,
        crs=found.crs.name,
        import_id=import_id,
        read=found.read,
        taken=written.taken,
        updated=written.updated,
        unchanged=written.unchanged,
        rejected=len(found.rejects),
        joined=found.read - len(found.rejects) - found.visits.height,
        reasons=found.reasons,
        rejects_path=kept,
    )
    store.finish_import(import_id, summary=json.loads(summary.as_json()), actor=actor)
    return summary


def areas_by_name(store: "Store", *, actor: Actor) -> dict[str, tuple[int, ...]]:
    """Return the ids of the areas and grounds of each name in either language, of the lowest level.

    A grid and a community of one name are told apart: the smaller one is meant.
    """
    grounds = [kind.slug for kind in place_kinds.kinds().values() if kind.group == "grounds"]
    levels = [*place_kinds.chain(), *grounds]
    found: dict[str, tuple[int, set[int]]] = {}
    places = store.places(actor=actor, kinds=levels)
    polygons = places.geometry.geom_type.str.contains("Polygon").to_numpy(dtype=bool)
    for own_id, kind, name, facts in zip(
        *(places[column][polygons] for column in ("id", "kind", "name", "attributes")), strict=True
    ):
        for text in {name, facts.get("name_en")} - {None}:
            key, level = plain(str(text)), levels.index(kind)
            known = found.get(key, (-1, set()))
            if level > known[0]:
                found[key] = (level, {int(own_id)})
            elif level == known[0]:
                known[1].add(int(own_id))
    return {key: tuple(sorted(ids)) for key, (_level, ids) in found.items() if key}


def check_datum(
    found: ReadVisits, store: "Store", *, actor: Actor, said: str | None = None, force: bool = False
) -> Judgement | None:
    """Compare the points of a file with the streets and reports that are there; None for a file of areas.

    Raises
    ------
    CrsError
        The evidence clearly speaks for another datum, and nothing is forced.
    """
    if not found.x.size:
        return None
    evidence = evidence_around(store, found.x, found.y, candidates_for(found.crs), actor=actor)
    fit = fit_points(found.x, found.y, found.crs, evidence)
    doubt = not fit.agrees and fit.best is not None
    outcome: Outcome = "agrees" if fit.agrees else "doubt" if doubt else "unknown"
    judged = Judgement(outcome, fit, "hand" if said else "nobody", found.crs, forced=force)
    if judged.stops:
        raise CrsError(
            "{words} {ways}".format(
                words=judged.words(),
                ways=_("Say --crs {crs}, or --force to import as declared.", crs=judged.better or fit.best),
            )
        )
    return judged


def _keep_rejects(found: ReadVisits, path: Path) -> Path:
    with RowsFile(path, found.columns) as kept:
        kept.write((one.row, one.code, reason_words(one.code), one.values) for one in found.rejects)
        kept.keep()
    return path
