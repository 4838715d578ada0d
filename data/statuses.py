"""The states of an issue, and the groups that people filter by."""

from typing import Final

#: Every state an issue can be in, in the order of its life. The position is the cube's code: append only.
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
)

#: Words that stand for several states, in filters and on the command line.
STATUS_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "open": ("reported", "accepted", "dispatched", "in_progress", "fixed", "suspended"),
    "done": ("closed", "rejected", "merged"),
}


def expand(names: tuple[str, ...]) -> tuple[str, ...]:
    """Replace group words by their states; keep the order of life, each once."""
    wanted = {state for name in names for state in STATUS_GROUPS.get(name, (name,))}
    return tuple(state for state in STATUSES if state in wanted)
