"""Answers of field teams in the store: each taken once, applied or kept with the reason why not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import uuid4

import polars as pl
from sqlalchemy import Connection, Row, exists, insert, select, update

from data import case_rows, cases, given
from data.actors import Actor
from data.clock import moment_of, now
from data.events import Event
from data.field_acts import ANSWERS_HELP, EVENT_OF, Step, Verdict, act_label, judge
from data.field_forms import Answer, Damaged
from data.issue_writing import Batch
from data.records import EDITION, EVENT, FIELD_ANSWER, ISSUE, OPEN, TERRITORY
from data.rights import in_scope
from data.schema import REPORT
from geo.errors import GivenError, StoreError
from i18n import gettext as _

#: What became of an answer. `refused` is not the last word: the same answer may be handed in again. An answer
#: in conflict waits until a manager applies it or sets it aside.
AnswerState = Literal["applied", "already", "conflict", "refused", "aside"]
STATES: Final = ("applied", "already", "conflict", "refused", "aside")

#: By so much two clocks may differ without anybody noticing.
_NOTICED: Final = timedelta(minutes=2)
_SLACK: Final = timedelta(minutes=10)
#: An answer does not wait longer: what claims to be older has a wrong clock.
_OLDEST: Final = timedelta(days=60)


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


def known(connection: Connection, answer: Answer | Damaged, *, team: int) -> Answered | None:
    """Return what became of an answer that was handed in before; None where it is to be taken now."""
    row = connection.execute(_query().where(FIELD_ANSWER.c.uid == answer.uid)).first()
    if row is None:
        return None
    if row.team_id != team:
        return Answered(answer.uid, "refused", _("Another team has an answer of this number."))
    if row.state == "refused" and row.settled_at is None:
        return None
    if not _is_same(json.loads(row.answer), answer):
        return Answered(answer.uid, "refused", _("Another answer was handed in under this number before."))
    if row.state == "conflict":
        return Answered(answer.uid, "conflict", row.words, row.issue_id)
    return Answered(answer.uid, "already", _said(row), row.issue_id)


def case_of(connection: Connection, answer: Answer, *, team: int) -> int | None:
    """Return the case that an answer is about; None where its own report has not been taken up.

    An answer to a case that the phone itself reported, before it had a number, names that report.
    """
    if answer.of is None:
        return answer.case
    row = connection.execute(
        select(FIELD_ANSWER.c.issue_id).where(
            FIELD_ANSWER.c.uid == answer.of, FIELD_ANSWER.c.team_id == team, FIELD_ANSWER.c.act == "report"
        )
    ).first()
    return None if row is None else row.issue_id


def judged(connection: Connection, answer: Answer, issue_id: int | None, *, actor: Actor) -> Verdict:
    """Say what becomes of an answer of a team to a case.

    Raises
    ------
    GivenError
        The case never was in the team's cells, if there is such a case at all; or the report that the answer
        belongs to has not been taken up.
    """
    if issue_id is None:
        raise GivenError(_("The report that this belongs to has not been handed in yet."))
    row = connection.execute(select(ISSUE).where(ISSUE.c.id == issue_id)).mappings().first()
    if row is None:
        raise GivenError(_("This case is not in the team's cells."))
    since = _since(connection, issue_id, answer.version, team=actor.team)
    if not in_scope(connection, issue_id, actor=actor):
        if _was_theirs(connection, row, since, team=actor.team):
            return Verdict("conflict", _("The case is not in the team's cells any more."))
        raise GivenError(_("This case is not in the team's cells."))
    if answer.version is not None and answer.version > row["version"]:
        return Verdict(
            "conflict",
            _(
                "Case {id} has no version {version} yet. Look at it again.",
                id=issue_id,
                version=answer.version,
            ),
        )
    return judge(answer.act, case_rows.state_of(row), since, role=actor.role)


def given_at(
    connection: Connection, answer: Answer, issue_id: int | None, *, skew: timedelta, received: datetime
) -> datetime:
    """Return when an answer was given, as far as the clock of the phone can be believed.

    Parameters
    ----------
    skew
        By how much the phone's clock is behind this one, where it said what time it has.

    Returns
    -------
    The moment of arrival where the phone's is one to come, too long ago, or before what the team went by.
    """
    if answer.at is None:
        return received
    found = answer.at + (skew if abs(skew) > _NOTICED else timedelta(0))
    seen = _seen_at(connection, issue_id, answer.version) if issue_id is not None else None
    earliest = received - _OLDEST if seen is None else max(seen - _SLACK, received - _OLDEST)
    if not earliest <= found <= received + _SLACK:
        return received
    return min(max(found, seen or found), received)


def apply(connection: Connection, answer: Answer, issue_id: int, *, actor: Actor, at: datetime) -> int:
    """Let happen what an answer says, no photo, and return the number of its event."""
    event = EVENT_OF[answer.act]
    facts = {"field": field_facts(answer, team=actor.team)}
    if event == "note":
        done = cases.record(
            connection,
            issue_id,
            "note",
            actor=actor,
            version=None,
            note=words_of(answer),
            facts=facts,
            at=not_before(connection, issue_id, at, stages=False),
        )
    else:
        done = cases.transition(
            connection,
            issue_id,
            event,
            actor=actor,
            version=None,
            reason=words_of(answer) if event == "return" else "",
            at=not_before(connection, issue_id, at),
            needs={} if event == "return" or not answer.note else {"note": answer.note},
            facts=facts,
        )
    return done.seq


def remark(
    connection: Connection, answer: Answer, issue_id: int, *, actor: Actor, at: datetime
) -> int | None:
    """Note the words of an answer that has no other effect any more; None where it has none."""
    if not (answer.reason or answer.note):
        return None
    done = cases.record(
        connection,
        issue_id,
        "note",
        actor=actor,
        version=None,
        note=words_of(answer),
        facts={"field": field_facts(answer, team=actor.team)},
        at=not_before(connection, issue_id, at, stages=False),
    )
    return done.seq


def report(connection: Connection, answer: Answer, *, actor: Actor, at: datetime) -> tuple[int, int]:
    """Take up a problem that a team reports, and return the numbers of the case and of its event."""
    told = {
        "category": answer.category,
        "lon": answer.lon,
        "lat": answer.lat,
        "description": answer.note or None,
        "reported_at": at,
    }
    row = {**dict.fromkeys(REPORT), **given.report(told, now=moment_of(now()))}
    row |= {"source": "field", "external_id": uuid4().hex, "status": "reported"}
    batch = Batch(connection, actor=actor, import_id=None)
    issue_id = batch.write_report(pl.DataFrame([row], schema=REPORT), reporter=None)
    return issue_id, int(case_rows.row_of(connection, issue_id)["seq"])


def keep(
    connection: Connection,
    answer: Answer | Damaged,
    *,
    team: int,
    actor: Actor,
    state: str,
    words: str,
    at: datetime,
    received: datetime,
    issue_id: int | None = None,
    event_seq: int | None = None,
    photo: bytes | None = None,
) -> Answered:
    """Write down an answer and what became of it."""
    there = (
        issue_id is not None
        and connection.execute(select(ISSUE.c.id).where(ISSUE.c.id == issue_id)).first() is not None
    )
    told = answer if isinstance(answer, Answer) else None
    values = {
        "team_id": team,
        "actor": actor.name,
        "received_at": case_rows.to_micros(received),
        "at": case_rows.to_micros(at),
        "act": answer.act,
        "issue_id": issue_id if there else None,
        "lon": told.lon if told else None,
        "lat": told.lat if told else None,
        "answer": answer.told,
        "photo": photo,
        "state": state,
        "words": words,
        "event_seq": event_seq,
    }
    of_uid = FIELD_ANSWER.c.uid == answer.uid
    if connection.execute(update(FIELD_ANSWER).where(of_uid).values(values)).rowcount == 0:
        connection.execute(insert(FIELD_ANSWER).values(uid=answer.uid, **values))
    said = answer.uid if isinstance(answer, Answer) else answer.said_uid
    return Answered(said, state, words, issue_id if there else None)


def field_facts(answer: Answer, *, team: int | None) -> dict[str, Any]:
    """Return what an event tells of the answer that made it: act, team, number, place where known."""
    facts = {"act": answer.act, "team": team, "uid": answer.uid}
    return facts if answer.lon is None else facts | {"lon": answer.lon, "lat": answer.lat}


def words_of(answer: Answer) -> str:
    """Return the words that an event holds: what was found, why, and what else was said."""
    said = [text for text in (answer.reason, answer.note) if text]
    if answer.act in ("note", "fix", "start") and said:
        return " · ".join(said)
    return act_label(answer.act) + (": " + " · ".join(said) if said else "")


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


def not_before(
    connection: Connection, issue_id: int, at: datetime, *, stages: bool = True
) -> datetime | None:
    """Return when something happened to a case: not before its report, nor before the last stage it entered.

    None, which is now, where those lie ahead of this clock.
    """
    state = case_rows.state_of(case_rows.row_of(connection, issue_id))
    times: list[datetime | None] = [state.reported_at]
    if stages:
        times += [
            state.accepted_at, state.dispatched_at, state.started_at, state.fixed_at, state.verified_at,
        ]  # fmt: skip
    found = max(at, *(time for time in times if time is not None))
    return found if found <= moment_of(now()) else None


def _since(connection: Connection, issue_id: int, version: int | None, *, team: int | None) -> list[Step]:
    """Return what happened to a case after a version; nothing where the version is not known."""
    if version is None:
        return []
    own = select(FIELD_ANSWER.c.event_seq).where(
        FIELD_ANSWER.c.issue_id == issue_id,
        FIELD_ANSWER.c.team_id == team,
        FIELD_ANSWER.c.event_seq.is_not(None),
    )
    seqs = set(connection.execute(own).scalars())
    query = select(EVENT).where(EVENT.c.issue_id == issue_id).order_by(EVENT.c.seq).offset(version)
    steps = []
    for row in connection.execute(query):
        payload = json.loads(row.payload)
        event = Event.from_payload(row.kind, moment_of(row.at), row.actor, payload)
        steps.append(Step(event, frozenset(payload), row.seq in seqs))
    return steps


def _was_theirs(connection: Connection, row: Any, since: Sequence[Step], *, team: int | None) -> bool:
    """Tell whether a case was a team's before: by other territories, or where it was said to lie."""
    if any(step.event.kind == "update" and step.changed & {"lon", "lat"} for step in since):
        return True
    theirs = (
        select(TERRITORY.c.cell)
        .join(EDITION, EDITION.c.id == TERRITORY.c.edition_id)
        .where(
            EDITION.c.published_at.is_not(None), TERRITORY.c.team_id == team, TERRITORY.c.cell == row["cell"]
        )
    )
    return connection.execute(theirs.limit(1)).first() is not None


def _seen_at(connection: Connection, issue_id: int, version: int | None) -> datetime | None:
    """Return when the last thing happened that a team knew of as it answered: an answer is not older."""
    query = select(EVENT).where(EVENT.c.issue_id == issue_id).order_by(EVENT.c.seq)
    row = connection.execute(query.offset(max(version or 1, 1) - 1).limit(1)).first()
    if row is None:
        return None
    event = Event.from_payload(row.kind, moment_of(row.at), row.actor, json.loads(row.payload))
    if event.kind == "report":
        return event.reported_at
    return event.moment


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
