"""The chain of areas (district, street office, community, grid) and which place belongs to which."""

from typing import Any, Final

import numpy as np
import polars as pl
import shapely
from sqlalchemy import Connection, select

from data import place_kinds
from data.bulk import update_rows
from data.place_measures import areas_m2
from data.records import PLACE
from i18n import gettext as _

#: The columns of a frame of areas.
AREAS: Final[dict[str, type[pl.DataType]]] = {
    "id": pl.Int64,
    "kind": pl.String,
    "name": pl.String,
    "adcode": pl.String,
    "parent_id": pl.Int64,
    "path": pl.String,
}
#: The columns of a frame of what is wrong with the chain.
FAULTS: Final[dict[str, type[pl.DataType]]] = {
    "code": pl.String,
    "id": pl.Int64,
    "name": pl.String,
    "other_id": pl.Int64,
    "other_name": pl.String,
    "area_m2": pl.Float64,
    "words": pl.String,
}
#: The levels of the chain within a city, the smallest first.
AREA_KINDS: Final = ("grid", "community", "street_office", "district")
#: What stands between the names of a path.
BETWEEN: Final = " / "
#: Areas of one level may share this part of the smaller one: boundaries are drawn by hand.
OVERLAP_SHARE: Final = 0.001


def areas(connection: Connection) -> pl.DataFrame:
    """Read the chain: the columns of `AREAS`, the largest level first, then by path."""
    found = _areas(connection)
    by_id = {row["id"]: row for row in found.iter_rows(named=True)}
    paths = [BETWEEN.join(_names(by_id, number)) for number in found["id"]]
    levels = {kind: place for place, kind in enumerate(place_kinds.chain())}
    return (
        found.with_columns(
            path=pl.Series(paths, dtype=pl.String),
            level=pl.col("kind").replace_strict(levels, return_dtype=pl.Int64, default=None),
        )
        .sort("level", "path", "id")
        .select(*AREAS)
    )


def path(connection: Connection, parent_id: int | None) -> tuple[str, ...]:
    """Return the names above a place, the largest first."""
    names: list[str] = []
    seen: set[int] = set()
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        row = connection.execute(
            select(PLACE.c.name, PLACE.c.parent_id).where(PLACE.c.id == parent_id)
        ).first()
        if row is None:
            break
        names.append(row.name or "")
        parent_id = row.parent_id
    return tuple(reversed(names))


def link(connection: Connection) -> int:
    """Note for each segment its street and for each area the one that it lies in.

    The source's own word counts (an id, an adcode, a name); without one the smallest area of the next level
    up that is there and holds the area's representative point.

    Returns
    -------
    How many places belong elsewhere than was known.
    """
    belongs = pl.concat([_segments(connection), _chain(connection)])
    moved = belongs.filter(~pl.col("parent_id").eq_missing(pl.col("was")))
    update_rows(
        connection,
        PLACE,
        moved.select("id", "version", "parent_id"),
        where={"id": "id", "version": "version"},
    )
    return moved.height


def faults(connection: Connection) -> pl.DataFrame:
    """Report where the chain has gaps: the columns of `FAULTS`.

    `no_parent`
        An area lies in none of the next level up that the store has.
    `unknown_parent`
        The area that its source names is not in the store; it was placed by its shape, or not at all.
    `elsewhere`
        It does not lie in the area that it belongs to by its source's word.
    `overlap`
        Two areas of one level share ground: more than `OVERLAP_SHARE` of the smaller one.
    """
    found = _areas(connection, shapes=True)
    return pl.DataFrame([*_gaps(found), *_overlaps(found)], schema=FAULTS, orient="row")


def overlapping(shapes: Any) -> list[tuple[int, int, float]]:
    """Find pairs of polygons that share ground.

    Parameters
    ----------
    shapes
        Shape (n,), valid polygons in WGS-84 degrees.

    Returns
    -------
    Position of the smaller, position of the larger, shared square metres; the most first.
    """
    shapes = np.asarray(shapes, dtype=object)
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    if not len(first):
        return []
    size = areas_m2(shapes)
    shared = areas_m2(_flat(shapely.intersection(shapes[first], shapes[second])))
    smaller = np.where(size[first] <= size[second], first, second)
    larger = first + second - smaller
    real = np.flatnonzero(shared > OVERLAP_SHARE * size[smaller])
    real = real[np.lexsort((larger[real], smaller[real], -shared[real]))]
    return [(int(smaller[i]), int(larger[i]), float(shared[i])) for i in real]


