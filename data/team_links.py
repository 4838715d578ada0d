"""Links by which the people of a field team come in: a secret that opens the team's part and nothing else.

Whoever has the secret is of the team until the link is revoked, so only its hash is kept: a stolen backup
opens nothing, and the link itself is shown once, to who makes it.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from data import teams
from data.actors import Actor
from data.clock import moment_of, now
from data.given import is_number
from data.records import TEAM, TEAM_LINK
from data.saved import checked_name
from geo.errors import NotAllowedError, StoreError, TeamError
from i18n import gettext as _

#: The role of who comes in by a link.
ROLE: Final = "team_member"
#: When a link was used last is noted to within this span: a telephone asks many times a minute.
USED_WITHIN: Final = timedelta(minutes=10)

_SECRET_BYTES: Final = 24
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TeamLink:
    """A link of a field team.

    Attributes
    ----------
    team_id
        The team that it opens.
    label
        Whose it is, in the words of who made it.
    revoked_at
        None while it opens something.
    used_at
        When it was used last, to within `USED_WITHIN`; None before the first time.
    """

    id: int
    team_id: int
    label: str
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    revoked_by: str | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who came in by a link: who that is to the store, the team, and the link."""

    actor: Actor
    team: teams.Team
    link: TeamLink

    @property
    def should_be_noted(self) -> bool:
        """Whether it is time to note that the link is used."""
        used = self.link.used_at
        return used is None or moment_of(now()) - used > USED_WITHIN


def make(connection: Connection, team_id: int, *, label: str, actor: Actor) -> tuple[TeamLink, str]:
    """Make a link; see `LinkStore.make_link`."""
    team, label = teams.one(connection, team_id), checked_name(label)
    if team.retired_at is not None:
        raise TeamError(_("'{name}' has retired, a link would open nothing.", name=team.name))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    last: int = connection.execute(select(func.coalesce(func.max(TEAM_LINK.c.id), 0))).scalar_one()
    row = {"id": last + 1, "team_id": team_id, "label": label, "hash": hash_of(secret)}
    connection.execute(insert(TEAM_LINK).values(**row, made_at=now(), made_by=actor.name))
    return one(connection, last + 1), secret


def rename(connection: Connection, link_id: int, label: str) -> TeamLink:
    """Give a link another label; see `LinkStore.rename_link`."""
    one(connection, link_id)
    connection.execute(update(TEAM_LINK).where(TEAM_LINK.c.id == link_id).values(label=checked_name(label)))
    return one(connection, link_id)


def revoke(connection: Connection, link_id: int, *, actor: Actor) -> TeamLink:
    """Revoke a link; see `LinkStore.revoke_link`."""
    one(connection, link_id)
    still = update(TEAM_LINK).where(TEAM_LINK.c.id == link_id, TEAM_LINK.c.revoked_at.is_(None))
    connection.execute(still.values(revoked_at=now(), revoked_by=actor.name))
    return one(connection, link_id)


def listed(connection: Connection, *, team_id: int | None, revoked: bool) -> list[TeamLink]:
    """Return the links by team, the newest first."""
    query = select(TEAM_LINK).order_by(TEAM_LINK.c.team_id, TEAM_LINK.c.id.desc())
    if team_id is not None:
        query = query.where(TEAM_LINK.c.team_id == team_id)
    if not revoked:
        query = query.where(TEAM_LINK.c.revoked_at.is_(None))
    return [_read(row) for row in connection.execute(query)]


def one(connection: Connection, link_id: int) -> TeamLink:
    """Return a link by its number.

    Raises
    ------
    StoreError
        There is none.
    """
    query = select(TEAM_LINK).where(TEAM_LINK.c.id == link_id)
    row = connection.execute(query).first() if is_number(link_id) else None
    if row is None:
        raise StoreError(_("There is no link {id}.", id=link_id))
    return _read(row)


def member(connection: Connection, secret: str) -> Member:
    """Return who comes in with a secret; see `LinkStore.member`."""
    row = _opening(connection, secret) if _SECRET.fullmatch(secret) else None
    if row is None:
        raise NotAllowedError(
            _("This link opens nothing, or nothing any more. Ask who leads the teams for a new one.")
        )
    link = _read(row)
    team = teams.one(connection, link.team_id)
    return Member(Actor(f"{team.name} · {link.label}", ROLE, team=team.id), team, link)


def note_use(connection: Connection, link_id: int) -> None:
    """Note that a link was used now."""
    connection.execute(update(TEAM_LINK).where(TEAM_LINK.c.id == link_id).values(used_at=now()))


def hash_of(secret: str) -> str:
    """Return what is kept of a secret; it is long and drawn at random, so a fast hash is enough."""
    return sha256(secret.encode()).hexdigest()


def _opening(connection: Connection, secret: str) -> Row[Any] | None:
    """Return the link of a secret, where it opens something."""
    query = select(TEAM_LINK).join(TEAM, TEAM.c.id == TEAM_LINK.c.team_id)
    query = query.where(TEAM_LINK.c.hash == hash_of(secret))
    return connection.execute(
        query.where(TEAM_LINK.c.revoked_at.is_(None), TEAM.c.retired_at.is_(None))
    ).first()


def _read(row: Row[Any]) -> TeamLink:
    return TeamLink(
        id=row.id,
        team_id=row.team_id,
        label=row.label,
        made_at=moment_of(row.made_at),
        made_by=row.made_by,
        revoked_at=None if row.revoked_at is None else moment_of(row.revoked_at),
        revoked_by=row.revoked_by,
        used_at=None if row.used_at is None else moment_of(row.used_at),
    )
