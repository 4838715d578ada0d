"""What the tiles of the base map hold: which places in which layer, from which zoom on, in which shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

MAX_ZOOM: Final = 15

RANKS: Final = ("main", "side", "lane")
_LANDSCAPE: Final = ("water", "railway")
_GROUNDS: Final = ("compound", "school", "park", "market", "hospital", "square")
#: The largest first: where two have the same edge it is drawn as the larger one's.
_AREAS: Final = ("province", "city", "district", "boundary", "area", "street_office", "community", "grid")
#: Pieces of a street: their street is drawn as a whole.
_LEFT_OUT: Final = ("street_segment",)

#: Web Mercator ends here; what lies beyond is in no tile.
_FURTHEST: Final = shapely.box(-180, -85.05, 180, 85.05)
#: A longer line is cut: each tile is held against every line whose box it touches.
_MOST_VERTICES: Final = 64
_LARGE_DEG: Final = 0.1
_OVERLAP_DEG: Final = 0.001


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the tiles.

    Attributes
    ----------
    min_zoom
        The first zoom whose tiles have it; the last one is `MAX_ZOOM`, and the map enlarges that.
    buffer
        How far shapes reach over a tile's edge, in 4096ths of its side.
    tolerance
        How much a line may be straightened in tiles before the last zoom, in the same unit.
    """

    name: str
    min_zoom: int
    buffer: int = 0
    tolerance: int = 6


#: Streets reach into the neighbouring tiles, so that a name has room at a tile's edge. Surfaces overlap a
#: little, which hides where they were cut. Edges end exactly at a tile's, or their dashes would overlap.
LAYERS: Final = (
    Layer("water", 8, buffer=64),
    Layer("ground", 12, buffer=64),
    Layer("railway", 9),
    Layer("lane", 14, buffer=640),
    Layer("side", 12, buffer=640),
    Layer("main", 9, buffer=640),
    Layer("edge_other", 15),
    Layer("edge_ground", 13),
    Layer("edge_grid", 14),
    Layer("edge_community", 12),
    Layer("edge_street_office", 11),
    Layer("edge_district", 6),
    Layer("label_district", 6),
    Layer("label_street_office", 11),
    Layer("label_community", 13),
    Layer("label_ground", 13),
    Layer("label_grid", 15),
    Layer("label_site", 15),
)

_EDGES: Final = {
    "province": "edge_district",
    "city": "edge_district",
    "district": "edge_district",
    "boundary": "edge_district",
    "area": "edge_street_office",
    "street_office": "edge_street_office",
    "community": "edge_community",
    "grid": "edge_grid",
    **dict.fromkeys(_GROUNDS, "edge_ground"),
}
_LABELS: Final = {
    "province": "label_district",
    "city": "label_district",
    "district": "label_district",
    "street_office": "label_street_office",
    "community": "label_community",
    "grid": "label_grid",
    "water": "label_ground",
    **dict.fromkeys(_GROUNDS, "label_ground"),
}


def frames_of(places: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Sort places into the layers of the tiles.

    Parameters
    ----------
    places
        Columns id, kind, name, attributes and geometry, in WGS-84; a column `rank` of streets where there is
        one, else their attribute `level` counts.

    Returns
    -------
    A frame for each layer that has something in it: `kind`, `level` (of streets), and where a name is written
    `id`, `name`, `name_en` and `span` (millionths of a degree of longitude that the name may be wide).
    Grounds are polygons without a name; their names are points, their edges lines.
    """
    drawn = places.loc[~places["kind"].isin(_LEFT_OUT) & shapely.within(places.geometry, _FURTHEST)]
    kind, dimension = drawn["kind"], shapely.get_dimensions(drawn.geometry.to_numpy())
    surfaces, lines, points = (drawn.loc[dimension == n] for n in (2, 1, 0))
    frames: dict[str, list[gpd.GeoDataFrame]] = {}

    def put(layer: str, frame: gpd.GeoDataFrame) -> None:
        if len(frame):
            frames.setdefault(layer, []).append(frame)

    streets = lines.loc[lines["kind"] == "street"]
    levels = _levels(streets)
    for rank in RANKS:
        put(rank, _streets(streets.loc[levels == rank], rank))
    for one in ("water", "railway"):
        put(one, _named(lines.loc[lines["kind"] == one]))
    put("water", _surfaces(surfaces.loc[surfaces["kind"] == "water"]))
    put("ground", _surfaces(surfaces.loc[surfaces["kind"].isin(_GROUNDS)]))
    larger: Any = shapely.MultiLineString()
    for one in (*_AREAS, *sorted(set(kind) - set(_AREAS))):
        of_kind = surfaces.loc[surfaces["kind"] == one]
        if of_kind.empty:
            continue
        if one != "water":
            put(_EDGES.get(one, "edge_other"), _edges(of_kind, one, larger))
        if one in _AREAS:
            larger = shapely.union(larger, _outlines(of_kind))
        put(_LABELS.get(one, "label_site"), _labels(of_kind))
    put("edge_other", _named(lines.loc[~lines["kind"].isin(("street", *_LANDSCAPE))]))
    grounds = points["kind"].isin(_GROUNDS)
    put("label_ground", _named(points.loc[grounds]))
    put("label_site", _named(points.loc[~grounds]))
    return {
        layer: gpd.GeoDataFrame(pd.concat(some, ignore_index=True), crs=places.crs)
        for layer, some in frames.items()
    }


def _levels(streets: gpd.GeoDataFrame) -> Any:
    """Return each street's rank; one without is a side street."""
    told = [one.get("level") for one in streets["attributes"]]
    levels = pd.Series(told, index=streets.index, dtype="object")
    if "rank" in streets.columns:
        levels = streets["rank"].astype("object").where(streets["rank"].notna(), levels)
    return levels.where(levels.isin(RANKS), "side")


def _streets(streets: gpd.GeoDataFrame, rank: str) -> gpd.GeoDataFrame:
    """Put the pieces of each name together where they meet, so that a name finds a long line."""
    named = _named(streets)
    known = named["name"].notna() & (named["name"] != "")
    shapes: list[Any] = list(named.geometry[~known])
    rows = [{"id": row.id, "name": None, "name_en": None} for row in named[~known].itertuples()]
    for name, group in named[known].groupby("name", sort=True):
        whole = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(group.geometry.to_numpy())))
        for line in shapely.get_parts(whole):
            shapes.append(line)
            rows.append({"id": group["id"].iloc[0], "name": name, "name_en": group["name_en"].iloc[0]})
    pieces = pd.DataFrame(rows, columns=["id", "name", "name_en"]).assign(kind="street", level=rank)
    return gpd.GeoDataFrame(pieces, geometry=shapes, crs=streets.crs)


