"""Rotas in the store: which team goes to which compound on a day, as drafts and as what was published.

A draft is changed until it is published; from then on its places stay, and it is only noted who came. One
rota of a day holds at a time; another one that is published for the same day takes its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import polars as pl
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, true, update

from data import drafts, teams
from data.actors import Actor
from data.bulk import insert_rows
from data.bulk_reading import read_frame
from data.clock import moment_of, now
from data.given import is_number
from data.records import DUTY, NEED, PLACE, ROTA
from geo.errors import ConflictError, StoreError, TeamError
from i18n import gettext as _

#: Where a rota stands: it is drafted, then it holds, then another one took its place; or it was given up.
RotaState = Literal["draft", "holds", "replaced", "dropped"]

_Kinds = Mapping[str, pl.DataType | type[pl.DataType]]

#: The columns of duties that are given. A team without a place is excused.
DUTIES: Final[_Kinds] = {
    "team_id": pl.Int64,
    "place_id": pl.Int64,
    "excuse": pl.String,
    "by_hand": pl.Boolean,
}
#: Those that are read: beside them whether the team came, null where nobody noted it.
READ_DUTIES: Final[_Kinds] = {**DUTIES, "came": pl.Boolean}
#: The columns of needs: expected work, in cases.
NEEDS: Final[_Kinds] = {"place_id": pl.Int64, "amount": pl.Float64}
#: The columns of past turns; `need` is null for a place that was thought to have none.
TURNS: Final[_Kinds] = {
    "day": pl.Date,
    "team_id": pl.Int64,
    "place_id": pl.Int64,
    "came": pl.Boolean,
    "need": pl.Float64,
}

_EPOCH: Final = date(1970, 1, 1)
_MOST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class Rota:
    """A rota of a day.

    Attributes
    ----------
    version
        Counts its changes; who changes it says which version was seen.
    published_at, ended_at
        From when to when it held; None while it is a draft, or still holds.
    attended_at
        When it was last noted who came; None before.
    """

    id: int
    day: date
    note: str
    state: RotaState
    version: int
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    published_at: datetime | None
    published_by: str | None
    ended_at: datetime | None
    attended_at: datetime | None
    attended_by: str | None


def draft(
    connection: Connection, day: date, duties: pl.DataFrame, needs: pl.DataFrame, *, note: str, actor: Actor
) -> Rota:
    """Keep a new draft; see `RotaStore.draft_rota`."""
    rows, amounts = _checked_duties(connection, duties), _checked_needs(connection, needs)
    last: int = connection.execute(select(func.coalesce(func.max(ROTA.c.id), 0))).scalar_one()
    at = now()
    stamps = {"made_at": at, "made_by": actor.name, "changed_at": at, "changed_by": actor.name}
    values = {
        "id": last + 1,
        "day": _number(day),
        "note": drafts.note_words(note, most=_MOST_WORDS),
        "version": 1,
    }
    connection.execute(insert(ROTA).values(values | stamps))
    _insert(connection, last + 1, rows, amounts)
    return one(connection, last + 1, actor=actor)


def change(
    connection: Connection,
    rota_id: int,
    *,
    actor: Actor,
    version: int,
    duties: pl.DataFrame | None,
    needs: pl.DataFrame | None,
    note: str | None,
) -> Rota:
    """Change a draft; see `RotaStore.change_rota`."""
    _check_draft(connection, rota_id, actor=actor, version=version)
    if duties is not None:
        rows = _checked_duties(connection, duties)
        connection.execute(delete(DUTY).where(DUTY.c.rota_id == rota_id))
        _insert(connection, rota_id, rows, None)
    if needs is not None:
        amounts = _checked_needs(connection, needs)
        connection.execute(delete(NEED).where(NEED.c.rota_id == rota_id))
        _insert(connection, rota_id, None, amounts)
    words = {} if note is None else {"note": drafts.note_words(note, most=_MOST_WORDS)}
    return _touch(connection, rota_id, actor=actor, version=version, **words)


def publish(
    connection: Connection, rota_id: int, *, actor: Actor, version: int, replaces: int | None
) -> Rota:
    """Let a draft hold on its day; see `RotaStore.publish_rota`."""
    made = _check_draft(connection, rota_id, actor=actor, version=version)
    same_day = ROTA.c.day == _number(made.day)
    before = connection.execute(select(ROTA).where(same_day, ROTA.c.holds == 1)).first()
    if (before.id if before else None) != replaces:
        raise ConflictError(
            _(
                "Another rota of {day} has been published since you looked, by {actor}. Look at it first.",
                day=made.day,
                actor=before.published_by,
            )
            if before
            else _("No rota of {day} is published, so there is none to replace.", day=made.day)
        )
    rows = read_duties(connection, rota_id, actor=actor)
    if rows["place_id"].null_count() == rows.height:
        raise TeamError(_("Nobody goes anywhere by this rota: there is nothing to publish."))
    teams.check_there(connection, set(rows["team_id"]))
    at = max(now(), before.published_at) if before else now()
    if before:
        if before.attended_at is not None:
            raise TeamError(
                _("It is noted already who came on {day}: that rota stays as it is.", day=made.day)
            )
        ended = {"holds": None, "ended_at": at}
        connection.execute(update(ROTA).where(ROTA.c.id == before.id).values(ended))
    stamps = {"published_at": at, "published_by": actor.name, "holds": 1}
    return _touch(connection, rota_id, actor=actor, version=version, **stamps)


def drop(connection: Connection, rota_id: int, *, actor: Actor, version: int) -> Rota:
    """Give a draft up; see `RotaStore.drop_rota`."""
    _check_draft(connection, rota_id, actor=actor, version=version)
    return _touch(connection, rota_id, actor=actor, version=version, dropped_at=now())


def attend(
    connection: Connection, rota_id: int, came: dict[int, bool | None], *, actor: Actor, version: int
) -> Rota:
    """Note who came; see `RotaStore.note_attendance`."""
    found = _check_seen(connection, rota_id, actor=actor, version=version)
    if found.state != "holds":
        raise TeamError(_("Who came is noted for a rota that was published and holds."))
    at_work = read_duties(connection, rota_id, actor=actor).filter(pl.col("place_id").is_not_null())
    if lost := sorted(set(came) - set(at_work["team_id"])):
        raise TeamError(
            _(
                "These teams had nowhere to go by this rota: {ids}.",
                ids=", ".join(str(number) for number in lost),
            )
        )
    for team_id, there in came.items():
        own = (DUTY.c.rota_id == rota_id, DUTY.c.team_id == team_id)
        value = None if there is None else int(there)
        connection.execute(update(DUTY).where(*own).values(came=value))
    stamps = {"attended_at": now(), "attended_by": actor.name}
    return _touch(connection, rota_id, actor=actor, version=version, **stamps)


def listed(connection: Connection, *, actor: Actor) -> list[Rota]:
    """Return the rotas that the actor may see, the latest day first; no draft that was given up."""
    query = select(ROTA).where(ROTA.c.dropped_at.is_(None), drafts.seen_by(ROTA, actor))
    return [_read(row) for row in connection.execute(query.order_by(ROTA.c.day.desc(), ROTA.c.id.desc()))]


def one(connection: Connection, rota_id: int, *, actor: Actor) -> Rota:
    """Return a rota that the actor may see.

    Raises
    ------
    StoreError
        There is none of this number that the actor may see.
    """
    query = select(ROTA).where(ROTA.c.id == rota_id, drafts.seen_by(ROTA, actor))
    row = connection.execute(query).first() if is_number(rota_id) else None
    if row is None:
        raise StoreError(_("There is no rota {id}.", id=rota_id))
    return _read(row)


def read_duties(connection: Connection, rota_id: int, *, actor: Actor) -> pl.DataFrame:
    """Read the duties of a rota by team: the columns `READ_DUTIES`; a team's member only its own."""
    query = select(*(DUTY.c[name] for name in READ_DUTIES)).where(DUTY.c.rota_id == rota_id, _own(actor))
    kinds = {**READ_DUTIES, "by_hand": pl.Int64, "came": pl.Int64}
    return read_frame(connection, query, kinds).cast(pl.Schema(READ_DUTIES)).sort("team_id")


