"""Places in and out of the store: streets, compounds, areas."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Connection, func, select

from data import exempt_zones, place_areas, place_kinds
from data.bulk import insert_rows, update_rows
from data.categories import GROUPS
from data.clock import now
from data.place_measures import areas_m2, lengths_m
from data.records import CATEGORY, PLACE
from geo.errors import CrsError, StoreError
from i18n import gettext as _

_WGS84: Final = "EPSG:4326"

#: What a place is made of; another value in one of them is another version of the place.
_MADE_OF: Final[dict[str, type[pl.DataType]]] = {
    "kind": pl.String,
    "name": pl.String,
    "attributes": pl.String,
    "rank": pl.String,
    "adcode": pl.String,
    "parent": pl.String,
    "length_m": pl.Float64,
    "area_m2": pl.Float64,
    "west": pl.Float64,
    "south": pl.Float64,
    "east": pl.Float64,
    "north": pl.Float64,
    "geometry": pl.Binary,
}
_KEYS: Final = ("source", "external_id")
#: The columns of a frame of places, before its geometry; those after `attributes` are null where unknown.
_TEXTS: Final = ("source", "external_id", "rank", "adcode")
_WHOLES: Final = ("parent_id",)
_MEASURES: Final = ("length_m", "area_m2")
#: How many faults one message names.
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class PlacesWritten:
    """What became of the places of a frame; `states` says it row by row: new, changed or unchanged."""

    new: int
    changed: int
    unchanged: int
    retired: int
    states: tuple[str, ...]

    @property
    def some(self) -> bool:
        """Whether anything in the store is otherwise than before."""
        return bool(self.new or self.changed or self.retired)


@dataclass(frozen=True, slots=True)
class Place:
    """One place, with the names of the areas or the street that it belongs to, the largest first."""

    id: int
    kind: str
    name: str | None
    source: str
    external_id: str
    attributes: dict[str, Any]
    rank: str | None
    adcode: str | None
    parent_id: int | None
    path: tuple[str, ...]
    length_m: float | None
    area_m2: float | None
    version: int
    retired: bool
    geometry: BaseGeometry


def write(connection: Connection, frame: gpd.GeoDataFrame, *, replace: Sequence[str] = ()) -> PlacesWritten:
    """Add places, or change those of the same (source, external_id); the same again changes nothing.

    Parameters
    ----------
    frame
        Columns kind, name, geometry; optional source, external_id, attributes.
    replace
        Sources whose places are retired where the frame lacks them.

    Raises
    ------
    CrsError
        The frame does not say its coordinate reference system.
    StoreError
        A column is missing, a geometry is empty, a kind is unknown, or a fact has another type.
    """
    records = _records(frame)
    _check_zones(connection, records)
    latest = records.unique(_KEYS, keep="last", maintain_order=True)
    sources = sorted({*latest["source"].to_list(), *replace})
    known = _known(connection, PLACE.c.source.in_(sources))
    both = latest.join(known, on=_KEYS, how="left", suffix="_was", maintain_order="left")
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_was")) for name in _MADE_OF)
    both = both.with_columns(
        state=pl.when(pl.col("id").is_null())
        .then(pl.lit("new"))
        .when(same & pl.col("retired_at").is_null())
        .then(pl.lit("unchanged"))
        .otherwise(pl.lit("changed"))
    )
    at = now()
    last: int = connection.execute(select(func.coalesce(func.max(PLACE.c.id), 0))).scalar_one()
    stamp = pl.lit(at, dtype=pl.Int64).alias("changed_at")
    new, changed = both.filter(state="new"), both.filter(state="changed")
    insert_rows(
        connection,
        PLACE,
        new.select(
            (pl.int_range(pl.len(), dtype=pl.Int64) + last + 1).alias("id"), *_KEYS, *_MADE_OF, stamp
        ).with_columns(version=pl.lit(1, dtype=pl.Int64)),
    )
    update_rows(
        connection,
        PLACE,
        changed.select(
            "id",
            pl.col("version").alias("was"),
            *_MADE_OF,
            (pl.col("version") + 1).alias("version"),
            stamp,
            pl.lit(None, dtype=pl.Int64).alias("retired_at"),
        ),
        where={"id": "id", "version": "was"},
    )
    retired = _retire(connection, known, latest, replace, at)
    counts = both["state"].value_counts().rows()
    states = records.join(both.select(*_KEYS, "state"), on=_KEYS, how="left", maintain_order="left")["state"]
    done = {str(state): int(n) for state, n in counts}
    written = PlacesWritten(
        done.get("new", 0), done.get("changed", 0), done.get("unchanged", 0), retired, tuple(states)
    )
    if written.some:
        place_areas.link(connection)
    return written


def read(
    connection: Connection,
    *,
    kinds: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    without: Collection[str] = (),
    retired: bool = False,
) -> gpd.GeoDataFrame:
    """Read places, by id; with `bbox` (west, south, east, north) those whose own box touches it.

    Parameters
    ----------
    without
        Sources whose places are left out.
    retired
        Whether those that are gone come too.
    """
    query = select(PLACE).order_by(PLACE.c.id)
    for column, chosen in ((PLACE.c.kind, kinds), (PLACE.c.name, names), (PLACE.c.source, sources)):
        if chosen is not None:
            query = query.where(column.in_(list(chosen)))
    if without:
        query = query.where(PLACE.c.source.not_in(sorted(without)))
    if not retired:
        query = query.where(PLACE.c.retired_at.is_(None))
    if bbox is not None:
        west, south, east, north = bbox
        query = query.where(
            PLACE.c.west <= east, PLACE.c.east >= west, PLACE.c.south <= north, PLACE.c.north >= south
        )
    rows = connection.execute(query).all()
    columns: dict[str, Any] = {
        "id": _series([row.id for row in rows], "int64"),
        "kind": _series([row.kind for row in rows], "str"),
        "name": _series([row.name for row in rows], "str"),
        "attributes": _series([json.loads(row.attributes) for row in rows], "object"),
        **{
            name: _series([getattr(row, name) for row in rows], dtype)
            for names_of, dtype in ((_TEXTS, "str"), (_WHOLES, "Int64"), (_MEASURES, "float64"))
            for name in names_of
        },
        "version": _series([row.version for row in rows], "int64"),
        "retired": _series([row.retired_at is not None for row in rows], "bool"),
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.from_wkb([row.geometry for row in rows]), crs=_WGS84)


def one(connection: Connection, place_id: int) -> Place:
    """Read one place, retired or not.

    Raises
    ------
    StoreError
        There is no such place.
    """
    row = connection.execute(select(PLACE).where(PLACE.c.id == place_id)).first()
    if row is None:
        raise StoreError(_("There is no place {id} in this store.", id=place_id))
    return Place(
        **{name: getattr(row, name) for name in ("id", "kind", "name", *_TEXTS, "parent_id", *_MEASURES)},
        attributes=json.loads(row.attributes),
        path=place_areas.path(connection, row.parent_id),
        version=row.version,
        retired=row.retired_at is not None,
        geometry=shapely.from_wkb(row.geometry),
    )


def _series(values: Sequence[Any], dtype: Any) -> Any:
    return pd.Series(values, dtype=dtype)


def derive(connection: Connection) -> None:
    """Fill the columns that follow from attributes and geometry, in a store from before there were any."""
    rows = connection.execute(select(PLACE.c.id, PLACE.c.version, PLACE.c.attributes, PLACE.c.geometry)).all()
    if not rows:
        return
    shapes = shapely.from_wkb([row.geometry for row in rows])
    given = [json.loads(row.attributes) for row in rows]
    frame = pl.DataFrame({"id": [row.id for row in rows], "was": [row.version for row in rows]})
    update_rows(
        connection, PLACE, frame.hstack(_derived(given, shapes)), where={"id": "id", "version": "was"}
    )
    place_areas.link(connection)


def _retire(
    connection: Connection, known: pl.DataFrame, latest: pl.DataFrame, replace: Sequence[str], at: int
) -> int:
    gone = known.filter(pl.col("source").is_in(list(replace)) & pl.col("retired_at").is_null())
    gone = gone.join(latest, on=_KEYS, how="anti").select("id", pl.col("version").alias("was"))
    moment = pl.lit(at, dtype=pl.Int64)
    update_rows(
        connection,
        PLACE,
        gone.with_columns(version=pl.col("was") + 1, changed_at=moment, retired_at=moment),
        where={"id": "id", "version": "was"},
    )
    return gone.height


def _known(connection: Connection, where: ColumnElement[bool]) -> pl.DataFrame:
    schema: dict[str, type[pl.DataType]] = dict.fromkeys(("id", "version", "retired_at"), pl.Int64)
    schema |= dict.fromkeys(_KEYS, pl.String) | _MADE_OF
    rows = connection.execute(select(*(PLACE.c[name] for name in schema)).where(where)).all()
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    return pl.DataFrame(
        [
            pl.Series(name, values, dtype=dtype)
            for (name, dtype), values in zip(schema.items(), columns, strict=True)
        ]
    )


def _records(frame: gpd.GeoDataFrame) -> pl.DataFrame:
    placed = _checked(frame).to_crs(_WGS84)
    # A negative zero is the same place, and SQLite does not keep it.
    shapes = shapely.transform(shapely.force_2d(placed.geometry.to_numpy()), lambda xy: xy + 0.0)
    written = shapely.to_wkb(shapes)
    given = [dict(attributes or {}) for attributes in _column(placed, "attributes")]
    kinds = [str(kind) for kind in _column(placed, "kind")]
    if faults := place_kinds.faults(zip(kinds, given, strict=True)):
        more = [_("{n} more", n=len(faults) - _SHOWN)] if len(faults) > _SHOWN else []
        raise StoreError(
            _(
                "These places cannot be kept: {faults}. Kinds: {kinds}.",
                faults="; ".join(faults[:_SHOWN] + more),
                kinds=", ".join(place_kinds.kinds()),
            )
        )
    names = [None if pd.isna(name) else str(name) for name in _column(placed, "name")]
    sources = [_said(value) or "local" for value in _column(placed, "source")]
    # A place without an id of its own in its source is known by what it is.
    ids = [
        _said(value) or sha1(f"{kind}|{name}|".encode() + shape, usedforsecurity=False).hexdigest()
        for value, kind, name, shape in zip(
            _column(placed, "external_id"), kinds, names, written, strict=True
        )
    ]
    west, south, east, north = shapely.bounds(shapes).T
    return pl.DataFrame(
        {
            "source": pl.Series(sources, dtype=pl.String),
            "external_id": pl.Series(ids, dtype=pl.String),
            "kind": pl.Series(kinds, dtype=pl.String),
            "name": pl.Series(names, dtype=pl.String),
            "attributes": pl.Series(
                [json.dumps(one, ensure_ascii=False, default=str) for one in given], dtype=pl.String
            ),
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "geometry": pl.Series(list(written), dtype=pl.Binary),
        }
    ).hstack(_derived(given, shapes))


def _check_zones(connection: Connection, records: pl.DataFrame) -> None:
    """Refuse exempt zones for problems that the store's categories do not have."""
    zones = [
        (kind, json.loads(attributes))
        for kind, attributes in records.filter(kind=place_kinds.ZONE).select("kind", "attributes").rows()
    ]
    if not zones:
        return
    known = {word for row in connection.execute(select(CATEGORY.c.slug, CATEGORY.c.group)) for word in row}
    if found := exempt_zones.faults(zones, known={*known, *GROUPS}):
        raise StoreError(_("These exempt zones cannot be kept: {faults}.", faults="; ".join(found[:_SHOWN])))


