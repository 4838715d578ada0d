"""What needs a second person: who reported a case as fixed does not say that it is fixed.

The delivered table binds dispatchers and teams; a city writes its own table (`second_person`), with managers
in it or with no line at all.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Self

import polars as pl
from sqlalchemy import Connection, select

from data.actors import Actor
from data.city_table import TABLES, CityTable
from data.records import EVENT
from data.transitions import EVENTS, ROLES, word
from geo.errors import NotAllowedError
from i18n import gettext as _

#: A statement takes a limited number of values.
_AT_ONCE: Final = 500
_COLUMNS: Final = ("event", "after", "roles", "version", "source")


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """For each event and role the events that somebody else must have made last."""

    others: dict[tuple[str, str], frozenset[str]]

    @classmethod
    def read(cls, frame: pl.DataFrame | None = None) -> Self:
        """Read a city's table, or the delivered one.

        Raises
        ------
        TableError
            With every fault of the table.
        """
        source = TABLES / "second_person.csv" if frame is None else frame
        table = CityTable.read(
            source, _COLUMNS, optional=("version", "source"), name="" if frame is None else "second_person"
        )
        others: dict[tuple[str, str], frozenset[str]] = {}
        for line in table:
            event, after = (line.word(column, EVENTS) for column in ("event", "after"))
            if event == after:
                line.fault(_("{event} cannot ask for somebody else than who did it", event=event))
            for role in line.words("roles", ROLES):
                others[event, role] = others.get((event, role), frozenset()) | {after}
        table.check()
        return cls(others)

    def barred(
        self, connection: Connection, issue_id: int, *, actor: Actor, events: Collection[str]
    ) -> dict[str, str]:
        """Return those of some events that the actor may not make happen, with what the actor did before."""
        asked = {
            event: self.others[event, actor.role] for event in events if (event, actor.role) in self.others
        }
        last = {after: _last(connection, issue_id, after) for after in frozenset().union(*asked.values())}
        return {
            event: after
            for event, afters in asked.items()
            for after in sorted(afters)
            if last[after] == actor.name
        }

    def check(self, connection: Connection, issue_id: int, *, actor: Actor, event: str) -> None:
        """Let the actor pass.

        Raises
        ------
        NotAllowedError
            The actor did what somebody else must have done.
        """
        if after := self.barred(connection, issue_id, actor=actor, events=[event]).get(event):
            raise NotAllowedError(
                _(
                    "Case {id} needs a second person: who did '{after}' ('{name}') does not do '{event}'.",
                    id=issue_id,
                    after=word(after),
                    event=word(event),
                    name=actor.name,
                )
            )

    def barred_cases(
        self, connection: Connection, ids: Sequence[int], *, actor: Actor, way: Sequence[str]
    ) -> dict[int, str]:
        """Return those of some cases that the actor may not take a way, with the word on what was done.

        Of the events of the way the actor would be who made the earlier ones happen.
        """
        found: dict[int, str] = {}
        for place, event in enumerate(way):
            for after in sorted(self.others.get((event, actor.role), ())):
                if after in way[:place]:
                    found |= dict.fromkeys(ids, self._words(after, event, actor))
                    continue
                for start in range(0, len(ids), _AT_ONCE):
                    some = ids[start : start + _AT_ONCE]
                    query = select(EVENT.c.issue_id, EVENT.c.actor).where(
                        EVENT.c.issue_id.in_(some), EVENT.c.kind == after
                    )
                    last = {
                        row.issue_id: row.actor for row in connection.execute(query.order_by(EVENT.c.seq))
                    }
                    own = (number for number, name in last.items() if name == actor.name)
                    found |= dict.fromkeys(own, self._words(after, event, actor))
        return found

    @staticmethod
    def _words(after: str, event: str, actor: Actor) -> str:
        return _(
            "It needs a second person: who did '{after}' ('{name}') does not do '{event}'.",
            after=word(after),
            event=word(event),
            name=actor.name,
        )


def _last(connection: Connection, issue_id: int, kind: str) -> str | None:
    query = select(EVENT.c.actor).where(EVENT.c.issue_id == issue_id, EVENT.c.kind == kind)
    name: str | None = connection.execute(query.order_by(EVENT.c.seq.desc()).limit(1)).scalar()
    return name
