"""Who looks after which ground in the demo zone: the chain district, street office, community, grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from data.demo.streets import TABLES, boundary, canal, railway, streets

#: A grid smaller than this joins its neighbour.
_SMALLEST_GRID_M2 = 90_000.0
_COMMUNITY_STREETS = ("望麓大街", "青禾大道", "锦川大道")


@dataclass(frozen=True, slots=True)
class Area:
    """An administrative area on the plan; `parent` is the name of the one it belongs to."""

    kind: str
    name: str
    english: str
    parent: str | None
    shape: BaseGeometry


@cache
def areas() -> list[Area]:
    """Draw the chain, largest first; the areas of one kind cover the zone without overlap."""
    communities = _communities()
    offices = {area.parent or "": (area.parent or "", english) for area, english in communities}
    district = Area("district", "禾川示范区", "Hechuan Demo Zone", None, boundary())
    chain = [district]
    for name, english in offices.values():
        shapes = [area.shape for area, _ in communities if area.parent == name]
        chain.append(Area("street_office", name, english, district.name, shapely.union_all(shapes)))
    chain += [area for area, _ in communities]
    for area, _ in communities:
        chain += _grids(area)
    return chain


def _communities() -> list[tuple[Area, str]]:
    """Cut the zone by canal, railway and three main streets; return each with its office's English name."""
    edge, banks = boundary(), [canal(), railway()]
    middle = max(_faces(edge, banks), key=lambda face: face.area)
    inner = [_within(street.line, middle) for street in streets() if street.name in _COMMUNITY_STREETS]
    faces = _faces(edge, banks + inner)
    found = []
    for row in pl.read_csv(TABLES / "demo_communities.csv").iter_rows(named=True):
        shape = next(face for face in faces if face.contains(shapely.Point(row["u"], row["v"])))
        area = Area("community", row["name"], row["english"], row["office"], shape)
        found.append((area, row["office_english"]))
    return found


def _grids(community: Area) -> list[Area]:
    """Cut a community along its main and side streets; what is small joins the neighbour it touches most."""
    lines = [street.line for street in streets() if street.level != "lane"]
    faces = _faces(community.shape, [_within(line, community.shape) for line in lines])
    while len(faces) > 1 and min(face.area for face in faces) < _SMALLEST_GRID_M2:
        smallest = min(faces, key=lambda face: face.area)
        rest = [face for face in faces if face is not smallest]
        shared = [smallest.intersection(face).length for face in rest]
        neighbour = rest.pop(int(np.argmax(shared)))
        faces = [*rest, shapely.union(neighbour, smallest)]
    faces.sort(key=lambda face: (-round(face.centroid.y / 200), face.centroid.x))
    return [
        Area("grid", f"{community.name}第{n}网格", f"{community.english} Grid {n}", community.name, face)
        for n, face in enumerate(faces, start=1)
    ]


def _within(line: BaseGeometry, shape: BaseGeometry) -> BaseGeometry:
    """Clip a line a metre past the shape's edge, so that it cuts it; what hangs over bounds no face."""
    return line.intersection(shape.buffer(1.0))


def _faces(shape: BaseGeometry, lines: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Cut a polygon along lines; slivers that the rounding leaves are dropped."""
    drawing = shapely.node(shapely.union_all([shape.boundary, *lines]))
    cut = shapely.get_parts(shapely.polygonize(shapely.get_parts(drawing)))
    return [face for face in cut if face.representative_point().within(shape) and face.area > 1.0]
