"""Who goes round with a field team, and who may look through its eyes."""

from sqlalchemy import Connection

from data import teams
from data.actors import Actor
from data.rights import require
from data.teams import Team
from geo.errors import NotAllowedError, StoreError, TeamError
from i18n import gettext as _


def member(connection: Connection, team: int | None, *, actor: Actor) -> tuple[Team, Actor]:
    """Return a team, and the actor as one of it.

    Parameters
    ----------
    team
        Its number; None is the actor's own.

    Raises
    ------
    NotAllowedError
        It is another team than the actor's own, and the actor does not head the whole city.
    TeamError
        There is no such team, or none is named by somebody of no team. A retired one is there, so that
        what its people still hand in is not lost.
    """
    if actor.team is not None:
        if team not in (None, actor.team):
            raise NotAllowedError(
                _(
                    "'{name}' goes round with team {own}, not with team {team}.",
                    name=actor.name,
                    own=actor.team,
                    team=team,
                )
            )
        return _there(connection, actor.team), actor
    require(actor, "rules")
    if team is None:
        raise TeamError(_("Say which team is meant: team=3."))
    return _there(connection, team), as_member(team)


def as_member(team: int) -> Actor:
    """Return somebody of a team, for who looks through its eyes."""
    return Actor(f"team {team}", "team_member", team=team)


def _there(connection: Connection, number: int) -> Team:
    try:
        return teams.one(connection, number)
    except StoreError as error:
        raise TeamError(str(error)) from error
