"""What a map marks beside a report's category and state: that it has photos, that its position is doubted."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, select

from data.actors import Actor
from data.case_photos import shown
from data.records import EVENT, ISSUE, PHOTO

#: A statement takes a limited number of values.
_CHUNK = 500


def noted(
    connection: Connection, ids: Sequence[int], *, where: ColumnElement[bool], actor: Actor
) -> pl.DataFrame:
    """Read the notes of issues, in the order of the ids; of one that `where` leaves out both are False.

    Returns
    -------
    `id`, `photos` (whether it has any that the actor may see) and `doubted`.
    """
    photos: set[int] = set()
    doubted: set[int] = set()
    for start in range(0, len(ids), _CHUNK):
        chunk = [int(value) for value in ids[start : start + _CHUNK]]
        photographed: Any = (
            select(PHOTO.c.issue_id)
            .join(ISSUE, ISSUE.c.id == PHOTO.c.issue_id)
            .join(EVENT, EVENT.c.seq == PHOTO.c.seq)
            .where(PHOTO.c.issue_id.in_(chunk), shown(actor), where)
        )
        photos.update(connection.execute(photographed).scalars())
        doubts = select(ISSUE.c.id).where(ISSUE.c.id.in_(chunk), ISSUE.c.suspect.is_not(None), where)
        doubted.update(connection.execute(doubts).scalars())
    order = [int(value) for value in ids]
    return pl.DataFrame(
        {
            "id": order,
            "photos": [number in photos for number in order],
            "doubted": [number in doubted for number in order],
        },
        schema={"id": pl.Int64, "photos": pl.Boolean, "doubted": pl.Boolean},
    )
