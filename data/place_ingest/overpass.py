"""Answers of the Overpass API as JSON: a shape in each element (`out geom`), or nodes and ways apart."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data.place_ingest.formats import PlaceFile, parse_json
from data.place_ingest.osm_shapes import Bbox, Elements, Way, assemble
from data.place_ingest.raw import Raw
from geo.errors import ImportFileError
from i18n import gettext as _

_Position = tuple[float, float]


def open_overpass(file: PlaceFile, *, bbox: Bbox | None = None) -> Raw:
    """Read an answer.

    Raises
    ------
    ImportFileError
        A damaged file, one of something else, or one that holds no shapes.
    """
    content = parse_json(file)
    found = content.get("elements") if isinstance(content, dict) else None
    if not isinstance(found, list):
        raise ImportFileError(_("{name} holds no list of elements.", name=file.path.name))
    elements = [one for one in found if isinstance(one, dict) and "id" in one]
    remark = str(content.get("remark") or "")
    if "error" in remark:  # the server gave up in the middle of its answer
        raise ImportFileError(
            _("{name} is cut off; the server said: {remark}", name=file.path.name, remark=remark)
        )
    positions = {
        int(one["id"]): position
        for one in elements
        if one.get("type") == "node" and (position := _position(one)) is not None
    }
    made = Elements()
    for one in elements:
        tags = one.get("tags") or {}
        number = int(one["id"])
        if one.get("type") == "node" and tags and number in positions:
            made.nodes.append((number, *positions[number], tags))
        elif one.get("type") == "way":
            _take_way(one, positions, made)
        elif one.get("type") == "relation":
            _take_relation(one, made)
    bare = [one for one in elements if one.get("type") == "way" and not {"geometry", "nodes"} & set(one)]
    if bare and not positions and len(bare) == len(elements):
        raise ImportFileError(
            _("{name} holds no positions; ask Overpass for 'out geom'.", name=file.path.name)
        )
    return assemble(made, format_="Overpass", bbox=bbox)


def _position(one: Mapping[str, Any] | None) -> _Position | None:
    if one is None or one.get("lon") is None or one.get("lat") is None:
        return None
    return float(one["lon"]), float(one["lat"])


def _way(points: Sequence[_Position | None], *, closed: bool) -> Way:
    there = [point for point in points if point is not None]
    return Way(np.array(there, dtype=np.float64).reshape(-1, 2), len(points) - len(there), closed)


def _take_way(one: Mapping[str, Any], positions: Mapping[int, _Position], made: Elements) -> None:
    refs = one.get("nodes") or []
    if one.get("geometry"):
        points = [_position(point) for point in one["geometry"]]
    else:
        points = [positions.get(int(ref)) for ref in refs]
    ends = (refs[0], refs[-1]) if refs else (points[0], points[-1]) if points else (0, 1)
    number = int(one["id"])
    made.ways[number] = _way(points, closed=len(points) > 3 and ends[0] == ends[1])
    if one.get("tags"):
        made.way_tags[number] = one["tags"]


def _take_relation(one: Mapping[str, Any], made: Elements) -> None:
    members = []
    for member in one.get("members") or []:
        if member.get("type") != "way":
            continue
        number = int(member["ref"])
        members.append((number, str(member.get("role") or "")))
        if number not in made.ways and member.get("geometry"):
            points = [_position(point) for point in member["geometry"]]
            made.ways[number] = _way(points, closed=len(points) > 3 and points[0] == points[-1])
    made.relations.append((int(one["id"]), members, one.get("tags") or {}))
