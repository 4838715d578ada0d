"""The places of the demo zone: streets, compounds, schools, parks, water, areas, shops, volunteer teams."""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, Final

import geopandas as gpd
import numpy as np
import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from data.demo.areas import areas
from data.demo.frontage import Frontage, frontage
from data.demo.plane import draw, place
from data.demo.streets import (
    CANAL_HALF_WIDTH_M,
    TABLES,
    boundary,
    canal,
    railway,
    streets,
    surface,
)
from data.place_kinds import ZONE_FIELDS

#: The name of the feed that the places and their ids belong to.
SOURCE: Final = "demo"
SHOPS: Final = 349
NAME: Final = ("禾川示范区（虚构）", "Hechuan Demo Zone (synthetic)")

_VERGE_M = 8.0
_SHOP_SPACING_M = 9.0
_SHOP_SETBACK_M = 5.0
_PROPERTY = ("欣禾物业", "安居里物业", "云栖物业", "邻家物业")


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone as a frame of places, twice in the same order of rows.

    Attributes
    ----------
    places
        Columns kind, name, source, external_id, attributes (a dict each), geometry in EPSG:4326.
    plan
        The same geometries on the plan, in metres, before they are bent and placed.
    """

    places: gpd.GeoDataFrame
    plan: Any

    def of(self, *kinds: str) -> tuple[gpd.GeoDataFrame, Any]:
        """Return the places of these kinds and their plan geometries."""
        wanted = self.places["kind"].isin(kinds).to_numpy()
        return self.places[wanted].reset_index(drop=True), self.plan[wanted]


@cache
def demo_zone() -> Zone:
    """Draw the zone; it is the same every time, whatever the seed of the reports."""
    rows = [*_areas(), *_lines(), *_grounds(), *_points()]
    rows += _shops([shape for kind, _, _, shape in rows if kind in ("school", "park", "market")])
    rows += _exempt_zones()
    plan = np.array([shape for *_, shape in rows], dtype=object)
    ground = draw(plan)
    kinds = [kind for kind, *_ in rows]
    attributes = [
        details | ({"length_m": round(float(shape.length), 1)} if kind == "street" else {})
        for (kind, _, details, _), shape in zip(rows, ground, strict=True)
    ]
    counts = dict.fromkeys(kinds, 0)
    ids = []
    for kind in kinds:
        counts[kind] += 1
        ids.append(f"{kind}-{counts[kind]:03d}")
    columns = {
        "kind": kinds,
        "name": [name for _, name, _, _ in rows],
        "source": SOURCE,
        "external_id": ids,
        "attributes": attributes,
    }
    return Zone(gpd.GeoDataFrame(columns, geometry=place(ground), crs="EPSG:4326"), plan)


_Row = tuple[str, str, dict[str, Any], BaseGeometry]


def _areas() -> list[_Row]:
    edge = ("boundary", NAME[0], {"name_en": NAME[1]}, boundary())
    chain = [
        (
            area.kind,
            area.name,
            {"name_en": area.english} | ({"parent": area.parent} if area.parent else {}),
            area.shape,
        )
        for area in areas()
    ]
    return [edge, *chain]


def _lines() -> list[_Row]:
    inside = boundary()
    water = canal().buffer(CANAL_HALF_WIDTH_M).intersection(inside)
    rows: list[_Row] = [
        ("water", "禾水", {"name_en": "He Canal"}, water),
        ("railway", "禾川铁路线", {"name_en": "Hechuan Railway"}, railway().intersection(inside)),
    ]
    return rows + [
        ("street", street.name, {"name_en": street.english, "level": street.level}, street.line)
        for street in streets()
    ]


def _grounds() -> list[_Row]:
    """Cut compounds, schools, markets and parks out of their rectangle by the streets around them."""
    taken = surface(streets(), verge_m=_VERGE_M)
    rows: list[_Row] = []
    for n, row in enumerate(pl.read_csv(TABLES / "demo_areas.csv").iter_rows(named=True)):
        rectangle = shapely.box(row["west"], row["south"], row["east"], row["north"])
        free = shapely.get_parts(rectangle.intersection(boundary()).difference(taken))
        shape = max(free, key=lambda part: part.area)
        details: dict[str, Any] = {"name_en": row["english"]}
        if row["kind"] == "compound":
            details |= {"households": row["households"], "property": _PROPERTY[n % len(_PROPERTY)]}
        rows.append((row["kind"], row["name"], details, shape))
    return rows


def _points() -> list[_Row]:
    """Place the window units, and a volunteer team at each compound and at each community's centre."""
    rows: list[_Row] = [
        (row["kind"], row["name"], {"name_en": row["english"]}, shapely.Point(row["u"], row["v"]))
        for row in pl.read_csv(TABLES / "demo_points.csv").iter_rows(named=True)
    ]
    homes = [
        (name, details["name_en"], shape) for kind, name, details, shape in _grounds() if kind == "compound"
    ]
    homes += [(area.name, area.english, area.shape) for area in areas() if area.kind == "community"]
    return rows + [
        ("team", f"{name}志愿服务队", {"name_en": f"{english} volunteers"}, shape.representative_point())
        for name, english, shape in homes
    ]


