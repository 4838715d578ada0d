"""The photos of cases in the store: rows that follow from events, in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, true, update

from data import case_rows, cases
from data.actors import Actor
from data.cases import Case
from data.events import Event
from data.lifecycle import check
from data.photo_exif import Taken
from data.photo_images import PhotoLimits
from data.photos import Photo, PhotoPair, Shot
from data.records import EVENT, ISSUE, PHOTO
from data.rights import scope
from geo.crs import haversine_m
from geo.errors import NotAllowedError, PhotoError
from i18n import gettext as _

#: What a photo is there for: to show the place before it was fixed, or after; empty for anything else.
PhotoRole = Literal["before", "after", ""]

_SIGN: Final = 1 << 63
#: Datums that are WGS-84 within a metre, as cameras write them.
_AS_WGS84: Final = (None, "WGS-84", "WGS84", "WGS 84", "CGCS2000")


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePhoto:
    """A photo of a case.

    `seq` is its number, `taken` what was kept of the camera's notes, `present` whether its files are there:
    a folder that is away takes no case with it.
    """

    seq: int
    issue_id: int
    role: str
    photo: Photo
    taken: Taken
    at: datetime
    actor: str
    note: str
    present: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedPhoto:
    """A photo that was just added.

    `taken` is all that its camera noted, on offer: what was not asked to be kept is gone after this.
    `from_case_m` is how far from the case it was taken, None where the camera did not say. `new` is False
    where the case had this very photo already, and nothing was written.
    """

    photo: CasePhoto
    taken: Taken
    from_case_m: float | None
    case: Case
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePair:
    """Before and after at one case, and why that may prove nothing (`data.photos.doubt_words`)."""

    before: CasePhoto
    after: CasePhoto
    doubts: tuple[str, ...]


def check_may_add(
    connection: Connection,
    issue_id: int,
    *,
    role: str,
    actor: Actor,
    version: int | None,
    limits: PhotoLimits,
) -> None:
    """Refuse a photo before it is looked at, with the errors of `PhotoStore.add_photo`."""
    if role not in get_args(PhotoRole):
        raise PhotoError(
            _("'{role}' is not what a photo shows. Expected before, after or nothing.", role=role)
        )
    row = cases.look_up(connection, issue_id, actor=actor)
    cases.check_version(connection, row, version)
    moment = case_rows.EPOCH
    check(case_rows.state_of(row), Event(kind="photo", at=moment, actor=actor.name, role=actor.role))
    limits.check_room(_count(connection, issue_id))


def add(
    connection: Connection,
    issue_id: int,
    shot: Shot,
    *,
    kept: Taken,
    role: str,
    actor: Actor,
    version: int | None,
    note: str,
    limits: PhotoLimits,
    at: datetime | None = None,
) -> AddedPhoto:
    """Write the event and the row of a photo whose files are in the folder."""
    row = cases.look_up(connection, issue_id, actor=actor)
    known = connection.execute(
        _query().where(PHOTO.c.issue_id == issue_id, PHOTO.c.full == shot.photo.full, PHOTO.c.role == role)
    ).first()
    if known is not None:
        case = cases.case(connection, issue_id, actor=actor)
        return _added(_photo(known), shot, row, case, new=False)
    limits.check_room(_count(connection, issue_id))
    facts = {"role": role, **shot.photo.as_json(), "sent": shot.sent, "kind": shot.kind, **_noted(kept)}
    case = cases.record(
        connection, issue_id, "photo", actor=actor, version=version, note=note, facts={"photo": facts}, at=at
    )
    connection.execute(insert(PHOTO).values(row_of(case.seq, issue_id, facts)))
    made = connection.execute(_query().where(PHOTO.c.seq == case.seq)).one()
    return _added(_photo(made), shot, row, case, new=True)


def hide(
    connection: Connection, issue_id: int, seq: int, *, actor: Actor, version: int | None, reason: str
) -> Case:
    """Write the event that takes a photo away; its files stay."""
    cases.look_up(connection, issue_id, actor=actor)
    known = connection.execute(_query().where(PHOTO.c.issue_id == issue_id, PHOTO.c.seq == seq)).first()
    if known is None:
        raise PhotoError(_("Case {id} has no photo {seq}.", id=issue_id, seq=seq))
    if actor.role == "team_member" and known.actor != actor.name:
        raise NotAllowedError(_("The photo is {actor}'s. A team takes away only its own.", actor=known.actor))
    case = cases.record(
        connection, issue_id, "hide", actor=actor, version=version, reason=reason, facts={"hides": seq}
    )
    connection.execute(update(PHOTO).where(PHOTO.c.seq == seq).values(hidden=case.seq))
    return case


def of_case(connection: Connection, issue_id: int, *, actor: Actor) -> list[CasePhoto]:
    """Return the photos of a case that the actor may see, oldest first."""
    query = _query().where(PHOTO.c.issue_id == issue_id, _seen_by(actor)).order_by(PHOTO.c.seq)
    return [_photo(row) for row in connection.execute(query)]


def photographed(connection: Connection, *, actor: Actor) -> list[int]:
    """Return the cases in the actor's part of the city with photos to see, that of the newest photo first."""
    newest = func.max(PHOTO.c.seq)
    query = (
        select(PHOTO.c.issue_id)
        .join(ISSUE, ISSUE.c.id == PHOTO.c.issue_id)
        .join(EVENT, EVENT.c.seq == PHOTO.c.seq)
        .where(PHOTO.c.hidden.is_(None), _seen_by(actor), scope(actor))
        .group_by(PHOTO.c.issue_id)
        .order_by(newest.desc())
    )
    return list(connection.execute(query).scalars())


