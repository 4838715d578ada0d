"""The store's part for routes of field teams: the plans that a team shares, and what they are made with."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from data import teams
from data.actors import Actor
from data.city_rules import city_rules
from data.clock import moment_of, now
from data.field_work import FieldWork
from data.given import is_number
from data.records import FIELD_ROUTE
from data.rights import Right, is_scoped
from geo.errors import ConflictError, NotAllowedError
from i18n import gettext as _

#: For so many days before the newest one of a team its routes are kept.
KEPT_DAYS: Final = 14

_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A team's route on a day, as it is kept; `content` is JSON, `version` counts its changes."""

    team_id: int
    day: date
    version: int
    made_at: datetime
    made_by: str
    content: str


class RouteStore(ABC):
    """The methods of `Store` that know routes."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def team_route(self, team_id: int, day: date, *, actor: Actor) -> RouteRow | None:
        """Read the route that a team goes by on a day; None where none is kept.

        Raises
        ------
        StoreError
            There is no such team.
        NotAllowedError
            The actor goes round with another team, or sees another part of the city.
        """
        _check_own(team_id, actor)
        with self._reading(actor) as connection:
            teams.one(connection, team_id)
            return _read(connection, team_id, day)

    def keep_team_route(
        self, team_id: int, day: date, content: str, *, actor: Actor, version: int | None
    ) -> RouteRow:
        """Keep a route as the one that all of a team go by on a day.

        Parameters
        ----------
        content
            JSON.
        version
            Of the route that the actor has seen; None where there was none.

        Raises
        ------
        ConflictError
            Somebody has kept another one since.
        StoreError, NotAllowedError
            As `team_route`.
        """
        _check_own(team_id, actor)
        with self._writing(actor, "act") as connection:
            teams.one(connection, team_id)
            before = _read(connection, team_id, day)
            if (before.version if before else None) != version:
                raise ConflictError(_("The route has been planned anew since you looked. Look at it again."))
            number, at = _number(day), now()
            made = {"made_at": at, "made_by": actor.name, "content": content}
            of_team, after = FIELD_ROUTE.c.team_id == team_id, before.version + 1 if before else 1
            if before is None:
                oldest = _number(day - timedelta(days=KEPT_DAYS))
                connection.execute(delete(FIELD_ROUTE).where(of_team, FIELD_ROUTE.c.day < oldest))
                key = {"team_id": team_id, "day": number, "version": after}
                connection.execute(insert(FIELD_ROUTE).values(key | made))
            else:
                same = update(FIELD_ROUTE).where(of_team, FIELD_ROUTE.c.day == number)
                connection.execute(same.values({"version": after} | made))
            return RouteRow(team_id, day, after, moment_of(at), actor.name, content)

    def field_work(self, *, actor: Actor) -> FieldWork:
        """Return what cases take at their places, by the city's table `field_work`."""
        with self._reading(actor, "open") as connection:
            return city_rules(connection).field_work

    def work_spans(self, day: date, *, actor: Actor) -> list[tuple[datetime, datetime]]:
        """Return from when to when is worked on a day, in UTC, by the city's shifts and holidays."""
        with self._reading(actor, "open") as connection:
            return city_rules(connection).clock.spans_of(day)


def _check_own(team_id: int, actor: Actor) -> None:
    """Let those pass who go round with the team, and those who see the whole city."""
    if actor.team == team_id and actor.team is not None:
        return
    if is_scoped(actor):
        raise NotAllowedError(
            _("The route of team {team} is not for '{name}'.", team=team_id, name=actor.name)
        )


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _read(connection: Connection, team_id: int, day: date) -> RouteRow | None:
    if not is_number(team_id):
        return None
    query = select(FIELD_ROUTE).where(FIELD_ROUTE.c.team_id == team_id, FIELD_ROUTE.c.day == _number(day))
    row: Row[Any] | None = connection.execute(query).first()
    if row is None:
        return None
    return RouteRow(row.team_id, day, row.version, moment_of(row.made_at), row.made_by, row.content)
