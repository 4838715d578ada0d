"""Who may do what in the store, and in which part of the city; the store asks before every query.

What may happen to a single case, and by whom, stands in `tables/transitions.csv`.
"""

from typing import Final, Literal

from sqlalchemy import ColumnElement, and_, false, or_, true

from data.actors import Actor
from data.records import ISSUE
from data.transitions import ROLES, word
from geo.errors import NotAllowedError
from i18n import N_, gettext
from i18n import gettext as _

Right = Literal["open", "read", "report", "act", "write", "personal", "rules", "whole"]

#: What a right lets somebody do.
RIGHTS: Final[dict[Right, str]] = {
    "open": N_("look at the city's names and facts"),  # and at the cases of one's own, for a resident
    "read": N_("read cases and their events"),
    "report": N_("report a problem"),
    "act": N_("make something happen to a case"),
    "write": N_("import reports and places"),
    "personal": N_("read how to reach a reporter"),
    "rules": N_("change limits, units and other rules"),
    "whole": N_("look at the store as a whole"),
}

#: What concerns the whole city, and is for those who see all of it.
_WHOLE: Final[frozenset[Right]] = frozenset({"write", "rules", "whole"})

_RIGHTS: Final[dict[str, frozenset[Right]]] = {
    "manager": frozenset({"open", "read", "report", "act", "write", "personal", "rules", "whole"}),
    "dispatcher": frozenset({"open", "read", "report", "act", "personal", "whole"}),
    "team_member": frozenset({"open", "read", "report", "act", "whole"}),
    "analyst": frozenset({"open", "read", "whole"}),
    "resident": frozenset({"open", "report", "act"}),
    "administrator": frozenset(RIGHTS),
}


def has(actor: Actor, right: Right) -> bool:
    """Return whether the actor's role has a right."""
    return right in _RIGHTS.get(actor.role, ())


def require(actor: Actor, right: Right) -> None:
    """Let the actor pass.

    Raises
    ------
    NotAllowedError
        The actor's role does not have the right, or is unknown; or it concerns the whole city, of which the
        actor sees a part.
    """
    if not has(actor, right):
        raise NotAllowedError(
            _(
                "'{name}' ({role}) has no right to do this: {right}. That is for: {roles}.",
                name=actor.name,
                role=word(actor.role),
                right=gettext(RIGHTS[right]),
                roles=", ".join(word(role) for role in ROLES if right in _RIGHTS[role]),
            )
        )
    if right in _WHOLE and is_scoped(actor):
        raise NotAllowedError(
            _(
                "'{name}' sees only a part of the city, and this concerns all of it: {right}.",
                name=actor.name,
                right=gettext(RIGHTS[right]),
            )
        )


def scope(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the issue table that leaves the actor's own part of the city."""
    if actor.role == "resident":
        return ISSUE.c.reporter == actor.name
    parts: list[ColumnElement[bool]] = []
    if actor.units is not None:
        parts.append(ISSUE.c.unit.in_(sorted(actor.units)))
    if actor.areas is not None:
        parts.append(
            or_(
                false(),
                *(ISSUE.c.areas.contains(f"\n{area}\n", autoescape=True) for area in sorted(actor.areas)),
            )
        )
    return and_(true(), *parts)


def is_scoped(actor: Actor) -> bool:
    """Return whether the actor sees only a part of the city."""
    return actor.role == "resident" or actor.units is not None or actor.areas is not None


def in_scope(actor: Actor, *, unit: str | None, areas: str | None, reporter: str | None) -> bool:
    """Return whether a case lies in the actor's part of the city; `scope` for one case."""
    if actor.role == "resident":
        return reporter == actor.name
    if actor.units is not None and unit not in actor.units:
        return False
    return actor.areas is None or any(f"\n{area}\n" in (areas or "") for area in actor.areas)
