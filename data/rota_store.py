"""The store's part for rotas: which team goes to which compound on a day, and who came."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date

import polars as pl
from sqlalchemy import Connection

from data import rotas
from data.actors import Actor
from data.rights import Right
from data.rotas import Rota


class RotaStore(ABC):
    """The methods of `Store` that keep rotas.

    Who heads the whole city writes. Who is of a team reads that team's own duties, and no draft.
    """

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def draft_rota(
        self, day: date, duties: pl.DataFrame, needs: pl.DataFrame, *, actor: Actor, note: str = ""
    ) -> Rota:
        """Keep a rota of a day as a new draft, for nobody to go by yet.

        Parameters
        ----------
        duties
            The columns `rotas.DUTIES`: each team once, with a place or none (it is excused).
        needs
            The columns `rotas.NEEDS`: how much work was expected where, for shares and results.

        Raises
        ------
        TeamError
            Columns that are missing or of other types, teams given twice or not there, places that are not
            there, needs that are no work, words that are too long.
        """
        with self._writing(actor, "rules") as connection:
            return rotas.draft(connection, day, duties, needs, note=note, actor=actor)

    def change_rota(
        self,
        rota_id: int,
        *,
        actor: Actor,
        version: int,
        duties: pl.DataFrame | None = None,
        needs: pl.DataFrame | None = None,
        note: str | None = None,
    ) -> Rota:
        """Put other duties, needs or words into a draft; what is None stays as it is.

        Parameters
        ----------
        version
            The version that the actor has seen.

        Raises
        ------
        StoreError
            There is no such rota.
        ConflictError
            It was changed meanwhile; the message says by whom.
        TeamError
            As for `draft_rota`; or it is no draft any more.
        """
        with self._writing(actor, "rules") as connection:
            return rotas.change(
                connection, rota_id, actor=actor, version=version, duties=duties, needs=needs, note=note
            )

    def publish_rota(self, rota_id: int, *, actor: Actor, version: int, replaces: int | None) -> Rota:
        """Let a draft hold on its day, in place of the rota of that day that held so far.

        Parameters
        ----------
        replaces
            The rota of that day that holds and that the actor has seen; None where there was none.

        Raises
        ------
        ConflictError
            The draft was changed meanwhile, or another rota of the day was published.
        StoreError, TeamError
            As for `change_rota`; or nobody goes anywhere, a team has retired, or it is noted already who came
            on that day.
        """
        with self._writing(actor, "rules") as connection:
            return rotas.publish(connection, rota_id, actor=actor, version=version, replaces=replaces)

    def drop_rota(self, rota_id: int, *, actor: Actor, version: int) -> Rota:
        """Give a draft up: it is kept, and listed no more. Errors as for `change_rota`."""
        with self._writing(actor, "rules") as connection:
            return rotas.drop(connection, rota_id, actor=actor, version=version)

    def note_attendance(
        self, rota_id: int, came: Mapping[int, bool | None], *, actor: Actor, version: int
    ) -> Rota:
        """Note of teams whether they came; None says that it is not known. Others stay as they were.

        Raises
        ------
        StoreError, ConflictError
            As for `change_rota`.
        TeamError
            The rota does not hold, or a team had nowhere to go.
        """
        with self._writing(actor, "rules") as connection:
            return rotas.attend(connection, rota_id, dict(came), actor=actor, version=version)

    def rotas(self, *, actor: Actor) -> list[Rota]:
        """Return the rotas, the latest day first; members of a team see no drafts."""
        with self._reading(actor) as connection:
            return rotas.listed(connection, actor=actor)

    def duties(self, rota_id: int, *, actor: Actor) -> pl.DataFrame:
        """Read where each team goes by a rota, by team; to a member of a team its own alone.

        Returns
        -------
        The columns `rotas.READ_DUTIES`.

        Raises
        ------
        StoreError
            There is no such rota that the actor may see.
        """
        with self._reading(actor) as connection:
            found = rotas.one(connection, rota_id, actor=actor)
            return rotas.read_duties(connection, found.id, actor=actor)

    def rota_needs(self, rota_id: int, *, actor: Actor) -> pl.DataFrame:
        """Read how much work was expected where when a rota was made: the columns `rotas.NEEDS`, by place.

        Raises
        ------
        StoreError
            There is no such rota that the actor may see.
        """
        with self._reading(actor, "whole") as connection:
            found = rotas.one(connection, rota_id, actor=actor)
            return rotas.read_needs(connection, found.id)

    def turns(self, *, actor: Actor, before: date, days: int = 26) -> pl.DataFrame:
        """Read who had to go where on the last days with a rota that held, and who came.

        Parameters
        ----------
        before
            Days before this one.
        days
            At most so many; 26 Fridays are half a year.

        Returns
        -------
        The columns `rotas.TURNS`, by day and team; to a member of a team its own alone.
        """
        with self._reading(actor) as connection:
            return rotas.turns(connection, before=before, days=days, actor=actor)
