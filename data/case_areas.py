"""The areas that cases lie in: grid, community, street office, district, from the store's own places."""

from collections.abc import Sequence
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
    places = place_records.read(connection, kinds=kinds, bbox=None)
    flat = shapely.get_dimensions(places.geometry.to_numpy()) == 2
    places = places[places["name"].notna() & flat]
    shapes = places.geometry.to_numpy()
    order = np.argsort(shapely.area(shapes))  # degrees do for an order within one city
    names = places["name"].to_numpy()[order]
    tree = shapely.STRtree(shapes[order])
    statement = update(ISSUE).where(ISSUE.c.id == bindparam("the_id")).values(areas=bindparam("inside"))
    query = select(ISSUE.c.id, ISSUE.c.lon, ISSUE.c.lat, ISSUE.c.areas).order_by(ISSUE.c.id).limit(_AT_ONCE)
    changed, last = 0, -1
    while rows := connection.execute(query.where(ISSUE.c.id > last)).all():
        last = rows[-1].id
        found: list[list[str]] = [[] for _row in rows]
        points = shapely.points([row.lon for row in rows], [row.lat for row in rows])
        pairs = tree.query(points, predicate="intersects")
        for row, area in pairs[:, np.lexsort((pairs[1], pairs[0]))].T.tolist():
            found[row].append(str(names[area]))
        values: list[dict[str, Any]] = [
            {"the_id": row.id, "inside": chain}
            for row, own in zip(rows, found, strict=True)
            if row.areas != (chain := "\n".join(["", *own, ""]) if own else None)
        ]
        changed += len(values)
        if values:
            connection.execute(statement, values)
    if changed:  # no event tells of it, and who sees an area's cases must not wait for one
        set_fact(connection, "areas_version", uuid4().hex)
    return changed
