"""What a field team can do at a case, which event that is, and whether it still means what it meant.

A team answers from what its phone showed. By the time the answer arrives somebody may have changed the case:
then it counts, is without effect, or waits for a manager, by what happened since and not by who came first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from data.case_places import KIND as LOCATE
from data.events import Event
from data.lifecycle import State
from data.statuses import label
from data.transitions import possible, word
from i18n import N_, gettext
from i18n import gettext as _

#: What a team can do, in the order of its buttons, with what the button says.
ACTS: Final[dict[str, str]] = {
    "start": N_("Start work"),
    "fix": N_("Fixed"),
    "photo": N_("Photo"),
    "note": N_("Note"),
    "not_found": N_("Not found"),
    "needs_help": N_("Needs help"),
    "not_mine": N_("Not mine"),
    "report": N_("Report a problem"),
}
#: The event that each makes of a case; a report makes the case.
EVENT_OF: Final[dict[str, str]] = {
    "start": "start",
    "fix": "fix",
    "photo": "photo",
    "note": "note",
    "not_found": "return",
    "needs_help": "note",
    "not_mine": "return",
}
#: What an answer must bring.
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "photo": ("photo",),
    "note": ("note",),
    "not_found": ("reason",),
    "needs_help": ("reason",),
    "not_mine": ("reason",),
}
#: Where a case stands that somebody has to work on now; the rest a team may look at.
WORK: Final = ("dispatched", "in_progress")

#: After one of these events a call for help is answered.
ANSWERS_HELP: Final = (
    "dispatch", "fix", "return", "reject", "close", "verify", "reopen", "suspend", "merge",
)  # fmt: skip

#: What only adds something to a case: it counts whatever happened meanwhile.
_ADDS: Final = frozenset({"note", "photo", "needs_help"})
#: Where a case has come as far as the act would have brought it, or farther.
_PAST: Final[dict[str, tuple[str, ...]]] = {
    "start": ("in_progress", "fixed", "verified", "closed"),
    "fix": ("fixed", "verified", "closed"),
}
#: Events that change nothing of what a team went by.
_HARMLESS: Final = frozenset({LOCATE, "note", "photo", "hide", "extend", "start"})
#: What was reported, as far as it decides what is to be done where and by whom.
_DECIDING: Final = frozenset({"category", "lon", "lat", "unit"})

_STATES: Final[dict[str, str]] = {
    "applied": N_("had their effect"),
    "already": N_("changed nothing: known before, or done by now"),
    "conflict": N_("in conflict: a manager decides"),
    "refused": N_("refused"),
    "aside": N_("set aside"),
}

#: Ready words for why, by act.
_REASONS: Final[dict[str, tuple[str, ...]]] = {
    "not_found": (
        N_("Nothing there any more"),
        N_("Nothing there, and nobody knows of it"),
        N_("The place is described wrongly"),
        N_("No way in"),
    ),
    "not_mine": (
        N_("Needs a special unit"),
        N_("Private ground"),
        N_("Belongs to another team's cells"),
        N_("Already somebody else's work"),
    ),
    "needs_help": (
        N_("More people needed"),
        N_("Tools or a vehicle needed"),
        N_("The owner refuses"),
        N_("Danger: keep away"),
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a case after a team looked at it."""

    event: Event
    changed: frozenset[str]  # fields that a correction changed
    own: bool  # whether an answer of the same team made it


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an answer, and why.

    It counts, has no effect any more, waits for a manager, or cannot be taken as it is.
    """

    state: Literal["applied", "already", "conflict", "refused"]
    words: str = ""


def offered(allowed: Collection[str]) -> list[str]:
    """Return what a team can do where these events are allowed to it."""
    work = not {"start", "fix", "return"}.isdisjoint(allowed)
    return [act for act, event in EVENT_OF.items() if event in allowed and (act != "needs_help" or work)]


def reasons() -> dict[str, list[str]]:
    """Return ready words for why, by act, in the language in use."""
    return {act: [gettext(words) for words in known] for act, known in _REASONS.items()}


def act_label(act: str) -> str:
    """Return what the button of an act says in the language in use."""
    return gettext(ACTS[act]) if act in ACTS else act


def state_words(state: str) -> str:
    """Return what became of an answer, in words of the language in use."""
    return gettext(_STATES[state]) if state in _STATES else state


def judge(act: str, state: State, since: Sequence[Step], *, role: str = "team_member") -> Verdict:
    """Say what becomes of an answer that was given to an older version of a case, or to this one.

    Parameters
    ----------
    act
        One of `EVENT_OF`.
    state
        The case as it is now.
    since
        What happened after the version that the team looked at, oldest first.
    """
    if act in _ADDS:
        return Verdict("applied")
    if state.status in _PAST.get(act, ()):
        return Verdict("already", _("The case is '{status}' already.", status=label(state.status)))
    if EVENT_OF[act] == "return" and state.status == "accepted" and _given_back(since):
        return Verdict("already", _("The case was given back already."))
    words = _hindrance(act, state, since, role)
    return Verdict("conflict", words) if words else Verdict("applied")


def matters(step: Step) -> bool:
    """Tell whether a team that had known of it might have done otherwise."""
    if step.own or step.event.kind in _HARMLESS:
        return False
    return step.event.kind != "update" or not _DECIDING.isdisjoint(step.changed)


def _hindrance(act: str, state: State, since: Sequence[Step], role: str) -> str:
    """Return why an act does not fit the case any more; empty where it does."""
    if state.status == "merged" and state.merged_into is not None:
        return _("The case was merged into case {into} meanwhile.", into=state.merged_into)
    if decided := [step.event for step in since if matters(step)]:
        events = ", ".join(_said(event) for event in decided)
        return _(
            "The case has changed meanwhile: {events}. It is '{status}' now.",
            events=events,
            status=label(state.status),
        )
    if EVENT_OF[act] not in possible(state.status, role):
        words = act_label(act)
        return _("'{act}' is not possible: the case is '{status}'.", act=words, status=label(state.status))
    return ""


def _given_back(since: Sequence[Step]) -> bool:
    """Tell whether the last thing that mattered was that the team itself gave the case back."""
    still = _HARMLESS | {"update"}
    moved = [step for step in since if step.event.kind not in still]
    return bool(moved) and moved[-1].own and moved[-1].event.kind == "return"


def _said(event: Event) -> str:
    return word(event.kind) + (f" ({event.reason})" if event.reason else "")