def read_needs(connection: Connection, rota_id: int) -> pl.DataFrame:
    """Read the needs of a rota by place: the columns `NEEDS`."""
    query = select(*(NEED.c[name] for name in NEEDS)).where(NEED.c.rota_id == rota_id)
    return read_frame(connection, query, dict(NEEDS)).sort("place_id")


def turns(connection: Connection, *, before: date, days: int, actor: Actor) -> pl.DataFrame:
    """Read who had to go where by the rotas that held on the last `days` days with one before a day.

    Returns
    -------
    The columns `TURNS`, by day and team.
    """
    earlier = (ROTA.c.holds == 1, ROTA.c.day < _number(before))
    known = select(ROTA.c.id).where(*earlier).order_by(ROTA.c.day.desc()).limit(days)
    amount = (NEED.c.rota_id == DUTY.c.rota_id) & (NEED.c.place_id == DUTY.c.place_id)
    joined = DUTY.join(ROTA, ROTA.c.id == DUTY.c.rota_id).outerjoin(NEED, amount)
    query = (
        select(ROTA.c.day, DUTY.c.team_id, DUTY.c.place_id, DUTY.c.came, NEED.c.amount.label("need"))
        .select_from(joined)
        .where(ROTA.c.id.in_(known), _own(actor))
    )
    found = read_frame(connection, query, {**TURNS, "day": pl.Int64, "came": pl.Int64})
    return found.with_columns(pl.col("day").cast(pl.Int32)).cast(pl.Schema(TURNS)).sort("day", "team_id")


