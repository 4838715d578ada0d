"""What the store knows around the points of a file: streets, areas and earlier reports."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from data.actors import Actor
from data.place_areas import AREA_KINDS
from geo.crs import Crs, to_wgs84
from geo.datum_evidence import Evidence, Floats

if TYPE_CHECKING:
    from data.store import Store

Box = tuple[float, float, float, float]

#: The kinds of places that reports are compared with.
STREETS: Final = ("street",)
AREAS: Final = ("boundary", *AREA_KINDS)

#: How far around the points it is looked for, in degrees; this share of the points at each end may lie
#: anywhere.
_AROUND: Final = 0.03
_ENDS: Final = 0.02


def evidence_around(
    store: "Store",
    x: Floats,
    y: Floats,
    systems: Sequence[Crs],
    *,
    actor: Actor,
    without: frozenset[str] = frozenset(),
) -> Evidence:
    """Read what the store knows where points lie in any of some systems.

    Parameters
    ----------
    x, y
        Coordinates as they stand in a file, missing ones NaN.
    systems
        What they may be in.
    actor
        Sees only the reports of its own part of the city.
    without
        Sources whose places and reports do not count.
    """
    box = box_of(x, y, systems)
    if box is None:
        return Evidence()
    known = store.places(actor=actor, kinds=(*STREETS, *AREAS), bbox=box, without=without)
    shapes = known.geometry.to_numpy()
    is_line = known.geometry.geom_type.str.contains("Line").to_numpy(dtype=bool)
    is_area = known.geometry.geom_type.str.contains("Polygon").to_numpy(dtype=bool)
    street = known["kind"].isin(STREETS).to_numpy(dtype=bool)
    earlier = store.known_points(box, actor=actor, without=without)
    return Evidence(
        streets=shapes[street & is_line],
        areas=shapes[~street & is_area],
        earlier=(earlier["lon"].to_numpy(), earlier["lat"].to_numpy()),
    )


def box_of(x: Floats, y: Floats, systems: Sequence[Crs]) -> Box | None:
    """Return west, south, east and north of nearly all points in any of the systems, with some way around."""
    boxes = []
    for crs in systems:
        lon, lat = to_wgs84(x, y, crs)
        there = np.isfinite(lon) & ((x != 0) | (y != 0))
        if there.any():
            west, east = np.quantile(lon[there], [_ENDS, 1 - _ENDS])
            south, north = np.quantile(lat[there], [_ENDS, 1 - _ENDS])
            boxes.append((west, south, east, north))
    if not boxes:
        return None
    ends = np.array(boxes)
    west, south = ends[:, :2].min(axis=0) - _AROUND
    east, north = ends[:, 2:].max(axis=0) + _AROUND
    return float(west), float(south), float(east), float(north)
