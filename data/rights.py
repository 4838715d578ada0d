"""Who may read and who may write; the store asks before every query."""

from typing import Final, Literal

from data.actors import Actor
from geo.errors import StoreError
from i18n import gettext as _

Right = Literal["read", "write"]

_RIGHTS: Final[dict[str, frozenset[Right]]] = {
    "administrator": frozenset({"read", "write"}),
    "manager": frozenset({"read", "write"}),
    "field": frozenset({"read", "write"}),
    "analyst": frozenset({"read"}),
}


def require(actor: Actor, right: Right) -> None:
    """Let the actor pass.

    Raises
    ------
    StoreError
        The actor's role does not have the right, or is unknown.
    """
    if right not in _RIGHTS.get(actor.role, ()):
        raise StoreError(
            _(
                "'{name}' ({role}) has no right to {right} in this store.",
                name=actor.name,
                role=actor.role,
                right=right,
            )
        )
