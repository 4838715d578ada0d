"""The street network of the demo zone, drawn on its plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import shapely
from shapely.geometry.base import BaseGeometry

from data.demo.plane import Floats, smooth

TABLES: Final = Path(__file__).parents[1] / "tables"

#: Half the width of a street with its pavements, metres, by level.
HALF_WIDTH_M: Final = {"main": 19.0, "side": 10.0, "lane": 3.0}

CANAL_HALF_WIDTH_M: Final = 22.0
RAILWAY_HALF_WIDTH_M: Final = 14.0

_EMBANKMENT_M = 60.0
_BESIDE_RAILWAY_M = 72.0
_SNAP_M = 12.0
_SHORTEST_M = 60.0
_OVER_THE_EDGE_M = 1.0  # so that a street that leaves the zone surely cuts its edge
_BOUNDARY_SCALE = 0.9934  # so that 919 cells of resolution 10 have their centre inside


@dataclass(frozen=True, slots=True)
class Street:
    """A named street on the plan; where a barrier cuts it, a line of several pieces."""

    name: str
    english: str
    level: str
    line: BaseGeometry


@cache
def boundary() -> shapely.Polygon:
    """Return the zone's edge on the plan."""
    return shapely.Polygon(_outline("boundary") * _BOUNDARY_SCALE)


@cache
def canal() -> shapely.LineString:
    """Return the middle of the canal on the plan, past both edges of the zone."""
    return smooth(_outline("canal"))


@cache
def railway() -> shapely.LineString:
    """Return the railway on the plan, past both edges of the zone."""
    return smooth(_outline("railway"))


def surface(of: Sequence[Street], *, verge_m: float = 0.0) -> BaseGeometry:
    """Return the ground that streets, the canal and the railway take, widened by a verge."""
    lines = [(street.line, HALF_WIDTH_M[street.level]) for street in of]
    lines += [(canal(), CANAL_HALF_WIDTH_M), (railway(), RAILWAY_HALF_WIDTH_M)]
    return shapely.union_all([line.buffer(half + verge_m, cap_style="flat") for line, half in lines])


@cache
def streets() -> list[Street]:
    """Draw all streets: clipped to the zone, cut by canal and railway, a common vertex where two meet."""
    table = pl.read_csv(TABLES / "demo_streets.csv")
    drawn = [
        Street(row["name"], row["english"], row["level"], _clipped(_path(row["path"]), row["crosses"] == 1))
        for row in table.iter_rows(named=True)
    ]
    for name, english, line in (
        ("东堤街", "East Embankment Street", canal().offset_curve(_EMBANKMENT_M)),
        ("西堤街", "West Embankment Street", canal().offset_curve(-_EMBANKMENT_M)),
        ("道口街", "Daokou Street", railway().offset_curve(-_BESIDE_RAILWAY_M)),
    ):
        drawn.append(Street(name, english, "side", _clipped(line, True)))
    lines = _noded(_snapped([street.line for street in drawn]))
    return [
        Street(street.name, street.english, street.level, line)
        for street, line in zip(drawn, lines, strict=True)
    ]


def _outline(name: str) -> Floats:
    table = pl.read_csv(TABLES / "demo_outlines.csv")
    return shapely.get_coordinates(_path(table.filter(outline=name)["path"].item()))


def _path(text: str) -> BaseGeometry:
    return shapely.LineString(np.array([point.split() for point in text.split(";")], dtype=float))


def _clipped(line: BaseGeometry, crosses: bool) -> BaseGeometry:
    """Cut a street at the zone's edge and, unless it has a bridge, at the embankments and the railway."""
    inside = line.intersection(boundary().buffer(_OVER_THE_EDGE_M))
    if not crosses:
        inside = inside.difference(canal().buffer(_EMBANKMENT_M))
        inside = inside.difference(railway().buffer(_BESIDE_RAILWAY_M))
    return _joined([piece for piece in shapely.get_parts(inside) if piece.length >= _SHORTEST_M])


def _snapped(lines: list[BaseGeometry]) -> list[BaseGeometry]:
    """Move the ends that stop just short of, or just past, another street onto it."""
    return [_snap_ends(line, _joined([*lines[:i], *lines[i + 1 :]])) for i, line in enumerate(lines)]


def _snap_ends(line: BaseGeometry, others: BaseGeometry) -> BaseGeometry:
    pieces = []
    for piece in shapely.get_parts(line):
        points = shapely.get_coordinates(piece)
        for end in (0, -1):
            to_other = shapely.shortest_line(shapely.Point(points[end]), others)
            if to_other.length <= _SNAP_M:
                points[end] = shapely.get_coordinates(to_other)[-1]
        pieces.append(shapely.LineString(points))
    return _joined(pieces)


def _noded(lines: list[BaseGeometry]) -> list[BaseGeometry]:
    """Give two lines that meet one and the same vertex there."""
    meeting: list[list[BaseGeometry]] = [[] for _ in lines]
    for i, j in shapely.STRtree(lines).query(lines, predicate="dwithin", distance=0.01).T:
        if i < j:
            points = _meeting_points(lines[i], lines[j])
            meeting[i] += points
            meeting[j] += points
    return [_with_vertices(line, points) for line, points in zip(lines, meeting, strict=True)]


def _meeting_points(one: BaseGeometry, other: BaseGeometry) -> list[BaseGeometry]:
    parts = [part for line in (one, other) for part in shapely.get_parts(line)]
    ends = [shapely.get_point(part, end) for part in parts for end in (0, -1)]
    touching = [end for end in ends if max(end.distance(one), end.distance(other)) <= 0.01]
    crossing = [point for point in shapely.get_parts(one.intersection(other)) if point.geom_type == "Point"]
    found: list[BaseGeometry] = []
    for point in touching + crossing:
        if all(point.distance(known) > 0.5 for known in found):
            found.append(point)
    return found


def _with_vertices(line: BaseGeometry, points: list[BaseGeometry]) -> BaseGeometry:
    pieces = []
    for piece in shapely.get_parts(line):
        own = [point for point in points if point.distance(piece) <= 0.01]
        corners = shapely.get_parts(shapely.multipoints(shapely.get_coordinates(piece)))
        kept = [corner for corner in corners if all(corner.distance(point) > 0.5 for point in own)]
        pieces.append(shapely.LineString(sorted([*own, *kept], key=piece.project)))
    return _joined(pieces)


def _joined(lines: Sequence[BaseGeometry]) -> BaseGeometry:
    """Make one geometry of lines: the line itself where there is only one."""
    pieces: list[BaseGeometry] = [piece for line in lines for piece in shapely.get_parts(line)]
    return pieces[0] if len(pieces) == 1 else shapely.union_all(pieces)
