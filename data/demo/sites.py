"""Where in the demo zone a report can come from: spots, and how likely each category is at each."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl
import shapely

from data.demo.frontage import frontage
from data.demo.plane import Floats, Ints
from data.demo.streets import TABLES, boundary, canal, railway, streets
from data.demo.zone import demo_zone

#: The kinds of spot, as the mixing table names them.
KINDS: Final = ("main", "side", "lane", "compound", "shop", "market", "park", "window_unit")

_STREET_SPACING_M = 12.0
_OFF_THE_KERB_M = -2.0
_LATTICE_M: Final = {"compound": 16.0, "market": 12.0, "park": 30.0}
_WALL_M = 12.0
_EDGE_M = 20.0
_NEAR_M = 90.0


@dataclass(frozen=True, slots=True)
class Sites:
    """Spots, one array item each, ordered by grid.

    Attributes
    ----------
    u, v
        Plan metres.
    kind
        Position in `KINDS`.
    grid, community
        Position among the zone's grids and communities.
    compound
        Position among the compounds; -1 outside of them.
    address
        What a person would call the spot.
    """

    u: Floats
    v: Floats
    kind: Ints
    grid: Ints
    community: Ints
    compound: Ints
    address: pl.Series

    def __len__(self) -> int:
        return len(self.u)


@cache
def sites() -> Sites:
    """Lay spots along the streets, over compounds, market and parks, and at shops and window units."""
    parts = [_along_streets(), *(_over(kind) for kind in _LATTICE_M), _at("shop"), _at("window_unit")]
    u, v, kind, compound = (np.concatenate([part[i] for part in parts]) for i in range(4))
    address = [text for part in parts for text in part[4]]
    grid, community = _containing("grid", u, v), _containing("community", u, v)
    dry = shapely.distance(shapely.union_all([canal(), railway()]), shapely.points(u, v)) > 30
    inside = np.flatnonzero((grid >= 0) & shapely.contains_xy(boundary().buffer(-_EDGE_M), u, v) & dry)
    order = inside[np.argsort(grid[inside], kind="stable")]
    named = pl.Series(address, dtype=pl.String).gather(order)
    return Sites(u[order], v[order], kind[order], grid[order], community[order], compound[order], named)


@cache
def mix() -> pl.DataFrame:
    """Return the table that says how much of each category happens where, when and who finds and fixes it."""
    return pl.read_csv(TABLES / "demo_mix.csv")


def likelihood(random: np.random.Generator) -> Floats:
    """Weigh the spots for each category.

    Returns
    -------
    Shape (categories, spots), in the order of `mix()`; each row sums to the category's share of the ordinary
    reports. Every kind of place gets its share of the category, uneven among its spots: schools and the
    market draw some categories, and no two spots are alike.
    """
    spots, table = sites(), mix()
    points = shapely.points(spots.u, spots.v)
    near = {kind: np.exp(-_distance(points, kind) / _NEAR_M) for kind in ("school", "market")}
    uneven = np.exp(random.normal(0.0, 0.4, len(spots)))
    shares = table.select(KINDS).to_numpy().astype(float)
    weights = np.zeros((table.height, len(spots)))
    for c, row in enumerate(table.iter_rows(named=True)):
        draw = (
            uneven
            * (1 + (row["near_school"] - 1) * near["school"])
            * (1 + (row["near_market"] - 1) * near["market"])
        )
        for k in range(len(KINDS)):
            here = spots.kind == k
            weights[c, here] = draw[here] / draw[here].sum() * shares[c, k]
    weights *= (table["share"].to_numpy() / weights.sum(axis=1))[:, None]
    scaled: Floats = weights / weights.sum()
    return scaled


_Part = tuple[Floats, Floats, Ints, Ints, list[str]]


def _along_streets() -> _Part:
    spots = frontage(streets(), spacing_m=_STREET_SPACING_M, setback_m=_OFF_THE_KERB_M)
    level = np.array([KINDS.index(street.level) for street in streets()])
    address = [f"{streets()[s].name}{n}号附近" for s, n in zip(spots.street, spots.number, strict=True)]
    return spots.u, spots.v, level[spots.street], np.full(len(spots), -1), address


def _over(kind: str) -> _Part:
    """Lay a lattice of spots over the places of a kind, off their walls, and name them by block."""
    places, shapes = demo_zone().of(kind)
    columns: list[tuple[Any, ...]] = []
    address: list[str] = []
    step = _LATTICE_M[kind]
    for n, (name, shape) in enumerate(zip(places["name"], shapes, strict=True)):
        west, south, east, north = shape.bounds
        u, v = (
            axis.ravel() for axis in np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
        )
        inside = shapely.contains_xy(shape.buffer(-_WALL_M), u, v)
        u, v = u[inside], v[inside]
        block = (
            ((v - south) // 48).astype(int) * (1 + int((east - west) // 64))
            + ((u - west) // 64).astype(int)
            + 1
        )
        columns.append(
            (u, v, np.full(len(u), KINDS.index(kind)), np.full(len(u), n if kind == "compound" else -1))
        )
        address += [_block_name(kind, name, b) for b in block]
    u, v, kinds, compound = (np.concatenate(column) for column in zip(*columns, strict=True))
    return u, v, kinds, compound, address


def _block_name(kind: str, name: str, block: int) -> str:
    return {"compound": f"{name}{block}号楼", "market": f"{name}{block}区"}.get(kind, f"{name}内")


def _at(kind: str) -> _Part:
    places, shapes = demo_zone().of(kind)
    u, v = shapely.get_coordinates(shapes).T
    address = [
        f"{details['street']}{details['number']}号{name}门前" if kind == "shop" else f"{name}门前"
        for name, details in zip(places["name"], places["attributes"], strict=True)
    ]
    return u, v, np.full(len(u), KINDS.index(kind)), np.full(len(u), -1), address


def _containing(kind: str, u: Floats, v: Floats) -> Ints:
    """Return the position of the first area of a kind that holds each point, -1 where none does."""
    _, shapes = demo_zone().of(kind)
    point, area = shapely.STRtree(shapes).query(shapely.points(u, v), predicate="intersects")
    found = np.full(len(u), -1)
    found[point[::-1]] = area[::-1]
    return found


def _distance(points: Any, kind: str) -> Floats:
    return np.asarray(shapely.distance(points, shapely.union_all(demo_zone().of(kind)[1])))