def _own(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.team is None else DUTY.c.team_id == actor.team


def _check_seen(connection: Connection, rota_id: int, *, actor: Actor, version: int) -> Rota:
    """Return a rota that is as the actor has seen it.

    Raises
    ------
    StoreError
        There is no such rota.
    ConflictError
        It was changed meanwhile.
    """
    found = one(connection, rota_id, actor=actor)
    if found.version != version:
        raise ConflictError(
            _(
                "{actor} has changed the rota of {day} since you looked at it. Look at it again first.",
                actor=found.changed_by,
                day=found.day,
            )
        )
    return found


def _check_draft(connection: Connection, rota_id: int, *, actor: Actor, version: int) -> Rota:
    """Return a draft that is as the actor has seen it; a TeamError where it is none any more."""
    found = _check_seen(connection, rota_id, actor=actor, version=version)
    if found.state != "draft":
        raise TeamError(
            _("The rota of {day} is no draft any more, and its places stay. Make a new one.", day=found.day)
        )
    return found


def _touch(connection: Connection, rota_id: int, *, actor: Actor, version: int, **values: Any) -> Rota:
    drafts.stamp(connection, ROTA, rota_id, actor=actor, version=version, **values)
    return one(connection, rota_id, actor=actor)


def _checked_duties(connection: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    """Return duties in the columns `DUTIES`, or say what is wrong with them."""
    rows = _cast(frame, DUTIES, _("duties"))
    if n := _not_once(rows["team_id"]):
        raise TeamError(_("{n} duties are of no team, or of one that has another. Expected one each.", n=n))
    teams.check_there(connection, set(rows["team_id"]))
    _check_places(connection, set(rows["place_id"].drop_nulls()))
    excuses = [drafts.note_words(excuse or "", most=_MOST_WORDS) for excuse in rows["excuse"]]
    return rows.with_columns(
        pl.Series("excuse", excuses, dtype=pl.String), pl.col("by_hand").fill_null(value=False).cast(pl.Int64)
    )


def _checked_needs(connection: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    """Return needs in the columns `NEEDS`, or say what is wrong with them."""
    rows = _cast(frame, NEEDS, _("needs"))
    amount = rows["amount"]
    if n := rows.height - int((amount.is_finite() & (amount >= 0)).sum()):
        raise TeamError(_("{n} needs are no numbers of 0 or more.", n=n))
    if n := _not_once(rows["place_id"]):
        raise TeamError(_("{n} needs are of no place, or of one that has another. Expected one each.", n=n))
    _check_places(connection, set(rows["place_id"]))
    return rows


def _not_once(ids: pl.Series) -> int:
    return ids.null_count() + int(ids.drop_nulls().is_duplicated().sum())


def _cast(frame: pl.DataFrame, schema: _Kinds, what: str) -> pl.DataFrame:
    if lacking := [name for name in schema if name not in frame.columns]:
        raise TeamError(
            _(
                "A frame of {what} lacks {columns}. Expected {expected}.",
                what=what,
                columns=", ".join(lacking),
                expected=", ".join(schema),
            )
        )
    try:
        return frame.select(pl.col(name).cast(kind) for name, kind in schema.items())
    except pl.exceptions.PolarsError as error:
        raise TeamError(
            _("The {what} are not of the types expected: {why}.", what=what, why=error)
        ) from error


def _check_places(connection: Connection, asked: set[int]) -> None:
    there = set(connection.execute(select(PLACE.c.id).where(PLACE.c.id.in_(sorted(asked)))).scalars())
    if lost := sorted(asked - there):
        raise TeamError(_("There is no place {id} in this store.", id=lost[0]))


def _insert(
    connection: Connection, rota_id: int, duties: pl.DataFrame | None, needs: pl.DataFrame | None
) -> None:
    own = pl.lit(rota_id).alias("rota_id")
    if duties is not None and duties.height:
        insert_rows(connection, DUTY, duties.select(own, *DUTIES, pl.lit(None, dtype=pl.Int64).alias("came")))
    if needs is not None and needs.height:
        insert_rows(connection, NEED, needs.select(own, *NEEDS))


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _state(row: Row[Any]) -> RotaState:
    if row.dropped_at is not None:
        return "dropped"
    if row.published_at is None:
        return "draft"
    return "holds" if row.holds else "replaced"


def _read(row: Row[Any]) -> Rota:
    published, ended, attended = (
        None if at is None else moment_of(at) for at in (row.published_at, row.ended_at, row.attended_at)
    )
    return Rota(
        id=row.id,
        day=_EPOCH + timedelta(days=row.day),
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
        attended_at=attended,
        attended_by=row.attended_by,
    )
