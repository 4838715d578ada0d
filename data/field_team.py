"""Who goes round with a field team, and who may look through its eyes."""

from sqlalchemy import Connection

from data import teams
from data.actors import Actor
from data.rights import require
from data.teams import Team
from geo.errors import NotAllowedError, StoreError, TeamError
from i18n import gettext as _


def member(connection: Connection, team: int | None, *, actor: Actor) -> tuple[Team, Actor]:
    """Return a team, and the actor as one of it; a retired one too, whose people still hand in what they did.

    Parameters
    ----------
    team
        Its number; None is the actor's own.

    Raises
    ------
    NotAllowedError, TeamError
        As for `one_of`; or there is no such team.
    """
    viewer = one_of(team, actor=actor)
    try:
        return teams.one(connection, viewer.team or 0), viewer
    except StoreError as error:
        raise TeamError(str(error)) from error


def one_of(team: int | None, *, actor: Actor) -> Actor:
    """Return the actor as one of a team: itself; for who heads the city somebody with its eyes.

    Raises
    ------
    NotAllowedError
        It is another team than the actor's own, or the actor does not head the whole city.
    TeamError
        No team is named by somebody of none.
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
        return actor
    require(actor, "rules")
    if team is None:
        raise TeamError(_("Say which team is meant: team=3."))
    return as_member(team)


def as_member(team: int) -> Actor:
    """Return somebody of a team, for who looks through its eyes."""
    return Actor(f"team {team}", "team_member", team=team)