def by_name(connection: Connection, name: str, *, actor: Actor) -> Photo | None:
    """Return the photo of this name, where a case that the actor may see shows it."""
    query = _query().join(ISSUE, ISSUE.c.id == PHOTO.c.issue_id)
    row = connection.execute(
        query.where(PHOTO.c.full == name, _seen_by(actor), scope(actor)).limit(1)
    ).first()
    return _photo(row).photo if row else None


def pairs(photos: Sequence[CasePhoto]) -> list[CasePair]:
    """Put each photo from after beside one from before: the first beside the first, and so on.

    Where there are fewer from before, the last of them stands beside the rest.
    """
    before = [one for one in photos if one.role == "before"]
    after = [one for one in photos if one.role == "after"]
    return [
        CasePair(before=first, after=second, doubts=PhotoPair(first, second).doubts())
        for number, second in enumerate(after)
        for first in before[min(number, len(before) - 1) :][:1]
    ]


def referred(connection: Connection, names: Sequence[str]) -> set[str]:
    """Return those of these files that a photo of the store has, one that was taken away included."""
    files = (PHOTO.c.full, PHOTO.c.view, PHOTO.c.thumb)
    rows = connection.execute(select(*files).where(or_(*(column.in_(names) for column in files))))
    return {name for row in rows for name in row}


def every(connection: Connection) -> list[Photo]:
    """Return all photos of the store, those that were taken away included."""
    names = ("full", "view", "thumb", "width", "height", "bytes", "hash")
    rows = connection.execute(select(*(PHOTO.c[name] for name in names)).distinct())
    return [_kept(row) for row in rows]


def row_of(seq: int, issue_id: int, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row that a photo's event stands for, but for `hidden`."""
    names = ("role", "full", "view", "thumb", "width", "height", "bytes")
    taken_at = facts.get("taken_at")
    return {
        "seq": seq,
        "issue_id": issue_id,
        **{name: facts[name] for name in names},
        "hash": None if facts["hash"] is None else to_signed(int(facts["hash"], 16)),
        "taken_at": None if taken_at is None else case_rows.to_micros(datetime.fromisoformat(taken_at)),
        "lon": facts.get("lon"),
        "lat": facts.get("lat"),
    }


def to_signed(number: int) -> int:
    """Return 64 bits as the signed number that a database keeps."""
    return (number ^ _SIGN) - _SIGN


def from_signed(number: int) -> int:
    """Return a database's signed number as 64 bits."""
    return number % (_SIGN * 2)


def kept_of(taken: Taken, *, time: bool, position: bool) -> Taken:
    """Return what is to be kept of a camera's notes; a position in another datum than WGS-84 is not."""
    position = position and taken.has_position and taken.datum in _AS_WGS84
    return Taken(
        lon=taken.lon if position else None,
        lat=taken.lat if position else None,
        accuracy_m=taken.accuracy_m if position else None,
        at=taken.at if time else None,
    )


def _noted(kept: Taken) -> dict[str, Any]:
    noted = {"lon": kept.lon, "lat": kept.lat, "accuracy_m": kept.accuracy_m, "taken_at": kept.at}
    given = {name: value for name, value in noted.items() if value is not None}
    facts: dict[str, Any] = json.loads(case_rows.as_json(given))  # the moment becomes text
    return facts


def _added(photo: CasePhoto, shot: Shot, row: Mapping[Any, Any], case: Case, *, new: bool) -> AddedPhoto:
    taken = shot.taken
    apart_m = None
    if taken.has_position:
        apart_m = float(haversine_m(taken.lon, taken.lat, row["lon"], row["lat"]))
    return AddedPhoto(photo=photo, taken=taken, from_case_m=apart_m, case=case, new=new)


def _count(connection: Connection, issue_id: int) -> int:
    query = select(func.count()).where(PHOTO.c.issue_id == issue_id, PHOTO.c.hidden.is_(None))
    n: int = connection.execute(query).scalar_one()
    return n


def _query() -> Any:
    return (
        select(PHOTO, EVENT.c.at, EVENT.c.actor, EVENT.c.payload)
        .join(EVENT, EVENT.c.seq == PHOTO.c.seq)
        .where(PHOTO.c.hidden.is_(None))
    )


def shown(actor: Actor) -> ColumnElement[bool]:
    """Return the condition, over `PHOTO` and its `EVENT`, that leaves the photos that an actor is shown."""
    return and_(PHOTO.c.hidden.is_(None), _seen_by(actor))


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that leaves a resident's own photos; everybody else sees those of their cases."""
    return EVENT.c.actor == actor.name if actor.role == "resident" else true()


def _photo(row: Any) -> CasePhoto:
    payload = json.loads(row.payload)
    return CasePhoto(
        seq=row.seq,
        issue_id=row.issue_id,
        role=row.role,
        photo=_kept(row),
        taken=Taken(
            lon=row.lon,
            lat=row.lat,
            accuracy_m=payload["photo"].get("accuracy_m"),
            at=case_rows.to_moment(row.taken_at),
        ),
        at=case_rows.to_moment(row.at) or case_rows.EPOCH,
        actor=row.actor,
        note=payload.get("note", ""),
    )


def _kept(row: Any) -> Photo:
    hashed = None if row.hash is None else from_signed(row.hash)
    return Photo(row.full, row.view, row.thumb, row.width, row.height, row.bytes, hashed)
