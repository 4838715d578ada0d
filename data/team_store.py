"""The store's part for field teams: who they are, and which cells are whose."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection

from data import teams, territories
from data.actors import Actor
from data.rights import Right
from data.teams import Team
from data.territories import TERRITORIES, Edition


class TeamStore(ABC):
    """The methods of `Store` that keep field teams and their territories.

    Who heads the whole city writes. Who is of a team reads that team and its cells alone, and no draft.
    """

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    # Teams

    def add_team(
        self,
        name: str,
        *,
        actor: Actor,
        en: str = "",
        unit: str | None = None,
        place_id: int | None = None,
    ) -> Team:
        """Add a field team; its number is the next one.

        Parameters
        ----------
        name, en
            At most `saved.MOST_LETTERS` characters. No two teams that are there have the same name.
        unit
            The unit of the city's table that it works for.
        place_id
            The place that it starts from.

        Raises
        ------
        SavedError
            A name that is empty or too long.
        TeamError
            A name that is taken; a unit or a place that there is not.
        """
        with self._writing(actor, "rules") as connection:
            return teams.add(connection, name, en=en, unit=unit, place_id=place_id, actor=actor)

    def change_team(
        self,
        team_id: int,
        *,
        actor: Actor,
        version: int,
        name: str | None = None,
        en: str | None = None,
        unit: str | None = None,
        place_id: int | None = None,
        retired: bool | None = None,
    ) -> Team:
        """Rename a team, retire it or take it back; what is None stays as it is.

        Parameters
        ----------
        version
            The version that the actor has seen.
        unit, place_id
            `teams.NO_UNIT` and `teams.NO_PLACE` take away what was there.

        Raises
        ------
        StoreError
            There is no such team.
        ConflictError
            It was changed meanwhile.
        SavedError, TeamError
            As for `add_team`; or it is to retire and has cells of the territories in force.
        """
        changes: dict[str, Any] = {"name": name, "en": en, "unit": unit, "place_id": place_id}
        with self._writing(actor, "rules") as connection:
            return teams.change(connection, team_id, actor=actor, version=version, retired=retired, **changes)

    def teams(self, *, actor: Actor, retired: bool = False) -> list[Team]:
        """Return the field teams by number, those that retired too if asked; a member's own alone."""
        with self._reading(actor) as connection:
            return teams.listed(connection, actor=actor, retired=retired)

    # Territories

    def draft_territories(self, name: str, frame: pl.DataFrame, *, actor: Actor, note: str = "") -> Edition:
        """Keep territories as a new draft, for nobody to go by yet.

        Parameters
        ----------
        frame
            `cell`, H3 cells of the analysis resolution, each once, and `team_id`; a cell that is left out is
            nobody's. What `territories` returns of another edition makes a draft of it.

        Raises
        ------
        SavedError
            A name that is empty or too long.
        TeamError
            Columns that are missing, cells given twice, teams that are not there; a note that is too long.
        CellError
            Ids that are no cells, or of another resolution.
        """
        with self._writing(actor, "rules") as connection:
            return territories.draft(connection, name, frame, note=note, actor=actor)

    def change_territories(
        self,
        edition_id: int,
        *,
        actor: Actor,
        version: int,
        name: str | None = None,
        note: str | None = None,
        frame: pl.DataFrame | None = None,
    ) -> Edition:
        """Rename a draft, or put other territories in place of its own; what is None stays as it is.

        Parameters
        ----------
        version
            The version that the actor has seen.

        Raises
        ------
        StoreError
            There is no such edition.
        ConflictError
            It was changed meanwhile; the message says by whom.
        SavedError, TeamError, CellError
            As for `draft_territories`; or it is no draft any more.
        """
        with self._writing(actor, "rules") as connection:
            return territories.change(
                connection, edition_id, actor=actor, version=version, name=name, note=note, frame=frame
            )

    def paint_territories(
        self,
        edition_id: int,
        cells: Any,
        team_id: int | Sequence[int | None] | None,
        *,
        actor: Actor,
        version: int,
    ) -> Edition:
        """Give cells of a draft to a team, whoever's they were; with None they become nobody's.

        Parameters
        ----------
        cells
            Shape (n,), H3 cells of the analysis resolution.
        team_id
            One for all of them, or one for each, as when a stroke is taken back.

        Raises
        ------
        StoreError, ConflictError, TeamError, CellError
            As for `change_territories`.
        """
        with self._writing(actor, "rules") as connection:
            return territories.paint(connection, edition_id, cells, team_id, actor=actor, version=version)

    def publish_territories(
        self, edition_id: int, *, actor: Actor, version: int, replaces: int | None
    ) -> Edition:
        """Bring a draft into force; from now on teams see the cases of these cells.

        The one that was in force ends at this moment. Both are kept and never change again.

        Parameters
        ----------
        replaces
            The edition in force that the actor has seen; None where there was none.

        Raises
        ------
        ConflictError
            The draft was changed meanwhile, or another edition has come into force.
        StoreError, TeamError
            As for `change_territories`; or the draft has no cells, or a team of it has retired.
        """
        with self._writing(actor, "rules") as connection:
            return territories.publish(
                connection, edition_id, actor=actor, version=version, replaces=replaces
            )

    def drop_territories(self, edition_id: int, *, actor: Actor, version: int) -> Edition:
        """Give a draft up: it is kept, and listed no more. Errors as for `change_territories`."""
        with self._writing(actor, "rules") as connection:
            return territories.drop(connection, edition_id, actor=actor, version=version)

    def editions(self, *, actor: Actor) -> list[Edition]:
        """Return the editions of the territories, the newest first; members of a team see no drafts."""
        with self._reading(actor) as connection:
            return territories.listed(connection, actor=actor)

    def edition_in_force(self, *, actor: Actor, at: datetime | None = None) -> Edition | None:
        """Return the edition that is in force, or that was at a moment; None where there was none."""
        with self._reading(actor) as connection:
            return territories.in_force(connection, at=at)

    def territories(self, edition_id: int | None = None, *, actor: Actor) -> pl.DataFrame:
        """Read whose cells they are by an edition; by the one in force where None is asked for.

        Returns
        -------
        The columns `data.territories.TERRITORIES`, by cell: `cell` (uint64, of the analysis resolution) and
        `team_id`; to a member of a team its own cells alone. Empty where no edition is in force.

        Raises
        ------
        StoreError
            There is no such edition that the actor may see.
        """
        with self._reading(actor) as connection:
            if edition_id is None:
                found = territories.in_force(connection)
                if found is None:
                    return pl.DataFrame(schema=TERRITORIES)
            else:
                found = territories.one(connection, edition_id, actor=actor)
            return territories.read(connection, found.id, actor=actor)
