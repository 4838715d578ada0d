"""What an answer of a field team does in the store: judged by what happened since, then let happen."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import polars as pl
from sqlalchemy import Connection, select

from data import case_rows, cases, given
from data.actors import Actor
from data.clock import moment_of, now
from data.events import Event
from data.field_acts import EVENT_OF, Step, Verdict, act_label, judge
from data.field_forms import Answer
from data.field_kept import Arrival
from data.issue_writing import Batch
from data.records import EDITION, EVENT, FIELD_ANSWER, ISSUE, TERRITORY
from data.rights import in_scope
from data.schema import REPORT
from geo.errors import GivenError
from i18n import gettext as _

#: What belongs to a report that the phone made, and comes after it.
_COMPLETES: Final = ("photo", "note")

#: By so much two clocks may differ without anybody noticing.
_NOTICED: Final = timedelta(minutes=2)
_SLACK: Final = timedelta(minutes=10)
#: An answer does not wait longer: what claims to be older has a wrong clock.
_OLDEST: Final = timedelta(days=60)


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
    if not in_scope(connection, issue_id, actor=doer(answer, actor)):
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


def doer(answer: Answer, actor: Actor) -> Actor:
    """Return as whom an answer is given: a team completes its own report wherever that lies."""
    return actor if answer.of is None or answer.act not in _COMPLETES else replace(actor, team=None)


def given_at(connection: Connection, answer: Answer, issue_id: int | None, arrival: Arrival) -> datetime:
    """Return when an answer was given, as far as the clock of the phone can be believed.

    That is the moment of arrival where the phone's is one to come, too long ago, or before what the team went
    by.
    """
    received = arrival.at
    if answer.at is None:
        return received
    found = answer.at + (arrival.skew if abs(arrival.skew) > _NOTICED else timedelta(0))
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
            actor=doer(answer, actor),
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
