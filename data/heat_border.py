"""Where a city's reports end: the border at which heat gives back what would fall beyond it."""

from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely

from data import place_kinds
from data.actors import Actor
from data.cube import Cube
from data.filters import Filter
from data.heat import WEIGHTS, positions
from data.place_tables import places_version
from data.store import Store
from data.study_area import study_area
from geo.cell_shapes import boundaries
from geo.cells import Cells
from geo.density_edges import Outline
from geo.places import PlaceIndex

#: An outline is the city's where it holds this share of the reports.
_HELD: Final = 0.95
#: So many reports say whether it does.
_SAMPLE: Final = 20_000
#: From the middle of a cell to its sides, about, in metres, by resolution.
_REACH_M: Final = {9: 174.0, 8: 460.0, 7: 1_218.0}
_EAST: Final = 180.0
_CITY_OUTLINE: Final = "boundary"


def heat_border(
    store: Store, cube: Cube, bandwidth_m: float, *, actor: Actor, where: Filter | None = None
) -> Outline | None:
    """Return the border of the area that reports come from; None where there are no reports.

    Where a filter names areas it is theirs. Else it is the tightest outline among the store's places that
    holds nearly all reports: a boundary, or the areas of one level together. Where the store has none it is
    that of the study area (`data.study_area.study_area`), in cells as wide as the bandwidth: a lone report
    must not have a border of its own around it.
    """
    version = places_version(store, actor=actor)
    if where is not None and where.areas:
        return _of_areas(store, version, where.areas, actor)
    # A few reports more change no border that was drawn; the cells of the study area say when they do.
    found = _outline(store, version, cube, len(cube.state).bit_length(), actor)
    if found is not None:
        return found
    fitting = [resolution for resolution, reach_m in _REACH_M.items() if reach_m >= bandwidth_m]
    cells = study_area(cube, Filter(), max(fitting, default=min(_REACH_M)))
    return _around(cells.tobytes()) if cells.size else None


@lru_cache(maxsize=16)
def _outline(store: Store, version: str, cube: Cube, size: int, actor: Actor) -> Outline | None:
    del version, size
    lon, lat = positions(cube, Filter(), WEIGHTS[0])
    some = slice(None, None, max(1, len(lon) // _SAMPLE))
    best: tuple[float, Any] | None = None
    for kind in (_CITY_OUTLINE, *place_kinds.chain()):
        frame = store.places(actor=actor, kinds=[kind])
        areas = frame.geometry.to_numpy()[shapely.get_dimensions(frame.geometry.to_numpy()) == 2]
        if not len(areas) or not len(lon):
            continue
        held = PlaceIndex(areas, None).locate((lon[some], lat[some])).polygon >= 0
        size_m2 = float(np.nansum(frame["area_m2"]))
        if held.mean() >= _HELD and (best is None or size_m2 < best[0]):
            best = (size_m2, areas)
    return None if best is None else Outline.of(best[1])


@lru_cache(maxsize=16)
def _of_areas(store: Store, version: str, areas: tuple[int, ...], actor: Actor) -> Outline | None:
    del version
    frame = store.places(actor=actor, kinds=list(place_kinds.chain()))
    shapes = frame.geometry.to_numpy()[frame["id"].isin(areas)]
    shapes = shapes[shapely.get_dimensions(shapes) == 2]
    return Outline.of(shapes) if len(shapes) else None


@lru_cache(maxsize=16)
def _around(cells: bytes) -> Outline:
    known: Cells = np.frombuffer(cells, np.uint64)
    polygons = boundaries(known)
    # What lies across the 180th meridian is on no map in one piece.
    return Outline.of(polygons[shapely.bounds(polygons)[:, 2] <= _EAST], overlapping=False)
