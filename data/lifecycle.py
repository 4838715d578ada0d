"""The life of a case: what an event makes of it, who may make it happen, and why not.

The state of a case is the replay of its events. `data.replay` does the same for a whole store at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from data.events import Event
from data.statuses import STATUS_GROUPS, STATUSES, label
from data.transitions import (
    EVENTS,
    NOTHING,
    ROLES,
    Node,
    Transition,
    find,
    need_word,
    path,
    possible,
    word,
)
from data.worktime import UNITS
from geo.errors import ConflictError, NotAllowedError, TransitionError
from i18n import gettext as _

#: The states that have a time of their own, in the order of life, and the field that holds it.
STAGES: Final[dict[str, str]] = {
    "reported": "reported_at",
    "accepted": "accepted_at",
    "dispatched": "dispatched_at",
    "in_progress": "started_at",
    "fixed": "fixed_at",
    "verified": "verified_at",
    "closed": "closed_at",
    "rejected": "closed_at",
    "merged": "closed_at",
}

#: The fields that hold those times, in the order of life.
STAGE_TIMES: Final = tuple(dict.fromkeys(STAGES.values()))


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension: the deadline does not run from `start` to `end`, which is None while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """More time for a case."""

    amount: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A case after its events so far.

    A time says when the case last entered a stage that it has passed. Going back forgets the later ones; a
    suspension or a merge that is undone leaves them as they were. The closing time is also that of a
    rejection and, while it lasts, of a merge.
    """

    status: str
    version: int  # the number of events so far
    reported_at: datetime
    resumes: str | None = None
    restores: str | None = None
    merged_into: int | None = None
    unit: str | None = None
    reporter: str | None = None
    accepted_at: datetime | None = None
    dispatched_at: datetime | None = None
    started_at: datetime | None = None
    fixed_at: datetime | None = None
    verified_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_at: datetime | None = None
    returned: int = 0  # times the work was not good enough
    suspended: int = 0
    extended: int = 0
    reopened: int = 0
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()  # since it was last reopened

    @property
    def node(self) -> Node:
        """Where it stands, with what it goes back to."""
        return Node(self.status, self.resumes, self.restores)

    @property
    def done(self) -> bool:
        """Whether nobody has to do anything any more."""
        return self.status in STATUS_GROUPS["done"]


def apply(state: State | None, event: Event) -> State:
    """Let an event happen to a case.

    Parameters
    ----------
    state
        None before the report.
    event
        With the role of whoever makes it happen.

    Returns
    -------
    The case as it is then.

    Raises
    ------
    TransitionError
        It cannot happen in this state, or lacks what it needs.
    NotAllowedError
        The role may not do this.
    """
    check(state, event)
    return advance(state, event)


def replay(events: Iterable[Event]) -> State:
    """Let the recorded events of one case happen again, in their order.

    They are not judged by who may do what today.

    Raises
    ------
    TransitionError
        An event that cannot have happened, or no event at all.
    """
    state: State | None = None
    for event in events:
        state = advance(state, event)
    if state is None:
        raise TransitionError(_("A case without any event has no state; its first event is its report."))
    return state


def check(state: State | None, event: Event) -> None:
    """Refuse an event that may not happen to a case.

    Raises
    ------
    TransitionError
        It cannot happen in this state, or lacks what it needs.
    NotAllowedError
        The role may not do this.
    """
    way = _transition(state, event)
    if event.role not in way.roles:
        raise NotAllowedError(_not_allowed(state, event, way))
    missing = [need for need in way.needs if not _given(event, need)]
    if missing:
        raise TransitionError(
            _(
                "'{event}' needs {missing}.",
                event=word(event.kind),
                missing=_(" and ").join(need_word(need) for need in missing),
            )
        )
    if event.amount is not None and event.amount_unit not in UNITS:
        raise TransitionError(
            _(
                "'{unit}' is not a unit of time. Expected one of {units}.",
                unit=event.amount_unit,
                units=", ".join(UNITS),
            )
        )


def allowed(state: State | None, role: str) -> tuple[str, ...]:
    """Return the events that a role may make happen to a case: the buttons that a page shows."""
    return possible(state.status if state else "", role)


def way_to(state: State, status: str, *, role: str = "administrator") -> tuple[str, ...]:
    """Find the fewest events that bring a case to the status that a feed says it has by now.

    Raises
    ------
    TransitionError
        No way leads there for this role.
    """
    found = path(state.node, status, role=role)
    if found is None:
        raise TransitionError(
            _(
                "No events bring a case from '{before}' to '{after}' for the role '{role}'.",
                before=label(state.status),
                after=label(status),
                role=word(role),
            )
        )
    return found


def conflict(since: Sequence[Event], *, tz: str = "UTC") -> ConflictError:
    """Say what others did to a case since somebody looked at it: the error of a lost race.

    Parameters
    ----------
    since
        The events after the version that was looked at, at least one.
    tz
        The time zone in which times are said, the city's.
    """
    done = "; ".join(
        _(
            "{actor}: {event}, {time}",
            actor=event.actor or word(event.role),
            event=word(event.kind) + (f" ({event.reason})" if event.reason else ""),
            time=event.at.astimezone(ZoneInfo(tz)).strftime("%Y-%m-%d %H:%M"),
        )
        for event in since
    )
    return ConflictError(
        _("The case has changed since you opened it. {done}. Look at it again before you go on.", done=done)
    )


