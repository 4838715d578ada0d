"""OpenStreetMap's own files (.osm.pbf, .osm): streamed, what no line of the table asks for is never kept."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium

from data.place_ingest import osm_tags
from data.place_ingest.formats import PlaceFile
from data.place_ingest.osm_shapes import Bbox, Elements, Way, assemble, is_area_relation
from data.place_ingest.raw import Raw
from geo.errors import ImportFileError
from i18n import gettext as _

#: From this size on the positions of nodes lie in a file while the extract is read, not in memory.
_ON_DISK_BYTES: Final = 64_000_000
#: From this size on a part must be chosen: places of a whole country are no city's.
_NEEDS_BOX_BYTES: Final = 300_000_000


def open_osm(file: PlaceFile, *, bbox: Bbox | None = None) -> Raw:
    """Read an extract in three passes: relations, the ways that they and the table ask for, and all at last.

    Raises
    ------
    ImportFileError
        A damaged file, or a large one without a box.
    """
    size = file.path.stat().st_size
    if bbox is None and size > _NEEDS_BOX_BYTES:
        raise ImportFileError(
            _(
                "{name} is an extract of {size} MB. Say which part is meant with "
                "--bbox west,south,east,north in degrees.",
                name=file.path.name,
                size=f"{size / 1e6:,.0f}",
            )
        )
    try:
        with tempfile.TemporaryDirectory(prefix="gezhi-osm-") as folder:
            store = (
                f"sparse_file_array,{Path(folder) / 'nodes'}" if size > _ON_DISK_BYTES else "sparse_mem_array"
            )
            elements = _read(osmium.io.File(str(file.path), file.osm_format), bbox, store)
    except (RuntimeError, OSError, ValueError) as error:
        raise ImportFileError(
            _("{name} cannot be read: {error}.", name=file.path.name, error=str(error).rstrip("."))
        ) from error
    return assemble(elements, format_="OpenStreetMap", bbox=bbox)


def _read(source: Any, bbox: Bbox | None, store: str) -> Elements:
    elements = Elements()
    tracker = osmium.IdTracker()
    members: set[int] = set()
    for relation in _elements(source, osmium.osm.RELATION):
        tags = dict(relation.tags)
        rule = osm_tags.match(tags, ("area",)) if is_area_relation(tags) else None
        if rule is None or rule.kind == osm_tags.LEFT:
            elements.left += 1
            continue
        ways = [(member.ref, member.role) for member in relation.members if member.type == "w"]
        elements.relations.append((relation.id, ways, tags))
        members.update(ref for ref, _role in ways)
    for ref in members:
        tracker.add_way(ref)
    for way in _elements(source, osmium.osm.WAY):
        if _is_kept(way):
            tracker.add_way(way.id)
        elif way.id not in members:
            elements.left += 1
    asked = osmium.filter.KeyFilter(*osm_tags.keys())
    asked.enable_for(osmium.osm.NODE)
    tracked = tracker.id_filter()
    tracked.enable_for(osmium.osm.WAY)
    both = osmium.FileProcessor(source, osmium.osm.NODE | osmium.osm.WAY).with_locations(store)
    found: Any
    for found in both.with_filter(asked).with_filter(tracked):
        if found.is_node():
            _take_node(found, elements, bbox)
        else:
            _take_way(found, elements, bbox, is_member=found.id in members)
    return elements


def _elements(source: Any, kind: Any) -> Iterator[Any]:
    """Walk through the elements of a kind that any line of the table asks for."""
    yield from osmium.FileProcessor(source, kind).with_filter(osmium.filter.KeyFilter(*osm_tags.keys()))


def _is_kept(way: Any) -> bool:
    tags = dict(way.tags)
    rule = osm_tags.match(tags, ("area", "line") if way.is_closed() else ("line",))
    return rule is not None and rule.kind != osm_tags.LEFT


def _take_node(node: Any, elements: Elements, bbox: Bbox | None) -> None:
    tags = dict(node.tags)
    if not node.location.valid():
        return
    lon, lat = node.location.lon, node.location.lat
    if bbox is not None and not (bbox[0] <= lon <= bbox[2] and bbox[1] <= lat <= bbox[3]):
        return
    elements.nodes.append((node.id, lon, lat, tags))


def _take_way(way: Any, elements: Elements, bbox: Bbox | None, *, is_member: bool) -> None:
    nodes = way.nodes
    there = [(node.location.lon, node.location.lat) for node in nodes if node.location.valid()]
    if bbox is not None and not is_member and not _touches(there, bbox):
        return
    coordinates = np.array(there, dtype=np.float64).reshape(-1, 2)
    elements.ways[way.id] = Way(coordinates, len(nodes) - len(there), way.is_closed())
    tags = dict(way.tags)
    if osm_tags.is_asked_for(tags):
        elements.way_tags[way.id] = tags


def _touches(points: list[tuple[float, float]], bbox: Bbox) -> bool:
    """Return whether the box around points touches another one."""
    if not points:
        return False
    lon, lat = zip(*points, strict=True)
    west, south, east, north = bbox
    return bool(min(lon) <= east and max(lon) >= west and min(lat) <= north and max(lat) >= south)
