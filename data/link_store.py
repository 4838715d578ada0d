"""The store's part for the links by which the people of field teams come in."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from data import team_links
from data.actors import Actor
from data.rights import Right
from data.team_links import Member, TeamLink


class LinkStore(ABC):
    """The methods of `Store` that keep the links of teams; who heads the whole city makes and sees them."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def make_link(self, team_id: int, *, actor: Actor, label: str) -> tuple[TeamLink, str]:
        """Make a link that opens a team's part to whoever has it.

        Parameters
        ----------
        label
            Whose it is, at most `saved.MOST_LETTERS` characters.

        Returns
        -------
        The link and its secret, which nobody can be told again.

        Raises
        ------
        StoreError
            There is no such team.
        SavedError
            A label that is empty or too long.
        TeamError
            The team has retired.
        """
        with self._writing(actor, "rules") as connection:
            return team_links.make(connection, team_id, label=label, actor=actor)

    def rename_link(self, link_id: int, label: str, *, actor: Actor) -> TeamLink:
        """Give a link another label; what was done under the old one keeps it.

        Raises
        ------
        StoreError
            There is no such link.
        SavedError
            A label that is empty or too long.
        """
        with self._writing(actor, "rules") as connection:
            return team_links.rename(connection, link_id, label)

    def revoke_link(self, link_id: int, *, actor: Actor) -> TeamLink:
        """Let a link open nothing any more, for the very next question; one that was revoked stays as it is.

        Raises
        ------
        StoreError
            There is no such link.
        """
        with self._writing(actor, "rules") as connection:
            return team_links.revoke(connection, link_id, actor=actor)

    def links(self, *, actor: Actor, team_id: int | None = None, revoked: bool = False) -> list[TeamLink]:
        """Return the links of a team, or of all, by team and the newest first; revoked ones too if asked."""
        with self._reading(actor, "rules") as connection:
            return team_links.listed(connection, team_id=team_id, revoked=revoked)

    def member(self, secret: str, *, actor: Actor) -> Member:
        """Return who comes in with a secret.

        Raises
        ------
        NotAllowedError
            It is no link's, the link was revoked, or its team has retired.
        """
        with self._reading(actor, "rules") as connection:
            return team_links.member(connection, secret)

    def note_link_use(self, link_id: int, *, actor: Actor) -> None:
        """Note that a link was used now."""
        with self._writing(actor, "rules") as connection:
            team_links.note_use(connection, link_id)
