"""The store's part for visits: where patrols and inspections were, and when."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

import polars as pl
from sqlalchemy import Connection

from data import visits
from data.actors import Actor
from data.issue_writing import Written
from data.rights import Right


class VisitStore(ABC):
    """The methods of `Store` that keep visits."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def write_visits(self, frame: pl.DataFrame, *, actor: Actor, import_id: int | None = None) -> Written:
        """Add visits, or change those of the same (source, external_id), in one transaction.

        Parameters
        ----------
        frame
            The columns of `data.visits.VISITS`: a point or an area, a time or a day, and how often.

        Returns
        -------
        What was new, changed and unchanged; the same visits again change nothing.

        Raises
        ------
        FrameError
            Visits that cannot be kept, such as one that is nowhere; nothing is written.
        """
        with self._writing(actor) as connection:
            return visits.write(connection, frame, import_id=import_id)

    def visits(self, *, actor: Actor) -> pl.DataFrame:
        """Read the visits that count, by id: `id`, the columns of `data.visits.VISITS`, `import_id`.

        Patrols are planned for the whole city: who sees a part of it sees no visits.
        """
        with self._reading(actor, "whole") as connection:
            return visits.read(connection)

    def withdraw_visits(self, import_id: int, *, actor: Actor) -> int:
        """Let the visits of an import no longer count; return how many did. The same file brings them back.

        What the import had changed is left out too, not put back to what it was before.

        Raises
        ------
        StoreError
            There is no such import.
        """
        with self._writing(actor) as connection:
            return visits.withdraw(connection, import_id)