def _flat(shapes: Any) -> Any:
    """Take the areas out of mixed shapes."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areas = shapely.get_dimensions(parts) == 2
    polygons = np.empty(len(shapes), dtype=object)
    polygons[:] = shapely.Polygon()
    kept, owner = parts[areas], owner[areas]
    for number in np.unique(owner):
        polygons[number] = shapely.union_all(kept[owner == number])
    return polygons


def _areas(connection: Connection, *, shapes: bool = False) -> pl.DataFrame:
    schema = {name: AREAS[name] for name in ("id", "kind", "name", "adcode", "parent_id")}
    schema |= {"version": pl.Int64, "source": pl.String, "external_id": pl.String, "parent": pl.String}
    if shapes:
        schema |= {"geometry": pl.Binary}
    query = (
        select(*(PLACE.c[name] for name in schema))
        .where(PLACE.c.kind.in_(place_kinds.chain()), PLACE.c.retired_at.is_(None))
        .order_by(PLACE.c.id)
    )
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")


def _names(by_id: dict[int, dict[str, Any]], number: int | None) -> list[str]:
    names: list[str] = []
    while number in by_id and len(names) <= len(place_kinds.chain()):
        row = by_id[number]
        names.append(row["name"] or "")
        number = row["parent_id"]
    return names[::-1]


def _segments(connection: Connection) -> pl.DataFrame:
    schema = {
        "id": pl.Int64,
        "kind": pl.String,
        "source": pl.String,
        "external_id": pl.String,
        "parent": pl.String,
        "was": pl.Int64,
        "version": pl.Int64,
    }
    query = select(
        PLACE.c.id,
        PLACE.c.kind,
        PLACE.c.source,
        PLACE.c.external_id,
        PLACE.c.parent,
        PLACE.c.parent_id,
        PLACE.c.version,
    ).where(PLACE.c.kind.in_([place_kinds.STREET, place_kinds.SEGMENT]))
    rows = pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")
    streets = rows.filter(kind=place_kinds.STREET).select(
        "source", pl.col("external_id").alias("parent"), pl.col("id").alias("parent_id")
    )
    joined = rows.filter(kind=place_kinds.SEGMENT).join(streets, on=["source", "parent"], how="left")
    return joined.select("id", "version", "was", "parent_id")


def _chain(connection: Connection) -> pl.DataFrame:
    found = _areas(connection, shapes=True)
    parents, _told = _parents(found)
    return found.select("id", "version", pl.col("parent_id").alias("was")).with_columns(
        parent_id=pl.Series(parents, dtype=pl.Int64)
    )


def _parents(found: pl.DataFrame) -> tuple[list[int | None], list[bool]]:
    """Return each area's parent, and whether its source names one that is there."""
    rows = found.rows(named=True)
    level = {kind: place for place, kind in enumerate(place_kinds.chain())}
    levels = np.array([level[row["kind"]] for row in rows], dtype=np.int64)
    by_word: dict[tuple[str | None, str], list[int]] = {}
    for number, row in enumerate(rows):
        own = {(row["source"], row["external_id"]), (None, row["adcode"] or ""), (None, row["name"] or "")}
        for key in own:
            by_word.setdefault(key, []).append(number)
    shapes = shapely.from_wkb(found["geometry"].to_list())
    points = shapely.point_on_surface(shapes)
    inside = _holders(points, shapes)
    parents: list[int | None] = []
    told: list[bool] = []
    for number, row in enumerate(rows):
        named = [
            other
            for key in ((row["source"], row["parent"]), (None, row["parent"] or "\0"))
            for other in by_word.get(key, ())
            if levels[other] < levels[number]
        ]
        around = [other for other in inside[number] if levels[other] < levels[number]]
        # Of several with one name the one around it, then the lowest level.
        best = min(named, key=lambda o: (o not in around, -levels[o], rows[o]["id"]), default=None)
        told.append(best is not None)
        if best is None and around:
            lowest = max(levels[other] for other in around)
            best = next(other for other in around if levels[other] == lowest)
        parents.append(None if best is None else rows[best]["id"])
    return parents, told


def _holders(points: Any, shapes: Any) -> list[list[int]]:
    """Return for each point the areas around it, the smallest first."""
    order = np.argsort(shapely.area(shapes), kind="stable")
    held = shapely.STRtree(shapes[order]).query(points, predicate="intersects")
    around: list[list[int]] = [[] for _point in points]
    for point, area in held[:, np.lexsort((held[1], held[0]))].T.tolist():
        if order[area] != point:
            around[point].append(int(order[area]))
    return around


def _gaps(found: pl.DataFrame) -> list[tuple[Any, ...]]:
    rows = found.rows(named=True)
    by_id = {row["id"]: number for number, row in enumerate(rows)}
    chain = place_kinds.chain()
    present = [kind for kind in chain if kind in set(found["kind"])]
    shapes = shapely.from_wkb(found["geometry"].to_list())
    points = shapely.point_on_surface(shapes)
    _by, told = _parents(found)
    gaps: list[tuple[Any, ...]] = []
    for number, row in enumerate(rows):
        place = present.index(row["kind"])
        parent = by_id.get(row["parent_id"])
        above = present[place - 1] if place else None
        about = {"name": row["name"], "kind": place_kinds.label(row["kind"])}
        if above and (parent is None or rows[parent]["kind"] != above):
            words = _("{name} ({kind}) lies in no {above}", above=place_kinds.label(above), **about)
            gaps.append(("no_parent", row["id"], row["name"], None, None, None, words))
        if above and row["parent"] and not told[number]:
            words = _("{name} ({kind}): '{parent}' is not in the store", parent=row["parent"], **about)
            gaps.append(("unknown_parent", row["id"], row["name"], None, row["parent"], None, words))
        if parent is not None and not shapely.intersects(shapes[parent], points[number]):
            other = rows[parent]
            words = _("{name} ({kind}) does not lie in {other}", other=other["name"], **about)
            gaps.append(("elsewhere", row["id"], row["name"], other["id"], other["name"], None, words))
    return gaps


def _overlaps(found: pl.DataFrame) -> list[tuple[Any, ...]]:
    pairs: list[tuple[Any, ...]] = []
    for kind in place_kinds.chain():
        rows = found.filter(kind=kind).rows(named=True)
        shapes = np.array(shapely.from_wkb([row["geometry"] for row in rows]), dtype=object)
        for smaller, larger, shared in overlapping(shapes):
            one, other = rows[smaller], rows[larger]
            words = _(
                "{name} and {other} ({kind}) share {area} m²",
                name=one["name"],
                other=other["name"],
                kind=place_kinds.label(kind),
                area=f"{shared:,.0f}",
            )
            pairs.append(("overlap", one["id"], one["name"], other["id"], other["name"], shared, words))
    return pairs
