"""Segments become streets: pieces of one name that lie together are one, a namesake elsewhere is another."""

import re
from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from data import place_kinds
from data.place_ingest.raw import as_array
from data.place_measures import lengths_m
from geo.distances import metres_per_degree

#: Pieces of one name this near to each other are one street: the two sides of a wide road, a crossing.
WITHIN_M: Final = 60.0


def with_streets(places: gpd.GeoDataFrame, *, within_m: float = WITHIN_M) -> gpd.GeoDataFrame:
    """Make the named lines segments, and add the streets that they are pieces of.

    Parameters
    ----------
    places
        Columns kind, name, external_id, attributes, geometry in WGS-84.
    within_m
        How far apart two pieces of one name may lie and be one street, in metres.

    Returns
    -------
    The places in their order, named streets as `street_segment` with the street's id as `parent`; then the
    streets by name. A street's id holds the first id of its segments, so that it stays when others come.
    """
    names = places["name"].to_numpy(dtype=object)
    named = (places["kind"] == place_kinds.STREET).to_numpy() & pd.notna(names)
    rows = np.flatnonzero(named)
    if not len(rows):
        return places
    shapes = places.geometry.to_numpy()
    groups = _groups(names[rows], shapes[rows], within_m)
    kinds, attributes = places["kind"].to_list(), list(places["attributes"])
    ids = places["external_id"].to_list()
    length = lengths_m(shapes[rows])
    streets: list[dict[str, Any]] = []
    lines = []
    for group in groups:
        members = sorted(rows[group].tolist(), key=lambda row: _natural(ids[row]))
        street_id = f"street:{ids[members[0]]}"
        for row in members:
            kinds[row] = place_kinds.SEGMENT
            attributes[row] = attributes[row] | {"parent": street_id}
        own = dict(zip(rows[group].tolist(), length[group].tolist(), strict=True))
        streets.append(
            {
                "kind": place_kinds.STREET,
                "name": names[members[0]],
                "external_id": street_id,
                "attributes": _facts([attributes[row] for row in members], [own[row] for row in members]),
            }
        )
        lines.append(_whole(shapes[members]))
    order = sorted(
        range(len(streets)), key=lambda n: (streets[n]["name"], _natural(streets[n]["external_id"]))
    )
    made = [streets[n] for n in order]
    columns = {"kind": kinds, "name": list(names), "external_id": ids, "attributes": attributes}
    return gpd.GeoDataFrame(
        {
            column: pd.Series([*values, *(street[column] for street in made)], dtype="object")
            for column, values in columns.items()
        },
        geometry=as_array([*shapes, *(lines[n] for n in order)]),
        crs=places.crs,
    )


def _facts(segments: Sequence[dict[str, Any]], lengths: Sequence[float]) -> dict[str, Any]:
    """Describe a street by its segments: the rank of most of its length, the first name in English."""
    by_rank = dict.fromkeys(place_kinds.RANKS, 0.0)
    for one, length in zip(segments, lengths, strict=True):
        by_rank[one.get("level", "lane")] += length
    facts = {"level": max(by_rank, key=lambda rank: by_rank[rank])}  # of equals the more important one
    for name in ("name_en", "ref", "unit"):
        told = [one[name] for one in segments if name in one]
        if told:
            facts[name] = told[0]
    return facts


def _whole(shapes: npt.NDArray[np.object_]) -> Any:
    """Put lines together without changing where they run."""
    parts = shapely.get_parts(shapes)
    return parts[0] if len(parts) == 1 else shapely.line_merge(shapely.multilinestrings(parts))


def _groups(
    names: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_], within_m: float
) -> list[npt.NDArray[np.int64]]:
    """Return the positions of the lines of each street."""
    flat = _in_metres(shapes)
    groups: list[npt.NDArray[np.int64]] = []
    codes, _names = pd.factorize(names)
    order = np.argsort(codes, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        pairs = shapely.STRtree(flat[rows]).query(flat[rows], predicate="dwithin", distance=within_m)
        labels = _connected(len(rows), pairs)
        groups += [rows[labels == label] for label in np.unique(labels)]
    return groups


def _connected(n: int, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Label what hangs together: each item has the lowest number that it can reach."""
    labels = np.arange(n)
    while True:
        lowest = labels.copy()
        np.minimum.at(lowest, pairs[0], labels[pairs[1]])
        lowest = np.minimum(lowest, lowest[lowest])
        if (lowest == labels).all():
            return labels
        labels = lowest


def _in_metres(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Put shapes on a plane in metres that is true at their middle latitude."""
    middle = float(np.median(shapely.get_coordinates(shapes)[:, 1]))
    east_m, north_m = metres_per_degree(middle)
    return as_array(shapely.transform(shapes, lambda xy: xy * np.array([east_m, north_m])))


def _natural(text: str) -> list[Any]:
    """Sort `way/9` before `way/10`."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]
