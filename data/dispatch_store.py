"""The store's part for many cases at once: what waits to be dispatched, dispatched, and taken back."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import Connection

from data import dispatching, given, waiting_cases
from data.actors import Actor
from data.case_list import Part
from data.dispatching import Dispatched, TakenBack
from data.rights import Right
from data.waiting_cases import Waiting
from geo.errors import GivenError
from i18n import gettext as _

#: Cases that are dispatched in one transaction: other writers get their turn after some tenths of a second.
AT_ONCE: Final = 2_500


class DispatchStore(ABC):
    """The methods of `Store` that dispatch many cases at once."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def waiting_cases(
        self,
        *,
        actor: Actor,
        to: str | None = None,
        since: datetime | None = None,
        unit: str | None = None,
        categories: Sequence[str] = (),
        part: Part = "all",
        issues: Sequence[int] | None = None,
        now: datetime | None = None,
    ) -> Waiting:
        """Say what there is to dispatch in the actor's part of the city: to be looked at before.

        Parameters
        ----------
        to
            The unit of the city's table that all of it is to go to; by the city's rules where None.
        since
            Leave out what was reported before this moment.
        unit, categories, part, issues, now
            Of these open cases alone, as `open_cases` has them.

        Raises
        ------
        GivenError
            There is no such unit.
        """
        with self._reading(actor) as connection:
            dispatching.check_unit(connection, to)
            return waiting_cases.waiting(
                connection,
                actor=actor,
                to=to,
                since=since,
                unit=unit,
                categories=categories,
                part=part,
                issues=issues,
                now=now,
            )

    def dispatch_many(
        self,
        cases: Sequence[int] | pl.DataFrame,
        *,
        actor: Actor,
        unit: str | None = None,
        most: int = AT_ONCE,
        progress: Callable[[Dispatched], object] | None = None,
    ) -> Dispatched:
        """Accept and dispatch many cases, each by the events and under the conditions of a single dispatch.

        Each `most` of them are a transaction of their own. What was stopped between goes on where the same
        is asked again: a case that is dispatched already is left as it is and counted.

        Parameters
        ----------
        cases
            Ids; or a frame with `issue_id` and `version`, such as `Waiting.cases`: a case that somebody has
            changed since that version is not dispatched.
        unit
            The unit of the city's table that all of them go to. Where it is None the city's rules say for
            each which, and the event keeps why.
        progress
            Told what became of the cases of each transaction.

        Returns
        -------
        What became of all of them; what could not be dispatched is listed with its reason.

        Raises
        ------
        NotAllowedError
            The actor's role may not accept or dispatch cases.
        GivenError
            There is no such unit, or numbers that are none of cases.
        """
        wanted = _numbered(cases)
        with self._reading(actor, "act") as connection:
            dispatching.check_role(actor)
            dispatching.check_unit(connection, unit)
        found = Dispatched()
        for part in wanted.iter_slices(most):
            with self._writing(actor, "act") as connection:
                step = dispatching.dispatch(connection, part, actor=actor, unit=unit)
            found += step
            if progress:
                progress(step)
        return found

    def return_many(
        self,
        done: pl.DataFrame,
        *,
        actor: Actor,
        reason: str,
        most: int = AT_ONCE,
        progress: Callable[[TakenBack], object] | None = None,
    ) -> TakenBack:
        """Take a dispatch of many cases back: each that nobody has touched since is returned.

        It waits again then, accepted and without a unit; one that had a unit before has it again.

        Parameters
        ----------
        done
            `Dispatched.done`.
        reason
            Why; each case's history keeps it.
        most, progress
            As for `dispatch_many`.

        Raises
        ------
        NotAllowedError
            The actor's role may not dispatch cases.
        TransitionError
            There is no reason.
        """
        why = given.text("reason", reason)
        with self._reading(actor, "act"):
            dispatching.check_role(actor)
        found = TakenBack()
        for part in done.iter_slices(most):
            with self._writing(actor, "act") as connection:
                step = dispatching.take_back(connection, part, actor=actor, reason=why)
            found += step
            if progress:
                progress(step)
        return found


def _numbered(cases: Sequence[int] | pl.DataFrame) -> pl.DataFrame:
    """Return `issue_id`, each once, and `version`, null where any will do."""
    if isinstance(cases, pl.DataFrame):
        frame = cases.select(pl.col("issue_id", "version").cast(pl.Int64))
    else:
        if wrong := [number for number in cases if not given.is_number(number)]:
            raise GivenError(_("{value!r} is not the number of a case.", value=wrong[0]))
        ids = pl.Series("issue_id", [int(number) for number in cases], dtype=pl.Int64)
        frame = ids.to_frame().with_columns(version=pl.lit(None, dtype=pl.Int64))
    return frame.unique("issue_id", keep="first", maintain_order=True)
