"""The areas that cases lie in: grid, community, street office, district, from the store's own places."""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import uuid4

import numpy as np
import shapely
from sqlalchemy import Connection, bindparam, select, update

from data import place_records
from data.facts import set_fact
from data.records import ISSUE

#: The kinds of places that are areas.
AREA_KINDS: Final = ("grid", "community", "street_office", "district")

_AT_ONCE: Final = 50_000


def locate(connection: Connection, *, kinds: Sequence[str] = AREA_KINDS) -> int:
    """Note for each case the names of the areas around it, the smallest first.

    Returns
    -------
    How many cases lie elsewhere than was known.
    """
    statement = update(ISSUE).where(ISSUE.c.id == bindparam("the_id")).values(areas=bindparam("inside"))
    changed = 0
    for values in _moved(connection, kinds):
        changed += len(values)
        connection.execute(statement, [{n: v[n] for n in ("the_id", "inside")} for v in values])
    if changed:  # no event tells of it, and who sees an area's cases must not wait for one
        set_fact(connection, "areas_version", uuid4().hex)
    return changed


def misplaced(connection: Connection, *, kinds: Sequence[str] = AREA_KINDS) -> int:
    """Count the cases whose noted areas are not those they lie in; one that was never located is none."""
    if connection.execute(select(ISSUE.c.id).where(ISSUE.c.areas.is_not(None)).limit(1)).first() is None:
        return 0
    return sum(value["was"] is not None for values in _moved(connection, kinds) for value in values)


def _moved(connection: Connection, kinds: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Find the cases that lie elsewhere than is noted: `the_id`, `inside` and what it `was`."""
    places = place_records.read(connection, kinds=kinds, bbox=None)
    flat = shapely.get_dimensions(places.geometry.to_numpy()) == 2
    places = places[places["name"].notna() & flat]
    shapes = places.geometry.to_numpy()
    order = np.argsort(shapely.area(shapes))  # degrees do for an order within one city
    names = places["name"].to_numpy()[order]
    tree = shapely.STRtree(shapes[order])
    query = select(ISSUE.c.id, ISSUE.c.lon, ISSUE.c.lat, ISSUE.c.areas).order_by(ISSUE.c.id).limit(_AT_ONCE)
    last = -1
    while rows := connection.execute(query.where(ISSUE.c.id > last)).all():
        last = rows[-1].id
        found: list[list[str]] = [[] for _row in rows]
        points = shapely.points([row.lon for row in rows], [row.lat for row in rows])
        pairs = tree.query(points, predicate="intersects")
        for row, area in pairs[:, np.lexsort((pairs[1], pairs[0]))].T.tolist():
            found[row].append(str(names[area]))
        values = [
            {"the_id": row.id, "inside": chain, "was": row.areas}
            for row, own in zip(rows, found, strict=True)
            if row.areas != (chain := "\n".join(["", *own, ""]) if own else None)
        ]
        if values:
            yield values
