"""Territories in the store: which cells are whose, in editions that are drafted, published and kept.

A draft is painted until it is published; from then on it never changes. One edition is in force at a time,
from its publication to that of the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import polars as pl
from sqlalchemy import Connection, Row, and_, delete, func, insert, select, true, update

from data import drafts, teams
from data.actors import Actor
from data.bulk import insert_rows
from data.bulk_reading import read_frame
from data.case_rows import to_micros
from data.clock import moment_of, now
from data.given import is_number
from data.records import EDITION, TERRITORY
from data.saved import checked_name
from geo.cells import ANALYSIS_RESOLUTION, Cells, check
from geo.errors import ConflictError, StoreError, TeamError
from i18n import gettext as _

#: Where an edition stands: it is drafted, then in force, then a former one; or a draft that was given up.
EditionState = Literal["draft", "in_force", "former", "dropped"]

#: The columns of a frame of territories. Cells are of the analysis resolution.
TERRITORIES: Final = pl.Schema({"cell": pl.UInt64, "team_id": pl.Int64})

_MOST_NOTE: Final = 2_000
#: A statement takes a limited number of values.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition of the territories.

    Attributes
    ----------
    version
        Counts its changes; who changes it says which version was seen.
    published_at, ended_at
        From when to when it was in force; None while it is a draft, or still in force.
    """

    id: int
    name: str
    note: str
    state: EditionState
    version: int
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    published_at: datetime | None
    published_by: str | None
    ended_at: datetime | None


def draft(connection: Connection, name: str, frame: pl.DataFrame, *, note: str, actor: Actor) -> Edition:
    """Keep a new draft; see `TeamStore.draft_territories`."""
    given = _words(name=name, note=note)
    rows = _checked(connection, frame)
    last: int = connection.execute(select(func.coalesce(func.max(EDITION.c.id), 0))).scalar_one()
    at = now()
    stamps = {"made_at": at, "made_by": actor.name, "changed_at": at, "changed_by": actor.name}
    connection.execute(insert(EDITION).values(id=last + 1, version=1, **given, **stamps))
    _insert(connection, last + 1, rows)
    return one(connection, last + 1, actor=actor)


def change(
    connection: Connection,
    edition_id: int,
    *,
    actor: Actor,
    version: int,
    name: str | None,
    note: str | None,
    frame: pl.DataFrame | None,
) -> Edition:
    """Rename a draft or give it other territories; see `TeamStore.change_territories`."""
    _check_draft(connection, edition_id, actor=actor, version=version)
    if frame is not None:
        rows = _checked(connection, frame)
        connection.execute(delete(TERRITORY).where(TERRITORY.c.edition_id == edition_id))
        _insert(connection, edition_id, rows)
    return _touch(connection, edition_id, actor=actor, version=version, **_words(name=name, note=note))


def paint(
    connection: Connection,
    edition_id: int,
    cells: Any,
    team_id: int | Sequence[int | None] | None,
    *,
    actor: Actor,
    version: int,
) -> Edition:
    """Give cells of a draft to teams; see `TeamStore.paint_territories`."""
    _check_draft(connection, edition_id, actor=actor, version=version)
    ids = check(cells, resolution=ANALYSIS_RESOLUTION)
    given = [team_id] * len(ids) if team_id is None or isinstance(team_id, int) else [*team_id]
    if len(given) != len(ids):
        raise TeamError(_("{teams} teams for {n} cells. Expected as many.", teams=len(given), n=len(ids)))
    try:
        painted = pl.DataFrame({"cell": ids, "team_id": pl.Series(given, dtype=pl.Int64)})
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise TeamError(_("The teams of territories are no numbers: {why}.", why=error)) from error
    painted = painted.unique(maintain_order=True)
    if painted["cell"].n_unique() < painted.height:
        raise TeamError(_("Some cells are given to two teams. Expected one for each."))
    kept = painted.drop_nulls()
    rows = _checked(connection, kept) if kept.height else kept
    of_draft = TERRITORY.c.edition_id == edition_id
    for some in painted["cell"].cast(pl.Int64).to_frame().iter_slices(_AT_ONCE):
        connection.execute(delete(TERRITORY).where(of_draft, TERRITORY.c.cell.in_(some["cell"].to_list())))
    if rows.height:
        _insert(connection, edition_id, rows)
    return _touch(connection, edition_id, actor=actor, version=version)


def publish(
    connection: Connection, edition_id: int, *, actor: Actor, version: int, replaces: int | None
) -> Edition:
    """Bring a draft into force in place of the one that is; see `TeamStore.publish_territories`."""
    made = _check_draft(connection, edition_id, actor=actor, version=version)
    before = connection.execute(select(EDITION).where(EDITION.c.in_force == 1)).first()
    if (before.id if before else None) != replaces:
        raise ConflictError(
            _(
                "Other territories have come into force since you looked: '{name}' by {actor}. "
                "Look at them first.",
                name=before.name,
                actor=before.published_by,
            )
            if before
            else _("No territories are in force, so there are none to replace.")
        )
    given = set(connection.execute(_teams_of(edition_id)).scalars())
    if not given:
        raise TeamError(_("'{name}' has no cells yet: there is nothing to publish.", name=made.name))
    teams.check_there(connection, given)
    at = max(now(), before.published_at) if before else now()
    if before:
        ended = {"in_force": None, "ended_at": at}
        connection.execute(update(EDITION).where(EDITION.c.id == before.id).values(ended))
    stamps = {"published_at": at, "published_by": actor.name, "in_force": 1}
    return _touch(connection, edition_id, actor=actor, version=version, **stamps)


