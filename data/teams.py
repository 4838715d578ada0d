"""Field teams: groups of people who go round cells of their own, as a table of the store."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from data.actors import Actor
from data.city_rules import city_rules
from data.clock import moment_of, now
from data.given import is_number
from data.records import EDITION, PLACE, TEAM, TERRITORY
from data.saved import checked_name
from geo.errors import ConflictError, StoreError, TeamError
from i18n import gettext as _

#: Stand for "of no unit" and "from no place" where None leaves it as it is.
NO_UNIT = ""
NO_PLACE = 0


@dataclass(frozen=True, slots=True)
class Team:
    """A field team.

    Attributes
    ----------
    id
        The number that people call it by.
    unit
        The unit of the city's table that it works for; None where for none.
    place_id
        The place that it starts from; None where that is not known.
    version
        Counts its changes; who changes it says which version was seen.
    retired_at
        None while it is there.
    """

    id: int
    name: str
    en: str
    unit: str | None
    place_id: int | None
    version: int
    made_at: datetime
    changed_at: datetime
    changed_by: str
    retired_at: datetime | None

    def label(self, locale: str) -> str:
        """Return its name in a language."""
        return self.en if locale == "en" and self.en else self.name


def add(
    connection: Connection, name: str, *, en: str, unit: str | None, place_id: int | None, actor: Actor
) -> Team:
    """Add a team; see `TeamStore.add_team`."""
    last: int = connection.execute(select(func.coalesce(func.max(TEAM.c.id), 0))).scalar_one()
    given = _checked(connection, {"name": name, "en": en, "unit": unit, "place_id": place_id})
    _check_free(connection, given["name"], last + 1)
    at = now()
    stamps = {"version": 1, "made_at": at, "changed_at": at, "changed_by": actor.name}
    connection.execute(insert(TEAM).values(id=last + 1, **given, **stamps))
    return one(connection, last + 1)


def change(
    connection: Connection, team_id: int, *, actor: Actor, version: int, retired: bool | None, **changes: Any
) -> Team:
    """Change a team; see `TeamStore.change_team`."""
    team = one(connection, team_id)
    if team.version != version:
        raise ConflictError(
            _("'{name}' has been changed since you looked at it. Look at it again first.", name=team.name)
        )
    at = now()
    values = _checked(connection, {name: value for name, value in changes.items() if value is not None})
    if retired is not None and retired != (team.retired_at is not None):
        values["retired_at"] = at if retired else None
    if retired and (n := _cells_in_force(connection, team_id)):
        raise TeamError(
            _(
                "'{name}' has {n} cells of the territories in force. Publish territories without it first.",
                name=team.name,
                n=n,
            )
        )
    if values.get("retired_at", team.retired_at) is None:
        _check_free(connection, values.get("name", team.name), team_id)
    stamps = {"version": version + 1, "changed_at": at, "changed_by": actor.name}
    connection.execute(update(TEAM).where(TEAM.c.id == team_id).values(values | stamps))
    return one(connection, team_id)


def listed(connection: Connection, *, actor: Actor, retired: bool) -> list[Team]:
    """Return the teams that the actor may see, by number."""
    query = select(TEAM).order_by(TEAM.c.id)
    if actor.team is not None:
        query = query.where(TEAM.c.id == actor.team)
    if not retired:
        query = query.where(TEAM.c.retired_at.is_(None))
    return [_read(row) for row in connection.execute(query)]


def one(connection: Connection, team_id: int) -> Team:
    """Return a team by its number.

    Raises
    ------
    StoreError
        There is none.
    """
    query = select(TEAM).where(TEAM.c.id == team_id)
    row = connection.execute(query).first() if is_number(team_id) else None
    if row is None:
        raise StoreError(_("There is no team {id}.", id=team_id))
    return _read(row)


def check_there(connection: Connection, team_ids: set[int]) -> None:
    """Refuse teams that are not there, or not there any more.

    Raises
    ------
    TeamError
        With their numbers.
    """
    there = set(connection.execute(select(TEAM.c.id).where(TEAM.c.retired_at.is_(None))).scalars())
    if lost := sorted(team_ids - there):
        raise TeamError(
            _("These are no teams, or none any more: {ids}.", ids=", ".join(str(number) for number in lost))
        )


def _checked(connection: Connection, given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given as it is kept."""
    values = dict(given)
    if "name" in values:
        values["name"] = checked_name(values["name"])
    if values.get("en"):
        values["en"] = checked_name(values["en"])
    if "unit" in values:
        values["unit"] = values["unit"] or None
        if values["unit"] is not None and values["unit"] not in city_rules(connection).units:
            raise TeamError(_("'{unit}' is no unit of the city's table of units.", unit=values["unit"]))
    if "place_id" in values:
        values["place_id"] = values["place_id"] or None
        place = values["place_id"]
        found = select(PLACE.c.id).where(PLACE.c.id == place)
        if place is not None and (not is_number(place) or connection.execute(found).first() is None):
            raise TeamError(_("There is no place {id} in this store.", id=place))
    return values


def _check_free(connection: Connection, name: str, team_id: int) -> None:
    others = select(TEAM.c.name).where(TEAM.c.retired_at.is_(None), TEAM.c.id != team_id)
    if name.casefold() in {other.casefold() for other in connection.execute(others).scalars()}:
        raise TeamError(_("There is one of the name '{name}' already. Choose another name.", name=name))


def _cells_in_force(connection: Connection, team_id: int) -> int:
    own = TERRITORY.join(EDITION, EDITION.c.id == TERRITORY.c.edition_id)
    query = (
        select(func.count()).select_from(own).where(EDITION.c.in_force == 1, TERRITORY.c.team_id == team_id)
    )
    n: int = connection.execute(query).scalar_one()
    return n


def _read(row: Row[Any]) -> Team:
    return Team(
        id=row.id,
        name=row.name,
        en=row.en,
        unit=row.unit,
        place_id=row.place_id,
        version=row.version,
        made_at=moment_of(row.made_at),
        changed_at=moment_of(row.changed_at),
        changed_by=row.changed_by,
        retired_at=None if row.retired_at is None else moment_of(row.retired_at),
    )
