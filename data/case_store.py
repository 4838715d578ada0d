"""The store's part for cases: what happens to them, what is due, and whether all of it holds."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import polars as pl
from sqlalchemy import Connection, func, select

from data import accesses, case_check, case_list, case_places, case_repair, cases, contacts, given
from data.actors import SYSTEM, Actor
from data.case_deadlines import rejudge
from data.case_list import Part
from data.case_repair import Repaired
from data.cases import Case
from data.checked import Checked
from data.city_rules import city_rules, table_fact
from data.clock import moment
from data.contacts import Contact
from data.database import empty_log
from data.facts import set_fact
from data.issue_writing import Batch
from data.known_places import known_places
from data.records import ISSUE
from data.rights import Right, require
from data.schema import REPORT
from data.units import UnitOf
from geo.errors import NotAllowedError, StoreError
from i18n import gettext as _

#: Cases that are located in one transaction: it takes about a second.
LOCATED_AT_ONCE: Final = 25_000


class CaseStore(ABC):
    """The methods of `Store` that know the life of a case."""

    @abstractmethod
    def _reading(self, actor: Actor, right: Right = "read") -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _writing(self, actor: Actor, right: Right = "write") -> AbstractContextManager[Connection]: ...

    def case(self, issue_id: int, *, actor: Actor) -> Case:
        """Return a case with its deadline, the unit it would go to, and what the actor may do with it.

        Raises
        ------
        StoreError
            There is no such case.
        NotAllowedError
            It lies in somebody else's part of the city.
        """
        with self._reading(actor, "open") as connection:
            return cases.case(connection, issue_id, actor=actor)

    def allowed(self, issue_id: int, *, actor: Actor) -> tuple[str, ...]:
        """Return what the actor may make happen to a case now: the buttons that a page shows."""
        return self.case(issue_id, actor=actor).allowed

    def report(
        self,
        report: Mapping[str, Any],
        *,
        actor: Actor,
        contact: Contact | None = None,
        source: str = "intake",
    ) -> Case:
        """Take up a problem that somebody reports here, and return its case.

        Parameters
        ----------
        report
            category, lon, lat; and where known description, address, kind and reported_at.
        contact
            How to reach whoever reports; it is kept apart from the case.
        source
            Which intake it came by.

        Raises
        ------
        StoreError
            Fields that no report has, or none that every report needs.
        GivenError
            Values that no report can have: a place off the earth, a time more than a day ahead.
        """
        now = moment()
        if report.get("closed_at") is not None:
            raise StoreError(_("A report that is new has no time of closing."))
        row = {**dict.fromkeys(REPORT), "reported_at": now, **given.report(report, now=now)}
        row |= dict.fromkeys(row.keys() - REPORT.keys())  # what they hold is no matter
        row |= {"source": given.text("source", source), "external_id": uuid4().hex, "status": "reported"}
        resident = actor.role == "resident"
        reporter = actor.name if resident else (uuid4().hex if contact else None)
        frame = pl.DataFrame([row], schema={**REPORT, **{n: pl.String for n in row if n not in REPORT}})
        with self._reading(actor, "open") as connection:
            known_places(connection)  # others need not wait while the index is made
        with self._writing(actor, "report") as connection:
            batch = Batch(connection, actor=actor, import_id=None)
            issue_id = batch.write_report(frame, reporter=reporter)
            if contact and reporter:
                contacts.write(connection, reporter, contact)
            return cases.case(connection, issue_id, actor=cases.unscoped(actor))

    def transition(
        self,
        issue_id: int,
        event: str,
        *,
        actor: Actor,
        version: int | None = None,
        reason: str = "",
        at: datetime | None = None,
        **needs: Any,
    ) -> Case:
        """Let something happen to a case, and return the case after it.

        Parameters
        ----------
        event
            One of `data.transitions.EVENTS`.
        version
            The version that the actor has seen; whatever it is now where it is None.
        at
            When it took place, where that is not now.
        needs
            What the event brings: note, unit, into, amount, amount_unit.

        Raises
        ------
        TransitionError
            It cannot happen in this state, or lacks what it needs; the message says what is possible.
        GivenError
            `at` is to come, before the report or without zone, or a text stands in place of a number.
        NotAllowedError
            The actor's role may not do this, or the case lies in somebody else's part of the city.
        ConflictError
            Somebody else has changed the case since; the message says who, what and when.
        """
        with self._writing(actor, "act") as connection:
            return cases.transition(
                connection, issue_id, event, actor=actor, version=version, reason=reason, at=at, needs=needs
            )

    def merge(
        self, issue_id: int, into: int, *, actor: Actor, reason: str, version: int | None = None
    ) -> Case:
        """Make a case a duplicate of another one, which keeps both reporters; `unmerge` undoes it."""
        return self.transition(issue_id, "merge", actor=actor, version=version, reason=reason, into=into)

    def unmerge(self, issue_id: int, *, actor: Actor, version: int | None = None, reason: str = "") -> Case:
        """Make a duplicate a case of its own again, where it stood before."""
        return self.transition(issue_id, "unmerge", actor=actor, version=version, reason=reason)

    def correct(
        self, issue_id: int, *, actor: Actor, version: int | None = None, reason: str = "", **changes: Any
    ) -> Case:
        """Correct what was reported (category, lon, lat, description, unit …); errors as `transition`.

        A later reading of the feed leaves it so until the feed itself says something new.
        """
        with self._writing(actor, "act") as connection:
            return cases.correct(
                connection, issue_id, actor=actor, version=version, reason=reason, changes=changes
            )

    def open_cases(
        self,
        *,
        actor: Actor,
        unit: str | None = None,
        limit: int = 100,
        now: datetime | None = None,
        categories: Sequence[str] = (),
        part: Part = "all",
        issues: Sequence[int] | None = None,
    ) -> pl.DataFrame:
        """List open cases in the actor's part of the city, the most urgent first.

        Parameters
        ----------
        unit
            Whose cases; everybody's where it is None, those of no unit where it is empty.
        now
            The moment to judge by, with its zone.
        categories
            Slugs; none of them is no limit.
        part
            All of them, the overdue ones, those due before the city's midnight, or the suspended ones.
        issues
            Of these cases alone; None is no limit.

        Returns
        -------
        The columns `data.case_list.LISTED`: by due moment, then those that are due at none, suspended ones
        among them.
        """
        with self._reading(actor) as connection:
            return case_list.open_cases(
                connection,
                actor=actor,
                unit=unit,
                limit=limit,
                now=now,
                categories=categories,
                part=part,
                issues=issues,
            )

    def urgency(self, *, actor: Actor, now: datetime | None = None) -> pl.DataFrame:
        """Return every open case in the actor's part of the city, in the order of `open_cases`.

        Returns
        -------
        `issue_id` and `overdue`, which is so when its moment, if it has one, is over.
        """
        with self._reading(actor) as connection:
            return case_list.urgency(connection, actor=actor, now=now)

    def workload(
        self,
        *,
        actor: Actor,
        categories: Sequence[str] = (),
        now: datetime | None = None,
        issues: Sequence[int] | None = None,
    ) -> pl.DataFrame:
        """Count the open cases of each unit in the actor's part of the city, of these cases alone if given.

        Returns
        -------
        The columns `data.case_list.WORKLOAD`, most first; `unit` is null for what nobody was given yet.
        """
        with self._reading(actor) as connection:
            return case_list.workload(connection, actor=actor, categories=categories, now=now, issues=issues)

    def repeats(self, issue_id: int, *, actor: Actor) -> list[int]:
        """Return the cases that were merged into a case, by way of others too, with the errors of `case`."""
        with self._reading(actor) as connection:
            cases.look_up(connection, issue_id, actor=actor)
            return case_list.repeats(connection, issue_id)

    def units(self, *, actor: Actor) -> dict[str, UnitOf]:
        """Return the city's units by name, in the order of its table."""
        with self._reading(actor, "open") as connection:
            return city_rules(connection).units

    def overdue(
        self, *, actor: Actor, unit: str | None = None, now: datetime | None = None
    ) -> tuple[int, int]:
        """Return how many cases are open, and how many of them are overdue."""
        with self._reading(actor) as connection:
            return case_list.overdue(connection, actor=actor, unit=unit, now=now)

    def write_table(self, name: str, frame: pl.DataFrame, *, actor: Actor) -> int:
        """Write one of the city's own tables (`data.city_rules.CITY_TABLES`) and judge all open cases by it.

        `place_rules` also decides where cases belong: all of them are located again.

        Returns
        -------
        How many cases got another due moment.

        Raises
        ------
        TableError
            With every fault of the table; the old one stays.
        """
        with self._writing(actor, "rules") as connection:
            set_fact(connection, *table_fact(name, frame))
            changed = rejudge(connection, city_rules(connection))
        if name == "place_rules":
            self.locate(actor=actor)
        return changed

    def locate(
        self, *, actor: Actor, most: int = LOCATED_AT_ONCE, progress: case_places.Progress | None = None
    ) -> int:
        """Find out again which place, areas and exempt zone the cases belong to, after places have changed.

        New reports are located as they come. A case that belongs elsewhere gets an event `locate`, and is
        judged anew where its areas are others. Each `most` cases are a transaction: other writers get their
        turn between them, and what is stopped goes on where it is called again.

        Returns
        -------
        How many cases belong elsewhere than was known.
        """
        moved = after = seen = 0
        total = edition = None
        while True:
            with self._writing(actor, "rules") as connection:
                known = known_places(connection)
                if edition != known.edition:  # others changed the places meanwhile: from the start
                    edition, after, seen = known.edition, 0, 0
                step = case_places.locate_part(connection, after=after, most=most)
                if not step.seen:
                    case_places.finish(connection, edition)
                    return moved
                if progress and total is None:
                    total = connection.execute(select(func.count()).select_from(ISSUE)).scalar_one()
            moved, after, seen = moved + step.moved, step.last, seen + step.seen
            if progress:
                progress(seen, max(seen, total or 0), moved)

    def is_located(self, *, actor: Actor) -> bool:
        """Return whether all cases were located by the places and rules of now."""
        with self._reading(actor) as connection:
            return case_places.is_current(connection)

    def contacts(self, issue_id: int, *, actor: Actor) -> list[Contact]:
        """Return how to reach whoever reported a case or one of its duplicates.

        Who asked is written down (`accesses`), and who asked in vain.
        """
        try:
            with self._writing(actor, "personal") as connection:
                row = cases.look_up(connection, issue_id, actor=actor)
                return contacts.read(connection, row["id"], actor=actor)
        except NotAllowedError:
            with self._writing(SYSTEM) as connection:
                accesses.note(connection, "contact", actor=actor, issue_id=issue_id, refused=True)
            raise

    def note_export(self, *, actor: Actor, detail: str) -> None:
        """Write down that somebody takes cases out of the store; `detail` says which."""
        require(actor, "open")
        with self._writing(SYSTEM) as connection:
            accesses.note(connection, "export", actor=actor, detail=detail)

    def accesses(self, *, actor: Actor, limit: int = 1000) -> pl.DataFrame:
        """Return who took personal data or tried to, newest first: the columns `data.accesses.LISTED`."""
        with self._reading(actor, "rules") as connection:
            return accesses.listed(connection, limit=limit)

    def forget_contacts(self, *, actor: Actor, days: int | None = None) -> int:
        """Remove contact data whose cases are done for longer than the setting `contact_days` says.

        Returns
        -------
        How many reporters were forgotten.

        Raises
        ------
        StoreError
            They were, but readers keep a file's log from being emptied of them: try again.
        """
        with self._writing(actor, "rules") as connection:
            n = contacts.forget(connection, days=days)
        empty_log(connection.engine)
        return n

    def check(self, *, actor: Actor) -> Checked:
        """Prove that every row is the replay of its events and nothing is missing; nothing is changed."""
        with self._reading(actor, "whole") as connection:
            return case_check.check(connection)

    def repair(self, *, actor: Actor, write: bool = False) -> Repaired:
        """Set rows that differ from their events to what these say, with due moments and areas.

        Without `write` only the figures come back; errors as `data.case_repair.repair`.
        """
        if not write:
            with self._reading(actor, "rules") as connection:
                return case_repair.repair(connection, write=False)
        with self._writing(actor, "rules") as connection:
            return case_repair.repair(connection, write=True)
