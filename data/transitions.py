"""What may happen to a case, from which state to which, by whom: `tables/transitions.csv`, read and asked.

This table is the program's own, since history is replayed by it. What a city decides for itself (limits,
units, rules) lies in other tables.
"""

from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from data.city_table import TABLES, CityTable, Line
from data.statuses import STATUSES
from i18n import N_, gettext

#: Every kind of event, in the order of a case's life. `update` corrects the report's own fields; `photo`,
#: `hide` and `locate` (the program found where it belongs) leave the case where it stands.
EVENTS: Final = (
    "report",
    "accept",
    "reject",
    "dispatch",
    "start",
    "fix",
    "return",
    "verify",
    "close",
    "reopen",
    "suspend",
    "resume",
    "extend",
    "merge",
    "unmerge",
    "note",
    "photo",
    "hide",
    "locate",
    "update",
)

#: Everybody who may do something or look at something.
ROLES: Final = ("manager", "dispatcher", "team_member", "analyst", "resident", "administrator")

#: What an event may need besides its kind, as fields of `Event`.
NEEDS: Final = ("reason", "unit", "amount", "note")

#: The events that may carry a status of their own, and where they lead without one. A report does where the
#: case has a history elsewhere; an update may no longer (nobody has that right), but old history holds some.
CARRIES_STATUS: Final = {"report": "reported", "update": "="}

#: What a case counts as having been before, where it arrives suspended or merged from elsewhere.
_BEFORE_SUSPENDED: Final = "accepted"
_BEFORE_MERGED: Final = "reported"

_COLUMNS: Final = ("event", "before", "after", "roles", "needs")
_ANY: Final = "any"
_SAME: Final = "="
_BACK: Final = "<"

_WORDS: Final[dict[str, str]] = {
    "report": N_("report"),
    "accept": N_("accept"),
    "reject": N_("reject"),
    "dispatch": N_("dispatch"),
    "start": N_("start work"),
    "fix": N_("report as fixed"),
    "return": N_("return"),
    "verify": N_("verify"),
    "close": N_("close"),
    "reopen": N_("reopen"),
    "suspend": N_("suspend"),
    "resume": N_("resume"),
    "extend": N_("extend the deadline"),
    "merge": N_("merge as a duplicate"),
    "unmerge": N_("undo the merge"),
    "note": N_("note"),
    "photo": N_("add a photo"),
    "hide": N_("take a photo away"),
    "locate": N_("find where it belongs"),
    "update": N_("correct"),
    "manager": N_("manager"),
    "dispatcher": N_("dispatcher"),
    "team_member": N_("team member"),
    "analyst": N_("analyst"),
    "resident": N_("resident"),
    "administrator": N_("administrator"),
}

_NEED_WORDS: Final[dict[str, str]] = {
    "reason": N_("a reason"),
    "unit": N_("a unit"),
    "amount": N_("an amount of time"),
    "note": N_("a text"),
}


class Node(NamedTuple):
    """Where a case stands, with what it goes back to: all that decides what may happen next."""

    status: str
    resumes: str | None = None  # what the end of the suspension brings back
    restores: str | None = None  # what the end of the merge brings back


#: Where a case stands that has not been reported yet.
NOTHING: Final = Node("")


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from a state to the next."""

    event: str
    before: str  # empty: not yet reported
    after: str  # "=": stays as it is; "<": what was before
    roles: frozenset[str]
    needs: tuple[str, ...]

    @property
    def enters(self) -> str | None:
        """The state that this way leads to, whatever was before; None where it stays or goes back."""
        return None if self.after in (_SAME, _BACK) else self.after

    def step(self, node: Node) -> Node:
        """Go this way."""
        if self.after == _SAME:
            return node
        if self.after == _BACK:
            if node.restores:
                return Node(node.restores, node.resumes)
            return Node(node.resumes or _BEFORE_SUSPENDED)
        if self.after == "suspended":
            return Node("suspended", node.status if self.event == "suspend" else _BEFORE_SUSPENDED)
        if self.after == "merged":
            return (
                Node("merged", node.resumes, node.status)
                if self.event == "merge"
                else Node("merged", None, _BEFORE_MERGED)
            )
        return Node(self.after)


def word(name: str) -> str:
    """Return the words for an event or a role in the language in use."""
    return gettext(_WORDS[name]) if name in _WORDS else name


def need_word(name: str) -> str:
    """Return the words for what an event needs in the language in use."""
    return gettext(_NEED_WORDS[name])


@cache
def transitions() -> dict[tuple[str, str, str], Transition]:
    """Return the table, by event, state before and, for a report, state after (empty for all others)."""
    table = CityTable.read(TABLES / "transitions.csv", _COLUMNS)
    ways: dict[tuple[str, str, str], Transition] = {}
    for line in table:
        for way in _ways(line):
            key = (way.event, way.before, way.after if way.event in CARRIES_STATUS else "")
            if key in ways:
                line.fault(f"{way.event} from {way.before} stands there twice")
            ways[key] = way
    table.check()
    return ways


def find(event: str, status: str, *, carried: str | None = None) -> Transition | None:
    """Look up what an event does to a case in this state; None where it cannot happen.

    Parameters
    ----------
    status
        Empty for a case that is not reported yet.
    carried
        The status that the event itself carries, where it is a report or an update.
    """
    if event not in CARRIES_STATUS:
        return transitions().get((event, status, ""))
    return transitions().get((event, status, carried or CARRIES_STATUS[event]))


@cache
def possible(status: str, role: str | None = None) -> tuple[str, ...]:
    """Return the events that may happen in this state; with a role, those that it may make happen."""
    found = {
        way.event
        for way in transitions().values()
        if way.before == status and (role in way.roles if role else way.roles)
    }
    return tuple(event for event in EVENTS if event in found)


@cache
def nodes() -> tuple[Node, ...]:
    """Return everywhere a case can stand, `NOTHING` first."""
    found = {NOTHING: None}
    waiting = deque(found)
    while waiting:
        node = waiting.popleft()
        for way in transitions().values():
            if way.before == node.status and (after := way.step(node)) not in found:
                found[after] = None
                waiting.append(after)
    return tuple(found)


def path(node: Node, status: str, *, role: str = "administrator") -> tuple[str, ...] | None:
    """Find the fewest events that bring a case to a state.

    An import turns a status that changed in its feed into these events.

    Returns
    -------
    Kinds of events, none where the case stands there already; None where no way leads there for the role.
    """
    came: dict[Node, tuple[str, ...]] = {node: ()}
    waiting = deque([node])
    while waiting:
        here = waiting.popleft()
        if here.status == status:
            return came[here]
        for way in transitions().values():
            if way.before == here.status and role in way.roles:
                after = way.step(here)
                if after not in came:
                    came[after] = (*came[here], way.event)
                    waiting.append(after)
    return None


def _ways(line: Line) -> list[Transition]:
    event = line.word("event", EVENTS)
    befores = STATUSES if line.text("before") == _ANY else line.words("before", STATUSES) or ("",)
    afters = line.words("after", (*STATUSES, _SAME, _BACK))
    roles = frozenset(line.words("roles", ROLES))
    needs = line.words("needs", NEEDS)
    return [Transition(event, before, after, roles, needs) for before in befores for after in afters]