def drop(connection: Connection, edition_id: int, *, actor: Actor, version: int) -> Edition:
    """Give a draft up; see `TeamStore.drop_territories`."""
    _check_draft(connection, edition_id, actor=actor, version=version)
    return _touch(connection, edition_id, actor=actor, version=version, dropped_at=now())


def listed(connection: Connection, *, actor: Actor) -> list[Edition]:
    """Return the editions that the actor may see, the newest first; no draft that was given up."""
    query = (
        select(EDITION)
        .where(EDITION.c.dropped_at.is_(None), drafts.seen_by(EDITION, actor))
        .order_by(EDITION.c.id.desc())
    )
    return [_read(row) for row in connection.execute(query)]


def one(connection: Connection, edition_id: int, *, actor: Actor) -> Edition:
    """Return an edition that the actor may see.

    Raises
    ------
    StoreError
        There is none of this number that the actor may see.
    """
    query = select(EDITION).where(EDITION.c.id == edition_id, drafts.seen_by(EDITION, actor))
    row = connection.execute(query).first() if is_number(edition_id) else None
    if row is None:
        raise StoreError(_("There are no territories {id}.", id=edition_id))
    return _read(row)


def in_force(connection: Connection, *, at: datetime | None = None) -> Edition | None:
    """Return the edition that is in force, or that was at a moment; None where there is none."""
    then = EDITION.c.in_force == 1
    if at is not None:
        moment = to_micros(at)
        ended = func.coalesce(EDITION.c.ended_at > moment, true())
        then = and_(EDITION.c.published_at <= moment, ended)
    row = connection.execute(select(EDITION).where(then)).first()
    return None if row is None else _read(row)


def read(connection: Connection, edition_id: int, *, actor: Actor) -> pl.DataFrame:
    """Read the cells of an edition by cell: the columns `TERRITORIES`; a team's member only its own."""
    query = select(TERRITORY.c.cell, TERRITORY.c.team_id).where(TERRITORY.c.edition_id == edition_id)
    if actor.team is not None:
        query = query.where(TERRITORY.c.team_id == actor.team)
    found = read_frame(connection, query, dict.fromkeys(TERRITORIES, pl.Int64))
    return found.cast(TERRITORIES).sort("cell")


def _check_draft(connection: Connection, edition_id: int, *, actor: Actor, version: int) -> Edition:
    """Return a draft that is as the actor has seen it.

    Raises
    ------
    StoreError
        There is no such edition.
    TeamError
        It was published, or given up.
    ConflictError
        It was changed meanwhile.
    """
    found = one(connection, edition_id, actor=actor)
    if found.version != version:
        raise ConflictError(
            _(
                "{actor} has changed '{name}' since you looked at it. Look at it again first.",
                actor=found.changed_by,
                name=found.name,
            )
        )
    if found.state != "draft":
        raise TeamError(
            _("'{name}' is no draft any more, and does not change. Make a new draft of it.", name=found.name)
        )
    return found


def _touch(connection: Connection, edition_id: int, *, actor: Actor, version: int, **values: Any) -> Edition:
    drafts.stamp(connection, EDITION, edition_id, actor=actor, version=version, **values)
    return one(connection, edition_id, actor=actor)


def _words(*, name: str | None, note: str | None) -> dict[str, str]:
    words = {} if name is None else {"name": checked_name(name)}
    if note is not None:
        words["note"] = drafts.note_words(note, most=_MOST_NOTE)
    return words


def _checked(connection: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of `TERRITORIES` alone, or say what is wrong with them."""
    if lacking := [name for name in TERRITORIES if name not in frame.columns]:
        raise TeamError(
            _(
                "A frame of territories lacks {columns}. Expected {expected}.",
                columns=", ".join(lacking),
                expected=", ".join(TERRITORIES),
            )
        )
    cells: Cells = check(frame["cell"], resolution=ANALYSIS_RESOLUTION)
    try:
        rows = pl.DataFrame({"cell": cells, "team_id": frame["team_id"].cast(pl.Int64)})
    except pl.exceptions.PolarsError as error:
        raise TeamError(_("The teams of territories are no numbers: {why}.", why=error)) from error
    if n := rows["team_id"].null_count():
        raise TeamError(_("{n} cells have no team. Leave cells out that are nobody's.", n=n))
    if n := rows.height - rows["cell"].n_unique():
        raise TeamError(_("{n} cells are given twice. Expected each cell once.", n=n))
    teams.check_there(connection, set(rows["team_id"].unique()))
    return rows


def _insert(connection: Connection, edition_id: int, rows: pl.DataFrame) -> None:
    kept = rows.select(pl.lit(edition_id).alias("edition_id"), pl.col("cell").cast(pl.Int64), "team_id")
    insert_rows(connection, TERRITORY, kept)


def _teams_of(edition_id: int) -> Any:
    return select(TERRITORY.c.team_id).where(TERRITORY.c.edition_id == edition_id).distinct()


def _state(row: Row[Any]) -> EditionState:
    if row.dropped_at is not None:
        return "dropped"
    if row.published_at is None:
        return "draft"
    return "in_force" if row.in_force else "former"


def _read(row: Row[Any]) -> Edition:
    published, ended = (None if at is None else moment_of(at) for at in (row.published_at, row.ended_at))
    return Edition(
        id=row.id,
        name=row.name,
        note=row.note,
        state=_state(row),
        version=row.version,
        made_at=moment_of(row.made_at),
        made_by=row.made_by,
        changed_at=moment_of(row.changed_at),
        changed_by=row.changed_by,
        published_at=published,
        published_by=row.published_by,
        ended_at=ended,
    )
