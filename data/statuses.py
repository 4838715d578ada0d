"""The states of an issue, and the groups that people filter by."""

from typing import Final

from i18n import N_, gettext

#: Every state an issue can be in, most in the order of life. The position is the cube's code: append only.
STATUSES: Final = (
    "reported",
    "accepted",
    "dispatched",
    "in_progress",
    "fixed",
    "closed",
    "rejected",
    "suspended",
    "merged",
    "verified",
)

#: Words that stand for several states, in filters and on the command line.
STATUS_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "open": ("reported", "accepted", "dispatched", "in_progress", "fixed", "verified", "suspended"),
    "done": ("closed", "rejected", "merged"),
}

#: What people read for a state or a group.
_WORDS: Final[dict[str, str]] = {
    "reported": N_("Reported"),
    "accepted": N_("Accepted"),
    "dispatched": N_("Dispatched"),
    "in_progress": N_("In progress"),
    "fixed": N_("Fixed, to be verified"),
    "verified": N_("Verified, to be closed"),
    "closed": N_("Closed"),
    "rejected": N_("Rejected"),
    "suspended": N_("Suspended"),
    "merged": N_("Duplicate"),
    "open": N_("Open"),
    "done": N_("Done"),
}


def label(name: str) -> str:
    """Return the words for a state or a group in the language in use."""
    return gettext(_WORDS[name]) if name in _WORDS else name


def expand(names: tuple[str, ...]) -> tuple[str, ...]:
    """Replace group words by their states; keep the order of `STATUSES`, each once."""
    wanted = {state for name in names for state in STATUS_GROUPS.get(name, (name,))}
    return tuple(state for state in STATUSES if state in wanted)
