"""Who may do what in the store, and in which part of the city; the store asks before every query.

What may happen to a single case, and by whom, stands in `tables/transitions.csv`.
"""

from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select, true

from data.actors import Actor
from data.records import EDITION, ISSUE, TERRITORY
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
    """Return the condition of the issue table that leaves the actor's own part of the city.

    Of a field team that is the cases in its cells by the territories in force: none while there are none.
    """
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
    if actor.team is not None:
        theirs = select(TERRITORY.c.cell).join(EDITION, EDITION.c.id == TERRITORY.c.edition_id)
        theirs = theirs.where(EDITION.c.in_force == 1, TERRITORY.c.team_id == actor.team)
        parts.append(ISSUE.c.cell.in_(theirs))
    return and_(true(), *parts)


def is_scoped(actor: Actor) -> bool:
    """Return whether the actor sees only a part of the city."""
    parts = (actor.units, actor.areas, actor.team)
    return actor.role == "resident" or any(part is not None for part in parts)


def in_scope(connection: Connection, issue_id: int, *, actor: Actor) -> bool:
    """Return whether a case lies in the actor's part of the city; `scope` for one case."""
    if not is_scoped(actor):
        return True
    query = select(ISSUE.c.id).where(ISSUE.c.id == issue_id, scope(actor))
    return connection.execute(query).first() is not None
