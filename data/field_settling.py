"""What a manager decides on answers that were kept: let them happen all the same."""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from data import case_rows, cases, field_answers, field_kept
from data.actors import Actor
from data.field_acts import act_label
from data.field_forms import Answer, Damaged, read_answer
from data.field_kept import KeptAnswer
from data.field_team import as_member
from data.lifecycle import State, way_to
from data.transitions import find
from geo.errors import ConflictError, GivenError
from i18n import gettext as _

#: Where an act leads, whatever stands between; giving back a case that nobody works on leads nowhere.
_GOALS: Final = {"start": "in_progress", "fix": "fixed"}
_GIVES_BACK: Final = ("not_found", "not_mine")


def check_waiting(connection: Connection, uid: str) -> KeptAnswer:
    """Return a kept answer that nobody has decided on.

    Raises
    ------
    StoreError
        There is no such answer.
    ConflictError
        Somebody has decided on it already, or it had its effect.
    """
    kept = field_kept.one(connection, uid)
    if kept.settled_at is not None:
        raise ConflictError(_("{actor} has decided on this answer already.", actor=kept.settled_by))
    if kept.state not in ("conflict", "refused"):
        raise ConflictError(_("This answer had its effect when it came."))
    return kept


def waiting(connection: Connection, uid: str) -> tuple[KeptAnswer, Answer]:
    """Return a kept answer that nobody has decided on, and what it says; errors as `Store.apply_answer`."""
    kept = check_waiting(connection, uid)
    answer = read_answer(kept.told, photo=field_kept.photo_of(connection, uid))
    if isinstance(answer, Damaged):
        raise GivenError(answer.faults)
    return kept, answer


def said_now(connection: Connection, kept: KeptAnswer) -> KeptAnswer:
    """Return an answer in conflict with why it is, as things stand now and in the language in use."""
    answer = read_answer(kept.told, photo=b"x" if kept.act == "photo" else None)
    if kept.state != "conflict" or isinstance(answer, Damaged):
        return kept
    try:
        found = field_answers.judged(connection, answer, kept.issue_id, actor=as_member(kept.team_id))
    except GivenError:
        return kept
    return replace(kept, words=found.words) if found.state == "conflict" else kept


def target(connection: Connection, kept: KeptAnswer, answer: Answer, *, into: int | None) -> int | None:
    """Return the case that an answer is for: of a duplicate the case that it repeats; None for a report."""
    if answer.act == "report":
        return None
    found = into or kept.issue_id or field_answers.case_of(connection, answer, team=kept.team_id)
    if found is None:
        raise GivenError(_("The answer names no case of this store. Say which one it is for."))
    row = case_rows.row_of(connection, found)
    while row["status"] == "merged" and row["merged_into"] is not None:
        row = case_rows.row_of(connection, row["merged_into"])
    return int(row["id"])


def apply(
    connection: Connection, kept: KeptAnswer, answer: Answer, *, actor: Actor, into: int | None
) -> tuple[int, int | None]:
    """Let happen what an answer says, no photo; return its case and the number of the last event."""
    found = target(connection, kept, answer, into=into)
    if found is None:
        return field_answers.report(connection, answer, actor=actor, at=kept.at)
    row = case_rows.row_of(connection, found)
    state = case_rows.state_of(row)
    facts = {"field": field_answers.field_facts(answer, team=kept.team_id)}
    words = _(
        "team {team}: {words}",
        team=kept.team_id,
        words=field_answers.words_of(answer) or act_label(answer.act),
    )
    kinds = _events(answer.act, state, actor)
    seq = None
    for kind in kinds:
        needs: dict[str, Any] = {}
        if kind == "dispatch":
            needs = {"unit": _unit(connection, found, state, actor)}
        last = kind == kinds[-1]
        done = cases.transition(
            connection,
            found,
            kind,
            actor=actor,
            version=None,
            reason=words if _needs_reason(connection, found, kind) or last else "",
            at=field_answers.not_before(connection, found, kept.at) if len(kinds) == 1 else None,
            needs=needs,
            facts=facts if last else None,
        )
        seq = done.seq
    if not kinds:
        done = cases.record(connection, found, "note", actor=actor, version=None, note=words, facts=facts)
        seq = done.seq
    return found, seq


def _events(act: str, state: State, actor: Actor) -> tuple[str, ...]:
    """Return the events that lead to what an act says; none where only words are left."""
    if act in _GOALS:
        return way_to(state, _GOALS[act], role=actor.role)
    if act in _GIVES_BACK and state.status in ("dispatched", "in_progress"):
        return ("return",)
    return ()


def _needs_reason(connection: Connection, issue_id: int, kind: str) -> bool:
    way = find(kind, case_rows.row_of(connection, issue_id)["status"])
    return way is not None and "reason" in way.needs


def _unit(connection: Connection, issue_id: int, state: State, actor: Actor) -> str | None:
    """Return the unit that a case was with, or the one that the city's rules would send it to."""
    return state.unit or cases.case(connection, issue_id, actor=actor).proposal.unit