def _checked(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
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
    return frame


def _column(frame: gpd.GeoDataFrame, name: str) -> list[Any]:
    return frame[name].tolist() if name in frame.columns else [None] * len(frame)


def _said(value: Any) -> str | None:
    return None if value is None or pd.isna(value) or value == "" else str(value)


def _derived(given: Sequence[Mapping[str, Any]], shapes: Any) -> pl.DataFrame:
    """Compute the columns that follow from the attributes and the shape; a measure that is given counts."""
    fields = place_kinds.fields()

    def told(name: str) -> list[Any]:
        values = (one.get(name) for one in given)
        return [None if value is None else fields[name].read(value) for value in values]

    measured = {"length_m": lengths_m(shapes), "area_m2": areas_m2(shapes)}
    columns = [
        pl.Series("rank", told("level"), dtype=pl.String),
        pl.Series("adcode", told("adcode"), dtype=pl.String),
        pl.Series("parent", told("parent"), dtype=pl.String),
    ]
    for name, values in measured.items():
        own = np.array([np.nan if value is None else value for value in told(name)], dtype=np.float64)
        both = np.where(np.isnan(own), values, own)
        both[both == 0] = np.nan  # a point has no length
        columns.append(pl.Series(name, both, dtype=pl.Float64, nan_to_null=True))
    return pl.DataFrame(columns)
