"""Elements of OpenStreetMap become lines, areas and points: the same for a file of any form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.place_ingest import osm_tags
from data.place_ingest.raw import Raw, as_array, box_touches

Tags = Mapping[str, Any]
Bbox = tuple[float, float, float, float]

_AREA_RELATIONS: Final = frozenset({"multipolygon", "boundary"})


@dataclass(slots=True)
class Way:
    """A way: its coordinates, shape (n, 2), and how many of its nodes the file lacks."""

    coordinates: npt.NDArray[np.float64]
    missing: int = 0
    closed: bool = False


@dataclass(slots=True)
class Elements:
    """What a file holds; a reader may leave out what no line of the table asks for."""

    nodes: list[tuple[int, float, float, Tags]] = field(default_factory=list)
    ways: dict[int, Way] = field(default_factory=dict)
    way_tags: dict[int, Tags] = field(default_factory=dict)
    relations: list[tuple[int, Sequence[tuple[int, str]], Tags]] = field(default_factory=list)
    left: int = 0


def is_area_relation(tags: Tags) -> bool:
    """Return whether a relation stands for an area."""
    return tags.get("type") in _AREA_RELATIONS


def assemble(elements: Elements, *, format_: str, bbox: Bbox | None = None) -> Raw:
    """Make the places of a file; with `bbox` those that touch it."""
    found: list[tuple[str, BaseGeometry | None, Tags, osm_tags.TagRule, str | None, str | None]] = []
    left = elements.left
    outer: set[int] = set()
    for number, members, tags in elements.relations:
        rule = osm_tags.match(tags, ("area",)) if is_area_relation(tags) else None
        if rule is None or rule.kind == osm_tags.LEFT:
            left += osm_tags.is_asked_for(tags)
            continue
        shape, fault = _area(members, elements.ways)
        outer |= {ref for ref, _role in members}
        found.append((f"relation/{number}", shape, tags, rule, fault, None))
    for number, tags in elements.way_tags.items():
        way = elements.ways[number]
        rule = osm_tags.match(tags, ("area", "line") if way.closed else ("line",))
        if rule is None or rule.kind == osm_tags.LEFT:
            left += osm_tags.is_asked_for(tags) and number not in outer
            continue
        as_area = way.closed and "area" in rule.geometry
        shape, fault, repair = _line(way, as_area=as_area)
        found.append((f"way/{number}", shape, tags, rule, fault, repair))
    for number, lon, lat, tags in elements.nodes:
        rule = osm_tags.match(tags, ("point",))
        if rule is None or rule.kind == osm_tags.LEFT:
            left += osm_tags.is_asked_for(tags)
            continue
        found.append((f"node/{number}", shapely.Point(lon, lat), tags, rule, None, None))
    shapes = as_array([shape for _id, shape, *_rest in found])
    if bbox is not None:
        inside = box_touches(shapes, bbox) | (shapely.is_missing(shapes))
        found = [one for one, keep in zip(found, inside, strict=True) if keep]
        shapes = shapes[inside]
    return Raw(
        format_,
        shapes,
        [tags for _id, _shape, tags, *_rest in found],
        [name for name, *_rest in found],
        style="osm",
        kinds=[(rule.kind, rule.rank) for *_start, rule, _fault, _repair in found],
        left=left,
        faults=_noted(fault for *_start, fault, _repair in found),
        repaired=_noted(repair for *_start, repair in found),
    )


def _noted(codes: Iterable[str | None]) -> dict[int, str]:
    return {number: code for number, code in enumerate(codes) if code is not None}


def _line(way: Way, *, as_area: bool) -> tuple[BaseGeometry | None, str | None, str | None]:
    """Return the shape of a way, or why there is none, and what was repaired."""
    if as_area:
        if way.missing or len(way.coordinates) < 4:
            return None, "nodes_missing", None
        return shapely.Polygon(way.coordinates), None, None
    if len(way.coordinates) < 2:
        return None, "nodes_missing" if way.missing else "zero_length", None
    return shapely.LineString(way.coordinates), None, "nodes_missing" if way.missing else None


def _area(
    members: Sequence[tuple[int, str]], ways: Mapping[int, Way]
) -> tuple[BaseGeometry | None, str | None]:
    """Close the rings of a relation; or say why they do not close."""
    rings: dict[bool, list[BaseGeometry]] = {False: [], True: []}
    for ref, role in members:
        way = ways.get(ref)
        if way is None or way.missing or len(way.coordinates) < 2:
            return None, "members_missing"
        rings[role == "inner"].append(shapely.LineString(way.coordinates))
    if not rings[False]:
        return None, "members_missing"
    outer, dangling = _closed(rings[False])
    inner, dangling_inner = _closed(rings[True])
    if dangling or dangling_inner or outer is None:
        return None, "open_rings"
    return (outer if inner is None else shapely.difference(outer, inner)), None


def _closed(lines: list[BaseGeometry]) -> tuple[BaseGeometry | None, bool]:
    """Return the area within lines that form rings, and whether some of them form none."""
    if not lines:
        return None, False
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    if not shapely.is_ring(merged).all():
        # Rings that touch each other at a node are not merged: they are cut there and closed again.
        cut = shapely.get_parts(shapely.node(shapely.multilinestrings(lines)))
        polygons, *leftovers = (shapely.get_parts(found) for found in shapely.polygonize_full(cut))
        if any(map(len, leftovers)) or not len(polygons):
            return None, True
        return shapely.union_all(polygons), False
    area = shapely.make_valid(shapely.polygons(shapely.linearrings([line.coords for line in merged])))
    # A ring within another one is a hole whose role the file does not say.
    whole = area[0]
    for ring in area[1:]:
        whole = shapely.symmetric_difference(whole, ring)
    return whole, False