def _named(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep what the map shows of a place."""
    english = [one.get("name_en") for one in places["attributes"]]
    return gpd.GeoDataFrame(
        {
            "id": places["id"].to_numpy(),
            "kind": places["kind"].to_numpy(),
            "name": places["name"].astype("object").where(places["name"].notna(), None).to_numpy(),
            "name_en": pd.array([name if isinstance(name, str) else None for name in english], dtype="str"),
        },
        geometry=places.geometry.to_numpy(),
        crs=places.crs,
    )


def _surfaces(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return polygons; a large one in pieces that overlap, as each tile is held against the whole of it."""
    kinds, shapes = [], []
    for kind, shape in zip(places["kind"], places.geometry, strict=True):
        for piece in _pieces(shape):
            kinds.append(kind)
            shapes.append(piece)
    return gpd.GeoDataFrame({"kind": kinds}, geometry=shapes, crs=places.crs)


def _pieces(shape: Any) -> Iterator[Any]:
    west, south, east, north = shapely.bounds(shape)
    if max(east - west, north - south) <= _LARGE_DEG:
        yield shape
        return
    for x in np.arange(west, east, _LARGE_DEG):
        column = shapely.clip_by_rect(shape, x, south, x + _LARGE_DEG + _OVERLAP_DEG, north)
        if column.is_empty:
            continue
        for y in np.arange(south, north, _LARGE_DEG):
            piece = shapely.clip_by_rect(
                column, x, y, x + _LARGE_DEG + _OVERLAP_DEG, y + _LARGE_DEG + _OVERLAP_DEG
            )
            yield from (part for part in shapely.get_parts(piece) if shapely.get_dimensions(part) == 2)


def _edges(places: gpd.GeoDataFrame, kind: str, larger: Any) -> gpd.GeoDataFrame:
    """Return the outlines as lines; of areas what neighbours share once, and nothing that is in `larger`.

    Dashes that are drawn twice fill each other's gaps.
    """
    lines: Any = shapely.get_parts(shapely.boundary(places.geometry.to_numpy()))
    if kind in _AREAS:
        own = shapely.get_parts(shapely.difference(_outlines(places), larger))
        lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(own))) if len(own) else []
    pieces = [piece for line in lines for piece in _cut(line)]
    return gpd.GeoDataFrame({"kind": [kind] * len(pieces)}, geometry=pieces, crs=places.crs)


def _outlines(places: gpd.GeoDataFrame) -> Any:
    return shapely.union_all(shapely.boundary(places.geometry.to_numpy()))


def _cut(line: Any) -> Sequence[Any]:
    """Cut a line into pieces of so many vertices that each has a small box."""
    vertices = shapely.get_coordinates(line)
    if len(vertices) <= _MOST_VERTICES:
        return [line]
    starts = range(0, len(vertices) - 1, _MOST_VERTICES - 1)
    return [shapely.linestrings(vertices[start : start + _MOST_VERTICES]) for start in starts]


def _labels(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the names of surfaces as points inside of them, with the room that there is."""
    named = _named(places.loc[places["name"].notna() & (places["name"] != "")])
    bounds = shapely.bounds(named.geometry.to_numpy()).reshape(-1, 4)
    spans = np.round((bounds[:, 2] - bounds[:, 0]) * 1e6).astype(np.int64)
    inside = shapely.centroid(named.geometry.to_numpy())
    outside = ~shapely.contains(named.geometry.to_numpy(), inside)
    inside[outside] = shapely.point_on_surface(named.geometry.to_numpy()[outside])
    return named.assign(span=spans).set_geometry(gpd.GeoSeries(inside, crs=places.crs))