def _transition(state: State | None, event: Event) -> Transition:
    way = find(event.kind, state.status if state else "", carried=event.status)
    if way is None:
        raise TransitionError(_impossible(state, event))
    return way


def advance(state: State | None, event: Event) -> State:
    """Let an event happen that is a fact already, whoever made it happen and whatever it lacks.

    Raises
    ------
    TransitionError
        It cannot have happened in this state.
    """
    way = _transition(state, event)
    if state is None:
        return _reported(event, way)
    after = way.step(state.node)
    moved = replace(
        state, version=state.version + 1, status=after.status, resumes=after.resumes, restores=after.restores
    )
    if way.enters:
        moved = _enter(moved, way.enters, event.moment)
    if state.done and not moved.done:
        moved = replace(moved, closed_at=None)
    if way.enters == "merged" or after.status != "merged":
        moved = replace(moved, merged_into=event.into if way.enters == "merged" else None)
    return _change(_pause(state, moved, event), event, way)


def _reported(event: Event, way: Transition) -> State:
    node = way.step(NOTHING)
    return State(
        status=node.status,
        version=1,
        reported_at=event.reported_at or event.moment,
        resumes=node.resumes,
        restores=node.restores,
        merged_into=event.into if node.status == "merged" else None,
        unit=event.unit,
        reporter=event.reporter,
        closed_at=event.closed_at if node.status in STATUS_GROUPS["done"] else None,
        suspended=int(node.status == "suspended"),
        pauses=(Pause(event.moment),) if node.status == "suspended" else (),
    )


def _enter(state: State, status: str, moment: datetime) -> State:
    if status not in STAGES:
        return state
    stage = STAGES[status]
    later = STAGE_TIMES[STAGE_TIMES.index(stage) + 1 :]
    times: dict[str, Any] = dict.fromkeys(later)
    if stage != "reported_at":
        times[stage] = moment
    return replace(state, **times)


def _pause(before: State, after: State, event: Event) -> State:
    if bool(before.resumes) == bool(after.resumes):
        return after
    if after.resumes:
        return replace(after, suspended=after.suspended + 1, pauses=(*after.pauses, Pause(event.moment)))
    *earlier, last = after.pauses
    return replace(after, pauses=(*earlier, replace(last, end=event.moment)))


def _change(state: State, event: Event, way: Transition) -> State:
    """Take up what an event changes besides the status and its times."""
    match event.kind:
        case "dispatch":
            state = replace(state, unit=event.unit)
        case "return":
            state = _returned(state, way)
        case "reopen":
            state = replace(state, reopened=state.reopened + 1, reopened_at=event.moment, extensions=())
        case "extend":
            more = Extension(event.amount or 0.0, event.amount_unit)
            state = replace(state, extended=state.extended + 1, extensions=(*state.extensions, more))
        case "update":
            state = _updated(state, event)
    return state


def _returned(state: State, way: Transition) -> State:
    if way.after == "accepted":  # not theirs: somebody else has to be found
        return replace(state, unit=None)
    return replace(state, returned=state.returned + 1)


def _updated(state: State, event: Event) -> State:
    return replace(
        state,
        unit=None if "unit" in event.cleared else state.unit if event.unit is None else event.unit,
        reporter=event.reporter or state.reporter,
        reported_at=event.reported_at or state.reported_at,
        closed_at=_closed_at(state, event) if state.done else state.closed_at,
    )


def _closed_at(state: State, event: Event) -> datetime | None:
    return None if "closed_at" in event.cleared else event.closed_at or state.closed_at


def _given(event: Event, need: str) -> bool:
    value = getattr(event, need)
    return bool(value.strip()) if isinstance(value, str) else value is not None and 0 < value < float("inf")


def _impossible(state: State | None, event: Event) -> str:
    if event.kind not in EVENTS:
        return _(
            "'{event}' is not an event. Expected one of {events}.", event=event.kind, events=", ".join(EVENTS)
        )
    if event.kind == "report" and state is None:
        return _(
            "A report cannot arrive in the status '{status}'. Expected one of {statuses}.",
            status=event.status,
            statuses=", ".join(STATUSES),
        )
    if state is None:
        return _("'{event}' is not possible before the report.", event=word(event.kind))
    return _(
        "'{event}' is not possible: the case is '{status}'. Possible is: {possible}.",
        event=word(event.kind),
        status=label(state.status),
        possible=_listed(allowed(state, event.role) if event.role in ROLES else possible(state.status)),
    )


def _not_allowed(state: State | None, event: Event, way: Transition) -> str:
    if event.role not in ROLES:
        return _("'{role}' is not a role. Expected one of {roles}.", role=event.role, roles=", ".join(ROLES))
    return _(
        "Not allowed to the role '{role}': {event}. That is for: {roles}. Allowed to it now: {possible}.",
        role=word(event.role),
        event=word(event.kind),
        roles=_listed(tuple(role for role in ROLES if role in way.roles)),
        possible=_listed(allowed(state, event.role)),
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(word(name) for name in names) or _("nothing")
