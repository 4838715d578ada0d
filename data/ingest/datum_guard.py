"""The guard before an import: is the file in the datum that it is said, or taken, to be in?

What the user says, or a city's profile, is a word. A file's own WGS-84 or CGCS2000 in degrees is none: GCJ-02
and BD-09 have no code that a format could carry, so their files carry that label as well. Such a label, or
none, leaves the guard free to use what the evidence clearly speaks for. Any other label of a file (a
projection) is a word.

Areas alone never move points: published boundaries are often in GCJ-02 themselves.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from data.actors import Actor
from data.datum_evidence import evidence_around
from data.datum_judgement import Judgement, Word
from data.ingest import positions
from data.ingest.plan import Plan
from data.ingest.reasons import Notice
from data.ingest.tables import BATCH_ROWS, Table
from geo.crs import BD09, CGCS2000, GCJ02, WGS84, Crs
from geo.datum_evidence import Evidence, Floats
from geo.datum_fit import DatumFit, candidates_for, fit_points
from geo.errors import CrsError
from i18n import gettext as _

if TYPE_CHECKING:
    from data.store import Store

#: Systems that a file's label cannot tell from GCJ-02 and BD-09.
_LABELS: Final = (WGS84, CGCS2000)
#: Families of projections whose zones are mistaken for each other: first and last EPSG code.
_FAMILIES: Final = (
    (4491, 4501),  # CGCS2000, 6-degree zones, the zone's number before the easting
    (4502, 4512),  # CGCS2000, 6-degree zones
    (4513, 4533),  # CGCS2000, 3-degree zones, the zone's number before the easting
    (4534, 4554),  # CGCS2000, 3-degree zones
    (32601, 32660),  # UTM, northern half
)


def judge_datum(
    table: Table,
    plan: Plan,
    store: "Store",
    *,
    actor: Actor,
    said: str | None = None,
    force: bool = False,
) -> tuple[Plan, Judgement]:
    """Compare the file's points with what the store knows, and decide in which datum they are read.

    Parameters
    ----------
    table, plan
        The file, and how it would be read; only its first rows are looked at.
    said
        The system that the user said.
    force
        Take the file as declared, or as it stands, whatever the evidence says.

    Returns
    -------
    The plan, in the system to use and with what has to be noticed; and the judgement. One that `stops` is
    for the caller to refuse.
    """
    x, y = _points(table, plan)
    word = _word(table, plan, said)
    # Earlier reports of the feed do not stand against a word: they may be what the word puts right.
    without = frozenset({plan.source}) if word == "hand" else frozenset()
    fit = _fit(x, y, plan.crs, store, actor=actor, without=without)
    judged = _judged(fit, word, lambda: _last_system(store, plan.source, actor), force=force)
    notices = plan.notices + _notices(judged)
    return replace(plan, crs=judged.used, notices=notices), judged


def refuse_doubt(judgement: Judgement, name: str) -> None:
    """Raise where a file is not to be taken without a word more.

    Raises
    ------
    CrsError
        With the figures, and the ways on.
    """
    if not judgement.stops:
        return
    better = judgement.better
    ways = (
        _("Say --crs {crs}, or --force to import as declared.", crs=better)
        if better
        else _("Say which system it is (--crs wgs84, gcj02 or bd09), or --force to import it as it stands.")
    )
    raise CrsError(f"{name}: {judgement.words()} {ways}")


def _points(table: Table, plan: Plan) -> tuple[Floats, Floats]:
    """Return the coordinates of the first rows, as they stand in the file."""
    if plan.missing or not table.columns:
        return np.zeros(0), np.zeros(0)
    read = positions.read(*plan.places(table.sample(BATCH_ROWS)), plan.crs)
    return read.x, read.y


def _word(table: Table, plan: Plan, said: str | None) -> Word:
    if said:
        return "hand"
    if table.crs:
        return "nobody" if plan.crs in _LABELS else "file"
    return "profile" if plan.profile and plan.profile.crs else "nobody"


def _fit(
    x: Floats, y: Floats, declared: Crs, store: "Store", *, actor: Actor, without: frozenset[str]
) -> DatumFit:
    """Compare with what lies there; for a projection with nothing there, with what its other zones find."""
    nothing_to_guess = fit_points(x, y, declared, Evidence())
    if nothing_to_guess.reason == "same":
        return nothing_to_guess
    evidence = evidence_around(store, x, y, candidates_for(declared), actor=actor, without=without)
    if evidence.is_empty:
        for zone in _other_zones(declared):
            there = evidence_around(store, x, y, (zone,), actor=actor, without=without)
            if not there.is_empty:
                return fit_points(x, y, declared, there, others=(zone,))
    return fit_points(x, y, declared, evidence)


def _other_zones(declared: Crs) -> list[Crs]:
    authority, _colon, code = declared.name.partition(":")
    if authority != "EPSG" or not code.isdecimal():
        return []
    for first, last in _FAMILIES:
        if first <= int(code) <= last:
            codes = sorted(
                set(range(first, last + 1)) - {int(code)}, key=lambda other: abs(other - int(code))
            )
            return [Crs(f"EPSG:{other}") for other in codes]
    return []


def _judged(fit: DatumFit, word: Word, last_system: Callable[[], Crs | None], *, force: bool) -> Judgement:
    declared = fit.declared
    free = word == "nobody"
    if fit.agrees:
        return Judgement("agrees", fit, word, declared, forced=force)
    if fit.best is not None:
        sharp = any(c.kind != "areas" and c.speaks_for is not None for c in fit.comparisons)
        if free and sharp and not force:
            return Judgement("guessed", fit, word, fit.best)
        return Judgement("doubt", fit, word, declared, forced=force)
    if fit.reason == "contradictory":
        return Judgement("doubt" if free else "unknown", fit, word, declared, forced=force)
    if free and not force and fit.reason != "same":
        last = last_system()
        if last is not None and last in fit.candidates[1:]:
            return Judgement("guessed", fit, word, last, remembered=True)
    return Judgement("unknown", fit, word, declared, forced=force)


def _notices(judged: Judgement) -> tuple[Notice, ...]:
    """Notice what a reader should know: a guess, a doubt that was overruled, a datum that nobody knows."""
    code = {"guessed": "datum_guessed", "doubt": "datum_forced", "unknown": "datum_unknown"}.get(
        judged.outcome
    )
    silent = judged.outcome == "unknown" and (
        judged.fit.reason == "same"
        or judged.forced
        or (judged.word != "nobody" and judged.fit.reason != "contradictory")
    )
    return () if code is None or silent else (Notice(code, values={"words": judged.words()}),)


def _last_system(store: "Store", source: str, actor: Actor) -> Crs | None:
    """Return the system in which the last import from a source was read, where that was a shifted datum."""
    done = store.imports(actor=actor).filter(source=source, state="done")
    if done.is_empty():
        return None
    last = json.loads(done["details"][0]).get("crs")
    return next((crs for crs in (GCJ02, BD09) if crs.name == last), None)
