"""Answers of field teams as rows of the store: each once by its number, with what became of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, exists, insert, select, update

from data import case_rows
from data.actors import Actor
from data.clock import moment_of, now
from data.field_acts import ANSWERS_HELP, Verdict
from data.field_forms import Answer, Damaged
from data.records import EVENT, FIELD_ANSWER, ISSUE, OPEN
from geo.errors import StoreError
from i18n import gettext as _

#: What became of an answer. `refused` is not the last word: the same answer may be handed in again. An answer
#: in conflict waits until a manager applies it or sets it aside.
AnswerState = Literal["applied", "already", "conflict", "refused", "aside"]
STATES: Final = ("applied", "already", "conflict", "refused", "aside")


@dataclass(frozen=True, slots=True)
class Arrival:
    """How an answer comes in: by whom of a team, when, and how far the phone's clock is behind this one."""

    actor: Actor
    at: datetime
    skew: timedelta = timedelta(0)

    @property
    def team(self) -> int:
        """The number of the team."""
        return self.actor.team or 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an answer: its number, its state, why in words, and the case that it is about."""

    uid: str
    state: str
    words: str
    issue_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer as it is kept.

    `told` is what the phone sent, but for the photo; `photo` is whether one is kept with it. `settled_…` say
    who decided on it and why.
    """

    uid: str
    team_id: int
    actor: str
    received_at: datetime
    at: datetime
    act: str
    issue_id: int | None
    told: dict[str, Any]
    photo: bool
    state: AnswerState
    words: str
    event_seq: int | None
    settled_at: datetime | None
    settled_by: str | None
    reason: str | None


def known(connection: Connection, answer: Answer | Damaged, arrival: Arrival) -> Answered | None:
    """Return what became of an answer that was handed in before; None where it is to be taken now."""
    row = connection.execute(_query().where(FIELD_ANSWER.c.uid == answer.uid)).first()
    if row is None:
        return None
    if row.team_id != arrival.team:
        return Answered(answer.uid, "refused", _("Another team has an answer of this number."))
    if row.state == "refused" and row.settled_at is None:
        return None
    if not _is_same(json.loads(row.answer), answer):
        return Answered(answer.uid, "refused", _("Another answer was handed in under this number before."))
    if row.state == "conflict":
        return Answered(answer.uid, "conflict", row.words, row.issue_id)
    return Answered(answer.uid, "already", _said(row), row.issue_id)


def keep(
    connection: Connection,
    answer: Answer | Damaged,
    arrival: Arrival,
    verdict: Verdict,
    *,
    at: datetime | None = None,
    issue_id: int | None = None,
    event_seq: int | None = None,
    photo: bytes | None = None,
) -> Answered:
    """Write down an answer, what became of it, and when it was given: as it came in, unless `at` says it."""
    there = (
        issue_id is not None
        and connection.execute(select(ISSUE.c.id).where(ISSUE.c.id == issue_id)).first() is not None
    )
    told = answer if isinstance(answer, Answer) else None
    values = {
        "team_id": arrival.team,
        "actor": arrival.actor.name,
        "received_at": case_rows.to_micros(arrival.at),
        "at": case_rows.to_micros(at or arrival.at),
        "act": answer.act,
        "issue_id": issue_id if there else None,
        "lon": told.lon if told else None,
        "lat": told.lat if told else None,
        "answer": answer.told,
        "photo": photo,
        "state": verdict.state,
        "words": verdict.words,
        "event_seq": event_seq,
    }
    of_uid = FIELD_ANSWER.c.uid == answer.uid
    if connection.execute(update(FIELD_ANSWER).where(of_uid).values(values)).rowcount == 0:
        connection.execute(insert(FIELD_ANSWER).values(uid=answer.uid, **values))
    return Answered(answer.uid, verdict.state, verdict.words, issue_id if there else None)


def listed(connection: Connection, *, states: Sequence[str], settled: bool, limit: int) -> list[KeptAnswer]:
    """Return kept answers of these states that wait, or all that were decided on; the last first."""
    query = _query().where(
        FIELD_ANSWER.c.state.in_(states) if not settled else FIELD_ANSWER.c.settled_at.is_not(None)
    )
    if not settled:
        query = query.where(FIELD_ANSWER.c.settled_at.is_(None))
    query = query.order_by(FIELD_ANSWER.c.received_at.desc(), FIELD_ANSWER.c.uid).limit(limit)
    return [_kept(row) for row in connection.execute(query)]


