"""Rows that somebody changed behind the program's back, made from their events anew.

The events are the record and the rows a view of it, so this is sound as long as the events are whole; where
they are not, only a backup helps and nothing is touched.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, update

from data import case_places
from data.case_check import TOLD, check, located_last, otherwise, parts, told_last
from data.case_deadlines import rejudge
from data.case_rows import STATE_COLUMNS
from data.checked import Checked
from data.city_rules import city_rules
from data.events import decode
from data.photo_check import check_rows, rewrite_rows
from data.records import ISSUE
from data.replay import Replay
from data.schema import LOCATED
from geo.errors import StoreError
from i18n import gettext as _

_DERIVED = (*STATE_COLUMNS, "seq")


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair found, and what it changed unless it was only asked."""

    found: Checked
    values: int  # of rows, set to what their events say
    moments: int  # due moments, set to what the limits say
    places: int  # cases, noted in the areas that they lie in
    photos: int  # rows of photos, made as their events say

    @property
    def any(self) -> bool:
        """Whether there was anything to repair."""
        return bool(self.values or self.moments or self.places or self.photos)


def repair(connection: Connection, *, write: bool) -> Repaired:
    """Set what differs in the rows to what the events, the limits and the places say.

    Parameters
    ----------
    write
        Whether to change anything; without it the figures say what would be.

    Raises
    ------
    StoreError
        The events themselves are damaged or lost: nothing is changed.
    """
    found = _checked(connection)
    if not found.whole:
        raise StoreError(
            _(
                "Rows can only be made from whole events, and here some are lost or damaged: {faults}. "
                "Nothing was changed; restore a backup.",
                faults="; ".join(found.words()),
            )
        )
    if not write:
        return Repaired(found, found.differing, found.misdated, found.misplaced, found.astray_photos)
    values = sum(_rewrite(connection, *part) for part in parts(connection))
    places = case_places.locate_all(connection) if found.misplaced else 0
    moments = rejudge(connection, city_rules(connection))
    photos = rewrite_rows(connection) if found.astray_photos else 0
    again = _checked(connection)
    if not again.ok:
        raise StoreError(
            _("The repair did not succeed, nothing was changed: {faults}.", faults="; ".join(again.words()))
        )
    return Repaired(found, values, moments, places, photos)


def _checked(connection: Connection) -> Checked:
    found = check(connection)
    if not found.unreadable:
        check_rows(connection, found)
    return found


def _rewrite(connection: Connection, stored: pl.DataFrame, events: pl.DataFrame) -> int:
    """Set the values of some cases that differ; what a feed said last (`said`) is no matter of the events."""
    cases = Replay.of(decode(events)).cases
    both = stored.select("issue_id", *_DERIVED).join(cases, on="issue_id", suffix="_told")
    told = told_last(events, stored)
    n = 0
    frames: tuple[tuple[pl.DataFrame, Iterable[str], Callable[[str], pl.Expr]], ...] = (
        (both, _DERIVED, lambda name: pl.col(name).ne_missing(pl.col(f"{name}_told"))),
        (told, TOLD, otherwise),
        (told, ("cell",), lambda name: pl.col(name).ne_missing(pl.col(f"{name}_told"))),
        (located_last(events, stored), LOCATED, lambda name: case_places.differs(name, f"{name}_told")),
    )
    for frame, names, differs in frames:
        for name in names:
            wrong = frame.filter(differs(name)).select("issue_id", pl.col(f"{name}_told").to_physical())
            for case, value in wrong.iter_rows():
                values: dict[str, Any] = {name: value}
                connection.execute(update(ISSUE).where(ISSUE.c.id == case).values(values))
            n += wrong.height
    return n
