"""Who does something: every read and write of the store takes the actor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a program that acts on the store.

    Attributes
    ----------
    role
        One of `data.transitions.ROLES`.
    units, areas
        Whose cases, and in which areas, the actor sees; None is the whole city. A resident sees the cases
        that were reported under the actor's name, whatever stands here.
    team
        Number of the field team that the actor goes round with (`data.teams`); None for those of no team.
    """

    name: str
    role: str
    units: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    team: int | None = None


#: The program itself: set-up, migrations, the demo zone.
SYSTEM = Actor("system", "administrator")
#: Whoever sits at the command line of the machine that holds the store.
OPERATOR = Actor("operator", "administrator")
#: Someone in front of the screen before accounts exist.
VIEWER = Actor("viewer", "manager")
