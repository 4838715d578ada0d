"""Places in and out of the store: streets, compounds, boundaries."""

import json
from collections.abc import Collection, Sequence
from hashlib import sha1
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import Connection, bindparam, func, insert, select, update

from data.records import PLACE
from geo.errors import CrsError, StoreError
from i18n import gettext as _

_WGS84 = "EPSG:4326"
_COLUMNS = ("id", "kind", "name", "attributes")


def write(connection: Connection, frame: gpd.GeoDataFrame) -> int:
    """Add places, or replace those of the same (source, external_id).

    Raises
    ------
    CrsError
        The frame does not say its coordinate reference system.
    StoreError
        A column is missing, or a geometry is empty.
    """
    records = _records(frame)
    known: dict[tuple[str, str], int] = {
        (row.source, row.external_id): row.id
        for row in connection.execute(select(PLACE.c.id, PLACE.c.source, PLACE.c.external_id))
    }
    last: int = connection.execute(select(func.coalesce(func.max(PLACE.c.id), 0))).scalar_one()
    added, replaced = [], []
    for key, record in records.items():
        if key in known:
            replaced.append({**record, "place_id": known[key]})
        else:
            last += 1
            added.append({**record, "id": last})
    if added:
        connection.execute(insert(PLACE), added)
    if replaced:
        changed = [name for name in replaced[0] if name not in ("place_id", "source", "external_id")]
        statement = (
            update(PLACE)
            .where(PLACE.c.id == bindparam("place_id"))
            .values({name: bindparam(f"new_{name}") for name in changed})
        )
        connection.execute(
            statement,
            [
                {"place_id": record["place_id"], **{f"new_{name}": record[name] for name in changed}}
                for record in replaced
            ],
        )
    return len(records)


def read(
    connection: Connection,
    *,
    kinds: Sequence[str] | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    without: Collection[str] = (),
) -> gpd.GeoDataFrame:
    """Read places, by id; with `bbox` (west, south, east, north) those whose own box touches it.

    Those of the sources in `without` are left out.
    """
    query = select(*(PLACE.c[name] for name in _COLUMNS), PLACE.c.geometry).order_by(PLACE.c.id)
    if kinds is not None:
        query = query.where(PLACE.c.kind.in_(list(kinds)))
    if without:
        query = query.where(PLACE.c.source.not_in(sorted(without)))
    if bbox is not None:
        west, south, east, north = bbox
        query = query.where(
            PLACE.c.west <= east, PLACE.c.east >= west, PLACE.c.south <= north, PLACE.c.north >= south
        )
    rows = connection.execute(query).all()
    return gpd.GeoDataFrame(
        {
            "id": pd.array([row.id for row in rows], dtype="int64"),
            "kind": pd.array([row.kind for row in rows], dtype="str"),
            "name": pd.array([row.name for row in rows], dtype="str"),
            "attributes": pd.Series([json.loads(row.attributes) for row in rows], dtype="object"),
        },
        geometry=shapely.from_wkb([row.geometry for row in rows]),
        crs=_WGS84,
    )


def _records(frame: gpd.GeoDataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    missing = [name for name in ("kind", "name", "geometry") if name not in frame.columns]
    if missing:
        raise StoreError(_("Places lack the columns {columns}.", columns=", ".join(missing)))
    if frame.crs is None:
        raise CrsError(
            _(
                "These places do not say their coordinate reference system. "
                "Set it first: frame.set_crs('EPSG:4326')."
            )
        )
    empty = int((frame.geometry.isna() | frame.geometry.is_empty).sum())
    if empty:
        raise StoreError(_("{n} of {total} places have no geometry.", n=empty, total=len(frame)))
    placed = frame.to_crs(_WGS84)
    boxes = placed.geometry.bounds.to_numpy()
    shapes = shapely.to_wkb(shapely.force_2d(placed.geometry.to_numpy()))
    records = {}
    for row, box, shape in zip(
        placed.drop(columns="geometry").to_dict("records"), boxes, shapes, strict=True
    ):
        name = None if pd.isna(row["name"]) else str(row["name"])
        # A place without a name of its own in its source is known by what it is.
        digest = sha1(f"{row['kind']}|{name}|".encode() + shape, usedforsecurity=False).hexdigest()
        key = (str(row.get("source") or "local"), str(row.get("external_id") or digest))
        west, south, east, north = map(float, box)
        records[key] = {
            "kind": str(row["kind"]),
            "name": name,
            "source": key[0],
            "external_id": key[1],
            "attributes": json.dumps(row.get("attributes") or {}, ensure_ascii=False, default=str),
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "geometry": shape,
        }
    return records
