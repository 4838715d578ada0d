"""Places as tables without shapes, for lists and rates: made once for each state of the places."""

from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import shapely

from data import place_kinds
from data.actors import Actor
from data.store import Store

#: The columns of a table of places. `area` names the smallest area of the chain around it, grids left out
#: where there are larger ones: a street runs through many of them. `area_en` is the same in English.
COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "id": pl.Int64,
    "kind": pl.String,
    "name": pl.String,
    "name_en": pl.String,
    "rank": pl.String,
    "households": pl.Int64,
    "length_m": pl.Float64,
    "area_m2": pl.Float64,
    "managed": pl.Boolean,
    "unit": pl.String,
    "parent_id": pl.Int64,
    "area_id": pl.Int64,
    "area": pl.String,
    "area_en": pl.String,
    "lon": pl.Float64,
    "lat": pl.Float64,
    "west": pl.Float64,
    "south": pl.Float64,
    "east": pl.Float64,
    "north": pl.Float64,
}

_FACTS: Final = ("name_en", "households", "managed", "unit")


def places_version(store: Store, *, actor: Actor) -> str:
    """Return a word that changes when a place changes."""
    return store.fact("places_version", "", actor=actor) or ""


def place_table(store: Store, kind: str, *, actor: Actor) -> pl.DataFrame:
    """Return the places of a kind: the columns of `COLUMNS`, by id; `lon`, `lat` lie on the place."""
    return _table(store, places_version(store, actor=actor), kind, actor)


def kinds_there(store: Store, *, actor: Actor) -> dict[str, int]:
    """Return how many places there are of each kind that is reported of: streets, grounds, sites, areas."""
    return dict(_kinds(store, places_version(store, actor=actor), actor))


@lru_cache(maxsize=64)
def _kinds(store: Store, version: str, actor: Actor) -> tuple[tuple[str, int], ...]:
    del version
    counted = store.places(actor=actor)["kind"].value_counts()
    return tuple((kind, int(counted[kind])) for kind in place_kinds.kinds() if kind in counted.index)


@lru_cache(maxsize=64)
def _table(store: Store, version: str, kind: str, actor: Actor) -> pl.DataFrame:
    del version
    frame = store.places(actor=actor, kinds=[kind])
    shapes = frame.geometry.to_numpy()
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    spots = shapely.get_coordinates(shapely.point_on_surface(shapes)).reshape(-1, 2)
    areas = _Areas(store.places(actor=actor, kinds=list(place_kinds.chain())))
    around = areas.above(frame) if kind in place_kinds.chain() else areas.around(spots)
    facts = [_facts(attributes) for attributes in frame["attributes"]]
    columns: dict[str, Any] = {
        "id": frame["id"].to_list(),
        "kind": frame["kind"].to_list(),
        "name": [_text(name) for name in frame["name"]],
        "rank": [_text(rank) for rank in frame["rank"]],
        "length_m": frame["length_m"].to_numpy(),
        "area_m2": frame["area_m2"].to_numpy(),
        "parent_id": [None if pd.isna(number) else int(number) for number in frame["parent_id"]],
        "area_id": around,
        "area": [areas.names.get(number) for number in around],
        "area_en": [areas.names_en.get(number) for number in around],
        "lon": spots[:, 0],
        "lat": spots[:, 1],
        **dict(zip(("west", "south", "east", "north"), bounds.T, strict=True)),
        **{name: [one[name] for one in facts] for name in _FACTS},
    }
    return pl.DataFrame(
        [
            pl.Series(name, columns[name], dtype=dtype).fill_nan(None)
            if dtype is pl.Float64
            else pl.Series(name, columns[name], dtype=dtype)
            for name, dtype in COLUMNS.items()
        ]
    )


def _facts(attributes: dict[str, Any]) -> dict[str, Any]:
    """Read the facts that lists show in the types of the table of facts; what cannot be read is unknown."""
    fields = place_kinds.fields()
    return {
        name: None if attributes.get(name) is None else fields[name].read(attributes[name]) for name in _FACTS
    }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


class _Areas:
    """The areas of the chain, to be found around other places."""

    def __init__(self, frame: gpd.GeoDataFrame) -> None:
        levels = [place_kinds.chain().index(kind) for kind in frame["kind"]]
        finest = place_kinds.chain().index("grid")
        named = [level for level in levels if level != finest] or levels
        kept = frame.loc[np.isin(levels, named)]
        self._ids = kept["id"].to_numpy()
        self._order = np.lexsort(
            (kept["area_m2"].to_numpy(), [-place_kinds.chain().index(kind) for kind in kept["kind"]])
        )
        self._tree = shapely.STRtree(kept.geometry.to_numpy())
        self.names = {number: _text(name) for number, name in zip(frame["id"], frame["name"], strict=True)}
        self.names_en = {
            number: _text(attributes.get("name_en"))
            for number, attributes in zip(frame["id"], frame["attributes"], strict=True)
        }

    def above(self, frame: gpd.GeoDataFrame) -> list[int | None]:
        """Return the area that each area belongs to."""
        return [None if pd.isna(number) else int(number) for number in frame["parent_id"]]

    def around(self, spots: Any) -> list[int | None]:
        """Return the smallest area around each spot."""
        found: list[int | None] = [None] * len(spots)
        if not len(self._ids) or not len(spots):
            return found
        inside, area = self._tree.query(shapely.points(spots), predicate="intersects")
        rank = np.empty(len(self._ids), dtype=np.int64)
        rank[self._order] = np.arange(len(self._ids))
        for at in np.argsort(-rank[area], kind="stable"):  # the smallest is written last
            found[inside[at]] = int(self._ids[area[at]])
        return found