def _shops(not_here: list[BaseGeometry]) -> list[_Row]:
    """Line up the shopfronts: close together in a few stretches, most around the market and the compounds."""
    doors = frontage(streets(), spacing_m=_SHOP_SPACING_M, setback_m=_SHOP_SETBACK_M)
    doors = doors.only(~shapely.contains_xy(shapely.union_all(not_here).buffer(3), doors.u, doors.v))
    random = np.random.default_rng(349)
    chosen = np.sort(np.argsort(random.random(len(doors)) ** (1 / _appeal(doors, random)))[-SHOPS:])
    table = pl.read_csv(TABLES / "demo_shops.csv")
    names = list(product(*(table.filter(part=part)["word"] for part in ("name", "trade"))))
    picked = random.permutation(len(names))[:SHOPS]
    return [
        (
            "shop",
            "".join(names[name]),
            {
                "trade": names[name][1],
                "street": streets()[doors.street[door]].name,
                "number": int(doors.number[door]),
            },
            shapely.Point(doors.u[door], doors.v[door]),
        )
        for name, door in zip(picked, chosen, strict=True)
    ]


def _exempt_zones() -> list[_Row]:
    """Mark out where parking and vending are allowed at some hours."""
    return [
        (
            "exemption",
            row["name"],
            {"name_en": row["english"]} | {key: row[key] for key in ZONE_FIELDS if row[key]},
            shapely.box(row["west"], row["south"], row["east"], row["north"]),
        )
        for row in pl.read_csv(TABLES / "demo_zones.csv").iter_rows(named=True)
    ]


def _appeal(doors: Frontage, random: np.random.Generator) -> Any:
    """Weigh frontages for a shop: the level of the street, the market, homes near by, and luck by stretch."""
    points = shapely.points(doors.u, doors.v)
    homes = shapely.union_all([shape for kind, *_, shape in _grounds() if kind == "compound"])
    market = next(shape for kind, *_, shape in _grounds() if kind == "market")
    by_level = np.array([{"main": 0.35, "side": 1.0, "lane": 0.6}[street.level] for street in streets()])
    weight = by_level[doors.street] * (0.015 + np.exp(-shapely.distance(points, market) / 260))
    weight += by_level[doors.street] * 0.25 * np.exp(-shapely.distance(points, homes) / 30)
    stretch = doors.street * 200 + (doors.along / 70).astype(int) * 2 + (doors.number % 2)
    _, which = np.unique(stretch, return_inverse=True)
    return weight * random.gamma(0.35, 1.0, which.max() + 1)[which] + 1e-9
