"""The ground that a field team walks, as lines for its phone: its cells, the streets, the compounds."""

from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely

from data.actors import Actor
from data.place_kinds import STREET
from data.place_tables import places_version
from data.store import Store
from data.territories import Edition
from geo.cells import Cells, boundaries, to_text

#: West, south, east, north in degrees.
Box = tuple[float, float, float, float]

#: What is drawn around a team's cells, in degrees: some 150 m.
_MARGIN: Final = 0.0015
#: A metre; nobody sees less on a phone.
_FINEST: Final = 1e-5
_DIGITS: Final = 6
_COMPOUND: Final = "compound"


def cells_of(store: Store, edition: Edition | None, *, actor: Actor) -> Cells:
    """Return a team's cells by an edition, ascending."""
    if edition is None:
        return np.empty(0, np.uint64)
    return store.territories(edition.id, actor=actor).filter(team_id=actor.team)["cell"].to_numpy()


def ground(store: Store, edition: Edition | None, *, actor: Actor) -> dict[str, Any]:
    """Return what a phone draws below the cases: `box`, `cells` and `ground` of the day.

    Coordinates are WGS-84 degrees, longitude first, in flat lists; a box is west, south, east, north, and is
    None where there is nothing to draw.
    """
    version = places_version(store, actor=actor)
    # One for all telephones of a team: their actors differ in their names alone.
    same = actor if actor.team is None else replace(actor, name="")
    return _made(store, version, None if edition is None else edition.id, same)


@lru_cache(maxsize=64)
def _made(store: Store, version: str, edition_id: int | None, actor: Actor) -> dict[str, Any]:
    """Make it once for each state of the places and each edition."""
    del version
    edition = next((one for one in store.editions(actor=actor) if one.id == edition_id), None)
    own = cells_of(store, edition, actor=actor)
    shapes = boundaries(own)
    box = _box(shapes)
    near = {"streets": [], "compounds": []} if box is None else _near(store, box, actor)
    return {
        "box": None if box is None else [round(side, _DIGITS) for side in box],
        "cells": [[text, _flat(shape.exterior)] for text, shape in zip(to_text(own), shapes, strict=True)],
        "ground": near,
    }


def _near(store: Store, box: Box, actor: Actor) -> dict[str, Any]:
    frame = store.places(actor=actor, kinds=[STREET, _COMPOUND], bbox=box)
    shapes = shapely.clip_by_rect(shapely.simplify(frame.geometry.to_numpy(), _FINEST), *box)
    found: dict[str, list[dict[str, Any]]] = {"streets": [], "compounds": []}
    for kind, name, rank, shape in zip(frame["kind"], frame["name"], frame["rank"], shapes, strict=True):
        said = name if isinstance(name, str) else ""
        parts = shapely.get_parts(shape)
        if kind == STREET:
            lines = [_flat(part) for part in parts if part.geom_type == "LineString"]
            if lines:
                found["streets"].append(
                    {"name": said, "kind": rank if isinstance(rank, str) else "", "lines": lines}
                )
            continue
        rings = [_flat(part.exterior) for part in parts if part.geom_type == "Polygon"]
        if rings:
            found["compounds"].append({"name": said, "rings": rings})
    return found


def _box(shapes: Any) -> Box | None:
    if not len(shapes):
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN


def _flat(shape: Any) -> list[float]:
    """Return the coordinates of a line one after the other: lon, lat, lon, lat …"""
    found: list[float] = np.round(shapely.get_coordinates(shape), _DIGITS).ravel().tolist()
    return found
