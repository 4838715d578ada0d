"""A small town as OpenStreetMap has it, in each of the forms that its files have."""

import json
from pathlib import Path
from typing import Any

import osmium
from osmium.osm import mutable

LON, LAT = 116.90, 38.30
#: id -> degrees east and north of the town's corner, in thousandths.
NODES: dict[int, tuple[float, float]] = dict(
    enumerate(
        [
            *[(0, 0), (2, 0), (4, 0), (4.2, 0), (6, 0)],  # 1 to 5: a street in two pieces
            *[(100, 50), (102, 50)],  # 6, 7: its namesake
            *[(1, 1), (3, 1), (3, 3), (1, 3)],  # 8 to 11: a compound
            *[(10, 0), (20, 0), (20, 10), (10, 10)],  # 12 to 15: a park
            *[(13, 3), (17, 3), (17, 7), (13, 7)],  # 16 to 19: its lake
            *[(-10, -10), (60, -10), (60, 60), (-10, 60)],  # 20 to 23: a district
            *[(5, 5), (6, 6), (7, 7)],  # 24 to 26: a shop, a bus stop, a tree
        ],
        start=1,
    )
)
NODE_TAGS: dict[int, dict[str, str]] = {
    24: {"shop": "convenience", "name": "Zhang's", "name:zh": "张记便利店"},
    25: {"highway": "bus_stop", "name": "东站"},
    26: {"natural": "tree"},
}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    101: ([1, 2, 3], {"highway": "primary", "name": "经北四路"}),
    102: ([4, 5], {"highway": "residential", "name": "经北四路", "name:en": "Jingbei 4th Road"}),
    103: ([6, 7], {"highway": "tertiary", "name": "经北四路"}),
    104: ([2, 11], {"highway": "service"}),
    105: ([8, 9, 10, 11, 8], {"landuse": "residential", "name": "欣怡小区"}),
    106: ([12, 13, 14, 15, 12], {}),
    107: ([16, 17, 18, 19, 16], {}),
    108: ([20, 21, 22], {"boundary": "administrative", "admin_level": "6"}),
    109: ([22, 23, 20], {}),
    110: ([8, 9, 10, 8], {"building": "yes"}),
}
RELATIONS: dict[int, tuple[list[tuple[int, str]], dict[str, str]]] = {
    201: ([(106, "outer"), (107, "inner")], {"type": "multipolygon", "leisure": "park", "name": "中心公园"}),
    202: (
        [(108, "outer"), (109, "outer")],
        {"type": "boundary", "boundary": "administrative", "admin_level": "6", "name": "运河区"},
    ),
    203: (
        [(108, "outer")],
        {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": "西街道"},
    ),
    204: ([(101, "")], {"type": "route", "route": "bus", "name": "1路"}),
}


def position(node: int) -> tuple[float, float]:
    east, north = NODES[node]
    return round(LON + east / 1000, 7), round(LAT + north / 1000, 7)


def osm_file(path: Path, *, without_nodes: tuple[int, ...] = ()) -> Path:
    """Write the town as osmium writes the format of the path's suffix; some nodes may be left out."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node in NODES:
            if node not in without_nodes:
                writer.add_node(
                    mutable.Node(id=node, version=1, location=position(node), tags=NODE_TAGS.get(node, {}))
                )
        for way, (nodes, tags) in WAYS.items():
            writer.add_way(mutable.Way(id=way, version=1, nodes=nodes, tags=tags))
        for relation, (members, tags) in RELATIONS.items():
            writer.add_relation(
                mutable.Relation(
                    id=relation, version=1, members=[("w", ref, role) for ref, role in members], tags=tags
                )
            )
    return path


def overpass(path: Path, *, geometry: bool) -> Path:
    """Write the town as Overpass answers: with the shapes in the elements, or nodes and ways apart."""

    def points(nodes: list[int]) -> list[dict[str, float]]:
        return [dict(zip(("lon", "lat"), position(node), strict=True)) for node in nodes]

    def member(ref: int, role: str) -> dict[str, Any]:
        plain = {"type": "way", "ref": ref, "role": role}
        return plain | ({"geometry": points(WAYS[ref][0])} if geometry else {})

    elements: list[dict[str, Any]] = [
        {"type": "node", "id": node, **points([node])[0], "tags": NODE_TAGS.get(node, {})} for node in NODES
    ]
    for way, (nodes, tags) in WAYS.items():
        shape = {"geometry": points(nodes)} if geometry else {"nodes": nodes}
        elements.append({"type": "way", "id": way, "tags": tags, **shape})
    for relation, (members, tags) in RELATIONS.items():
        elements.append(
            {"type": "relation", "id": relation, "tags": tags, "members": [member(*one) for one in members]}
        )
    path.write_text(
        json.dumps({"version": 0.6, "generator": "Overpass API", "elements": elements}, ensure_ascii=False),
        encoding="utf-8",
    )
    return path