def calls_for_help(connection: Connection) -> list[KeptAnswer]:
    """Return the last call for help at each open case that nobody has moved since, the oldest first."""
    later = FIELD_ANSWER.alias()
    moved = exists().where(
        EVENT.c.issue_id == FIELD_ANSWER.c.issue_id,
        EVENT.c.seq > FIELD_ANSWER.c.event_seq,
        EVENT.c.kind.in_(ANSWERS_HELP),
    )
    again = exists().where(
        later.c.issue_id == FIELD_ANSWER.c.issue_id,
        later.c.act == "needs_help",
        later.c.event_seq > FIELD_ANSWER.c.event_seq,
    )
    query = (
        _query()
        .join(ISSUE, ISSUE.c.id == FIELD_ANSWER.c.issue_id)
        .where(
            FIELD_ANSWER.c.act == "needs_help", FIELD_ANSWER.c.event_seq.is_not(None), OPEN, ~moved, ~again
        )
        .order_by(FIELD_ANSWER.c.at, FIELD_ANSWER.c.uid)
    )
    return [_kept(row) for row in connection.execute(query)]


def one(connection: Connection, uid: str) -> KeptAnswer:
    """Return a kept answer.

    Raises
    ------
    StoreError
        There is none of this number.
    """
    row = connection.execute(_query().where(FIELD_ANSWER.c.uid == uid)).first()
    if row is None:
        raise StoreError(_("There is no answer {uid}.", uid=uid[:40]))
    return _kept(row)


def photo_of(connection: Connection, uid: str) -> bytes | None:
    """Return the photo that is kept with an answer; None where there is none."""
    found: bytes | None = connection.execute(
        select(FIELD_ANSWER.c.photo).where(FIELD_ANSWER.c.uid == uid)
    ).scalar()
    return found


def settle(
    connection: Connection,
    uid: str,
    *,
    state: str,
    actor: Actor,
    reason: str,
    event_seq: int | None = None,
    issue_id: int | None = None,
    photo_came: bool = False,
) -> KeptAnswer:
    """Write down what somebody decided on an answer; a photo that came into the folder is not kept here."""
    values: dict[str, Any] = {
        "state": state,
        "settled_at": now(),
        "settled_by": actor.name,
        "reason": reason,
    }
    if state == "applied":
        values |= {"event_seq": event_seq, "issue_id": issue_id}
    if photo_came:
        values["photo"] = None
    connection.execute(update(FIELD_ANSWER).where(FIELD_ANSWER.c.uid == uid).values(values))
    return one(connection, uid)


def _is_same(before: Any, answer: Answer | Damaged) -> bool:
    """Tell whether an answer says what was said under its number before, in whichever form it came.

    A picture that was sent by itself comes with fewer words than in a file, and an answer that named a report
    may name its case by now.
    """
    if isinstance(answer, Damaged) or not isinstance(before, dict):
        return isinstance(answer, Damaged) and json.loads(answer.told) == before
    cases = {before.get("case"), answer.case} - {None}
    told = [before.get(name) or "" for name in ("act", "reason", "note", "category")]
    words = [text.strip() if isinstance(text, str) else text for text in told]
    return len(cases) <= 1 and words == [answer.act, answer.reason, answer.note, answer.category or ""]


def _said(row: Row[Any]) -> str:
    if row.settled_at is None:
        return str(row.words)
    if row.state == "aside":
        return _("{actor} set it aside: {reason}", actor=row.settled_by, reason=row.reason)
    return _("{actor} applied it.", actor=row.settled_by)


def _query() -> Any:
    bare = [column for column in FIELD_ANSWER.c if column.name != "photo"]
    return select(*bare, FIELD_ANSWER.c.photo.is_not(None).label("has_photo"))


def _kept(row: Row[Any]) -> KeptAnswer:
    told = json.loads(row.answer)
    return KeptAnswer(
        uid=row.uid,
        team_id=row.team_id,
        actor=row.actor,
        received_at=moment_of(row.received_at),
        at=moment_of(row.at),
        act=row.act,
        issue_id=row.issue_id,
        told=told if isinstance(told, dict) else {"said": told},
        photo=bool(row.has_photo),
        state=row.state,
        words=row.words,
        event_seq=row.event_seq,
        settled_at=None if row.settled_at is None else moment_of(row.settled_at),
        settled_by=row.settled_by,
        reason=row.reason,
    )
